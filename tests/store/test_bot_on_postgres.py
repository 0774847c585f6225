"""The whole bot, and the commands of those who host it, on PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from bot import app
from bot.clock import SharedClock
from bot.errors import StoreError
from bot.settings import Secret, read
from bot.store import engines
from bot.store.sqlite import SqliteDatabase
from tests.support.daily_chat import DailyChat, daily_chat
from tests.support.postgres import programs
from tests.support.program import Ended, program
from tests.support.seeded import SECOND, content_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.postgres import Server

SERVER = 900_000_000_000_000_011


@pytest.fixture
def address(postgres: Server) -> str:
    return postgres.emptied()


def settings(address: str, second_path: Path) -> dict[str, Any]:
    return {"DATABASE_PATH": "", "DATABASE_URL": address, "LEARNT_PATH": str(content_of(second_path))}


@pytest.fixture
async def chat(address: str, second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path, **settings(address, second_path)) as chat:
        yield chat


def hosted(address: str, second_path: Path, *arguments: str, **more: str) -> Ended:
    return program(*arguments, store=second_path, **(settings(address, second_path) | more))


async def test_a_schedule_from_its_command_to_its_posts(chat: DailyChat) -> None:
    assert "Scheduled" in (await chat.schedule()).text
    assert "already posts exactly that" in (await chat.schedule()).text
    await chat.move(hours=1)
    (first,) = await chat.until_recorded("sent")
    assert len(chat.posts()) == 1
    for name, options, told in (
        ("list", {}, "all quotes"),
        ("preview", {"schedule": "1"}, ""),
        ("skip", {"schedule": "1"}, ""),
        ("edit", {"schedule": "1", "time": "10:00"}, "10:00"),
        ("pause", {"schedule": "1"}, "aused"),
        ("resume", {"schedule": "1"}, ""),
    ):
        answer = (await chat.daily(name, **options)).text
        assert told in answer
        assert "database" not in answer
    await chat.move(days=1, hours=1)
    rows = await chat.until_recorded("sent", 2)
    assert rows[0] == first
    assert len(chat.posts()) == 2
    await chat.daily("remove", schedule="1")


async def test_a_process_that_shares_the_shards_posts_for_those_it_holds(address: str, second_path: Path) -> None:
    async with daily_chat(second_path, SHARD_IDS="auto", **settings(address, second_path)) as chat:
        assert "Scheduled" in (await chat.schedule()).text
        await chat.move(hours=1)
        await chat.until_recorded("sent")
        assert len(chat.posts()) == 1
        database = chat.bot.services.daily.deliveries._database
        owners = await database.fetch_all("SELECT DISTINCT owner FROM shard")
        assert [row["owner"] is None for row in owners] == [False]


async def test_posts_come_though_the_server_is_restarted(chat: DailyChat, postgres: Server) -> None:
    await chat.schedule()
    await asyncio.to_thread(postgres.restart)
    await chat.move(hours=1)
    await chat.until_recorded("sent")
    await asyncio.to_thread(postgres.restart)
    assert "Scheduled" in (await chat.schedule(time="11:00")).text
    await chat.move(hours=2)
    await chat.until_recorded("sent", 2)
    assert len(chat.posts()) == 2


async def test_while_the_server_is_down_commands_are_told_in_time(chat: DailyChat, postgres: Server) -> None:
    await chat.schedule()
    await asyncio.to_thread(postgres.stop)
    try:
        for name, options in (("schedule", None), ("list", {}), ("pause", {"schedule": "1"})):
            began = time.monotonic()
            reply = await (chat.schedule(time="12:00") if options is None else chat.daily(name, **options))
            assert "database" in reply.text
            assert time.monotonic() - began < 3
        await chat.move(hours=1)
    finally:
        await asyncio.to_thread(postgres.start)
    # What was due meanwhile is made as soon as the store can be used again.
    await chat.move(seconds=10)
    await chat.until_recorded("sent")
    assert len(chat.posts()) == 1


async def test_the_database_s_clock_is_gone_by(address: str, second_path: Path) -> None:
    given = {"ANNOUNCEMENT_PATH": str(SECOND), **settings(address, second_path)}
    async with app.services(read(given)) as built:
        assert isinstance(built.clock, SharedClock)
        assert abs(built.clock.now().timestamp() - time.time()) < 5


def test_forgetting_a_server(address: str, second_path: Path, postgres: Server) -> None:
    assert "no daily schedules" in hosted(address, second_path, "forget", str(SERVER)).out
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO schedule (guild, number, channel, place, minute, days, zone, seed, paused) "
            "VALUES (%s, 1, 5, 'text', 60, 127, 'UTC', 5, 'moderator'), (5, 1, 5, 'text', 60, 127, 'UTC', 5, 'left')",
            (SERVER,),
        )
        connection.execute("INSERT INTO told VALUES (1, 'left', 5), (2, 'left', 5)")
        ended = hosted(address, second_path, "forget", str(SERVER))
        assert (ended.code, ended.err) == (0, "")
        assert "1 daily schedule." in ended.out
        assert connection.execute("SELECT guild FROM schedule").fetchall() == [(5,)]
        assert connection.execute("SELECT schedule FROM told").fetchall() == [(2,)]
    with postgres.fresh() as empty:
        assert "no daily schedules" in hosted(empty, second_path, "forget", str(SERVER)).out


def test_what_the_doctor_finds(address: str, second_path: Path, postgres: Server) -> None:
    def told(address: str) -> str:
        ended = hosted(address, second_path, "doctor")
        (line,) = [line for line in ended.out.splitlines() if " store " in line]
        assert "disk" not in ended.out
        assert address not in ended.out + ended.err
        return line

    with psycopg.connect(address, autocommit=True) as connection:
        assert "ok       store         PostgreSQL 1" in told(address)
        assert " 0 daily schedules, " in told(address)
        connection.execute("ALTER DATABASE shared SET default_transaction_read_only = on")
        try:
            assert "fault    store         DATABASE_URL's server is read-only" in told(address)
        finally:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("ALTER DATABASE shared RESET default_transaction_read_only")
    with postgres.fresh() as empty:
        assert "nothing is there yet; the first start makes the tables" in told(empty)
        with psycopg.connect(empty, autocommit=True) as connection:
            assert connection.execute("SELECT to_regclass('migration')").fetchone() == (None,)
            connection.execute("CREATE TABLE theirs (x int)")
            assert "names another program's database" in told(empty)
            connection.execute("DROP TABLE theirs; CREATE ROLE guest LOGIN")
            assert "doesn't let this user make or use tables" in told(empty.replace("canonkeeper@", "guest@"))
            connection.execute("DROP ROLE guest")
            connection.execute("CREATE TABLE migration (number int, sha256 text)")
            assert "0 daily schedules" not in told(empty)
    assert "can't be reached" in told(f"{address}/nowhere")


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_backups_are_made_by_postgresql(address: str, second_path: Path, tmp_path: Path, command: str) -> None:
    ended = hosted(address, second_path, command, str(tmp_path / "file"))
    assert (ended.code, ended.out) == (2, "")
    assert address not in ended.err
    assert not (tmp_path / "file").exists()


async def test_a_backup_that_is_put_back_as_told(
    chat: DailyChat, address: str, second_path: Path, tmp_path: Path
) -> None:
    """With the very lines that are told, in a shell."""
    await chat.schedule()
    lines = [line.strip() for line in hosted(address, second_path, "backup", "x").err.splitlines() if line[:2] == "  "]
    assert [line.split()[0] for line in lines] == ["pg_dump", "pg_restore", "psql"]
    where = programs()
    assert where is not None

    def run(line: str) -> None:
        environment = {"PATH": f"{where}:/usr/bin:/bin", "DATABASE_URL": address}
        shell = shutil.which("sh") or "/bin/sh"
        subprocess.run([shell, "-c", line], env=environment, cwd=tmp_path, check=True, timeout=60, capture_output=True)  # noqa: S603

    await asyncio.to_thread(run, lines[0])
    database = chat.bot.services.daily.deliveries._database
    await database.write("DELETE FROM schedule")
    for line in lines[1:]:
        await asyncio.to_thread(run, line)
    assert [row["number"] for row in await database.fetch_all("SELECT number FROM schedule")] == [1]
    assert [row["continued_at"] for row in await database.fetch_all("SELECT * FROM copied")] == [None]


async def test_the_engine_by_the_place(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with await engines.opened(tmp_path / "store.sqlite3") as database:
        assert isinstance(database, SqliteDatabase)
    with monkeypatch.context() as patched:
        patched.setitem(__import__("sys").modules, "bot.store.postgres", None)
        patched.delattr("bot.store.postgres", raising=False)
        with pytest.raises(StoreError, match=r"needs the package psycopg: sh requirements/install\.sh"):
            await engines.opened(Secret(address))
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(StoreError, match="works on Linux and macOS"):
        await engines.opened(Secret(address))


@pytest.mark.parametrize("address", ["postgresql://korra:hunter2@[/x", "postgresql://korra:hunter2@h/x?hunter2=1"])
async def test_an_address_that_cannot_be_read_is_not_repeated(address: str) -> None:
    with pytest.raises(StoreError) as caught:
        await engines.opened(Secret(address))
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).startswith("DATABASE_URL can't be read: it is postgresql://USER:PASSWORD@HOST/DATABASE")
