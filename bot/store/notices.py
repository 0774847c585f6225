"""What moderators must be told: which schedules were paused, once, all of a server in one message."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from bot.domain.daily.errand import Again, PausedSchedule, PauseNotice
from bot.domain.daily.model import MentionLoss, Pause, Place, Style, Target
from bot.store import daily_rows as rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable

    from bot.domain.daily.errand import Verdict
    from bot.store.database import Database, Transaction
    from bot.store.worker import Worker

# What is told once is not told again within this time.
ONCE_A = dt.timedelta(days=1)
_NEW = """
FROM schedule WHERE id = :schedule AND NOT EXISTS
(SELECT 1 FROM told WHERE told.schedule = schedule.id AND what = coalesce(paused, unmentioned) AND at > :before)
"""
_OWE = f"""
INSERT INTO notice (schedule, guild, since, lease_until) SELECT id, guild, :at, :at {_NEW}
ON CONFLICT (schedule) DO NOTHING
"""
_TELL = f"""
INSERT INTO told (schedule, what, at) SELECT id, coalesce(paused, unmentioned), :at {_NEW}
AND coalesce(paused, unmentioned) IS NOT NULL ON CONFLICT (schedule, what) DO UPDATE SET at = excluded.at
"""
# For so long it is tried to tell; `/daily list` shows the reason as long as it lasts.
PATIENCE = dt.timedelta(days=1)
_TAKE = """
SELECT notice.*, schedule.number, schedule.channel, schedule.channel_name, schedule.place, schedule.style,
       schedule.role, schedule.paused, schedule.unmentioned
FROM notice JOIN schedule ON schedule.id = notice.schedule
WHERE notice.guild IN (SELECT DISTINCT guild FROM notice WHERE lease_until <= ?
                       AND guild NOT IN (SELECT value FROM json_each(?)) LIMIT ?)
AND notice.lease_until <= ? ORDER BY notice.guild, notice.id
"""
_ASKING = """
UPDATE notice SET asked_at = ? WHERE id IN (SELECT value FROM json_each(?)) AND owner = ? AND lease_until = ?
RETURNING id
"""


async def owe(tx: Transaction, schedules: Iterable[int], now: dt.datetime) -> None:
    """Note within a transaction that the moderators of these schedules are to be told how they stand.

    What they were told within ONCE_A is not told again: it comes and goes.
    """
    of = [{"schedule": schedule, "at": rows.to_ms(now), "before": rows.to_ms(now - ONCE_A)} for schedule in schedules]
    await tx.executemany(_OWE, of)
    await tx.executemany(_TELL, of)


async def take(
    tx: Transaction, worker: Worker, now: dt.datetime, limit: int, busy: Collection[int] = ()
) -> list[PauseNotice]:
    """Lease the notices of up to `limit` servers, none of them `busy`; each is given up PATIENCE after it arose."""
    at = rows.to_ms(now)
    found = await tx.fetch_all(_TAKE, (at, json.dumps([*busy]), limit, at))
    by_guild: dict[int, list[sqlite3.Row]] = {}
    for row in found:
        if _why(row) is not None:
            by_guild.setdefault(row["guild"], []).append(row)
    await tx.executemany(
        "UPDATE notice SET owner = ?, lease_until = ?, tries = tries + 1 WHERE id = ?",
        [(worker.owner, rows.to_ms(now + worker.lease), row["id"]) for row in found],
    )
    return [_errand(guild, group, now + worker.lease) for guild, group in by_guild.items()]


def _errand(guild: int, group: list[sqlite3.Row], lease_until: dt.datetime) -> PauseNotice:
    first = group[0]
    asked = [row["asked_at"] for row in group if row["asked_at"] is not None]
    return PauseNotice(
        id=first["id"],
        target=Target(guild, 0, Place.TEXT),
        nonce=f"dn{first['id']}",
        lease_until=lease_until,
        latest=rows.from_ms(first["since"]) + PATIENCE,
        asked=rows.from_ms(min(asked)) if asked else None,
        tries=max(row["tries"] for row in group) + 1,
        failures=max(row["failures"] for row in group),
        schedules=tuple(
            PausedSchedule(
                row["id"],
                row["number"],
                row["channel"],
                why,
                Place(row["place"]),
                Style(row["style"]),
                row["role"],
                row["channel_name"],
            )
            for row in group
            if (why := _why(row)) is not None
        ),
    )


async def asking(database: Database, worker: Worker, notice: PauseNotice, since: dt.datetime) -> bool:
    """Write that a notice is about to be asked for; False when its lease has passed to another."""
    ids = json.dumps([paused.notice for paused in notice.schedules])
    leased = rows.to_ms(notice.lease_until)
    return bool(await database.write(_ASKING, (rows.to_ms(since), ids, worker.owner, leased)))


def _why(row: sqlite3.Row) -> Pause | MentionLoss | None:
    """Return what there is to tell of a schedule; a pause goes before a mention."""
    if row["paused"] is not None:
        return Pause(row["paused"])
    return MentionLoss(row["unmentioned"]) if row["unmentioned"] is not None else None


async def record(tx: Transaction, worker: Worker, verdicts: Iterable[Verdict]) -> None:
    """Write within a transaction how notices ended: told or given up, they are gone; or they wait."""
    for verdict in verdicts:
        if not isinstance(verdict.errand, PauseNotice):
            continue
        ids = [(paused.notice,) for paused in verdict.errand.schedules]
        if isinstance(verdict, Again):
            leased = rows.to_ms(verdict.errand.lease_until)
            asked = rows.optional_ms(verdict.asked)
            await tx.executemany(
                "UPDATE notice SET lease_until = ?, asked_at = ?, failures = ?, owner = NULL "
                "WHERE id = ? AND owner = ? AND lease_until = ?",
                [(rows.to_ms(verdict.at), asked, verdict.failures, *notice, worker.owner, leased) for notice in ids],
            )
        else:
            await tx.executemany("DELETE FROM notice WHERE id = ?", ids)
