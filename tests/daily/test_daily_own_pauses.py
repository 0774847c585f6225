"""A pause that the bot made ends by itself when its cause is gone; a role that is lost is not mentioned, and told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
import pytest

from sandbox import Sandbox
from sandbox.model import Channel, ChannelType, ThreadInfo
from sandbox.views import visible_text
from tests.support.daily_chat import START, DailyChat, daily_chat
from tests.support.given import given

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.daily.schedule import Schedule


@pytest.fixture
async def chat(second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path) as one:
        yield one


async def schedules(chat: DailyChat) -> list[Schedule]:
    return await chat.bot.services.daily.schedules.of_guild(chat.guild.id)


async def until_stands(chat: DailyChat, *paused: str | None) -> None:
    """Wait until the server's schedules are paused for these reasons (None: not paused)."""
    found: list[str | None] = []
    for _ in range(250):
        found = [each.paused for each in await schedules(chat)]
        if found == list(paused):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(found)


def told(chat: DailyChat) -> list[str]:
    return [visible_text(each) for each in chat.posts("general")]


def deny(chat: DailyChat) -> None:
    chat.sandbox.world.deny(chat.channel(), "send_messages")


def allow(chat: DailyChat) -> None:
    chat.sandbox.world.allow(chat.channel(), "send_messages")


def lock(chat: DailyChat, *, locked: bool) -> None:
    chat.sandbox.world.update_thread(chat.channel("First impressions"), archived=locked, locked=locked)


def require_tag(chat: DailyChat, *, required: bool) -> None:
    forum = chat.channel("lore-questions")
    forum.tag_required = required
    chat.sandbox.world.set_overwrite(forum, chat.role("Quiet"), allow=0, deny=0)  # sends the channel anew


def deny_files(chat: DailyChat) -> None:
    chat.sandbox.world.deny(chat.channel("lore-questions"), "attach_files")


def allow_files(chat: DailyChat) -> None:
    chat.sandbox.world.allow(chat.channel("lore-questions"), "attach_files")


def strip_role(chat: DailyChat) -> None:
    chat.sandbox.world.forbid(chat.guild, "send_messages")


def give_role(chat: DailyChat) -> None:
    """Give the bot a role that may post: an update of the member, not of a role."""
    world = chat.sandbox.world
    worker = world.add_role(chat.guild, "Poster", 1 << 11)
    world.set_roles(chat.guild, world.bot, world.bot_role(chat.guild), worker)


CAUSES: dict[str, tuple[str, Callable[[DailyChat], None], Callable[[DailyChat], None], str]] = {
    "overwrite": ("daily-quotes", deny, allow, "no-permission"),
    "hidden": (
        "daily-quotes",
        lambda chat: chat.sandbox.world.deny(chat.channel(), "view_channel"),
        lambda chat: chat.sandbox.world.allow(chat.channel(), "view_channel"),
        "no-access",
    ),
    "files": ("lore-questions", deny_files, allow_files, "no-permission"),
    "role": (
        "daily-quotes",
        strip_role,
        lambda chat: chat.sandbox.world.permit(chat.guild, "send_messages"),
        "no-permission",
    ),
    "member": ("daily-quotes", strip_role, give_role, "no-permission"),
    "thread": (
        "First impressions",
        lambda chat: lock(chat, locked=True),
        lambda chat: lock(chat, locked=False),
        "archived",
    ),
    "tag": (
        "lore-questions",
        lambda chat: require_tag(chat, required=True),
        lambda chat: require_tag(chat, required=False),
        "needs-tag",
    ),
}


@pytest.mark.parametrize("cause", list(CAUSES))
async def test_a_pause_ends_when_its_cause_is_gone(chat: DailyChat, cause: str) -> None:
    name, begin, end, reason = CAUSES[cause]
    await chat.schedule(channel=chat.channel(name), style="card" if cause == "files" else "text")
    begin(chat)
    await chat.move(hours=1)
    await until_stands(chat, reason)
    if cause not in {"role", "member"}:  # those take away every place to tell
        await chat.until(lambda: told(chat))
    await chat.move(hours=1)
    end(chat)
    await until_stands(chat, None)
    # The day's post was refused, so it is surely not there: it is made after all, late.
    await chat.until_recorded("sent")
    assert [row["state"] for row in await chat.ledger()] == ["sent"]
    await chat.move(days=1)
    await chat.until_recorded("sent", 2)
    assert len(told(chat)) == (cause not in {"role", "member"})


async def test_what_hinders_the_posts_hinders_no_edit_of_the_rest(chat: DailyChat) -> None:
    await chat.schedule()
    deny(chat)
    await chat.move(hours=1)
    await until_stands(chat, "no-permission")
    edited = (await chat.daily("edit", schedule="1", time="10:00")).text
    assert "**10:00**" in edited
    assert "so schedule 1 is paused. Please grant me **Send Messages** there" in edited
    await until_stands(chat, "no-permission")
    assert "Please grant me" in (await chat.daily("edit", schedule="1", style="card")).text
    assert "Please grant me" in (await chat.daily("resume", schedule="1")).text
    allow(chat)
    await until_stands(chat, None)


async def test_a_time_out_hinders_no_edit(chat: DailyChat) -> None:
    await chat.schedule()
    until = chat.sandbox.clock.now() + 7200
    chat.sandbox.world.time_out(chat.guild, until)
    await chat.until(lambda: given(chat.bot.get_guild(chat.guild.id)).me.timed_out_until)
    edited = (await chat.daily("edit", schedule="1", time="10:00")).text
    assert "**10:00**" in edited
    assert "⚠ A moderator has timed me out until" in edited
    await until_stands(chat, None)


async def test_a_deleted_channel_hinders_no_edit_of_the_rest(chat: DailyChat) -> None:
    await chat.schedule()
    chat.sandbox.world.delete_channel(chat.channel())
    await until_stands(chat, "channel-gone")
    edited = (await chat.daily("edit", schedule="1", time="10:00")).text
    assert "**10:00**" in edited
    assert "was deleted, so schedule 1 is paused" in edited
    await until_stands(chat, "channel-gone")
    await chat.daily("edit", schedule="1", channel=chat.channel("general"))
    await until_stands(chat, None)


async def test_what_was_missed_by_too_much_is_not_made_after_all(chat: DailyChat) -> None:
    await chat.schedule()
    deny(chat)
    await chat.move(hours=1)
    await until_stands(chat, "no-permission")
    await chat.move(hours=7)
    allow(chat)
    await until_stands(chat, None)
    await asyncio.sleep(0.3)
    assert chat.posts() == []
    await chat.move(hours=17)
    await chat.until_recorded("sent")
    assert [row["state"] for row in await chat.ledger()] == ["failed", "sent"]


async def test_what_a_moderator_paused_stays_paused(chat: DailyChat) -> None:
    await chat.schedule()
    await chat.daily("pause", schedule="1")
    deny(chat)
    allow(chat)
    chat.bot.daily.recovery.touch_all()
    await asyncio.sleep(0.5)
    await until_stands(chat, "moderator")


async def test_a_deleted_channel_does_not_come_back(chat: DailyChat) -> None:
    await chat.schedule()
    chat.sandbox.world.delete_channel(chat.channel())
    await until_stands(chat, "channel-gone")
    chat.sandbox.world.add_channel(chat.guild, "daily-quotes")
    chat.bot.daily.recovery.touch_all()
    await asyncio.sleep(0.5)
    await until_stands(chat, "channel-gone")


async def test_a_cause_that_comes_and_goes_is_told_once_and_tried_seldom(chat: DailyChat) -> None:
    await chat.schedule()
    deny(chat)
    await chat.move(hours=1)
    await until_stands(chat, "no-permission")
    for _ in range(5):
        allow(chat)
        await asyncio.sleep(0.2)
        deny(chat)
        await asyncio.sleep(0.2)
    # Whether the post got through between two changes or not: nobody was told five times, and it came once at most.
    await chat.move(minutes=30)
    allow(chat)
    await until_stands(chat, None)
    await chat.until_recorded("sent")
    assert len(chat.posts()) == 1
    assert len(told(chat)) <= 2


async def test_a_cause_that_ends_while_the_bot_is_off(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        async with daily_chat(second_path, sandbox=sandbox) as before:
            await before.schedule()
            deny(before)
            await before.move(hours=1)
            await until_stands(before, "no-permission")
        allow(before)
        sandbox.clock.advance(1800)
        async with daily_chat(second_path, sandbox=sandbox) as after:
            await until_stands(after, None)
            await after.until_recorded("sent")


async def test_what_no_event_tells_is_seen_every_half_hour(chat: DailyChat) -> None:
    await chat.schedule(channel=chat.channel("lore-questions"))
    require_tag(chat, required=True)
    await chat.move(hours=1)
    await until_stands(chat, "needs-tag")
    forum = chat.bot.get_channel(chat.channel("lore-questions").id)
    chat.channel("lore-questions").tag_required = False
    assert isinstance(forum, discord.ForumChannel)
    forum._flags = 0
    await asyncio.sleep(0.3)
    await until_stands(chat, "needs-tag")
    await chat.move(minutes=31)
    await until_stands(chat, None)


async def test_a_server_with_an_outage_is_not_judged(chat: DailyChat) -> None:
    await chat.schedule(role=chat.role("Quote fans"))
    chat.sandbox.world.set_available(chat.guild, available=False)
    await chat.until(lambda: (known := chat.bot.get_guild(chat.guild.id)) is not None and known.unavailable)
    chat.bot.daily.recovery.touch_all()
    await asyncio.sleep(0.5)
    assert (await schedules(chat))[0].unmentioned is None
    assert "it seems to be having an outage" in (await chat.schedule(time="10:00")).text


# -- roles ----------------------------------------------------------------------------------------------


async def until_mentions(chat: DailyChat, loss: str | None) -> None:
    for _ in range(250):
        if (await schedules(chat))[0].unmentioned == loss:
            return
        await asyncio.sleep(0.05)
    raise AssertionError((await schedules(chat))[0].unmentioned)


async def test_a_deleted_role_is_not_mentioned_and_told_once(chat: DailyChat) -> None:
    fans = chat.role("Quote fans")
    await chat.schedule(role=fans)
    chat.sandbox.world.remove_role(chat.guild, fans)
    await chat.until(lambda: told(chat))
    assert "**A daily quote mentions nobody**" in told(chat)[0]
    assert "The role to mention was deleted" in told(chat)[0]
    for day in range(1, 3):
        await chat.move(**({"hours": 1} if day == 1 else {"days": 1}))
        await chat.until_recorded("sent", day)
    for post in chat.posts():
        assert f"{fans.id}" not in str(post.components)
        assert post.mention_roles == []
    listed = (await chat.daily("list")).text
    assert "mentions nobody: its role was deleted" in listed
    assert "Choose another with `/daily edit 1`." in listed
    assert "**10:00**" in (await chat.daily("edit", schedule="1", time="10:00")).text
    assert len(told(chat)) == 1
    other = chat.sandbox.world.add_role(chat.guild, "Readers", mentionable=True)
    assert f"mentions <@&{other.id}>" in (await chat.daily("edit", schedule="1", role=other)).text
    await chat.move(days=1, hours=2)
    await chat.until_recorded("sent", 3)
    assert chat.posts()[-1].mention_roles == [other.id]


async def test_a_role_that_may_not_be_mentioned_any_more(chat: DailyChat) -> None:
    fans = chat.role("Quote fans")
    await chat.schedule(role=fans)
    chat.sandbox.world.edit_role(chat.guild, fans, mentionable=False)
    await chat.until(lambda: told(chat))
    assert "Allow anyone to @mention this role" in told(chat)[0]
    await chat.move(hours=1)
    await chat.until_recorded("sent")
    assert str(fans.id) not in str(chat.posts()[0].components)
    assert "mentions nobody" in (await chat.daily("list")).text
    assert "Changed" in (await chat.daily("edit", schedule="1", days="weekdays")).text
    for _ in range(3):
        chat.sandbox.world.edit_role(chat.guild, fans, mentionable=True)
        await until_mentions(chat, None)
        chat.sandbox.world.edit_role(chat.guild, fans, mentionable=False)
        await until_mentions(chat, "role-not-mentionable")
    chat.sandbox.world.edit_role(chat.guild, fans, mentionable=True)
    await until_mentions(chat, None)
    await chat.move(days=1)
    await chat.until_recorded("sent", 2)
    assert chat.posts()[-1].mention_roles == [fans.id]
    assert len(told(chat)) == 1


async def test_a_role_that_was_deleted_while_the_bot_was_off(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        async with daily_chat(second_path, sandbox=sandbox) as before:
            fans = before.role("Quote fans")
            await before.schedule(role=fans)
        sandbox.world.remove_role(before.guild, fans)
        sandbox.clock.advance(3700)
        async with daily_chat(second_path, sandbox=sandbox) as after:
            await after.until_recorded("sent")
            await until_mentions(after, "role-gone")
            await after.until(lambda: told(after))
            (post,) = after.posts()
            assert post.mention_roles == []
            # What is due at the start may be posted before the server was looked at: it mentions nobody all the same.
            assert str(fans.id) not in str(post.components)


async def test_everyone_that_an_older_version_took_is_never_mentioned(chat: DailyChat) -> None:
    await chat.schedule(role=chat.role("Quote fans"))
    database = chat.bot.services.daily.deliveries._database
    async with database.transaction() as tx:
        await tx.execute("UPDATE schedule SET role = guild")
    await chat.move(hours=1)
    await chat.until_recorded("sent")
    chat.bot.daily.recovery.touch_all()
    await until_mentions(chat, "everyone")
    (post,) = chat.posts()
    assert str(chat.guild.id) not in str(post.components)
    assert "I never mention @everyone" in (await chat.daily("list")).text


async def test_a_private_thread_without_the_bot(chat: DailyChat) -> None:
    world, guild = chat.sandbox.world, chat.guild
    mina = world.user("Mina")
    info = ThreadInfo(mina.id, world.now(), members={mina.id: world.now()})
    parent = chat.channel("canon-talk")
    kind = ChannelType.PRIVATE_THREAD
    thread = Channel(world.ids.founding(), kind, "Secret plans", guild, parent, thread=info)
    guild.channels[thread.id] = world.channels[thread.id] = thread
    reply = await chat.schedule(channel=thread)
    assert "That thread is private, and I'm not in it. Mention me there to add me" in reply.text
    assert "View Channel" not in reply.text
    world.join_thread(thread, world.bot)
    assert "Scheduled" in (await chat.schedule(channel=thread)).text
    world.leave_thread(thread, world.bot)
    await chat.move(hours=1)
    await until_stands(chat, "no-access")
    assert "mention me there to add me" in (await chat.daily("list")).text
    world.join_thread(thread, world.bot)
    await until_stands(chat, None)
    await chat.until_recorded("sent")
