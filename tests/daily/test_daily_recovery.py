"""What the worker does when Discord refuses, fails or stays silent, and when a process died."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.daily.ports import NotNow, Refused, Unknowable, Unsure
from bot.daily.schedule import ChannelKind, MentionLoss, Pause
from tests.support.daily import GUILD, START, Office

pytestmark = pytest.mark.both_engines

HOUR = dt.timedelta(hours=1)
DUE = START + HOUR


async def state(here: Office) -> list[tuple[str, str | None]]:
    return [(row["state"], row["reason"]) for row in await here.ledger()]


async def test_after_the_window_the_channel_is_searched_and_the_message_found(here: Office) -> None:
    here.channel.plan.append("lost")
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        await here.move(minutes=10)
        assert (here.channel.searched, len(here.channel.sent)) == (1, 1)
    (row,) = await here.ledger()
    assert (row["state"], row["message"]) == ("sent", 1)


async def test_after_the_window_what_is_surely_not_there_is_posted(here: Office) -> None:
    here.channel.plan.append(Unsure())
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        await here.move(minutes=20)
        assert (here.channel.searched, len(here.channel.sent)) == (1, 1)
    assert here.channel.posts[0].late
    assert [row["late"] for row in await here.ledger()] == [1]


async def test_what_nobody_can_know_is_unconfirmed_and_not_sent_again(here: Office) -> None:
    here.channel.plan.append("lost")
    here.channel.searches.append(Unknowable())
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        await here.move(minutes=10)
        await here.move(hours=20)
    assert (await state(here))[0] == ("unconfirmed", "unknowable")
    assert len(here.channel.sent) == 1


async def test_a_search_that_fails_is_tried_again(here: Office) -> None:
    here.channel.plan.append("lost")
    here.channel.searches.extend([NotNow(30), NotNow()])
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        for _ in range(3):
            await here.move(minutes=10)
    assert await state(here) == [("sent", None)]
    assert here.channel.searched == 3


async def test_an_outage_that_lasts_too_long_ends_the_post_as_failed(here: Office) -> None:
    here.channel.plan.extend([NotNow()] * 1000)
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        for _ in range(40):
            await here.move(minutes=10)
        asked = here.channel.asked
        await here.move(hours=1)
    assert await state(here) == [("failed", "too-late")]
    assert here.channel.asked == asked
    assert (await here.store.schedules.of_guild(GUILD))[0].paused is None


async def test_an_outage_whose_end_nobody_can_know_is_unconfirmed_in_the_end(here: Office) -> None:
    here.channel.plan.append(Unsure())
    here.channel.searches.extend([NotNow()] * 1000)
    await here.add(days=1)
    async with here.at_work():
        await here.move(hours=1)
        for _ in range(32):
            await here.move(hours=1)
    assert await state(here) == [("unconfirmed", "unknowable")]


@pytest.mark.parametrize("reason", [Pause.CHANNEL_GONE, Pause.NO_ACCESS, Pause.NO_PERMISSION, Pause.ARCHIVED])
async def test_a_refusal_pauses_with_its_reason_and_tells_once(here: Office, reason: Pause) -> None:
    here.channel.plan.append(Refused(reason))
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        await here.move(seconds=1)
        await here.move(days=3)
    (schedule,) = await here.store.schedules.of_guild(GUILD)
    assert schedule.paused is reason
    assert await state(here) == [("failed", reason.value)]
    (notice,) = here.channel.notices
    assert [(paused.number, paused.reason) for paused in notice.schedules] == [(1, reason)]


async def test_a_refusal_after_an_answer_that_was_lost_looks_first(here: Office) -> None:
    here.channel.plan.extend(["lost", Refused(Pause.NO_PERMISSION)])
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        await here.move(seconds=5)
    assert (await state(here))[0] == ("sent", None)
    assert len(here.channel.posts) == 1


async def test_a_notice_is_not_told_twice_though_its_answer_was_lost(here: Office) -> None:
    here.channel.plan.extend([Refused(Pause.NO_PERMISSION), "lost"])
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        await here.move(seconds=30)
        await here.move(hours=5)
    assert len(here.channel.notices) == 1


async def test_where_nobody_can_be_told_the_list_tells(here: Office) -> None:
    here.channel.plan.extend([Refused(Pause.NO_PERMISSION), Refused(Pause.NO_ACCESS)])
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        await here.move(hours=5)
    assert here.channel.sent == []
    (line,) = await here.scheduler.overview(GUILD)
    assert line.schedule.paused is Pause.NO_PERMISSION


async def test_nobody_is_told_of_what_a_moderator_did_before_it_was_told(here: Office) -> None:
    here.channel.plan += [NotNow(600.0)] * 2
    schedule = await here.add(role=5)
    (mention,) = await here.store.recoveries.mentions(None)
    await here.store.recoveries.note(mention, MentionLoss.ROLE_GONE, here.clock.now())
    async with here.at_work():
        await here.move(seconds=1)
        await here.store.schedules.pause(schedule.id, Pause.MODERATOR)
        await here.move(minutes=11)
    assert here.channel.asked == 1
    assert here.channel.sent == []
    assert await here.database.fetch_all("SELECT id FROM notice") == []


async def test_a_claim_left_behind_is_sent_with_the_same_nonce(here: Office) -> None:
    """As after a kill between Discord's acceptance and our record."""
    await here.add()
    here.clock.set(DUE)
    (job,) = await here.take()
    await here.ask(job)
    async with here.at_work():
        assert here.channel.asked == 1
        await here.move(minutes=1)
    assert (len(here.channel.sent), here.channel.asked) == (1, 2)
    assert await state(here) == [("sent", None)]


async def test_a_claim_left_behind_for_long_is_looked_up(here: Office) -> None:
    await here.add()
    here.clock.set(DUE)
    (job,) = await here.take()
    await here.ask(job)
    here.clock.move(hours=8)
    async with here.at_work():
        pass
    assert (len(here.channel.sent), here.channel.searched) == (1, 1)
    assert await state(here) == [("sent", None)]


async def test_a_claim_left_behind_too_long_and_never_sent_failed(here: Office) -> None:
    await here.add()
    here.clock.set(DUE)
    await here.take()
    here.clock.move(hours=8)
    async with here.at_work():
        pass
    assert here.channel.sent == []
    assert await state(here) == [("failed", "too-late")]


async def lose_quote(here: Office) -> None:
    """Let the data no longer hold the quote that was claimed."""
    async with here.database.transaction() as tx:
        await tx.execute("UPDATE delivery SET quote = 'gone-from-the-data'")


async def test_a_post_whose_quote_is_gone_is_looked_up(here: Office) -> None:
    """As after a kill between Discord's acceptance and our record, and a restart with other data."""
    await here.add()
    here.clock.set(DUE)
    (job,) = await here.take()
    await here.ask(job)
    await lose_quote(here)
    async with here.at_work():
        await here.move(minutes=1)
    assert (len(here.channel.sent), here.channel.searched) == (1, 1)
    assert await state(here) == [("sent", None)]


async def test_a_post_whose_quote_is_gone_and_that_nobody_can_find_is_unconfirmed(here: Office) -> None:
    here.channel.searches.append(Unknowable())
    await here.add()
    here.clock.set(DUE)
    (job,) = await here.take()
    await here.ask(job)
    await lose_quote(here)
    async with here.at_work():
        await here.move(minutes=1)
    assert await state(here) == [("unconfirmed", "unknowable")]


async def test_a_post_whose_quote_is_gone_and_that_was_never_sent_failed(here: Office) -> None:
    here.channel.plan.append(NotNow())
    await here.add()
    async with here.at_work():
        await here.move(hours=1)
        await lose_quote(here)
        await here.move(seconds=30)
        assert await state(here) == [("failed", "no-quotes")]
        assert here.channel.searched == 0
        await here.move(days=1)
    assert await state(here) == [("failed", "no-quotes"), ("sent", None)]


async def test_a_forum_is_searched_before_any_second_attempt(here: Office) -> None:
    here.channel.plan.append("lost")
    await here.add(place=ChannelKind.FORUM)
    async with here.at_work():
        await here.move(hours=1)
        await here.move(seconds=29)
        assert here.channel.searched == 0
        await here.move(seconds=30)
    assert (len(here.channel.sent), here.channel.searched) == (1, 1)
