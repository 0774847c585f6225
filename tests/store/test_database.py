"""Transactions that cannot interleave, and what is left when one fails."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.errors import (
    StoreBrokenError,
    StoreBusyError,
    StoreConstraintError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
)
from bot.store.sqlite import SqliteDatabase
from tests.support.daily import hurry, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bot.store.database import Database
    from tests.support.postgres import Place

pytestmark = pytest.mark.both_engines

PUT = "INSERT INTO synced_commands (application_id, scope, sha256) VALUES (?, ?, ?)"
ALL = "SELECT application_id FROM synced_commands ORDER BY application_id"


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    async with await opened(place.parent / "folder" / place.name if isinstance(place, Path) else place) as database:
        yield database


async def put(database: Database, *numbers: int) -> None:
    async with database.transaction() as tx:
        for number in numbers:
            await tx.execute(PUT, (number, "global", "x"))
            await asyncio.sleep(0)


async def numbers(database: Database) -> list[int]:
    return [row["application_id"] for row in await database.fetch_all(ALL)]


@pytest.mark.sqlite
@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2)])
async def test_how_the_connections_are_set(tmp_path: Path, pragma: str, value: object) -> None:
    async with await SqliteDatabase.open(tmp_path / "store.sqlite3") as database:
        assert [tuple(row) for row in await database.fetch_all(f"PRAGMA {pragma}")] == [(value,)]
        async with database.transaction() as tx:
            assert [tuple(row) for row in await tx.fetch_all(f"PRAGMA {pragma}")] == [(value,)]


async def test_what_is_committed_is_seen(database: Database) -> None:
    await put(database, 1, 2)
    assert await numbers(database) == [1, 2]


async def test_what_is_not_committed_is_not_seen(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(PUT, (1, "global", "x"))
        assert await numbers(database) == []
        assert len(await tx.fetch_all(ALL)) == 1


async def test_an_error_takes_everything_back(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as tx:
            await tx.execute(PUT, (1, "global", "x"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await numbers(database) == []
    await put(database, 2)
    assert await numbers(database) == [2]


async def test_transactions_do_not_interleave(database: Database) -> None:
    seen: list[str] = []

    async def one(name: str) -> None:
        async with database.transaction() as tx:
            for _ in range(3):
                seen.append(name)
                await tx.fetch_one("SELECT 1")

    await asyncio.gather(*(one(name) for name in "abcd"))
    assert "".join(seen) == "aaabbbcccddd"


@pytest.mark.sqlite
async def test_a_commit_that_fails_leaves_no_transaction_open(database: Database) -> None:
    """A deferred foreign key is looked at when the transaction is committed."""
    await database.write(
        "CREATE TABLE later (schedule INTEGER REFERENCES schedule (id) DEFERRABLE INITIALLY DEFERRED) STRICT"
    )
    with pytest.raises(StoreConstraintError, match="FOREIGN KEY"):
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO later (schedule) VALUES (1)")
    await put(database, 1)
    assert await numbers(database) == [1]


@pytest.mark.parametrize("turns", range(8))
async def test_a_transaction_that_is_cancelled_at_any_point_leaves_none_open(database: Database, turns: int) -> None:
    working = asyncio.create_task(put(database, 1, 2, 3))
    for _ in range(turns):
        await asyncio.sleep(0)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await put(database, 9)
    assert await numbers(database) in ([9], [1, 2, 3, 9])


async def test_two_connections_see_each_other_s_commits(place: Place) -> None:
    async with await opened(place) as one, await opened(place) as other:
        await put(one, 1)
        assert await numbers(other) == [1]
        await asyncio.gather(put(one, 2, 3), put(other, 4, 5), put(one, 6), put(other, 7))
        assert await numbers(one) == [1, 2, 3, 4, 5, 6, 7]


async def test_a_writer_waits_for_another_connection_and_then_says_so(place: Place) -> None:
    async with await opened(place) as one, await opened(place) as other:
        await hurry(other)
        async with one.transaction() as tx:
            await tx.execute(PUT, (1, "global", "x"))
            with pytest.raises(StoreBusyError, match="lock"):
                await put(other, 1)
        await put(other, 2)
        assert await numbers(one) == [1, 2]


async def test_readers_go_on_while_somebody_writes(place: Place) -> None:
    async with await opened(place) as one, await opened(place) as other:
        await put(one, 1)
        async with one.transaction() as tx:
            await tx.execute(PUT, (2, "global", "x"))
            assert await numbers(other) == [1]


async def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(StoreConstraintError, match=r"(?i)foreign key"):
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO drawn (schedule, quote) VALUES (1, 'nothing')")


@pytest.mark.sqlite
async def test_tables_are_strict(database: Database) -> None:
    with pytest.raises(StoreConstraintError, match="cannot store TEXT value in INTEGER column"):
        async with database.transaction() as tx:
            await tx.execute(PUT, ("one", "global", "x"))


async def test_closing_folds_everything_into_one_file(tmp_path: Path) -> None:
    async with await SqliteDatabase.open(tmp_path / "store.sqlite3") as database:
        await put(database, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["store.sqlite3"]


async def full(database: SqliteDatabase, _path: Path) -> None:
    """Let the file grow no more, as on a full disk (SQLite's docs, pragma.html, max_page_count)."""
    async with database.transaction() as tx:
        await tx.execute("PRAGMA max_page_count = 1")
        for number in range(2_000):
            await tx.execute(PUT, (number, "x" * 500, "x"))


async def damaged(database: SqliteDatabase, path: Path) -> None:
    await put(database, *range(2_000))
    await database.fetch_all("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[8 * 4096 :] = b"\xa5" * (len(content) - 8 * 4096)
    path.write_bytes(content)
    await database.fetch_all("SELECT max(sha256) FROM synced_commands")


async def read_only(database: SqliteDatabase, _path: Path) -> None:
    async with database.transaction() as tx:
        await tx.execute("PRAGMA query_only = ON")
        await tx.execute(PUT, (1, "global", "x"))


async def unknown(database: SqliteDatabase, _path: Path) -> None:
    await database.fetch_all("SELECT 1 FROM nowhere")


@pytest.mark.parametrize(
    ("spoil", "kind", "words"),
    [
        (full, StoreFullError, "database or disk is full"),
        (damaged, StoreBrokenError, "malformed"),
        (read_only, StoreUnavailableError, "attempt to write a readonly database"),
        (unknown, StoreError, "no such table: nowhere"),
    ],
)
async def test_what_sqlite_raises_is_raised_as_ours(
    tmp_path: Path, spoil: Callable[[SqliteDatabase, Path], Awaitable[None]], kind: type[StoreError], words: str
) -> None:
    path = tmp_path / "store.sqlite3"
    async with await SqliteDatabase.open(path) as database:
        with pytest.raises(StoreError, match=words) as caught:
            await spoil(database, path)
    assert type(caught.value) is kind
    assert isinstance(caught.value.__cause__, sqlite3.Error)
