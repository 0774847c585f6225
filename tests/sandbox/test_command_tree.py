"""Registering commands the way a client does: through its tree."""

from collections.abc import AsyncIterator

import discord
import pytest
from discord import app_commands

from sandbox import Sandbox
from tests.sandbox.tiny import TinyBot, running


@pytest.fixture
async def bot(sb: Sandbox) -> AsyncIterator[TinyBot]:
    async with running(sb, TinyBot()) as one:
        yield one


async def test_registering_again_changes_no_ids(sb: Sandbox, bot: TinyBot) -> None:
    @bot.tree.command(description="words")
    @app_commands.describe(query="what to look for")
    async def quote(_: discord.Interaction, query: str, count: app_commands.Range[int, 1, 5] = 1) -> None:
        """Never called here."""

    (first,) = await bot.tree.sync()
    (again,) = await bot.tree.sync()
    assert first.id == again.id
    (read,) = await bot.tree.fetch_commands()
    assert read == first
    assert [each.name for each in read.options] == ["query", "count"]
    count = read.options[1]
    assert isinstance(count, app_commands.Argument)
    assert count.max_value == 5
    changed = await read.edit(description="better words")
    assert changed.description == "better words"
    await changed.delete()
    assert sb.world.commands == {}


async def test_commands_of_a_guild_through_the_tree(sb: Sandbox, bot: TinyBot) -> None:
    home = discord.Object(sb.world.guild("Harbour Town").id)

    @bot.tree.command(description="words", guild=home)
    async def here(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("here")

    await bot.tree.sync(guild=home)
    assert (await sb.person("Mina").slash("here")).text == "here"
    assert sb.person("Mina", guild="The Lighthouse").commands() == []
    bot.tree.clear_commands(guild=home)
    await bot.tree.sync(guild=home)
    assert sb.person("Mina").commands() == []


async def test_a_command_that_discord_refuses(bot: TinyBot) -> None:
    @bot.tree.command(description="words")
    async def long(_: discord.Interaction, query: str) -> None:
        """Never called here."""

    long.description = "x" * 101
    with pytest.raises(app_commands.CommandSyncFailure) as caught:
        await bot.tree.sync()
    assert caught.value.code == 50035
