"""What is planned follows the tz database of the process, which a restart may have brought up to date."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from bot.daily.guilds import replan
from bot.daily.schedule import Pause
from tests.support.clock import FakeClock
from tests.support.daily import GUILD, START, Office, hold_store, hurry, office

if TYPE_CHECKING:
    from tests.support.postgres import Place

pytestmark = pytest.mark.both_engines

HOUR = dt.timedelta(hours=1)
ZONES = ("Europe/London", "America/New_York", "Africa/Casablanca", "Asia/Kolkata")


async def shift(here: Office, **delta: float) -> None:
    """Let all posts be planned as by a tz database with other offsets."""
    async with here.database.transaction() as tx:
        await tx.execute("UPDATE schedule SET next_due = next_due + ?", (dt.timedelta(**delta).total_seconds() * 1000,))


async def planned(here: Office) -> list[dt.datetime | None]:
    return [schedule.next_due for schedule in await here.store.schedules.of_guild(GUILD)]


async def test_what_an_older_tz_database_planned_is_moved(here: Office) -> None:
    for zone in ZONES:
        await here.add(zone=zone, time="18:00")
        await here.add(zone=zone, time="19:30")
    right = await planned(here)
    await here.add(zone=ZONES[0], time="18:00", guild=GUILD + 1)
    await shift(here, hours=1)
    await replan(here.store.schedules, here.clock)
    assert await planned(here) == right
    assert (await here.store.schedules.of_guild(GUILD + 1))[0].next_due == right[0]


@pytest.mark.sqlite
async def test_what_is_planned_rightly_is_not_written_again(here: Office) -> None:
    for zone in ZONES:
        await here.add(zone=zone, time="18:00")
    before = await here.database.fetch_one("PRAGMA data_version")
    changes = here.file._writer.total_changes
    await replan(here.store.schedules, here.clock)
    assert here.file._writer.total_changes == changes
    assert await here.database.fetch_one("PRAGMA data_version") == before


async def test_what_is_due_stays_due(here: Office) -> None:
    await here.add(time="09:00")
    await shift(here, hours=-1)
    await replan(here.store.schedules, here.clock)
    assert await planned(here) == [START]


async def test_what_is_moved_into_the_past_is_due(here: Office) -> None:
    await here.add(time="09:00")
    await shift(here, hours=1)
    here.clock.move(hours=1, minutes=20)
    await replan(here.store.schedules, here.clock)
    assert await planned(here) == [START + HOUR]
    async with here.at_work():
        assert [post.late for post in here.channel.posts] == [True]


async def test_a_zone_that_is_gone_holds_up_no_other(here: Office) -> None:
    await here.add(time="09:00")
    await here.add(time="09:30")
    await here.lose_zone(1)
    await shift(here, minutes=30)
    await replan(here.store.schedules, here.clock)
    assert await planned(here) == [START + 1.5 * HOUR, START + 1.5 * HOUR]


async def test_a_date_that_the_zone_now_skips_is_left_as_it_is(place: Place) -> None:
    clock = FakeClock(dt.datetime(2011, 12, 29, 12, tzinfo=dt.UTC))
    async with office(place, clock) as here:
        await here.add(zone="Pacific/Apia", time="09:00")
        async with here.database.transaction() as tx:
            await tx.execute("UPDATE schedule SET next_date = '2011-12-30'")
        before = await planned(here)
        await replan(here.store.schedules, here.clock)
        assert await planned(here) == before


async def test_a_paused_schedule_stays_paused(here: Office) -> None:
    schedule = await here.add()
    await here.store.schedules.pause(schedule.id, Pause.MODERATOR)
    await replan(here.store.schedules, here.clock)
    assert await planned(here) == [None]


async def test_a_store_held_by_another_process_is_waited_for(here: Office, place: Place) -> None:
    await here.add()
    await shift(here, hours=1)
    await hurry(here.database)
    async with hold_store(place):
        task = asyncio.create_task(replan(here.store.schedules, here.clock))
        await here.quiet()
    here.clock.move(seconds=5)
    await task
    assert await planned(here) == [START + HOUR]
