"""The worker, with a clock that the test moves and a channel that remembers: each promise of delivery."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Any

from bot.daily.bag import Bag, predict
from bot.daily.delivery import pause_after
from bot.daily.ports import NotNow, Unsure
from bot.daily.schedule import ChannelKind, Pause
from tests.support.clock import FakeClock
from tests.support.daily import CHANNEL, GUILD, START, Channel, Office, hold_store, hurry, office, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import pytest

    from bot.announcement import Quote
    from bot.daily.jobs import NoticeJob, PostJob
    from tests.support.postgres import Place


HOUR = dt.timedelta(hours=1)
DUE = START + HOUR


async def state(here: Office) -> list[tuple[str, str | None]]:
    return [(row["state"], row["reason"]) for row in await here.ledger()]


async def test_a_post_comes_at_its_time_and_once(here: Office) -> None:
    await here.add()
    async with here.at_work():
        await here.move(minutes=59, seconds=59)
        assert here.channel.sent == []
        await here.move(seconds=1)
        assert [post.date.isoformat() for post in here.channel.posts] == ["2026-01-05"]
        await here.move(hours=12)
    assert await state(here) == [("sent", None)]
    assert here.channel.asked == 1


async def test_every_day_of_a_month_has_its_post_in_the_order_foretold(here: Office) -> None:
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        for _ in range(29):
            await here.move(days=1)
    assert [post.quote for post in here.channel.posts] == predict(Bag(7), here.filters.matching(None), 30)
    assert len({post.date for post in here.channel.posts}) == 30


async def test_nothing_wakes_the_poster_before_the_next_due_time(here: Office) -> None:
    await here.add(time="23:00")
    async with here.at_work():
        assert here.clock.wakes == [START + 15 * HOUR]


async def test_a_new_schedule_is_heard_of_at_once(here: Office) -> None:
    async with here.at_work():
        await here.add(time="08:01")
        await until(lambda: here.clock.wakes == [START + dt.timedelta(minutes=1)])


async def test_a_step_of_the_clock_back_and_forth_doubles_nothing(here: Office) -> None:
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        await here.move(hours=-3)
        await here.move(hours=3)
        await here.move(days=1)
    assert [post.date.day for post in here.channel.posts] == [5, 6]


async def test_missed_by_less_than_the_limit_it_is_posted_once_and_marked_late(here: Office) -> None:
    await here.add()
    here.clock.set(DUE + 5 * HOUR)
    async with here.at_work():
        assert [post.late for post in here.channel.posts] == [True]
        await here.move(hours=1)
    assert [row["late"] for row in await here.ledger()] == [1]


async def test_missed_by_more_it_is_skipped_and_the_next_comes_as_planned(here: Office) -> None:
    await here.add()
    here.clock.set(DUE + 6 * HOUR + dt.timedelta(seconds=1))
    async with here.at_work():
        assert here.channel.sent == []
        assert here.clock.wakes == [DUE + 24 * HOUR]
        await here.move(hours=18)
    assert await state(here) == [("skipped", "too-late"), ("sent", None)]


async def test_a_week_of_downtime_ends_in_one_post(here: Office) -> None:
    await here.add()
    here.clock.set(DUE + dt.timedelta(days=7, minutes=30))
    async with here.at_work():
        assert len(here.channel.posts) == 1
    assert await state(here) == [("skipped", "too-late")] * 7 + [("sent", None)]


async def test_an_answer_that_never_came_is_asked_for_again_with_the_same_nonce(here: Office) -> None:
    here.channel.plan.append("lost")
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        assert [each for each, _ in await state(here)] == ["claimed"]
        await here.move(seconds=10)
    assert (len(here.channel.sent), here.channel.asked, here.channel.searched) == (1, 2, 0)
    assert await state(here) == [("sent", None)]


async def test_pauses_grow(here: Office) -> None:
    here.channel.plan.extend([Unsure()] * 6)
    await here.add()
    pauses = []
    async with here.at_work():
        await here.move(hours=1)
        while here.channel.asked < 6:
            pauses.append(here.clock.wakes[0] - here.clock.now())
            here.clock.set(here.clock.wakes[0])
            await here.quiet()
    assert pauses == sorted(pauses)
    assert pauses[0] >= dt.timedelta(seconds=2)
    assert pauses[-1] >= dt.timedelta(seconds=32)
    assert pause_after(40, 0) == dt.timedelta(minutes=10)


async def test_no_quotes_left_pauses_before_anything_is_sent(here: Office) -> None:
    await here.add(about="topic:gone")
    async with here.at_work():
        await here.move(hours=1)
        await here.move(seconds=1)
    assert (await here.store.schedules.of_guild(GUILD))[0].paused is Pause.NO_QUOTES
    assert (len(here.channel.posts), len(here.channel.notices)) == (0, 1)


async def test_what_a_moderator_pauses_is_not_sent_any_more(here: Office) -> None:
    here.channel.plan.append(NotNow())
    schedule = await here.add()
    async with here.at_work():
        await here.move(hours=1)
        await here.store.schedules.pause(schedule.id, Pause.MODERATOR)
        await here.move(minutes=1)
    assert here.channel.sent == []
    assert await state(here) == [("skipped", "stopped")]


async def test_a_fault_of_ours_loses_nothing(here: Office) -> None:
    here.channel.plan.append(RuntimeError("on purpose"))
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        await here.move(seconds=10)
    assert await state(here) == [("sent", None)]


async def test_a_fault_of_ours_outside_an_attempt_ends_no_posts(
    here: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    take, faults = here.store.deliveries.take, [RuntimeError("on purpose")]

    async def fail_once(*given: Any) -> Any:
        if faults:
            raise faults.pop()
        return await take(*given)

    monkeypatch.setattr(here.store.deliveries, "take", fail_once)
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        assert here.channel.sent == []
        await here.move(minutes=1)
    assert await state(here) == [("sent", None)]
    assert "RuntimeError: on purpose" in caplog.text


class Slow(Channel):
    """Does not answer in `channel` before `opened`, whatever the deadline; then the answer is lost."""

    def __init__(self, clock: FakeClock, channels: range) -> None:
        super().__init__(clock)
        self.channels, self.opened, self.attempts = channels, asyncio.Event(), 0

    async def post(
        self,
        job: PostJob | NoticeJob,
        quote: Quote | None,
        deadline: dt.datetime,
        asking: Callable[[], Awaitable[bool]],
    ) -> Any:
        if job.target.channel not in self.channels or self.opened.is_set():
            return await super().post(job, quote, deadline, asking)
        self.attempts += 1
        assert await asking()
        self._create(job)
        await self.opened.wait()
        return Unsure()


async def test_attempts_that_outlive_their_lease_are_not_taken_again(place: Place) -> None:
    clock = FakeClock(START)
    slow = Slow(clock, range(9000, 9008))
    async with office(place, clock, slow) as here:
        for channel in slow.channels:
            await here.add(channel=channel, place=ChannelKind.FORUM)
        await here.add(time="09:20")
        async with here.at_work():
            clock.set(DUE)
            await until(lambda: slow.attempts == 8)
            for _ in range(20):
                await here.move(minutes=1)
            await until(lambda: len(slow.sent) == 9)
            assert (slow.attempts, slow.searched) == (8, 0)
            slow.opened.set()
            await here.move(seconds=2)
            await asyncio.sleep(0.3)
            await here.move(minutes=1)
            await until(lambda: slow.searched >= 8)
            await asyncio.sleep(0.3)
        assert len(slow.sent) == 9
        assert await state(here) == [("sent", None)] * 9


async def test_posts_under_way_at_the_end_are_recorded(here: Office) -> None:
    for number in range(40):
        await here.add(guild=GUILD + number, channel=CHANNEL + number)
    async with here.at_work():
        here.clock.set(DUE)
        await until(lambda: len(here.channel.sent) > 5)
    sent = sum(row["state"] == "sent" for row in await here.ledger())
    assert sent == len(here.channel.sent)


async def test_two_processes_at_work_on_one_store(here: Office, place: Place) -> None:
    for number in range(200):
        await here.add(guild=GUILD + number, channel=CHANNEL + number)
    async with office(place, here.clock, here.channel, "two") as other, here.at_work(), other.at_work():
        here.clock.set(DUE)
        await until(lambda: len(here.channel.sent) >= 200)
        await here.quiet()
    rows = await here.ledger()
    assert [row["state"] for row in rows] == ["sent"] * 200
    assert len({post.nonce for post in here.channel.posts}) == len(here.channel.sent) == 200


async def test_the_rows_of_a_server_go_seven_days_after_the_bot_left(here: Office) -> None:
    await here.add()
    await here.store.left_guilds.leave([GUILD], START)
    async with here.at_work():
        await here.move(days=6, hours=23)
        assert len(await here.store.schedules.of_guild(GUILD)) == 1
        await here.move(hours=1)
        await here.quiet()
    assert await here.store.schedules.of_guild(GUILD) == []
    assert here.channel.sent == []


async def test_the_rows_of_a_server_stay_while_the_bot_may_be_in_it(here: Office) -> None:
    """As at a start long after the bot came back while it was off: the gateway tells it in a moment."""
    await here.add()
    await here.store.left_guilds.leave([GUILD], START)
    here.channel.not_away.add(GUILD)
    here.clock.move(days=8)
    async with here.at_work():
        await here.move(seconds=1)
        assert len(await here.store.schedules.of_guild(GUILD)) == 1
        here.channel.not_away.clear()
        await here.move(seconds=1)
        await here.quiet()
    assert await here.store.schedules.of_guild(GUILD) == []


async def test_a_store_held_by_another_process_is_waited_for_and_told_once(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock(START)
    async with office(place, clock, Channel(clock)) as here:
        await here.add()
        await hurry(here.database)
        async with here.at_work():
            async with hold_store(place):
                await here.move(hours=1)
                assert here.clock.wakes == [DUE + dt.timedelta(seconds=5)]
                for _ in range(4):
                    await here.move(seconds=5)
            await here.move(seconds=5)
        assert len(here.channel.sent) == 1
    assert caplog.text.count("the store can't be used right now") == 1
    assert caplog.text.count("the store can be used again; going on: the posts") == 1
