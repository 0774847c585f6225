"""Looking for a post whose fate is unknown over the real protocol: by Discord's clock, and to the end of the lists."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.daily.ports import EPOCH, Absent, Accepted, Unknowable
from sandbox import Sandbox
from sandbox.faults import Rule
from sandbox.model import Channel, ChannelType, ThreadInfo
from tests.daily.test_daily_chat_port import find, job, port, post
from tests.support.daily_chat import START, DailyChat, daily_chat, ours

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MESSAGES = "/channels/{channel_id}/messages"


@pytest.fixture
async def chat(second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path) as one:
        yield one


async def wait_for_pause(chat: DailyChat) -> None:
    """Wait until an attempt that failed was written down: the row has no owner then."""
    for _ in range(200):
        if (rows := await chat.ledger()) and rows[0]["owner"] is None:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the attempt was not written down")


@pytest.mark.parametrize(("before", "after"), [(400, 400), (4000, 4000), (-4000, -4000), (3600, 0), (0, 3600)])
async def test_a_wrong_clock_or_a_step_hides_no_post(second_path: Path, before: float, after: float) -> None:
    """Our clock is so many seconds ahead of Discord's when the post is made, and when it is looked for."""
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        sandbox.clock.set_ahead(before)
        async with daily_chat(second_path, sandbox=sandbox) as first:
            await first.schedule()
            sandbox.faults.add(Rule("drop", "POST", MESSAGES, times=1))
            due = (await first.bot.services.daily.schedules.of_guild(first.guild.id))[0].next_due
            assert due is not None
            sandbox.clock.advance(due.timestamp() - sandbox.clock.bot_now())
            await first.until(first.posts)
            await wait_for_pause(first)
        sandbox.clock.set_ahead(after)
        sandbox.clock.advance(1800 + max(0.0, before - after))
        async with daily_chat(second_path, sandbox=sandbox) as second:
            await second.until_recorded("sent")
            assert len(second.posts()) == 1


def archive(chat: DailyChat, thread: Channel) -> None:
    chat.sandbox.clock.advance(1)
    chat.sandbox.world.archive_thread(thread)


def question(chat: DailyChat, forum: Channel) -> Channel:
    """Let Mo ask something in a forum, long ago."""
    world = chat.sandbox.world
    info = ThreadInfo(chat.mo.user.id, world.now())
    one = Channel(world.ids.next(), ChannelType.PUBLIC_THREAD, "A question", chat.guild, forum, thread=info)
    chat.guild.channels[one.id] = world.channels[one.id] = one
    return one


async def test_a_forum_is_read_on_behind_hundreds_of_archived_posts(chat: DailyChat) -> None:
    sent = await post(chat, job(chat, "lore-questions"))
    assert isinstance(sent, Accepted)
    forum = chat.channel("lore-questions")
    (made,) = [each for each in chat.guild.channels.values() if ours(chat.sandbox, each)]
    archive(chat, made)
    for _ in range(230):
        archive(chat, question(chat, forum))
    assert await find(chat, job(chat, "lore-questions")) == sent
    assert await find(chat, job(chat, "lore-questions", id=78)) == Absent()


async def test_a_forum_post_that_lost_its_first_message_may_have_been_the_one(chat: DailyChat) -> None:
    await post(chat, job(chat, "lore-questions"))
    (made,) = [each for each in chat.guild.channels.values() if ours(chat.sandbox, each)]
    chat.sandbox.faults.add(Rule("error", "GET", f"{MESSAGES}/{{message_id}}", status=404, code=10008, times=None))
    assert await find(chat, job(chat, "lore-questions")) == Unknowable()
    archive(chat, made)
    assert await find(chat, job(chat, "lore-questions")) == Unknowable()


async def test_a_history_without_a_known_time_is_read_from_its_end(chat: DailyChat) -> None:
    sent = await post(chat, job(chat))
    for number in range(130):
        await chat.mo.at("daily-quotes").say(f"word {number}")
    assert await port(chat).find(job(chat), EPOCH) == sent
    assert await port(chat).find(job(chat, id=78, schedule=2), EPOCH) == Absent()
    forum = job(chat, "lore-questions")
    assert await port(chat).find(forum, EPOCH) == Absent()
    created = await post(chat, forum)
    assert await port(chat).find(forum, EPOCH) == created


async def test_a_time_out_is_waited_for_and_told(chat: DailyChat) -> None:
    """Discord answers it with the code of a missing permission; nothing is paused."""
    await chat.schedule()
    chat.sandbox.world.time_out(chat.guild, chat.sandbox.clock.now() + 2 * 3600)
    await chat.move(hours=1)
    for _ in range(200):
        if (rows := await chat.ledger()) and rows[0]["setback"]:
            break
        await asyncio.sleep(0.05)
    assert "I'm timed out here until <t:" in (await chat.daily("list")).text
    await chat.move(hours=1, minutes=6)
    await chat.until_recorded("sent")
    assert len(chat.posts()) == 1


async def test_the_true_reason_of_a_post_that_came_too_late_is_told(second_path: Path) -> None:
    async with daily_chat(second_path, LATE_LIMIT_HOURS="1") as chat:
        await chat.schedule()
        chat.sandbox.faults.add(Rule("edge", "POST", MESSAGES, status=403, times=None))
        await chat.move(hours=1)
        for _ in range(200):
            if (rows := await chat.ledger()) and rows[0]["setback"]:
                break
            await asyncio.sleep(0.05)
        assert "Discord's network is turning me away" in (await chat.daily("list")).text
        await chat.move(hours=1, minutes=1)
        await chat.until_recorded("failed")
        text = (await chat.daily("list")).text
        assert "Discord's network turned me away, until it was too late" in text
        assert "Paused" not in text
