"""Which servers and channels are still there, and what that means for their schedules."""

from __future__ import annotations

import asyncio
import logging
import zoneinfo
from functools import partial
from typing import TYPE_CHECKING

from bot.domain.daily.model import Pause
from bot.domain.daily.rule import upcoming
from bot.domain.shards import on_shard
from bot.services.daily.storing import until_stored

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Callable, Collection

    from bot.clock import Clock
    from bot.domain.daily.model import Schedule
    from bot.domain.daily.rule import Occurrence
    from bot.store.departures import Departures
    from bot.store.schedules import Schedules

_log = logging.getLogger(__name__)


class Presence:
    """Told of what Discord's gateway says; `changed` is called when a post may now be due.

    The gateway says it once. So each event waits until the store takes it, all of them in the order in which they
    came, and is noted as of the instant at which it came. Its method returns when it was noted.
    """

    def __init__(self, schedules: Schedules, departures: Departures, clock: Clock, changed: Callable[[], None]) -> None:
        self._schedules = schedules
        self._departures = departures
        self._clock = clock
        self._changed = changed
        # An asyncio.Lock lets in first who waited first (Python's docs, asyncio.Lock.acquire).
        self._in_order = asyncio.Lock()
        self._waiting: set[asyncio.Task[None]] = set()

    async def here(self, present: Collection[int], shard: int = 0, shards: int = 1) -> None:
        """Compare the servers of a gateway connection with those that have schedules: some changed unnoticed.

        `present` holds all servers of connection `shard` (from 0) of `shards` that the bot is in.
        """
        mine = partial(on_shard, shard=shard, shards=shards)
        await self._note("the list of servers", partial(self._here, frozenset(present), mine, self._clock.now()))

    async def left(self, *guilds: int) -> None:
        """Let the schedules of these servers wait; they are deleted seven days later."""
        named = ", ".join(map(str, guilds))
        await self._note(f"the removal from server {named}", partial(self._left, guilds, self._clock.now()))

    async def joined(self, guild: int) -> None:
        """Let the schedules of a server go on, if it had any."""
        await self._note(f"the return to server {guild}", partial(self._joined, guild, self._clock.now()))

    async def channel_deleted(self, channel: int, name: str | None = None) -> None:
        """Pause what posts to a channel or thread that was deleted; its moderators are told.

        `name` is what it was called, where that is known.
        """
        note = partial(self._channel_deleted, channel, name, self._clock.now())
        await self._note(f"the end of channel {channel}", note)

    def end(self) -> None:
        """Give up what still waits for the store, before that is closed: the next start compares all servers."""
        for task in self._waiting:
            task.cancel()

    async def _note(self, what: str, note: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.create_task(self._in_turn(what, note), name=what)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        await task

    async def _in_turn(self, what: str, note: Callable[[], Awaitable[None]]) -> None:
        async with self._in_order:
            await until_stored(what, note, self._clock)

    async def _here(self, present: frozenset[int], mine: Callable[[int], bool], at: dt.datetime) -> None:
        gone = await self._departures.gone()
        left = {guild for guild in await self._departures.guilds() - present - gone if mine(guild)}
        if left:
            await self._left(left, at)
        for guild in gone & present:
            await self._joined(guild, at)

    async def _left(self, guilds: Collection[int], at: dt.datetime) -> None:
        await self._departures.leave(guilds, at)
        self._changed()

    async def _joined(self, guild: int, at: dt.datetime) -> None:
        if waited := await self._departures.come_back(guild, partial(_next_after, at), at):
            _log.info("back in server %d, where %d schedules waited", guild, waited)
            self._changed()

    async def _channel_deleted(self, channel: int, name: str | None, at: dt.datetime) -> None:
        if await self._schedules.pause_channel(channel, Pause.CHANNEL_GONE, at, name):
            self._changed()


def _next_after(instant: dt.datetime, schedule: Schedule) -> Occurrence | None:
    """Return the schedule's next post after `instant`; None when its zone is gone."""
    try:
        return next(upcoming(schedule.wish.rule, instant, schedule.last_date))
    except zoneinfo.ZoneInfoNotFoundError:
        return None
