"""`make soak ARGS="processes=4"`: several processes share a store, and each may die or freeze at any time.

They share the bot's shards out among themselves (SHARD_IDS=auto), on one store and in one local Discord, which wants
five seconds between two IDENTIFYs of a bucket, and refuses more than 50 requests in a second. Their clocks are up to
two minutes apart; with PostgreSQL all go by its clock. While posts go out, one after the other is killed (SIGKILL) and
started again, or frozen (SIGSTOP) for up to twice as long as its leases last, or restarted (SIGTERM), as an update
does, and in each shard somebody asks for something all the time. At the end nothing may be lost or doubled, no IDENTIFY
refused, and the ledger has to agree with what Discord holds, row by row.

`store=postgres` begins a PostgreSQL server of its own as it comes from Debian, and restarts that as well; another
`store` is the address of a database. `kinds=killed,frozen,restarted,store` says what may happen. `storm=35000` instead
makes that many posts due at once, and counts how many go out in each second. With `apart=60` the clocks differ from
Discord's by up to 60 seconds in either direction, with PostgreSQL too.

Usage: python -m bench.fleet [processes=4] [events=300] [shards=8] [seed=1] [store=…] [kinds=…] [apart=…] [storm=POSTS]
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import logging
import os
import random
import signal
import sys
import tempfile
import time
from bisect import bisect_left
from collections import Counter
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import psycopg

from bench import storm
from bench.lives import Lives
from bench.report import Figure, show
from bot.shards.keeper import TIMING
from bot.shards.rule import shard_of
from sandbox import Sandbox
from sandbox.limits import Limits
from tests.support import postgres
from tests.support.progress import progress, silent
from tests.support.seeded import SECOND, content_of, seeded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
    from multiprocessing.process import BaseProcess

    from bench.storm import Place
    from sandbox.people import Person
    from sandbox.registry import Event
    from tests.support.progress import Advance

PER_SECOND = 50
_LATENCY = 0.05
# How many posts wait at any time: more than go out between two events.
_WAITING = 300
_LEASE = TIMING.lease.total_seconds()
_ASKS = "Mo"
_KINDS = ("killed", "frozen", "restarted")


class Result(NamedTuple):
    """What came of it; `gap` is for how many seconds at most no process held a connection for some shard."""

    posts: int
    lost: int
    doubled: int
    paused: int
    wrong: list[str]
    refused_starts: int
    refused_requests: int
    worst_second: int
    rate: float
    events: Counter[str]
    gap: float
    twice: float
    unanswered: float


class Plan(NamedTuple):
    """What a run is made of.

    `kinds` is what may happen to the processes; None is everything that can. `buckets` is how many shards may connect
    at once. The clocks differ from Discord's by up to `apart` seconds; None leaves the processes the clocks that they
    would use anyway. `settings` are extra settings for them. `restart` restarts the database's server, if there is one.
    """

    processes: int
    shards: int
    seed: int
    kinds: Sequence[str] | None = None
    buckets: int = 1
    apart: float | None = 60.0
    settings: Mapping[str, str] = MappingProxyType({})
    restart: Callable[[], None] | None = None


class Fleet:
    """Processes on a store, numbered from 0, each with a clock of its own."""

    def __init__(self, sandbox: Sandbox, store: Place, plan: Plan) -> None:
        self._sandbox, self._store = sandbox, store
        self._chance = random.Random(plan.seed)
        self._kinds = plan.kinds or (*_KINDS, *(["store"] if plan.restart else []))
        self._restart, self._settings = plan.restart, plan.settings
        count, shards = plan.processes, plan.shards
        world = sandbox.world
        world.shards, world.starts.pace, world.starts.max_concurrency = shards, 5.0, plan.buckets
        world.starts.total = 1_000_000
        self._lives = Lives(sandbox, store)
        self._apart = plan.apart or 0.0
        ahead = [self._apart * (2 * number / max(count - 1, 1) - 1) for number in range(count)]
        self._ahead = ahead if plan.apart is not None else [None] * count
        self._alive: dict[int, BaseProcess] = {}
        self._places = storm.channels(sandbox, guilds=8 * shards, each=3, owner=world.add_user(_ASKS))
        self._shards = shards
        self._added = 0
        self._at: list[float] = []
        start = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
        self._last = start.hour * 60 + start.minute
        self.gap = self.twice = self.unanswered = 0.0
        sandbox.world.events.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        message = event.message
        if event.name == "MESSAGE_CREATE" and message is not None and str(message.nonce).startswith("dq"):
            self._at.append(time.monotonic())

    def start(self, number: int) -> None:
        self._alive[number] = self._lives.start(self._ahead[number], SHARD_IDS="auto", **self._settings)

    async def stop(self, number: int) -> None:
        """Let a process end as an update does."""
        process = self._alive.pop(number)
        process.terminate()
        await asyncio.to_thread(process.join)

    async def kill(self, number: int) -> None:
        """End a process at once."""
        process = self._alive.pop(number)
        process.kill()
        await asyncio.to_thread(process.join)

    def end(self) -> None:
        """End all at once that are left."""
        for process in self._alive.values():
            process.kill()

    async def begin(self, count: int | None = None) -> None:
        """Start all processes, or the first so many, and wait until every shard is connected."""
        for number in range(len(self._ahead) if count is None else count):
            self.start(number)
        await self.divided()

    async def divided(self, *shares: int) -> None:
        """Wait until all shards are connected; with `shares`, until they are also divided like that, largest first."""
        async with asyncio.timeout(60 + 6 * self._shards):
            while not self._sandbox.gateway.connected or (  # noqa: ASYNC110 - other processes work
                shares and await self._shares() != [*shares]
            ):
                await asyncio.sleep(0.1)

    async def _shares(self) -> list[int]:
        with contextlib.suppress(psycopg.OperationalError):
            return await asyncio.to_thread(storm.shares, self._store)
        return []

    def moderator(self, shard: int) -> Person:
        """Return who moderates a server of a shard."""
        guilds = self._sandbox.world.guilds.values()
        return self._sandbox.person(_ASKS, next(each for each in guilds if shard_of(each.id, self._shards) == shard))

    def _fill(self, count: int, due: dt.datetime) -> None:
        storm.add_schedules(self._store, self._places, due, self._added, count, self._last)
        self._added += count

    async def _refill(self) -> None:
        """Keep posts waiting until cancelled."""
        while True:
            now = dt.datetime.now(dt.UTC)
            # It may be away for a moment.
            with contextlib.suppress(psycopg.OperationalError):
                if (waiting := await asyncio.to_thread(storm.waiting, self._store, now)) < _WAITING:
                    # Due by everybody's clock.
                    due = now - dt.timedelta(seconds=self._apart + 5)
                    await asyncio.to_thread(self._fill, _WAITING - waiting, due)
            await asyncio.sleep(0.5)

    async def _watch(self) -> None:
        """Note until cancelled for how long a shard has no connection, or more than one."""
        loop = asyncio.get_running_loop()
        since: dict[int, float] = {}
        twice: dict[int, float] = {}
        while True:
            live = Counter(each.shard for each in self._sandbox.gateway.sessions.values() if each.live)
            now = loop.time()
            for shard in range(self._shards):
                since.setdefault(shard, now)
                twice.setdefault(shard, now)
                if live[shard]:
                    since[shard] = now
                if live[shard] < 2:
                    twice[shard] = now
                self.gap = max(self.gap, now - since[shard])
                self.twice = max(self.twice, now - twice[shard])
            await asyncio.sleep(0.05)

    async def _ask(self, shard: int) -> None:
        """Let somebody ask for something in a server of a shard, again and again until cancelled, and note the waits.

        What isn't answered within Discord's three seconds is asked again.
        """
        loop = asyncio.get_running_loop()
        person = self.moderator(shard)
        while True:
            began = loop.time()
            while (await person.slash("quote", query="kettle")).failed:
                pass
            self.unanswered = max(self.unanswered, loop.time() - began)
            await asyncio.sleep(2.0)

    async def _event(self) -> str:
        """Let something happen to one of the processes, or to their store, and have it back."""
        number = self._chance.choice([*self._alive])
        kind: str = self._chance.choice(self._kinds)
        match kind:
            case "killed":
                await self.kill(number)
                await asyncio.sleep(self._chance.uniform(0.0, _LEASE))
            case "frozen":
                process = self._alive[number]
                _send(process, signal.SIGSTOP)
                await asyncio.sleep(self._chance.uniform(0.5, 2 * _LEASE))
                _send(process, signal.SIGCONT)
            case "restarted":
                await self.stop(number)
            case "store" if self._restart is not None:
                await asyncio.to_thread(self._restart)
            case _:
                raise ValueError(f"there is no {kind!r}")
        if number not in self._alive or not self._alive[number].is_alive():
            self.start(number)
        await asyncio.sleep(self._chance.uniform(0.0, 3.0))
        return kind

    async def run(self, events: int, advance: Advance = silent) -> Result:
        """Let `events` things happen, then let the processes finish in peace, and compare."""
        await self.begin()
        happened: Counter[str] = Counter()
        async with self.busy():
            for _ in range(events):
                happened[await self._event()] += 1
                advance(1)
        return await self.finish(happened, within=600)

    @contextlib.asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """For the block, keep posts waiting, let people ask, and watch how it goes."""
        work = [self._refill(), self._watch(), *(self._ask(shard) for shard in range(self._shards))]
        beside = [asyncio.create_task(each) for each in work]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            ended = await asyncio.gather(*beside, return_exceptions=True)
        if failed := [each for each in ended if isinstance(each, Exception)]:
            raise failed[0]

    async def storm(self, posts: int) -> Result:
        """Make `posts` posts due at once, and wait for the last."""
        await self.begin()
        least, more = divmod(self._shards, len(self._ahead))
        await self.divided(*(least + (number < more) for number in range(min(self._shards, len(self._ahead)))))
        await asyncio.to_thread(self._fill, posts, dt.datetime.now(dt.UTC) - dt.timedelta(seconds=self._apart))
        return await self.finish(Counter(), within=60 + posts / 20)

    async def finish(self, happened: Counter[str], within: float) -> Result:
        """Wait until all posts are made, for at most `within` seconds; then end all processes, and compare."""
        end = time.monotonic() + within
        while await asyncio.to_thread(storm.left, self._store) and time.monotonic() < end:  # noqa: ASYNC110 - as above
            await asyncio.sleep(1.0)
        await asyncio.gather(*(self.stop(number) for number in [*self._alive]))
        sandbox = self._sandbox
        lost, doubled, wrong = storm.disagreements(sandbox, self._store, self._added)
        limits = sandbox.api.limits
        worst = max((bisect_left(self._at, at + 1.0) - number for number, at in enumerate(self._at)), default=0)
        return Result(
            len(self._at),
            lost,
            doubled,
            storm.paused(self._store),
            wrong,
            sandbox.world.starts.refused,
            limits.refused if limits else 0,
            worst,
            (len(self._at) - 1) / (self._at[-1] - self._at[0]) if len(self._at) > 1 else 0.0,
            happened,
            self.gap,
            self.twice,
            self.unanswered,
        )


def _send(process: BaseProcess, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid or 0, number)


@contextlib.contextmanager
def _without_pauses() -> Iterator[None]:
    """For the block, never look for garbage in this process: what comes meanwhile would come in one second.

    The local Discord has some hundred thousand objects. A look took 80 to 140 ms, and then 55 posts were in a second.
    """
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextlib.asynccontextmanager
async def fleet(store: Place, plan: Plan) -> AsyncIterator[Fleet]:
    """Yield processes on a store that was seeded from the tiny announcement, none of them begun; none outlives it.

    Their local Discord has the real one's global limit, and is as far from here as a real one.
    """
    limits = Limits(per_second=PER_SECOND, per_channel=1_000, now=time.monotonic)
    async with Sandbox(empty=True, journal_size=1, latency=_LATENCY, limits=limits, seed=plan.seed) as sandbox:
        made = Fleet(sandbox, store, plan)
        try:
            with _without_pauses():
                yield made
        finally:
            made.end()


async def soak(store: Place, plan: Plan, events: int, advance: Advance = silent) -> Result:
    """Run a soak."""
    async with fleet(store, plan) as made:
        return await made.run(events, advance)


async def storm_of(store: Place, plan: Plan, posts: int) -> Result:
    """Run a storm of `posts`."""
    async with fleet(store, plan) as made:
        return await made.storm(posts)


@contextlib.contextmanager
def _store(given: Mapping[str, str], plan: Plan) -> Iterator[tuple[Place, Plan]]:
    """Yield a store, and the plan with what goes with it."""
    with tempfile.TemporaryDirectory() as folder:
        ready = seeded(SECOND, Path(folder))
        plan = plan._replace(settings={"LEARNT_PATH": str(content_of(ready))})
        if "apart" in given:
            plan = plan._replace(apart=float(given["apart"]))
        elif "store" in given:
            plan = plan._replace(apart=None)
        if given.get("store") == "postgres":
            with postgres.server(("listen_addresses=",)) as server:
                yield server.emptied(), plan._replace(restart=server.restart)
        elif "store" in given:
            yield given["store"], plan
        else:
            yield ready, plan


def main(arguments: list[str]) -> int:
    """Print what came of it; the exit code is 1 when anything was lost, doubled, paused, refused or wrong."""
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    logging.getLogger("sandbox").setLevel(logging.CRITICAL)
    given = dict(each.split("=", 1) for each in arguments)
    number = {name: int(given.get(name, usual)) for name, usual in _USUAL.items()}
    kinds = given["kinds"].split(",") if "kinds" in given else None
    with _store(given, Plan(number["processes"], number["shards"], number["seed"], kinds)) as (store, plan):
        if posts := number["storm"]:
            result = asyncio.run(storm_of(store, plan, posts))
        else:
            with progress("trouble for the processes", number["events"]) as advance:
                result = asyncio.run(soak(store, plan, number["events"], advance))
    what = ", ".join(f"{count} {name}" for name, count in result.events.items()) or "a storm"
    show(
        f"{plan.processes} processes with {plan.shards} shards: {what}",
        [
            Figure("posts", result.posts, ""),
            Figure("lost", result.lost, "", 0),
            Figure("doubled", result.doubled, "", 0),
            Figure("schedules paused for nothing", result.paused, "", 0),
            Figure("rows of the ledger that differ", len(result.wrong), "", 0),
            Figure("IDENTIFYs refused", result.refused_starts, "", 0),
            Figure("requests refused", result.refused_requests, "", 0),
            Figure("posts a second", result.rate, "/s"),
            Figure("posts in the worst second", result.worst_second, "", PER_SECOND),
            Figure("longest time for which a shard had no connection", result.gap, "s"),
            Figure("longest time for which a shard had two (one of them frozen)", result.twice, "s"),
            Figure("longest time for which somebody had no answer", result.unanswered, "s"),
        ],
    )
    print(*result.wrong[:20], sep="\n")
    bad = (result.lost, result.doubled, result.paused, result.wrong, result.refused_starts)
    return 1 if any(bad) else 0


_USUAL = {"processes": 4, "events": 300, "shards": 8, "seed": 1, "storm": 0}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
