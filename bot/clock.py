"""What time it is: the machine's clock, or in the demo the demo's. Nothing else in the program asks."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import time
from typing import TYPE_CHECKING, Protocol, Self

import aiohttp

from bot.errors import StoreError

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


# How often a clock elsewhere is asked, in seconds; an answer that takes longer than SLOW_SECONDS tells little.
ASK_SECONDS = 10.0
SLOW_SECONDS = 1.0


def steady() -> float:
    """Return seconds on a clock that no one steps, and that goes on while the machine sleeps, where there is such."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class SharedClock:
    """A clock elsewhere that several machines share, so that it doesn't matter how theirs are set.

    `ask` returns its instant. It is asked every ASK_SECONDS, and followed in between by the machine's `count` of
    seconds. Use it as a context manager; `now` is right from the moment that it is entered.
    """

    def __init__(self, ask: Callable[[], Awaitable[dt.datetime]], count: Callable[[], float] = steady) -> None:
        self._ask = ask
        self._count = count

    async def __aenter__(self) -> Self:
        self._known, self._since = await self._look()
        self._following = asyncio.create_task(self._follow(), name="shared clock")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)

    def now(self) -> dt.datetime:
        """Return the clock's instant, aware, in UTC."""
        return self._known + dt.timedelta(seconds=self._count() - self._since)

    async def sleep_until(self, instant: dt.datetime) -> None:
        """Return at `instant`, or after GUARD_SECONDS, whichever comes first."""
        left = (instant - self.now()).total_seconds()
        await asyncio.sleep(max(0.0, min(left, GUARD_SECONDS)))

    async def _look(self) -> tuple[dt.datetime, float]:
        """Return the clock's instant, and when that was by our count: halfway between question and answer."""
        asked = self._count()
        there = await self._ask()
        self._took = self._count() - asked
        return there, asked + self._took / 2

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(ASK_SECONDS)
            # While it can't be asked, or answers too slowly to tell, time goes on as it was.
            with contextlib.suppress(StoreError):
                found = await self._look()
                if self._took < SLOW_SECONDS:
                    self._known, self._since = found


_log = logging.getLogger(__name__)

_RETRY_SECONDS = 1.0


class DemoClock:
    """Follows the clock at `url` by long polls: each answer says what time it is there, and its version.

    Use it as a context manager; `now` is right from the moment that it is entered.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._real = SystemClock()
        self._offset = dt.timedelta()
        self._version = -1
        self._moved = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        try:
            await self._ask()
        except BaseException:
            await self._session.close()
            raise
        self._following = asyncio.create_task(self._follow(), name="demo clock")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)
        await self._session.close()

    def now(self) -> dt.datetime:
        """Return the demo's instant, aware, in UTC."""
        return self._real.now() + self._offset

    async def sleep_until(self, instant: dt.datetime) -> None:
        """Return at `instant`, or earlier: when the clock is moved, or after GUARD_SECONDS."""
        left = min((instant - self.now()).total_seconds(), GUARD_SECONDS)
        moved = self._moved
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(moved.wait(), max(0.0, left))

    async def _follow(self) -> None:
        while True:
            try:
                await self._ask()
            except (aiohttp.ClientError, TimeoutError):
                # The demo restarts its server, or ends; the time goes on as it was.
                await asyncio.sleep(_RETRY_SECONDS)

    async def _ask(self) -> None:
        """Wait until the clock is moved, at most as long as the server keeps a poll, and take its time."""
        async with self._session.get(self._url, params={"after": self._version}) as response:
            response.raise_for_status()
            told = await response.json()
        there = dt.datetime.fromtimestamp(float(told["now"]), dt.UTC)
        if told["version"] != self._version:
            self._version = int(told["version"])
            self._offset = there - self._real.now()
            self._moved.set()
            self._moved = asyncio.Event()
