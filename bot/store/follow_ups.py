"""What is to be done with posts that were made: jobs, claimed and given up as deliveries are."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from bot.domain.daily.errand import Again, Done, Ended, FollowUp, QuotePost, Sent
from bot.domain.daily.model import Extra, Place, Target
from bot.store import daily_rows as rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence

    from bot.domain.daily.errand import Verdict
    from bot.store.database import Database, Transaction
    from bot.store.worker import Worker

# What failed is shown until the next one: only those of the latest post are kept.
_FORGET = """
DELETE FROM follow_up WHERE failed IS NOT NULL AND kind = ?
AND delivery IN (SELECT id FROM delivery WHERE schedule = ? AND id != ?)
"""
# A post whose record was written twice (two processes, one message) is followed up once, and one whose schedule was
# removed meanwhile never.
_ADD = """
INSERT INTO follow_up (delivery, kind, until, lease_until) SELECT id, ?, ?, ? FROM delivery WHERE id = ?
ON CONFLICT (delivery, kind) DO NOTHING
"""
_TAKE = """
SELECT follow_up.*, delivery.message, delivery.posted_in, delivery.quote, delivery.date, delivery.place, schedule.guild
FROM follow_up JOIN delivery ON delivery.id = follow_up.delivery JOIN schedule ON schedule.id = delivery.schedule
WHERE follow_up.lease_until <= ? AND follow_up.id NOT IN (SELECT value FROM json_each(?))
ORDER BY follow_up.lease_until LIMIT ?
"""
_WAIT = "UPDATE follow_up SET lease_until = ?, failures = ?, owner = NULL WHERE id = ? AND owner = ? AND tries = ?"
_FAIL = "UPDATE follow_up SET failed = ?, lease_until = NULL, owner = NULL WHERE id = ? AND owner = ? AND tries = ?"


async def add(tx: Transaction, worker: Worker, outcomes: Sequence[Verdict], now: dt.datetime) -> None:
    """Note within a transaction what is to follow the posts that were made, for as long as a post may be late."""
    sent = [(o.errand, extra) for o in outcomes if isinstance(o, Sent) and isinstance(o.errand, QuotePost)
            for extra in sorted(o.errand.extras)]  # fmt: skip
    at, until = rows.to_ms(now), rows.to_ms(now + worker.late_limit)
    await tx.executemany(_FORGET, [(extra.value, post.schedule, post.id) for post, extra in sent])
    await tx.executemany(_ADD, [(extra.value, until, at, post.id) for post, extra in sent])


async def take(
    tx: Transaction, worker: Worker, now: dt.datetime, limit: int, busy: Collection[int] = ()
) -> list[FollowUp]:
    """Lease up to `limit` jobs within a transaction, none of them `busy`."""
    found = await tx.fetch_all(_TAKE, (rows.to_ms(now), json.dumps([*busy]), limit))
    until = now + worker.lease
    await tx.executemany(
        "UPDATE follow_up SET owner = ?, lease_until = ?, tries = tries + 1 WHERE id = ?",
        [(worker.owner, rows.to_ms(until), row["id"]) for row in found],
    )
    return [_job(row, until) for row in found]


def _job(row: sqlite3.Row, until: dt.datetime) -> FollowUp:
    return FollowUp(
        id=row["id"],
        target=Target(row["guild"], row["posted_in"], Place(row["place"])),
        nonce=f"df{row['id']}",
        lease_until=until,
        latest=rows.from_ms(row["until"]),
        tries=row["tries"] + 1,
        failures=row["failures"],
        extra=Extra(row["kind"]),
        message=row["message"],
        quote=row["quote"],
        date=dt.date.fromisoformat(row["date"]),
    )


async def record(tx: Transaction, worker: Worker, outcomes: Sequence[Verdict]) -> None:
    """Write within a transaction how attempts ended. That a job is done is written whoever holds the lease."""
    jobs = [(o, o.errand) for o in outcomes if isinstance(o.errand, FollowUp)]
    await tx.executemany("DELETE FROM follow_up WHERE id = ?", [(job.id,) for o, job in jobs if isinstance(o, Done)])
    await tx.executemany(
        _WAIT,
        [(rows.to_ms(o.at), o.failures, job.id, worker.owner, job.tries) for o, job in jobs if isinstance(o, Again)],
    )
    await tx.executemany(
        _FAIL,
        [(o.reason.value, job.id, worker.owner, job.tries) for o, job in jobs if isinstance(o, Ended)],
    )


async def failed(database: Database, delivery: int) -> dict[Extra, str]:
    """Return what could not be done with the post of a delivery, each with a Reason's or Pause's value."""
    found = await database.fetch_all(
        "SELECT kind, failed FROM follow_up WHERE delivery = ? AND failed IS NOT NULL", (delivery,)
    )
    return {Extra(row["kind"]): row["failed"] for row in found}
