"""Pauses that end by themselves, and roles that are mentioned only while they can be.

Whoever takes a permission away and gives it back need not know of the bot: what it paused for want of it goes on.
Discord tells of each change once, and not of all of them (a tag that is no longer required, a server in an outage);
so servers are looked at when something changed in them, at the start, and every EVERY.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import sqlite3
import zoneinfo
from functools import partial
from typing import TYPE_CHECKING, Protocol

from bot.domain.daily import tz
from bot.domain.daily.model import MentionLoss, Pause
from bot.domain.daily.rule import upcoming
from bot.services.daily.face import Problem
from bot.services.daily.storing import STORE_PAUSE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from bot.clock import Clock
    from bot.domain.daily.model import Schedule
    from bot.domain.daily.rule import Occurrence
    from bot.services.daily.abouts import Abouts
    from bot.services.daily.face import Look
    from bot.store.departures import Departures
    from bot.store.recoveries import Mention, Recoveries

_log = logging.getLogger(__name__)

EVERY = dt.timedelta(minutes=30)
# So many roles are looked at before others may do something.
_AT_ONCE = 200
# What keeps a schedule from posting at all; a role that cannot be mentioned, or an extra that cannot be done, does not.
_HINDERS = {
    Problem.GONE,
    Problem.KIND,
    Problem.PERMISSIONS,
    Problem.LOCKED,
    Problem.NEEDS_TAG,
    Problem.TIMED_OUT,
    Problem.SERVER_DOWN,
}
LOSSES = {
    Problem.ROLE_GONE: MentionLoss.ROLE_GONE,
    Problem.ROLE_NOT_MENTIONABLE: MentionLoss.NOT_MENTIONABLE,
    Problem.EVERYONE: MentionLoss.EVERYONE,
}


class Sight(Protocol):
    """What can be seen of servers, or None while Discord tells nothing of one."""

    async def look(self, schedule: Schedule) -> Look | None:
        """Tell whether a schedule could post."""
        ...

    def role(self, mention: Mention) -> Problem | None:
        """Tell why a role cannot be mentioned; None also while nobody knows."""
        ...

    def knows(self, guild: int) -> bool:
        """Tell whether the bot is in a server and Discord tells of it."""
        ...


class Recovery:
    """Looks at servers that changed.

    `joined` is told of one that the bot is back in; `changed` is called when a post may be nearer than before.
    """

    def __init__(
        self,
        stores: tuple[Recoveries, Departures],
        abouts: Abouts,
        sight: Sight,
        clock: Clock,
        late_limit: dt.timedelta,
        joined: Callable[[int], Awaitable[None]],
        changed: Callable[[], None],
    ) -> None:
        self._recoveries, self._departures = stores
        self._abouts = abouts
        self._sight = sight
        self._clock = clock
        self._late_limit = late_limit
        self._joined = joined
        self._changed = changed
        self._touched: set[int] = set()
        self._all = False
        self._wake = asyncio.Event()

    def touch(self, guild: int) -> None:
        """Look at a server soon: something changed there."""
        self._touched.add(guild)
        self._wake.set()

    def touch_all(self) -> None:
        """Look at all servers soon."""
        self._all = True
        self._wake.set()

    async def run(self) -> None:
        """Look at what was touched, and every EVERY at all, until cancelled."""
        while True:
            await self._rest(self._clock.now() + EVERY)
            guilds, self._touched = None if self._all else frozenset(self._touched), set()
            self._all = False
            try:
                await self.look(guilds)
            except sqlite3.OperationalError as error:
                _log.warning("servers are looked at later: the store cannot be used just now (%s)", error)
                self._touched |= guilds or set()
                self._all = self._all or guilds is None
                self._wake.set()
                await self._clock.sleep_until(self._clock.now() + STORE_PAUSE)

    async def _rest(self, until: dt.datetime) -> None:
        waking = asyncio.create_task(self._wake.wait(), name="recovery touched")
        try:
            while not waking.done():
                sleeping = asyncio.create_task(self._clock.sleep_until(until), name="recovery sleep")
                await asyncio.wait({waking, sleeping}, return_when=asyncio.FIRST_COMPLETED)
                sleeping.cancel()
                if self._clock.now() >= until:
                    self._all = True
                    break
        finally:
            waking.cancel()
        self._wake.clear()

    async def look(self, guilds: Collection[int] | None) -> None:
        """Look at these servers, None for all: end the pauses whose cause is gone, and note which roles are lost."""
        for guild in await self._departures.gone():
            # discord.py (2.7.1) tells of a return within the seconds after READY as of an outage's end.
            if (guilds is None or guild in guilds) and self._sight.knows(guild):
                await self._joined(guild)
        for schedule in await self._recoveries.troubled(guilds):
            if self._sight.knows(schedule.wish.target.guild):
                await self._resume(schedule)
        for number, mention in enumerate(await self._recoveries.mentions(guilds)):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
            if self._sight.knows(mention.guild):
                await self._note(mention)

    async def _note(self, mention: Mention) -> None:
        problem = self._sight.role(mention)
        loss = None if problem is None else LOSSES.get(problem)
        if loss is not mention.loss and await self._recoveries.note(mention, loss, self._clock.now()):
            self._changed()

    async def _resume(self, schedule: Schedule) -> None:
        if not await self._can_go_on(schedule):
            return
        now = self._clock.now()
        next_of = partial(self._next, now)
        if await self._recoveries.resume(schedule, now, self._late_limit, next_of):
            _log.info("schedule %d goes on: %s no longer holds", schedule.id, schedule.paused)
            self._changed()
            self.touch(schedule.wish.target.guild)  # its role was not looked at while it was paused

    async def _can_go_on(self, schedule: Schedule) -> bool:
        # A deleted channel does not come back.
        if schedule.paused is Pause.CHANNEL_GONE or not self._abouts.matching(schedule.wish.about):
            return False
        try:
            tz.zone(schedule.wish.rule.zone)
        except zoneinfo.ZoneInfoNotFoundError:
            return False
        look = await self._sight.look(schedule)
        return look is not None and look.problem not in _HINDERS and look.place is schedule.wish.target.place

    def _next(self, now: dt.datetime, schedule: Schedule) -> Occurrence:
        """Return the first post that is not missed by too much, nor had its turn."""
        return next(upcoming(schedule.wish.rule, now - self._late_limit, schedule.last_date))
