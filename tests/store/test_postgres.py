"""What only PostgreSQL does: its tables, its locks, servers that restart or fall silent, and what its errors mean."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from bot.daily.schedule import Pause
from bot.daily.store import EqualError, TooManyError
from bot.errors import (
    StoreBrokenError,
    StoreBusyError,
    StoreConstraintError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
)
from bot.store import postgres as engine
from bot.store.migrate import migrations
from bot.store.postgres import PostgresDatabase
from bot.store.sqlite import SqliteDatabase
from bot.store.unanswered import KeptQuestion, UnansweredQuestions
from tests.support.clock import FakeClock
from tests.support.daily import CHANNEL, GUILD, START, Office, office

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable
    from pathlib import Path

    from tests.support.postgres import Server

PUT = "INSERT INTO synced_commands (application_id, scope, sha256) VALUES (?, 'global', 'x')"
MIGRATED = "CREATE TABLE migration (number int, name text, sha256 text); INSERT INTO migration VALUES"
ALL = "SELECT application_id FROM synced_commands ORDER BY application_id"


@pytest.fixture
async def database(shared: str) -> AsyncIterator[PostgresDatabase]:
    async with await PostgresDatabase.open(shared) as opened:
        yield opened


@pytest.fixture
def shared(postgres: Server) -> str:
    return postgres.emptied()


@pytest.fixture
async def two(shared: str) -> AsyncIterator[tuple[Office, Office]]:
    clock = FakeClock(START)
    async with office(shared, clock) as one, office(shared, clock, one.channel, "two") as other:
        yield one, other


async def numbers(database: PostgresDatabase) -> list[int]:
    return [row["application_id"] for row in await database.fetch_all(ALL)]


_COLUMNS = """
SELECT table_name AS "table", column_name AS "column", data_type AS type, is_nullable = 'NO' AS needed
FROM information_schema.columns WHERE table_schema = 'public'
"""
_UNIQUE = """
SELECT relname AS "table", array_agg(attname::text) AS columns FROM pg_index
JOIN pg_class ON pg_class.oid = indrelid JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
JOIN pg_tables ON tablename = relname AND schemaname = 'public'
WHERE indisunique GROUP BY relname, indexrelid
"""


async def test_the_tables_of_both_engines_agree(database: PostgresDatabase, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    async with await SqliteDatabase.open(path):
        pass
    columns, unique = set(), set()
    with contextlib.closing(sqlite3.connect(path)) as file:
        tables = {name for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        for table in {name for name in tables if not name.startswith("sqlite_")}:
            keys = set()
            for _, name, type_, needed, _, key in file.execute(f"PRAGMA table_info({table})"):
                columns.add((table, name, type_, bool(needed or key)))
                keys |= {name} if key else set()
            unique.add((table, frozenset(keys)))
            for _, index, is_unique, *_ in file.execute(f"PRAGMA index_list({table})"):
                if is_unique:
                    parts = {name for _, _, name in file.execute(f"PRAGMA index_info({index})")}
                    unique.add((table, frozenset(parts - {None})))
    kinds = {"bigint": "INTEGER", "integer": "INTEGER", "text": "TEXT"}
    rows = await database.fetch_all(_COLUMNS)
    assert {(row["table"], row["column"], kinds[row["type"]], row["needed"]) for row in rows} == columns
    assert {(row["table"], frozenset(row["columns"])) for row in await database.fetch_all(_UNIQUE)} == unique


def test_both_engines_have_the_same_migrations() -> None:
    ours = migrations("postgres")
    assert [step.number for step in ours] == [step.number for step in migrations() if step.number >= ours[0].number]
    assert [step.name for step in ours if not step.sql.startswith("-- ")] == []


@pytest.mark.parametrize(
    ("written", "native"),
    [
        ("SELECT ?, :a_b, :sha256", "SELECT %s, %(a_b)s, %(sha256)s"),
        ("guild % 4 = ?", "guild %% 4 = %s"),
        ("x = '?' OR y = ':a 100%' OR z::text = :z", "x = '?' OR y = ':a 100%%' OR z::text = %(z)s"),
        ("id = ANY(?) AND id <> ALL(:not_these)", "id = ANY(%s) AND id <> ALL(%(not_these)s)"),
    ],
)
def test_placeholders_are_put_as_the_driver_wants_them(written: str, native: str) -> None:
    assert engine._native(written) == native


async def test_processes_that_start_at_once_make_the_tables_once(postgres: Server) -> None:
    with postgres.fresh() as address:
        opened = await asyncio.gather(*(PostgresDatabase.open(address) for _ in range(4)))
        rows = await opened[0].fetch_all("SELECT number FROM migration ORDER BY number")
        assert [row["number"] for row in rows] == [step.number for step in migrations("postgres")]
        await asyncio.gather(*(each.close() for each in opened))


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("CREATE TABLE theirs (x int)", "names another program's database; make one for the bot alone"),
        (f"{MIGRATED} (9000, 'x', 'x')", "comes from a newer Canonkeeper (schema 9000, this program"),
        (f"{MIGRATED} (13, 'x', 'x')", "was made with a different 0013_guild_state.sql; install"),
    ],
)
async def test_a_database_that_is_not_ours_is_left_alone(postgres: Server, statement: str, told: str) -> None:
    with postgres.fresh() as address:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())
            before = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            with pytest.raises(StoreError) as caught:
                await PostgresDatabase.open(address)
            assert told in str(caught.value)
            after = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert after == before


async def test_a_server_that_is_too_old_is_refused(shared: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "OLDEST", 99)
    with pytest.raises(StoreError, match="it has to be 99 or newer"):
        await PostgresDatabase.open(shared)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("/shared", "/nowhere"), "has no database of that name"),
        (("canonkeeper@", "nobody-we-know:hunter2@"), "doesn't let this user in"),
        (("host=", "host=/nowhere"), "can't be reached; check that it runs, and the address"),
        (("canonkeeper@/", "canonkeeper:hunter2@127.0.0.1:1/"), "can't be reached; check that it runs, and the addre"),
    ],
)
async def test_what_is_wrong_at_the_start_is_told(shared: str, change: tuple[str, str], told: str) -> None:
    address = shared.replace(*change)
    with pytest.raises(StoreUnavailableError) as caught:
        await PostgresDatabase.open(address.partition("?")[0] if "127.0.0.1" in address else address)
    assert str(caught.value).startswith(f"DATABASE_URL's server {told}")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("57P01", StoreUnavailableError),
        ("08006", StoreUnavailableError),
        ("53300", StoreUnavailableError),
        ("25006", StoreUnavailableError),
        ("53100", StoreFullError),
        ("55P03", StoreBusyError),
        ("57014", StoreBusyError),
        ("40P01", StoreBusyError),
        ("XX001", StoreBrokenError),
        ("23505", StoreConstraintError),
        ("42601", StoreError),
        ("22003", StoreError),
    ],
)
async def test_what_the_server_raises_is_raised_as_ours(
    database: PostgresDatabase, state: str, kind: type[StoreError]
) -> None:
    with pytest.raises(StoreError, match="on purpose") as caught:
        async with database.transaction() as tx:
            await tx.execute(f"DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '{state}'; END $$")
    assert type(caught.value) is kind
    with pytest.raises(StoreError, match=r"^DATABASE_URL's server "), database.in_words():
        raise caught.value
    await database.write(PUT, (1,))
    assert await numbers(database) == [1]


async def test_words_that_were_stored_are_in_no_error(database: PostgresDatabase) -> None:
    with pytest.raises(StoreConstraintError) as caught:
        await database.write("INSERT INTO unanswered (hour, tier, text) VALUES (1, 'none', 'what they typed')")
    assert "what they typed" not in str(caught.value)


async def test_an_error_of_ours_is_let_through_as_it_is(database: PostgresDatabase) -> None:
    with pytest.raises(StoreBusyError, match=r"^other writes$"), database.in_words():
        raise StoreBusyError("other writes")


async def test_a_transaction_of_which_a_statement_failed_is_no_success(database: PostgresDatabase) -> None:
    async def swallow() -> None:
        async with database.transaction() as tx:
            await tx.execute(PUT, (1,))
            with contextlib.suppress(StoreConstraintError):
                await tx.execute(PUT, (1,))

    with pytest.raises(StoreError, match="a statement of the transaction had failed"):
        await swallow()
    assert await numbers(database) == []


async def test_a_restart_between_transactions_is_not_noticed(database: PostgresDatabase, postgres: Server) -> None:
    await database.write(PUT, (1,))
    assert await numbers(database) == [1]
    await asyncio.to_thread(postgres.restart)
    async with database.transaction(1.5) as tx:
        await tx.execute(PUT, (2,))
    assert await numbers(database) == [1, 2]


async def test_a_restart_within_a_transaction_takes_it_back(database: PostgresDatabase, postgres: Server) -> None:
    async def interrupted() -> None:
        async with database.transaction() as tx:
            await tx.execute(PUT, (1,))
            await asyncio.to_thread(postgres.restart)
            await tx.execute(PUT, (2,))

    async def interrupted_before_its_end() -> None:
        async with database.transaction() as tx:
            await tx.execute(PUT, (3,))
            await asyncio.to_thread(postgres.restart)

    with pytest.raises(StoreUnavailableError):
        await interrupted()
    with pytest.raises(StoreUnavailableError):
        await interrupted_before_its_end()
    await database.write(PUT, (4,))
    assert await numbers(database) == [4]


async def test_while_the_server_is_down_all_is_told_at_once_and_then_goes_on(
    database: PostgresDatabase, postgres: Server
) -> None:
    await database.write(PUT, (1,))
    await asyncio.to_thread(postgres.stop)
    try:
        began = time.monotonic()
        for ask in (database.write(PUT, (2,)), database.fetch_all(ALL, within=1.5), database.probe(1.5)):
            with pytest.raises(StoreUnavailableError):
                await ask
        assert time.monotonic() - began < 3
    finally:
        await asyncio.to_thread(postgres.start)
    await database.write(PUT, (3,))
    assert await numbers(database) == [1, 3]


async def test_a_server_that_falls_silent_is_told_in_time(database: PostgresDatabase, postgres: Server) -> None:
    await database.write(PUT, (1,))
    assert await numbers(database) == [1]
    with postgres.frozen():
        began = time.monotonic()
        with pytest.raises(StoreUnavailableError):
            await database.probe(1.0)
        with pytest.raises(StoreUnavailableError):
            await database.fetch_all(ALL, within=1.0)
        # A new connection gets no answer either.
        with pytest.raises(StoreUnavailableError):
            await database.probe(1.0)
        assert time.monotonic() - began < 8
    await database.write(PUT, (2,))
    assert await numbers(database) == [1, 2]


async def test_what_is_held_is_waited_for_or_left_out(two: tuple[Office, Office]) -> None:
    one, other = two
    first, second = await one.add(), await one.add(channel=CHANNEL + 1)
    query = "SELECT * FROM schedule ORDER BY id LIMIT ?"
    async with one.database.transaction() as tx:
        await tx.hold("schedule", "id", [first.id])
        async with other.database.transaction() as second_tx:
            assert [row["id"] for row in await second_tx.fetch_free(query, (5,), of="schedule")] == [second.id]
            # What only refers to the row need not wait.
            await second_tx.execute("INSERT INTO drawn (schedule, quote) VALUES (?, 'q')", (first.id,))
        pausing = asyncio.create_task(other.store.schedules.pause(first.id, Pause.MODERATOR))
        await asyncio.sleep(0.1)
        assert not pausing.done()
    await pausing
    (paused, _) = await one.store.schedules.of_guild(GUILD)
    assert paused.paused is Pause.MODERATOR


async def test_a_claim_leaves_out_what_is_being_edited_and_comes_back_to_it(two: tuple[Office, Office]) -> None:
    one, other = two
    schedule = await one.add()
    one.clock.move(hours=1)
    async with one.database.transaction() as tx:
        await tx.hold("schedule", "id", [schedule.id])
        assert await other.take() == []
    assert len(await other.take()) == 1


async def test_servers_are_locked_one_by_one(two: tuple[Office, Office]) -> None:
    one, other = two
    async with one.database.transaction() as tx:
        await tx.lock(GUILD)
        await other.add(guild=GUILD + 1)
        with pytest.raises(StoreBusyError):
            await other.add(guild=GUILD)
    assert (await other.add(guild=GUILD)).number == 1


async def test_processes_that_add_at_once_keep_numbers_limits_and_differences(two: tuple[Office, Office]) -> None:
    async def add(here: Office, channel: int) -> object:
        try:
            return (await here.add(channel=channel)).number
        except (EqualError, TooManyError) as error:
            return type(error)

    for channel in range(23):
        await two[0].add(channel=5000 + channel)
    results = await asyncio.gather(*(add(here, CHANNEL + n) for n in (1, 2, 2, 3) for here in two))
    assert sorted(r for r in results if isinstance(r, int)) == [24, 25]
    assert {r for r in results if not isinstance(r, int)} <= {EqualError, TooManyError}
    assert len(await two[0].store.schedules.of_guild(GUILD)) == 25


async def test_transactions_that_wait_for_each_other_end_as_busy(two: tuple[Office, Office]) -> None:
    met = asyncio.Barrier(2)

    async def update(here: Office, *ids: int) -> str:
        try:
            async with here.database.transaction() as tx:
                for id_ in ids:
                    await tx.execute("UPDATE schedule SET seed = 1 WHERE id = ?", (id_,))
                    if id_ == ids[0]:
                        await met.wait()
        except StoreBusyError:
            return "busy"
        return "done"

    first, second = await two[0].add(), await two[0].add(channel=CHANNEL + 1)
    ended = await asyncio.gather(update(two[0], first.id, second.id), update(two[1], second.id, first.id))
    assert sorted(ended) == ["busy", "done"]


async def test_what_was_erased_is_in_the_table_s_file_no_more(database: PostgresDatabase) -> None:
    questions = UnansweredQuestions(database)
    await questions.add(KeptQuestion("a rare word", "silent"), 5, 1.0)
    file = "SELECT position('a rare word'::bytea IN pg_read_binary_file(pg_relation_filepath('unanswered'))) AS at"
    assert await questions.kept(None) == await questions.kept(4) == [KeptQuestion("a rare word", "silent")]
    assert await questions.kept(5) == []
    await database.write("CHECKPOINT")
    assert [row["at"] > 0 for row in await database.fetch_all(file)] == [True]
    await questions.forget(5)
    await database.write("CHECKPOINT")
    assert [row["at"] for row in await database.fetch_all(file)] == [0]


async def test_a_copy_gives_other_numbers_than_its_original(two: tuple[Office, Office]) -> None:
    one, other = two
    await one.add()
    await one.database.write("INSERT INTO copied VALUES (1, NULL)")
    taken = await asyncio.gather(*(each.store.deliveries.take_over(START) for each in two))
    assert sorted(taken) == [False, True]
    assert (await other.add(channel=CHANNEL + 1)).id > 1_000_000


async def test_the_server_s_clock_is_told(database: PostgresDatabase) -> None:
    now = await database.time()
    assert abs(now.timestamp() - time.time()) < 5
    assert now.utcoffset() is not None
    database.check_file()
    watching = asyncio.create_task(database.watch())
    await asyncio.sleep(0)
    assert not watching.done()
    watching.cancel()


async def test_other_queries_that_take_too_long_are_told(database: PostgresDatabase) -> None:
    slow = asyncio.create_task(database.fetch_all("SELECT pg_sleep(0.5)"))
    await asyncio.sleep(0.1)
    with pytest.raises(StoreBusyError, match="other queries take too long"):
        await database.fetch_all(ALL, within=0.05)
    await slow
    async with database.transaction():
        with pytest.raises(StoreBusyError, match="other writes take too long"):
            await database.probe(0.05)


async def test_what_is_not_committed_in_time_never_is(database: PostgresDatabase) -> None:
    async def put(then: Awaitable[None] | None) -> None:
        async with database.transaction(0.2) as tx:
            await tx.execute(PUT, (1,))
            if then is not None:
                await then
            else:
                await tx.execute("SELECT pg_sleep(2)")

    with pytest.raises(StoreBusyError, match="writing takes too long"):
        await put(asyncio.sleep(0.3))
    with pytest.raises(StoreBusyError, match="statement timeout"):
        await put(None)
    assert await numbers(database) == []
