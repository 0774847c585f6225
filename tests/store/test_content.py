"""What is learnt, in its file: made whole, searched by words alone, checked before use, impossible to misquote."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import seeding
from bot.announcement import Announcement, QuoteEntry, load
from bot.errors import AnnouncementError, LearningError
from bot.library import read_library
from bot.seeding import CANON, CLAIMS, FACTS, bring_up_to_date, learn
from bot.store.content import Content, QuoteIndex
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy


@pytest.fixture
def announcement() -> Announcement:
    return load(SECOND)


@pytest.fixture
def content(announcement: Announcement) -> Iterator[Content]:
    with Content.make(announcement, "x", {"facts": b"learnt"}) as made:
        yield made


@pytest.fixture(scope="module")
def index() -> QuoteIndex:
    with Content.make(load(SECOND), "x", {}) as made:
        return QuoteIndex(made.quotes())


# -- reading -----------------------------------------------------------------------------------------


async def test_everything_comes_back_as_it_went_in(content: Content, announcement: Announcement) -> None:
    assert content.head() == announcement.head
    assert content.people() == announcement.people
    assert content.subjects() == announcement.subjects
    assert content.claims() == announcement.claims
    assert content.facts() == announcement.facts
    assert content.timeline() == announcement.timeline
    assert content.speakers() == announcement.speakers
    assert content.sources() == announcement.sources
    assert content.topics() == announcement.topics
    assert content.passages() == tuple(msgspec.structs.replace(p, inset=()) for p in announcement.passages)
    written = [msgspec.structs.asdict(quote) for quote in announcement.quotes]
    read = [msgspec.structs.asdict(quote) for quote in content.quotes()]
    assert [{key: quote[key] for key in QuoteEntry.__struct_fields__} for quote in read] == written


async def test_quotes_are_numbered_in_their_order_and_stand_where_they_say(content: Content) -> None:
    passages = {passage.id: passage.text for passage in content.passages()}
    quotes = content.quotes()
    assert [quote.number for quote in quotes] == list(range(1, len(quotes) + 1))
    for quote in quotes:
        assert passages[quote.passage][quote.start : quote.start + len(quote.text)] == quote.text


async def test_the_chain_of_who_quotes_whom_is_kept(content: Content) -> None:
    quotes = {quote.id: quote for quote in content.quotes()}
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
async def test_words_find_quotes(index: QuoteIndex, typed: str, first: str | None) -> None:
    found = index.search(typed)
    assert (found[0] if found else None) == first


async def test_a_phrase_comes_before_its_words_apart(index: QuoteIndex) -> None:
    found = index.search("the gasworks")
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


@settings(deadline=None)
@given(typed=queries())
@example(typed="\ud800")
async def test_nothing_typed_is_syntax(index: QuoteIndex, typed: str) -> None:
    known = {quote.id for quote in load(SECOND).quotes}
    assert set(index.search(typed)) <= known


@pytest.mark.parametrize("typed", SYNTAX)
async def test_signs_around_a_word_change_nothing(index: QuoteIndex, typed: str) -> None:
    if "hall" in typed and not any(word in typed for word in ("people", "AND", "NOT", "text", "DROP")):
        assert index.search(typed) == index.search("hall")
    else:
        index.search(typed)


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
def test_the_file_refuses_to_misquote(content: Content, tmp_path: Path, sql: str, words: str) -> None:
    content.save(tmp_path / "content.sqlite3")
    with closing(sqlite3.connect(tmp_path / "content.sqlite3")) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError, match=words):
            _run(connection, sql)


def _run(connection: sqlite3.Connection, sql: str) -> None:
    connection.execute(sql)
    connection.commit()


# -- learning -----------------------------------------------------------------------------------------


@pytest.fixture
def learnt_at_once(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Learning is tested elsewhere: here it gives anything, and notes that it was asked."""
    asked: list[int] = []

    async def learn(taught: dict[str, object], _progress: object) -> dict[str, bytes]:
        asked.append(len(taught))
        return dict.fromkeys(taught, b"learnt")

    monkeypatch.setattr(seeding, "_learn", learn)
    return asked


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """Where `learn` leaves what it learns."""
    return tmp_path / "program" / "learnt.sqlite3"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where a start does."""
    return tmp_path / "data" / "store.learnt.sqlite3"


async def started(folder: Path, ready: Path, kept: Path) -> tuple[str, ...]:
    """The topics that a start on the folder knows."""
    with await bring_up_to_date(folder, ready, kept) as content:
        assert content.learnt("facts") == b"learnt"
        return tuple(topic.name for topic in content.topics())


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    folder = shutil.copytree(SECOND, tmp_path / "changed")
    topics = folder / "topics.toml"
    topics.write_text(topics.read_text().replace('"The sound"', '"How it sounds"'))
    return folder


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def test_a_start_learns_once(ready: Path, kept: Path, learnt_at_once: list[int]) -> None:
    first = await started(SECOND, ready, kept)
    before = kept.stat()
    assert await started(SECOND, ready, kept) == first
    assert learnt_at_once == [2]
    assert kept.stat() == before
    assert names(kept.parent) == [kept.name]
    assert not ready.parent.exists()


async def test_a_start_takes_what_was_learnt_ahead(ready: Path, kept: Path, learnt_at_once: list[int]) -> None:
    assert await learn(SECOND, ready)
    ready.chmod(0o444)
    before = ready.read_bytes()
    for _ in range(2):
        await started(SECOND, ready, kept)
    assert learnt_at_once == [2]
    assert ready.read_bytes() == before
    assert names(ready.parent) == [ready.name]
    assert not kept.parent.exists()


async def test_a_changed_folder_is_learnt_again(
    changed: Path, ready: Path, kept: Path, learnt_at_once: list[int]
) -> None:
    assert "The sound" in await started(SECOND, ready, kept)
    assert "How it sounds" in await started(changed, ready, kept)
    assert "How it sounds" in await started(changed, ready, kept)
    assert learnt_at_once == [2, 2]
    assert names(kept.parent) == [kept.name]


async def test_an_image_that_is_out_of_date_stays_as_it_is(
    changed: Path, ready: Path, kept: Path, learnt_at_once: list[int]
) -> None:
    await learn(SECOND, ready)
    before = ready.read_bytes()
    for _ in range(2):
        assert "How it sounds" in await started(changed, ready, kept)
    assert learnt_at_once == [2, 2]
    assert ready.read_bytes() == before
    # And the other way round.
    assert "The sound" in await started(SECOND, ready, kept)
    assert learnt_at_once == [2, 2]


async def test_a_folder_with_mistakes_stops_the_start(
    changed: Path, ready: Path, kept: Path, learnt_at_once: list[int]
) -> None:
    await started(SECOND, ready, kept)
    before = kept.read_bytes()
    (changed / "topics.toml").unlink()
    with pytest.raises(AnnouncementError, match=r"topics\.toml: the file is missing"):
        await started(changed, ready, kept)
    with pytest.raises(AnnouncementError, match=r"topics\.toml: the file is missing"):
        await learn(changed, ready)
    assert learnt_at_once == [2]
    assert kept.read_bytes() == before
    assert not ready.exists()


async def test_nothing_new_is_not_learnt_twice(ready: Path, learnt_at_once: list[int]) -> None:
    assert await learn(SECOND, ready)
    before = ready.stat()
    assert not await learn(SECOND, ready)
    assert ready.stat() == before
    assert learnt_at_once == [2]


@pytest.mark.parametrize("form", ["FORM", "canon.FORM", "form"])
async def test_what_another_version_learnt_is_not_used(
    ready: Path, kept: Path, learnt_at_once: list[int], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    await learn(SECOND, ready)
    monkeypatch.setattr(f"bot.seeding.{form}", 999 if form.endswith("FORM") else lambda: "other")
    await started(SECOND, ready, kept)
    assert learnt_at_once == [2, 2]


@pytest.mark.parametrize("way", ["cut", "flipped", "emptied", "another schema", "text", "an older version's"])
async def test_a_damaged_file_is_learnt_again(
    ready: Path, kept: Path, learnt_at_once: list[int], caplog: pytest.LogCaptureFixture, way: str
) -> None:
    await learn(SECOND, ready)
    whole = ready.read_bytes()
    at = whole.index(b"seats eleven hundred")
    if way == "another schema":
        with closing(sqlite3.connect(ready)) as connection:
            connection.execute("ALTER TABLE learnt DROP COLUMN blob")
    else:
        ready.write_bytes(
            {
                "cut": whole[: len(whole) // 2],
                "flipped": whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :],
                "emptied": b"",
                "text": b"nothing",
                "an older version's": bytes(32) + b"\x82\xa8checksum",
            }[way]
        )
    await started(SECOND, ready, kept)
    assert learnt_at_once == [2, 2]
    assert f"{ready} isn't used: it's damaged" in caplog.text
    assert await learn(SECOND, ready)
    caplog.clear()
    assert not await learn(SECOND, ready)
    assert caplog.text == ""


async def test_no_damage_is_read(ready: Path, learnt_at_once: list[int]) -> None:
    await learn(SECOND, ready)
    whole = ready.read_bytes()
    checksum = seeding._checksum(SECOND)
    assert learnt_at_once == [2]

    def held() -> tuple[object, ...] | None:
        if (content := Content.open(ready, checksum)) is None:
            return None
        with content:
            return read_library(content), *(content.learnt(name) for name in (FACTS, CLAIMS, CANON))

    sound = held()
    assert sound
    noticed = 0
    for at in range(0, len(whole), len(whole) // 300 + 1):
        ready.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        # What holds no value, as the unused part of a page, makes no difference.
        found = held()
        assert found in (None, sound)
        noticed += found is None
        ready.write_bytes(whole[:at])
        assert held() is None
    assert noticed > 30


async def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, kept: Path, learnt_at_once: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    await started(SECOND, tmp_path, kept)
    assert learnt_at_once == [2]
    assert f"{tmp_path} isn't used: Is a directory" in caplog.text


async def test_a_file_that_is_deleted_just_then(
    ready: Path, kept: Path, learnt_at_once: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    await learn(SECOND, ready)

    def and_deleted(file: Path) -> None:
        file.unlink()

    with monkeypatch.context() as context:
        context.setattr("bot.store.content._look_at", and_deleted)
        assert Content.open(ready, seeding._checksum(SECOND)) is None
    await started(SECOND, ready, kept)
    assert learnt_at_once == [2, 2]


async def test_a_folder_that_cannot_be_written_to(tmp_path: Path, learnt_at_once: list[int]) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LearningError, match=r"file/learnt\.sqlite3 can't be written: "):
        await learn(SECOND, tmp_path / "file" / "learnt.sqlite3")
    (tmp_path / "folder").mkdir()
    with pytest.raises(LearningError, match=r"folder can't be written: Is a directory"):
        await learn(SECOND, tmp_path / "folder")
    assert learnt_at_once == []
    assert names(tmp_path) == ["file", "folder"]


async def test_a_start_that_cannot_keep_it_goes_on(
    tmp_path: Path, ready: Path, learnt_at_once: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "folder").mkdir()
    for _ in range(2):
        assert "The sound" in await started(SECOND, ready, tmp_path / "folder")
    assert learnt_at_once == [2, 2]
    assert "folder can't be written: Is a directory; the next start will have to learn again" in caplog.text
    assert names(tmp_path) == ["folder"]


async def test_a_disk_that_gets_full_leaves_nothing_behind(
    announcement: Announcement, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Content.make(announcement, "x", {}) as content, monkeypatch.context() as context:
        content.save(ready)
        before = ready.read_bytes()
        context.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(LearningError, match=r"learnt\.sqlite3 can't be written: No space left on device"):
            content.save(ready)
        # SQLite's words, where it is the one that can't.
        content._connection.execute("PRAGMA query_only = ON")
        content._connection.close()
        with pytest.raises(LearningError, match=r"can't be written: .*closed"):
            content.save(ready)
    assert ready.read_bytes() == before
    assert names(ready.parent) == [ready.name]


async def test_another_database_is_neither_read_nor_replaced(
    second_path: Path, kept: Path, learnt_at_once: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    before = second_path.read_bytes()
    await started(SECOND, second_path, kept)
    assert f"{second_path} isn't used: it's another database" in caplog.text
    with pytest.raises(LearningError, match="can't be written: it's another database"):
        await learn(SECOND, second_path)
    assert learnt_at_once == [2]
    assert second_path.read_bytes() == before


async def test_processes_that_learn_at_once_do_no_harm(ready: Path, kept: Path, learnt_at_once: list[int]) -> None:
    await asyncio.gather(*(started(SECOND, ready, kept) for _ in range(4)), *(learn(SECOND, kept) for _ in range(2)))
    assert learnt_at_once
    assert names(kept.parent) == [kept.name]
    asked = len(learnt_at_once)
    await started(SECOND, ready, kept)
    assert len(learnt_at_once) == asked


async def test_a_file_that_is_replaced_while_it_is_read(
    changed: Path, ready: Path, kept: Path, learnt_at_once: list[int]
) -> None:
    await learn(SECOND, ready)
    with await bring_up_to_date(SECOND, ready, kept) as content:
        assert await learn(changed, ready)
        assert "The sound" in {topic.name for topic in content.topics()}
        assert content.learnt("facts") == b"learnt"
    assert learnt_at_once == [2, 2]


def test_a_content_that_breaks_a_rule_is_a_mistake_of_ours(announcement: Announcement) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        Content.make(announcement, "x", {"facts": None})  # type: ignore[dict-item]  # so that it fails
