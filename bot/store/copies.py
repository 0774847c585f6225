"""The store from outside: looked at, copied while the bot runs, and put back.

SQLite's docs (lang_vacuum): VACUUM INTO writes what one reader sees, so those who write go on meanwhile. A copy is
marked as one: see the migration `copied`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import StoreBusyError, StoreError
from bot.store import migrate
from bot.store.sqlite import BUSY_TIMEOUT_MS, SqliteDatabase, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator


class Condition(NamedTuple):
    """How a store is.

    `size` in bytes, with its write-ahead log; `schema` is the number of its last migration, of which this program has
    `known`; `schedules` is how many daily quotes are set up.
    """

    size: int
    schema: int
    known: int
    schedules: int


# These are about where the copy is written, not about the store.
_OF_THE_COPY = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
)
_MARK = "INSERT INTO copied (only, continued_at) VALUES (1, NULL) ON CONFLICT (only) DO UPDATE SET continued_at = NULL"
# How each database of SQLite's begins (its docs, fileformat).
_MAGIC = b"SQLite format 3\0"
# Beside a database of SQLite's, what belongs to it.
_BESIDE = ("-wal", "-shm", "-journal")


def examine(path: Path, *, to_write: bool = True) -> Condition | None:
    """Return how the store at `path` is, None where there is none yet. Nothing in it is changed.

    `to_write`: whether it must be possible to write to it just now. Raises StoreError, in words that say what to do,
    for one that can't be used: damaged, another program's, from a newer version, read-only, or held by another program
    for longer than a statement would wait.
    """
    with in_words(path):
        if not path.exists():
            return None
        migrate.look_at(path)
        with _opened(path) as connection:
            if to_write:
                # To hold the lock for a moment is the only way to know that it can be had.
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            schema = _count(connection, "SELECT max(number) FROM migration", "migration")
            schedules = _count(connection, "SELECT count(*) FROM schedule", "schedule")
        log = path.with_name(f"{path.name}-wal")
        size = path.stat().st_size + (log.stat().st_size if log.exists() else 0)
        return Condition(size, schema, len(migrate.migrations()), schedules)


def backup(path: Path, file: Path) -> Condition:
    """Copy the store at `path`, as it is at one instant, to a new `file`, and return how the copy is.

    The bot may run meanwhile. The file has its name only once it is whole. Raises StoreError in words that say what to
    do, and leaves nothing behind then.
    """
    if examine(path, to_write=False) is None:
        raise StoreError(f"DATABASE_PATH {path} isn't there, so there is nothing to back up")
    try:
        if file.exists():
            raise StoreError(f"{file} is there already: name a new file")
        with _part(file) as part:
            _copy(path, part, file)
            condition = _checked(part, file)
            _flush(part)
            part.rename(file)
    except OSError as error:
        raise StoreError(f"{file} can't be written: {error.strerror}") from error
    return condition


def _copy(path: Path, part: Path, file: Path) -> None:
    """Copy the store to `part`, which becomes `file`, and mark it as a copy."""
    with in_words(path), _opened(path) as connection:
        try:
            connection.execute("VACUUM INTO ?", (str(part),))
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _OF_THE_COPY:
                raise
            raise StoreError(f"{file} can't be written ({error}): check its folder and the space there") from None
    with _about(part, file), _opened(part) as connection:
        # One made by an older version has no place for the mark; it gets one when it is restored.
        if _has(connection, "copied"):
            connection.execute(_MARK)


async def restore(file: Path, path: Path) -> Path | None:
    """Put a copy of `file` in the place of the store at `path`, and return where the old one is kept, if there was one.

    The copy is checked whole, and brought to this program's schema, before anything is replaced. Raises StoreError in
    words that say what to do where the file can't be used or a bot still runs on the store; all is as it was then.
    """
    if not file.is_file():
        raise StoreError(f"{file} isn't there, or isn't a file")
    if path.exists() and file.samefile(path):
        raise StoreError(f"{file} is the database itself: name a backup of it")
    with in_words(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _part(path) as part:
            # With what belongs to it, should it be a copy that was made by hand.
            for end in ("", "-wal"):
                if (source := Path(f"{file}{end}")).exists():
                    await asyncio.to_thread(shutil.copyfile, source, Path(f"{part}{end}"))
            await asyncio.to_thread(_checked, part, file)
            async with await SqliteDatabase.open(part) as database, database.transaction() as tx:
                await tx.execute(_MARK)
            _like(part, path)
            _flush(part)
            return await asyncio.to_thread(_replace, path, part)


def _checked(part: Path, file: Path) -> Condition:
    """Return how a copy is. Raises StoreError where it is unfit, in words about the `file` that it is of or becomes."""
    with _about(part, file):
        with _opened(part) as connection:
            sound = connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
        condition = examine(part, to_write=False)
        if not sound or condition is None:
            raise StoreError(f"DATABASE_PATH {part} {migrate.DAMAGED}")
        if not condition.schema:
            raise StoreError(f"DATABASE_PATH {part} isn't a Canonkeeper database")
        return condition


@contextlib.contextmanager
def _about(part: Path, file: Path) -> Iterator[None]:
    """Say of `file` what is wrong with its copy `part`, without the advice, which is for a store in its place."""
    try:
        with in_words(part):
            yield
    except StoreError as error:
        reason = str(error).removeprefix(f"DATABASE_PATH {part} ").partition(";")[0]
        raise StoreError(f"{file} {reason}, so nothing was changed") from error


def _replace(path: Path, part: Path) -> Path | None:
    """Put `part` in the place of the store, which is kept beside it; return where."""
    old = [each for end in ("", *_BESIDE) if (each := Path(f"{path}{end}")).exists()]
    if path in old:
        _fold(path)
        old = [each for each in old if each.exists()]
    names = (f"{path}.before-restore-{number}" for number in itertools.count(1))
    kept = next(name for name in names if not Path(name).exists())
    # The log first: beside another file it would be taken for that one's.
    for each in reversed(old):
        each.rename(f"{kept}{str(each).removeprefix(str(path))}")
    part.rename(path)
    return Path(kept) if path in old else None


def _fold(path: Path) -> None:
    """Write the store's log into its file. Raises StoreError where a program has the store open.

    SQLite's docs (wal): to leave WAL mode, a connection has to be the only one.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return  # SQLite would delete the log of what is no database.
    try:
        with _opened(path, wait_ms=1_000) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise StoreBusyError(
                f"DATABASE_PATH {path} is in use, so nothing was changed: stop the bot, and restore again"
            ) from None
        # What is damaged is moved aside as it is.
        if code not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise


@contextlib.contextmanager
def _part(file: Path) -> Iterator[Path]:
    """Yield a name beside `file` for what is to become it; whatever is left there at the end is deleted."""
    part = file.with_name(f".canonkeeper-{os.getpid()}.part")
    if not file.parent.is_dir():
        raise StoreError(f"{file.parent} isn't a folder: make it first, or name a file in another one")
    try:
        yield part
    finally:
        for end in ("", *_BESIDE):
            Path(f"{part}{end}").unlink(missing_ok=True)


def _like(part: Path, path: Path) -> None:
    """Let those use the copy who may use the store: whoever restores may be another user than the bot's."""
    of = path if path.exists() else path.parent
    found = of.stat()
    if of == path:
        part.chmod(found.st_mode & 0o777)
    # Only an administrator may give files away; whoever else restores is the bot's user, or its group's.
    with contextlib.suppress(PermissionError, AttributeError):
        os.chown(part, found.st_uid, found.st_gid)


def _flush(part: Path) -> None:
    """Have what was written on the disk before it gets its name."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def _opened(path: Path, wait_ms: int = BUSY_TIMEOUT_MS) -> Iterator[sqlite3.Connection]:
    """Open a file that is there, for statements that begin and end transactions themselves."""
    address = f"{path.absolute().as_uri()}?mode=rw"
    with contextlib.closing(
        sqlite3.connect(address, uri=True, isolation_level=None, timeout=wait_ms / 1000)
    ) as connection:
        yield connection


def _count(connection: sqlite3.Connection, query: str, table: str) -> int:
    """Return a number, 0 where a store is too old to have the table, or empty."""
    return int(connection.execute(query).fetchone()[0] or 0) if _has(connection, table) else 0


def _has(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone() is not None
