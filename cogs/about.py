"""/about: what the bot is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client.controls import show, usable_anywhere
from bot.client.views import about

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.client import Canonkeeper
    from bot.client.controls import Directory
    from bot.library import Library
    from bot.quotes import Unanswered


class AboutCog(commands.Cog):
    """What the bot says of itself."""

    def __init__(
        self, library: Library, unanswered: Unanswered, directory: Directory, privacy: Callable[[], str | None]
    ) -> None:
        self._library = library
        self._privacy = privacy
        self._unanswered = unanswered
        self._directory = directory

    @app_commands.command(name="about", description="What I am, where my answers come from, and what I store")
    @app_commands.describe(private="Show the answer only to me")
    @usable_anywhere
    async def about(self, interaction: discord.Interaction[Any], private: bool = False) -> None:
        shown = await self._directory.shown(in_guild=interaction.guild_id is not None)
        view = about(self._library, shown, interaction.application_id, self._unanswered.keep, self._privacy())
        await show(interaction, view, private=private)


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses."""
    await bot.add_cog(
        AboutCog(
            bot.services.library,
            bot.services.unanswered,
            bot.directory,
            # Where its owner has put the policy, by what the developer portal says.
            lambda: bot.application.privacy_policy_url if bot.application else None,
        )
    )
