"""`make soak ARGS="processes=4"`: several processes share a store, and each may die or freeze at any time.

They share the bot's shards out among themselves (SHARD_IDS=auto), on one store and in one local Discord, which wants
five seconds between two IDENTIFYs of a bucket, and refuses more than 50 requests in a second. Their clocks are up to a
minute apart. While posts go out, one after the other is killed (SIGKILL) and started again, or frozen (SIGSTOP) for up
to twice as long as its leases last, or restarted (SIGTERM), as an update does. At the end nothing may be lost or
doubled, no IDENTIFY refused, and the ledger has to agree with what Discord holds, row by row.

`storm=35000` instead makes that many posts due at once, and counts how many go out in each second.

Usage: python -m bench.fleet [processes=4] [events=300] [shards=8] [seed=1] [store=ADDRESS] [storm=POSTS [servers=N]]
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from bisect import bisect_left
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench import storm
from bench.lives import Lives
from bench.report import Figure, show
from bot.shards.keeper import TIMING
from sandbox import Sandbox
from sandbox.limits import Limits
from tests.support.seeded import SECOND, seeded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.process import BaseProcess

    from bench.storm import Place
    from sandbox.registry import Event

PER_SECOND = 50
_LATENCY = 0.05
_APART = 60.0
# How many posts wait at any time: more than go out between two events.
_WAITING = 300
_LEASE = TIMING.lease.total_seconds()


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


class Fleet:
    """Processes on a store, numbered from 0, each with a clock of its own."""

    def __init__(self, sandbox: Sandbox, store: Place, count: int, shards: int, chance: random.Random) -> None:
        self._sandbox, self._store, self._chance = sandbox, store, chance
        world = sandbox.world
        world.shards, world.starts.pace, world.starts.max_concurrency = shards, 5.0, 1
        world.starts.total = 1_000_000
        self._lives = Lives(sandbox, store)
        self._ahead = [_APART * (2 * number / max(count - 1, 1) - 1) for number in range(count)]
        self._alive: dict[int, BaseProcess] = {}
        self._places = storm.channels(sandbox, guilds=8 * shards, each=3)
        self._shards = shards
        self._added = 0
        self._at: list[float] = []
        start = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
        self._last = start.hour * 60 + start.minute
        self.gap = self.twice = 0.0
        sandbox.world.events.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        message = event.message
        if event.name == "MESSAGE_CREATE" and message is not None and str(message.nonce).startswith("dq"):
            self._at.append(time.monotonic())

    def start(self, number: int) -> None:
        self._alive[number] = self._lives.start(self._ahead[number], SHARD_IDS="auto")

    async def _begin(self) -> None:
        """Start all processes, and wait until every shard is connected."""
        for number in range(len(self._ahead)):
            self.start(number)
        async with asyncio.timeout(60 + 6 * self._shards):
            while not self._sandbox.gateway.connected:  # noqa: ASYNC110 - other processes work
                await asyncio.sleep(0.1)

    def _fill(self, count: int, due: dt.datetime) -> None:
        storm.add_schedules(self._store, self._places, due, self._added, count, self._last)
        self._added += count

    async def _refill(self) -> None:
        """Keep posts waiting until cancelled."""
        while True:
            now = dt.datetime.now(dt.UTC)
            if (waiting := await asyncio.to_thread(storm.waiting, self._store, now)) < _WAITING:
                # Due by everybody's clock.
                due = now - dt.timedelta(seconds=_APART + 5)
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

    async def _event(self) -> str:
        """Let something happen to one of the processes, and have it back."""
        number = self._chance.choice([*self._alive])
        process = self._alive[number]
        kind = self._chance.choice(("killed", "frozen", "restarted"))
        match kind:
            case "killed":
                process.kill()
                await asyncio.to_thread(process.join)
                await asyncio.sleep(self._chance.uniform(0.0, _LEASE))
            case "frozen":
                _send(process, signal.SIGSTOP)
                await asyncio.sleep(self._chance.uniform(0.5, 2 * _LEASE))
                _send(process, signal.SIGCONT)
            case _:
                process.terminate()
                await asyncio.to_thread(process.join)
        if not process.is_alive():
            self.start(number)
        await asyncio.sleep(self._chance.uniform(0.0, 3.0))
        return kind

    async def run(self, events: int) -> Result:
        """Let `events` things happen, then let the processes finish in peace, and compare."""
        await self._begin()
        beside = [asyncio.create_task(self._refill()), asyncio.create_task(self._watch())]
        happened: Counter[str] = Counter()
        try:
            for _ in range(events):
                happened[await self._event()] += 1
        finally:
            for task in beside:
                task.cancel()
            ended = await asyncio.gather(*beside, return_exceptions=True)
        if failed := [each for each in ended if isinstance(each, Exception)]:
            raise failed[0]
        return await self._finish(happened, within=600)

    async def storm(self, posts: int) -> Result:
        """Make `posts` posts due at once, and wait for the last."""
        await self._begin()
        await asyncio.sleep(10)  # for what moves once more after the first start
        await asyncio.to_thread(self._fill, posts, dt.datetime.now(dt.UTC) - dt.timedelta(seconds=_APART))
        return await self._finish(Counter(), within=60 + posts / 20)

    async def _finish(self, happened: Counter[str], within: float) -> Result:
        end = time.monotonic() + within
        while await asyncio.to_thread(storm.left, self._store) and time.monotonic() < end:  # noqa: ASYNC110 - as above
            await asyncio.sleep(1.0)
        for process in self._alive.values():
            process.terminate()
        for process in self._alive.values():
            await asyncio.to_thread(process.join)
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
        )


def _send(process: BaseProcess, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid or 0, number)


async def soak(store: Place, processes: int, events: int, shards: int, seed: int) -> Result:
    """Run a soak on a store that was seeded from the tiny announcement."""
    async with _discord(seed) as sandbox:
        return await Fleet(sandbox, store, processes, shards, random.Random(seed)).run(events)


async def storm_of(store: Place, processes: int, posts: int, shards: int, seed: int) -> Result:
    """Run a storm of `posts`."""
    async with _discord(seed) as sandbox:
        return await Fleet(sandbox, store, processes, shards, random.Random(seed)).storm(posts)


def _discord(seed: int) -> Sandbox:
    limits = Limits(per_second=PER_SECOND, per_channel=1_000, now=time.monotonic)
    return Sandbox(empty=True, journal_size=1, latency=_LATENCY, limits=limits, seed=seed)


@contextlib.contextmanager
def _store(address: str | None) -> Iterator[Place]:
    if address:
        yield address
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(shutil.copy(seeded(SECOND, Path(folder)), Path(folder) / "fleet.sqlite3"))


def main(arguments: list[str]) -> int:
    """Print what came of it; the exit code is 1 when anything was lost, doubled, paused, refused or wrong."""
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    logging.getLogger("sandbox").setLevel(logging.CRITICAL)
    given = dict(each.split("=", 1) for each in arguments)
    number = {name: int(given.get(name, usual)) for name, usual in _USUAL.items()}
    with _store(given.get("store")) as store:
        if posts := number["storm"]:
            run = storm_of(store, number["processes"], posts, number["shards"], number["seed"])
        else:
            run = soak(store, number["processes"], number["events"], number["shards"], number["seed"])
        result = asyncio.run(run)
    what = ", ".join(f"{count} {name}" for name, count in result.events.items()) or "a storm"
    show(
        f"{number['processes']} processes with {number['shards']} shards: {what}",
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
        ],
    )
    print(*result.wrong[:20], sep="\n")
    bad = (result.lost, result.doubled, result.paused, result.wrong, result.refused_starts)
    return 1 if any(bad) else 0


_USUAL = {"processes": 4, "events": 300, "shards": 8, "seed": 1, "storm": 0}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
