"""The bot as the demo runs it: a process of its own, with a database that each demo begins anew."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def copy_of(database: Path) -> Path:
    """Tell where the copy lies."""
    return database.with_name(f"{database.stem}-start{database.suffix}")


def prepare(database: Path) -> None:
    """Put the copy, if there is one, in the place of what an earlier demo has left."""
    database.parent.mkdir(parents=True, exist_ok=True)
    for ending in ("", "-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    if copy_of(database).exists():
        shutil.copyfile(copy_of(database), database)


def take(database: Path) -> None:
    """Take the copy while the bot is at work (SQLite's own backup sees to its being whole)."""
    if not database.exists():
        return
    made = copy_of(database).with_suffix(".new")
    made.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(made)) as target:
        source.backup(target)
    made.replace(copy_of(database))


ROOT = Path(__file__).resolve().parent.parent
RUN = (sys.executable, "-m", "bot", "run")
_PATIENCE = 10.0  # seconds between asking a process to stop and making it


class BotProcess:
    """Starts, restarts and stops the bot; `ended` is told when it ends by itself, with its exit code."""

    def __init__(self, settings: Mapping[str, str], ended: Callable[[int], None], command: Sequence[str] = RUN) -> None:
        self._settings = dict(settings)
        self._ended = ended
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the bot in the repository's folder, with its settings beside the environment's."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=ROOT,
            env=os.environ | self._settings,
            stdin=asyncio.subprocess.DEVNULL,
            # Ctrl-C is for the demo, which then asks the bot to stop.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # the same on Windows
        )
        self._watch = asyncio.create_task(self._wait(self._process))

    async def _wait(self, process: asyncio.subprocess.Process) -> None:
        self._ended(await process.wait())

    async def stop(self) -> None:
        """Ask the bot to stop, and make it if it does not."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        # What Windows calls terminating asks nothing; there, Ctrl-Break does.
        process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM))
        try:
            async with asyncio.timeout(_PATIENCE):
                await process.wait()
        except TimeoutError:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)  # and whatever it has started
            else:
                process.kill()
            await process.wait()

    async def restart(self) -> None:
        """Stop the bot and start it anew."""
        await self.stop()
        await self.start()
