"""Listed quotes: their numbers, and what bags know when the listing changes."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest

from bot.announcement import Announcement, load
from bot.daily.bag import heirs
from bot.daily.store import carry_bags_over
from bot.store.content import Content
from bot.store.sqlite import SqliteDatabase
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path

    from bot.announcement import Quote

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


def quotes_of(announcement: Announcement) -> tuple[Quote, ...]:
    with Content.make(announcement, "x", {}) as content:
        return content.quotes()


def drawn(store: Path, folder: Path, before: tuple[str, ...], after: tuple[str, ...]) -> dict[int, dict[str, int]]:
    """What the bags of three schedules know after the quotes listed in `before` became those in `after`."""

    async def run() -> dict[int, dict[str, int]]:
        async with await SqliteDatabase.open(store) as database:
            await carry_bags_over(database, *heirs(quotes_of(relisted(folder, *before))))
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
            for _ in range(2):
                await carry_bags_over(database, *heirs(quotes_of(relisted(folder, *after))))
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


async def test_processes_that_start_at_once_pass_it_on_once(tmp_path: Path, folder: Path) -> None:
    told = heirs(quotes_of(relisted(folder, *LONG)))
    async with await SqliteDatabase.open(tmp_path / "one") as one, await SqliteDatabase.open(tmp_path / "one") as other:
        await asyncio.gather(*(carry_bags_over(each, *told) for each in (one, other, one, other)))
        assert len(await one.fetch_all("SELECT * FROM bag_listing")) == 1


def test_listed_quotes_are_numbered_among_themselves(folder: Path) -> None:
    quotes = quotes_of(relisted(folder, *SHORT))
    assert [quote.order for quote in quotes] == list(range(1, 16))
    assert quotes[1].number is None
    assert [quote.number for quote in quotes if quote.number] == list(range(1, 15))


def test_a_source_is_cited_in_the_words_for_it(folder: Path) -> None:
    path = folder / "sources.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('id = "letter"', 'id = "letter"\ncite = "Ines Falk\'s letter"'), encoding="utf-8")
    sources = {quote.source.id: quote.source for quote in quotes_of(load(folder))}
    assert sources["letter"].cited == "Ines Falk's letter"
    assert sources["letter"].title == "The conductor's letter"
