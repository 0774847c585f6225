"""Runs `python -m bot` as people do: a process of its own, with an environment of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import coverage

from tests.support.seeded import ROOT, SECOND

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path


@dataclass
class Ended:
    """How it ended, and what it printed."""

    code: int
    out: str
    err: str


def environment(store: Path, **more: str) -> dict[str, str]:
    """Return an environment with the tiny announcement, and nothing of the one in which the tests run."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    measured = {"COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml"), "COVERAGE_FILE": str(ROOT / ".coverage")}
    return {
        **kept,
        **(measured if coverage.Coverage.current() else {}),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error,ignore::DeprecationWarning",  # discord.py 2.7 imports audioop
        "DATABASE_PATH": str(store),
        "ANNOUNCEMENT_PATH": str(SECOND),
        **more,
    }


def program(
    *arguments: str, store: Path, before_start: Callable[[], None] | None = None, cwd: Path | None = None, **more: str
) -> Ended:
    """Run the program with these arguments until it ends by itself."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", *arguments],
        env=environment(store, **more),
        cwd=cwd or store.parent if (cwd or store.parent).is_dir() else ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=before_start,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def _heed_interrupts() -> None:
    """Heed SIGINT in the new process, also where the tests themselves run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@asynccontextmanager
async def running(
    *arguments: str, store: Path, start: Sequence[str] = ("-m", "bot"), **more: str
) -> AsyncIterator[Process]:
    """Run the program beside the test, which may stop it; killed at the end if it still runs.

    `start` is what the interpreter is to run.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *start,
        *arguments,
        env=environment(store, **more),
        cwd=store.parent,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_heed_interrupts,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def end(process: Process, signum: int | None = None, within: float = 60.0) -> Ended:
    """Send a signal, wait for the end, and return how it ended.

    SIGINT goes to all processes of its group, as a terminal's Ctrl-C does.
    """
    if signum == signal.SIGINT:
        os.killpg(process.pid, signum)
    elif signum is not None:
        process.send_signal(signum)
    async with asyncio.timeout(within):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())
