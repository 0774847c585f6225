"""The lock files leave an installer nothing to decide; the check of them finds each way in which one could."""

from __future__ import annotations

import importlib.util
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.seeded import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HASH = "--hash=sha256:" + "0" * 64
REQUIRES = {"web": ["sockets[fast]>=2 ; extra == 'ws'", "colours ; sys_platform == 'win32'"], "sockets": ["c>=1"]}
ROOTS = ["web[ws]>=1"]
WHOLE = ["web[ws]==1.2", "sockets[fast]==2.0", "c==1.0", "colours==3.1 ; sys_platform == 'win32'"]


@pytest.fixture(scope="module")
def locks() -> Any:
    spec = importlib.util.spec_from_file_location("locks", ROOT / "requirements" / "locks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setitem(__import__("sys").modules, "locks", module)
        spec.loader.exec_module(module)
    return module


def problems(locks: Any, *entries: str) -> list[str]:
    text = "".join(f"{entry} \\\n    {HASH}\n" for entry in entries)
    found: list[str] = locks.problems(text, ROOTS, lambda name: REQUIRES.get(name, []))
    return found


def test_the_locks_of_this_project_are_complete(locks: Any) -> None:
    assert locks.main() == 0


def test_a_whole_lock(locks: Any) -> None:
    assert problems(locks, *WHOLE) == []


def test_an_extra_that_was_stripped(locks: Any) -> None:
    assert problems(locks, "web[ws]==1.2", "sockets==2.0", *WHOLE[2:]) == [
        'sockets[fast]>=2; extra == "ws", which web needs, is pinned without its extra'
    ]


def test_what_is_needed_on_another_system_only(locks: Any) -> None:
    told = problems(locks, *WHOLE[:3])
    assert told[0] == "colours, which web needs with Python 3.11 on win32, is missing"
    assert all("win32" in line for line in told)


def test_a_marker_that_leaves_out_a_python(locks: Any) -> None:
    told = problems(locks, *WHOLE[:2], "c==1.0 ; python_full_version < '3.13'", WHOLE[3])
    assert {line.split(" with ")[1] for line in told} == {
        f"Python {python} on {system}, is missing"
        for python in ("3.13", "3.14")
        for system in ("linux", "darwin", "win32")
    }


@pytest.mark.parametrize("entry", ["c>=1", "c==1.*", "c", "c==1,!=2"])
def test_what_is_not_pinned(locks: Any, entry: str) -> None:
    assert any("is not pinned to one version with ==" in line for line in problems(locks, *WHOLE[:2], entry, WHOLE[3]))


def test_a_pin_that_does_not_fit(locks: Any) -> None:
    assert problems(locks, WHOLE[0], "sockets[fast]==1.9", *WHOLE[2:]) == [
        'sockets[fast]==1.9 does not fit sockets[fast]>=2; extra == "ws", which web needs'
    ]


def test_what_nothing_needs(locks: Any) -> None:
    assert problems(locks, *WHOLE, "left-over==1") == ["left-over==1 is needed by nothing"]


def test_an_entry_without_a_hash(locks: Any) -> None:
    assert locks.problems("web==1 --hash=sha256:00\nc==1\n", ["web", "c"], lambda _: []) == ["c==1 has no hash"]


def test_a_line_that_is_no_requirement(locks: Any) -> None:
    assert problems(locks, "-e .")[0].startswith("not a requirement: ")


def test_a_version_that_the_tests_do_not_try(locks: Any) -> None:
    assert locks.differences("a==1\nb==2\n", "a==1\nb==2\nc==3\n") == []
    assert locks.differences("a==1\n", "a==2\n") == ["a==1 is to run, and a==2 is what the tests try"]


def test_an_old_python_is_told_so(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    done = subprocess.run(  # noqa: S603 - our own script
        ["/bin/sh", "requirements/install.sh", str(tmp_path / "venv"), "requirements/run.txt"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHON": str(old)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert not (tmp_path / "venv").exists()
