"""Servers that come, go and come back, as READY tells of them, and what that means for their schedules."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

import discord
import pytest

from sandbox import Sandbox
from tests.support.daily_chat import START, DailyChat, daily_chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path


@pytest.fixture
async def chat(second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path) as one:
        yield one


async def new_session(
    chat: DailyChat, meanwhile: Callable[[], object] = lambda: None, shard: int | None = None
) -> None:
    """Let the bot lose its session for good, do something, and wait until it is back with another one."""
    gateway = chat.sandbox.gateway
    before = {each.id for each in gateway.sessions.values() if shard in {None, each.shard}}
    ending = asyncio.create_task(gateway.disconnect(4000, shard=shard))
    await asyncio.sleep(0)
    for session in before:
        del gateway.sessions[session]
    meanwhile()
    await ending
    await chat.until(lambda: gateway.connected and before.isdisjoint(gateway.sessions))
    # What comes within discord.py's wait for the servers of a READY belongs to it.
    await asyncio.sleep(0.3)


async def gone(chat: DailyChat, *guilds: int) -> None:
    """Wait until the bot has noted that it is no longer in exactly these servers."""
    left_guilds = chat.bot.services.daily.left_guilds
    for _ in range(200):
        if await left_guilds.gone() == set(guilds):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"noted: {await left_guilds.gone()}")


async def test_a_server_that_removed_the_bot_while_the_session_was_lost(chat: DailyChat) -> None:
    await chat.schedule()
    guild = chat.guild
    await new_session(chat, lambda: chat.sandbox.world.kick_bot(guild))
    await gone(chat, guild.id)
    assert chat.bot.get_guild(guild.id) is None
    await chat.move(hours=2)
    chat.sandbox.world.add_bot(guild)
    await gone(chat)
    await chat.move(days=1)
    await chat.until_recorded("sent")


async def test_seven_days_run_from_the_ready_that_did_not_list_the_server(chat: DailyChat) -> None:
    await chat.schedule()
    guild = chat.guild
    await new_session(chat, lambda: chat.sandbox.world.kick_bot(guild))
    await gone(chat, guild.id)
    await chat.move(days=7, seconds=5)
    for _ in range(200):
        if not await chat.bot.services.daily.left_guilds.guilds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the rows are still there")


async def test_a_server_that_took_the_bot_back_while_the_session_was_lost(chat: DailyChat) -> None:
    await chat.schedule()
    guild = chat.guild
    chat.sandbox.world.kick_bot(guild)
    await gone(chat, guild.id)
    await new_session(chat, lambda: chat.sandbox.world.add_bot(guild))
    await gone(chat)
    await chat.move(hours=1)
    await chat.until_recorded("sent")


async def test_a_return_within_the_wait_after_ready_is_not_lost(chat: DailyChat) -> None:
    """discord.py tells of it as of an outage's end."""
    await chat.schedule()
    guild = chat.guild
    chat.sandbox.world.kick_bot(guild)
    await gone(chat, guild.id)
    chat.bot._connection.guild_ready_timeout = 1.0
    await new_session(chat)
    chat.sandbox.world.add_bot(guild)
    await gone(chat)


async def test_a_server_with_an_outage_is_not_gone(chat: DailyChat) -> None:
    await chat.schedule()
    guild = chat.guild
    await new_session(chat, lambda: chat.sandbox.world.set_available(guild, available=False))
    await chat.until(lambda: (known := chat.bot.get_guild(guild.id)) is not None and known.unavailable)
    await asyncio.sleep(0.2)
    await gone(chat)
    chat.sandbox.world.set_available(guild, available=True)
    await chat.move(hours=1)
    await chat.until_recorded("sent")


async def test_a_session_that_goes_on_says_nothing_of_servers(chat: DailyChat) -> None:
    await chat.schedule()
    await chat.sandbox.gateway.disconnect(4000)
    await asyncio.wait_for(chat.sandbox.gateway.wait_connected(), 10)
    await asyncio.sleep(0.2)
    await gone(chat)


async def test_a_shard_speaks_for_its_own_servers_alone(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        sandbox.world.shards = 2
        first, second = sandbox.world.guilds.values()
        assert (first.id >> 22) % 2 != (second.id >> 22) % 2
        async with daily_chat(second_path, sandbox=sandbox) as chat:
            await chat.schedule()
            assert chat.guild is first
            shard = (first.id >> 22) % 2
            await new_session(chat, shard=1 - shard)
            await gone(chat)
            await new_session(chat, lambda: chat.sandbox.world.kick_bot(first), shard=shard)
            await gone(chat, first.id)
            assert [guild.id for guild in chat.bot.guilds] == [second.id]


async def test_what_a_new_session_replaced_is_freed(chat: DailyChat) -> None:
    for _ in range(3):
        await new_session(chat)
    # What was taken out of the collector's rounds is in its lists again, and nothing is collected here.
    gc.unfreeze()
    guilds = [each for each in gc.get_objects() if type(each) is discord.Guild and each._state is chat.bot._connection]
    assert len(guilds) == len(chat.bot.guilds)
