"""Daily posts over the real protocol: restarts, downtimes, and servers that come and go."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from typing import TYPE_CHECKING

import pytest

from sandbox import Sandbox
from sandbox.faults import Rule
from sandbox.views import visible_text
from tests.support.daily import hurry
from tests.support.daily_chat import START, DailyChat, daily_chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MESSAGES = "/channels/{channel_id}/messages"
THREADS = "/channels/{channel_id}/threads"


@pytest.fixture
async def chat(second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path) as one:
        yield one


async def wait_for_pause(chat: DailyChat) -> None:
    """Wait until an attempt that failed was written down: the row has no owner then."""
    for _ in range(200):
        if (await chat.ledger())[0]["owner"] is None:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the attempt was not written down")


async def test_a_restart_posts_what_was_missed_and_marks_it_late(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        async with daily_chat(second_path, sandbox=sandbox) as before:
            await before.schedule()
        sandbox.clock.advance(3 * 3600)
        async with daily_chat(second_path, sandbox=sandbox) as after:
            await after.until_recorded("sent")
            (post,) = after.posts()
            assert "late, planned for <t:" in visible_text(post)
            assert "late (planned for" in (await after.daily("list")).text


async def test_a_restart_with_a_newer_tz_database_moves_what_is_planned(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        async with daily_chat(second_path, sandbox=sandbox) as before:
            await before.schedule(time="10:00", timezone="Europe/Paris")
        with contextlib.closing(sqlite3.connect(second_path, isolation_level=None)) as other:
            # As if Paris had still been in London's time when it was planned.
            other.execute("UPDATE schedule SET next_due = next_due + 3600000")
        async with daily_chat(second_path, sandbox=sandbox) as after:
            await after.move(hours=1)
            (row,) = await after.until_recorded("sent")
            assert row["due"] == (START.timestamp() + 3600) * 1000


async def test_missed_by_too_much_it_is_skipped_and_shown(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        async with daily_chat(second_path, sandbox=sandbox) as before:
            await before.schedule()
        sandbox.clock.advance(3 * 3600)
        async with daily_chat(second_path, sandbox=sandbox, LATE_LIMIT_HOURS="1") as after:
            await after.until_recorded("skipped")
            assert "was skipped" in (await after.daily("list")).text
            assert after.posts() == []


async def test_a_message_of_an_unknown_fate_is_looked_up_in_the_history(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        sandbox.faults.add(Rule("drop", "POST", MESSAGES, times=1))
        async with daily_chat(second_path, sandbox=sandbox) as before:
            await before.schedule()
            await before.move(hours=1)
            await before.until(before.posts)
            await wait_for_pause(before)
        sandbox.clock.advance(1800)
        async with daily_chat(second_path, sandbox=sandbox) as after:
            await after.until_recorded("sent")
            assert len(after.posts()) == 1
            assert [each.method for each in sandbox.journal if each.route == MESSAGES].count("GET") == 1


async def test_without_the_history_it_is_unconfirmed_and_shown(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        sandbox.faults.add(Rule("drop", "POST", MESSAGES, times=1))
        async with daily_chat(second_path, sandbox=sandbox) as before:
            await before.schedule()
            await before.move(hours=1)
            await before.until(before.posts)
            await wait_for_pause(before)
            sandbox.world.deny(before.channel(), "read_message_history")
        sandbox.clock.advance(1800)
        async with daily_chat(second_path, sandbox=sandbox) as after:
            await after.until_recorded("unconfirmed")
            assert "unconfirmed" in (await after.daily("list")).text
            assert len(after.posts()) == 1


async def test_a_server_that_removes_the_bot_and_takes_it_back(chat: DailyChat) -> None:
    await chat.schedule()
    chat.sandbox.world.kick_bot(chat.guild)
    await chat.until(lambda: chat.bot.get_guild(chat.guild.id) is None)
    await chat.move(days=2)
    assert chat.posts() == []
    chat.sandbox.world.add_bot(chat.guild)
    await chat.until(lambda: chat.bot.get_guild(chat.guild.id) is not None)
    while await chat.bot.services.daily.left_guilds.gone():  # noqa: ASYNC110 - the handler has no event
        await asyncio.sleep(0.05)
    await chat.move(hours=1)
    await chat.until_recorded("sent")


async def test_a_server_that_takes_the_bot_back_while_it_is_off_keeps_its_schedules(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        async with daily_chat(second_path, sandbox=sandbox) as before:
            await before.schedule()
            guild = before.guild
            sandbox.world.kick_bot(guild)
            while not await before.bot.services.daily.left_guilds.gone():  # noqa: ASYNC110 - the handler has no event
                await asyncio.sleep(0.05)
        sandbox.world.add_bot(guild)
        sandbox.clock.advance(8 * 86400)
        async with daily_chat(second_path, sandbox=sandbox) as after:
            left_guilds = after.bot.services.daily.left_guilds
            while await left_guilds.gone():  # noqa: ASYNC110 - the handler has no event
                await asyncio.sleep(0.05)
            assert await left_guilds.guilds() == {guild.id}
            await after.move(hours=1)
            await after.until_recorded("sent")


@contextlib.asynccontextmanager
async def store_held(chat: DailyChat, path: Path) -> AsyncIterator[None]:
    """Let another program hold the store for the block."""
    await hurry(chat.file)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_a_return_is_noted_though_the_store_was_held(second_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with daily_chat(second_path) as chat:
        await chat.schedule()
        left_guilds = chat.bot.services.daily.left_guilds
        chat.sandbox.world.kick_bot(chat.guild)
        while not await left_guilds.gone():  # noqa: ASYNC110 - the handler has no event
            await asyncio.sleep(0.05)
        async with store_held(chat, second_path):
            chat.sandbox.world.add_bot(chat.guild)
            await chat.until(lambda: "the return to server" in caplog.text)
            await chat.move(seconds=5)
            assert await left_guilds.gone() == {chat.guild.id}
        for _ in range(100):
            if not await left_guilds.gone():
                break
            await chat.move(seconds=1)
        assert await left_guilds.gone() == set()
    assert "error in" not in caplog.text


async def test_the_bot_ends_though_an_event_waits_for_the_store(
    second_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with contextlib.AsyncExitStack() as holding:
        async with daily_chat(second_path) as chat:
            await chat.schedule()
            await holding.enter_async_context(store_held(chat, second_path))
            chat.sandbox.world.kick_bot(chat.guild)
            await chat.until(lambda: "the removal from server" in caplog.text)
        assert [task for task in asyncio.all_tasks() if "removal" in task.get_name()] == []
    assert "error in" not in caplog.text


async def test_servers_that_were_left_while_the_bot_was_off(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        async with daily_chat(second_path, sandbox=sandbox) as before:
            await before.schedule()
            guild = before.guild
        sandbox.world.kick_bot(guild)
        async with daily_chat(second_path, sandbox=sandbox) as after:
            for _ in range(100):
                if await after.bot.services.daily.left_guilds.gone() == {guild.id}:
                    break
                await after.move(seconds=1)
            assert await after.bot.services.daily.left_guilds.gone() == {guild.id}


async def test_a_week_of_moved_days(chat: DailyChat) -> None:
    await chat.schedule()
    await chat.move(hours=1)
    for day in range(7):
        await chat.until_recorded("sent", day + 1)
        await chat.move(days=1)
    texts = [visible_text(post) for post in chat.posts()]
    assert len(set(texts)) == len(texts) >= 7
