"""The bot as a process that is started and killed many times."""

from __future__ import annotations

import multiprocessing
import os
import sys
from typing import TYPE_CHECKING

from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from sandbox import Sandbox


def _bot(environment: dict[str, str]) -> None:
    """Be the bot: what `python -m bot run` does, in a process that has its libraries loaded already."""
    os.environ.update(environment)
    from bot.__main__ import main

    sys.exit(main(["run"]))


class Lives:
    """Starts the bot on a store and in a sandbox, whose clock it follows."""

    def __init__(self, sandbox: Sandbox, store: Path | str) -> None:
        self._sandbox, self._store = sandbox, store
        # A fork server loads the libraries once, so that a life begins in a fraction of a second.
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["bot.app", "bot.__main__"])

    def start(self, ahead: float | None = 0.0, **more: str) -> BaseProcess:
        """Start a process, with more settings.

        Its clock is `ahead` seconds ahead of the sandbox's, or with None the one that it has by its settings.
        """
        place = "DATABASE_URL" if isinstance(self._store, str) else "DATABASE_PATH"
        environment = {
            "DISCORD_TOKEN": self._sandbox.token,
            "DISCORD_API_BASE": self._sandbox.base_url,
            place: str(self._store),
            "ANNOUNCEMENT_PATH": str(SECOND),
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "ERROR"),
            **more,
        }
        if ahead is not None:
            environment["CLOCK_URL"] = f"{self._sandbox.world.root}/demo/clock?ahead={ahead}"
        process = self._processes.Process(target=_bot, args=(environment,))
        process.start()
        return process
