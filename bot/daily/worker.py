"""The worker: one task that sleeps until something is due, takes it, and sees it through.

It holds at most AT_ONCE jobs in memory. What must wait for another attempt waits in the store, so nothing
is lost with the process, and a thousand failing channels do not keep the others from their posts.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from typing import TYPE_CHECKING

from bot.clock import GUARD_SECONDS
from bot.daily.delivery import attempt, follow_up, pause_after
from bot.daily.guilds import STORE_PAUSE, StoreTrouble, until_stored
from bot.daily.jobs import FollowUpJob, NoticeJob, PostJob, Retry
from bot.errors import StoreError, StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.clock import Clock
    from bot.daily.bag import Filters
    from bot.daily.jobs import Outcome
    from bot.daily.ledger import Deliveries
    from bot.daily.ports import ChatPort
    from bot.daily.store import LeftGuilds

_log = logging.getLogger(__name__)


class Noting:
    """Notes jobs in the ledger."""

    def __init__(self, deliveries: Deliveries, trouble: StoreTrouble) -> None:
        self._deliveries = deliveries
        self._trouble = trouble
        self._waiting: list[tuple[PostJob | NoticeJob, dt.datetime, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def note(self, job: PostJob | NoticeJob, since: dt.datetime) -> bool:
        """Write that a job is asked for, with `asked` as in Job; return whether it may be.

        While the store cannot be used, nothing may: what is not written down is not sent.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, since, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="daily noting")
        return await future

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            allowed: set[str] = set()
            try:
                allowed = await self._deliveries.asking([(job, since) for job, since, _ in batch])
                self._trouble.ends()
            except StoreUnavailableError as error:
                self._trouble.begins(error)
            finally:
                for job, _, future in batch:
                    if not future.done():
                        future.set_result(job.nonce in allowed)


# Enough to fill Discord's global limit (50 a second) though some answers take a second or more.
AT_ONCE = 96
# Claims and records are made for several posts at a time: a transaction costs the same for one as for ten.
_BATCH = 16
_GATHER_SECONDS = 0.1
# The rows of a server that the bot was removed from are kept for so long.
RETENTION = dt.timedelta(days=7)
_BREATH = dt.timedelta(seconds=1)
_CLOSE_SECONDS = 2.0
# After a fault of ours outside an attempt.
_FAULT_PAUSE = dt.timedelta(minutes=1)


class Worker:
    """Makes the posts of all schedules in one store."""

    def __init__(
        self, deliveries: Deliveries, left_guilds: LeftGuilds, filters: Filters, chat: ChatPort, clock: Clock
    ) -> None:
        self._deliveries = deliveries
        self._left_guilds = left_guilds
        self._filters = filters
        self._chat = chat
        self._clock = clock
        self._trouble = StoreTrouble("the posts")
        self._noting = Noting(deliveries, self._trouble)
        self._attempts: dict[asyncio.Task[Outcome], PostJob | NoticeJob | FollowUpJob] = {}
        self._outcomes: list[Outcome] = []
        # Set by a poke, by the end of an attempt, and when it is time to look again.
        self._woken = asyncio.Event()
        # Since when it has been at its turn or at rest, on the event loop's clock, and for how long it may rest.
        self._since: tuple[float, float] | None = None
        # Whether the last look at what is due failed.
        self.failing = False

    @property
    def in_flight(self) -> int:
        """How many attempts are being made."""
        return len(self._attempts)

    def stalled(self) -> float | None:
        """Return for how many seconds it has not come round, apart from its rest; None before it runs."""
        if self._since is None:
            return None
        since, rest = self._since
        return max(asyncio.get_running_loop().time() - since - rest, 0.0)

    def poke(self) -> None:
        """Look again at what is due: a schedule was made or changed."""
        self._woken.set()

    async def idle(self, of: Callable[[int], bool]) -> None:
        """Return when no job for the servers that `of` names is under way, or still to be recorded."""
        while any(of(job.target.guild) for job in self._under_way()):  # noqa: ASYNC110 - each job's end changes it
            await asyncio.sleep(_GATHER_SECONDS)

    def _under_way(self) -> Iterator[PostJob | NoticeJob | FollowUpJob]:
        yield from self._attempts.values()
        yield from (each.job for each in self._outcomes)

    async def run(self) -> None:
        """Work until cancelled; what is under way then gets a moment to end and be recorded."""
        await until_stored("going on from a backup", self._take_over, self._clock)
        try:
            while True:
                self._woken.clear()
                self._since = (asyncio.get_running_loop().time(), 0.0)
                try:
                    wake = await self._work()
                    self.failing = False
                except StoreUnavailableError as error:
                    # Another process holds the store, or the disk is full: what is due stays due.
                    self._trouble.begins(error)
                    self.failing = True
                    wake = self._clock.now() + STORE_PAUSE
                except Exception:  # noqa: BLE001 - logged with its traceback; what is due stays due
                    _log.exception("couldn't process the posts that are due")
                    self.failing = True
                    wake = self._clock.now() + _FAULT_PAUSE
                self._since = (asyncio.get_running_loop().time(), 0.0 if wake is None else GUARD_SECONDS)
                await self._rest(wake)
        finally:
            await self._close()

    async def _take_over(self) -> None:
        if await self._deliveries.take_over(self._clock.now()):
            _log.info("first start from a backup: looking for what was posted since it was made")

    async def _work(self) -> dt.datetime | None:
        """Record what ended, take what is due, and return when to look again (None: when something ends)."""
        await self._record()
        room = AT_ONCE - len(self._attempts)
        if room < _BATCH:
            return None
        now = self._clock.now()
        wake = await self._deliveries.next_wake(RETENTION)
        if wake is None or wake > now:
            return wake or now + RETENTION
        taken = await self._deliveries.take(now, room, self._filters.matching, self._attempts.values())
        self._trouble.ends()
        for job in taken:
            attempt_ = asyncio.create_task(self._attempt(job), name=f"daily {job.nonce}")
            attempt_.add_done_callback(lambda _: self._woken.set())
            self._attempts[attempt_] = job
        if len(taken) == room:
            return now
        if taken:
            return await self._deliveries.next_wake(RETENTION)
        # Missed dates were written down, a server's rows are to go, another process was faster, or an attempt
        # lasts longer than its lease.
        await self._left_guilds.purge(now - RETENTION, self._chat.away)
        wake = await self._deliveries.next_wake(RETENTION)
        return max(wake, now + _BREATH) if wake else now + RETENTION

    async def _attempt(self, job: PostJob | NoticeJob | FollowUpJob) -> Outcome:
        """Take an attempt; a fault of ours is logged, and the job tried again like any other."""
        quote = None if isinstance(job, NoticeJob) else self._filters.quote(job.quote)
        asked = job.asked

        async def note(which: PostJob | NoticeJob, since: dt.datetime) -> bool:
            nonlocal asked
            allowed = await self._noting.note(which, since)
            asked = since if allowed else asked
            return allowed

        try:
            if isinstance(job, FollowUpJob):
                return await follow_up(job, quote, self._chat, self._clock)
            return await attempt(job, quote, self._chat, self._clock, note)
        except Exception:  # noqa: BLE001 - logged with its traceback, and nothing is lost
            _log.exception("an attempt of %s failed", job.nonce, extra={"nonce": job.nonce})
            failures = job.failures + 1
            return Retry(job, self._clock.now() + pause_after(failures, job.id), asked, failures)

    async def _record(self) -> None:
        ended = {task for task in self._attempts if task.done()}
        for task in ended:
            del self._attempts[task]
        self._outcomes += [task.result() for task in ended if not task.cancelled()]
        if self._outcomes:
            await self._deliveries.record(self._outcomes, self._clock.now())
            self._trouble.ends()
            self._outcomes = []

    async def _rest(self, wake: dt.datetime | None) -> None:
        """Wait for `wake`, a poke, or the end of an attempt, whichever comes first."""
        sleeping = None
        if wake is not None:
            sleeping = asyncio.create_task(self._clock.sleep_until(wake), name="daily sleep")
            sleeping.add_done_callback(lambda _: self._woken.set())
        try:
            await self._woken.wait()
        finally:
            if sleeping is not None:
                sleeping.cancel()
                await asyncio.gather(sleeping, return_exceptions=True)
        if any(task.done() for task in self._attempts):
            await asyncio.sleep(_GATHER_SECONDS)

    async def _close(self) -> None:
        if self._attempts:
            await asyncio.wait(self._attempts, timeout=_CLOSE_SECONDS)
        try:
            await self._record()
        except StoreError as error:
            _log.warning("the last posts weren't recorded; I'll look them up at the next start: %s", error)
        for task in self._attempts:
            task.cancel()
        await asyncio.gather(*self._attempts, return_exceptions=True)
