"""Servers and channels that come and go, as far as daily quotes care."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord.ext import commands

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.client import Canonkeeper
    from bot.daily.guilds import Presence, Recovery


class PresenceCog(commands.Cog):
    """Passes on what Discord tells."""

    def __init__(self, presence: Presence, recovery: Recovery, me: Callable[[], discord.ClientUser | None]) -> None:
        self._presence = presence
        self._recovery = recovery
        self._me = me

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
        await self._presence.channel_deleted(channel.id, channel.name)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Pause what posts to a thread that was deleted, whether or not it was known."""
        await self._presence.channel_deleted(payload.thread_id, payload.thread.name if payload.thread else None)

    # What follows may end a pause, or make a role one that cannot be mentioned.

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Look at all servers: what changed while the bot was off was not told."""
        self._recovery.touch_all()

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Look at a server whose outage is over, or that is told of again."""
        self._recovery.touch(guild.id)

    @commands.Cog.listener()
    async def on_guild_update(self, _before: discord.Guild, after: discord.Guild) -> None:
        """Look at a server whose settings changed."""
        self._recovery.touch(after.id)

    @commands.Cog.listener()
    async def on_guild_role_update(self, _before: discord.Role, after: discord.Role) -> None:
        """Look at a server in which a role may do more, or less, or can be mentioned or not."""
        self._recovery.touch(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """Look at a server that deleted a role: it may have been mentioned, or forbidden something."""
        self._recovery.touch(role.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_update(self, _before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        """Look at a server in which a channel allows more, or less."""
        self._recovery.touch(after.guild.id)

    @commands.Cog.listener()
    async def on_member_update(self, _before: discord.Member, after: discord.Member) -> None:
        """Look at a server in which the bot was given a role, or timed out: of itself it is told without an intent."""
        me = self._me()
        if me is not None and after.id == me.id:
            self._recovery.touch(after.guild.id)

    @commands.Cog.listener()
    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        """Look at a server in which a thread was opened or unlocked."""
        self._recovery.touch(payload.guild_id)

    @commands.Cog.listener()
    async def on_thread_join(self, thread: discord.Thread) -> None:
        """Look at a server in which the bot was added to a thread."""
        self._recovery.touch(thread.guild.id)


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses."""
    await bot.add_cog(PresenceCog(bot.daily.presence, bot.daily.recovery, lambda: bot.user))
