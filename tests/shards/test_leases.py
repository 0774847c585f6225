"""Leases in the store, with several processes on it, and the keeper that holds them."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from bot.daily.requests import RateLimiter
from bot.errors import StoreBusyError
from bot.shards.keeper import Keeper, Served, Shared, Timing
from bot.shards.leases import Leases, Turns
from tests.support.daily import opened, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.store.database import Database
    from tests.support.postgres import Place

pytestmark = pytest.mark.both_engines

SHORT = Timing(*(dt.timedelta(seconds=each) for each in (1.0, 0.1, 0.5)))
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
async def store(place: Place) -> AsyncIterator[Database]:
    async with await opened(place) as database:
        yield database


class Line:
    """Connections that are there at once, and remember what came and went."""

    def __init__(self) -> None:
        self.open_now: set[int] = set()
        self.served: set[int] = set()
        self.most_opening = 0
        self._opening = 0
        self.busy: set[int] = set()
        self.keeper: Keeper | None = None
        self.fails = 0

    async def open(self, shard: int) -> None:
        self._opening += 1
        self.most_opening = max(self.most_opening, self._opening)
        try:
            await asyncio.sleep(0.01)
            if self.fails:
                self.fails -= 1
                raise OSError("no route")
        finally:
            self._opening -= 1
        assert shard not in self.open_now
        self.open_now.add(shard)
        assert self.keeper is not None
        await self.keeper.ready(shard)

    async def close(self, shard: int) -> None:
        self.open_now.discard(shard)
        self.served.discard(shard)

    async def idle(self, shard: int) -> None:
        while shard in self.busy:  # noqa: ASYNC110 - a test's
            await asyncio.sleep(0.01)

    async def gained(self, shard: int) -> None:
        self.served.add(shard)


class Process:
    """A keeper at work, which can be killed, stopped and woken."""

    def __init__(self, database: Database, owner: str) -> None:
        self.leases = Leases(database, owner, SHORT.lease)
        self.owned = Served(self.leases)
        self.line = Line()
        self.keeper = Keeper(self.leases, self.owned, self.line, time.monotonic, SHORT)
        self.line.keeper = self.keeper
        self.task: asyncio.Task[None] | None = None

    @property
    def held(self) -> set[int]:
        return {*self.keeper.held}

    async def start(self, shards: int) -> None:
        assert await self.keeper.agree(shards) == shards
        self.wake()

    def wake(self) -> None:
        self.task = asyncio.create_task(self.keeper.run())

    async def kill(self) -> None:
        """End it without a word."""
        assert self.task is not None
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def end(self) -> None:
        await self.kill()
        await self.keeper.leave()


@contextlib.asynccontextmanager
async def process(database: Database, owner: str, shards: int = 16) -> AsyncIterator[Process]:
    one = Process(database, owner)
    try:
        await one.start(shards)
        yield one
    finally:
        await one.end()


def shared_out(shards: int, *of: Process) -> bool:
    """Whether all shards are served, each by one process, and each process has its share."""
    counts = [len(each.line.served) for each in of]
    union = set().union(*(each.line.served for each in of))
    return len(union) == sum(counts) == shards and max(counts) - min(counts) <= 1


async def watch(*of: Process) -> None:
    """See until cancelled that no shard is connected twice."""
    while True:
        connected = [shard for each in of for shard in each.line.open_now]
        assert len(connected) == len({*connected})
        await asyncio.sleep(0.002)


async def test_one_then_four_then_two_processes_and_one_killed(store: Database) -> None:
    shards = 16
    four = [Process(store, f"{number:x}") for number in range(4)]
    watching = asyncio.create_task(watch(*four))
    await four[0].start(shards)
    await until(lambda: shared_out(shards, four[0]))
    for one in four[1:]:
        await one.start(shards)
    await until(lambda: shared_out(shards, *four))
    for one in four[2:]:
        await one.end()
        one.line.open_now.clear()
        one.line.served.clear()
    await until(lambda: shared_out(shards, *four[:2]))
    # What was given back is not waited for; what was held by one that was killed is, for its lease.
    await four[1].kill()
    four[1].line.open_now.clear()
    four[1].line.served.clear()
    killed = time.monotonic()
    await until(lambda: shared_out(shards, four[0]))
    assert time.monotonic() - killed >= (SHORT.lease - SHORT.beat).total_seconds()
    await four[0].end()
    assert not watching.done()
    watching.cancel()
    assert max(each.line.most_opening for each in four) == 1


async def test_a_process_that_was_stopped_lets_go_of_what_it_lost(store: Database) -> None:
    """It can do nothing for a shard that is another's before it knows of that: the store refuses."""
    async with process(store, "a", 4) as first:
        await until(lambda: shared_out(4, first))
        mine = first.owned.condition("guild")
        await first.kill()
        first.owned.ids = {0, 1, 2, 3}  # it believes so
        async with process(store, "b", 4) as second:
            await until(lambda: shared_out(4, second))
            assert first.keeper.lapsed()
            query = "SELECT guild FROM (SELECT 8388608 AS guild) AS one WHERE guild IS NOT NULL"
            assert await store.fetch_all(query + mine) == []
            assert len(await store.fetch_all(query + second.owned.condition("guild"))) == 1
            first.wake()
            await until(lambda: shared_out(4, first, second) and len(first.held) == len(second.held) == 2)
            assert not first.keeper.lapsed()
            assert first.line.open_now == first.held


async def test_a_shard_is_given_back_when_nothing_is_under_way(store: Database) -> None:
    async with process(store, "a", 2) as first:
        await until(lambda: shared_out(2, first))
        first.line.busy = {1}
        async with process(store, "b", 2) as second:
            await until(lambda: first.owned.ids == {0})
            await asyncio.sleep(0.2)
            assert (first.line.open_now, second.line.open_now) == ({0, 1}, set())
            first.line.busy = set()
            await until(lambda: shared_out(2, first, second))


async def test_what_takes_too_long_does_not_keep_a_shard(store: Database) -> None:
    async with process(store, "a", 2) as first:
        await until(lambda: shared_out(2, first))
        first.line.busy = {1}
        async with process(store, "b", 2) as second:
            await until(lambda: shared_out(2, first, second))


async def test_a_shard_that_cannot_be_opened_is_tried_again(store: Database, caplog: pytest.LogCaptureFixture) -> None:
    one = Process(store, "a")
    one.line.fails = 2
    await one.start(2)
    await until(lambda: shared_out(2, one))
    await one.end()
    assert len([record for record in caplog.records if "couldn't be moved" in record.message]) == 2


async def test_a_store_that_is_away_costs_no_shard(
    store: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with process(store, "a", 2) as one:
        await until(lambda: shared_out(2, one))

        async def away(_idle: object) -> None:
            raise StoreBusyError("away")

        with monkeypatch.context() as patched:
            patched.setattr(one.leases, "beat", away)
            await asyncio.sleep(SHORT.lease.total_seconds() + 0.3)
            assert not one.keeper.lapsed()
        await until(lambda: "the store can be reached again" in caplog.text)
        assert one.line.open_now == {0, 1}
        assert caplog.text.count("the store can't be reached") == 1


async def test_more_processes_than_shards_stand_by(store: Database) -> None:
    async with process(store, "a", 1) as first, process(store, "b", 1) as second:
        await until(lambda: second.keeper.began.is_set() and first.line.served == {0})
        assert second.held == set()
        await first.end()
        await until(lambda: second.line.served == {0})


async def test_the_number_of_shards_is_agreed_on(store: Database) -> None:
    async with process(store, "a", 4) as first:
        await until(lambda: shared_out(4, first))
        # One that comes later may be told of more servers than there were.
        assert await Leases(store, "b", SHORT.lease).agree(8) == 4
    assert await Leases(store, "b", SHORT.lease).agree(8) == 8
    assert await Leases(store, "b", SHORT.lease).agree(2) == 2


async def test_slots_never_overlap(store: Database) -> None:
    leases = [Leases(store, name, SHORT.lease) for name in "abc"]
    began = time.monotonic()
    waits = [await leases[number % 3].slot("x", SECOND) for number in range(6)]
    begins = [wait.total_seconds() for wait in waits]
    assert begins[0] == 0.0
    took = time.monotonic() - began
    assert all(later - earlier > 1.0 - took for earlier, later in pairwise(begins))
    assert (await leases[0].slot("y", SECOND)).total_seconds() == 0.0
    async with store.transaction() as tx:
        await tx.execute("UPDATE slot SET next_at = next_at - 60000")
    # What nobody took is gone: there is no burst after a pause.
    waits = [await leases[0].slot("x", SECOND) for _ in range(2)]
    assert waits[0].total_seconds() == 0.0
    assert waits[1].total_seconds() > 0.5


async def test_a_slot_that_was_used_late_puts_the_next_one_off(store: Database) -> None:
    leases = Leases(store, "a", SHORT.lease)
    await leases.slot("x", SECOND)
    await leases.postpone("x", 10 * SECOND)
    assert (await leases.slot("x", SECOND)).total_seconds() > 9.0
    await leases.postpone("x", SECOND)
    assert (await leases.slot("x", SECOND)).total_seconds() > 10.0


async def test_a_slot_that_begins_now_is_never_close_to_the_next(store: Database) -> None:
    """A process that was held up after it took one puts the next one off, whoever waits for that already."""
    first, second = (Leases(store, name, SHORT.lease) for name in "ab")
    length = dt.timedelta(seconds=0.3)
    assert await first.begin("x", length) == dt.timedelta()
    wait = await second.begin("x", length)
    assert dt.timedelta() < wait <= length
    await asyncio.sleep(wait.total_seconds() / 2)
    used = time.monotonic()
    await first.postpone("x", length)
    while wait := await second.begin("x", length):  # noqa: ASYNC110 - what is waited for is the store's time
        await asyncio.sleep(wait.total_seconds())
    assert time.monotonic() - used >= length.total_seconds() - 0.002
    assert await second.begin("y", length) == dt.timedelta()


async def test_one_turn_at_a_time(store: Database) -> None:
    first, second = Turns(store, "a"), Turns(store, "b")
    assert await first.take("x", SECOND)
    assert await first.take("x", SECOND)
    assert not await second.take("x", SECOND)
    assert await second.take("y", SECOND)
    await second.end("x")
    assert not await second.take("x", SECOND)

    async def wait() -> None:
        async with second.turn("x", SECOND):
            assert not await first.take("x", SECOND)

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await first.end("x")
    await waiting
    assert await second.take("x", dt.timedelta(milliseconds=20))
    await asyncio.sleep(0.05)
    assert await first.take("x", SECOND)


async def test_an_identify_waits_for_the_store(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    leases = Leases(store, "a", SHORT.lease)
    shared = Shared(leases, Turns(store, "a"))
    given, asked = leases.begin, 0

    async def sometimes(name: str, length: dt.timedelta) -> dt.timedelta:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise StoreBusyError("away")
        return await given(name, length)

    monkeypatch.setattr(leases, "begin", sometimes)
    await shared.to_identify(0)
    assert asked == 2


async def test_several_processes_keep_one_pace(store: Database) -> None:
    """Discord's global limit belongs to the application: what one uses, another may not."""
    went: list[float] = []
    loop = asyncio.get_running_loop()

    async def requests(name: str) -> None:
        shared = Shared(Leases(store, name, SHORT.lease), Turns(store, name))
        limiter = RateLimiter(lambda: None, slots=shared.requests)

        async def one() -> None:
            await limiter.wait()
            went.append(loop.time())

        await asyncio.gather(*(one() for _ in range(40)))

    await asyncio.gather(*(requests(name) for name in "abc"))
    went.sort()
    assert len(went) == 120
    assert all(later - earlier > 0.95 for earlier, later in zip(went, went[50:], strict=False))


async def test_a_slot_that_was_missed_is_dropped() -> None:
    taken: list[int] = []
    gate = asyncio.Event()
    gate.set()

    async def slots(count: int) -> list[float]:
        taken.append(count)
        # The first one was over before it could be used.
        return [-1.0, 0.0] if len(taken) == 1 else [0.0] * count

    limiter = RateLimiter(lambda: gate, slots=slots)
    await limiter.wait()
    assert taken == [1]
    await limiter.wait()
    assert taken == [1, 1]
