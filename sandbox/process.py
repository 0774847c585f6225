"""The bot as the demo runs it: a process of its own, which may have to learn first, and a database that is empty."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def remove(database: Path) -> None:
    """Remove what a demo has left of its database, and of what its bot had to learn by itself."""
    for ending in ("", "-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    database.with_suffix(".learnt.sqlite3").unlink(missing_ok=True)


ROOT = Path(__file__).resolve().parent.parent
# What is learnt is kept beside the program: for the next demo, and for the commands in the terminal.
LEARN = (sys.executable, "-m", "bot", "learn")
RUN = (sys.executable, "-m", "bot", "run")
_LEARNING = re.compile(r"learning: (\d+) %")  # how the bot's log tells how far it is
_PATIENCE = 10.0  # seconds between asking a process to stop and making it


class BotProcess:
    """Starts, restarts and stops the bot.

    `commands` are run one after the other, each when the one before it has done its work; the last is the bot.
    `ended` is told when one ends by itself, with its exit code, and the ones after it are not run; `learning` how far
    those before the bot are, in percent.
    """

    def __init__(
        self,
        settings: Mapping[str, str],
        ended: Callable[[int], None],
        commands: Sequence[Sequence[str]] = (RUN,),
        learning: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._settings = dict(settings)
        self._ended = ended
        self._commands = commands
        self._learning = learning
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the first command in the repository's folder, with its settings beside the environment's."""
        self._process = await self._begin(0)
        self._watch = asyncio.create_task(self._wait(self._process))

    async def _begin(self, at: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self._commands[at],
            cwd=ROOT,
            env=os.environ | self._settings,
            stdin=asyncio.subprocess.DEVNULL,
            stderr=None if at == len(self._commands) - 1 else asyncio.subprocess.PIPE,
            # Ctrl-C is for the demo, which then asks the bot to stop.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # the same on Windows
        )

    async def _wait(self, process: asyncio.subprocess.Process) -> None:
        for after in range(1, len(self._commands)):
            await self._pass_on(process)
            if code := await process.wait():
                self._ended(code)
                return
            process = self._process = await self._begin(after)
        self._ended(await process.wait())

    async def _pass_on(self, process: asyncio.subprocess.Process) -> None:
        """Show what a process writes to standard error, and tell how far it is with learning."""
        async for line in cast("asyncio.StreamReader", process.stderr):
            text = line.decode(errors="replace")
            sys.stderr.write(text)
            if found := _LEARNING.search(text):
                self._learning(int(found[1]))

    async def stop(self) -> None:
        """Ask the bot to stop, and make it if it does not."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])
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
