"""A process with some of the shards looks at the servers of these alone; the store is shared."""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.daily.jobs import Delivered, Done, FollowUpJob, NoticeJob, PostJob
from bot.daily.ledger import DailyStore
from bot.daily.schedule import Extra, Pause
from bot.daily.store import Schedules
from bot.daily.worker import RETENTION
from bot.shards.rule import ALL, Shards, shard_of
from sandbox import Sandbox
from tests.support.clock import FakeClock
from tests.support.daily import CHANNEL, START, office, until
from tests.support.daily_chat import ours
from tests.support.processes import move, process, rows, start_on_monday, until_so

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.client import Canonkeeper
    from sandbox.model import Channel, Guild
    from tests.support.postgres import Place

pytestmark = pytest.mark.both_engines


@given(st.integers(0, 2**63 - 1), st.integers(1, 100))
def test_a_server_is_of_exactly_one_shard(guild: int, count: int) -> None:
    assert [number for number in range(count) if Shards(count, frozenset({number})).serves(guild)] == [
        shard_of(guild, count)
    ]
    assert ALL.serves(guild)


def test_a_process_that_serves_all_asks_for_nothing_more() -> None:
    assert ALL.condition("guild") == ""
    assert Shards(4, frozenset({3, 0})).condition("guild") == " AND (guild >> 22) % 4 IN (0, 3)"


@dataclass
class Two:
    """Two processes, each with the shard of its number; the store and the local Discord are shared."""

    sandbox: Sandbox
    store: Path
    bots: dict[int, Canonkeeper] = field(default_factory=dict)
    _stacks: dict[int, AsyncExitStack] = field(default_factory=dict)

    async def start(self, shard: int) -> None:
        self._stacks[shard] = stack = AsyncExitStack()
        one = process(self.sandbox, self.store, SHARD_IDS=str(shard), SHARD_COUNT="2")
        self.bots[shard] = await stack.enter_async_context(one)

    async def stop(self, shard: int) -> None:
        del self.bots[shard]
        await self._stacks.pop(shard).aclose()

    def guild(self, shard: int) -> Guild:
        return next(each for each in self.sandbox.world.guilds.values() if shard_of(each.id, 2) == shard)

    def channel(self, shard: int) -> Channel:
        return next(each for each in self.guild(shard).channels.values() if each.type == 0)

    async def schedule(self, shard: int) -> None:
        mo = self.sandbox.person("Mo", self.guild(shard).name)
        await mo.slash("daily schedule", channel=self.channel(shard), time="9:00", timezone="UTC")

    def posts(self, shard: int) -> int:
        return len(ours(self.sandbox, self.channel(shard)))

    async def move(self, **delta: float) -> None:
        await move(self.sandbox, *self.bots.values(), **delta)

    async def quiet(self) -> None:
        """Give all time for what they may not do."""
        for bot in self.bots.values():
            bot.daily.worker.poke()
            await bot.daily.recovery.check(None)
        await asyncio.sleep(0.5)

    async def schedules(self, shard: int) -> list[dict[str, Any]]:
        bot = next(iter(self.bots.values()))
        return [each for each in await rows(bot, "SELECT * FROM schedule") if each["guild"] == self.guild(shard).id]


@pytest.fixture
async def two(second_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Two]:
    async with Sandbox(journal_size=None) as sandbox:
        start_on_monday(sandbox, 2, monkeypatch)
        two = Two(sandbox, second_path)
        try:
            for shard in (0, 1):
                await two.start(shard)
            for shard in (0, 1):
                await two.schedule(shard)
            yield two
        finally:
            for shard in [*two.bots]:
                await two.stop(shard)


async def test_each_connects_with_its_own_shard_and_posts_for_it(two: Two) -> None:
    assert sorted(session.shard for session in two.sandbox.gateway.sessions.values()) == [0, 1]
    assert [[guild.id for guild in two.bots[n].guilds] for n in (0, 1)] == [[two.guild(0).id], [two.guild(1).id]]
    assert two.sandbox.world.starts.refused == 0
    assert len([each for each in two.sandbox.journal.find("PUT") if each.route.endswith("/commands")]) == 1
    await two.move(hours=1)
    await until(lambda: two.posts(0) == two.posts(1) == 1)
    await two.quiet()
    assert (two.posts(0), two.posts(1)) == (1, 1)


async def test_what_is_due_waits_for_the_process_whose_it_is(two: Two) -> None:
    (before,) = await two.schedules(1)
    await two.stop(1)
    await two.move(hours=1)
    await until(lambda: two.posts(0) == 1)
    await two.quiet()
    assert two.posts(1) == 0
    assert await two.schedules(1) == [before]
    await two.start(1)
    await until(lambda: two.posts(1) == 1)
    assert two.posts(0) == 1


async def test_what_another_left_is_not_deleted(two: Two) -> None:
    """The first has never seen that server, and so cannot tell whether the bot is back in it."""
    two.sandbox.world.kick_bot(two.guild(1))
    left_guilds = two.bots[1].services.daily.left_guilds

    async def noted() -> bool:
        return await left_guilds.gone() == {two.guild(1).id}

    await until_so(noted)
    assert await two.bots[0].services.daily.left_guilds.gone() == set()
    await two.stop(1)
    two.sandbox.world.add_bot(two.guild(1))
    await two.move(days=7, hours=2)
    await until(lambda: two.posts(0) == 1)
    await two.quiet()
    assert [each["paused"] for each in await two.schedules(1)] == ["left"]
    await two.start(1)

    async def goes_on() -> bool:
        return [each["paused"] for each in await two.schedules(1)] == [None]

    await until_so(goes_on)


async def test_what_another_has_to_tell_is_told_by_it(two: Two) -> None:
    guild = two.guild(1)
    await two.stop(1)
    schedules = two.bots[0].services.daily.schedules
    await schedules.pause_channel(two.channel(1).id, Pause.CHANNEL_GONE, two.bots[0].services.clock.now())
    before = said(two, guild)
    await two.quiet()
    assert said(two, guild) == before
    await two.start(1)
    await until(lambda: said(two, guild) == before + 1)


def said(two: Two, guild: Guild) -> int:
    return sum(len(ours(two.sandbox, channel)) for channel in guild.channels.values())


# -- the store by itself ---------------------------------------------------------------------------------


async def test_a_process_sleeps_over_what_is_another_s(place: Place) -> None:
    """Each table in turn holds something that is due for one of two alone."""
    clock = FakeClock(START)
    ours_, theirs = 0 << 22, 1 << 22
    async with office(place, clock) as here:
        mine = DailyStore.on(here.database, dt.timedelta(hours=6), None, Shards(2, frozenset({0})))
        other = DailyStore.on(here.database, dt.timedelta(hours=6), None, Shards(2, frozenset({1})))

        async def wakes() -> tuple[dt.datetime | None, dt.datetime | None]:
            return await mine.deliveries.next_wake(RETENTION), await other.deliveries.next_wake(RETENTION)

        async def take(store: DailyStore) -> list[PostJob | NoticeJob | FollowUpJob]:
            return await store.deliveries.take(clock.now(), 100, here.filters.matching)

        assert await wakes() == (None, None)
        schedule = await here.add(guild=theirs, extras=frozenset({Extra.THREAD}))
        assert await wakes() == (None, schedule.next_due)
        clock.move(hours=1)
        assert await take(mine) == []
        (post,) = await take(other)
        assert isinstance(post, PostJob)
        assert [await each.deliveries.outstanding(clock.now()) for each in (mine, other)] == [(0, 0), (0, 1)]
        # Not even once its lease has run out, nor may it be asked for.
        clock.move(minutes=1)
        assert await wakes() == (None, post.lease_until)
        assert await take(mine) == []
        assert await mine.deliveries.asking([(post, clock.now())]) == set()
        (post,) = await take(other)
        assert isinstance(post, PostJob)
        await other.deliveries.record([Delivered(post, 5, 6, clock.now())], clock.now())
        assert (await wakes())[0] is None
        assert await take(mine) == []
        (thread,) = await take(other)
        assert isinstance(thread, FollowUpJob)
        await other.deliveries.record([Done(thread)], clock.now())
        await here.store.schedules.pause_channel(CHANNEL, Pause.CHANNEL_GONE, clock.now())
        assert (await wakes())[0] is None
        assert await take(mine) == []
        (notice,) = await take(other)
        assert isinstance(notice, NoticeJob)
        assert await mine.deliveries.asking([(notice, clock.now())]) == set()
        assert await other.deliveries.asking([(notice, clock.now())]) == {notice.nonce}
        await other.deliveries.record([Delivered(notice, 7, 8, clock.now())], clock.now())
        assert [len(await each.recoveries.troubled(None)) for each in (mine, other)] == [0, 1]
        assert [await each.left_guilds.guilds() for each in (mine, other)] == [set(), {theirs}]
        await other.left_guilds.leave([theirs], clock.now())
        assert (await wakes())[0] is None
        assert [await each.left_guilds.gone() for each in (mine, other)] == [set(), {theirs}]
        assert await mine.left_guilds.purge(clock.now(), lambda _guild: True) == 0
        assert await other.left_guilds.purge(clock.now(), lambda _guild: True) == 1
        await here.add(guild=ours_, role=5)
        assert [len(await each.recoveries.mentions(None)) for each in (mine, other)] == [1, 0]


async def test_each_plans_its_own_anew(place: Place) -> None:
    clock = FakeClock(START)
    async with office(place, clock) as here:
        made = [await here.add(guild=number << 22) for number in (0, 1)]
        later = START + dt.timedelta(hours=3)
        mine = Schedules(here.database, Shards(2, frozenset({0})))
        assert await mine.replan(clock.now(), lambda _rule, _date: later) == 1
        found = [await here.store.schedules.get(each.id) for each in made]
        assert [each and each.next_due for each in found] == [later, made[1].next_due]
