"""What follows a post, with a clock that the test moves: tried until it is done, given up, shown, and forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.daily.jobs import Delivered, FollowUpJob, PostJob
from bot.daily.ports import Answer, NotNow, Refused, follow_up_meaning
from bot.daily.schedule import Extra, Pause, Reason, Setback
from tests.support.daily import CHANNEL, START, Office, office

if TYPE_CHECKING:
    from tests.support.postgres import Place

pytestmark = pytest.mark.both_engines

BOTH = frozenset(Extra)
PUBLISH = frozenset({Extra.PUBLISH})


async def jobs(here: Office) -> list[dict[str, Any]]:
    return [dict(row) for row in await here.database.fetch_all("SELECT * FROM follow_up ORDER BY id")]


async def test_both_follow_a_post_once(here: Office) -> None:
    await here.add(extras=BOTH)
    await here.add(time="09:30")
    async with here.at_work():
        await here.move(hours=1)
        await here.move(minutes=1)
        await here.move(hours=12)
    followed = here.channel.followed
    assert sorted(job.extra for job in followed) == sorted(Extra)
    assert {(job.message, job.target.channel, job.date) for job in followed} == {(1, CHANNEL, START.date())}
    assert await jobs(here) == []


async def test_it_is_tried_until_it_is_done(here: Office) -> None:
    here.channel.follow_ups += [NotNow(setback=Setback.EDGE), NotNow(600.0, Setback.LIMIT), None]
    await here.add(extras=PUBLISH)
    async with here.at_work():
        await here.move(hours=1)
        await here.move(seconds=5)
        assert len(here.channel.followed) == 2
        await here.move(seconds=595)
        assert len(here.channel.followed) == 2
        await here.move(seconds=10)
    assert [job.tries for job in here.channel.followed] == [1, 2, 3]
    assert await jobs(here) == []


async def test_it_is_given_up_after_the_late_limit_and_shown(here: Office) -> None:
    here.channel.follow_ups += [NotNow(36_000.0, Setback.LIMIT)]
    await here.add(extras=PUBLISH)
    async with here.at_work():
        await here.move(hours=1)
        await here.move(hours=11)
    (line,) = await here.scheduler.overview(here.channel.followed[0].target.guild)
    assert line.failed == {Extra.PUBLISH: Reason.TOO_LATE.value}
    assert len(here.channel.followed) == 1
    assert line.schedule.paused is None


async def test_what_was_refused_is_shown_until_the_next_post(here: Office) -> None:
    here.channel.follow_ups += [Refused(Pause.NO_PERMISSION), None]
    await here.add(extras=PUBLISH)
    async with here.at_work():
        await here.move(hours=1)
        (line,) = await here.scheduler.overview(1001)
        assert line.failed == {Extra.PUBLISH: Pause.NO_PERMISSION.value}
        await here.move(days=1)
        (line,) = await here.scheduler.overview(1001)
    assert line.failed == {}
    assert await jobs(here) == []


async def test_a_fault_of_ours_is_tried_again(here: Office, caplog: pytest.LogCaptureFixture) -> None:
    here.channel.follow_ups += [RuntimeError("oops"), None]
    await here.add(extras=PUBLISH)
    async with here.at_work():
        await here.move(hours=1)
        await here.move(seconds=10)
    assert len(here.channel.followed) == 2
    assert await jobs(here) == []
    assert "oops" in caplog.text


async def test_a_post_recorded_twice_is_followed_once(here: Office) -> None:
    await here.add(extras=BOTH)
    here.clock.move(hours=1)
    (post,) = await here.take()
    assert isinstance(post, PostJob)
    sent = Delivered(post, 5, CHANNEL, here.clock.now())
    await here.store.deliveries.record([sent, sent], here.clock.now())
    await here.store.deliveries.record([sent], here.clock.now())
    taken = await here.take()
    assert sorted(job.extra for job in taken if isinstance(job, FollowUpJob)) == sorted(Extra)
    assert await here.take() == []


async def test_a_job_whose_owner_died_is_taken_over(here: Office, place: Place) -> None:
    await here.add(extras=PUBLISH)
    here.clock.move(hours=1)
    (post,) = await here.take()
    assert isinstance(post, PostJob)
    await here.store.deliveries.record([Delivered(post, 5, CHANNEL, here.clock.now())], here.clock.now())
    assert len(await here.take()) == 1
    async with office(place, here.clock, owner="two") as other:
        assert await other.take() == []
        here.clock.move(seconds=46)
        (job,) = await other.take()
    assert (job.tries, job.nonce) == (2, "df1")


async def test_nothing_of_it_stays_when_the_schedule_is_removed(here: Office) -> None:
    here.channel.follow_ups += [Refused(Pause.NO_PERMISSION)]
    await here.add(extras=PUBLISH)
    async with here.at_work():
        await here.move(hours=1)
        await here.scheduler.remove(1001, "1")
    assert await jobs(here) == []


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (Answer(400, 40033), None),
        (Answer(400, 160004), None),
        (Answer(404, 10008), Refused(Reason.MESSAGE_GONE)),
        (Answer(400, 50068), Refused(Reason.REFUSED)),
        (Answer(403, 50013), Refused(Pause.NO_PERMISSION)),
        (Answer(400, 50024), Refused(Pause.WRONG_KIND)),
        (Answer(403), NotNow(setback=Setback.EDGE)),
        (Answer(403, 40333), NotNow(setback=Setback.EDGE)),
        (Answer(404), NotNow(setback=Setback.EDGE)),
        (Answer(429, wait=1800.0), NotNow(1800.0, Setback.LIMIT)),
        (Answer(502), NotNow(setback=Setback.OUTAGE)),
        (Answer(200), NotNow(setback=Setback.OUTAGE)),
    ],
)
def test_what_an_answer_means(answer: Answer, meaning: Refused | NotNow | None) -> None:
    assert follow_up_meaning(answer) == meaning
