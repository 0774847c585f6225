"""What a backup costs those who write meanwhile: `make bench ARGS=backup`, or `python -m bench.backup [MIB]`.

A store is filled to a size; a bot's connection writes to it without a pause, and `python -m bot backup` copies it in a
process of its own.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench import storm
from bench.report import Figure, percentile, show
from bot.store.sqlite import SqliteDatabase
from sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 52
_BATCH = 2_000
_QUOTES = 55
_WRITE = "UPDATE schedule SET last_date = ? WHERE id = ?"


def fill(store: Path, size: int) -> int:
    """Add schedules that have drawn all quotes until the store is `size` bytes long, and return how many."""
    places = storm.channels(Sandbox(empty=True), 500, each=1)
    count = 0
    while store.stat().st_size < size:
        storm.add_schedules(store, places, dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC), count, _BATCH)
        with sqlite3.connect(store) as connection:
            connection.executemany(
                "INSERT INTO drawn (schedule, quote, round) VALUES (?, ?, 0)",
                [
                    (schedule, f"a-quote-of-{number}")
                    for schedule in range(count + 1, count + _BATCH + 1)
                    for number in range(_QUOTES)
                ],
            )
        connection.close()
        count += _BATCH
        # Until the log is folded into the file, the file tells little.
        with sqlite3.connect(store) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    return count


async def writing(database: SqliteDatabase, count: int, until: Callable[[], bool]) -> list[float]:
    """Write one row after the other, and return how long each took, in seconds."""
    took: list[float] = []
    while not until():
        began = time.perf_counter()
        await database.write(_WRITE, ("2026-01-04", len(took) % count + 1))
        took.append(time.perf_counter() - began)
    return took


async def measured(store: Path, size: int) -> list[Figure]:
    """Return the writer's times alone and during a backup."""
    async with await SqliteDatabase.open(store):
        pass
    count = await asyncio.to_thread(fill, store, size)
    async with await SqliteDatabase.open(store) as database:
        end = time.perf_counter() + 5
        alone = await writing(database, count, lambda: time.perf_counter() > end)
        environment = {"PATH": os.environ["PATH"], "DATABASE_PATH": str(store)}
        began = time.perf_counter()
        backup = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "backup", str(store.with_name("backup.sqlite3"))), env=environment
        )
        ended = asyncio.create_task(backup.wait())
        during = await writing(database, count, ended.done)
        seconds = time.perf_counter() - began
    if await ended:
        raise RuntimeError("the backup failed")
    return [
        Figure("size of the store", store.stat().st_size / 2**20, "MiB"),
        Figure("schedules in it", count, ""),
        Figure("the backup's time, with the start of its process", seconds, "s"),
        Figure("a write, median, alone", percentile(alone, 0.5) * 1000, "ms"),
        Figure("a write, median, during the backup", percentile(during, 0.5) * 1000, "ms"),
        Figure("a write, longest, alone", max(alone) * 1000, "ms"),
        Figure("a write, longest, during the backup", max(during) * 1000, "ms"),
        Figure("writes during the backup", len(during), ""),
    ]


def main(mib: int = MIB) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        show("A backup while the bot writes", asyncio.run(measured(Path(folder) / "store.sqlite3", mib * 2**20)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
