"""Numbered plain SQL migrations, each committed together with its own record."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import sqlite3
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import aiosqlite

_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
_KNOWN = "SELECT 1 FROM sqlite_schema WHERE name = 'migration'"
_APPLIED = "SELECT number, sha256 FROM migration"
_OBJECTS = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'migration'"
DAMAGED = "is damaged; restore a copy, or recover it with the sqlite3 program's .recover"
READ_ONLY = "is read-only; let this user write to it and to its folder"
_RECORD = """
CREATE TABLE IF NOT EXISTS migration (
    number  INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    sha256  TEXT NOT NULL
) STRICT
"""


class Migration(NamedTuple):
    """One step of the schema; `sha256` is over its text, so that an edited step is noticed."""

    number: int
    name: str
    sql: str
    sha256: str


# PostgreSQL came when SQLite had so many migrations: its first one makes all that there was by then.
_BASELINE = {"sqlite": 1, "postgres": 13}


def migrations(engine: str = "sqlite") -> tuple[Migration, ...]:
    """Return the program's migrations for an engine in order; they have the same numbers on each.

    Raises StoreError when their numbers leave a gap: a file is missing from the installation.
    """
    found = []
    for file in resources.files("bot.store").joinpath("migrations", engine).iterdir():
        if match := _NAME.match(file.name):
            sql = file.read_text(encoding="utf-8")
            found.append(Migration(int(match[1]), file.name, sql, hashlib.sha256(sql.encode()).hexdigest()))
    found.sort()
    first = _BASELINE[engine]
    if [step.number for step in found] != list(range(first, first + len(found))):
        raise StoreError("this installation's migrations have a gap in their numbers; reinstall it")
    return tuple(found)


async def inspect(path: Path) -> None:
    """Refuse a database that this program must not touch, before anything is written to it.

    Raises StoreError for one that is damaged, from a newer program, another program's, or with an edited
    migration, and lets sqlite3.Error through for one that is locked or no database.
    """
    await asyncio.to_thread(look_at, path)


def look_at(path: Path) -> None:
    """Do what `inspect` does, in the calling thread."""
    if path.is_dir():
        raise StoreError(f"DATABASE_PATH {path} is a folder; name a file in it")
    # SQLite itself would open it for reading, and say so only at the first write.
    if path.exists() and not os.access(path, os.W_OK):
        raise StoreError(f"DATABASE_PATH {path} {READ_ONLY}")
    if path.exists() and path.stat().st_size:
        # Not through aiosqlite: its thread speaks up when a connection fails and the event loop is gone by then.
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            _refuse(path, connection)
    # Whether it can be opened for writing at all.
    sqlite3.connect(path).close()


def _refuse(path: Path, connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
        raise StoreError(f"DATABASE_PATH {path} {DAMAGED}")
    if connection.execute(_KNOWN).fetchone():
        applied = dict(connection.execute(_APPLIED).fetchall())
        refuse_unknown(f"DATABASE_PATH {path}", applied)
        if lacking := _schema(applied) - set(connection.execute(_OBJECTS).fetchall()):
            raise StoreError(
                f"DATABASE_PATH {path} isn't as Canonkeeper made it (its {min(lacking)[0]} is missing or different); "
                f"restore a copy, or name another file"
            )
    elif connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        raise StoreError(f"DATABASE_PATH {path} is another program's database; name another file")


def _schema(applied: Iterable[int]) -> set[tuple[str, str]]:
    """Return the objects that the applied migrations make, as SQLite writes them down: (name, SQL)."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute(_RECORD)
        for step in migrations():
            if step.number in applied:
                connection.executescript(step.sql)
        return set(connection.execute(_OBJECTS).fetchall())


async def apply(connection: aiosqlite.Connection, path: Path) -> None:
    """Run the migrations that `path` lacks, each in a transaction with its own record."""
    await connection.execute(_RECORD)
    for step in migrations():
        try:
            await connection.execute("BEGIN IMMEDIATE")
            # Read again under the lock: another process may have run the step meanwhile.
            applied = await _applied(connection)
            refuse_unknown(f"DATABASE_PATH {path}", applied)
            if step.number not in applied:
                for statement in _statements(step.sql):
                    await connection.execute(statement)
                await connection.execute(
                    "INSERT INTO migration (number, name, sha256) VALUES (?, ?, ?)",
                    (step.number, step.name, step.sha256),
                )
            await connection.commit()
        except BaseException:
            await connection.rollback()
            raise


async def _applied(connection: aiosqlite.Connection) -> dict[int, str]:
    rows = await connection.execute_fetchall(_APPLIED)
    return {int(number): str(sha256) for number, sha256 in rows}


def refuse_unknown(place: str, applied: dict[int, str], engine: str = "sqlite") -> None:
    """Raise StoreError for a database with migrations that this program lacks, or has otherwise; `place` names it."""
    known = {step.number: step for step in (migrations() if engine == "sqlite" else migrations(engine))}
    if newer := applied.keys() - known.keys():
        raise StoreError(
            f"{place} comes from a newer Canonkeeper (schema {max(newer)}, this program knows {max(known)}); "
            f"update the program, or name another {'file' if engine == 'sqlite' else 'database'}"
        )
    if edited := [known[number].name for number, sha256 in applied.items() if known[number].sha256 != sha256]:
        raise StoreError(
            f"{place} was made with a different {edited[0]}; "
            f"install the version that made it, or name another {'file' if engine == 'sqlite' else 'database'}"
        )


def _statements(script: str) -> list[str]:
    """Return the statements of a script; sqlite3.complete_statement knows where a trigger ends."""
    found, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found
