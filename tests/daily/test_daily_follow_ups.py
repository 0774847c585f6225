"""What follows a daily post over the real protocol: it is published, or a thread begins under it, once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord
import pytest

from sandbox.faults import Rule
from sandbox.model import ChannelType, Flag
from sandbox.views import visible_text
from tests.support.daily_chat import DailyChat, daily_chat, ours

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MESSAGE = "/channels/{channel_id}/messages/{message_id}"
PUBLISH, THREAD = f"{MESSAGE}/crosspost", f"{MESSAGE}/threads"


@pytest.fixture
async def chat(second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path) as one:
        yield one


def asked(chat: DailyChat, route: str) -> int:
    return len([each for each in chat.sandbox.journal if each.route == route])


def threads(chat: DailyChat, name: str = "daily-quotes") -> list[Any]:
    parent = chat.channel(name)
    return [each for each in chat.guild.channels.values() if each.parent is parent]


async def jobs(chat: DailyChat) -> list[dict[str, Any]]:
    rows = await chat.bot.services.daily.deliveries._database.fetch_all("SELECT * FROM follow_up ORDER BY id")
    return [dict(row) for row in rows]


async def until_failed(chat: DailyChat) -> None:
    async with asyncio.timeout(15):
        while not any(row["failed"] for row in await jobs(chat)):  # noqa: ASYNC110 - another task writes it
            await asyncio.sleep(0.05)


async def test_a_post_is_published_and_has_its_thread_each_once(chat: DailyChat) -> None:
    announcements = chat.channel("announcements")
    reply = await chat.schedule(channel=announcements, publish=True, thread=True)
    assert "published" in reply.text
    assert "with a thread" in reply.text
    await chat.move(hours=1)
    await chat.until(lambda: threads(chat, "announcements") and asked(chat, PUBLISH))
    (post,) = chat.posts("announcements")
    (thread,) = threads(chat, "announcements")
    await chat.until(lambda: post.flags & Flag.CROSSPOSTED)
    assert thread.type is ChannelType.NEWS_THREAD
    assert thread.id == post.id
    assert thread.name.endswith(" · 5 January 2026")
    await chat.move(days=1)
    await chat.until(lambda: len(threads(chat, "announcements")) == 2 and asked(chat, PUBLISH) == 2)
    assert (asked(chat, PUBLISH), asked(chat, THREAD)) == (2, 2)


@pytest.mark.parametrize("kind", ["drop", "cut"])
async def test_an_answer_that_was_lost_does_no_harm(chat: DailyChat, kind: str) -> None:
    chat.sandbox.faults.add(Rule(kind, route=PUBLISH))
    chat.sandbox.faults.add(Rule(kind, route=THREAD))
    await chat.schedule(channel=chat.channel("announcements"), publish=True, thread=True)
    await chat.move(hours=1)
    await chat.until(lambda: asked(chat, PUBLISH) and asked(chat, THREAD))
    await chat.move(seconds=10)
    await chat.until(lambda: asked(chat, PUBLISH) >= 2 and asked(chat, THREAD) >= 2)
    await chat.move(seconds=30)
    (post,) = chat.posts("announcements")
    assert post.flags & Flag.CROSSPOSTED
    assert len(threads(chat, "announcements")) == 1
    assert "⚠" not in (await chat.daily("list")).text


@pytest.mark.parametrize(
    "rule",
    [
        Rule("edge", status=403, lasts=4200),
        Rule("error", status=403, code=40333, lasts=4200),
        Rule("error", status=404, code=0, lasts=4200),
        Rule("edge", status=429, lasts=4200),
        Rule("edge", status=502, lasts=4200),
    ],
    ids=["403 page", "40333", "404 code 0", "429 page", "502 page"],
)
async def test_a_bad_quarter_of_an_hour_at_discords_edge(chat: DailyChat, rule: Rule) -> None:
    rule.route, rule.ends, rule.struck = PUBLISH, None, 0
    chat.sandbox.faults.add(rule)
    await chat.schedule(channel=chat.channel("announcements"), publish=True)
    await chat.move(hours=1)
    await chat.until(lambda: rule.struck)
    await chat.move(minutes=15)
    (post,) = chat.posts("announcements")
    # discord.py repeats what a 5xx answers by itself, after pauses of real seconds.
    await chat.until(lambda: post.flags & Flag.CROSSPOSTED, 30)


async def test_the_limit_of_publishing_holds_no_post_back(chat: DailyChat) -> None:
    chat.sandbox.faults.add(Rule("error", status=429, route=PUBLISH, retry_after=2000, lasts=3600 + 1900))
    await chat.schedule(channel=chat.channel("announcements"), publish=True)
    await chat.schedule(channel=chat.channel("announcements"), time="9:10")
    await chat.move(hours=1)
    await chat.until(lambda: asked(chat, PUBLISH))
    await chat.move(minutes=10)
    await chat.until(lambda: len(chat.posts("announcements")) == 2)
    assert "⚠" not in (await chat.daily("list")).text


async def test_what_lasts_is_told_and_stops_no_post(chat: DailyChat) -> None:
    await chat.schedule(thread=True)
    chat.sandbox.world.deny(chat.channel(), "create_public_threads")
    await chat.move(hours=1)
    await until_failed(chat)
    told = (await chat.daily("list")).text
    assert "⚠ I couldn't start its thread: please grant me **Create Public Threads** in the channel" in told
    assert "Paused" not in told
    assert len(chat.posts()) == 1


def notices(chat: DailyChat) -> list[str]:
    return [visible_text(each) for each in chat.posts("general")]


async def until_none_is_open(chat: DailyChat, posts: int) -> None:
    """Wait until so many posts were made, with all that follows them."""
    await chat.until_recorded("sent", posts)
    async with asyncio.timeout(15):
        while any(row["lease_until"] for row in await jobs(chat)):  # noqa: ASYNC110 - another task writes it
            await asyncio.sleep(0.05)


async def test_what_lasts_is_told_to_the_moderators_once_until_it_was_well_again(chat: DailyChat) -> None:
    await chat.schedule(thread=True)
    chat.sandbox.world.deny(chat.channel(), "create_public_threads")
    await chat.move(hours=1)
    await chat.until(lambda: notices(chat))
    (told,) = notices(chat)
    assert "**A daily quote needs a look**" in told
    assert f"start threads under the posts of schedule 1 in <#{chat.channel().id}>" in told
    assert "Please grant me **Create Public Threads** there" in told
    for post in (2, 3):
        await chat.move(days=1)
        await until_none_is_open(chat, post)
        await chat.move(minutes=2)
    assert len(notices(chat)) == 1
    chat.sandbox.world.allow(chat.channel(), "create_public_threads")
    await chat.move(days=1)
    await chat.until(lambda: threads(chat))
    await until_none_is_open(chat, 4)
    chat.sandbox.world.deny(chat.channel(), "create_public_threads")
    await chat.move(days=1)
    await chat.until(lambda: len(notices(chat)) == 2)


async def test_a_time_out_that_comes_after_the_post_is_waited_for(chat: DailyChat) -> None:
    rule = chat.sandbox.faults.add(Rule("error", status=403, code=40333, route=THREAD, times=None))
    await chat.schedule(thread=True)
    await chat.move(hours=1)
    await chat.until(lambda: rule.struck)
    chat.sandbox.faults.rules.remove(rule)
    me = chat.guild.members[chat.sandbox.bot_user_id]
    me.timed_out_until = chat.sandbox.clock.now() + 240  # the gateway has not told of it yet
    before = asked(chat, THREAD)
    await chat.move(seconds=10)
    await chat.until(lambda: asked(chat, THREAD) > before)
    async with asyncio.timeout(15):
        while not threads(chat):
            await chat.move(minutes=2)
            await asyncio.sleep(0.3)
    assert notices(chat) == []


async def test_both_are_checked_at_once(chat: DailyChat) -> None:
    told = (await chat.schedule(publish=True)).text
    assert "Only posts in an announcement channel can be published" in told
    told = (await chat.schedule(channel=chat.channel("lore-questions"), thread=True)).text
    assert "I can't start a thread under a post in a thread or a forum" in told
    told = (await chat.schedule(channel=chat.channel("First impressions"), thread=True)).text
    assert "I can't start a thread" in told
    assert "no daily quotes yet" in (await chat.daily("list")).text


async def test_an_edit_turns_them_on_and_off_and_leaves_what_was_not_named(chat: DailyChat) -> None:
    await chat.schedule(channel=chat.channel("announcements"), publish=True)
    assert "published" in (await chat.daily("edit", schedule="1", time="10:00")).text
    told = (await chat.daily("edit", schedule="1", publish=False, thread=True)).text
    assert "published" not in told
    assert "with a thread" in told
    told = (await chat.daily("edit", schedule="1", channel=chat.channel("lore-questions"))).text
    assert "leave `thread` off" in told


def turn_into_text(chat: DailyChat) -> None:
    """Turn an announcement channel into a text channel, as its settings can."""
    announcements = chat.channel("announcements")
    announcements.type = ChannelType.TEXT
    chat.sandbox.world.set_overwrite(announcements, chat.role("Quiet"), allow=0, deny=0)  # sends the channel anew


async def test_a_channel_that_is_no_longer_one_for_announcements_stops_no_post_and_no_edit(chat: DailyChat) -> None:
    await chat.schedule(channel=chat.channel("announcements"), publish=True)
    turn_into_text(chat)
    await chat.move(hours=1)
    await until_failed(chat)
    assert len(chat.posts("announcements")) == 1
    assert "the channel is no longer an announcement channel" in (await chat.daily("list")).text
    edited = (await chat.daily("edit", schedule="1", time="10:00")).text
    assert "**10:00**" in edited
    assert "⚠ Only posts in an announcement channel can be published" in edited
    assert "I can't start a thread" not in (await chat.daily("edit", schedule="1", thread=True)).text
    await chat.daily("pause", schedule="1")
    resumed = (await chat.daily("resume", schedule="1")).text
    assert "Resumed" in resumed
    assert "⚠ Only posts in an announcement channel can be published" in resumed
    assert "⚠" not in (await chat.daily("edit", schedule="1", publish=False)).text
    assert "Only posts in an announcement channel" in (await chat.daily("edit", schedule="1", publish=True)).text
    await chat.move(days=1, hours=2)
    await chat.until_recorded("sent", 2)


async def test_what_new_option_cannot_be_done_is_refused_though_an_old_one_cannot_either(chat: DailyChat) -> None:
    await chat.schedule(thread=True)
    chat.sandbox.world.deny(chat.channel(), "create_public_threads")
    channel = chat.bot.get_channel(chat.channel().id)
    assert isinstance(channel, discord.TextChannel)
    await chat.until(lambda: not channel.permissions_for(channel.guild.me).create_public_threads)
    told = (await chat.daily("edit", schedule="1", publish=True)).text
    assert "Only posts in an announcement channel can be published" in told
    told = (await chat.daily("edit", schedule="1", time="10:00")).text
    assert "Changed" in told
    assert "Please grant me **Create Public Threads** there" in told


async def test_a_message_that_was_deleted_first(chat: DailyChat) -> None:
    announcements = chat.channel("announcements")
    rule = chat.sandbox.faults.add(Rule("error", status=500, route=PUBLISH, times=None))
    rule.status = 503
    await chat.schedule(channel=announcements, publish=True)
    await chat.move(hours=1)
    await chat.until(lambda: rule.struck)
    (post,) = ours(chat.sandbox, announcements)
    del announcements.messages[post.id]
    chat.sandbox.faults.rules.remove(rule)
    await chat.move(seconds=10)
    await until_failed(chat)
    assert "⚠ I couldn't publish it: the post was deleted first" in (await chat.daily("list")).text
