"""The ledger and the schedules in the store: claims, leases, two processes, what is kept and what goes."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from bot.daily.bag import Bag, predict
from bot.daily.jobs import Delivered, NotDelivered, NoticeJob, PostJob, Retry
from bot.daily.schedule import Pause, Reason, State
from bot.daily.worker import RETENTION
from tests.support.daily import CHANNEL, GUILD, START, Office, office

if TYPE_CHECKING:
    from tests.support.postgres import Place

pytestmark = pytest.mark.both_engines

DUE = START + dt.timedelta(hours=1)


async def claimed(here: Office) -> PostJob:
    here.clock.set(DUE)
    (job,) = await here.take()
    assert isinstance(job, PostJob)
    return job


async def test_a_claim_writes_the_row_the_bag_and_the_next_date_at_once(here: Office) -> None:
    schedule = await here.add()
    job = await claimed(here)
    (row,) = await here.ledger()
    assert (row["state"], row["date"], row["nonce"]) == ("claimed", "2026-01-05", "dq1-20260105")
    assert job.quote == row["quote"] == predict(Bag(7), here.filters.matching(None), 1)[0]
    assert job.asked is None
    after = await here.store.schedules.get(schedule.id)
    assert after is not None
    assert after.next_due == DUE + dt.timedelta(days=1)
    assert after.last_date == DUE.date()
    assert after.bag.drawn == {job.quote: 0}
    assert await here.take() == []


async def test_a_claim_that_fails_changes_nothing(here: Office) -> None:
    await here.add()
    here.clock.set(DUE)

    def broken(_about: str | None) -> tuple[str, ...]:
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        await here.store.deliveries.take(DUE, 10, broken)
    assert await here.ledger() == []
    assert len(await here.take()) == 1


async def test_many_are_claimed_in_the_order_of_their_due_times(here: Office) -> None:
    for minute in (30, 10, 20):
        await here.add(channel=CHANNEL + minute, time=f"09:{minute}")
    here.clock.set(DUE + dt.timedelta(hours=1))
    first = await here.take(2)
    rest = await here.take(2)
    assert [job.target.channel - CHANNEL for job in [*first, *rest]] == [10, 20, 30]


async def test_the_ledger_refuses_a_second_row_for_a_date(here: Office) -> None:
    await here.add()
    await claimed(here)
    # Somebody set the schedule back to the date that had its claim.
    async with here.database.transaction() as tx:
        await tx.execute("UPDATE schedule SET next_date = last_date, next_due = 0, last_date = NULL")
    assert await here.take() == []
    assert len(await here.ledger()) == 1


async def test_while_a_lease_runs_nobody_else_works_on_the_row(here: Office, place: Place) -> None:
    await here.add()
    job = await claimed(here)
    await here.ask(job)
    async with office(place, here.clock, here.channel, "two") as other:
        assert await other.take() == []
        here.clock.set(job.lease_until)
        (taken,) = await other.take()
        assert isinstance(taken, PostJob)
        assert (taken.id, taken.nonce, taken.tries, taken.asked) == (job.id, job.nonce, 2, DUE)
        # The first owner comes back: only that the message exists counts from it.
        here.clock.move(seconds=1)
        await here.store.deliveries.record([NotDelivered(job, State.FAILED, Reason.REFUSED)], here.clock.now())
        await here.store.deliveries.record([Retry(job, DUE, None)], here.clock.now())
        (row,) = await here.ledger()
        assert (row["state"], row["owner"]) == ("claimed", "two")
        await here.store.deliveries.record([Delivered(job, 99, CHANNEL, DUE)], here.clock.now())
        await other.store.deliveries.record([NotDelivered(taken, State.FAILED, Reason.REFUSED)], here.clock.now())
        (row,) = await here.ledger()
        assert (row["state"], row["message"]) == ("sent", 99)


async def test_an_older_turn_does_not_overwrite_a_newer_one(here: Office) -> None:
    await here.add()
    older = await claimed(here)
    here.clock.set(older.lease_until)
    assert await here.store.deliveries.take(here.clock.now(), 9, here.filters.matching, [older]) == []
    (newer,) = await here.take()
    before = await here.ledger()
    for outcome in (Retry(older, DUE, None), NotDelivered(older, State.FAILED, Reason.REFUSED)):
        await here.store.deliveries.record([outcome], here.clock.now())
        assert await here.ledger() == before
    await here.store.deliveries.record([Retry(newer, DUE, DUE)], here.clock.now())
    assert (await here.ledger())[0]["owner"] is None


async def test_an_older_turn_of_a_notice_does_not_overwrite_a_newer_one(here: Office) -> None:
    await here.add()
    await here.store.schedules.pause_channel(CHANNEL, Pause.CHANNEL_GONE, START)
    (older,) = await here.take()
    here.clock.set(older.lease_until)
    assert await here.store.deliveries.take(here.clock.now(), 9, here.filters.matching, [older]) == []
    (newer,) = await here.take()
    await here.store.deliveries.record([Retry(older, START, None)], here.clock.now())
    assert await here.take() == []
    await here.store.deliveries.record([Retry(newer, START, None)], here.clock.now())
    assert len(await here.take()) == 1


async def test_two_processes_claim_each_post_once(here: Office, place: Place) -> None:
    for number in range(60):
        await here.add(guild=GUILD + number)
    here.clock.set(DUE)
    async with office(place, here.clock, here.channel, "two") as other:
        takes = [one.take(7) for _ in range(10) for one in (here, other)]
        taken = [job.id for found in await asyncio.gather(*takes) for job in found]
    assert len(taken) == len(set(taken)) == 60


async def test_a_row_that_waits_is_taken_again_at_its_time(here: Office) -> None:
    await here.add()
    job = await claimed(here)
    later = DUE + dt.timedelta(seconds=4)
    await here.store.deliveries.record([Retry(job, later, DUE)], DUE)
    assert await here.take() == []
    assert await here.store.deliveries.next_wake(RETENTION) == later
    here.clock.set(later)
    (again,) = await here.take()
    assert (again.asked, again.tries) == (DUE, 2)


async def test_what_was_surely_not_accepted_is_known_to_be_so(here: Office) -> None:
    await here.add()
    await here.store.deliveries.record([Retry(await claimed(here), DUE, None)], DUE)
    (again,) = await here.take()
    assert again.asked is None


async def test_a_refusal_pauses_the_schedule_and_queues_one_notice(here: Office) -> None:
    schedule = await here.add()
    job = await claimed(here)
    await here.store.deliveries.record([NotDelivered(job, State.FAILED, Pause.NO_PERMISSION, Pause.NO_PERMISSION)], DUE)
    after = await here.store.schedules.get(schedule.id)
    assert after is not None
    assert (after.paused, after.next_due) == (Pause.NO_PERMISSION, None)
    (notice,) = await here.take()
    assert isinstance(notice, NoticeJob)
    assert [paused.number for paused in notice.schedules] == [1]
    await here.store.deliveries.record([Delivered(notice, 5, 6, DUE)], DUE)
    here.clock.move(days=30)
    assert await here.take() == []


async def test_all_pauses_of_a_server_are_one_notice(here: Office) -> None:
    for number in range(3):
        await here.add(channel=CHANNEL, time=f"09:0{number}")
    await here.add(channel=77, guild=GUILD + 1)
    assert await here.store.schedules.pause_channel(CHANNEL, Pause.CHANNEL_GONE, START) == 3
    (notice,) = await here.take()
    assert isinstance(notice, NoticeJob)
    assert [paused.number for paused in notice.schedules] == [1, 2, 3]


async def test_a_notice_waits_and_is_taken_again(here: Office) -> None:
    await here.add()
    await here.store.schedules.pause_channel(CHANNEL, Pause.CHANNEL_GONE, START)
    (notice,) = await here.take()
    await here.store.deliveries.record([Retry(notice, START + dt.timedelta(minutes=1), START)], START)
    assert await here.take() == []
    here.clock.move(minutes=1)
    (again,) = await here.take()
    assert (again.nonce, again.asked) == (notice.nonce, START)
