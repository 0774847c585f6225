"""What can be seen of servers at the moment, from discord.py's cache and, for what it lacks, from Discord."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.client import places
from bot.client.posting import UNREADABLE

if TYPE_CHECKING:
    import discord

    from bot.clock import Clock
    from bot.domain.daily.model import Schedule
    from bot.services.daily.face import Look, Problem
    from bot.store.recoveries import Mention


class DiscordSight:
    """The Sight protocol."""

    def __init__(self, bot: discord.Client, clock: Clock) -> None:
        self._bot = bot
        self._clock = clock

    def knows(self, guild: int) -> bool:
        """Tell whether the bot is in a server and Discord tells of it; see Sight."""
        found = self._bot.get_guild(guild)
        return found is not None and not found.unavailable and places.own_member(found) is not None

    async def look(self, schedule: Schedule) -> Look | None:
        """Tell whether a schedule could post; see Sight."""
        wish = schedule.wish
        try:
            return await places.look(
                self._bot, wish.target.guild, wish.target.channel, None, wish.style, now=self._clock.now()
            )
        except UNREADABLE:
            return None

    def role(self, mention: Mention) -> Problem | None:
        """Tell why a role cannot be mentioned; see Sight."""
        return places.mention_problem(self._bot.get_guild(mention.guild), mention.channel, mention.role)
