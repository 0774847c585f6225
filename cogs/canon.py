"""/canon, and the Canon check of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.rendering import canon as rendering

if TYPE_CHECKING:
    from bot.client import Canonkeeper
    from bot.services.canon import CanonService


class CanonCog(commands.Cog):
    """Canon checks."""

    def __init__(self, canon: CanonService) -> None:
        self._canon = canon

    @app_commands.command(
        name="canon",
        description="Is it canon? A ship, a person, or a claim, checked against the announcement",
    )
    @app_commands.describe(
        subject="A ship, a person, or a claim such as 'they are just friends'", private="Answer only to me"
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def canon(
        self,
        interaction: discord.Interaction[Any],
        subject: app_commands.Range[str, 1, 1000],
        private: bool = False,
    ) -> None:
        """Answer /canon."""
        ruling = self._canon.rule(subject)
        await interaction.response.send_message(view=rendering.ruled(ruling), ephemeral=private or not ruling.quotes)


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses."""
    await bot.add_cog(CanonCog(bot.services.canon))
