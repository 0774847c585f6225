"""One SQLite file: opening it with care, and transactions that cannot interleave.

SQLite's docs (https://sqlite.org/wal.html, /pragma.html): WAL lets readers go on beside one writer;
`synchronous=NORMAL` keeps a WAL database whole over a crash of the program, and `FULL` also over a loss
of power, which a ledger of deliveries wants.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import itertools
import json
import logging
import re
import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

import aiosqlite

from bot.errors import (
    StoreBrokenError,
    StoreBusyError,
    StoreConstraintError,
    StoreError,
    StoreFullError,
    StoreLostError,
    StoreUnavailableError,
)
from bot.store import migrate
from bot.store.database import Database, Transaction, take_turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator

    from bot.store.database import Parameters

_log = logging.getLogger(__name__)

# How long a statement waits for another process's write, in milliseconds, before it is reported as locked.
BUSY_TIMEOUT_MS = 5_000
# How often it is looked whether the store's file is still there, in seconds.
WATCH_SECONDS = 2.0


_Answer = TypeVar("_Answer")

_IN_USE = (StoreBusyError, "is in use by another program; stop that one, or wait, and start again")
# What SQLite's primary result codes (its docs, rescode.html) mean for us, and for whoever hosts the bot. All others are
# mistakes of ours.
_KINDS: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: _IN_USE,
    sqlite3.SQLITE_LOCKED: _IN_USE,
    sqlite3.SQLITE_PROTOCOL: _IN_USE,
    sqlite3.SQLITE_FULL: (StoreFullError, "can't grow: the disk is full; free some space and start again"),
    sqlite3.SQLITE_READONLY: (StoreUnavailableError, migrate.READ_ONLY),
    sqlite3.SQLITE_CANTOPEN: (
        StoreUnavailableError,
        "can't be opened; check that its folder exists and can be written to",
    ),
    sqlite3.SQLITE_IOERR: (StoreUnavailableError, "can't be read or written; check the disk it is on"),
    sqlite3.SQLITE_NOTADB: (StoreBrokenError, "isn't an SQLite database; move it away, or name another file"),
    sqlite3.SQLITE_CORRUPT: (StoreBrokenError, migrate.DAMAGED),
    sqlite3.SQLITE_CONSTRAINT: (StoreConstraintError, "rejected what was to be stored"),
}


def _ours(error: sqlite3.Error, path: Path | None = None) -> StoreError:
    """Return our error for one of SQLite's, in its words; with `path`, in words for whoever hosts the bot."""
    # The low byte of an extended result code is its primary code.
    kind, advice = _KINDS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, (StoreError, f"can't be used: {error}"))
    return kind(str(error) if path is None else f"DATABASE_PATH {path} {advice}")


async def _ask(answer: Awaitable[_Answer]) -> _Answer:
    """Return what SQLite answers. Raises StoreError where it raises an error of its own."""
    try:
        return await answer
    except sqlite3.Error as error:
        raise _ours(error) from error


# A list is given to SQLite as a text in JSON, and read from there.
_LISTS = (
    (re.compile(r"= ANY\((:\w+|\?)\)"), r"IN (SELECT value FROM json_each(\1))"),
    (re.compile(r"<> ALL\((:\w+|\?)\)"), r"NOT IN (SELECT value FROM json_each(\1))"),
)


@lru_cache(maxsize=256)
def _translated(sql: str) -> tuple[str, bool]:
    """Return a statement in SQLite's words, and whether it takes lists."""
    native = sql
    for written, ours in _LISTS:
        native = written.sub(ours, native)
    return native, native != sql


def _native(sql: str, parameters: Parameters) -> tuple[str, Parameters]:
    """Return a statement and the values for its placeholders as SQLite takes them."""
    native, lists = _translated(sql)
    return native, _given(parameters) if lists else parameters


def _given(parameters: Parameters) -> Parameters:
    if isinstance(parameters, Mapping):
        return {name: _value(value) for name, value in parameters.items()}
    return [_value(value) for value in parameters]


def _value(value: object) -> object:
    return json.dumps(value) if isinstance(value, list) else value


class SqliteTransaction(Transaction):
    """A transaction that holds the file's one write lock: no other begins meanwhile, so nothing else is locked."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute(self, sql: str, parameters: Parameters = ()) -> int:
        cursor = await _ask(self._connection.execute(*_native(sql, parameters)))
        return cursor.rowcount

    async def executemany(self, sql: str, rows: Iterable[Parameters]) -> int:
        native, lists = _translated(sql)
        given = [_given(row) for row in rows] if lists else list(rows)
        if not given:
            return 0
        cursor = await _ask(self._connection.executemany(native, given))
        return cursor.rowcount

    async def fetch_all(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        return list(await _ask(self._connection.execute_fetchall(*_native(sql, parameters))))

    async def fetch_free(self, sql: str, parameters: Parameters, of: str) -> list[sqlite3.Row]:  # noqa: ARG002 - as above
        return await self.fetch_all(sql, parameters)

    async def hold(self, table: str, column: str, among: Iterable[Any]) -> None: ...

    async def lock(self, guild: int) -> None: ...

    async def freeze(self) -> None: ...

    async def last_number(self, table: str) -> int:
        row = await self.fetch_one("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        return row["seq"] if row else 0

    async def skip_numbers(self, tables: Iterable[str], count: int) -> None:
        for table in tables:
            await self.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT :table, 0 "
                "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :table)",
                {"table": table},
            )
            await self.execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ?", (count, table))


class SqliteDatabase(Database):
    """A file: one connection writes, one transaction at a time.

    A second connection serves reads, so that a search never waits for a write and never sees half of one.
    """

    # SQLite's docs, lang_datefunc: julianday counts days, of which 2440587.5 were over when 1970 began.
    now = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"

    def __init__(
        self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection, busy_timeout_ms: int
    ) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader
        self._lock = asyncio.Lock()
        self._busy_timeout_ms = self._default_busy_timeout_ms = busy_timeout_ms
        self._watch = FileWatch(path)
        self._loss: Loss | None = None

    @classmethod
    async def open(cls, path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Self:
        """Open (or make) the database at `path` and bring it to this program's schema.

        Raises StoreError, in one line that says what to do, when the file is locked, read-only, corrupt,
        or from a newer program; it is left untouched then.
        """
        with in_words(path):
            await asyncio.to_thread(_make_folder, path)
            await migrate.inspect(path)
            writer = await _connect(path, busy_timeout_ms)
            try:
                await migrate.apply(writer, path)
                reader = await _connect(path, busy_timeout_ms)
            except BaseException:
                await writer.close()
                raise
        return cls(path, writer, reader, busy_timeout_ms)

    async def close(self) -> None:
        """Close both connections; SQLite folds the write-ahead log into the file."""
        await self._reader.close()
        await self._writer.close()

    @contextlib.asynccontextmanager
    async def transaction(self, within: float | None = None) -> AsyncIterator[SqliteTransaction]:
        """Hold the write lock for a block.

        `BEGIN IMMEDIATE` takes the lock at once (SQLite's docs, lang_transaction), so a transaction that
        reads first cannot fail halfway because another process wrote in between.
        """
        loop = asyncio.get_running_loop()
        end = None if within is None else loop.time() + within
        await take_turn(self._lock, end, "writes")
        try:
            await self._wait_at_most(None if end is None else end - loop.time())
            await _ask(self._writer.execute("BEGIN IMMEDIATE"))
            yield SqliteTransaction(self._writer)
            _check_time(end)
            self.check_file()
            await _ask(self._writer.commit())
        except BaseException:
            # Also where BEGIN or COMMIT was cancelled or failed (a deferred foreign key speaks up at COMMIT):
            # the connection's thread works in order, so no transaction is open after this.
            await asyncio.shield(self._roll_back())
            raise
        finally:
            self._lock.release()

    async def _roll_back(self) -> None:
        await _ask(self._writer.rollback())

    async def _wait_at_most(self, seconds: float | None) -> None:
        """Let statements wait so long for another process's write; None for as long as usual."""
        wanted = self._default_busy_timeout_ms if seconds is None else max(int(seconds * 1000), 1)
        if wanted != self._busy_timeout_ms:
            self._busy_timeout_ms = wanted
            await _ask(self._writer.execute(f"PRAGMA busy_timeout = {wanted}"))

    def check_file(self) -> None:
        if loss := self._watch.loss():
            raise StoreLostError(f"the store is lost: {loss}")

    async def watch(self) -> None:
        """Look every WATCH_SECONDS whether the store's file is still there, and say so in the log, until cancelled."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Look whether the store's file is still there; when it no longer is, save what it held, and say what to do."""
        loss, before = await asyncio.to_thread(self._watch.loss), self._loss
        self._loss = loss
        if loss is None and before is not None:
            _log.warning("the database file is back: everything carries on")
        if loss is not None and before is None:
            saved = await self._save()
            keep = f" What it held is saved in {saved}: to carry on with that, move it there." if saved else ""
            others = " and ".join(f"{self._path.name}-{end}" for end in ("wal", "shm"))
            _log.error(
                "%s while I was running. Nothing can be saved, so I post nothing, and no schedule can be changed. "
                "Stop me, put the database I should carry on with at %s, delete %s next to it, and start me again.%s",
                loss,
                self._path,
                others,
                keep,
            )

    async def _save(self) -> Path | None:
        """Save what the lost file holds beside it; None where that cannot be done."""
        free = (Path(f"{self._path}.saved-{number}") for number in itertools.count(1))
        target = next(each for each in free if not each.exists())
        try:
            async with self._lock:
                await _ask(self._writer.execute("VACUUM INTO ?", (str(target),)))
        except StoreError as error:
            _log.error("what the database held couldn't be saved (%s)", error)
            return None
        return target

    async def write(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Run one statement that writes, with a third of a transaction's visits to the connection's thread."""
        async with self._lock:
            await self._wait_at_most(None)
            self.check_file()
            return list(await _ask(self._writer.execute_fetchall(*_native(sql, parameters))))

    @contextlib.asynccontextmanager
    async def erasing(self) -> AsyncIterator[None]:
        """Overwrite what is deleted within the block, and leave none of it in the write-ahead log.

        SQLite's docs (pragma): by default, what is deleted stays in the file until its place is needed. While another
        process reads, the log stays until the next time it is folded into the file, within minutes where a bot runs.
        """
        await self.write("PRAGMA secure_delete = ON")
        try:
            yield
        finally:
            await self.write("PRAGMA secure_delete = OFF")
        await self.write("PRAGMA wal_checkpoint(TRUNCATE)")

    def in_words(self) -> contextlib.AbstractContextManager[None]:
        return in_words(self._path)

    async def fetch_all(
        self,
        sql: str,
        parameters: Parameters = (),
        *,
        within: float | None = None,  # noqa: ARG002 - in WAL mode a reader waits for nobody
    ) -> list[sqlite3.Row]:
        return list(await _ask(self._reader.execute_fetchall(*_native(sql, parameters))))

    async def time(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


def _check_time(end: float | None) -> None:
    """Raise StoreBusyError after `end`, an instant on the event loop's clock."""
    if end is not None and asyncio.get_running_loop().time() > end:
        raise StoreBusyError("writing takes too long")


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise StoreError(f"DATABASE_PATH {path} can't be used: {path.parent} isn't a folder") from None


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
def in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system say into one line for the person who hosts the bot."""
    try:
        yield
    except (sqlite3.Error, StoreError) as error:
        cause = error.__cause__ if isinstance(error, StoreError) else error
        if not isinstance(cause, sqlite3.Error):
            raise
        raise _ours(cause, path) from cause
    except OSError as error:
        raise StoreError(f"DATABASE_PATH {path} can't be used: {error.strerror or error}") from error


class Loss(NamedTuple):
    """A file that is no longer the one that was opened; another one has its place, or (not `replaced`) none has."""

    path: Path
    replaced: bool

    def __str__(self) -> str:
        return f"{self.path} was {'replaced by another file' if self.replaced else 'deleted or moved away'}"


class FileWatch:
    """Knows the store's file and its write-ahead log, as they are when this is made."""

    def __init__(self, path: Path) -> None:
        known = {each: _identity(each) for each in (path, path.with_name(f"{path.name}-wal"))}
        # A file system that gives a file another number each time it is asked tells nothing by it.
        self._known = {each: found for each, found in known.items() if found and found == _identity(each)}

    def loss(self) -> Loss | None:
        """Return the first file that is lost, None while all are there; it costs a look at the file system."""
        for path, known in self._known.items():
            found = _identity(path)
            if found != known:
                return Loss(path, replaced=found is not None)
        return None


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from others, also of its name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
