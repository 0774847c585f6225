"""One SQLite file: opening it with care, and transactions that cannot interleave.

SQLite's docs (https://sqlite.org/wal.html, /pragma.html): WAL lets readers go on beside one writer;
`synchronous=NORMAL` keeps a WAL database whole over a crash of the program, and `FULL` also over a loss
of power, which a ledger of deliveries wants.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any, Self

import aiosqlite

from bot.domain.errors import StoreError
from bot.store import migrate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path


# How long a statement waits for another process's write, in milliseconds, before it is reported as locked.
BUSY_TIMEOUT_MS = 5_000


class Transaction:
    """The statements of one transaction; handed out by `Database.transaction`."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> aiosqlite.Cursor:
        """Run one statement; the cursor tells `rowcount` and `lastrowid`."""
        return await self._connection.execute(sql, parameters)

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any] | Mapping[str, Any]]) -> int:
        """Run the statement for each row and return how many rows it changed."""
        cursor = await self._connection.executemany(sql, rows)
        return cursor.rowcount

    async def fetch_all(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query (or of a statement with RETURNING)."""
        return list(await self._connection.execute_fetchall(sql, parameters))

    async def fetch_one(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Row | None:
        """Return the first row, or None."""
        rows = await self.fetch_all(sql, parameters)
        return rows[0] if rows else None


class Database:
    """A connection to the store: one writer at a time, reads in between its transactions.

    A second connection serves reads, so that a search never waits for a write and never sees half of one.
    """

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader
        self._lock = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Self:
        """Open (or make) the database at `path` and bring it to this program's schema.

        Raises StoreError, in one line that says what to do, when the file is locked, read-only, corrupt,
        or from a newer program; it is left untouched then.
        """
        with _in_words(path):
            await asyncio.to_thread(_make_folder, path)
            await migrate.inspect(path)
            writer = await _connect(path, busy_timeout_ms)
            try:
                await migrate.apply(writer, path)
                reader = await _connect(path, busy_timeout_ms)
            except BaseException:
                await writer.close()
                raise
        return cls(path, writer, reader)

    async def close(self) -> None:
        """Close both connections; SQLite folds the write-ahead log into the file."""
        await self._reader.close()
        await self._writer.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Hold the write lock for a block: committed at its end, rolled back when it raises.

        `BEGIN IMMEDIATE` takes the lock at once (SQLite's docs, lang_transaction), so a transaction that
        reads first cannot fail halfway because another process wrote in between.
        """
        async with self._lock:
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                yield Transaction(self._writer)
                await self._writer.commit()
            except BaseException:
                # Also where BEGIN or COMMIT was cancelled or failed (a deferred foreign key speaks up at COMMIT):
                # the connection's thread works in order, so no transaction is open after this.
                await asyncio.shield(self._writer.rollback())
                raise

    def in_words(self) -> contextlib.AbstractContextManager[None]:
        """Return a block in which what SQLite raises becomes StoreError, for the person who hosts the bot."""
        return _in_words(self._path)

    async def fetch_all(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """Return all rows of a read; it sees every transaction that was committed before."""
        return list(await self._reader.execute_fetchall(sql, parameters))

    async def fetch_one(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Row | None:
        """Return the first row of a read, or None."""
        rows = await self.fetch_all(sql, parameters)
        return rows[0] if rows else None


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise StoreError(f"DATABASE_PATH {path} cannot be used: {path.parent} is not a folder") from None


async def _connect(path: Path, busy_timeout_ms: int) -> aiosqlite.Connection:
    # isolation_level=None: transactions begin and end only where this module says so.
    connection = await aiosqlite.connect(path, isolation_level=None, timeout=busy_timeout_ms / 1000)
    try:
        connection.row_factory = sqlite3.Row
        await connection.execute("PRAGMA journal_mode = WAL")
        await connection.execute("PRAGMA synchronous = FULL")
        await connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        await connection.close()
        raise
    return connection


@contextlib.contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system say into one line for the person who hosts the bot."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise StoreError(_reason(path, error)) from error
    except OSError as error:
        raise StoreError(f"DATABASE_PATH {path} cannot be used: {error.strerror or error}") from error


def _reason(path: Path, error: sqlite3.DatabaseError) -> str:
    # The low byte of an extended result code is its primary code (SQLite's docs, rescode.html).
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    reasons = {
        sqlite3.SQLITE_BUSY: "is in use by another program; stop that one, or wait, and start again",
        sqlite3.SQLITE_LOCKED: "is in use by another program; stop that one, or wait, and start again",
        sqlite3.SQLITE_READONLY: migrate.READ_ONLY,
        sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists and may be written to",
        sqlite3.SQLITE_FULL: "cannot grow: the disk is full; make room and start again",
        sqlite3.SQLITE_NOTADB: "is not a SQLite database; move it away, or name another file",
        sqlite3.SQLITE_CORRUPT: migrate.DAMAGED,
    }
    return f"DATABASE_PATH {path} {reasons.get(code, f'cannot be used: {error}')}"
