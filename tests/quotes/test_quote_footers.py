"""Where a quote is from, as it stands under it: in words, with a number where it has one, never with an id."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import msgspec
import pytest

from bot.announcement import Source
from bot.client.views import card_name, origin, source_line
from tests.conftest import started_chat
from tests.pictures.looking import quote
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path

    from bot.announcement import Quote
    from tests.conftest import Chat

LISTED = quote("One.", source="Aya's *post*")
UNLISTED = msgspec.structs.replace(LISTED, id="a-run", number=None)
OTHER = msgspec.structs.replace(LISTED, number=7)
ELSEWHERE = quote("Two.", source="The article")


def test_the_origin_of_a_quote() -> None:
    assert origin(LISTED) == r"Aya's \*post\* · quote 1"
    assert origin(UNLISTED) == r"Aya's \*post\*"


@pytest.mark.parametrize(
    ("quotes", "told"),
    [
        ([LISTED], r"Aya's \*post\* · quote 1"),
        ([UNLISTED], r"Aya's \*post\*"),
        ([LISTED, OTHER, UNLISTED], r"Aya's \*post\* · quotes 1 and 7"),
        ([LISTED, ELSEWHERE, OTHER], "Aya's \\*post\\* · quotes 1 and 7\nThe article · quote 1"),
        ([], ""),
    ],
)
def test_the_places_of_several(quotes: list[Quote], told: str) -> None:
    assert source_line(quotes) == told


def test_the_name_of_a_card_s_file() -> None:
    assert (card_name(LISTED), card_name(UNLISTED)) == ("quote-1.png", "quote.png")


LINKED = msgspec.structs.replace(
    LISTED, source=Source("post", "A [long] post", "aya", url="https://example.org/post_(2)")
)


def test_a_source_with_an_address_is_a_link() -> None:
    assert origin(LINKED) == "[A (long) post](<https://example.org/post_%282%29>) · quote 1"


async def test_the_addresses_of_the_data_are_links_in_answers_and_in_about(tmp_path: Path) -> None:
    folder = shutil.copytree(SECOND, tmp_path / "data")
    sources = folder / "sources.toml"
    address = 'author = "falk"\nurl = "https://example.org/letter"'
    sources.write_text(sources.read_text(encoding="utf-8").replace('author = "falk"', address), encoding="utf-8")
    link = "[The conductor's letter](<https://example.org/letter>)"
    async with started_chat(tmp_path / "store.sqlite3", ANNOUNCEMENT_PATH=str(folder)) as chat:
        mina = chat.person("Mina")
        quote = await mina.slash("quote", query="a-wrong-note")
        assert quote.text.endswith(f"-# {link} · quote 9 · 1 of 1")
        assert f"- {link} — Ines Falk" in (await mina.slash("about")).text
        ruling = await mina.slash("canon", subject="tomines")
        assert ruling.text.endswith(f"-# Stated by a creator · {link} · quote 8")


async def test_the_article_that_we_have_names_no_address(chat: Chat) -> None:
    assert [source.url for source in chat.bot.services.library.sources] == [None] * 3
    reply = await chat.person("Mina").slash("quote", query="took to the Internet")
    assert "-# The article that confirmed Korrasami · quote 1 · " in reply.text
