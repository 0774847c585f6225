"""The announcement in the store: seeded whole, searched by words alone, and impossible to misquote."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot import seeding
from bot.announcement import Announcement, QuoteEntry, checksum, load
from bot.errors import LearningError, StoreConstraintError
from bot.seeding import bring_up_to_date, learn
from bot.store.content import Content, write_content, written_checksum
from bot.store.sqlite import SqliteDatabase
from bot.store.synced import SyncedCommands
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy


@pytest.fixture
async def database(second_path: Path) -> AsyncIterator[SqliteDatabase]:
    async with await SqliteDatabase.open(second_path) as opened:
        yield opened


@pytest.fixture
def content(database: SqliteDatabase) -> Content:
    return Content(database)


@pytest.fixture
def announcement() -> Announcement:
    return load(SECOND)


# -- reading -----------------------------------------------------------------------------------------


async def test_everything_comes_back_as_it_went_in(content: Content, announcement: Announcement) -> None:
    assert await content.head() == announcement.head
    assert await content.people() == announcement.people
    assert await content.subjects() == announcement.subjects
    assert await content.claims() == announcement.claims
    assert await content.facts() == announcement.facts
    assert await content.timeline() == announcement.timeline
    assert await content.speakers() == announcement.speakers
    assert await content.sources() == announcement.sources
    assert await content.topics() == announcement.topics
    assert await content.passages() == tuple(msgspec.structs.replace(p, inset=()) for p in announcement.passages)
    written = [msgspec.structs.asdict(quote) for quote in announcement.quotes]
    read = [msgspec.structs.asdict(quote) for quote in await content.quotes()]
    assert [{key: quote[key] for key in QuoteEntry.__struct_fields__} for quote in read] == written


async def test_quotes_are_numbered_in_their_order_and_stand_where_they_say(content: Content) -> None:
    passages = {passage.id: passage.text for passage in await content.passages()}
    quotes = await content.quotes()
    assert [quote.number for quote in quotes] == list(range(1, len(quotes) + 1))
    for quote in quotes:
        assert passages[quote.passage][quote.start : quote.start + len(quote.text)] == quote.text


async def test_the_chain_of_who_quotes_whom_is_kept(content: Content) -> None:
    quotes = {quote.id: quote for quote in await content.quotes()}
    assert quotes["tune-it-first"].attribution == "Clara Voss, quoted by Ines Falk"
    assert quotes["third-symphony"].attribution == "Ines Falk"
    assert quotes["tune-it-first"].source.cited == "The conductor's letter"
    assert quotes["tune-it-first"].topics == ("the-sound",)


# -- searching ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("seat", "eleven-hundred"),
        ("seating person", None),
        ("clapping hand", "clapped-once"),
        ("admit", "a-wrong-note"),
        ("naive facade", None),
        ("facade", "a-facade"),
        ("FAÇADE", "a-facade"),
        ("fаcаde", "a-facade"),
        ("ｆａｃａｄｅ", "a-facade"),
        ("B flat", "a-facade"),
        ("pier nine", "from-october"),
        ("nine pier", "from-october"),
        ("hall", "eleven-hundred"),
        ("two seconds", "clapped-once"),
        ("pier_nine", "from-october"),
        ("city council's", None),
        ("zebra", None),
        ("", None),
        ("?!", None),
        ("💙", None),
    ],
)
async def test_words_find_quotes(content: Content, typed: str, first: str | None) -> None:
    found = await content.search(typed)
    assert (found[0] if found else None) == first


async def test_a_phrase_comes_before_its_words_apart(content: Content) -> None:
    found = await content.search("the gasworks")
    assert found[0] in {"from-october", "rumours-are-true"}
    assert len(found) == len(set(found))


SYNTAX = [
    '"',
    "'",
    "''",
    "*",
    "^hall",
    "hall*",
    "hall AND",
    "AND",
    "OR OR",
    "NOT hall",
    "NEAR(hall people, 2)",
    "text : hall",
    "{text quote} : hall",
    "-text: hall",
    "(hall",
    "hall)",
    "hall + people",
    '"hall',
    'hall" OR "people',
    "hall; DROP TABLE quote",
    "a\0b",
    "rank:bm25",
    "\\",
    "%",
    "'hall' ''people",
    "o'clock's'",
]


def queries() -> SearchStrategy[str]:
    pieces = st.sampled_from([*SYNTAX, "hall", "people", "é", "ß", "'", "ก็", "\u202e"])
    return st.one_of(st.text(), st.lists(pieces).map(" ".join), st.lists(pieces).map("".join))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(typed=queries())
@example(typed="\ud800")
async def test_nothing_typed_is_syntax(content: Content, typed: str) -> None:
    known = {quote.id for quote in await content.quotes()}
    assert set(await content.search(typed)) <= known


@pytest.mark.parametrize("typed", SYNTAX)
async def test_signs_around_a_word_change_nothing(content: Content, typed: str) -> None:
    if "hall" in typed and not any(word in typed for word in ("people", "AND", "NOT", "text", "DROP")):
        assert await content.search(typed) == await content.search("hall")
    else:
        await content.search(typed)


# -- misquoting --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "INSERT INTO quote VALUES ('x', 99, 'tickets', 'office', 0, 'Tickets cost nothing.', 1)",
            "a quote must stand in its passage, word for word",
        ),
        (
            "INSERT INTO quote VALUES ('x', 99, 'tickets', 'office', 1, 'Tickets for the first night', 1)",
            "a quote must stand in its passage, word for word",
        ),
        (
            "INSERT INTO quote VALUES ('x', 99, 'nowhere', 'office', 0, 'Tickets for the first night', 1)",
            "a quote must stand in its passage, word for word",
        ),
        ("UPDATE quote SET text = 'Tickets cost nothing.'", "a quote is never edited"),
        ("UPDATE quote SET speaker = 'voss' WHERE id = 'eleven-hundred'", "a quote is never edited"),
        ("UPDATE passage SET text = 'Nothing.'", "a passage is never edited"),
        ("DELETE FROM passage WHERE id = 'tickets'", "FOREIGN KEY constraint failed"),
        ("DELETE FROM speaker WHERE id = 'voss'", "FOREIGN KEY constraint failed"),
    ],
)
def test_the_store_refuses_to_misquote(second_path: Path, sql: str, words: str) -> None:
    with closing(sqlite3.connect(second_path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError, match=words):
            _run(connection, sql)


def _run(connection: sqlite3.Connection, sql: str) -> None:
    connection.execute(sql)
    connection.commit()


# -- seeding -----------------------------------------------------------------------------------------


@pytest.fixture
def learnt_at_once(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Learning is tested elsewhere: here it gives anything, and notes that it was asked."""
    asked: list[int] = []

    async def learn(taught: dict[str, object], _progress: object) -> dict[str, bytes]:
        asked.append(len(taught))
        return dict.fromkeys(taught, b"learnt")

    monkeypatch.setattr(seeding, "_learn", learn)
    return asked


async def test_an_unchanged_folder_is_not_seeded_again(database: SqliteDatabase, learnt_at_once: list[int]) -> None:
    assert not await bring_up_to_date(database, SECOND)
    assert learnt_at_once == []


async def test_a_changed_folder_is(database: SqliteDatabase, tmp_path: Path, learnt_at_once: list[int]) -> None:
    folder = shutil.copytree(SECOND, tmp_path / "changed")
    topics = folder / "topics.toml"
    topics.write_text(topics.read_text().replace('"The sound"', '"How it sounds"'))
    assert await bring_up_to_date(database, folder)
    assert not await bring_up_to_date(database, folder)
    assert learnt_at_once == [2]
    assert [topic.name for topic in await Content(database).topics()][1] == "How it sounds"


async def test_quotes_that_are_gone_are_found_no_more(
    database: SqliteDatabase, tmp_path: Path, learnt_at_once: list[int]
) -> None:
    folder = shutil.copytree(SECOND, tmp_path / "changed")
    quotes = folder / "quotes.toml"
    head, kettle, rest = quotes.read_text().partition('[[quote]]\nid = "the-kettle"')
    quotes.write_text(head + rest[rest.index("[[quote]]") :])
    await bring_up_to_date(database, folder)
    assert kettle
    assert await Content(database).search("kettle") == ()
    assert len(await Content(database).quotes()) == 13
    assert learnt_at_once


async def test_a_folder_with_mistakes_leaves_the_store_as_it_was(database: SqliteDatabase, tmp_path: Path) -> None:
    folder = shutil.copytree(SECOND, tmp_path / "wrong")
    (folder / "topics.toml").unlink()
    with pytest.raises(Exception, match=r"topics\.toml: the file is missing"):
        await bring_up_to_date(database, folder)
    assert len(await Content(database).quotes()) == 14
    assert not await bring_up_to_date(database, SECOND)


async def test_a_seed_that_fails_leaves_the_store_as_it_was(
    database: SqliteDatabase, announcement: Announcement
) -> None:
    before = await Content(database).quotes()
    with pytest.raises(StoreConstraintError):
        await write_content(database, announcement, "another", {"facts": None})  # type: ignore[dict-item]  # so that it fails
    assert await Content(database).quotes() == before
    assert await written_checksum(database) != "another"


async def test_what_servers_chose_survives_another_seed(database: SqliteDatabase, announcement: Announcement) -> None:
    synced = SyncedCommands(database)
    await synced.put(1, "global", "abc")
    await write_content(database, announcement, "another", {})
    assert await synced.get(1, "global") == "abc"
    assert await written_checksum(database) == "another"


async def test_a_program_that_reads_another_form_learns_anew(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch, learnt_at_once: list[int]
) -> None:
    monkeypatch.setattr(seeding, "FORM", 999)
    assert await bring_up_to_date(database, SECOND)
    assert learnt_at_once == [2]


async def test_an_empty_store_was_seeded_from_nothing(tmp_path: Path) -> None:
    async with await SqliteDatabase.open(tmp_path / "new.sqlite3") as database:
        assert await written_checksum(database) is None
    assert checksum(SECOND)


# -- learning ahead ----------------------------------------------------------------------------------


async def test_a_start_takes_what_was_learnt_ahead(tmp_path: Path, learnt_at_once: list[int]) -> None:
    file = tmp_path / "made" / "learnt.bin"
    assert await learn(SECOND, file)
    assert learnt_at_once == [2]
    for name in ("one", "two"):
        async with await SqliteDatabase.open(tmp_path / name) as database:
            assert await bring_up_to_date(database, SECOND, file)
            assert await Content(database).learnt("facts") == b"learnt"
            assert not await bring_up_to_date(database, SECOND, file)
    assert learnt_at_once == [2]
    assert [each.name for each in file.parent.iterdir()] == [file.name]


async def test_a_store_of_an_older_announcement_takes_it_too(
    database: SqliteDatabase, tmp_path: Path, learnt_at_once: list[int]
) -> None:
    folder = shutil.copytree(SECOND, tmp_path / "changed")
    (folder / "topics.toml").write_text((folder / "topics.toml").read_text() + "\n")
    await learn(folder, tmp_path / "learnt.bin")
    assert await bring_up_to_date(database, folder, tmp_path / "learnt.bin")
    assert learnt_at_once == [2]


async def test_nothing_new_is_not_learnt_twice(tmp_path: Path, learnt_at_once: list[int]) -> None:
    assert await learn(SECOND, tmp_path / "learnt.bin")
    before = (tmp_path / "learnt.bin").stat()
    assert not await learn(SECOND, tmp_path / "learnt.bin")
    assert (tmp_path / "learnt.bin").stat() == before
    assert learnt_at_once == [2]


@pytest.mark.parametrize("form", ["FORM", "canon.FORM"])
async def test_what_another_program_learnt_is_not_used(
    tmp_path: Path, learnt_at_once: list[int], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    await learn(SECOND, tmp_path / "learnt.bin")
    monkeypatch.setattr(f"bot.seeding.{form}", 999)
    async with await SqliteDatabase.open(tmp_path / "store.sqlite3") as database:
        assert await bring_up_to_date(database, SECOND, tmp_path / "learnt.bin")
    assert learnt_at_once == [2, 2]


async def test_what_was_learnt_from_another_folder_is_not_used(tmp_path: Path, learnt_at_once: list[int]) -> None:
    folder = shutil.copytree(SECOND, tmp_path / "changed")
    (folder / "topics.toml").write_text((folder / "topics.toml").read_text() + "\n")
    await learn(folder, tmp_path / "learnt.bin")
    async with await SqliteDatabase.open(tmp_path / "store.sqlite3") as database:
        assert await bring_up_to_date(database, SECOND, tmp_path / "learnt.bin")
    assert learnt_at_once == [2, 2]


async def test_a_damaged_file_is_learnt_again(tmp_path: Path, learnt_at_once: list[int]) -> None:
    file = tmp_path / "learnt.bin"
    await learn(SECOND, file)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    async with await SqliteDatabase.open(tmp_path / "store.sqlite3") as database:
        assert await bring_up_to_date(database, SECOND, file)
    assert learnt_at_once == [2, 2]
    assert await learn(SECOND, file)
    assert file.read_bytes() == whole


async def test_no_damage_goes_unnoticed(tmp_path: Path, learnt_at_once: list[int]) -> None:
    file = tmp_path / "learnt.bin"
    await learn(SECOND, file)
    whole = file.read_bytes()
    checksum = seeding._checksum(SECOND)
    assert learnt_at_once == [2]
    assert seeding._ready(file, checksum)
    for at in range(0, len(whole), len(whole) // 200 + 1):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        assert seeding._ready(file, checksum) is None
        file.write_bytes(whole[:at])
        assert seeding._ready(file, checksum) is None


async def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, learnt_at_once: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    async with await SqliteDatabase.open(tmp_path / "store.sqlite3") as database:
        assert await bring_up_to_date(database, SECOND, tmp_path)
    assert learnt_at_once == [2]
    assert f"{tmp_path} isn't used" in caplog.text


async def test_a_folder_that_cannot_be_written_to(tmp_path: Path, learnt_at_once: list[int]) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LearningError, match=r"file/learnt\.bin can't be written: "):
        await learn(SECOND, tmp_path / "file" / "learnt.bin")
    assert learnt_at_once == []
    (tmp_path / "folder").mkdir()
    with pytest.raises(LearningError, match=r"folder can't be written: "):
        await learn(SECOND, tmp_path / "folder")
    assert [each.name for each in tmp_path.iterdir() if "folder" in each.name] == ["folder"]


async def test_words_are_looked_up_in_memory(second_path: Path) -> None:
    async with await SqliteDatabase.open(second_path) as database:
        content = Content(database)
        found = await content.search("hall")
    # The store is closed by now.
    assert found
    assert await content.search("hall") == found
    assert await content.search("gasworks") != found
