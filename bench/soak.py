"""`make soak`: the bot is killed at random instants of a posting storm, and started again, many times.

The bot is a process of its own, with one store and a local Discord that answers 5 % of all requests with
500, drops some connections after it did what was asked, limits rates now and then, and closes gateways.
Kills (SIGKILL) come at random instants of the start, at random instants while posts go out, and right
between Discord's acceptance of a post and our record of it. At the end nothing may be lost or doubled, and
the ledger has to agree with what Discord holds, row by row.

Usage: python -m bench.soak [KILLS [SEED]]
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench import storm
from sandbox import Sandbox
from sandbox.faults import Rule
from sandbox.limits import Limits
from tests.support.seeded import SECOND, seeded

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from sandbox.events import Event
    from sandbox.model import Channel

KILLS = 300
# For each life of the bot so many posts are kept waiting, more than it can make.
_WAITING = 150
_MESSAGES = "/channels/{channel_id}/messages"


class Result(NamedTuple):
    """What came of it."""

    kills: int
    between: int
    posts: int
    lost: int
    doubled: int
    wrong: list[str]
    seconds: float


def _bot(environment: dict[str, str]) -> None:
    """Be the bot: what `python -m bot run` does, in a process that has its libraries loaded already."""
    os.environ.update(environment)
    from bot.__main__ import main

    sys.exit(main(["run"]))


class Soak:
    """One run."""

    def __init__(self, sandbox: Sandbox, store: Path, chance: random.Random) -> None:
        self._sandbox, self._store, self._chance = sandbox, store, chance
        self._places: list[Channel] = storm.channels(sandbox, guilds=20, each=10)
        self._added = 0
        self._between = 0
        # A fork server loads the libraries once, so that a life begins in a fraction of a second.
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["bot.app", "bot.__main__"])

    def start(self) -> BaseProcess:
        """Start the bot."""
        environment = {
            "DISCORD_TOKEN": self._sandbox.token,
            "DISCORD_API_BASE": self._sandbox.base_url,
            "DATABASE_PATH": str(self._store),
            "ANNOUNCEMENT_PATH": str(SECOND),
            "LOG_LEVEL": "ERROR",
        }
        process = self._processes.Process(target=_bot, args=(environment,))
        process.start()
        return process

    async def life(self) -> None:
        """Let the bot live until it is killed at a random instant."""
        if (waiting := storm.waiting(self._store)) < _WAITING:
            count = _WAITING - waiting
            due = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
            storm.add_schedules(self._store, self._places, due, self._added, count)
            self._added += count
        process = self.start()
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
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(came.wait(), 10)
        finally:
            stop()

    async def trouble(self) -> None:
        """Make trouble until cancelled: storms of 429, gateways that close."""
        while True:
            await asyncio.sleep(self._chance.uniform(1.0, 5.0))
            self._sandbox.api.limits = Limits(per_second=self._chance.choice((3, 10)), now=time.monotonic)
            await asyncio.sleep(self._chance.uniform(0.2, 1.5))
            self._sandbox.api.limits = None
            await self._sandbox.gateway.disconnect()

    async def run(self, kills: int) -> Result:
        """Kill so many times, let the bot finish in peace, and compare."""
        began = time.monotonic()
        faults = self._sandbox.faults
        faults.add(Rule("error", status=500, times=None, probability=0.05))
        faults.add(Rule("drop", "POST", _MESSAGES, times=None, probability=0.02))
        making = asyncio.create_task(self.trouble())
        try:
            for _ in range(kills):
                await self.life()
        finally:
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)
        faults.clear()
        self._sandbox.api.limits = None
        process = self.start()
        while storm.left(self._store) and process.is_alive():  # noqa: ASYNC110 - another process works
            await asyncio.sleep(0.5)
        process.terminate()
        await asyncio.to_thread(process.join)
        lost, doubled, wrong = storm.disagreements(self._sandbox, self._store, self._added)
        count = len(storm.posts(self._sandbox))
        return Result(kills, self._between, count, lost, doubled, wrong, time.monotonic() - began)


async def soak(store: Path, kills: int, seed: int) -> Result:
    """Run a soak on `store`, which was seeded from the tiny announcement."""
    chance = random.Random(seed)
    async with Sandbox(empty=True, journal_size=1, seed=seed) as sandbox:
        return await Soak(sandbox, store, chance).run(kills)


def main() -> int:
    """Print what came of it; the exit code is 1 when anything was lost, doubled or wrong."""
    # A killed bot leaves requests half sent; aiohttp would tell of each.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    with tempfile.TemporaryDirectory() as folder:
        store = Path(shutil.copy(seeded(SECOND, Path(folder)), Path(folder) / "soak.sqlite3"))
        result = asyncio.run(soak(store, kills, seed))
    print(f"seed {seed}: {result.kills} kills, {result.between} of them between acceptance and record;")
    print(f"{result.posts} posts, {result.lost} lost, {result.doubled} doubled, in {result.seconds:.0f} s;")
    print(f"{len(result.wrong)} rows of the ledger differ from what Discord holds", *result.wrong[:20], sep="\n")
    return 1 if result.lost or result.doubled or result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
