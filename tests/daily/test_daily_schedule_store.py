"""Schedules in the store: limits, edits, removal, servers that were left."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from bot.daily.bag import Bag, predict
from bot.daily.jobs import Delivered, PostJob
from bot.daily.schedule import Pause, upcoming
from bot.daily.store import EqualError, TooManyError
from bot.daily.worker import RETENTION
from tests.support.daily import CHANNEL, GUILD, START, Office, spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.daily.schedule import Occurrence, Schedule

pytestmark = pytest.mark.both_engines

DUE = START + dt.timedelta(hours=1)


def next_of(now: dt.datetime) -> Callable[[Schedule], Occurrence]:
    def following(schedule: Schedule) -> Occurrence:
        return next(upcoming(schedule.spec.rule, now, schedule.last_date))

    return following


async def claimed(here: Office) -> PostJob:
    here.clock.set(DUE)
    (job,) = await here.take()
    assert isinstance(job, PostJob)
    return job


async def test_a_schedule_that_was_resumed_has_no_notice_queued(here: Office) -> None:
    schedule = await here.add()
    await here.store.schedules.pause_channel(CHANNEL, Pause.CHANNEL_GONE, START)
    await here.store.schedules.resume(schedule.id, next_of(START))
    assert await here.take() == []


async def test_twenty_five_and_no_more(here: Office) -> None:
    for number in range(25):
        await here.add(channel=CHANNEL + number)
    with pytest.raises(TooManyError):
        await here.add(channel=1)
    await here.add(channel=1, guild=GUILD + 1)


async def test_an_equal_one_is_refused_with_its_number(here: Office) -> None:
    await here.add(time="08:30")
    await here.add()
    with pytest.raises(EqualError) as error:
        await here.add(role=5)
    assert error.value.number == 2
    other = await here.add(about="topic:music")
    with pytest.raises(EqualError):
        await here.store.schedules.change(other.id, spec(), next_of(START))


async def test_numbers_are_used_again_and_ids_never(here: Office) -> None:
    made = [await here.add(channel=CHANNEL + number) for number in range(3)]
    assert [schedule.number for schedule in made] == [1, 2, 3]
    await here.store.schedules.remove(made[1].id)
    await here.store.schedules.remove(made[2].id)
    again = await here.add(channel=9)
    assert (again.number, again.id) == (2, 4)


async def test_an_edit_does_not_bring_a_second_post_on_the_same_date(here: Office) -> None:
    schedule = await here.add()
    await claimed(here)
    await here.store.schedules.change(schedule.id, spec(time="21:00"), next_of(DUE))
    after = await here.store.schedules.get(schedule.id)
    assert after is not None
    assert after.next_due == dt.datetime(2026, 1, 6, 21, 0, tzinfo=dt.UTC)


async def test_an_edit_of_a_paused_schedule_leaves_it_paused(here: Office) -> None:
    schedule = await here.add()
    await here.store.schedules.pause(schedule.id, Pause.MODERATOR)
    await here.store.schedules.change(schedule.id, spec(time="21:00"), next_of(DUE))
    after = await here.store.schedules.get(schedule.id)
    assert after is not None
    assert (after.paused, after.next_due, after.spec.rule.minute) == (Pause.MODERATOR, None, 21 * 60)


async def test_rows_that_name_a_quote_that_is_gone_stay_valid(here: Office) -> None:
    schedule = await here.add()
    await here.store.deliveries.record([Delivered(await claimed(here), 1, CHANNEL, DUE)], DUE)
    async with here.database.transaction() as tx:
        await tx.execute("UPDATE drawn SET quote = 'gone-from-the-data'")
        await tx.execute("UPDATE schedule SET last_quote = 'gone-from-the-data'")
    here.clock.move(days=1)
    (job,) = await here.take()
    assert isinstance(job, PostJob)
    after = await here.store.schedules.get(schedule.id)
    assert after is not None
    assert "gone-from-the-data" in after.bag.drawn


async def test_a_round_of_the_bag_goes_over_into_the_next(here: Office) -> None:
    await here.add()
    quotes = []
    for day in range(21):
        here.clock.set(DUE + dt.timedelta(days=day))
        quotes += [job.quote for job in await here.take() if isinstance(job, PostJob) and job.tries == 1]
    assert quotes == list(predict(Bag(7), here.filters.matching(None), 21))


async def test_a_server_that_was_left_keeps_its_rows_for_seven_days(here: Office) -> None:
    await here.add()
    paused = await here.add(time="10:00")
    await here.store.schedules.pause(paused.id, Pause.MODERATOR)
    left_guilds = here.store.left_guilds
    await left_guilds.leave([GUILD, 555], START)
    assert await left_guilds.gone() == {GUILD}
    assert await here.store.deliveries.next_wake(RETENTION) == START + RETENTION
    here.clock.move(days=6)
    assert await here.take() == []
    assert await left_guilds.come_back(GUILD, next_of(here.clock.now()), here.clock.now()) == 1
    back = await here.store.schedules.of_guild(GUILD)
    assert [schedule.paused for schedule in back] == [None, Pause.MODERATOR]
    await left_guilds.leave([GUILD], here.clock.now())
    here.clock.move(days=7)
    assert await left_guilds.purge(here.clock.now() - RETENTION, lambda guild: guild != GUILD) == 0
    assert await left_guilds.purge(here.clock.now() - RETENTION, lambda guild: guild == GUILD) == 1
    assert await here.store.schedules.of_guild(GUILD) == []
    assert await here.store.deliveries.next_wake(RETENTION) is None


async def test_removing_takes_all_that_belongs_to_it(here: Office) -> None:
    schedule = await here.add()
    await claimed(here)
    await here.store.schedules.remove(schedule.id)
    for table in ("delivery", "drawn", "notice", "schedule"):
        assert await here.database.fetch_all(f"SELECT * FROM {table}") == []


@pytest.mark.sqlite
async def test_what_is_due_is_found_by_an_index(here: Office) -> None:
    plans = await here.database.fetch_all(
        "EXPLAIN QUERY PLAN SELECT * FROM schedule WHERE next_due <= 5 ORDER BY next_due, id LIMIT 9"
    )
    assert any("schedule_due" in row["detail"] for row in plans)
    assert not any("TEMP B-TREE" in row["detail"] for row in plans)


@pytest.mark.sqlite
async def test_the_store_keeps_nothing_of_members(here: Office) -> None:
    columns = await here.database.fetch_all(
        "SELECT name FROM pragma_table_info('schedule') UNION SELECT name FROM pragma_table_info('delivery')"
    )
    assert not {row["name"] for row in columns} & {"user", "member", "author", "created_by", "moderator"}
