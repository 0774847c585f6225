"""The keeper: holds this process's share of the bot's shards, and serves what it holds and nothing else.

A shard goes through four states here: held (its lease is ours), connected, served (posts are claimed for its servers),
and given back, the other way round: what is under way ends first, then the connection, and the lease last.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from bot.errors import StoreError, StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from bot.shards.leases import Leases, Turns

_log = logging.getLogger(__name__)


class Timing(NamedTuple):
    """How long a lease lasts, how often it is renewed, and how long what is under way has to end."""

    lease: dt.timedelta = dt.timedelta(seconds=15)
    beat: dt.timedelta = dt.timedelta(seconds=3)
    drain: dt.timedelta = dt.timedelta(seconds=5)


TIMING: Final = Timing()


class Connections(Protocol):
    """The connections to Discord's gateway."""

    async def open(self, shard: int) -> None:
        """Connect a shard; returns when it has identified."""
        ...

    async def close(self, shard: int) -> None:
        """Close a shard's connection, if there is one, and forget its servers."""
        ...

    async def idle(self, shard: int) -> None:
        """Wait until nothing is under way for a shard's servers."""
        ...

    async def gained(self, shard: int) -> None:
        """Start on what waited: the shard is served from now on."""
        ...


# Discord's docs, Gateway, "Rate limiting": an IDENTIFY in five seconds. The rest is for the way there.
_IDENTIFY: Final = dt.timedelta(seconds=5.25)
# The same, Rate Limits: 50 requests a second for an application. One is left for what the library asks by itself; and
# 50 of these slots last 1.03 s, for a request may leave that much later than its slot begins.
_EACH: Final = dt.timedelta(milliseconds=20.6)
_AGAIN_SECONDS: Final = 1.0


class Shared(NamedTuple):
    """What a process needs that shares its store with others; `served` is None where its shards are fixed."""

    leases: Leases
    turns: Turns
    served: Served | None = None
    timing: Timing = TIMING

    async def to_identify(self, bucket: int) -> None:
        """Return when a shard of this bucket may identify."""
        while wait := await _taken(self.leases.begin, f"identify {bucket}", _IDENTIFY):  # noqa: ASYNC110 - others end it
            await asyncio.sleep(wait.total_seconds())

    async def identified(self, bucket: int) -> None:
        """Let the next one of this bucket wait as long from now on: this one may have been held up on its way.

        Where the store can't be reached, it waits as long from when this one's slot began.
        """
        with contextlib.suppress(StoreUnavailableError):
            await self.leases.postpone(f"identify {bucket}", _IDENTIFY)

    async def requests(self, count: int) -> list[float]:
        """Take so many slots for requests of the application, and return in how many seconds each begins."""
        length = _EACH * count
        wait = (await _taken(self.leases.slot, "requests", length)).total_seconds()
        return [wait + number * _EACH.total_seconds() for number in range(count)]


async def _taken(
    take: Callable[[str, dt.timedelta], Awaitable[dt.timedelta]], name: str, length: dt.timedelta
) -> dt.timedelta:
    """Return what `take` returns for a slot; while the store can't be reached, wait for that."""
    while True:
        with contextlib.suppress(StoreUnavailableError):
            return await take(name, length)
        await asyncio.sleep(_AGAIN_SECONDS)


class Served:
    """The servers of the shards that are served; see Ownership. The keeper says which, the store whether still."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self.count = 1
        self.ids: set[int] = set()

    def condition(self, column: str) -> str:
        """Return what limits a query to them."""
        return self._leases.condition(column, self.ids, self.count)


class Keeper:
    """Holds shards; `ticks` is a monotonic clock in seconds."""

    def __init__(
        self,
        leases: Leases,
        served: Served,
        connections: Connections,
        ticks: Callable[[], float],
        timing: Timing = TIMING,
    ) -> None:
        self._leases = leases
        self._served = served
        self._connections = connections
        self._ticks = ticks
        self._timing = timing
        self._renewed = ticks()
        self._unreachable = False
        self._opening: dict[int, asyncio.Task[None]] = {}
        self._giving: dict[int, asyncio.Task[None]] = {}
        self._open: set[int] = set()
        # Discord lets a bot begin one connection at a time, or a few (its docs, Gateway, "Rate limiting").
        self._one_at_a_time = asyncio.Lock()
        # Held while the store and `held` may differ.
        self._changing = asyncio.Lock()
        self.held: frozenset[int] = frozenset()
        # Whether it knows what it holds.
        self.began = asyncio.Event()

    def lapsed(self) -> bool:
        """Tell whether the leases may be another's by now, as after this process was stopped for a while.

        While the store can't be reached nobody can take them over but those who reach it: people are answered then.
        """
        return not self._unreachable and self._ticks() - self._renewed > self._timing.lease.total_seconds()

    async def agree(self, wanted: int) -> int:
        """Return how many shards there are; `wanted` is what Discord advises. Raises StoreError."""
        self._served.count = await self._leases.agree(wanted)
        return self._served.count

    async def run(self) -> None:
        """Hold a fair share of the shards until cancelled, then close their connections."""
        try:
            while True:
                await self._beat()
                await asyncio.sleep(self._timing.beat.total_seconds())
        finally:
            self._served.ids.clear()
            tasks = [*self._opening.values(), *self._giving.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def leave(self) -> None:
        """Give all shards back, whose connections are closed: others need not wait until the leases run out."""
        try:
            async with asyncio.timeout(self._timing.beat.total_seconds()):
                await self._leases.leave()
        except (StoreError, TimeoutError) as error:
            _log.warning("the shards weren't given back (%s): others take them over when their leases run out", error)

    async def ready(self, shard: int) -> None:
        """Serve a shard of which Discord has told all; it may have been lost meanwhile."""
        if shard in self.held and shard not in self._giving and shard not in self._served.ids:
            self._served.ids.add(shard)
            await self._connections.gained(shard)

    async def _beat(self) -> None:
        began = self._ticks()
        try:
            async with self._changing, asyncio.timeout(self._timing.lease.total_seconds()):
                found = await self._leases.beat(self.held - self._served.ids)
                before, self.held = self.held, found.held
        except (StoreUnavailableError, TimeoutError) as error:
            if not self._unreachable:
                _log.error("the store can't be reached (%s): the shards can't be renewed", str(error) or "no answer")
            self._unreachable = True
            return
        if self._unreachable:
            _log.warning("the store can be reached again")
        self._renewed, self._unreachable = began, False
        self._served.count = found.of
        lost, gained = before - found.held, found.held - before
        if lost:
            _log.warning("shards that another process has taken over: %s", _named(lost))
        # Those first: nothing may be sent for them any more.
        self._served.ids -= lost
        await asyncio.gather(*(self._let_go(shard) for shard in lost))
        if gained:
            _log.info("serving %d of %d shards; new: %s", len(self.held), found.of, _named(gained))
        for shard in found.give:
            if shard not in self._giving:
                self._begin(self._giving, shard, self._give(shard))
        for shard in sorted(self.held - self._giving.keys() - self._opening.keys() - self._open):
            self._begin(self._opening, shard, self._connect(shard))
        self.began.set()

    def _begin(self, tasks: dict[int, asyncio.Task[None]], shard: int, work: Coroutine[Any, Any, None]) -> None:
        """Do something for a shard beside the heartbeats; what fails is logged, and the next beat tries again."""

        def ended(task: asyncio.Task[None]) -> None:
            del tasks[shard]
            error = None if task.cancelled() else task.exception()
            if isinstance(error, StoreUnavailableError):
                _log.warning("shard %d couldn't be moved while the store can't be used (%s)", shard, error)
            elif error is not None:
                _log.error("shard %d couldn't be moved", shard, exc_info=error)

        tasks[shard] = asyncio.create_task(work, name=f"shard {shard}")
        tasks[shard].add_done_callback(ended)

    async def _connect(self, shard: int) -> None:
        async with self._one_at_a_time:
            self._open.add(shard)
            try:
                await self._connections.open(shard)
            except BaseException:
                self._open.discard(shard)
                raise

    async def _give(self, shard: int) -> None:
        """Give a shard back once nothing of it is under way, or takes too long: the store refuses it then."""
        self._served.ids.discard(shard)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._timing.drain.total_seconds()):
                await self._connections.idle(shard)
        await self._let_go(shard)
        async with self._changing:
            await self._leases.give([shard])
            self.held -= {shard}
        _log.info("gave shard %d back; serving %d of %d", shard, len(self.held), self._served.count)

    async def _let_go(self, shard: int) -> None:
        if (opening := self._opening.get(shard)) is not None:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
        self._open.discard(shard)
        await self._connections.close(shard)


def _named(shards: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(shards)))
