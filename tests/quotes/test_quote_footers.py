"""Where a quote is from, as it stands under it: in words, with a number where it has one, never with an id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from bot.client.views import card_name, origin, source_line
from tests.pictures.looking import quote

if TYPE_CHECKING:
    from bot.announcement.quotes import Quote

LISTED = quote("One.", source="Aya's *post*")
UNLISTED = msgspec.structs.replace(LISTED, id="a-run", number=None)
OTHER = msgspec.structs.replace(LISTED, number=7)
ELSEWHERE = quote("Two.", source="The article")


def test_the_origin_of_a_quote() -> None:
    assert origin(LISTED) == r"Aya's \*post\* · no. 1"
    assert origin(UNLISTED) == r"Aya's \*post\*"


@pytest.mark.parametrize(
    ("quotes", "told"),
    [
        ([LISTED], r"Aya's \*post\* (no. 1)"),
        ([UNLISTED], r"Aya's \*post\*"),
        ([LISTED, OTHER, UNLISTED], r"Aya's \*post\* (no. 1, no. 7)"),
        ([LISTED, ELSEWHERE, OTHER], r"Aya's \*post\* (no. 1, no. 7) · The article (no. 1)"),
        ([], ""),
    ],
)
def test_the_places_of_several(quotes: list[Quote], told: str) -> None:
    assert source_line(quotes) == told


def test_the_name_of_a_card_s_file() -> None:
    assert (card_name(LISTED), card_name(UNLISTED)) == ("quote-1.png", "quote.png")
