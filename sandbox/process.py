"""The bot as a process of its own, as the demo runs it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
