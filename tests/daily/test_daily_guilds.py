"""Servers and channels that come and go, also while another process holds the store."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from typing import TYPE_CHECKING

import pytest

from bot.daily.guilds import Presence
from bot.daily.ports import NotNow, Refused
from bot.daily.schedule import Pause
from tests.support.clock import FakeClock
from tests.support.daily import CHANNEL, GUILD, START, Office, hold_store, hurry, office, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from tests.support.postgres import Place

pytestmark = pytest.mark.both_engines

HOUR = dt.timedelta(hours=1)
DUE = START + HOUR
PAUSE = dt.timedelta(seconds=5)


@pytest.fixture
async def here(place: Place) -> AsyncIterator[Office]:
    async with office(place, FakeClock(START)) as one:
        await hurry(one.database)
        yield one


@pytest.fixture
def presence(here: Office) -> Presence:
    return Presence(here.store.schedules, here.store.left_guilds, here.clock, here.worker.poke)


async def begin(here: Office, event: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """Let an event come, a second after the one before; return once it waits."""
    here.clock.move(seconds=1)
    task = asyncio.create_task(event)
    await here.quiet()
    await asyncio.sleep(0.05)
    return task


async def left_guilds(here: Office) -> list[tuple[int, int]]:
    """Return which servers were left, and how many seconds after START."""
    rows = await here.database.fetch_all("SELECT * FROM departure ORDER BY guild")
    return [(row["guild"], row["left_at"] // 1000 - int(START.timestamp())) for row in rows]


async def test_a_return_that_meets_a_held_store_is_not_lost(
    here: Office, presence: Presence, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    await here.add()
    await presence.left(GUILD)
    async with hold_store(place):
        task = await begin(here, presence.joined(GUILD))
        assert here.clock.wakes == [here.clock.now() + PAUSE]
        for _ in range(3):
            await here.move(seconds=5)
        assert await here.store.left_guilds.gone() == {GUILD}
    here.clock.move(seconds=5)
    await task
    assert await here.store.left_guilds.gone() == set()
    assert (await here.store.schedules.of_guild(GUILD))[0].next_due == DUE
    assert [record.levelno for record in caplog.records].count(logging.ERROR) == 1


async def test_events_that_wait_are_noted_in_their_order_and_at_their_instants(
    here: Office, presence: Presence, place: Place
) -> None:
    await here.add()
    await here.add(guild=GUILD + 1)
    async with hold_store(place):
        tasks = [
            await begin(here, event)
            for event in (
                presence.left(GUILD),
                presence.joined(GUILD),
                presence.left(GUILD),
                presence.left(GUILD + 1),
                presence.joined(GUILD + 1),
            )
        ]
        await here.move(hours=30)
    here.clock.move(seconds=5)
    await asyncio.gather(*tasks)
    assert await left_guilds(here) == [(GUILD, 3)]
    assert [each.paused for each in await here.store.schedules.of_guild(GUILD + 1)] == [None]


async def test_what_ready_says_is_noted_before_what_came_after(here: Office, presence: Presence, place: Place) -> None:
    await here.add()
    await here.add(guild=GUILD + 1)
    await presence.left(GUILD)
    async with hold_store(place):
        tasks = [await begin(here, presence.here({GUILD})), await begin(here, presence.left(GUILD))]
        await here.move(minutes=5)
    here.clock.move(seconds=5)
    await asyncio.gather(*tasks)
    assert await left_guilds(here) == [(GUILD, 2), (GUILD + 1, 1)]


async def test_a_channel_deleted_while_the_store_is_held_pauses_and_is_told(
    here: Office, presence: Presence, place: Place
) -> None:
    await here.add()
    async with here.at_work():
        async with hold_store(place):
            task = await begin(here, presence.channel_deleted(CHANNEL))
        await here.move(seconds=5)
        await task
        await until(lambda: len(here.channel.notices) == 1)
    assert (await here.store.schedules.of_guild(GUILD))[0].paused is Pause.CHANNEL_GONE


async def test_a_post_due_after_the_return_comes_though_the_store_was_held(
    here: Office, presence: Presence, place: Place
) -> None:
    await here.add()
    await presence.left(GUILD)
    async with here.at_work():
        async with hold_store(place):
            task = await begin(here, presence.joined(GUILD))
            await here.move(hours=2)
        await here.move(seconds=5)
        await task
        await until(lambda: len(here.channel.posts) == 1)
    assert here.channel.posts[0].due == DUE


async def test_an_event_that_waits_can_be_cancelled_and_holds_up_no_other(
    here: Office, presence: Presence, place: Place
) -> None:
    await here.add()
    async with hold_store(place):
        first, second = await begin(here, presence.joined(GUILD)), await begin(here, presence.left(GUILD))
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        await here.quiet()
        assert not second.done()
    here.clock.move(seconds=5)
    await second
    assert await left_guilds(here) == [(GUILD, 2)]


async def test_at_the_end_whatever_waits_is_given_up(
    here: Office, presence: Presence, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with hold_store(place):
        tasks = [await begin(here, presence.joined(GUILD)), await begin(here, presence.left(GUILD))]
        presence.end()
        await asyncio.wait(tasks, timeout=2)
        assert [task.cancelled() for task in tasks] == [True, True]
    assert [record.levelno for record in caplog.records].count(logging.ERROR) == 1


async def test_a_post_refused_before_the_removal_was_known_waits_for_the_return(
    here: Office, presence: Presence
) -> None:
    """Removed while it was off: what is due at the start is refused before the gateway tells why."""
    here.channel.plan.extend([Refused(Pause.NO_ACCESS), NotNow()])
    await here.add()
    stopped = await here.add(time="21:00")
    await here.store.schedules.pause(stopped.id, Pause.MODERATOR)
    here.clock.set(DUE)
    async with here.at_work():
        await here.move(seconds=1)
        assert (await here.store.schedules.of_guild(GUILD))[0].paused is Pause.NO_ACCESS
        await presence.here(set())
        await here.move(hours=2)
        await presence.here({GUILD})
        assert [each.paused for each in await here.store.schedules.of_guild(GUILD)] == [None, Pause.MODERATOR]
        await here.move(days=1)
    assert [(row["state"], row["reason"]) for row in await here.ledger()] == [("failed", "no-access"), ("sent", None)]
    assert here.channel.notices == []
    assert await here.database.fetch_all("SELECT * FROM notice") == []
