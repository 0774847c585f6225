"""Servers and channels that come and go, as far as daily quotes care."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord.ext import commands

if TYPE_CHECKING:
    import discord

    from bot.client import Canonkeeper
    from bot.services.daily.presence import Presence


class PresenceCog(commands.Cog):
    """Passes on what Discord tells."""

    def __init__(self, presence: Presence) -> None:
        self._presence = presence

    async def cog_unload(self) -> None:
        """Give up what was not noted yet: the bot ends."""
        self._presence.end()

    @commands.Cog.listener()
    async def on_shard_guilds(self, shard: int, shards: int, present: frozenset[int]) -> None:
        """Catch up with what changed unnoticed; a server that has an outage is still listed."""
        await self._presence.here(present, shard, shards)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that the bot was removed from a server."""
        await self._presence.left(guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Note that the bot was added, perhaps again."""
        await self._presence.joined(guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Pause what posts to a channel that was deleted."""
        await self._presence.channel_deleted(channel.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Pause what posts to a thread that was deleted, whether or not it was known."""
        await self._presence.channel_deleted(payload.thread_id)


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses."""
    await bot.add_cog(PresenceCog(bot.daily.presence))
