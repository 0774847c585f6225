"""The daily quotes of a bot that is logged in."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.services.daily.poster import Poster
    from bot.services.daily.presence import Presence
    from bot.services.daily.recovering import Recovery
    from bot.services.daily.scheduling import Scheduler

_log = logging.getLogger(__name__)

# After a fault beside the posts.
_AGAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Daily:
    """The daily quotes: `run()` is to be kept running while the bot is logged in."""

    scheduler: Scheduler
    presence: Presence
    recovery: Recovery
    poster: Poster
    replan: Callable[[], Awaitable[None]]
    beside: tuple[Callable[[], Awaitable[None]], ...] = ()

    async def run(self) -> None:
        """Bring what is planned up to this process's tz database, then post until cancelled.

        What is `beside` runs as long.
        """
        others = [asyncio.create_task(_run(each), name="beside the posts") for each in self.beside]
        try:
            await self.replan()
            posting = asyncio.create_task(self.poster.run(), name="poster")
            others.append(posting)
            done, _ = await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            # The poster ends what is under way before it is done.
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    """Keep what runs beside the posts running: a fault of it is logged, and ends nothing else."""
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001 - logged with its traceback
            _log.exception("a fault beside the daily posts")
        await asyncio.sleep(_AGAIN_SECONDS)
