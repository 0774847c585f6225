"""A store that cannot be used: one clear line, exit code 2, and the file as it was."""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import sqlite3
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.daily.store import carry_bags_over
from bot.errors import StoreError
from bot.store.sqlite import SqliteDatabase
from tests.support.program import program
from tests.support.seeded import content_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.program import Ended

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE = 1


def quote(store: Path, *, as_root: bool = True) -> Ended:
    """Run `python -m bot quote` on a store; not `as_root`: without root's right to write to what is read-only."""
    before_start = None if as_root or os.geteuid() else _without_privilege
    return program("quote", "gasworks", store=store, before_start=before_start)


def _without_privilege() -> None:
    """Run in the child before it starts (man 2 prctl: PR_CAPBSET_DROP)."""
    if ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0):
        os._exit(77)


@contextmanager
def unchanged(path: Path) -> Iterator[None]:
    before, changed = path.read_bytes(), path.stat().st_mtime_ns
    yield
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, changed)


def assert_told(ended: Ended, path: Path, words: str) -> None:
    assert ended.code == 2
    assert ended.err == f"DATABASE_PATH {path} {words}\n"
    assert ended.out == ""


def test_a_store_that_is_fine_answers(second_path: Path) -> None:
    ended = quote(second_path)
    assert (ended.code, ended.err) == (0, "")
    assert "gasworks" in ended.out


def test_no_database(tmp_path: Path) -> None:
    path = tmp_path / "letter.sqlite3"
    path.write_text("Dear database, " * 100)
    with unchanged(path):
        assert_told(quote(path), path, "isn't an SQLite database; move it away, or name another file")


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    ended = quote(tmp_path)
    assert_told(ended, tmp_path, "is a folder; name a file in it")


def test_a_file_where_its_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    path = tmp_path / "file" / "store.sqlite3"
    assert_told(quote(path), path, f"can't be used: {path.parent} isn't a folder")


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 300)
    assert_told(quote(path), path, "can't be used: File name too long")


@pytest.mark.parametrize("table", ["migration", "schedule", "delivery"])
def test_a_damaged_store(second_path: Path, table: str) -> None:
    with closing(sqlite3.connect(second_path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    page = root - 1
    content = bytearray(second_path.read_bytes())
    content[page * 4096 : page * 4096 + 200] = b"\xa5" * 200
    second_path.write_bytes(content)
    with unchanged(second_path):
        assert_told(
            quote(second_path),
            second_path,
            "is damaged; restore a copy, or recover it with the sqlite3 program's .recover",
        )


def test_a_truncated_store(second_path: Path) -> None:
    second_path.write_bytes(second_path.read_bytes()[:30_000])
    with unchanged(second_path):
        assert_told(
            quote(second_path),
            second_path,
            "is damaged; restore a copy, or recover it with the sqlite3 program's .recover",
        )


@pytest.mark.parametrize("table", ["schedule", "drawn", "delivery", "synced_commands"])
def test_a_store_without_a_table(second_path: Path, table: str) -> None:
    with closing(sqlite3.connect(second_path)) as connection:
        connection.execute(f"DROP TABLE {table}")
        connection.commit()
    with unchanged(second_path):
        ended = quote(second_path)
    assert ended.code == 2
    assert ended.err.startswith(f"DATABASE_PATH {second_path} isn't as Canonkeeper made it (its ")
    assert ended.err.count("\n") == 1


def test_a_store_with_another_column(second_path: Path) -> None:
    with closing(sqlite3.connect(second_path)) as connection:
        connection.execute("ALTER TABLE schedule ADD COLUMN mine TEXT")
        connection.commit()
    with unchanged(second_path):
        assert "isn't as Canonkeeper made it (its schedule is missing or different)" in quote(second_path).err


def _value(store: Path, table: str, column: str, where: str) -> bytes:
    with closing(sqlite3.connect(store)) as connection:
        sql = f"SELECT CAST({column} AS BLOB) FROM {table} WHERE {where}"
        return bytes(connection.execute(sql).fetchone()[0])


def _flip(store: Path, value: bytes) -> None:
    """Flip bits in the middle of a value, where the file holds it: SQLite keeps no checksums of its pages."""
    content = bytearray(store.read_bytes())
    middle = len(value) // 2
    part = value[middle : middle + 16]
    at = content.find(part)
    assert at >= 0
    content[at : at + 4] = bytes(byte ^ 1 for byte in content[at : at + 4])
    store.write_bytes(content)


@pytest.mark.parametrize(
    ("table", "column", "where"),
    [
        ("learnt", "blob", "name = 'facts'"),
        ("learnt", "blob", "name = 'claims'"),
        ("learnt", "blob", "name = 'canon'"),
        ("learnt", "blob", "name = 'digest'"),
        ("quote", "text", "id = 'a-wrong-note'"),
        ("entry", "body", "kind = 'fact'"),
    ],
)
def test_bytes_flipped_in_the_content_are_seen(
    second_path: Path, tmp_path: Path, table: str, column: str, where: str
) -> None:
    """What was learnt ahead is damaged; what is beside the store is whole, and taken instead."""
    ahead = Path(shutil.copy(content_of(second_path), tmp_path / "ahead.bin"))
    _flip(ahead, _value(ahead, table, column, where))
    with unchanged(ahead), unchanged(content_of(second_path)):
        ended = program("quote", "gasworks", store=second_path, LEARNT_PATH=str(ahead))
    assert ended.code == 0
    assert "gasworks" in ended.out
    assert f"{ahead} isn't used: it's damaged" in ended.err
    assert ended.err.count("\n") == 1


def test_damaged_content_is_learnt_anew(second_path: Path) -> None:
    content = content_of(second_path)
    before = _value(content, "learnt", "blob", "name = 'facts'")
    _flip(content, before)
    ended = quote(second_path)
    assert ended.code == 0
    assert f"{content} isn't used: it's damaged" in ended.err
    assert "Traceback" not in ended.err
    assert _value(content, "learnt", "blob", "name = 'facts'") == before
    assert (quote(second_path).code, quote(second_path).err) == (0, "")


def test_a_newer_store(second_path: Path) -> None:
    with closing(sqlite3.connect(second_path)) as connection:
        connection.execute("INSERT INTO migration VALUES (9999, 'later', 'x')")
        connection.commit()
    with unchanged(second_path):
        ended = quote(second_path)
    assert ended.code == 2
    assert "comes from a newer Canonkeeper (schema 9999" in ended.err
    assert ended.err.count("\n") == 1


def test_a_read_only_store(second_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("how root loses its rights is known for Linux alone")
    second_path.chmod(0o444)
    second_path.parent.chmod(0o555)
    try:
        with unchanged(second_path):
            ended = quote(second_path, as_root=False)
    finally:
        second_path.parent.chmod(0o755)
    if ended.code == 77:
        pytest.skip("root may not give up its right to write to read-only files here")
    assert ended.code == 2
    assert ended.err.startswith(f"DATABASE_PATH {second_path} ")
    assert ended.err.count("\n") == 1
    assert "can be written to" in ended.err or "is read-only" in ended.err


def test_a_read_only_file_in_a_folder_that_is_not(second_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("how root loses its rights is known for Linux alone")
    second_path.chmod(0o444)
    with unchanged(second_path):
        ended = quote(second_path, as_root=False)
    if ended.code == 77:
        pytest.skip("root may not give up its right to write to read-only files here")
    assert_told(ended, second_path, "is read-only; let this user write to it and to its folder")


def test_a_store_that_another_program_keeps_to_itself(second_path: Path) -> None:
    with closing(sqlite3.connect(second_path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        ended = quote(second_path)
    assert_told(ended, second_path, "is in use by another program; stop that one, or wait, and start again")


async def test_a_store_that_is_locked_when_the_bags_have_something_to_learn(second_path: Path) -> None:
    with closing(sqlite3.connect(second_path, isolation_level=None)) as other:
        async with await SqliteDatabase.open(second_path, busy_timeout_ms=50) as database:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="is in use by another program"), database.in_words():
                await carry_bags_over(database, (), ())


async def test_opening_can_be_cancelled(tmp_path: Path) -> None:
    for turns in range(0, 30, 3):
        opening = asyncio.create_task(SqliteDatabase.open(tmp_path / "store.sqlite3"))
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        (found,) = await asyncio.gather(opening, return_exceptions=True)
        if isinstance(found, SqliteDatabase):
            await found.close()
    async with await SqliteDatabase.open(tmp_path / "store.sqlite3"):
        pass
