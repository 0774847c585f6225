"""What is noted of an attempt, when, and by whose clock: what a kill, a step of a clock and a crash loop leave."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.daily.guilds import StoreTrouble
from bot.daily.jobs import PostJob, Retry
from bot.daily.ports import EPOCH, Accepted, NotNow, Unknowable, Unsure
from bot.daily.schedule import ChannelKind, Pause, Setback
from bot.daily.worker import Noting
from tests.support.clock import FakeClock
from tests.support.daily import CHANNEL, GUILD, START, Office, office

if TYPE_CHECKING:
    from tests.support.postgres import Place


HOUR = dt.timedelta(hours=1)
DUE = START + HOUR


async def state(here: Office) -> list[tuple[str, str | None]]:
    return [(row["state"], row["reason"]) for row in await here.ledger()]


async def test_a_claim_is_not_an_attempt(here: Office) -> None:
    """A batch of claims and one kill, in channels whose history may not be read: one had been asked for."""
    for number in range(16):
        await here.add(guild=GUILD + number, channel=CHANNEL + number)
    here.clock.set(DUE)
    first, *_ = await here.take()
    await here.ask(first)
    here.channel.searches.append(Unknowable())
    here.clock.move(minutes=10)
    async with here.at_work():
        assert len(here.channel.sent) == 16
    assert sorted(await state(here)) == [("sent", None)] * 15 + [("unconfirmed", "unknowable")]
    assert here.channel.searched == 1


async def test_what_may_have_been_sent_stays_noted_whoever_takes_it_over(here: Office) -> None:
    await here.add()
    here.clock.set(DUE)
    (job,) = await here.take()
    await here.ask(job)
    for _ in range(3):
        here.clock.move(minutes=1)
        (job,) = await here.take()
        assert job.asked == DUE


@pytest.mark.parametrize("ahead", [400, -400, 3 * 3600, -3 * 3600, 400 * 86400])
async def test_a_clock_that_is_wrong_hides_no_message(here: Office, ahead: int) -> None:
    here.channel.ahead = dt.timedelta(seconds=ahead)
    here.channel.plan.append("lost")
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        await here.move(minutes=10)
    assert (len(here.channel.sent), here.channel.searched) == (1, 1)
    assert await state(here) == [("sent", None)]


@pytest.mark.parametrize("step", [dt.timedelta(hours=1), dt.timedelta(hours=-1), dt.timedelta(minutes=-7)])
async def test_a_clock_that_steps_between_an_attempt_and_the_next_hides_no_message(
    here: Office, step: dt.timedelta
) -> None:
    here.channel.plan.append("lost")
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        here.channel.ahead = step
        await here.move(seconds=step.total_seconds())
        await here.move(hours=2)
    assert len(here.channel.sent) == 1
    assert await state(here) == [("sent", None)]


async def test_the_window_of_the_nonce_goes_by_discords_clock(here: Office) -> None:
    """Our clock was set back while six minutes passed: the nonce may be forgotten."""
    here.channel.plan.append(Unsure())
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        here.channel.ahead = dt.timedelta(minutes=-6)
        await here.move(seconds=3)
    assert here.channel.searched == 1
    assert await state(here) == [("sent", None)]


async def test_without_a_word_of_discords_time_all_of_the_history_is_read(here: Office) -> None:
    here.channel.time_known = False
    here.channel.plan.append("lost")
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        assert (await here.ledger())[0]["asked_at"] == EPOCH.timestamp() * 1000
        await here.move(seconds=3)
    assert (len(here.channel.sent), here.channel.searched) == (1, 1)


async def test_an_attempt_that_may_still_be_under_way_in_a_forum_is_not_searched_for(here: Office) -> None:
    """A step of the clock let the lease run out at once."""
    await here.add(place=ChannelKind.FORUM)
    here.clock.set(DUE)
    (job,) = await here.take()
    await here.ask(job)
    here.channel.ahead = HOUR - dt.timedelta(seconds=4)
    here.clock.move(hours=1)
    async with here.at_work():
        assert (here.channel.searched, here.channel.asked) == (0, 1)
        await here.move(seconds=12)
        assert here.channel.searched == 1
    assert await state(here) == [("sent", None)]


async def test_what_was_not_asked_makes_no_pause_longer(here: Office) -> None:
    here.channel.plan.extend([NotNow(5, counts=False)] * 30)
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        while here.channel.asked < 30:
            assert here.clock.wakes[0] - here.clock.now() <= dt.timedelta(seconds=6)
            here.clock.set(here.clock.wakes[0])
            await here.quiet()
        await here.move(seconds=6)
    assert await state(here) == [("sent", None)]


async def test_a_crash_loop_makes_no_pause_longer(here: Office) -> None:
    await here.add()
    here.clock.set(DUE)
    for tries in range(1, 41):
        (job,) = await here.take()
        here.clock.set(job.lease_until)
        assert (job.tries, job.failures) == (tries, 0)
    here.channel.plan.append(NotNow())
    async with here.at_work():
        await here.move(seconds=3)
    assert await state(here) == [("sent", None)]


async def test_pauses_grow_over_restarts_as_well(here: Office) -> None:
    await here.add()
    here.clock.set(DUE)
    (job,) = await here.take()
    await here.store.deliveries.record([Retry(job, DUE, None, 7)], DUE)
    (again,) = await here.take()
    assert (again.failures, again.asked) == (7, None)


@pytest.mark.parametrize("what", ["pause", "remove"])
async def test_a_pause_and_a_removal_hold_up_to_the_last_moment(here: Office, what: str) -> None:
    schedule = await here.add()
    here.clock.set(DUE)
    (job,) = await here.take()
    if what == "pause":
        await here.store.schedules.pause(schedule.id, Pause.MODERATOR)
    else:
        await here.store.schedules.remove(schedule.id)
    assert await here.ask(job) == NotNow(counts=False)
    here.clock.move(minutes=1)
    async with here.at_work():
        pass
    assert here.channel.sent == []
    assert await state(here) == ([("skipped", "stopped")] if what == "pause" else [])


async def test_what_another_took_over_is_not_sent(here: Office, place: Place) -> None:
    """A process that was frozen after its claim, and goes on."""
    await here.add()
    here.clock.set(DUE)
    (frozen,) = await here.take()
    here.clock.set(frozen.lease_until)
    async with office(place, here.clock, here.channel, "two") as other:
        (taken,) = await other.take()
        assert await here.ask(frozen) == NotNow(counts=False)
        assert isinstance(await other.ask(taken), Accepted)
    assert len(here.channel.sent) == 1


async def test_a_notice_that_another_took_over_is_not_sent(here: Office) -> None:
    await here.add()
    await here.store.schedules.pause_channel(CHANNEL, Pause.CHANNEL_GONE, START)
    (older,) = await here.take()
    here.clock.set(older.lease_until)
    (newer,) = await here.take()
    assert await here.ask(older) == NotNow(counts=False)
    assert isinstance(await here.ask(newer), Accepted)
    here.clock.move(minutes=1)
    (again,) = await here.take()
    assert again.asked == older.lease_until


@pytest.mark.sqlite
async def test_what_cannot_be_noted_is_not_sent(here: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Another program holds the store."""
    await here.add()
    here.clock.set(DUE)
    (job,) = await here.take()
    assert isinstance(job, PostJob)
    await here.file._writer.execute("PRAGMA query_only = ON")
    noting = Noting(here.store.deliveries, StoreTrouble("the posts"))
    assert await noting.note(job, DUE) is False
    assert await noting.note(job, DUE) is False
    await here.file._writer.execute("PRAGMA query_only = OFF")
    assert caplog.text.count("the store can't be used right now") == 1
    assert "can be used again" not in caplog.text
    assert await noting.note(job, DUE) is True
    assert "the store can be used again; going on: the posts" in caplog.text


async def test_what_keeps_a_post_back_is_kept_and_what_it_says_last_counts(here: Office) -> None:
    until = DUE + 2 * HOUR
    here.channel.plan.extend([NotNow(0, Setback.TIMED_OUT, until), NotNow(), Unsure(), NotNow(0, Setback.EDGE)])
    await here.add()
    seen = []
    async with here.at_work():
        await here.move(hours=1)
        for _ in range(4):
            row = await here.store.deliveries.latest(1)
            assert row is not None
            seen.append((row.setback, row.setback_until))
            await here.move(minutes=1)
    assert seen == [
        (Setback.TIMED_OUT, until),
        (Setback.TIMED_OUT, until),
        (Setback.OUTAGE, None),
        (Setback.EDGE, None),
    ]


@settings(max_examples=15, deadline=None)
@given(st.data())
async def test_whatever_the_clocks_do_no_post_is_doubled(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Answers are lost, our clock and Discord's step apart, and Discord's time is known or not."""
    passing = st.sampled_from([1, 20, 100, 299, 301, 1000])
    async with office(tmp_path_factory.mktemp("clocks") / "store.sqlite3", FakeClock(START)) as here:
        await here.add(place=data.draw(st.sampled_from([ChannelKind.TEXT, ChannelKind.FORUM])))
        async with here.at_work():
            await here.move(hours=1)
            for _ in range(data.draw(st.integers(1, 8))):
                here.channel.time_known = data.draw(st.booleans())
                here.channel.plan.extend(["lost"] * data.draw(st.integers(0, 2)))
                step = data.draw(st.integers(-7200, 7200))
                here.channel.ahead += dt.timedelta(seconds=step)
                await here.move(seconds=step + data.draw(passing))
        assert len({post.date for post in here.channel.posts}) == len(here.channel.posts)
