"""Daily quotes at scale: a storm of posts due in the same minute, and a store full of schedules.

The local Discord puts on Discord's limits (50 requests a second in all, 5 messages in 5 seconds a channel)
and answers after 50 ms. Usage: python -m bench daily, or python -m bench.daily [POSTS [SERVERS]].
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench import storm
from bench.idle import idle_hour, put_off
from bench.report import Figure, percentile, show
from bot import announcement
from bot.clock import SystemClock
from bot.daily.guilds import replan
from bot.daily.jobs import Delivered, PostJob
from bot.daily.ledger import DailyStore
from bot.daily.worker import AT_ONCE, RETENTION
from bot.store.sqlite import SqliteDatabase
from sandbox import Sandbox
from sandbox.limits import Limits
from tests.support.given import given
from tests.support.progress import progress, silent
from tests.support.seeded import SECOND, copied, seeded

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from sandbox.registry import Event
    from tests.support.progress import Advance

POSTS, SERVERS = 35_000, 10_000
IDLE = 100_000
_LIMIT = 50
_LATENCY = 0.05
# How many posts go out between two reports of progress.
_TOLD = 100


class Measured(NamedTuple):
    """What a storm showed: rates in posts a second, times in seconds, memory in MiB."""

    rate: float
    lost: int
    doubled: int
    wrong: int
    slash_p99: float
    growth: float


def _resident(process: Process) -> float:
    pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


class Storm:
    """The bot as a process of its own, and people who use it while it posts."""

    def __init__(self, sandbox: Sandbox, store: Path, count: int, advance: Advance) -> None:
        self._sandbox, self._store, self._count = sandbox, store, count
        self._advance = advance
        self._times: list[float] = []
        self._slashes: list[float] = []
        self._asked_enough = asyncio.Event()
        self._memory: list[float] = []
        sandbox.world.events.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        message = event.message
        if event.name == "MESSAGE_CREATE" and message is not None and str(message.nonce).startswith("dq"):
            self._times.append(time.monotonic())
            if len(self._times) % _TOLD == 0:
                self._advance(_TOLD)

    @contextlib.asynccontextmanager
    async def _bot(self) -> AsyncIterator[Process]:
        environment = {
            "PATH": os.environ["PATH"],
            "DISCORD_TOKEN": self._sandbox.token,
            "DISCORD_API_BASE": self._sandbox.base_url,
            "DATABASE_PATH": str(self._store),
            "ANNOUNCEMENT_PATH": str(SECOND),
            "LOG_LEVEL": "ERROR",
        }
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env=environment)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    async def run(self, guilds: int) -> Measured:
        """Let everything be due a little after the bot is ready, and wait for the last post."""
        places = storm.channels(self._sandbox, guilds, each=1)
        person = self._sandbox.world.add_user("Somebody")
        self._sandbox.world.add_member(given(places[0].guild), person)
        async with self._bot() as process:
            await self._sandbox.bot_connected(commands=True, timeout=180)
            await asyncio.sleep(5 + guilds / 1000)
            before = _resident(process)
            # The instrument is not to be measured: its own rounds of garbage collection would hold up its answers.
            gc.collect()
            gc.disable()
            due = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
            storm.add_schedules(self._store, places, due, 0, self._count)
            # The bot looks at its store again within half a minute, when it guards against steps of the clock.
            asking = asyncio.create_task(self._ask(process))
            while process.returncode is None and (not self._times or storm.left(self._store)):  # noqa: ASYNC110
                await asyncio.sleep(1)
            self._asked_enough.set()
            await asking
        lost, doubled, wrong = storm.disagreements(self._sandbox, self._store, self._count)
        took = self._times[-1] - self._times[0]
        return Measured(
            (len(self._times) - 1) / took,
            lost,
            doubled,
            len(wrong),
            percentile(self._slashes, 0.99),
            max(self._memory) - before,
        )

    async def _ask(self, process: Process) -> None:
        """Use slash commands until it was enough, and write down how long their answers take."""
        somebody = self._sandbox.person("Somebody")
        while not self._asked_enough.is_set():
            began = time.monotonic()
            await somebody.slash("quote", query="random", private=True)
            self._slashes.append(time.monotonic() - began)
            self._memory.append(_resident(process))
            await asyncio.sleep(0.1)


async def storm_of(store: Path, count: int, guilds: int, advance: Advance = silent) -> Measured:
    """Run a storm of `count` posts in `guilds` servers; `advance` is told of the posts."""
    limits = Limits(per_second=_LIMIT, now=time.monotonic)
    async with Sandbox(empty=True, journal_size=1, latency=_LATENCY, limits=limits) as sandbox:
        return await Storm(sandbox, store, count, advance).run(guilds)


async def claiming(store: Path, count: int) -> float:
    """Return the CPU time, in milliseconds a post, of claiming and recording `count` posts."""
    async with await SqliteDatabase.open(store) as database:
        await _fill(store, count, dt.datetime.now(dt.UTC))
        deliveries = DailyStore.on(database, dt.timedelta(hours=6)).deliveries
        words = [quote.id for quote in announcement.load(SECOND).quotes]
        began = time.process_time()
        while taken := await deliveries.take(dt.datetime.now(dt.UTC), AT_ONCE // 3, lambda _about: words):
            now = dt.datetime.now(dt.UTC)
            posts = [job for job in taken if isinstance(job, PostJob)]
            await deliveries.record([Delivered(job, job.id, job.target.channel, now) for job in posts], now)
        return (time.process_time() - began) * 1000 / count


async def reading(store: Path) -> float:
    """Return how many seconds a start takes to read in a store of which nothing is due."""
    began = time.monotonic()
    async with await SqliteDatabase.open(store) as database:
        tables = DailyStore.on(database, dt.timedelta(hours=6))
        await tables.deliveries.next_wake(RETENTION)
        await tables.left_guilds.guilds()
        await tables.left_guilds.gone()
        await replan(tables.schedules, SystemClock())
        return time.monotonic() - began


async def _fill(store: Path, count: int, due: dt.datetime) -> None:
    sandbox = Sandbox(empty=True)
    places = storm.channels(sandbox, min(count // 3 + 1, SERVERS), each=1)
    await asyncio.to_thread(storm.add_schedules, store, places, due, 0, count)


def main(posts: int = POSTS, servers: int = SERVERS) -> None:
    with tempfile.TemporaryDirectory() as folder:
        seed = seeded(SECOND, Path(folder))
        stores = [copied(seed, Path(folder) / f"{name}.sqlite3") for name in ("claims", "idle", "storm")]
        with progress("daily quotes: the store", 4) as advance:
            cost = asyncio.run(claiming(stores[0], 5_000))
            advance(1)
            asyncio.run(_fill(stores[1], IDLE, dt.datetime.now(dt.UTC)))
            put_off(stores[1])
            advance(1)
            start = asyncio.run(reading(stores[1]))
            advance(1)
            idle = asyncio.run(idle_hour(stores[1]))
            advance(1)
        show(
            "Daily quotes: the store",
            [
                Figure("CPU for claiming and recording a post", cost, "ms", 1),
                Figure(f"reading in {IDLE} schedules at the start", start, "s", 2),
                Figure("wake-ups in an idle hour, but for the guard of the clock", idle.others, "", 0),
                Figure("wake-ups of the guard in that hour", idle.guards, ""),
                Figure("looks at the store in that hour", idle.looks, ""),
                Figure("transactions that write in that hour", idle.transactions, "", 0),
            ],
        )
        with progress("daily quotes: a storm of posts", posts) as advance:
            measured = asyncio.run(storm_of(stores[2], posts, servers, advance))
        show(
            f"Daily quotes: {posts} posts in {servers} servers, due at once",
            [
                Figure(
                    "share of the global limit in which they did not go out", 100 - measured.rate / _LIMIT * 100, "%", 5
                ),
                Figure("posts a second", measured.rate, "/s"),
                Figure("lost", measured.lost, "", 0),
                Figure("doubled", measured.doubled, "", 0),
                Figure("rows of the ledger that differ", measured.wrong, "", 0),
                Figure("99 % of slash commands meanwhile, answered within", measured.slash_p99 * 1000, "ms", 250),
                Figure("growth of memory", measured.growth, "MiB", 80),
            ],
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
