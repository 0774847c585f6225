"""The bags of schedules: written as they change, and filled again with quotes whose post failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.daily.bag import put_back
from bot.store import daily_rows as rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from bot.domain.daily.bag import Bag
    from bot.store.database import Transaction

_BEFORE = """
SELECT quote FROM delivery WHERE schedule = ? AND date < ? AND quote IS NOT NULL ORDER BY date DESC LIMIT 2
"""
# What was posted last, or may have been, or is about to be; and whether the quote itself came again since.
_SINCE = """
SELECT (SELECT quote FROM delivery WHERE schedule = :schedule AND state IN ('sent', 'unconfirmed', 'claimed')
        ORDER BY date DESC LIMIT 1) AS posted,
       EXISTS (SELECT 1 FROM delivery WHERE schedule = :schedule AND date > :date AND quote = :quote) AS again
"""


async def write_bags(tx: Transaction, bags: Iterable[tuple[int, Bag, Bag]]) -> None:
    """Write the bags of schedules within a transaction: (schedule id, bag before, bag after)."""
    bags = list(bags)
    await tx.executemany(
        "DELETE FROM drawn WHERE schedule = ? AND quote = ?",
        [(schedule, gone) for schedule, before, after in bags for gone in before.drawn.keys() - after.drawn.keys()],
    )
    await tx.executemany(
        "INSERT INTO drawn (schedule, quote, round) VALUES (?, ?, ?) "
        "ON CONFLICT (schedule, quote) DO UPDATE SET round = excluded.round",
        [
            (schedule, quote, mark)
            for schedule, before, after in bags
            for quote, mark in after.drawn.items() - before.drawn.items()
        ],
    )
    await tx.executemany(
        "UPDATE schedule SET round = ?, last_quote = ? WHERE id = ?",
        [(after.round, after.last, schedule) for schedule, _, after in bags],
    )


async def return_quote(tx: Transaction, failed: sqlite3.Row) -> None:
    """Put the quote of a delivery that was not posted, and never will be, back into its schedule's bag.

    `failed` is the delivery's row: its schedule, date, quote and drawn_before. Its state is written already.
    """
    schedule, date, quote = failed["schedule"], failed["date"], failed["quote"]
    row = await tx.fetch_one(f"{rows.SCHEDULE} WHERE id = ?", (schedule,))
    since = await tx.fetch_one(_SINCE, {"schedule": schedule, "date": date, "quote": quote})
    if row is None or since is None:
        return
    bag = rows.schedule(row).bag
    before = [each["quote"] for each in await tx.fetch_all(_BEFORE, (schedule, date))]
    # One that came again since keeps the mark of that time.
    mark = bag.drawn.get(quote) if since["again"] else failed["drawn_before"]
    await write_bags(tx, [(schedule, bag, put_back(bag, quote, mark, since["posted"], before))])
