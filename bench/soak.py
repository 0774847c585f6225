"""`make soak`: the bot is killed at random instants of a posting storm, and started again, many times.

The bot is a process of its own, with one store and a local Discord that has every fault that it knows: errors,
pages of the edge, answers that are slow, cut or lost after the fact, limits, sessions that end in every way, servers
that are gone for a while, moderators who time the bot out; and the bot's clock steps by up to an hour against
Discord's. Kills (SIGKILL) come at random instants of the start, at random instants while posts go out, and right
between Discord's acceptance of a post and our record of it. At the end nothing may be lost or doubled, no schedule
may be paused (for nothing that happened stops a post for good), and the ledger has to agree with what Discord holds,
row by row.

`make soak ARGS=week` replays a bad week instead (week.py), and with `make soak ARGS=processes=4` several processes
share the work (fleet.py).

Usage: python -m bench.soak [KILLS [SEED]] | week [SERVERS] | processes=COUNT …
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import logging
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench import fleet, storm, week
from bench.lives import Lives
from sandbox import Sandbox
from sandbox.faults import Rule
from sandbox.limits import Limits
from tests.support.progress import progress, silent
from tests.support.seeded import SECOND, copied, seeded

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from sandbox.model import Channel
    from sandbox.registry import Event
    from tests.support.progress import Advance

KILLS = 300
# For each life of the bot so many posts are kept waiting, more than it can make.
_WAITING = 150
_MESSAGES = "/channels/{channel_id}/messages"
# By so many seconds the bot's clock is ahead of Discord's or behind it, at most.
_STEP = 3600.0
# What is wrong with so many of all requests. Nothing is said of a 429 of the edge: the bot waits a minute after one.
_RULES = (
    Rule("error", status=500, probability=0.02, times=None),
    Rule("error", status=503, code=130000, probability=0.005, times=None),
    Rule("error", status=403, code=40333, probability=0.01, times=None),
    Rule("error", status=404, probability=0.01, times=None),
    Rule("error", status=401, route=_MESSAGES, probability=0.003, times=None),
    Rule("error", status=429, retry_after=0.2, probability=0.005, times=None),
    Rule("edge", status=403, probability=0.01, times=None),
    Rule("edge", status=404, probability=0.005, times=None),
    Rule("edge", status=429, retry_after=1, probability=0.003, times=None),
    Rule("edge", status=502, probability=0.01, times=None),
    Rule("edge", status=502, done=True, probability=0.01, times=None),
    Rule("edge", status=403, route="websocket", probability=0.05, times=None),
    Rule("timeout", seconds=0.3, done=True, probability=0.005, times=None),
    Rule("drop", "POST", _MESSAGES, probability=0.02, times=None),
    Rule("cut", probability=0.01, times=None),
    Rule("slow", seconds=0.2, probability=0.02, times=None),
)


class Result(NamedTuple):
    kills: int
    between: int
    posts: int
    lost: int
    doubled: int
    paused: int
    wrong: list[str]
    struck: int
    steps: int
    seconds: float


class Soak:
    def __init__(self, sandbox: Sandbox, store: Path, chance: random.Random) -> None:
        self._sandbox, self._store, self._chance = sandbox, store, chance
        self._places: list[Channel] = storm.channels(sandbox, guilds=20, each=10)
        self._added = 0
        self._between = 0
        self._steps = 0
        # Before all that the bot's clock will show, or what was posted would be due again.
        start = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=_STEP, minutes=2)
        self._last = start.hour * 60 + start.minute
        self._lives = Lives(sandbox, store)

    def _now(self) -> dt.datetime:
        """Return what the bot's clock shows."""
        return dt.datetime.fromtimestamp(self._sandbox.clock.bot_now(), dt.UTC)

    def _step(self) -> None:
        """Let the bot's clock step to another time, within an hour of Discord's."""
        self._sandbox.clock.set_ahead(self._chance.uniform(-_STEP, _STEP))
        self._steps += 1

    async def life(self) -> None:
        """Let the bot live until it is killed at a random instant; every other time its clock has stepped before."""
        if self._chance.random() < 0.5:
            self._step()
        if (waiting := storm.waiting(self._store, self._now())) < _WAITING:
            count = _WAITING - waiting
            due = self._now() - dt.timedelta(minutes=1)
            storm.add_schedules(self._store, self._places, due, self._added, count, self._last)
            self._added += count
        process = self._lives.start()
        kind = self._chance.choice(("starting", "posting", "between", "between"))
        if kind == "starting":
            await asyncio.sleep(self._chance.uniform(0.0, 0.8))
        else:
            await self._until_post(process, self._chance.randint(1, 30), at_once=kind == "between")
            if kind == "posting":
                await asyncio.sleep(self._chance.uniform(0.0, 0.6))
        process.kill()
        await asyncio.to_thread(process.join)

    async def _until_post(self, process: BaseProcess, count: int, *, at_once: bool) -> None:
        """Wait for the bot's post number `count`; kill it `at_once`, before Discord's answer goes out."""
        seen, came = 0, asyncio.Event()

        def on_event(event: Event) -> None:
            nonlocal seen
            if event.name == "MESSAGE_CREATE" and event.message is not None and event.message.author.bot:
                seen += 1
                if seen == count:
                    if at_once:
                        process.kill()
                        self._between += 1
                    came.set()

        stop = self._sandbox.world.events.listen(on_event)
        try:
            # A start that meets too many faults ends by itself, as it should: whoever runs the bot starts it again.
            ended = time.monotonic() + 10
            while process.is_alive() and not came.is_set() and time.monotonic() < ended:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(came.wait(), 0.2)
        finally:
            stop()

    async def trouble(self) -> None:
        """Make trouble until cancelled, of a new kind every few seconds; each ends by itself."""
        sandbox, chance = self._sandbox, self._chance
        gateway, world = sandbox.gateway, sandbox.world
        guilds = list(world.guilds.values())
        while True:
            await asyncio.sleep(chance.uniform(0.5, 3.0))
            guild = chance.choice(guilds)
            match chance.randrange(6):
                case 0:
                    sandbox.api.limits = Limits(per_second=chance.choice((3, 10)), now=time.monotonic)
                    await asyncio.sleep(chance.uniform(0.2, 1.5))
                    sandbox.api.limits = None
                case 1:
                    await gateway.disconnect(chance.choice((1000, 1001, 4000, 4001, 4007, 4009)))
                case 2:
                    async with gateway.lost():
                        await asyncio.sleep(chance.uniform(0.0, 1.0))
                case 3:
                    world.time_out(guild, sandbox.clock.now() + chance.uniform(0.5, 3.0))
                case 4:
                    world.set_available(guild, available=False)
                    sandbox.faults.add(Rule("error", status=503, guild=guild.id, lasts=1.0))
                    await asyncio.sleep(1.0)
                    world.set_available(guild, available=True)
                case _:
                    self._step()

    async def run(self, kills: int, advance: Advance) -> Result:
        """Kill so many times, let the bot finish in peace, and compare; `advance` is told of each kill."""
        began = time.monotonic()
        faults = self._sandbox.faults
        rules = [faults.add(dataclasses.replace(each)) for each in _RULES]
        making = asyncio.create_task(self.trouble())
        try:
            for _ in range(kills):
                await self.life()
                advance(1)
        finally:
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)
        faults.clear()
        self._sandbox.api.limits = None
        for guild in self._sandbox.world.guilds.values():
            self._sandbox.world.set_available(guild, available=True)
        await self._in_peace()
        lost, doubled, wrong = storm.disagreements(self._sandbox, self._store, self._added)
        count, paused = len(storm.posts(self._sandbox)), storm.paused(self._store)
        struck = sum(each.struck for each in rules)
        spent = time.monotonic() - began
        return Result(kills, self._between, count, lost, doubled, paused, wrong, struck, self._steps, spent)

    async def _in_peace(self) -> None:
        """Let the bot finish. Its clock goes on by steps: what it put off while it was ahead is not due before."""
        clock = self._sandbox.clock
        process = self._lives.start()
        while storm.left(self._store, self._now()) and process.is_alive():
            await asyncio.sleep(1.0)
            clock.set_ahead(min(clock.ahead + 300.0, 2 * _STEP))
        process.terminate()
        await asyncio.to_thread(process.join)


async def soak(store: Path, kills: int, seed: int, advance: Advance = silent) -> Result:
    """Run a soak on `store`, which was seeded from the tiny announcement."""
    chance = random.Random(seed)
    async with Sandbox(empty=True, journal_size=1, seed=seed) as sandbox:
        return await Soak(sandbox, store, chance).run(kills, advance)


def main() -> int:
    """Print what came of it; the exit code is 1 when anything was lost, doubled, paused or wrong."""
    # A killed bot leaves requests half sent; aiohttp would tell of each.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    logging.getLogger("sandbox").setLevel(logging.CRITICAL)
    given = sys.argv[1:]
    if any("=" in each for each in given):
        return fleet.main(given)
    with tempfile.TemporaryDirectory() as folder:
        store = copied(seeded(SECOND, Path(folder)), Path(folder) / "soak.sqlite3")
        if given[:1] == ["week"]:
            return week.main(store, *map(int, given[1:2]))
        kills = int(given[0]) if given else KILLS
        seed = int(given[1]) if len(given) > 1 else random.randrange(10**6)
        with progress("killing the bot", kills) as advance:
            result = asyncio.run(soak(store, kills, seed, advance))
    print(f"seed {seed}: {result.kills} kills, {result.between} of them between acceptance and record;")
    print(f"{result.struck} requests met a fault, and the bot's clock stepped {result.steps} times by up to an hour;")
    print(f"{result.posts} posts, {result.lost} lost, {result.doubled} doubled, in {result.seconds:.0f} s;")
    print(f"{result.paused} schedules paused for nothing;")
    print(f"{len(result.wrong)} rows of the ledger differ from what Discord holds", *result.wrong[:20], sep="\n")
    return 1 if result.lost or result.doubled or result.paused or result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
