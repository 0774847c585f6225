"""The bot's store, with its SQL run at once on the event loop, and with every commit told to the oracle.

It stands in for aiosqlite's connection below `bot.store.sqlite.SqliteDatabase`, which is the real one, as is SQLite.
Every call is a point at which the process may be killed: before the statement, or after it and before its caller knows.
What a crash leaves: committed transactions stay, the open one is gone. A loss of power is not simulated.
"""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Any, Protocol

from bot.store.sqlite import BUSY_TIMEOUT_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

_RETRY_SECONDS = 0.25
# What the oracle is told of each transaction, once it is committed.
_SCHEDULE = "id guild channel place about paused zone minute days role style last_date".split()
_DELIVERY = "id schedule date state reason quote message due late".split()


class Host(Protocol):
    """The process that uses the store."""

    dead: bool

    def point(self, name: str) -> None:
        """Be at a point where the process may be killed; raises CancelledError then."""
        ...

    def committed(self, notes: list[tuple[Any, ...]]) -> None:
        """Take what a transaction changed."""
        ...


def _triggers() -> Iterable[str]:
    schedule = ", ".join(f"NEW.{name}" for name in _SCHEDULE)
    delivery = ", ".join(f"NEW.{name}" for name in _DELIVERY)
    said = {
        "schedule": (_SCHEDULE, schedule, "paused, guild, channel, place, about, zone, minute, days, role, style"),
        "delivery": (_DELIVERY, delivery, "state, message, reason"),
    }
    for table, (_, new, fields) in said.items():
        yield f"CREATE TEMP TRIGGER t_{table}_i AFTER INSERT ON {table} BEGIN SELECT note('{table}+', {new}); END"
        yield (
            f"CREATE TEMP TRIGGER t_{table}_u AFTER UPDATE OF {fields} ON {table} "
            f"BEGIN SELECT note('{table}', {new}); END"
        )
        yield f"CREATE TEMP TRIGGER t_{table}_d AFTER DELETE ON {table} BEGIN SELECT note('{table}-', OLD.id); END"


def connect(path: Path, note: Callable[..., None] | None = None) -> sqlite3.Connection:
    """Open the file; `note` is called with each change to a schedule or delivery."""
    db = sqlite3.connect(path, isolation_level=None, timeout=0, cached_statements=512)
    db.row_factory = sqlite3.Row
    for pragma in ("journal_mode = WAL", "synchronous = OFF", "foreign_keys = ON", "temp_store = MEMORY"):
        db.execute(f"PRAGMA {pragma}")
    if note is not None:
        db.create_function("note", -1, note)
        for trigger in _triggers():
            db.execute(trigger)
    return db


class Connection:
    """What Database needs of aiosqlite.Connection."""

    def __init__(self, path: Path, host: Host, *, writes: bool) -> None:
        self._host = host
        self._notes: list[tuple[Any, ...]] = []
        self._patience = BUSY_TIMEOUT_MS / 1000
        self._db = connect(path, (lambda *values: self._notes.append(values)) if writes else None)

    async def _run(self, name: str, work: Callable[..., Any], *args: Any) -> Any:
        self._host.point(f"{name}:before")
        result = await self._unless_busy(work, *args)
        if self._notes and not self._db.in_transaction:
            notes, self._notes = self._notes, []
            self._host.committed(notes)
        self._host.point(f"{name}:after")
        if not self._db.in_transaction or (args and args[0] == "BEGIN IMMEDIATE"):
            # A thread of its own ran it: others had their turn meanwhile. They see nothing of an open transaction.
            await asyncio.sleep(0)
        return result

    async def _unless_busy(self, work: Callable[..., Any], *args: Any) -> Any:
        left = self._patience
        while True:
            try:
                return work(*args)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or left <= 0:
                    raise
            await asyncio.sleep(_RETRY_SECONDS)
            left -= _RETRY_SECONDS
            self._host.point("busy")

    async def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        if sql.startswith("PRAGMA busy_timeout"):
            # SQLite itself never waits here: _unless_busy does.
            self._patience = int(sql.partition("=")[2]) / 1000
            sql = "PRAGMA busy_timeout"
        cursor: sqlite3.Cursor = await self._run("execute", self._db.execute, sql, parameters)
        return cursor

    async def executemany(self, sql: str, rows: Iterable[Any]) -> sqlite3.Cursor:
        """Run a statement for each row."""
        cursor: sqlite3.Cursor = await self._run("executemany", self._db.executemany, sql, list(rows))
        return cursor

    async def execute_fetchall(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """Return the rows of a query."""
        rows: list[sqlite3.Row] = await self._run("fetch", self._fetch, sql, parameters)
        return rows

    def _fetch(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[sqlite3.Row]:
        return self._db.execute(sql, parameters).fetchall()

    async def commit(self) -> None:
        await self._run("commit", self._db.commit)

    async def rollback(self) -> None:
        """Roll back; does nothing outside of a transaction."""
        self._notes.clear()
        await self._run("rollback", self._db.rollback)

    async def close(self) -> None:
        self.cut()

    def cut(self) -> None:
        """Be left as by a crash."""
        self._notes.clear()
        # SQLite keeps a closed connection, and what it holds, for as long as a statement of it is in use.
        self._db.rollback()
        self._db.close()
