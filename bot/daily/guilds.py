"""Servers that come and go, and the posts that are planned in them."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import zoneinfo
from functools import partial
from typing import TYPE_CHECKING, Protocol

from bot.daily.ports import Problem
from bot.daily.schedule import MentionLoss, Pause, instant_on, upcoming, zone_info
from bot.errors import StoreError, StoreUnavailableError
from bot.shards.rule import Shards

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from bot.clock import Clock
    from bot.daily.bag import Filters
    from bot.daily.ports import ChannelCheck
    from bot.daily.schedule import Occurrence, Rule, Schedule
    from bot.daily.store import LeftGuilds, Mention, Recoveries, Schedules

_log = logging.getLogger(__name__)

STORE_PAUSE = dt.timedelta(seconds=5)


class StoreTrouble:
    """Tells in the log that the store cannot be used: once when that begins, and once when it is over.

    `waiting` names what has to wait.
    """

    def __init__(self, waiting: str) -> None:
        self._waiting = waiting
        self._lasts = False

    def begins(self, error: StoreUnavailableError) -> None:
        """Note that it could not be used: another process holds it, or the disk is full."""
        if not self._lasts:
            _log.error("the store can't be used right now (%s); on hold: %s", error, self._waiting)
        self._lasts = True

    def ends(self) -> None:
        """Note that it could be used."""
        if self._lasts:
            _log.warning("the store can be used again; going on: %s", self._waiting)
        self._lasts = False


async def until_stored(what: str, store: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Call `store` until it is done; `what` names it in the log, where trouble is told once.

    Another process holds the store, or the disk is full: that ends. Whatever else `store` raises is let through.
    """
    trouble = StoreTrouble(what)
    while True:
        try:
            await store()
        except StoreUnavailableError as error:
            trouble.begins(error)
        else:
            trouble.ends()
            return
        await clock.sleep_until(clock.now() + STORE_PAUSE)


class Presence:
    """Told of what Discord's gateway says; `changed` is called when a post may now be due.

    The gateway says it once. So each event waits until the store takes it, all of them in the order in which they
    came, and is noted as of the instant at which it came. Its method returns when it was noted.
    """

    def __init__(
        self, schedules: Schedules, left_guilds: LeftGuilds, clock: Clock, changed: Callable[[], None]
    ) -> None:
        self._schedules = schedules
        self._left_guilds = left_guilds
        self._clock = clock
        self._changed = changed
        # An asyncio.Lock lets in first who waited first (Python's docs, asyncio.Lock.acquire).
        self._in_order = asyncio.Lock()
        self._waiting: set[asyncio.Task[None]] = set()

    async def here(self, present: Collection[int], shard: int = 0, shards: int = 1) -> None:
        """Compare the servers of a gateway connection with those that have schedules: some changed unnoticed.

        `present` holds all servers of connection `shard` (from 0) of `shards` that the bot is in.
        """
        known = Shards(shards, frozenset({shard}))
        await self._note("the list of servers", partial(self._here, frozenset(present), known, self._clock.now()))

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

    async def _here(self, present: frozenset[int], known: Shards, at: dt.datetime) -> None:
        gone = await self._left_guilds.gone()
        left = {guild for guild in await self._left_guilds.guilds() - present - gone if known.serves(guild)}
        if left:
            await self._left(left, at)
        for guild in gone & present:
            await self._joined(guild, at)

    async def _left(self, guilds: Collection[int], at: dt.datetime) -> None:
        await self._left_guilds.leave(guilds, at)
        self._changed()

    async def _joined(self, guild: int, at: dt.datetime) -> None:
        if waited := await self._left_guilds.come_back(guild, partial(_next_after, at), at):
            _log.info("back in server %d, where %d schedules were waiting", guild, waited)
            self._changed()

    async def _channel_deleted(self, channel: int, name: str | None, at: dt.datetime) -> None:
        if await self._schedules.pause_channel(channel, Pause.CHANNEL_GONE, at, name):
            self._changed()


def _next_after(instant: dt.datetime, schedule: Schedule) -> Occurrence | None:
    """Return the schedule's next post after `instant`; None when its zone is gone."""
    try:
        return next(upcoming(schedule.spec.rule, instant, schedule.last_date))
    except zoneinfo.ZoneInfoNotFoundError:
        return None


async def replan(schedules: Schedules, clock: Clock) -> None:
    """Move every post that is not due yet to the instant that its date and time have now; its date stays."""

    async def move() -> None:
        if moved := await schedules.replan(clock.now(), _instant):
            _log.info("the tz database has changed: %d posts were moved", moved)

    await until_stored("planning by the tz database", move, clock)


def _instant(rule: Rule, date: dt.date) -> dt.datetime | None:
    """Return the instant of a post; None for a zone or a day that is gone: its plan is left as it is."""
    try:
        return instant_on(rule, date)
    except zoneinfo.ZoneInfoNotFoundError:
        return None


EVERY = dt.timedelta(minutes=30)
_GATHER_SECONDS = 0.1
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

    async def check_channel(self, schedule: Schedule) -> ChannelCheck | None:
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
        stores: tuple[Recoveries, LeftGuilds],
        filters: Filters,
        sight: Sight,
        clock: Clock,
        late_limit: dt.timedelta,
        joined: Callable[[int], Awaitable[None]],
        changed: Callable[[], None],
    ) -> None:
        self._recoveries, self._left_guilds = stores
        self._filters = filters
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
        """Look at what was touched, and every EVERY at all, until cancelled.

        A fault of ours is logged, and what was to be looked at is seen at the next look at all servers.
        """
        trouble = StoreTrouble("what changed in servers")
        while True:
            await self._rest(self._clock.now() + EVERY)
            # Servers come one after the other when a session begins: one look is enough for many of them.
            await asyncio.sleep(_GATHER_SECONDS)
            self._wake.clear()
            guilds, self._touched = None if self._all else frozenset(self._touched), set()
            self._all = False
            try:
                await self.check(guilds)
            except StoreUnavailableError as error:
                trouble.begins(error)
                self._touched |= guilds or set()
                self._all = self._all or guilds is None
                self._wake.set()
                await self._clock.sleep_until(self._clock.now() + STORE_PAUSE)
            except Exception:  # noqa: BLE001 - logged with its traceback, and looked at again
                _log.exception("couldn't check the servers")
            else:
                trouble.ends()

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

    async def check(self, guilds: Collection[int] | None) -> None:
        """Look at these servers, None for all: end the pauses whose cause is gone, and note which roles are lost."""
        for guild in await self._left_guilds.gone():
            # discord.py (2.7.1) tells of a return within the seconds after READY as of an outage's end.
            if (guilds is None or guild in guilds) and self._sight.knows(guild):
                await self._joined(guild)
        for schedule in await self._recoveries.troubled(guilds):
            if self._sight.knows(schedule.spec.target.guild):
                await self._resume_or_log(schedule)
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

    async def _resume_or_log(self, schedule: Schedule) -> None:
        """Let no fault over one schedule keep the others paused."""
        try:
            await self._resume(schedule)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - logged with its traceback
            _log.exception("couldn't check schedule %d", schedule.id)

    async def _resume(self, schedule: Schedule) -> None:
        if not await self._can_go_on(schedule):
            return
        now = self._clock.now()
        next_of = partial(self._next, now)
        if await self._recoveries.resume(schedule, now, self._late_limit, next_of):
            _log.info("schedule %d resumed: %s no longer applies", schedule.id, schedule.paused)
            self._changed()
            self.touch(schedule.spec.target.guild)  # its role was not looked at while it was paused

    async def _can_go_on(self, schedule: Schedule) -> bool:
        # A deleted channel does not come back.
        if schedule.paused is Pause.CHANNEL_GONE or not self._filters.matching(schedule.spec.about):
            return False
        try:
            zone_info(schedule.spec.rule.zone)
        except zoneinfo.ZoneInfoNotFoundError:
            return False
        check = await self._sight.check_channel(schedule)
        return check is not None and check.problem not in _HINDERS and check.place is schedule.spec.target.place

    def _next(self, now: dt.datetime, schedule: Schedule) -> Occurrence:
        """Return the first post that is not missed by too much, nor was due before."""
        return next(upcoming(schedule.spec.rule, now - self._late_limit, schedule.last_date))
