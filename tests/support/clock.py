"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import datetime as dt


class FakeClock:
    """`move` lets time pass: whoever sleeps until an instant that has come wakes."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = now
        self._sleepers: list[tuple[dt.datetime, asyncio.Future[None]]] = []

    def now(self) -> dt.datetime:
        """Return the instant at which the clock stands."""
        return self._now

    async def sleep_until(self, instant: dt.datetime) -> None:
        """Wait until the clock was moved to `instant` or beyond."""
        if instant <= self._now:
            return
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((instant, future))
        await future

    @property
    def wakes(self) -> list[dt.datetime]:
        """The instants for which somebody waits, in order."""
        return sorted(instant for instant, future in self._sleepers if not future.done())

    def set(self, now: dt.datetime) -> None:
        """Move the clock, forwards or backwards; a step is noticed by all who sleep, as the guard does."""
        self._now = now
        for _, future in self._sleepers:
            if not future.done():
                future.set_result(None)
        self._sleepers.clear()

    def move(self, **delta: float) -> None:
        """Let time pass: `clock.move(hours=1)`."""
        self.set(self._now + dt.timedelta(**delta))
