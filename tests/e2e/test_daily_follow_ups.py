"""What follows a daily post over the real protocol: it is published, or a thread begins under it, once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.faults import Rule
from sandbox.model import ChannelType, Flag
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


async def test_both_are_checked_at_once(chat: DailyChat) -> None:
    told = (await chat.schedule(publish=True)).text
    assert "Only posts in an announcement channel can be published" in told
    told = (await chat.schedule(channel=chat.channel("lore-questions"), thread=True)).text
    assert "A thread can't begin under a post in a thread or a forum" in told
    told = (await chat.schedule(channel=chat.channel("Book One re-watch"), thread=True)).text
    assert "A thread can't begin" in told
    assert "no daily quotes yet" in (await chat.daily("list")).text


async def test_an_edit_turns_them_on_and_off_and_leaves_what_was_not_named(chat: DailyChat) -> None:
    await chat.schedule(channel=chat.channel("announcements"), publish=True)
    assert "published" in (await chat.daily("edit", schedule="1", time="10:00")).text
    told = (await chat.daily("edit", schedule="1", publish=False, thread=True)).text
    assert "published" not in told
    assert "with a thread" in told
    told = (await chat.daily("edit", schedule="1", channel=chat.channel("lore-questions"))).text
    assert "leave `thread` off" in told


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
