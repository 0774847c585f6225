"""The time, passed in: the system's own, or in the demo the demo's."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

# A step of the system's clock, or a machine that slept, is noticed within this many seconds.
GUARD_SECONDS = 30.0


class Clock(Protocol):
    """Tells the time, and waits for one."""

    def now(self) -> dt.datetime:
        """Return the present instant, aware, in UTC."""
        ...

    async def sleep_until(self, instant: dt.datetime) -> None:
        """Return once `instant` has come, or earlier, when the clock was moved: ask `now` again."""
        ...


class SystemClock:
    """The machine's clock.

    Sleeping goes by the monotonic clock, which knows nothing of steps of the wall clock and may stand
    still while the machine is suspended; so a long sleep is cut into pieces of GUARD_SECONDS. `sleep` waits
    for so many seconds.
    """

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._sleep = sleep

    def now(self) -> dt.datetime:
        """Return the present instant, aware, in UTC."""
        return dt.datetime.now(dt.UTC)

    async def sleep_until(self, instant: dt.datetime) -> None:
        """Return at `instant`, or after GUARD_SECONDS, whichever comes first."""
        left = (instant - self.now()).total_seconds()
        await self._sleep(max(0.0, min(left, GUARD_SECONDS)))
