"""Which engine holds the store, by where it is; and moving a store from one to another."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bot.errors import StoreError
from bot.settings import Secret
from bot.store.database import TABLES
from bot.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from types import ModuleType

    from bot.store.database import Database, Row, Transaction

_PAGE = 1_000


def place_of(text: str) -> Path | Secret:
    """Return where a store is, as it is typed: a file's path, or a database's address, which holds a password."""
    return Secret(text) if "://" in text else Path(text)


async def opened(place: Path | Secret) -> Database:
    """Open the store at a file's path, or at the address of a PostgreSQL database, and make or complete its tables.

    Raises StoreError in words that say what to do.
    """
    if isinstance(place, Path):
        return await SqliteDatabase.open(place)
    database: Database = await postgres().PostgresDatabase.open(place.reveal())
    return database


def postgres() -> ModuleType:
    """Return PostgreSQL's engine, which is loaded only where it is wanted. Raises StoreError where it can't be had."""
    if sys.platform == "win32":
        # psycopg and subprocesses want different event loops there (its docs, Asynchronous operations).
        raise StoreError("DATABASE_URL works on Linux and macOS: on Windows, run the bot in a container, or use a file")
    try:
        from bot.store import postgres as engine  # noqa: PLC0415 - as above
    except ImportError as error:
        raise StoreError(
            "DATABASE_URL needs the package psycopg: sh requirements/install.sh .venv requirements/postgres.txt"
        ) from error
    return engine


async def move(source: Path | Secret, target: Path | Secret) -> dict[str, int]:
    """Copy a store to another place, of which nothing is there yet; return how many rows each table has.

    While it is copied nobody can write to the original. The copy is compared with it, row by row, before it counts, and
    marked as one: whoever posts from it first looks for what may have been posted from the original since. Raises
    StoreError in words that say what to do; the target is as empty as before then.
    """
    if isinstance(source, Path) and not source.exists():
        raise StoreError(f"{source} isn't there, so there is nothing to move")
    if _same(source, target):
        raise StoreError("that is where it is already: name another place for it")
    async with (
        await opened(source) as old,
        await opened(target) as new,
        old.transaction() as reading,
        new.transaction() as writing,
    ):
        await reading.freeze()
        for table in TABLES:
            if await writing.fetch_one(f"SELECT 1 FROM {table} LIMIT 1"):
                raise StoreError(f"{told(target)} already holds something ({table}): name a new one")
        counts = {table: await _copy(table, reading, writing) for table in TABLES}
        # As of any copy: see the migration `copied`.
        await writing.execute("DELETE FROM copied")
        await writing.execute('INSERT INTO copied ("only", continued_at) VALUES (1, NULL)')
    return counts


def _same(source: Path | Secret, target: Path | Secret) -> bool:
    if isinstance(source, Secret) and isinstance(target, Secret):
        return source.reveal() == target.reveal()
    return isinstance(source, Path) and isinstance(target, Path) and source.resolve() == target.resolve()


def told(place: Path | Secret) -> str:
    """Return how a place is called, without what is secret of it."""
    return str(place) if isinstance(place, Path) else "the PostgreSQL database"


async def _copy(table: str, reading: Transaction, writing: Transaction) -> int:
    """Copy the rows of a table, and return how many they are. Raises StoreError where they aren't the same after it."""
    if "id" in TABLES[table]:
        highest = await reading.fetch_one(f"SELECT max(id) AS id FROM {table}")
        last = max(await reading.last_number(table), (highest["id"] if highest else None) or 0)
        if last:
            await writing.skip_numbers([table], last)
    count = 0
    async for rows in _pages(table, reading):
        names = [*rows[0].keys()]
        placeholders = ", ".join(f":{name}" for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        await writing.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({placeholders})",
            [{name: row[name] for name in names} for row in rows],
        )
        count += len(rows)
    if await _digest(table, reading) != await _digest(table, writing):
        raise StoreError(f"the copy of {table} isn't like the original, so nothing was kept of it: try again")
    return count


async def _pages(table: str, reading: Transaction) -> AsyncIterator[Sequence[Row]]:
    """Yield the rows of a table in the order of its key, as the engine has it, some at a time."""
    key = ", ".join(f'"{name}"' for name in TABLES[table])
    after: list[Any] = []
    while True:
        further = f" WHERE ({key}) > ({', '.join('?' * len(after))})" if after else ""
        rows = await reading.fetch_all(f"SELECT * FROM {table}{further} ORDER BY {key} LIMIT {_PAGE}", after)
        if not rows:
            return
        yield rows
        after = [rows[-1][name] for name in TABLES[table]]


async def _digest(table: str, reading: Transaction) -> tuple[int, int]:
    """Return how many rows a table has, and a number made from them all, in whichever order the engine has them."""
    count = total = 0
    async for rows in _pages(table, reading):
        for row in rows:
            content = msgspec.msgpack.encode(sorted((name, row[name]) for name in row.keys()))  # noqa: SIM118
            total += int.from_bytes(hashlib.sha256(content).digest())
        count += len(rows)
    return count, total % 2**256
