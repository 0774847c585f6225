"""Claims and records posts that are due at once, on each engine, with one and with several processes.

`python -m bench.engines [POSTS]`; PostgreSQL runs as it comes from Debian, so each commit is on the disk, as with
SQLite.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.report import Figure, show
from bot.daily import rows
from bot.daily.jobs import Delivered, PostJob
from bot.daily.ledger import DailyStore
from bot.store import engines
from tests.support import postgres

if TYPE_CHECKING:
    from tests.support.postgres import Place

POSTS = 10_000
_QUOTES = tuple(f"quote-{n}" for n in range(60))
# As many as the worker takes at a time.
_AT_ONCE = 32
_ADD = """
INSERT INTO schedule (guild, number, channel, place, minute, days, zone, seed, next_date, next_due)
VALUES (?, 1, ?, 'text', 540, 127, 'UTC', ?, '2026-01-05', ?)
"""
_DUE = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)


async def _fill(place: Place, count: int) -> None:
    async with await engines.opened(engines.place_of(str(place))) as database, database.transaction() as tx:
        await tx.executemany(_ADD, [(n << 22, n, n, rows.to_ms(_DUE)) for n in range(1, count + 1)])


async def _work(place: str) -> int:
    """Claim and record until nothing is due, and return how many posts that were."""
    made = 0
    async with await engines.opened(engines.place_of(place)) as database:
        deliveries = DailyStore.on(database, dt.timedelta(hours=6)).deliveries
        while taken := await deliveries.take(_DUE, _AT_ONCE, lambda _: _QUOTES):
            posts = [job for job in taken if isinstance(job, PostJob)]
            await deliveries.asking([(job, _DUE) for job in posts])
            await deliveries.record([Delivered(job, job.id, job.target.channel, _DUE) for job in posts], _DUE)
            made += len(posts)
    return made


async def _several(place: Place, processes: int) -> list[int]:
    async def one() -> int:
        started = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.engines", "work", str(place), stdout=asyncio.subprocess.PIPE
        )
        out, _ = await started.communicate()
        return int(out)

    return await asyncio.gather(*(one() for _ in range(processes)))


def _measure(place: Place, count: int, processes: int) -> Figure:
    asyncio.run(_fill(place, count))
    began = time.monotonic()
    shares = asyncio.run(_several(place, processes))
    seconds = time.monotonic() - began
    if sum(shares) != count:
        raise RuntimeError(f"{count} posts were due, and {sum(shares)} were made")
    engine = "PostgreSQL" if isinstance(place, str) else "SQLite"
    divided = ", ".join(str(share) for share in sorted(shares, reverse=True))
    return Figure(f"{engine}, {processes} process(es): posts claimed and recorded ({divided})", count / seconds, "/s")


def main(count: int = POSTS) -> None:
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        figures += [_measure(Path(folder) / f"{n}.sqlite3", count, n) for n in (1, 2, 4)]
    if postgres.programs() is not None:
        with postgres.server(("listen_addresses=",)) as server:
            for processes in (1, 2, 4):
                figures.append(_measure(server.emptied(), count, processes))
                server.do("VACUUM ANALYZE", "shared")
    show("One store, claimed from by several processes", figures)


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        print(asyncio.run(_work(sys.argv[2])))
    else:
        main(*map(int, sys.argv[1:]))
