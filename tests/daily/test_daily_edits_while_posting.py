"""What moderators change while a post is under way."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec
import pytest

from bot.daily.jobs import Delivered, NotDelivered, PostJob
from bot.daily.schedule import Extra, Occurrence, Pause, State
from tests.support.daily import CHANNEL, START, Office

if TYPE_CHECKING:
    from bot.daily.schedule import Schedule

DUE = START + dt.timedelta(hours=1)


async def claimed(here: Office) -> PostJob:
    here.clock.set(DUE)
    (job,) = await here.take()
    assert isinstance(job, PostJob)
    return job


def planned(schedule: Schedule) -> Occurrence:
    assert schedule.next_date is not None
    assert schedule.next_due is not None
    return Occurrence(schedule.next_date, schedule.next_due)


async def test_a_schedule_that_was_removed_leaves_nothing_to_follow_its_post(here: Office) -> None:
    """It was removed after its post had left: what comes back is recorded without a fault."""
    schedule = await here.add(extras=frozenset({Extra.PUBLISH, Extra.THREAD}))
    job = await claimed(here)
    await here.store.schedules.remove(schedule.id)
    await here.store.deliveries.record([Delivered(job, 1, CHANNEL, DUE)], DUE)
    assert await here.take() == []


@pytest.mark.parametrize(
    ("refused", "pauses"), [(Pause.CHANNEL_GONE, False), (Pause.NO_PERMISSION, False), (Pause.NO_QUOTES, True)]
)
async def test_what_the_old_channel_refused_does_not_pause_for_the_new_one(
    here: Office, refused: Pause, pauses: bool
) -> None:
    schedule = await here.add()
    job = await claimed(here)
    target = msgspec.structs.replace(schedule.spec.target, channel=CHANNEL + 1)
    await here.store.schedules.change(schedule.id, msgspec.structs.replace(schedule.spec, target=target), planned)
    await here.store.deliveries.record([NotDelivered(job, State.FAILED, refused, refused)], DUE)
    after = await here.store.schedules.get(schedule.id)
    assert after is not None
    assert (after.paused is refused) == pauses
