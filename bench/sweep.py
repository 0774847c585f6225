"""`make sweep`: the rule of time against the oracle, over every zone, 48 times of day, and three years.

Usage: python -m bench.sweep [FIRST_YEAR]
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import sys
import time
from functools import partial

from bot.daily.schedule import zone_names
from tests.support.progress import progress
from tests.support.sweep import differences

YEARS = 3
TIMES_OF_DAY = tuple(range(0, 1440, 30))


def _zone(year: int, zone: str) -> tuple[int, list[str]]:
    return differences(zone, dt.date(year, 1, 1), dt.date(year + YEARS - 1, 12, 31), TIMES_OF_DAY)


def main() -> int:
    """Compare all; the exit code is 1 when anything differs."""
    year = int(sys.argv[1]) if len(sys.argv) > 1 else dt.datetime.now(dt.UTC).year
    zones = sorted(zone_names())
    began = time.monotonic()
    compared, wrong = 0, []
    with multiprocessing.Pool() as pool, progress("comparing time zones", len(zones)) as advance:
        for count, found in pool.imap_unordered(partial(_zone, year), zones, chunksize=4):
            compared += count
            wrong += found
            advance(1)
    print(*wrong[:50], sep="\n", end="\n" if wrong else "")
    print(f"{len(zones)} zones, {len(TIMES_OF_DAY)} times of day, {year} to {year + YEARS - 1}:")
    print(f"{compared} posts compared, {len(wrong)} settings differ, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
