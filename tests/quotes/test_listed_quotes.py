"""Listed quotes in the store: their numbers, and what bags know when the listing changes."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest

from bot.announcement import Announcement, load
from bot.store.content import Content, write_content
from bot.store.sqlite import SqliteDatabase
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path

RUN = """
[[quote]]
id = "gasworks-and-hall"
passage = "leaving"
topics = ["the-move"]
text = "From October it will play in the gasworks on Pier Nine. The hall seats eleven hundred people."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SECOND, tmp_path / "announcement")


def relisted(folder: Path, *unlisted: str) -> Announcement:
    """The tiny announcement with a run of two sentences in it, and only some of its quotes listed."""
    path = folder / "quotes.toml"
    text = (SECOND / "quotes.toml").read_text(encoding="utf-8")
    text = text.replace('[[quote]]\nid = "from-october"', f'{RUN.strip()}\n\n[[quote]]\nid = "from-october"')
    for quote in unlisted:
        text = text.replace(f'id = "{quote}"', f'id = "{quote}"\nlisted = false')
    path.write_text(text, encoding="utf-8")
    return load(folder)


LONG = ("from-october", "eleven-hundred")
SHORT = ("gasworks-and-hall",)
SCHEDULE = """
INSERT INTO schedule (id, guild, number, channel, place, minute, days, zone, seed, round, last_quote, paused)
VALUES (?, 1, ?, 2, 'text', ?, 127, 'UTC', 0, 1, ?, 'moderator')
"""


def drawn(store: Path, folder: Path, before: tuple[str, ...], after: tuple[str, ...]) -> dict[int, dict[str, int]]:
    """What the bags of three schedules know after the quotes listed in `before` became those in `after`."""

    async def run() -> dict[int, dict[str, int]]:
        async with await SqliteDatabase.open(store) as database:
            await write_content(database, relisted(folder, *before), "before", {})
            async with database.transaction() as tx:
                await tx.executemany(SCHEDULE, [(1, 1, 1, "from-october"), (2, 2, 2, "the-kettle"), (3, 3, 3, None)])
                await tx.executemany(
                    "INSERT INTO drawn (schedule, quote, round) VALUES (?, ?, ?)",
                    [
                        (1, "from-october", 1),
                        (1, "eleven-hundred", 0),
                        (1, "the-kettle", 0),
                        (2, "gasworks-and-hall", 1),
                        (2, "eleven-hundred", 0),
                        (2, "gone", 0),
                    ],
                )
            await write_content(database, relisted(folder, *after), "after", {})
            rows = await database.fetch_all("SELECT * FROM drawn")
            last = await database.fetch_all("SELECT id, last_quote FROM schedule ORDER BY id")
            assert [row["last_quote"] for row in last][1:] == ["the-kettle", None]
            assert last[0]["last_quote"] == ("gasworks-and-hall" if after == LONG else "from-october")
            return {n: {row["quote"]: row["round"] for row in rows if row["schedule"] == n} for n in (1, 2, 3)}

    return asyncio.run(run())


def test_a_longer_quote_takes_over_what_was_posted_of_its_words(tmp_path: Path, folder: Path) -> None:
    """The words posted last count: so none comes again before all others."""
    assert drawn(tmp_path / "store.sqlite3", folder, SHORT, LONG) == {
        1: {"gasworks-and-hall": 1, "the-kettle": 0},
        2: {"gasworks-and-hall": 1, "gone": 0},
        3: {},
    }


def test_shorter_quotes_take_over_from_a_longer_one(tmp_path: Path, folder: Path) -> None:
    assert drawn(tmp_path / "store.sqlite3", folder, LONG, SHORT) == {
        1: {"from-october": 1, "eleven-hundred": 0, "the-kettle": 0},
        2: {"from-october": 1, "eleven-hundred": 1, "gone": 0},
        3: {},
    }


def test_listed_quotes_are_numbered_among_themselves(tmp_path: Path, folder: Path) -> None:
    async def run() -> None:
        async with await SqliteDatabase.open(tmp_path / "store.sqlite3") as database:
            await write_content(database, relisted(folder, *SHORT), "x", {})
            quotes = await Content(database).quotes()
            assert [quote.order for quote in quotes] == list(range(1, 16))
            assert quotes[1].number is None
            assert [quote.number for quote in quotes if quote.number] == list(range(1, 15))

    asyncio.run(run())


def test_a_source_is_cited_in_the_words_for_it(tmp_path: Path, folder: Path) -> None:
    path = folder / "sources.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('id = "letter"', 'id = "letter"\ncite = "Ines Falk\'s letter"'), encoding="utf-8")

    async def run() -> None:
        async with await SqliteDatabase.open(tmp_path / "store.sqlite3") as database:
            await write_content(database, load(folder), "x", {})
            content = Content(database)
            assert "Ines Falk's letter" in {quote.source.cited for quote in await content.quotes()}
            assert "The conductor's letter" in {source.title for source in await content.sources()}

    asyncio.run(run())
