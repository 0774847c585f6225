"""When servers are looked at, and what is made of it, where no Discord is needed to see it."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.client import client
from bot.daily.guilds import EVERY, Presence, Recovery
from bot.daily.ports import ChannelCheck, Problem
from bot.daily.requests import RateLimiter
from bot.daily.schedule import ChannelKind, Pause
from bot.errors import StoreBrokenError, StoreBusyError
from tests.support.daily import GUILD, START, Office, until

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.daily.schedule import Schedule
    from bot.daily.store import Mention


class Sight:
    """Sees what the test says."""

    def __init__(self) -> None:
        self.looked: ChannelCheck | None = ChannelCheck(ChannelKind.TEXT)
        self.problem: Problem | None = None

    def knows(self, guild: int) -> bool:
        return guild == GUILD

    async def check_channel(self, _schedule: Schedule) -> ChannelCheck | None:
        return self.looked

    def role(self, _mention: Mention) -> Problem | None:
        return self.problem


@pytest.fixture
def sight() -> Sight:
    return Sight()


@pytest.fixture
def recovery(here: Office, sight: Sight) -> Recovery:
    async def joined(_guild: int) -> None:
        """Nobody returns in these tests."""

    stores = (here.store.recoveries, here.store.left_guilds)
    limit = dt.timedelta(hours=6)
    return Recovery(stores, here.filters, sight, here.clock, limit, joined, here.worker.poke)


async def paused(here: Office, reason: Pause, **fields: Any) -> None:
    schedule = await here.add(**fields)
    await here.store.schedules.pause(schedule.id, reason)


async def reasons(here: Office, guild: int = GUILD) -> list[Pause | None]:
    return [each.paused for each in await here.store.schedules.of_guild(guild)]


@pytest.mark.parametrize(
    "looked",
    [
        None,
        ChannelCheck(None, Problem.GONE),
        ChannelCheck(ChannelKind.TEXT, Problem.PERMISSIONS, ("Send Messages",)),
        ChannelCheck(ChannelKind.TEXT, Problem.TIMED_OUT, until=START),
        ChannelCheck(None, Problem.SERVER_DOWN),
        ChannelCheck(ChannelKind.FORUM),
    ],
)
async def test_what_still_hinders_ends_no_pause(
    here: Office, recovery: Recovery, sight: Sight, looked: ChannelCheck | None
) -> None:
    await paused(here, Pause.NO_PERMISSION)
    sight.looked = looked
    await recovery.check(None)
    assert await reasons(here) == [Pause.NO_PERMISSION]
    sight.looked = ChannelCheck(ChannelKind.TEXT)
    await recovery.check(None)
    assert await reasons(here) == [None]


async def test_a_zone_and_quotes_that_are_back(here: Office, recovery: Recovery) -> None:
    await paused(here, Pause.ZONE_GONE)
    await paused(here, Pause.NO_QUOTES, time="10:00", about="topic:silence")
    await here.lose_zone(1)
    await recovery.check({GUILD})
    assert await reasons(here) == [Pause.ZONE_GONE, Pause.NO_QUOTES]
    async with here.database.transaction() as tx:
        await tx.execute("UPDATE schedule SET zone = 'UTC', about = 'topic:music'")
    await recovery.check({GUILD})
    assert await reasons(here) == [None, None]


async def test_another_server_and_what_moderators_paused_are_left_alone(here: Office, recovery: Recovery) -> None:
    await paused(here, Pause.MODERATOR)
    await paused(here, Pause.NO_ACCESS, guild=GUILD + 1)
    await recovery.check(None)
    assert await reasons(here) == [Pause.MODERATOR]
    assert await reasons(here, GUILD + 1) == [Pause.NO_ACCESS]


async def test_what_fails_again_rests_before_it_goes_on_again(here: Office, recovery: Recovery) -> None:
    await paused(here, Pause.NO_PERMISSION)
    await recovery.check(None)
    (schedule,) = await here.store.schedules.of_guild(GUILD)
    await here.store.schedules.pause(schedule.id, Pause.NO_PERMISSION)
    await recovery.check(None)
    assert await reasons(here) == [Pause.NO_PERMISSION]
    here.clock.move(minutes=11)
    await recovery.check(None)
    assert await reasons(here) == [None]


async def test_a_store_that_is_held_is_asked_again(
    here: Office, recovery: Recovery, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks: list[Collection[int] | None] = []

    async def check(guilds: Collection[int] | None) -> None:
        looks.append(guilds)
        if len(looks) < 3:
            raise StoreBusyError("database is locked")

    monkeypatch.setattr(recovery, "check", check)
    task = asyncio.create_task(recovery.run())
    await here.quiet()
    recovery.touch(GUILD)
    await until(lambda: len(looks) == 1)
    recovery.touch_all()
    here.clock.move(seconds=5)
    await until(lambda: len(looks) == 2)
    here.clock.move(seconds=5)
    await until(lambda: len(looks) == 3)
    await here.quiet()
    here.clock.set(here.clock.now() + EVERY)
    await until(lambda: len(looks) == 4)
    assert looks == [frozenset({GUILD}), None, None, None]
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert caplog.text.count("the store can't be used right now") == 1
    assert caplog.text.count("the store can be used again; going on: what changed in servers") == 1


async def test_a_fault_over_one_schedule_keeps_no_other_paused(
    here: Office, recovery: Recovery, sight: Sight, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await paused(here, Pause.NO_PERMISSION)
    await paused(here, Pause.NO_PERMISSION, time="10:00")

    async def check_channel(schedule: Schedule) -> ChannelCheck:
        if schedule.number == 1:
            raise ZeroDivisionError
        return ChannelCheck(ChannelKind.TEXT)

    monkeypatch.setattr(sight, "check_channel", check_channel)
    await recovery.check(None)
    assert await reasons(here) == [Pause.NO_PERMISSION, None]
    assert "couldn't check schedule 1" in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_a_fault_ends_no_looks(
    here: Office, recovery: Recovery, sight: Sight, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await paused(here, Pause.NO_PERMISSION)
    faults: list[Exception] = [StoreBrokenError("database disk image is malformed"), ZeroDivisionError()]
    knows = sight.knows

    def fail(guild: int) -> bool:
        if faults:
            raise faults.pop()
        return knows(guild)

    def left_are(count: int) -> bool:
        return len(faults) == count

    monkeypatch.setattr(sight, "knows", fail)
    task = asyncio.create_task(recovery.run())
    await here.quiet()
    for left in (1, 0):
        recovery.touch_all()
        await until(partial(left_are, left))
        await here.quiet()
    assert await reasons(here) == [Pause.NO_PERMISSION]
    recovery.touch_all()
    for _ in range(100):
        if await reasons(here) == [None]:
            break
        await asyncio.sleep(0.01)
    assert await reasons(here) == [None]
    assert not task.done()
    assert caplog.text.count("couldn't check the servers") == 2
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_fault_beside_the_posts_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client, "_AGAIN_SECONDS", 0.0)
    calls: list[int] = []

    async def work() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise ZeroDivisionError
        await asyncio.sleep(60)

    task = asyncio.create_task(client._run(work))
    await until(lambda: len(calls) == 2)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert "a background task of the daily posts failed" in caplog.text


async def test_a_fault_over_the_tz_database_ends_no_posts(
    here: Office, recovery: Recovery, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    changed = here.worker.poke
    presence = Presence(here.store.schedules, here.store.left_guilds, here.clock, changed)
    task = asyncio.create_task(
        client.Daily(here.scheduler, presence, recovery, here.worker, RateLimiter(lambda: None), fail).run()
    )
    await here.add()
    await here.quiet()
    await here.move(hours=1)
    await until(lambda: bool(here.channel.sent))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "ZeroDivisionError" in caplog.text
