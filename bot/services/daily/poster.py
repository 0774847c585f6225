"""The poster: one task that sleeps until something is due, takes it, and sees it through.

It holds at most AT_ONCE errands in memory. What must wait for another try waits in the store, so nothing
is lost with the process, and a thousand failing channels do not keep the others from their posts.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import sqlite3
from typing import TYPE_CHECKING

from bot.domain.daily.errand import Again, FollowUp, PauseNotice, QuotePost
from bot.services.daily.noting import Noting
from bot.services.daily.storing import STORE_PAUSE
from bot.services.daily.turns import follow_up, pause_after, turn

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.domain.daily.errand import Verdict
    from bot.services.daily.abouts import Abouts
    from bot.services.daily.face import Face
    from bot.store.deliveries import Deliveries
    from bot.store.departures import Departures

_log = logging.getLogger(__name__)

# Enough to fill Discord's global limit (50 a second) though some answers take a second or more.
AT_ONCE = 96
# Claims and records are made for several posts at a time: a transaction costs the same for one as for ten.
_BATCH = 16
_GATHER_SECONDS = 0.1
# The rows of a server that the bot was removed from are kept for so long.
FAREWELL = dt.timedelta(days=7)
_BREATH = dt.timedelta(seconds=1)
_CLOSE_SECONDS = 2.0


class Poster:
    """Makes the posts of all schedules in one store."""

    def __init__(
        self, deliveries: Deliveries, departures: Departures, abouts: Abouts, face: Face, clock: Clock
    ) -> None:
        self._deliveries = deliveries
        self._departures = departures
        self._abouts = abouts
        self._face = face
        self._clock = clock
        self._noting = Noting(deliveries)
        self._turns: dict[asyncio.Task[Verdict], QuotePost | PauseNotice | FollowUp] = {}
        self._verdicts: list[Verdict] = []
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """Look again at what is due: a schedule was made or changed."""
        self._poked.set()

    async def run(self) -> None:
        """Work until cancelled; what is under way then gets a moment to end and be recorded."""
        try:
            while True:
                self._poked.clear()
                try:
                    wake = await self._work()
                except sqlite3.OperationalError as error:
                    # Another process holds the store, or the disk is full: what is due stays due.
                    _log.error("the store cannot be used just now (%s)", error)
                    wake = self._clock.now() + STORE_PAUSE
                await self._rest(wake)
        finally:
            await self._close()

    async def _work(self) -> dt.datetime | None:
        """Record what ended, take what is due, and return when to look again (None: when something ends)."""
        await self._record()
        room = AT_ONCE - len(self._turns)
        if room < _BATCH:
            return None
        now = self._clock.now()
        wake = await self._deliveries.next_wake(FAREWELL)
        if wake is None or wake > now:
            return wake or now + FAREWELL
        taken = await self._deliveries.take(now, room, self._abouts.matching, self._turns.values())
        for errand in taken:
            self._turns[asyncio.create_task(self._turn(errand), name=f"daily {errand.nonce}")] = errand
        if taken:
            return now
        # Missed dates were written down, a server's rows are to go, another process was faster, or a turn
        # lasts longer than its lease.
        await self._departures.purge(now - FAREWELL, self._face.away)
        wake = await self._deliveries.next_wake(FAREWELL)
        return max(wake, now + _BREATH) if wake else now + FAREWELL

    async def _turn(self, errand: QuotePost | PauseNotice | FollowUp) -> Verdict:
        """Take a turn; a fault of ours is logged, and the errand tried again like any other."""
        quote = None if isinstance(errand, PauseNotice) else self._abouts.quote(errand.quote)
        asked = errand.asked

        async def note(which: QuotePost | PauseNotice, since: dt.datetime) -> bool:
            nonlocal asked
            allowed = await self._noting.note(which, since)
            asked = since if allowed else asked
            return allowed

        try:
            if isinstance(errand, FollowUp):
                return await follow_up(errand, quote, self._face, self._clock)
            return await turn(errand, quote, self._face, self._clock, note)
        except Exception:  # noqa: BLE001 - logged with its traceback, and nothing is lost
            _log.exception("a turn of %s failed", errand.nonce)
            failures = errand.failures + 1
            return Again(errand, self._clock.now() + pause_after(failures, errand.id), asked, failures)

    async def _record(self) -> None:
        ended = {task for task in self._turns if task.done()}
        for task in ended:
            del self._turns[task]
        self._verdicts += [task.result() for task in ended if not task.cancelled()]
        if self._verdicts:
            await self._deliveries.record(self._verdicts, self._clock.now())
            self._verdicts = []

    async def _rest(self, wake: dt.datetime | None) -> None:
        """Wait for `wake`, a poke, or the end of a turn, whichever comes first."""
        waits: set[asyncio.Task[object]] = {asyncio.create_task(self._poked.wait(), name="daily poke")}
        if wake is not None:
            waits.add(asyncio.create_task(self._clock.sleep_until(wake), name="daily sleep"))
        try:
            await asyncio.wait(waits | self._turns.keys(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        if any(task.done() for task in self._turns):
            await asyncio.sleep(_GATHER_SECONDS)

    async def _close(self) -> None:
        if self._turns:
            await asyncio.wait(self._turns, timeout=_CLOSE_SECONDS)
        try:
            await self._record()
        except sqlite3.Error as error:
            _log.warning("the last posts were not recorded; they will be looked up at the next start: %s", error)
        for task in self._turns:
            task.cancel()
        await asyncio.gather(*self._turns, return_exceptions=True)
