"""`python -m bot move-store`: a store goes from one engine to another whole, or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import StoreBusyError, StoreError
from bot.settings import Secret
from bot.store import engines
from bot.store.database import PASSING_TABLES, TABLES
from bot.store.postgres import PostgresTransaction
from bot.store.sqlite import SqliteDatabase
from tests.support.clock import FakeClock
from tests.support.daily import CHANNEL, START, hurry, office, opened
from tests.support.program import program

if TYPE_CHECKING:
    from tests.support.postgres import Place, Server

WHAT = "'a text with \"quotes\", 100 %, :names and ?; 🌊'"


async def fill(place: Place) -> None:
    """Put rows into every table, more than are copied at a time into one of them."""
    async with office(place, FakeClock(START)) as here:
        for number in range(3):
            await here.add(channel=CHANNEL + number)
        here.clock.move(hours=2)
        assert len(await here.take()) == 3
        async with here.database.transaction() as tx:
            await tx.executemany(
                "INSERT INTO drawn (schedule, quote, round) VALUES (?, ?, 1)", [(1, f"q{n}") for n in range(2_500)]
            )
            for statement in (
                "INSERT INTO follow_up (id, delivery, kind, until, lease_until) VALUES (9, 2, 'thread', 5, 6)",
                "INSERT INTO notice (id, schedule, guild, since, lease_until) VALUES (4, 1, 5, 5, 5)",
                f"INSERT INTO told (schedule, what, at) VALUES (2, {WHAT}, 5)",
                "INSERT INTO departure (guild, left_at) VALUES (9223372036854775807, 5)",
                "INSERT INTO bag_listing VALUES (1, 'x')",
                "INSERT INTO copied VALUES (1, 77)",
                "INSERT INTO synced_commands (application_id, scope, sha256) VALUES (7, 'global', 'x')",
                f"INSERT INTO unanswered (id, hour, tier, text) VALUES (12, 3, 'silent', {WHAT})",
            ):
                await tx.execute(statement)
        # A number that was given away is never given again, though its row is gone.
        await here.store.schedules.remove(3)


async def content(place: Place) -> dict[str, list[dict[str, Any]]]:
    async with await opened(place) as database:
        rows = {table: await database.fetch_all(f"SELECT * FROM {table}") for table in TABLES}
    plain = {table: [{name: row[name] for name in row.keys()} for row in found] for table, found in rows.items()}  # noqa: SIM118
    return {table: sorted(found, key=lambda row: str(sorted(row.items()))) for table, found in plain.items()}


def of(place: Place) -> Path | Secret:
    return place if isinstance(place, Path) else Secret(place)


async def test_a_store_goes_to_postgresql_and_back_whole(postgres: Server, tmp_path: Path) -> None:
    first, last = tmp_path / "first.sqlite3", tmp_path / "last.sqlite3"
    await fill(first)
    before = await content(first)
    between = postgres.emptied()
    counts = await engines.move(of(first), of(between))
    assert counts == {table: len(rows) for table, rows in before.items()}
    assert await engines.move(of(between), of(last)) == counts
    # A copy knows that it is one.
    expected = before | {"copied": [{"only": 1, "continued_at": None}]}
    assert await content(between) == expected
    assert await content(last) == expected
    for place in (between, last):
        async with office(place, FakeClock(START)) as here:
            assert (await here.add(channel=CHANNEL + 8)).id == 4


async def test_every_table_is_moved(tmp_path: Path) -> None:
    async with await SqliteDatabase.open(tmp_path / "store.sqlite3") as database:
        rows = await database.fetch_all("SELECT name FROM sqlite_schema WHERE type = 'table'")
    tables = {row["name"] for row in rows if not row["name"].startswith("sqlite_")}
    assert tables - {"migration"} == {*TABLES, *PASSING_TABLES}


@pytest.mark.parametrize("table", ["schedule", "synced_commands"])
async def test_a_place_that_holds_anything_is_left_alone(postgres: Server, tmp_path: Path, table: str) -> None:
    source, target = tmp_path / "store.sqlite3", postgres.emptied()
    await fill(source)
    async with office(target, FakeClock(START)) as here:
        if table == "schedule":
            await here.add()
        else:
            await here.database.write("INSERT INTO synced_commands VALUES (7, 'global', 'x')")
    before = await content(target)
    with pytest.raises(StoreError, match=f"^the PostgreSQL database already holds something .{table}.: name a new"):
        await engines.move(of(source), of(target))
    assert await content(target) == before
    for place in (source, target):
        with pytest.raises(StoreError, match="that is where it is already"):
            await engines.move(of(place), of(place))


async def test_a_copy_that_differs_is_not_kept(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if something between the engines changed a value."""
    source, target = tmp_path / "store.sqlite3", postgres.emptied()
    await fill(source)
    pages = engines._pages

    async def altered(table: str, reading: Any) -> Any:
        async for rows in pages(table, reading):
            if table == "told" and isinstance(reading, PostgresTransaction):
                yield [{name: row[name] for name in row.keys()} | {"at": 6} for row in rows]  # noqa: SIM118
            else:
                yield rows

    monkeypatch.setattr(engines, "_pages", altered)
    with pytest.raises(StoreError, match=r"^the copy of told isn't like the original, so nothing was kept"):
        await engines.move(of(source), of(target))
    assert not any((await content(target)).values())


async def test_nobody_writes_to_the_original_meanwhile(postgres: Server) -> None:
    address = postgres.emptied()
    await fill(address)
    async with await opened(address) as database, await opened(address) as other:
        await hurry(other)
        async with database.transaction() as tx:
            await tx.freeze()
            with pytest.raises(StoreBusyError):
                async with other.transaction() as late:
                    await late.execute("DELETE FROM told")
            assert len(await other.fetch_all("SELECT * FROM schedule")) == 2


def test_what_is_not_there_is_not_moved(tmp_path: Path) -> None:
    ended = program("move-store", str(tmp_path / "none.sqlite3"), str(tmp_path / "new.sqlite3"), store=tmp_path / "x")
    assert (ended.code, ended.err) == (2, f"{tmp_path / 'none.sqlite3'} isn't there, so there is nothing to move\n")
    assert [*tmp_path.iterdir()] == []


async def test_the_command_says_what_to_do_next(postgres: Server, tmp_path: Path) -> None:
    source, target = tmp_path / "store.sqlite3", postgres.emptied()
    await fill(source)
    ended = program("move-store", str(source), target, store=source)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Copied and compared: 2 daily schedules, ")
    assert "Now set DATABASE_URL to its address, remove the other setting, and start the bot." in ended.out
    back = program("move-store", target, str(tmp_path / "back.sqlite3"), store=source)
    assert f"Now set DATABASE_PATH={tmp_path / 'back.sqlite3'}, remove" in back.out
    with closing(sqlite3.connect(tmp_path / "back.sqlite3")) as file:
        assert file.execute("SELECT count(*), max(id) FROM schedule").fetchone() == (2, 2)
