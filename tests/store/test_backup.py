"""Backup and restore: while the bot posts, checked before anything is replaced, and run on without loss or doubling."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import resource
import shutil
import signal
import sqlite3
import sys
import threading
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench import storm
from bot.errors import StoreError
from bot.store import copies, migrate
from bot.store.sqlite import SqliteDatabase
from sandbox import Sandbox
from sandbox.faults import Rule
from sandbox.permissions import READ_HISTORY
from tests.support.program import end, program, running

if TYPE_CHECKING:
    from collections.abc import Callable


MESSAGES = "/channels/{channel_id}/messages"


def of(sandbox: Sandbox) -> dict[str, str]:
    return {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}


def rows(store: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(store)) as connection:
        return connection.execute(query).fetchall()


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if not each.name.endswith(".learnt.sqlite3"))


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not done():  # noqa: ASYNC110 - other processes work
            await asyncio.sleep(0.05)


# -- in a posting storm ------------------------------------------------------------------------------


@pytest.mark.timeout(300)
async def test_a_backup_in_a_posting_storm_is_restored_and_run_on(second_path: Path) -> None:
    """The process posts on after the backup, so that the restored store knows of less than Discord has."""
    file = second_path.parent / "backup.sqlite3"
    count = 60
    async with Sandbox(empty=True, journal_size=1) as sandbox:
        places = storm.channels(sandbox, guilds=4, each=5)
        storm.add_schedules(second_path, places, dt.datetime.now(dt.UTC), 0, count)
        async with running("run", store=second_path, **of(sandbox)) as process:
            await until(lambda: len(storm.posts(sandbox)) >= 12)
            # In the middle of it, with posts under way whose answers are lost, as long as the backup may take.
            for rule in (Rule("drop", "POST", MESSAGES, times=8), Rule("error", "POST", MESSAGES, times=None)):
                sandbox.faults.add(rule)
            ended = await asyncio.to_thread(lambda: program("backup", str(file), store=second_path))
            sandbox.faults.clear()
            assert (ended.code, ended.err) == (0, "")
            assert ended.out.startswith(f"{file}: {count} daily schedules, ")
            known = rows(file, "SELECT count(*) FROM delivery WHERE state = 'sent'")[0][0]
            await until(lambda: len(storm.posts(sandbox)) >= count - 10)
            process.kill()
            await process.wait()
        assert isinstance(known, int)
        assert known < len(storm.posts(sandbox))
        ended = await asyncio.to_thread(lambda: program("restore", str(file), store=second_path))
        assert (ended.code, ended.err) == (0, "")
        assert f"what was there is kept as {second_path}.before-restore-1" in ended.out
        async with running("run", store=second_path, **of(sandbox)) as process:
            await until(lambda: storm.left(second_path) == 0)
            ended = await end(process, signal.SIGTERM, within=10)
        assert ended.code == 0
        assert "first start from a backup" in ended.err
        assert storm.disagreements(sandbox, second_path, count) == (0, 0, [])
    # What was kept is a store by itself, with what the copy lacks.
    assert int(str(rows(second_path.with_name(f"{second_path.name}.before-restore-1"),
                        "SELECT count(*) FROM delivery")[0][0])) > known  # fmt: skip


@pytest.mark.timeout(300)
async def test_a_backup_that_is_run_on_where_no_history_can_be_read_doubles_nothing(second_path: Path) -> None:
    """Nobody can know there what was posted: it counts as posted, and is told as unconfirmed."""
    file = second_path.parent / "backup.sqlite3"
    async with Sandbox(empty=True, journal_size=1) as sandbox:
        places = storm.channels(sandbox, guilds=1, each=4)
        for guild in sandbox.world.guilds.values():
            for role in guild.roles.values():
                role.permissions &= ~READ_HISTORY
        storm.add_schedules(second_path, places, dt.datetime.now(dt.UTC), 0, 8)
        copies.backup(second_path, file)
        async with running("run", store=second_path, **of(sandbox)) as process:
            await until(lambda: storm.left(second_path) == 0)
            await end(process, signal.SIGTERM, within=10)
        # By hand, without `restore`: the copy knows by itself that it is one.
        shutil.copy(file, second_path)
        async with running("run", store=second_path, **of(sandbox)) as process:
            await until(lambda: storm.left(second_path) == 0)
            await end(process, signal.SIGTERM, within=10)
        assert len(storm.posts(sandbox)) == 8
    assert rows(second_path, "SELECT DISTINCT state, reason FROM delivery") == [("unconfirmed", "unknowable")]


async def test_a_backup_makes_no_writer_wait_long(second_path: Path, tmp_path: Path) -> None:
    """A writer goes on meanwhile; the copy holds what one instant held."""
    stop = threading.Event()
    longest = 0.0

    def write() -> None:
        nonlocal longest
        with closing(sqlite3.connect(second_path, isolation_level=None, timeout=5)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            number = 0
            while not stop.is_set():
                number += 1
                began = time.monotonic()
                connection.execute("BEGIN IMMEDIATE")
                for scope in ("one", "other"):
                    connection.execute("INSERT INTO synced_commands VALUES (?, ?, 'x')", (number, scope))
                connection.execute("COMMIT")
                longest = max(longest, time.monotonic() - began)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for number in range(3):
            file = tmp_path / f"{number}.backup"
            await asyncio.to_thread(copies.backup, second_path, file)
            found = rows(file, "SELECT count(*), count(DISTINCT application_id) FROM synced_commands")
            ((both, single),) = found
            assert both == 2 * int(str(single))
    finally:
        stop.set()
        writing.join()
    assert longest < 5  # what a statement waits for at most: nobody was refused


# -- the backup --------------------------------------------------------------------------------------


def test_a_backup_is_one_whole_file(second_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "a backup.sqlite3"
    condition = copies.backup(second_path, file)
    assert condition.schema == condition.known == len(migrate.migrations())
    assert condition.size == file.stat().st_size
    assert names(tmp_path) == sorted({file.name, second_path.name})
    assert rows(file, "PRAGMA journal_mode") == [("delete",)]
    assert rows(file, "SELECT * FROM copied") == [(1, None)]
    assert rows(second_path, "SELECT * FROM copied") == []
    tables = "SELECT name, sql FROM sqlite_schema ORDER BY name"
    assert rows(file, tables) == rows(second_path, tables)


def test_the_token_is_in_no_backup(second_path: Path, tmp_path: Path) -> None:
    token = f"MTA5ODc2NTQzMjEwOTg3NjU0Mw.GabcDe.{'not-a-secret-' * 3}"
    ended = program("backup", str(tmp_path / "x"), store=second_path, DISCORD_TOKEN=token)
    assert ended.code == 0
    assert b"not-a-secret" not in (tmp_path / "x").read_bytes()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("there", "{file} is there already: name a new file"),
        ("none/x", "{folder} isn't a folder: make it first, or name a file in another one"),
        ("there/x", "{folder} isn't a folder: make it first, or name a file in another one"),
        ("x" * 300, "{file} can't be written: File name too long"),
    ],
)
def test_a_backup_that_cannot_be_written(second_path: Path, tmp_path: Path, file: str, words: str) -> None:
    (tmp_path / "there").write_text("mine")
    target = tmp_path / file
    ended = program("backup", str(target), store=second_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(words.format(file=target, folder=target.parent))
    assert ended.err.count("\n") == 1
    assert (tmp_path / "there").read_text() == "mine"
    assert names(tmp_path) == sorted({"there", second_path.name})


@pytest.mark.skipif(sys.platform != "linux", reason="how a disk is made full is known for Linux alone")
def test_a_disk_that_is_full_for_a_backup(second_path: Path, tmp_path: Path) -> None:
    """The words are about the file, for the store's disk may have room."""
    file = tmp_path / "x"
    full = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (100_000, 100_000))
    ended = program("backup", str(file), store=second_path, before_start=full, COVERAGE_PROCESS_START="")
    assert ended.code == 2
    assert ended.err.startswith(f"{file} can't be written (")
    assert ended.err.count("\n") == 1
    assert names(tmp_path) == [second_path.name]
    with pytest.raises(StoreError, match=r"^/proc/x can't be written \(unable to open database"):
        copies.backup(second_path, Path("/proc/x"))


def test_a_backup_of_nothing(tmp_path: Path) -> None:
    ended = program("backup", str(tmp_path / "x"), store=tmp_path / "none.sqlite3")
    assert ended.code == 2
    assert ended.err == f"DATABASE_PATH {tmp_path / 'none.sqlite3'} isn't there, so there is nothing to back up\n"
    assert names(tmp_path) == []


def test_a_damaged_store_is_not_backed_up_as_if_it_were_whole(second_path: Path, tmp_path: Path) -> None:
    second_path.write_bytes(second_path.read_bytes()[:30_000])
    with pytest.raises(StoreError, match="is damaged"):
        copies.backup(second_path, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def older(store: Path) -> None:
    """Take the store back to where it was before the last migration but one, as an older version left it."""
    steps = migrate.migrations()
    store.unlink()
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute(migrate._RECORD)
        for step in steps[:8]:
            connection.executescript(step.sql)
            connection.execute("INSERT INTO migration VALUES (?, ?, ?)", (step.number, step.name, step.sha256))
        connection.execute("INSERT INTO synced_commands VALUES (1, 'global', 'older')")


async def test_a_store_of_an_older_version(second_path: Path, tmp_path: Path) -> None:
    older(second_path)
    file = tmp_path / "older.backup"
    assert copies.backup(second_path, file).schema == 8
    store = tmp_path / "new" / "store.sqlite3"
    assert await copies.restore(file, store) is None
    assert rows(store, "SELECT sha256 FROM synced_commands") == [("older",)]
    assert rows(store, "SELECT * FROM copied") == [(1, None)]
    assert rows(store, "SELECT max(number) FROM migration") == [(len(migrate.migrations()),)]
    assert names(store.parent) == ["store.sqlite3"]


# -- the restoring -----------------------------------------------------------------------------------


def broken(file: Path, how: str) -> None:
    if how == "text":
        file.write_text("Dear database, " * 100)
    elif how == "empty":
        file.write_bytes(b"")
    elif how == "cut":
        file.write_bytes(file.read_bytes()[:30_000])
    elif how == "index":
        with closing(sqlite3.connect(file)) as connection:
            for one, other in (("channel", "role"), ("role", "channel")):
                # A row that its index knows by another column's value: only a look at both together tells.
                connection.execute("PRAGMA writable_schema = ON")
                connection.execute("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'schedule_channel'",
                                   (f"({one})", f"({other})"))  # fmt: skip
                connection.execute("PRAGMA writable_schema = RESET")
                if other == "role":
                    connection.execute(
                        "INSERT INTO schedule (guild, number, channel, place, minute, days, zone, role, seed, paused) "
                        "VALUES (1, 1, 2, 'text', 60, 127, 'UTC', 3, 5, 'moderator')"
                    )
                connection.commit()
    elif how == "bytes":
        content = bytearray(file.read_bytes())
        content[5 * 4096 : 5 * 4096 + 200] = b"\xa5" * 200
        file.write_bytes(content)
    else:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute({"newer": "INSERT INTO migration VALUES (9999, 'later', 'x')",
                                "another": "DROP TABLE migration",
                                "lacking": "DROP TABLE notice"}[how])  # fmt: skip
            connection.commit()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("text", "isn't an SQLite database"),
        ("empty", "isn't a Canonkeeper database"),
        ("cut", "is damaged"),
        ("bytes", "is damaged"),
        ("index", "is damaged"),
        ("newer", "comes from a newer Canonkeeper (schema 9999, this program knows "),
        ("another", "is another program's database"),
        ("lacking", "isn't as Canonkeeper made it (its notice is missing or different)"),
    ],
)
def test_a_file_that_is_not_restored(second_path: Path, tmp_path: Path, how: str, words: str) -> None:
    file = tmp_path / "file"
    copies.backup(second_path, file)
    broken(file, how)
    before = second_path.read_bytes(), file.read_bytes(), names(tmp_path)
    ended = program("restore", str(file), store=second_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"{file} {words}")
    assert ended.err.endswith(", so nothing was changed\n")
    assert (second_path.read_bytes(), file.read_bytes(), names(tmp_path)) == before


def test_a_file_that_is_not_there_or_the_store_itself(second_path: Path, tmp_path: Path) -> None:
    for file, words in ((tmp_path / "none", "isn't there, or isn't a file"), (tmp_path, "isn't there, or isn't a file"),
                        (second_path, "is the database itself: name a backup of it")):  # fmt: skip
        ended = program("restore", str(file), store=second_path)
        assert (ended.code, ended.err) == (2, f"{file} {words}\n")


async def test_nothing_is_replaced_while_the_bot_runs(second_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    copies.backup(second_path, file)
    before = names(tmp_path)
    async with await SqliteDatabase.open(second_path) as database:
        with pytest.raises(StoreError, match="is in use, so nothing was changed: stop the bot, and restore again"):
            await copies.restore(file, second_path)
        await database.write("INSERT INTO synced_commands VALUES (1, 'global', 'x')")
        database.check_file()
    assert names(tmp_path) == before
    assert rows(second_path, "SELECT sha256 FROM synced_commands") == [("x",)]


async def test_the_old_store_is_kept_each_time(second_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    copies.backup(second_path, file)
    for number in (1, 2):
        with closing(sqlite3.connect(second_path)) as connection:
            connection.execute("INSERT INTO synced_commands VALUES (?, 'global', 'x')", (number,))
            connection.commit()
        kept = await copies.restore(file, second_path)
        assert kept == tmp_path / f"{second_path.name}.before-restore-{number}"
        assert kept is not None
        assert rows(kept, "SELECT application_id FROM synced_commands") == [(number,)]
        assert rows(second_path, "SELECT application_id FROM synced_commands") == []


async def test_a_damaged_store_is_moved_aside_with_its_log(second_path: Path, tmp_path: Path) -> None:
    """That is what backups are for. A log that stayed would be taken for the new store's."""
    file = tmp_path / "backup"
    copies.backup(second_path, file)
    second_path.write_text("Dear database, " * 100)
    log = second_path.with_name(f"{second_path.name}-wal")
    log.write_bytes(b"what was in the log")
    kept = await copies.restore(file, second_path)
    assert kept is not None
    assert kept.read_text().startswith("Dear database")
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"what was in the log"
    assert not log.exists()
    assert program("quote", "kettle", store=second_path).code == 0


async def test_a_store_that_is_cut_off_is_moved_aside(second_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    copies.backup(second_path, file)
    second_path.write_bytes(second_path.read_bytes()[:100] + b"\xa5" * 30_000)
    kept = await copies.restore(file, second_path)
    assert kept is not None
    assert kept.read_bytes()[100:] == b"\xa5" * 30_000
    assert program("quote", "kettle", store=second_path).code == 0


async def test_a_log_without_its_store_is_moved_aside(second_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    copies.backup(second_path, file)
    second_path.unlink()
    log = second_path.with_name(f"{second_path.name}-wal")
    log.write_bytes(b"what was in the log")
    assert await copies.restore(file, second_path) is None
    assert not log.exists()
    assert program("quote", "kettle", store=second_path).code == 0


async def test_a_copy_that_was_made_by_hand_comes_with_its_log(second_path: Path, tmp_path: Path) -> None:
    hand = tmp_path / "by hand"
    hand.mkdir()
    with closing(sqlite3.connect(second_path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("INSERT INTO synced_commands VALUES (7, 'global', 'x')")
        for end_ in ("", "-wal"):
            shutil.copy(f"{second_path}{end_}", hand / f"store{end_}")
    (hand / "store").chmod(0o444)
    await copies.restore(hand / "store", second_path)
    assert rows(second_path, "SELECT application_id FROM synced_commands") == [(7,)]
    assert rows(second_path, "SELECT * FROM copied") == [(1, None)]


async def test_a_restored_store_belongs_to_whom_the_old_one_did(second_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    copies.backup(second_path, file)
    second_path.chmod(0o640)
    if not os.geteuid():
        os.chown(second_path, 1234, 1234)
    before = second_path.stat()
    await copies.restore(file, second_path)
    after = second_path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino
