"""Try the set-up with every Python on this machine, as somebody with nothing else installed would meet it.

For each Python of 3.11 or newer, with the pip that it ships (and for 3.11 with the oldest that it ever shipped):
what pip would install from the lock for development, when it may resolve, is exactly the lock. Then
`requirements/install.sh` makes an environment with pip, and another with uv, and both hold the same versions. On each
Python but the one that runs the tests, the program is tried: `check-data`, one question, and a start against the
local Discord. Parts that need nothing of each other run at the same time. Exit code 0 if all of that held, 1 otherwise.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = ROOT / "requirements" / "dev.txt"
RUN_LOCK: Final = ROOT / "requirements" / "run.txt"
VERSIONS: Final = tuple(f"3.{minor}" for minor in range(11, 20))
# Python 3.11.0 came with this pip (its Lib/ensurepip/__init__.py).
OLDEST_PIP: Final = "22.3"
_MINUTES: Final = 15
_VERSIONS_HERE: Final = """
import json, re
from importlib.metadata import distributions
held = {re.sub(r"[-_.]+", "-", each.name).lower(): each.version for each in distributions()}
print(json.dumps({name: version for name, version in held.items() if name not in ("pip", "setuptools")}))
"""


class TrialError(Exception):
    """Something that must hold did not; the message says what."""


def main() -> int:
    """Try everything, and print a line for each thing that held."""
    try:
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
            trying = [pool.submit(part) for part in parts(list(pythons()), Path(folder))]
            try:
                for each in as_completed(trying):
                    each.result()
            finally:
                pool.shutdown(cancel_futures=True)
    except TrialError as error:
        print(f"The set-up failed: {error}", file=sys.stderr)
        return 1
    return 0


def pythons() -> Iterator[tuple[str, str]]:
    """Yield (version, path) of each Python found: on the PATH, or made by pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in VERSIONS:
        on_path = [shutil.which(f"python{version}"), shutil.which("python3")]
        made = sorted(pyenv.glob(f"{version}*/bin/python{version}"))
        for candidate in [*filter(None, on_path), *map(str, made)]:
            said = _said([candidate, "-c", "import ensurepip, venv, sys; print('%d.%d' % sys.version_info[:2])"])
            if said.strip() == version:
                yield version, candidate
                break


def parts(found: list[tuple[str, str]], folder: Path) -> list[Callable[[], None]]:
    """Return all that is to be tried, the longest first; each part has folders of its own and may run beside others."""
    smokes = [partial(_smoke, version, python, folder / version) for version, python in found[1:]]
    same = [partial(_same_with_uv, *each, folder / each[0]) for each in found if each[0] == VERSIONS[0]]
    return [*same, *smokes, *(partial(_plain, version, python, folder / version) for version, python in found)]


def _plain(version: str, python: str, folder: Path) -> None:
    """Check what the pip that a Python ships would install, and for the first one also the oldest that it shipped."""
    _run([python, "-m", "venv", str(folder / "plain")])
    pip = [str(folder / "plain" / "bin" / "python"), "-m", "pip"]
    _resolves_nothing(version, pip)
    if version == VERSIONS[0]:
        _run([*pip, "install", "--quiet", f"pip=={OLDEST_PIP}"])
        _resolves_nothing(version, pip)


def _resolves_nothing(version: str, pip: list[str]) -> None:
    """Check what pip would install if it were allowed to resolve."""
    number = _run([*pip, "--version"]).split()[1]
    options = ["--dry-run", "--ignore-installed", "--quiet", "--require-hashes", "--only-binary", ":all:"]
    report = json.loads(_run([*pip, "install", *options, "--report", "-", "--requirement", str(LOCK)]))
    chosen = {_name(each["metadata"]["name"]): each["metadata"]["version"] for each in report["install"]}
    locked = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ \\]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    strangers = sorted(f"{name} {number}" for name, number in set(chosen.items()) - {(_name(n), v) for n, v in locked})
    if strangers:
        raise TrialError(f"Python {version}, pip {number}: {', '.join(strangers)} had to be resolved")
    print(f"Python {version}, pip {number}: {len(chosen)} packages, nothing to resolve", flush=True)


def _same_with_uv(version: str, python: str, folder: Path) -> None:
    """Check that the two ways of install.sh give the same versions; uv comes from its package for this."""
    _run([python, "-m", "venv", str(folder / "uv")])
    _run([str(folder / "uv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv"])
    held = []
    for name, path in (("with-pip", _path_without_uv()), ("with-uv", f"{folder / 'uv' / 'bin'}:{_path_without_uv()}")):
        _install(python, folder / name, LOCK, path)
        held.append(json.loads(_run([str(folder / name / "bin" / "python"), "-c", _VERSIONS_HERE])))
    if held[0] != held[1]:
        differ = sorted(f"{key} {value}" for key, value in set(held[0].items()) ^ set(held[1].items()))
        raise TrialError(f"Python {version}: pip and uv installed different versions: {', '.join(differ)}")
    print(f"Python {version}: pip and uv install the same {len(held[0])} packages", flush=True)


def _smoke(version: str, python: str, folder: Path) -> None:
    """Try the program itself on a Python that does not run the tests."""
    venv = folder / "smoke"
    _install(python, venv, RUN_LOCK, _path_without_uv())
    interpreter = str(venv / "bin" / "python")
    store = {"DATABASE_PATH": str(folder / "store.sqlite3")}
    _run([interpreter, "-m", "bot", "check-data"], **store)
    _run([interpreter, "-m", "bot", "ask", "was it planned from the start?"], **store)
    _run([interpreter, "-m", "requirements.smoke"], **store)
    print(f"Python {version}: checks its data, answers, starts, and stops", flush=True)


def _install(python: str, venv: Path, lock: Path, path: str) -> None:
    _run(["sh", str(ROOT / "requirements" / "install.sh"), str(venv), str(lock)], PYTHON=python, PATH=path)


def _path_without_uv() -> str:
    """Return the PATH less the folders that hold uv."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not (Path(folder) / "uv").exists())


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _run(command: list[str], **settings: str) -> str:
    """Run a command in the project's folder and return what it printed. Raises TrialError if it fails."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=_MINUTES * 60,
        check=False,
    )
    if done.returncode:
        raise TrialError(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def _said(command: list[str]) -> str:
    """Return what a command printed; nothing if it failed."""
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout


if __name__ == "__main__":
    sys.exit(main())
