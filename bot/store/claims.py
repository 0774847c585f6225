"""Claims: the step of a due schedule from 'due' to a row of the ledger, within one transaction."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.domain.daily.errand import QuotePost
from bot.domain.daily.model import Extra, Place, Style, Target, nonce
from bot.domain.daily.plan import Plan, plan
from bot.store import daily_rows as rows
from bot.store import notices
from bot.store.bags import write_bags
from bot.store.schedules import pause

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3
    from collections.abc import Callable, Collection, Iterable

    from bot.domain.daily.model import Schedule
    from bot.domain.daily.rule import Occurrence
    from bot.store.database import Transaction
    from bot.store.worker import Worker

_DUE = f"{rows.SCHEDULE} WHERE next_due <= ? ORDER BY next_due, id LIMIT ?"
_INSERT = """
INSERT INTO delivery (schedule, date, due, state, late, quote, nonce, channel, place, role, style, reason,
                      claimed_at, tries, owner, lease_until, drawn_before, publish, thread)
VALUES (:schedule, :date, :due, :state, :late, :quote, :nonce, :channel, :place, :role, :style, :reason,
        :claimed_at, :tries, :owner, :lease_until, :drawn_before, :publish, :thread)
ON CONFLICT (schedule, date) DO NOTHING
"""
_CLAIMED = """
SELECT delivery.*, schedule.guild, NULL AS paused FROM delivery
JOIN schedule ON schedule.id = delivery.schedule
WHERE owner = ? AND claimed_at = ? AND (delivery.schedule, delivery.date) IN (VALUES {pairs})
"""
_STALE = """
SELECT delivery.*, schedule.guild, schedule.paused FROM delivery
JOIN schedule ON schedule.id = delivery.schedule
WHERE delivery.state = 'claimed' AND delivery.lease_until <= ?
AND delivery.id NOT IN (SELECT value FROM json_each(?)) ORDER BY delivery.lease_until LIMIT ?
"""


async def stale(
    tx: Transaction, worker: Worker, now: dt.datetime, limit: int, busy: Collection[int] = ()
) -> list[QuotePost]:
    """Lease up to `limit` rows whose lease ran out: their owner died, or gave them back to wait.

    The rows `busy` are left alone: this process still works on them, only for longer than their lease.
    """
    found = await tx.fetch_all(_STALE, (rows.to_ms(now), json.dumps([*busy]), limit))
    until = now + worker.lease
    await tx.executemany(
        "UPDATE delivery SET owner = ?, lease_until = ?, tries = tries + 1 WHERE id = ?",
        [(worker.owner, rows.to_ms(until), row["id"]) for row in found],
    )
    return [_errand(row, worker, until, row["tries"] + 1) for row in found]


async def claim(
    tx: Transaction,
    worker: Worker,
    now: dt.datetime,
    limit: int,
    matching: Callable[[str | None], Collection[str]],
) -> list[QuotePost]:
    """Claim up to `limit` schedules that are due: choose their quotes and step them to their next dates.

    Missed dates are written down; a schedule that cannot go on is paused and its moderators are owed a
    notice.
    """
    due = [rows.schedule(row) for row in await tx.fetch_all(_DUE, (rows.to_ms(now), limit))]
    if not due:
        return []
    plans = [(s, plan(s, now, worker.late_limit, matching(s.wish.about))) for s in due]
    await tx.executemany(_INSERT, [row for s, made in plans for row in _rows(s, made, worker, now)])
    await _step(tx, plans)
    stopped = [(s.id, made.pause) for s, made in plans if made.pause is not None]
    await pause(tx, stopped)
    await notices.owe(tx, [schedule for schedule, _ in stopped], now)
    pairs = [part for s, made in plans if made.post for part in (s.id, made.post.occurrence.date.isoformat())]
    if not pairs:
        return []
    question_marks = ", ".join(["(?, ?)"] * (len(pairs) // 2))
    claimed = await tx.fetch_all(_CLAIMED.format(pairs=question_marks), (worker.owner, rows.to_ms(now), *pairs))
    return [_errand(row, worker, now + worker.lease, 1) for row in claimed]


def _errand(row: sqlite3.Row, worker: Worker, until: dt.datetime, tries: int) -> QuotePost:
    """Return a leased row as an errand; `tries` counts this turn too."""
    delivery = rows.delivery(row)
    return QuotePost(
        id=delivery.id,
        schedule=delivery.schedule,
        target=Target(row["guild"], row["channel"], Place(row["place"])),
        nonce=delivery.nonce,
        lease_until=until,
        latest=delivery.due + worker.late_limit,
        asked=rows.optional(row["asked_at"]),
        tries=tries,
        failures=row["failures"],
        taken_over=tries > 1 and row["owner"] is not None,
        stopped=row["paused"] is not None,
        quote=row["quote"],
        date=delivery.date,
        due=delivery.due,
        late=delivery.late,
        role=row["role"],
        style=Style(row["style"]),
        extras=rows.extras(row),
    )


def _rows(schedule: Schedule, made: Plan, worker: Worker, now: dt.datetime) -> Iterable[dict[str, object]]:
    at = rows.to_ms(now)
    for missed in made.missed:
        yield _row(schedule, missed, at) | {"state": "skipped", "reason": "too-late"}
    if made.post is not None:
        yield _row(schedule, made.post.occurrence, at) | {
            "state": "claimed",
            "late": int(made.post.late),
            "quote": made.post.quote,
            "drawn_before": schedule.bag.drawn.get(made.post.quote),
            "tries": 1,
            "owner": worker.owner,
            "lease_until": rows.to_ms(now + worker.lease),
        }


def _row(schedule: Schedule, occurrence: Occurrence, at: int) -> dict[str, object]:
    return {
        "schedule": schedule.id,
        "date": occurrence.date.isoformat(),
        "due": rows.to_ms(occurrence.instant),
        "late": 0,
        "quote": None,
        "nonce": nonce(schedule.id, occurrence.date),
        "channel": schedule.wish.target.channel,
        "place": schedule.wish.target.place.value,
        "role": schedule.mention,
        "style": schedule.wish.style.value,
        "reason": None,
        "claimed_at": at,
        "tries": 0,
        "owner": None,
        "lease_until": None,
        "drawn_before": None,
        **{extra.value: int(extra in schedule.wish.extras) for extra in Extra},
    }


async def _step(tx: Transaction, plans: list[tuple[Schedule, Plan]]) -> None:
    """Move the schedules to their next dates and write their bags."""
    await tx.executemany(
        "UPDATE schedule SET last_date = ? WHERE id = ?",
        [
            (max(dates).isoformat(), s.id)
            for s, made in plans
            if (dates := [o.date for o in (*made.missed, *((made.post.occurrence,) if made.post else ()))])
        ],
    )
    await tx.executemany(
        "UPDATE schedule SET next_date = ?, next_due = ? WHERE id = ?",
        [(*rows.next_of(made.next_), s.id) for s, made in plans if made.pause is None],
    )
    await write_bags(tx, [(s.id, s.bag, made.bag) for s, made in plans if made.post is not None])
