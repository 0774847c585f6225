"""The sandbox's clock: the true time plus an offset that can be moved, with a long poll for the bot.

It is Discord's time: `Date` headers, snowflakes and timestamps follow it. The bot's own clock may differ from it by
`ahead` seconds, which the long poll adds.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """Tells the time to everything in the sandbox; each move raises `version` by one."""

    def __init__(self, source: Callable[[], float]) -> None:
        self._source = source
        self._offset = 0.0
        self._moved = asyncio.Event()
        self.version = 1
        self.ahead = 0.0

    def now(self) -> float:
        """Tell the time, in seconds since 1970."""
        return self._source() + self._offset

    def move_to(self, at: float) -> None:
        """Set the clock to a time; it goes on running from there."""
        self._offset = at - self._source()
        self._note()

    def set_ahead(self, seconds: float) -> None:
        """Let the bot's clock be so many seconds ahead of Discord's (negative: behind)."""
        self.ahead = seconds
        self._note()

    def _note(self) -> None:
        self.version += 1
        self._moved.set()
        self._moved = asyncio.Event()

    def advance(self, by: float) -> None:
        """Move the clock on by some seconds."""
        self.move_to(self.now() + by)

    def bot_now(self) -> float:
        """Tell what the bot's clock shows."""
        return self.now() + self.ahead

    def state(self) -> dict[str, Any]:
        """Give the time as the page shows it."""
        return {"version": self.version, "now": self.now()}

    async def after(self, version: int, timeout: float) -> dict[str, Any]:  # noqa: ASYNC109 - part of the answer's contract
        """Wait until the clock has been moved past a version, or the time-out; then tell the bot its time."""
        if self.version <= version:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), timeout)
        return {"version": self.version, "now": self.bot_now()}
