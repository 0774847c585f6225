"""Check that the lock files are complete: `python requirements/locks.py`.

A lock is complete when an installer has nothing left to decide: every package that is reached from pyproject.toml, on
every Python and system that we support, is pinned to one version with hashes, and so is every extra that something asks
for (`coverage[toml]` is another requirement than `coverage` to pip up to 23: it would resolve it anew). What the
packages require is read from the metadata of those installed here, so run it in an environment made from the locks.
"""

from __future__ import annotations

import itertools
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.markers import default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

ROOT: Final = Path(__file__).resolve().parent.parent
# Each lock file, and the dependency groups and extras that it holds beside the dependencies of the program itself.
LOCKS: Final[Mapping[str, tuple[str, ...]]] = {
    "requirements/run.txt": (),
    "requirements/postgres.txt": ("postgres",),
    "requirements/dev.txt": ("dev",),
}
PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
# sys_platform, platform_system and os_name (PEP 508) of Linux, macOS and Windows.
SYSTEMS: Final = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))


@dataclass(frozen=True)
class Pin:
    """One entry of a lock file: a requirement and how many hashes it has."""

    requirement: Requirement
    hashes: int

    @property
    def name(self) -> str:
        """The package's name in its normal form (PEP 503)."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> Version | None:
        """The version that it is pinned to; None where it is not pinned to one."""
        specifiers = list(self.requirement.specifier)
        if len(specifiers) != 1 or specifiers[0].operator != "==" or specifiers[0].version.endswith("*"):
            return None
        return Version(specifiers[0].version)

    def holds(self, environment: dict[str, str]) -> bool:
        """Whether the entry counts in an environment."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(environment)


def pins(lock: str) -> list[Pin]:
    """Return the entries of a lock file's text. Raises InvalidRequirement for a line that is none."""
    entries = re.sub(r"\\\n", " ", lock).splitlines()
    found = []
    for entry in (entry.split("#")[0].strip() for entry in entries):
        if entry:
            requirement, *hashes = re.split(r"\s--hash=sha256:", entry)
            found.append(Pin(Requirement(requirement.strip()), len(hashes)))
    return found


def environments() -> Iterator[dict[str, str]]:
    """Yield the environments (PEP 508) in which the locks must be complete."""
    for python, (platform, system, name) in itertools.product(PYTHONS, SYSTEMS):
        yield {
            **default_environment(),  # type: ignore[dict-item] - a TypedDict of strings
            "python_version": python,
            "python_full_version": f"{python}.0",
            "sys_platform": platform,
            "platform_system": system,
            "os_name": name,
        }


def required(name: str) -> list[str]:
    """Return what an installed package requires; nothing of one that is not installed here, being for elsewhere."""
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []


def problems(lock: str, roots: Iterable[str], requires: Callable[[str], list[str]] = required) -> list[str]:
    """Return what is wrong with the text of a lock file that is to hold all that `roots` need; nothing if it is whole.

    `requires` gives the requirements (PEP 508) of a package by its name.
    """
    try:
        entries = pins(lock)
    except InvalidRequirement as error:
        return [f"not a requirement: {error}"]
    found = [f"{pin.requirement} is not pinned to one version with ==" for pin in entries if pin.version is None]
    found += [f"{pin.requirement} has no hash" for pin in entries if not pin.hashes]
    reached: set[str] = set()
    for environment in environments():
        here = {pin.name: pin for pin in entries if pin.holds(environment)}
        where = f"Python {environment['python_version']} on {environment['sys_platform']}"
        for wanted, of in _closure(roots, environment, requires):
            name = canonicalize_name(wanted.name)
            reached.add(name)
            pin = here.get(name)
            if pin is None:
                found.append(f"{wanted.name}, which {of} needs with {where}, is missing")
            elif pin.version is not None and not wanted.specifier.contains(pin.version, prereleases=True):
                found.append(f"{pin.requirement} does not fit {wanted}, which {of} needs")
            elif not wanted.extras <= pin.requirement.extras:
                found.append(f"{wanted}, which {of} needs, is pinned without its extra")
    found += [f"{pin.requirement} is needed by nothing" for pin in entries if pin.name not in reached]
    return list(dict.fromkeys(found))


def differences(run: str, dev: str) -> list[str]:
    """Return what the lock for development pins otherwise than the one for running: the tests must try what is run."""
    tried = {(pin.name, str(pin.requirement.marker)): pin for pin in pins(dev)}
    return [
        f"{pin.requirement} is to run, and {other.requirement} is what the tests try"
        for pin in pins(run)
        if (other := tried.get((pin.name, str(pin.requirement.marker)))) and other.version != pin.version
    ]


def _closure(
    roots: Iterable[str], environment: dict[str, str], requires: Callable[[str], list[str]]
) -> Iterator[tuple[Requirement, str]]:
    """Yield each requirement that counts in an environment, with who has it."""
    waiting = [(Requirement(root), "pyproject.toml", "") for root in roots]
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted, of, extra = waiting.pop()
        if wanted.marker is not None and not wanted.marker.evaluate({**environment, "extra": extra}):
            continue
        yield wanted, of
        name = canonicalize_name(wanted.name)
        for asked in ("", *sorted(wanted.extras)):
            if (name, asked) not in seen:
                seen.add((name, asked))
                waiting += [(Requirement(each), name, asked) for each in requires(name)]


def roots_of(groups: Iterable[str], pyproject: Path = ROOT / "pyproject.toml") -> list[str]:
    """Return the requirements that pyproject.toml states: the program's, and those of some groups or extras."""
    stated = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    project, beside = stated["project"], stated["dependency-groups"] | stated["project"]["optional-dependencies"]
    return [*project["dependencies"], *(each for g in groups for each in beside[g])]


def main() -> int:
    """Check every lock file; 1 if one is not complete."""
    told = [
        f"{name}: {problem}"
        for name, groups in LOCKS.items()
        for problem in problems((ROOT / name).read_text(encoding="utf-8"), roots_of(groups))
    ]
    *run, dev = ((ROOT / name).read_text(encoding="utf-8") for name in LOCKS)
    told += [problem for lock in run for problem in differences(lock, dev)]
    for line in told:
        print(line, file=sys.stderr)
    if told:
        print("Make the locks again with `make lock` (needs uv: pip install uv).", file=sys.stderr)
    return bool(told)


if __name__ == "__main__":
    sys.exit(main())
