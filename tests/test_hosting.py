"""What hosts copy and paste is true: image, compose file, unit and docs/hosting.md agree with the program."""

from __future__ import annotations

import asyncio
import fnmatch
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bot import app
from bot.__main__ import parser
from bot.client.views import PERMISSIONS
from sandbox import Sandbox
from tests.support.given import given
from tests.support.program import running
from tests.support.seeded import ROOT, SECOND
from tests.test_docs import known_settings

if TYPE_CHECKING:
    from pathlib import Path

INSTALL = "sh requirements/install.sh .venv requirements/run.txt"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions with what stands behind them, continued lines joined."""
    lines = re.sub(r"^#.*\n", "", read("Dockerfile"), flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines) if word]


def of(instruction: str) -> list[str]:
    return [rest for word, rest in instructions() if word == instruction]


def copied() -> list[tuple[str, ...]]:
    """Return (source, …, target) of what comes from the project's folder."""
    return [tuple(rest.split()) for rest in of("COPY") if not rest.startswith("--from")]


def unit() -> dict[str, list[str]]:
    """Return the unit's settings, each with the values it is given."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", read("deploy/canonkeeper.service"), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def environment(lines: list[str]) -> dict[str, str]:
    return dict(pair.split("=", 1) for line in lines for pair in shlex.split(line))


# -- the image ---------------------------------------------------------------------------------------


def test_the_image_is_made_as_the_project_is_set_up() -> None:
    first, second = of("FROM")
    assert (first, second) == ("${BASE} AS build", "${BASE}")
    (base,) = of("ARG")
    version = re.fullmatch(r"BASE=python:(3\.\d+)-slim-bookworm", base)
    assert version
    assert version[1] in re.findall(
        r"3\.\d+", read("README.md").partition("Tested with Python")[2].partition(" on ")[0]
    )
    assert of("RUN")[0].startswith(f"{INSTALL} ")
    assert INSTALL in read("docs/hosting.md")
    assert "requirements/install.sh" in read("Makefile")


def test_the_builder_is_given_what_is_copied_and_no_more() -> None:
    allowed = [line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")]
    sources = [source for *each, _ in copied() for source in each]
    assert sorted(sources) == sorted(allowed)
    assert "\n*\n" in read(".dockerignore")
    assert not [name for name in (".env", "var", ".git") if any(fnmatch.fnmatch(name, each) for each in allowed)]


def test_what_is_copied_is_all_that_the_program_needs(tmp_path: Path) -> None:
    """The image's folder as the Dockerfile makes it: it learns, and answers when it can't be written to any more."""
    for *sources, target in copied():
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                (tmp_path / target).mkdir(exist_ok=True)
                shutil.copy(ROOT / source, tmp_path / target)
    given = {
        "PATH": os.environ["PATH"],
        "ANNOUNCEMENT_PATH": str(SECOND),
        "DATABASE_PATH": str(tmp_path / "volume" / "store.sqlite3"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "bot", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, check=False, text=True)  # noqa: S603
        assert done.returncode == 0
        # Whoever learns says how far it is; nobody else says anything there.
        assert "learning: 100 %" in done.stderr if arguments[0] == "learn" else not done.stderr
        return done.stdout

    assert "bot learn" in of("RUN")[1]
    assert run("learn") == f"{tmp_path / 'var' / 'learnt.sqlite3'}: learnt\n"
    before = sorted(path for path in tmp_path.rglob("*") if "volume" not in path.parts)
    # Nothing on standard error: it didn't have to learn.
    assert run("ask", "how many seats are there?").startswith("Eleven hundred people.")
    assert before == sorted(path for path in tmp_path.rglob("*") if "volume" not in path.parts)


def test_the_container_starts_what_there_is() -> None:
    (entry,), (command,) = of("ENTRYPOINT"), of("CMD")
    words = [*re.findall(r'"([^"]+)"', entry), *re.findall(r'"([^"]+)"', command)]
    assert words[:3] == ["/app/.venv/bin/python", "-m", "bot"]
    assert parser().parse_args(words[3:]).command == "run"
    assert of("USER") == ["10001:10001"]
    (given,) = of("ENV")
    assert {name for name in environment([given]) if not name.startswith("PYTHON")} <= known_settings()
    assert environment([given])["DATABASE_PATH"].startswith(f"{of('VOLUME')[0]}/")
    assert of("STOPSIGNAL") == ["SIGTERM"]


def test_the_compose_file_agrees_with_the_image() -> None:
    # Lines alone: nothing that is installed reads YAML.
    lines = [line.strip() for line in read("compose.yaml").splitlines()]
    given = {line.partition(":")[0] for line in lines if re.match(r"[A-Z]+_[A-Z_]+:", line)}
    # Those of PostgreSQL's own image begin otherwise.
    given = {name for name in given if not name.startswith("POSTGRES_")}
    assert {"DATABASE_PATH", "DATABASE_URL"} <= given <= known_settings()
    assert "docker compose --profile postgres up --detach --build shared" in read("docs/hosting.md")
    volume = of("VOLUME")[0]
    assert f"- store:{volume}" in lines
    assert f"DATABASE_PATH: {volume}/canonkeeper.sqlite3" in lines
    grace = next(int(line.split()[1].removesuffix("s")) for line in lines if line.startswith("stop_grace_period:"))
    assert grace > app.CLOSE_SECONDS * 2
    for hardening in ("read_only: true", "- ALL", "- no-new-privileges", "- /tmp"):
        assert hardening in lines
    assert "env_file: .env" in lines


async def test_the_health_check_asks_the_bot(second_path: Path) -> None:
    file = read("compose.yaml")
    address = re.findall(r"HEALTH_ADDRESS: (127\.0\.0\.1:\d+)", file)
    (check,) = re.findall(r"- (import urllib.*)", file)
    assert f"http://{address[0]}/healthz" in check
    with socket.create_server(("127.0.0.1", 0)) as free:
        here = f"127.0.0.1:{free.getsockname()[1]}"

    async def healthy() -> bool:
        asking = await asyncio.create_subprocess_exec(
            sys.executable, "-c", check.replace(address[0], here), stderr=asyncio.subprocess.DEVNULL
        )
        return await asking.wait() == 0

    async with Sandbox() as sandbox:
        given = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url, "HEALTH_ADDRESS": here}
        async with running("run", store=second_path, **given) as process, asyncio.timeout(60):
            await sandbox.bot_connected(commands=True)
            while not await healthy():
                pass
            process.kill()
            await process.wait()
    assert not await healthy()


# -- systemd -----------------------------------------------------------------------------------------


def test_the_unit_starts_what_there_is() -> None:
    told = unit()
    (start,), (folder,) = told["ExecStart"], told["WorkingDirectory"]
    assert start.split()[:3] == [f"{folder}/.venv/bin/python", "-m", "bot"]
    assert parser().parse_args(start.split()[3:]).command == "run"
    given = environment(told["Environment"])
    assert set(given) <= known_settings()
    assert given["DATABASE_PATH"] == f"/var/lib/{told['StateDirectory'][0]}/canonkeeper.sqlite3"
    name, _, file = told["LoadCredential"][0].partition(":")
    assert given["DISCORD_TOKEN_FILE"] == f"%d/{name}"
    # The commands that people type by hand find the same store and token.
    assert f"DATABASE_PATH={given['DATABASE_PATH']}" in read("docs/hosting.md")
    assert f"DISCORD_TOKEN_FILE={file}" in read("docs/hosting.md")
    assert f"git clone ADDRESS {folder}" in read("docs/hosting.md")
    assert (ROOT / told["Documentation"][0].removeprefix(f"file://{folder}/")).exists()


def test_the_unit_gives_it_the_time_it_needs() -> None:
    told = unit()
    assert told["Type"] == ["notify"]
    assert int(told["TimeoutStopSec"][0]) > app.CLOSE_SECONDS * 2
    assert told["Restart"] == ["always"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_the_unit_is_in_order_and_hardened(tmp_path: Path) -> None:
    # What the unit starts has to be there, so it is looked at in a root of its own.
    (tmp_path / "opt/canonkeeper/.venv/bin").mkdir(parents=True)
    (tmp_path / "opt/canonkeeper/.venv/bin/python").symlink_to("/bin/sh")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sh").touch(mode=0o755)
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    shutil.copy(ROOT / "deploy/canonkeeper.service", tmp_path / "etc/systemd/system")
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)

    def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["systemd-analyze", *arguments], capture_output=True, check=False, text=True)  # noqa: S603, S607

    verified = analyze("verify", f"--root={tmp_path}", "canonkeeper.service")
    assert (verified.returncode, verified.stderr) == (0, "")
    # In tenths, of 100; it says 1.1 today.
    hardened = analyze("security", "--offline=yes", "--threshold=15", str(ROOT / "deploy/canonkeeper.service"))
    assert hardened.returncode == 0, hardened.stdout


# -- the guide ---------------------------------------------------------------------------------------


def test_the_guide_names_what_there_is() -> None:
    guide = read("docs/hosting.md")
    commands = set(given(parser()._subparsers)._group_actions[0].choices or ())
    named = set(re.findall(r"-m bot ([a-z-]+)|run --rm bot ([a-z-]+)", guide))
    assert {"doctor", "learn", "run"} <= {name for pair in named for name in pair} - {""} <= commands
    # The last is compose.yaml's, for PostgreSQL.
    assert set(re.findall(r"\b([A-Z]+(?:_[A-Z]+)+)\b", guide)) <= known_settings() | {"POSTGRES_PASSWORD"}
    asked = guide.partition("permissions ")[2].partition(". Save")[0]
    names = {name.lower().replace(" ", "_") for name in re.split(r", | and ", " ".join(asked.split()))}
    # The portal's word for it, and discord.py's.
    assert names - {"view_channels"} | {"read_messages"} == {name for name, given in PERMISSIONS if given}
    links = [link for link in re.findall(r"\]\(([^)#]+)", guide) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
    for file in re.findall(r"(?:deploy|requirements|docs)[/\\][\w./\\-]+\w", guide):
        assert (ROOT / file.replace("\\", "/")).exists(), file


def test_windows_is_set_up_as_the_readme_says() -> None:
    for line in read("README.md").partition("**Without make**")[2].partition("```")[2].partition("```")[0].split("\n"):
        if "sandbox" not in line:
            assert line in read("docs/hosting.md")
