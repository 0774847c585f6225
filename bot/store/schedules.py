"""The schedules of servers: made, changed, paused and removed by moderators."""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.domain.daily import bag
from bot.domain.daily.model import Pause
from bot.domain.daily.rule import EVERY_DAY, Rule
from bot.domain.errors import CanonkeeperError
from bot.store import daily_rows as rows
from bot.store import notices
from bot.store.bags import write_bags

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Callable, Collection, Iterable

    from bot.domain.daily.model import Place, Schedule, Wish
    from bot.domain.daily.rule import Occurrence
    from bot.store.database import Database, Transaction

# The lowest number that the server does not use yet, so that numbers stay short.
_ADD = """
INSERT INTO schedule (guild, number, channel, place, minute, days, zone, about, role, style, publish, thread, seed,
                      next_date, next_due)
SELECT :guild, (SELECT min(candidate.number) FROM (SELECT 1 AS number UNION ALL
                SELECT number + 1 FROM schedule WHERE guild = :guild) AS candidate
                WHERE candidate.number NOT IN (SELECT number FROM schedule WHERE guild = :guild)),
       :channel, :place, :minute, :days, :zone, :about, :role, :style, :publish, :thread, :seed, :next_date, :next_due
WHERE (SELECT count(*) FROM schedule WHERE guild = :guild) < :limit
"""
_CHANGE = """
UPDATE schedule SET channel_name = iif(channel IS :channel, channel_name, NULL), channel = :channel, place = :place,
       minute = :minute, days = :days, zone = :zone, about = :about,
       unmentioned = iif(role IS :role, unmentioned, NULL), role = :role,
       style = :style, publish = :publish, thread = :thread
WHERE id = :id
"""
_EQUAL = """
SELECT number FROM schedule WHERE guild = :guild AND channel = :channel AND minute = :minute
AND days = :days AND zone = :zone AND about IS :about
"""
# Equal plans are looked at and moved together, zone by zone: a start checks those of 100,000 schedules in about a
# second, and Python keeps only a few zones at hand (PEP 615).
_PLANNED = "SELECT DISTINCT zone, minute, next_date, next_due FROM schedule WHERE next_due > ? ORDER BY zone"
_MOVE = "UPDATE schedule SET next_due = ? WHERE zone = ? AND minute = ? AND next_date = ? AND next_due = ?"


# What moderators ask for is stored within so many seconds, or not at all: Discord waits three for an answer.
COMMAND_SECONDS = 1.5


class Drawn(NamedTuple):
    """A quote that was drawn: `mark` is the round in which it was drawn before, `last` what was drawn before it."""

    quote: str
    mark: int | None
    last: str | None


class TooManyError(CanonkeeperError):
    """The server has as many schedules as it may have."""


class EqualError(CanonkeeperError):
    """The server has a schedule that posts the same; `number` is its number."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"schedule {number} is equal")


class Schedules:
    """Schedules by server. Chance and time are passed in.

    What moderators ask for (`add`, `change`, `drop_next`, `pause`, `resume`, `remove`) is done within COMMAND_SECONDS
    once the store is asked, or sqlite3.OperationalError is raised and nothing was done.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def _command(self) -> contextlib.AbstractAsyncContextManager[Transaction]:
        return self._database.transaction(COMMAND_SECONDS)

    async def add(self, wish: Wish, seed: int, first: Occurrence, limit: int) -> Schedule:
        """Store a new schedule whose first post is `first`, and return it.

        Raises EqualError, or TooManyError when the server has `limit` schedules.
        """
        next_date, next_due = rows.next_of(first)
        values = rows.wish_columns(wish) | {"seed": seed, "next_date": next_date, "next_due": next_due}
        async with self._command() as tx:
            await _refuse_equal(tx, wish)
            cursor = await tx.execute(_ADD, values | {"limit": limit})
            if cursor.rowcount == 0:
                raise TooManyError(f"a server has at most {limit} schedules")
            row = await tx.fetch_one(f"{rows.SCHEDULE} WHERE id = ?", (cursor.lastrowid,))
        return rows.schedule(_present(row))

    async def of_guild(self, guild: int) -> list[Schedule]:
        """Return the server's schedules by number. Raises FileLostError when the store's file is lost."""
        self._database.check_file()
        found = await self._database.fetch_all(f"{rows.SCHEDULE} WHERE guild = ? ORDER BY number", (guild,))
        return [rows.schedule(row) for row in found]

    async def get(self, schedule_id: int) -> Schedule | None:
        """Return one schedule, or None when it was removed."""
        row = await self._database.fetch_one(f"{rows.SCHEDULE} WHERE id = ?", (schedule_id,))
        return rows.schedule(row) if row else None

    async def change(
        self, schedule_id: int, wish: Wish, next_of: Callable[[Schedule], Occurrence], *, resume: bool = False
    ) -> Schedule | None:
        """Give a schedule other fields and return it; its bag stays. None when it was removed.

        Unless it is paused, a new rule of time brings the next post that `next_of` says; with `resume`, a pause that
        the bot made ends. Raises EqualError when another one posts the same.
        """
        async with self._command() as tx:
            await _refuse_equal(tx, wish, but=schedule_id)
            # Read here: the poster may have claimed a date since the caller looked.
            before = await _one(tx, schedule_id)
            await tx.execute(_CHANGE, rows.wish_columns(wish) | {"id": schedule_id})
            ours = before is not None and before.paused not in {None, Pause.MODERATOR, Pause.LEFT}
            if ours and resume:
                await _forget_trouble(tx, schedule_id)
            if before is not None and ((ours and resume) or (before.paused is None and before.wish.rule != wish.rule)):
                await _set_next(tx, msgspec.structs.replace(before, wish=wish), next_of)
            return await _one(tx, schedule_id)

    async def drop_next(
        self, schedule_id: int, matching: Collection[str], shown: str | None = None
    ) -> tuple[str, Schedule] | None:
        """Drop the quote that would come next, unless it is another than `shown`.

        Returns the id of that quote, dropped or not, and the schedule after it; None when the schedule is gone.
        """
        async with self._command() as tx:
            schedule = await _one(tx, schedule_id)
            if schedule is None:
                return None
            coming, after = bag.drop(schedule.bag, matching)
            if shown in {None, coming}:
                await write_bags(tx, [(schedule_id, schedule.bag, after)])
                schedule = msgspec.structs.replace(schedule, bag=after)
        return coming, schedule

    async def draw_next(self, schedule_id: int, matching: Collection[str]) -> Drawn | None:
        """Take the quote that would come next out of the bag, as if it were posted; None when the schedule is gone."""
        async with self._command() as tx:
            schedule = await _one(tx, schedule_id)
            if schedule is None:
                return None
            quote, after = bag.draw(schedule.bag, matching)
            await write_bags(tx, [(schedule_id, schedule.bag, after)])
        return Drawn(quote, schedule.bag.drawn.get(quote), schedule.bag.last)

    async def put_back(self, schedule_id: int, drawn: Drawn) -> None:
        """Put a quote that was drawn and not posted back into the bag."""
        async with self._command() as tx:
            schedule = await _one(tx, schedule_id)
            if schedule is not None:
                after = bag.put_back(schedule.bag, drawn.quote, drawn.mark, drawn.last, [])
                await write_bags(tx, [(schedule_id, schedule.bag, after)])

    async def pause(self, schedule_id: int, reason: Pause) -> None:
        """Pause one schedule, as its moderator asked."""
        async with self._command() as tx:
            await pause(tx, [(schedule_id, reason)])

    async def resume(
        self, schedule_id: int, next_of: Callable[[Schedule], Occurrence], place: Place | None = None
    ) -> Schedule | None:
        """Let a paused schedule post again, when `next_of` says, and return it; None when it was removed.

        `place` is of what kind its channel is now, None where that is as it was. A notice that is still owed is
        dropped.
        """
        async with self._command() as tx:
            schedule = await _one(tx, schedule_id)
            if schedule is None:
                return None
            if place is not None:
                await tx.execute("UPDATE schedule SET place = ? WHERE id = ?", (place.value, schedule_id))
            await _set_next(tx, schedule, next_of)
            await _forget_trouble(tx, schedule_id)
            return await _one(tx, schedule_id)

    async def replan(self, now: dt.datetime, instant_of: Callable[[Rule, dt.date], dt.datetime | None]) -> int:
        """Move what is planned after `now` to the instant that `instant_of` says; return how many posts it were.

        What is due already stays due, and where `instant_of` returns None nothing is changed. The weekdays of the
        rule that it is given are those of every day.
        """
        found = await self._database.fetch_all(_PLANNED, (rows.to_ms(now),))
        moved = []
        for zone, minute, date, due in found:
            instant = instant_of(Rule(minute, EVERY_DAY, zone), dt.date.fromisoformat(date))
            if instant is not None and rows.to_ms(instant) != due:
                moved.append((rows.to_ms(instant), zone, minute, date, due))
        if not moved:
            return 0
        async with self._database.transaction() as tx:
            return await tx.executemany(_MOVE, moved)

    async def remove(self, schedule_id: int) -> None:
        """Delete a schedule with all that belongs to it."""
        async with self._command() as tx:
            await tx.execute("DELETE FROM schedule WHERE id = ?", (schedule_id,))

    async def pause_channel(self, channel: int, reason: Pause, now: dt.datetime, name: str | None = None) -> int:
        """Pause what posts to a channel, owe the moderators a notice, and return how many it were.

        `name` is what the channel was called, to tell of it.
        """
        async with self._database.transaction() as tx:
            await tx.execute("UPDATE schedule SET channel_name = ? WHERE channel = ?", (name, channel))
            found = await tx.fetch_all("SELECT id FROM schedule WHERE channel = ? AND paused IS NULL", (channel,))
            await pause(tx, [(row["id"], reason) for row in found])
            await notices.owe(tx, [row["id"] for row in found], now)
        return len(found)


async def pause(tx: Transaction, reasons: Iterable[tuple[int, Pause]]) -> None:
    """Pause schedules within a transaction, each with its reason; those paused already keep theirs."""
    await tx.executemany(
        "UPDATE schedule SET paused = ?, next_date = NULL, next_due = NULL WHERE id = ? AND paused IS NULL",
        [(reason.value, schedule_id) for schedule_id, reason in reasons],
    )


async def _forget_trouble(tx: Transaction, schedule_id: int) -> None:
    """Owe no notice of what was, and tell anew of what comes."""
    await tx.execute("DELETE FROM notice WHERE schedule = ?", (schedule_id,))
    await tx.execute("DELETE FROM told WHERE schedule = ?", (schedule_id,))


async def _one(tx: Transaction, schedule_id: int) -> Schedule | None:
    row = await tx.fetch_one(f"{rows.SCHEDULE} WHERE id = ?", (schedule_id,))
    return rows.schedule(row) if row else None


async def _set_next(tx: Transaction, schedule: Schedule, next_of: Callable[[Schedule], Occurrence]) -> None:
    await tx.execute(
        "UPDATE schedule SET paused = NULL, next_date = ?, next_due = ? WHERE id = ?",
        (*rows.next_of(next_of(schedule)), schedule.id),
    )


async def _refuse_equal(tx: Transaction, wish: Wish, but: int = 0) -> None:
    row = await tx.fetch_one(f"{_EQUAL} AND id != :but", rows.wish_columns(wish) | {"but": but})
    if row is not None:
        raise EqualError(row["number"])


def _present(row: sqlite3.Row | None) -> sqlite3.Row:
    if row is None:
        raise sqlite3.DatabaseError("a row that was written in this transaction is gone")
    return row
