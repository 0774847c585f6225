"""Daily posts over the real protocol: where they go, what they hold, and what happens when Discord says no."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import render
from sandbox.faults import Rule
from sandbox.model import Flag
from sandbox.views import visible_text
from tests.support.daily_chat import DailyChat, daily_chat, ours

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MESSAGES = "/channels/{channel_id}/messages"
THREADS = "/channels/{channel_id}/threads"


@pytest.fixture
async def chat(second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path) as one:
        yield one


def forum_posts(chat: DailyChat) -> list[Any]:
    forum = chat.channel("lore-questions")
    return [each for each in chat.guild.channels.values() if each.parent is forum]


async def test_a_post_holds_quote_source_date_and_the_one_mention(chat: DailyChat) -> None:
    fans = chat.role("Quote fans")
    await chat.schedule(role=fans)
    preview = (await chat.daily("preview", schedule="1")).text
    await chat.move(hours=1)
    (row,) = await chat.until_recorded("sent")
    (post,) = chat.posts()
    text = visible_text(post)
    assert next(line for line in preview.splitlines() if line.startswith("> ")) in text
    assert f"Daily quote · <t:{row['due'] // 1000}:D> · " in text
    assert "late" not in text
    assert (post.mention_roles, post.mention_everyone) == ([fans.id], False)
    assert post.flags & Flag.COMPONENTS_V2
    assert (row["message"], row["posted_in"], row["nonce"]) == (post.id, post.channel.id, post.nonce)
    assert "**" in (await chat.sandbox.person("Mina").press(post, "Context")).text
    assert f"/{post.channel.id}/{post.id}" in (await chat.daily("list")).text


async def test_the_nonce_is_sent_and_enforced(chat: DailyChat) -> None:
    await chat.schedule()
    await chat.move(hours=1)
    await chat.until_recorded("sent")
    (sent,) = [each for each in chat.sandbox.journal if each.method == "POST" and each.route == MESSAGES]
    body = sent.request.get("payload_json", sent.request)
    assert (body["nonce"], body["enforce_nonce"]) == ("dq1-20260105", True)


async def test_a_card_comes_with_its_words(chat: DailyChat) -> None:
    await chat.schedule(style="card")
    await chat.move(hours=1)
    await chat.until_recorded("sent")
    (post,) = chat.posts()
    (picture,) = post.attachments
    assert picture.content_type == "image/png"
    assert picture.description
    assert "> " in visible_text(post)


@pytest.mark.parametrize("name", ["announcements", "First impressions", "general"])
async def test_every_kind_of_channel(chat: DailyChat, name: str) -> None:
    assert "Scheduled" in (await chat.schedule(channel=chat.channel(name))).text
    await chat.move(hours=1)
    await chat.until_recorded("sent")
    assert len(chat.posts(name)) == 1


async def test_a_forum_gets_a_post_named_after_quote_and_date(chat: DailyChat) -> None:
    await chat.schedule(channel=chat.channel("lore-questions"))
    await chat.move(hours=1)
    (row,) = await chat.until_recorded("sent")
    (thread,) = forum_posts(chat)
    assert thread.name.endswith(" · 5 January 2026")
    assert len(thread.name) <= 100
    (post,) = ours(chat.sandbox, thread)
    assert (row["posted_in"], row["message"]) == (thread.id, post.id)


async def test_a_forum_post_whose_answer_was_lost_is_found(chat: DailyChat) -> None:
    chat.sandbox.faults.add(Rule("drop", "POST", THREADS))
    await chat.schedule(channel=chat.channel("lore-questions"))
    await chat.move(hours=1)
    await chat.until(lambda: forum_posts(chat))
    await chat.until_recorded("claimed")
    await wait_for_pause(chat)
    await chat.move(minutes=2)
    await chat.until_recorded("sent")
    assert len(forum_posts(chat)) == 1


async def wait_for_pause(chat: DailyChat) -> None:
    """Wait until an attempt that failed was written down: the row has no owner then."""
    for _ in range(200):
        if (await chat.ledger())[0]["owner"] is None:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the attempt was not written down")


async def test_an_archived_thread_is_reopened(chat: DailyChat) -> None:
    thread = chat.channel("First impressions")
    assert thread.parent is not None
    assert thread.thread is not None
    await chat.schedule(channel=thread)
    chat.sandbox.world.allow(thread.parent, "manage_threads")
    chat.sandbox.world.archive_thread(thread, locked=True)
    chat.sandbox.faults.add(Rule("error", "PATCH", "/channels/{channel_id}", status=503, times=1))
    await chat.move(hours=1)

    def posted() -> bool:
        if not chat.posts("First impressions"):
            chat.sandbox.clock.advance(1)
        return bool(chat.posts("First impressions"))

    await chat.until(posted)
    assert len(chat.posts("First impressions")) == 1
    assert not thread.thread.archived


async def test_an_error_of_discords_is_retried_with_the_same_nonce(chat: DailyChat) -> None:
    chat.sandbox.faults.add(Rule("error", "POST", MESSAGES, status=500, times=1))
    chat.sandbox.faults.add(Rule("drop", "POST", MESSAGES, times=1))
    await chat.schedule()
    await chat.move(hours=1)
    await chat.until_recorded("sent")
    assert len(chat.posts()) == 1


async def test_a_lost_permission_pauses_and_moderators_are_told_once(chat: DailyChat) -> None:
    await chat.schedule()
    await chat.schedule(time="9:01")
    chat.sandbox.world.deny(chat.channel(), "send_messages")
    await chat.move(hours=1, minutes=2)
    await chat.until_recorded("failed", 2)
    await chat.until(lambda: chat.posts("general"))
    told = "".join(visible_text(each) for each in chat.posts("general"))
    assert "paused" in told
    assert "**Send Messages**" in told
    await chat.move(days=2)
    listed = (await chat.daily("list")).text
    assert listed.count("I don't have permission to post in <#") == 2
    assert len(chat.posts("general")) <= 2
    chat.sandbox.world.allow(chat.channel(), "send_messages")
    assert "Resumed" in (await chat.daily("resume", schedule="1")).text
    await chat.move(days=1)
    await chat.until_recorded("sent")


async def test_the_public_updates_channel_goes_first(chat: DailyChat) -> None:
    chat.guild.public_updates_channel_id = chat.channel("canon-talk").id
    chat.sandbox.world.tell("GUILD_UPDATE", guild_update(chat), guild=chat.guild)
    await chat.schedule()
    chat.sandbox.world.delete_channel(chat.channel())
    await chat.until(lambda: chat.posts("canon-talk"))
    assert chat.posts("general") == []


def guild_update(chat: DailyChat) -> dict[str, Any]:
    return render.guild(chat.guild)


async def test_a_deleted_channel_pauses_at_once(chat: DailyChat) -> None:
    await chat.schedule()
    channel = chat.channel()
    chat.sandbox.world.delete_channel(channel)
    await chat.until(lambda: chat.posts("general"))
    told = "#daily-quotes was deleted, so schedule 1 is paused. Choose a new channel with `/daily edit 1`."
    assert told in visible_text(chat.posts("general")[0])
    assert told in (await chat.daily("list")).text
    assert "The channel was deleted. Choose another" in (await chat.daily("resume", schedule="1")).text
    chat.sandbox.world.add_channel(chat.guild, "daily-quotes")
    reply = await chat.daily("edit", schedule="1", channel=chat.channel())
    assert "Next posts:" in reply.text
    await chat.move(hours=1)
    await chat.until_recorded("sent")


async def test_seven_days_after_the_bot_left_its_rows_are_gone(chat: DailyChat) -> None:
    await chat.schedule()
    chat.sandbox.world.kick_bot(chat.guild)
    store = chat.bot.services.daily
    for _ in range(100):
        if await store.left_guilds.gone():
            break
        await chat.move(seconds=1)
    await chat.move(days=7)
    for _ in range(100):
        if not await store.left_guilds.guilds():
            break
        await chat.move(seconds=2)
    assert await store.left_guilds.guilds() == set()
