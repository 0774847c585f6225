"""Numbered plain SQL migrations, each committed together with its own record."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import aiosqlite

from bot.domain.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
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


def migrations() -> tuple[Migration, ...]:
    """Return the program's migrations in order.

    Raises StoreError when their numbers leave a gap: a file is missing from the installation.
    """
    found = []
    for file in resources.files("bot.store").joinpath("migrations").iterdir():
        if match := _NAME.match(file.name):
            sql = file.read_text(encoding="utf-8")
            found.append(Migration(int(match[1]), file.name, sql, hashlib.sha256(sql.encode()).hexdigest()))
    found.sort()
    if [step.number for step in found] != list(range(1, len(found) + 1)):
        raise StoreError("the migrations of this installation have a gap in their numbers; install it anew")
    return tuple(found)


async def inspect(path: Path) -> None:
    """Refuse a database that this program must not touch, before anything is written to it.

    Raises StoreError for one from a newer program or with an edited migration, and lets
    sqlite3.DatabaseError through for one that is locked, corrupt or no database.
    """
    if not path.exists() or path.stat().st_size == 0:
        return
    async with aiosqlite.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True) as connection:
        _refuse_unknown(path, await _applied(connection))


async def apply(connection: aiosqlite.Connection, path: Path) -> None:
    """Run the migrations that `path` lacks, each in a transaction with its own record."""
    await connection.execute(_RECORD)
    for step in migrations():
        await connection.execute("BEGIN IMMEDIATE")
        try:
            # Read again under the lock: another process may have run the step meanwhile.
            applied = await _applied(connection)
            _refuse_unknown(path, applied)
            if step.number not in applied:
                for statement in _statements(step.sql):
                    await connection.execute(statement)
                await connection.execute(
                    "INSERT INTO migration (number, name, sha256) VALUES (?, ?, ?)",
                    (step.number, step.name, step.sha256),
                )
        except BaseException:
            await connection.rollback()
            raise
        await connection.commit()


async def _applied(connection: aiosqlite.Connection) -> dict[int, str]:
    known = await connection.execute_fetchall("SELECT 1 FROM sqlite_schema WHERE name = 'migration'")
    if not list(known):
        return {}
    rows = await connection.execute_fetchall("SELECT number, sha256 FROM migration")
    return {int(number): str(sha256) for number, sha256 in rows}


def _refuse_unknown(path: Path, applied: dict[int, str]) -> None:
    known = {step.number: step for step in migrations()}
    if newer := applied.keys() - known.keys():
        raise StoreError(
            f"DATABASE_PATH {path} comes from a newer Canonkeeper (schema {max(newer)}, this program knows "
            f"{len(known)}); update the program, or name another file"
        )
    if edited := [known[number].name for number, sha256 in applied.items() if known[number].sha256 != sha256]:
        raise StoreError(
            f"DATABASE_PATH {path} was made with another text of {edited[0]}; "
            "install the version that made it, or name another file"
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
