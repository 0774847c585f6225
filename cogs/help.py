"""/help: what the bot can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client.controls import show, usable_anywhere
from bot.client.views import guide

if TYPE_CHECKING:
    from bot.client import Canonkeeper
    from bot.client.controls import Directory
    from bot.library import Library


class HelpCog(commands.Cog):
    def __init__(self, library: Library, directory: Directory) -> None:
        self._library = library
        self._directory = directory

    @app_commands.command(name="help", description="What I can do, with every command to click")
    @app_commands.describe(private="Show the answer only to me")
    @usable_anywhere
    async def help(self, interaction: discord.Interaction[Any], private: bool = False) -> None:
        shown = await self._directory.shown(in_guild=interaction.guild_id is not None)
        view = guide(self._library, shown, interaction.application_id)
        await show(interaction, view, private=private)


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses."""
    await bot.add_cog(HelpCog(bot.services.library, bot.directory))
