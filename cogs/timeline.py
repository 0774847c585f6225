"""/timeline: how it came about, step by step."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import UserError
from bot.rendering import timeline as rendering
from bot.rendering.actions import picked
from bot.rendering.picture import PATIENCE, attached

if TYPE_CHECKING:
    from bot.client import Canonkeeper
    from bot.rendering.actions import Actions
    from bot.services.timeline import TimelineService


class TimelineCog(commands.Cog):
    """The timeline."""

    def __init__(self, timeline: TimelineService, actions: Actions) -> None:
        self._timeline = timeline
        actions.register(rendering.OPEN, self._open)

    @app_commands.command(name="timeline", description="How it came about, step by step, as the announcement tells it")
    @app_commands.describe(private="Answer only to me")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def timeline(self, interaction: discord.Interaction[Any], private: bool = False) -> None:
        """Answer /timeline."""
        heading, entries = self._timeline.heading, self._timeline.entries
        async with asyncio.timeout(PATIENCE):
            png = await self._timeline.picture()
        files = [attached(png, rendering.PICTURE, rendering.alt_text(heading, entries))] if png else []
        view = rendering.timeline(heading, entries, picture=bool(png))
        await interaction.response.send_message(view=view, files=files, ephemeral=private)

    async def _open(self, interaction: discord.Interaction[Any], _detail: str) -> None:
        """Show the words that an entry rests on, to the one who asked."""
        told = self._timeline.entry(picked(interaction))
        if told is None:
            raise UserError("The announcement has changed since; please use /timeline again.")
        await interaction.response.send_message(view=rendering.opened(told), ephemeral=True)


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses."""
    await bot.add_cog(TimelineCog(bot.services.timeline, bot.actions))
