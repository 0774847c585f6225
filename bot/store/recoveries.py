"""Schedules whose trouble may be over, and what is written when it is."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.domain.daily.model import MentionLoss, Pause
from bot.store import daily_rows as rows
from bot.store import notices

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from bot.domain.daily.model import Schedule
    from bot.domain.daily.rule import Occurrence
    from bot.store.database import Database, Transaction

# A schedule that fails again is begun again after so long, however often its cause seems to come and go.
REST = dt.timedelta(minutes=10)
# What these pauses wait for is no event of Discord's: a moderator, or the server's return.
_NOT_OURS = (Pause.MODERATOR.value, Pause.LEFT.value)
_TROUBLED = """
WHERE paused IS NOT NULL AND paused NOT IN (?, ?)
AND (?3 IS NULL OR guild IN (SELECT value FROM json_each(?3))) ORDER BY guild, id
"""
_MENTIONS = """
SELECT id, guild, channel, role, unmentioned FROM schedule WHERE role IS NOT NULL AND paused IS NULL
AND (?1 IS NULL OR guild IN (SELECT value FROM json_each(?1)))
"""
# The post that the pause stopped: it was refused, so it is surely not there, and is made after all.
_STOPPED = """
SELECT id, date, due FROM delivery WHERE schedule = ? AND state = 'failed' AND reason = ? AND due >= ?
AND date = (SELECT max(date) FROM delivery AS latest WHERE latest.schedule = delivery.schedule)
"""
_LATEST = "SELECT max(date) AS date FROM delivery WHERE schedule = ?"


class Mention(NamedTuple):
    """A schedule that runs and is to mention a role, and why it does not, None where it does."""

    schedule: int
    guild: int
    channel: int
    role: int
    loss: MentionLoss | None


class Recoveries:
    """Ends pauses that the bot made, and keeps which roles are mentioned."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def troubled(self, guilds: Collection[int] | None) -> list[Schedule]:
        """Return what the bot paused itself in these servers, None for all."""
        wanted = _json(guilds)
        found = await self._database.fetch_all(f"{rows.SCHEDULE} {_TROUBLED}", (*_NOT_OURS, wanted))
        return [rows.schedule(row) for row in found]

    async def mentions(self, guilds: Collection[int] | None) -> list[Mention]:
        """Return what runs and is to mention a role in these servers, None for all."""
        wanted = _json(guilds)
        found = await self._database.fetch_all(_MENTIONS, (wanted,))
        return [
            Mention(row["id"], row["guild"], row["channel"], row["role"], _loss(row["unmentioned"])) for row in found
        ]

    async def resume(
        self, paused: Schedule, now: dt.datetime, late_limit: dt.timedelta, next_of: Callable[[Schedule], Occurrence]
    ) -> bool:
        """Let a schedule go on whose pause has lost its cause; return whether it does.

        The post that the pause stopped is made after all where it is not missed by more than `late_limit`; `next_of`
        says what comes else. It does not when it was resumed or edited meanwhile, or went on less than REST ago.
        """
        if paused.paused is None:
            return False
        async with self._database.transaction() as tx:
            row = await tx.fetch_one(f"{rows.SCHEDULE} WHERE id = ?", (paused.id,))
            if row is None or row["paused"] != paused.paused.value:
                return False
            if row["resumed_at"] is not None and now - rows.from_ms(row["resumed_at"]) < REST:
                return False
            schedule = rows.schedule(row)
            stopped = await tx.fetch_one(_STOPPED, (paused.id, paused.paused.value, rows.to_ms(now - late_limit)))
            if stopped is not None:
                await tx.execute("DELETE FROM delivery WHERE id = ?", (stopped["id"],))
                latest = await tx.fetch_one(_LATEST, (paused.id,))
                schedule = msgspec.structs.replace(schedule, last_date=rows.date(latest["date"] if latest else None))
                next_ = (stopped["date"], stopped["due"])
            else:
                next_ = rows.next_of(next_of(schedule))
            last = schedule.last_date.isoformat() if schedule.last_date else None
            await tx.execute(
                "UPDATE schedule SET paused = NULL, next_date = ?, next_due = ?, last_date = ?, resumed_at = ? "
                "WHERE id = ?",
                (*next_, last, rows.to_ms(now), paused.id),
            )
            await _owe_no_more(tx, paused.id, paused.paused)
        return True

    async def note(self, mention: Mention, loss: MentionLoss | None, now: dt.datetime) -> bool:
        """Note why a role is not mentioned, None where it is; return whether that is new.

        The moderators are owed a notice of a loss.
        """
        async with self._database.transaction() as tx:
            cursor = await tx.execute(
                "UPDATE schedule SET unmentioned = ? WHERE id = ? AND role = ? AND unmentioned IS NOT ?",
                (loss, mention.schedule, mention.role, loss),
            )
            if cursor.rowcount and loss is not None:
                await notices.owe(tx, [mention.schedule], now)
            elif cursor.rowcount and mention.loss is not None:
                await _owe_no_more(tx, mention.schedule, mention.loss)
        return bool(cursor.rowcount)


async def _owe_no_more(tx: Transaction, schedule: int, what: Pause | MentionLoss) -> None:
    """Drop a notice that was not told yet: it is over. What was not told is told when it comes again."""
    cursor = await tx.execute("DELETE FROM notice WHERE schedule = ?", (schedule,))
    if cursor.rowcount:
        await tx.execute("DELETE FROM told WHERE schedule = ? AND what = ?", (schedule, what.value))


def _json(guilds: Collection[int] | None) -> str | None:
    return None if guilds is None else json.dumps([*guilds])


def _loss(value: str | None) -> MentionLoss | None:
    return None if value is None else MentionLoss(value)
