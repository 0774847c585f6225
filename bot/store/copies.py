"""The store from outside: looked at, copied while the bot runs, and put back."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from bot.store import migrate
from bot.store.database import BUSY_TIMEOUT_MS, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Condition(NamedTuple):
    """How a store is.

    `size` in bytes, with its write-ahead log; `schema` is the number of its last migration, of which this program has
    `known`; `schedules` is how many daily quotes are set up.
    """

    size: int
    schema: int
    known: int
    schedules: int


def examine(path: Path) -> Condition | None:
    """Return how the store at `path` is, None where there is none yet. Nothing in it is changed.

    Raises StoreError, in words that say what to do, for one that can't be used: damaged, another program's, from a
    newer version, read-only, or held by another program for longer than a statement would wait.
    """
    with in_words(path):
        if not path.exists():
            return None
        migrate.look_at(path)
        with _opened(path) as connection:
            # To hold the lock for writing for a moment is the only way to know that it can be had.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            schema = _count(connection, "SELECT max(number) FROM migration", "migration")
            schedules = _count(connection, "SELECT count(*) FROM schedule", "schedule")
        log = path.with_name(f"{path.name}-wal")
        size = path.stat().st_size + (log.stat().st_size if log.exists() else 0)
        return Condition(size, schema, len(migrate.migrations()), schedules)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that is there, for statements that begin and end transactions themselves."""
    address = f"{path.absolute().as_uri()}?mode=rw"
    with contextlib.closing(
        sqlite3.connect(address, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
    ) as connection:
        yield connection


def _count(connection: sqlite3.Connection, query: str, table: str) -> int:
    """Return a number, 0 where a store is too old to have the table, or empty."""
    known = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    return int(connection.execute(query).fetchone()[0] or 0) if known else 0
