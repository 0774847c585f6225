"""Which servers and channels are still there, and what that means for their schedules."""

from __future__ import annotations

import logging
import zoneinfo
from typing import TYPE_CHECKING

from bot.domain.daily.model import Pause
from bot.domain.daily.rule import upcoming

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from bot.clock import Clock
    from bot.domain.daily.model import Schedule
    from bot.domain.daily.rule import Occurrence
    from bot.store.departures import Departures
    from bot.store.schedules import Schedules

_log = logging.getLogger(__name__)


class Presence:
    """Told of what Discord's gateway says; `changed` is called when a post may now be due."""

    def __init__(self, schedules: Schedules, departures: Departures, clock: Clock, changed: Callable[[], None]) -> None:
        self._schedules = schedules
        self._departures = departures
        self._clock = clock
        self._changed = changed

    async def here(self, present: Collection[int]) -> None:
        """Compare all servers that the bot is in with those that have schedules: some changed while it was off."""
        gone = await self._departures.gone()
        left = await self._departures.guilds() - set(present) - gone
        if left:
            await self.left(*left)
        for guild in gone & set(present):
            await self.joined(guild)

    async def left(self, *guilds: int) -> None:
        """Let the schedules of these servers wait; they are deleted seven days later."""
        await self._departures.leave(guilds, self._clock.now())
        self._changed()

    async def joined(self, guild: int) -> None:
        """Let the schedules of a server go on, if it had any."""
        if waited := await self._departures.come_back(guild, self._next, self._clock.now()):
            _log.info("back in server %d, where %d schedules waited", guild, waited)
            self._changed()

    async def channel_deleted(self, channel: int) -> None:
        """Pause what posts to a channel or thread that was deleted; its moderators are told."""
        if await self._schedules.pause_channel(channel, Pause.CHANNEL_GONE, self._clock.now()):
            self._changed()

    def _next(self, schedule: Schedule) -> Occurrence | None:
        """Return the schedule's next post; None when its zone is gone."""
        try:
            return next(upcoming(schedule.wish.rule, self._clock.now(), schedule.last_date))
        except zoneinfo.ZoneInfoNotFoundError:
            return None
