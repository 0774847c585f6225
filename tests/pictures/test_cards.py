"""Quote cards: every quote whole, in its place, readable; anything else refused."""

from __future__ import annotations

import re
import statistics
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures.canvas import Sheet, UndrawableError
from bot.pictures.card import SIZES, draw_card
from bot.pictures.typesetting import Face, Faces, typographic
from tests.pictures.looking import fault, picture, quote, stained_margin, unknown_letters

if TYPE_CHECKING:
    from bot.announcement import Quote
    from bot.library import Library

FACES = Faces()
BAND = 16


def words_of(sheet: Sheet, count: int) -> str:
    """The quote's words as set: all lines but the attribution's, joined."""
    return re.sub(r"\s", "", "".join(text for text, _ in sheet.texts[:-count]))


def test_every_quote_is_whole_in_its_place_and_has_all_its_letters(library: Library, faces: Faces) -> None:
    letters: set[str] = set()
    for each in library.quotes:
        sheet = draw_card(faces, each)
        assert fault(sheet) is None, each.id
        last = [typographic(each.source.cited), *([f"Quote {each.number}"] if each.number else [])]
        told = sheet.texts[-len(last) - (2 if each.attribution != each.speaker.name else 1) :]
        assert words_of(sheet, len(told)) == re.sub(r"\s", "", typographic(each.text)), each.id
        assert "".join(text for text, _ in told[: -len(last)]) == typographic(each.attribution)
        assert [text for text, _ in told[-len(last) :]] == last
        lines = sheet.texts[: -len(told)]
        assert len(lines) == 1 or len(lines[-1][0].split()) > 1, f"a word stands alone: {each.id}"
        letters |= set("".join(text for text, _ in sheet.texts))
    assert not any(unknown_letters("".join(letters), face) for face in Face)


def test_a_card_is_16_to_9_and_nothing_stands_in_its_margins(library: Library, faces: Faces) -> None:
    longest = max(library.quotes, key=lambda each: len(each.text))
    shortest = min(library.quotes, key=lambda each: len(each.text))
    for each in (longest, shortest):
        sheet = draw_card(faces, each)
        png = sheet.png()
        assert picture(png).size == (1200, 675)
        assert len(png) < 100_000
        assert not stained_margin(sheet, png, left=BAND)


def test_the_card_is_in_the_speakers_colour() -> None:
    blue, red = (picture(draw_card(FACES, quote("Words.", colour=colour)).png()) for colour in (0x2F6DB5, 0xB5432F))
    assert blue.getpixel((4, 300)) == (0x2F, 0x6D, 0xB5)
    assert red.getpixel((4, 300)) == (0xB5, 0x43, 0x2F)


def test_a_card_takes_at_most_150_ms_as_a_rule(library: Library, faces: Faces) -> None:
    taken = []
    for each in library.quotes[::6]:
        # The thread's own time: what else runs on the machine is not the card's doing.
        started = time.thread_time()
        draw_card(faces, each).png()
        taken.append(time.thread_time() - started)
    assert statistics.median(taken) <= 0.150


@pytest.mark.parametrize("text", ["สวัสดี", "So sweet 🥰", "שלום", "你好", "a\u200bb", "\u202eevil", "\x00", "   "])
def test_letters_that_the_typeface_lacks_are_refused(text: str) -> None:
    with pytest.raises(UndrawableError):
        draw_card(FACES, quote(text))


@pytest.mark.parametrize(
    "text", ["Ça va, naïve Ångström — œuvre?", "Кино", "λόγος", "“Quoted” ‘words’ …", "cafe\u0301"]
)
def test_letters_of_european_scripts_are_drawn(text: str) -> None:
    assert fault(draw_card(FACES, quote(text))) is None


def test_a_quote_too_long_to_be_legible_is_refused() -> None:
    with pytest.raises(UndrawableError, match="too long"):
        draw_card(FACES, quote("far too many words " * 100))


ENDLESS = "A name without an end " * 20


@pytest.mark.parametrize("said", [quote("Words.", name=ENDLESS), quote("Words.", source=ENDLESS)])
def test_a_name_or_source_too_long_is_refused(said: Quote) -> None:
    with pytest.raises(UndrawableError, match="too long"):
        draw_card(FACES, said)


def test_long_words_are_split_at_the_smallest_size_only() -> None:
    text = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " + "x" * 200
    sheet = draw_card(FACES, quote(text))
    assert fault(sheet) is None
    assert words_of(sheet, 3) == text.replace(" ", "")
    assert sheet.texts[0][1].bottom - sheet.texts[0][1].top < SIZES[-1] * 1.3


@settings(max_examples=60, deadline=None)
@given(text=st.text(min_size=1, max_size=700))
def test_any_text_is_set_whole_or_refused(text: str) -> None:
    check_whole_or_refused(text)


@settings(max_examples=60, deadline=None)
@given(text=st.text("abcdefghij WXYZ fi .,-–—/'\"“”()éß", min_size=1, max_size=900))
def test_any_latin_text_is_set_whole_or_refused(text: str) -> None:
    check_whole_or_refused(text)


@settings(max_examples=60, deadline=None)
@given(colour=st.integers(0, 0xFFFFFF))
def test_text_is_readable_in_any_colour(colour: int) -> None:
    # The sheet itself refuses text below 4.5:1.
    assert fault(draw_card(FACES, quote("Words.", colour=colour, attribution="Aya, quoted by Bo"))) is None


def check_whole_or_refused(text: str) -> None:
    try:
        sheet = draw_card(FACES, quote(text))
    except UndrawableError:
        return
    assert all(box.within(sheet.safe) for _, box in sheet.texts)
    assert words_of(sheet, 3) == re.sub(r"\s", "", typographic(text))
