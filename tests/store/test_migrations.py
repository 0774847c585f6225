"""The schema's steps: each with its record, all or nothing, never edited, never from a newer program."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from bot.errors import StoreError
from bot.store import migrate
from bot.store.migrate import Migration, migrations
from bot.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from pathlib import Path


def step(number: int, sql: str, name: str = "") -> Migration:
    name = name or f"{number:04}_step.sql"
    return Migration(number, name, sql, hashlib.sha256(sql.encode()).hexdigest())


def use(monkeypatch: pytest.MonkeyPatch, *steps: Migration) -> None:
    monkeypatch.setattr(migrate, "migrations", lambda: steps)


async def open_and_close(path: Path) -> None:
    async with await SqliteDatabase.open(path):
        pass


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def tables(path: Path) -> set[object]:
    return {name for (name,) in ask(path, "SELECT name FROM sqlite_schema WHERE type = 'table'")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


async def test_every_step_leaves_its_record(path: Path) -> None:
    await open_and_close(path)
    assert ask(path, "SELECT number, name, sha256 FROM migration ORDER BY number") == [
        (each.number, each.name, each.sha256) for each in migrations()
    ]


def test_every_step_says_why_it_is_there() -> None:
    assert [each.name for each in migrations() if not each.sql.startswith("-- ")] == []


async def test_opening_again_changes_nothing(path: Path) -> None:
    await open_and_close(path)
    before = path.read_bytes()
    await open_and_close(path)
    assert path.read_bytes() == before


async def test_a_new_step_is_run_on_an_older_store(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = step(1, "CREATE TABLE a (x TEXT) STRICT;")
    use(monkeypatch, first)
    await open_and_close(path)
    use(monkeypatch, first, step(2, "CREATE TABLE b (x TEXT) STRICT;\nINSERT INTO b VALUES ('kept');"))
    await open_and_close(path)
    assert ask(path, "SELECT x FROM b") == [("kept",)]
    assert ask(path, "SELECT number FROM migration") == [(1,), (2,)]


async def test_a_step_that_fails_leaves_nothing_of_itself(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(
        monkeypatch,
        step(1, "CREATE TABLE a (x TEXT) STRICT;"),
        step(2, "CREATE TABLE b (x TEXT) STRICT;\nINSERT INTO a VALUES ('half');\nINSERT INTO nowhere VALUES (1);"),
    )
    with pytest.raises(StoreError, match="no such table: nowhere"):
        await open_and_close(path)
    assert tables(path) == {"migration", "a"}
    assert ask(path, "SELECT * FROM a") == []
    assert ask(path, "SELECT number FROM migration") == [(1,)]


async def test_an_edited_step_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, step(1, "CREATE TABLE a (x TEXT) STRICT;"))
    await open_and_close(path)
    before = path.read_bytes()
    use(monkeypatch, step(1, "CREATE TABLE a (x TEXT, y TEXT) STRICT;"))
    with pytest.raises(StoreError, match=r"was made with a different 0001_step\.sql"):
        await open_and_close(path)
    assert path.read_bytes() == before


async def test_a_newer_store_is_refused_and_left_as_it_was(path: Path) -> None:
    await open_and_close(path)
    number = len(migrations()) + 1
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO migration VALUES (?, 'later', 'x')", (number,))
        connection.commit()
    before, changed = path.read_bytes(), path.stat().st_mtime_ns
    with pytest.raises(StoreError, match=f"comes from a newer Canonkeeper \\(schema {number}, this program knows"):
        await open_and_close(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, changed)
    # A reader of a WAL database leaves its sidecars behind, with nothing in the log.
    assert {each.name for each in path.parent.iterdir()} <= {path.name, f"{path.name}-wal", f"{path.name}-shm"}
    assert path.with_name(f"{path.name}-wal").stat().st_size == 0


async def test_another_program_s_store_is_refused_and_left_as_it_was(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")
        connection.commit()
    before, changed = path.read_bytes(), path.stat().st_mtime_ns
    with pytest.raises(StoreError, match="is another program's database; name another file"):
        await open_and_close(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, changed)


async def test_a_step_that_another_process_ran_meanwhile_is_not_run_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both found the store empty; the other one was quicker."""
    await open_and_close(path)

    async def see_nothing(_: Path) -> None:
        """What was inspected before the other process wrote."""

    monkeypatch.setattr(migrate, "inspect", see_nothing)
    await open_and_close(path)
    assert len(ask(path, "SELECT * FROM migration")) == len(migrations())


def test_a_gap_in_the_numbers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "migrations" / "sqlite").mkdir(parents=True)
    for name in ("0001_a.sql", "0003_c.sql", "notes.txt"):
        (tmp_path / "migrations" / "sqlite" / name).write_text("SELECT 1;")
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    with pytest.raises(StoreError, match="have a gap in their numbers"):
        migrations()


async def test_all_tables_are_strict(path: Path) -> None:
    await open_and_close(path)
    lax = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict"
    assert {name for (name,) in ask(path, lax) if not str(name).startswith("sqlite_")} == set()


async def test_a_schedule_keeps_its_style_where_quizzes_come_to_be(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every = migrations()
    quizzes = next(at for at, each in enumerate(every) if "quiz" in each.name)
    with monkeypatch.context() as before:
        use(before, *every[:quizzes])
        await open_and_close(path)
    with closing(sqlite3.connect(path)) as connection:
        for number, style in enumerate(("text", "card"), 1):
            connection.execute(
                "INSERT INTO schedule (guild, number, channel, place, minute, days, zone, style, seed, paused) "
                "VALUES (1, ?, ?, 'text', 0, 1, 'UTC', ?, 1, 'moderator')",
                (number, number, style),
            )
        connection.commit()
    await open_and_close(path)
    assert ask(path, "SELECT number, style FROM schedule ORDER BY number") == [(1, "text"), (2, "card")]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE schedule SET style = 'quiz'")
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            connection.execute("UPDATE schedule SET style = 'song'")


# What an earlier version kept in the store: of each table a row that others name.
CONTENT = """
INSERT INTO content_state (only, checksum, head) VALUES (1, 'x', '{}');
INSERT INTO speaker (id, ord, name, role, colour, quoted_by, aliases) VALUES ('a', 1, 'A', 'r', 0, 'b', '[]');
INSERT INTO speaker (id, ord, name, role, colour, aliases) VALUES ('b', 2, 'B', 'r', 0, '[]');
INSERT INTO source (id, ord, title, author) VALUES ('s', 1, 'S', 'a');
INSERT INTO topic (id, ord, name, aliases) VALUES ('t', 1, 'T', '[]');
INSERT INTO passage (id, ord, source, speaker, text) VALUES ('p', 1, 's', 'a', 'One. Two.');
INSERT INTO quote (id, ord, passage, speaker, start, text) VALUES ('q', 1, 'p', 'a', 0, 'One.');
INSERT INTO quote_topic (quote, topic) VALUES ('q', 't');
INSERT INTO quote_search (text, quote) VALUES ('one', 'q');
INSERT INTO entry (kind, ord, id, body) VALUES ('fact', 1, 'f', '{}');
INSERT INTO learnt (name, blob) VALUES ('facts', zeroblob(100000));
"""
OF_SERVERS = """
INSERT INTO schedule (id, guild, number, channel, place, minute, days, zone, seed, last_quote, paused)
VALUES (1, 1, 1, 1, 'text', 0, 1, 'UTC', 1, 'q', 'moderator');
INSERT INTO drawn (schedule, quote) VALUES (1, 'q');
INSERT INTO synced_commands (application_id, scope, sha256) VALUES (1, 'global', 'x');
"""


async def test_the_announcement_leaves_the_store_and_servers_keep_what_they_chose(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrations()
    apart = next(at for at, each in enumerate(every) if "content_apart" in each.name)
    with monkeypatch.context() as before:
        use(before, *every[:apart])
        await open_and_close(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(f"BEGIN; {CONTENT} {OF_SERVERS} COMMIT;")
    kept = [ask(path, f"SELECT * FROM {table}") for table in ("schedule", "drawn", "synced_commands")]
    await open_and_close(path)
    assert [ask(path, f"SELECT * FROM {table}") for table in ("schedule", "drawn", "synced_commands")] == kept
    new = path.with_name("new.sqlite3")
    await open_and_close(new)
    assert tables(path) == tables(new)
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]
    await open_and_close(path)
