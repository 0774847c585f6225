"""What health and metrics cost: the bot with HEALTH_ADDRESS beside the bot without, by turns.

The announcement is the tiny one of the tests: its answers cost least, so that what is added to each shows most. What it
costs to be read is measured by itself, and added for a bot that is busy all the time and read every so often.

Usage: python -m bench monitoring, or python -m bench.monitoring [ROUNDS [COUNT]].
"""

from __future__ import annotations

import asyncio
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiohttp

from bench.commands import Bot, Times, running
from bench.report import Figure, show
from tests.support.progress import progress, silent
from tests.support.seeded import SECOND, copied, seeded

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from tests.support.progress import Advance

ROUNDS, COUNT = 12, 150
MOST_RATIO, MOST_MIB = 1.02, 3.0
# How often both pages are read, in seconds: Prometheus's usual interval.
_INTERVAL: Final = 15.0
_TEXTS: Final = ("falk", "kettle", "random", "music", "the hall")
_WARM_UP: Final = 60
_READS: Final = 60
_IDLE: Final = 5.0
_STARTS: Final = 5


async def _read(bot: Bot, address: str, times: int = _READS) -> float:
    """Return the processor time in seconds that it costs the bot to have both pages read once."""
    async with aiohttp.ClientSession() as session:
        before = bot.cpu
        for _ in range(times):
            for path in ("metrics", "healthz"):
                async with session.get(f"http://{address}/{path}") as answer:
                    answer.raise_for_status()
                    await answer.read()
        return (bot.cpu - before) / times


async def _idle(bot: Bot) -> float:
    """Return which part of a processor a bot takes that nobody uses."""
    before, began = bot.cpu, time.perf_counter()
    await asyncio.sleep(_IDLE)
    return (bot.cpu - before) / (time.perf_counter() - began)


async def _ready(store: Path, advance: Advance) -> list[float]:
    """Return the resident memory in MiB that several bots with the pages, once read, have above those without."""
    found = []
    for number in range(_STARTS):
        address, kept = _free(), []
        for name, more in (("plain", {}), ("watched", {"HEALTH_ADDRESS": address})):
            async with _bot(store, f"{name}-{number}", **more) as bot:
                if more:
                    await _read(bot, address, 1)
                kept.append(bot.resident)
        found.append(kept[1] - kept[0])
        advance(1)
    return found


def _free() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


def _bot(store: Path, name: str, **more: str) -> AbstractAsyncContextManager[Bot]:
    copy = copied(store, store.with_name(f"{name}.sqlite3"))
    return running("-m", "bot", "run", store=copy, ANNOUNCEMENT_PATH=str(SECOND), **more)


async def measured(store: Path, rounds: int, count: int, advance: Advance = silent) -> list[Figure]:
    """Let both answer by turns, and compare."""
    ready = statistics.median(await _ready(store, advance))
    address = _free()
    texts = [_TEXTS[number % len(_TEXTS)] for number in range(count)]
    async with _bot(store, "plain") as plain, _bot(store, "watched", HEALTH_ADDRESS=address) as watched:
        idle = await _idle(watched) - await _idle(plain)
        without, with_ = Times(), Times()
        for bot in (plain, watched):
            await bot.round("quote", "query", texts[:_WARM_UP], Times())
        for number in range(rounds):
            # Who goes first gains or loses by it.
            pairs = ((plain, without), (watched, with_))
            for bot, times in pairs if number % 2 else pairs[::-1]:
                await bot.round("quote", "query", texts, times)
            advance(1)
        read = await _read(watched, address)
        after = watched.resident - plain.resident
    ratio = statistics.median(one / other for one, other in zip(with_.cpu, without.cpu, strict=True))
    return [
        Figure("memory added, at ready", ready, "MiB", MOST_MIB),
        Figure("memory added, after commands and reads", after, "MiB", MOST_MIB),
        Figure("/quote, processor time, without", statistics.median(without.cpu) * 1000, "ms"),
        Figure("/quote, processor time, with", statistics.median(with_.cpu) * 1000, "ms"),
        Figure("/quote, processor time, ratio", ratio, "x"),
        Figure("one read of both pages, processor time", read * 1000, "ms"),
        Figure("a bot that nobody uses, of a processor, added", idle * 100, "%"),
        Figure(f"a busy bot read every {_INTERVAL:.0f} s, ratio", ratio + read / _INTERVAL, "x", MOST_RATIO),
    ]


def main(rounds: int = ROUNDS, count: int = COUNT) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, progress("health and metrics", _STARTS + rounds) as advance:
        store = seeded(SECOND, Path(folder))
        figures = asyncio.run(measured(store, rounds, count, advance))
    show("Health and metrics", figures)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
