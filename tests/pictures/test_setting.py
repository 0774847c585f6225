"""Marks, faces and lines: the parts of setting a text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures.typesetting import Box, Face, Faces, Style, broken, fit, hang, hung, leading, typographic

FACES = Faces()
BODY = Style(Face.TEXT, 40)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ('He said, "No."', "He said, “No.”"),
        ("it's Zhu Li's", "it’s Zhu Li’s"),
        ("\"'I win!' she said\"", "“‘I win!’ she said”"),
        ('("endgame")', "(“endgame”)"),
        ('trombone––"now"', "trombone––“now”"),
        ("two\n  lines", "two lines"),
        ("cafe\u0301", "café"),
        ('"', "”"),
        ("", ""),
    ],
)
def test_marks_are_set_as_a_typesetter_would(typed: str, told: str) -> None:
    assert typographic(typed) == told


@given(st.text())
def test_marks_change_nothing_but_marks(text: str) -> None:
    once = typographic(text)
    assert typographic(once) == once
    plain = once.translate(str.maketrans("“”‘’", "\"\"''"))
    assert plain == typographic(text).translate(str.maketrans("“”‘’", "\"\"''"))
    assert len(once.split()) == len(text.split())


def test_only_opening_marks_hang_into_the_margin() -> None:
    assert hang("“Well") == "“"
    assert hang("Well”") == ""
    assert hung(FACES, "“Well", BODY) == pytest.approx(FACES.width("“", BODY))
    assert hung(FACES, "Well", BODY) == 0
    assert hung(FACES, "“", BODY) == 0


def test_boxes_know_where_they_are() -> None:
    box = Box(0, 0, 10, 10)
    assert box.moved(5, 5) == Box(5, 5, 15, 15)
    assert box.overlaps(box.moved(5, 5))
    assert not box.overlaps(box.moved(10, 0))
    assert Box(1, 1, 9, 9).within(box)
    assert not box.moved(1, 0).within(box)


def test_letters_without_a_shape_are_found_missing() -> None:
    assert FACES.missing("Quite all right — “yes”…", Face.TEXT) == ""
    assert FACES.missing("aกbกค", Face.TEXT) == "กค"
    assert FACES.missing("a\u200b\x07", Face.TITLE) == "\u200b\x07"


def test_larger_text_is_wider_and_set_relatively_closer() -> None:
    assert FACES.width("words", Style(Face.TEXT, 80)) == pytest.approx(2 * FACES.width("words", BODY), rel=0.02)
    assert leading(84) / 84 < leading(28) / 28
    assert leading(84) > 84


def test_lines_come_out_alike() -> None:
    block = broken(FACES, "one two three four five six seven eight nine ten " * 3, BODY, 700)
    assert block is not None
    widths = [FACES.width(line, BODY) for line in block.lines]
    assert max(widths) - min(widths) < 150


def test_the_last_word_does_not_stand_alone() -> None:
    text = "Korra and Asami fell in love"
    for width in range(200, 600, 10):
        block = broken(FACES, text, BODY, width)
        assert block is not None
        assert len(block.lines) == 1 or len(block.lines[-1].split()) > 1, width


def test_a_word_breaks_after_its_dash_before_it_breaks_anywhere_else() -> None:
    block = broken(FACES, "a non-heterosexual", BODY, FACES.width("heterosexual ", BODY))
    assert block is not None
    assert block.lines == ("a non-", "heterosexual")
    block = broken(FACES, "trombone––now that", BODY, FACES.width("trombone–– ", BODY))
    assert block is not None
    assert block.lines == ("trombone––", "now that")


def test_a_word_wider_than_the_line_is_split_only_when_told_to() -> None:
    assert broken(FACES, "x" * 100, BODY, 300) is None
    block = broken(FACES, "x" * 100, BODY, 300, split=True)
    assert block is not None
    assert "".join(block.lines) == "x" * 100
    assert all(FACES.width(line, BODY) <= 300 for line in block.lines)


def test_the_largest_size_that_fits_is_taken() -> None:
    sizes = (80, 60, 40, 20)
    roomy = fit(FACES, "Short words", Face.TEXT, width=900, height=400, sizes=sizes)
    tight = fit(FACES, "Short words", Face.TEXT, width=250, height=120, sizes=sizes)
    assert roomy is not None
    assert tight is not None
    assert (roomy.style.size, tight.style.size) == (80, 40)
    assert fit(FACES, "Short words " * 40, Face.TEXT, width=250, height=120, sizes=sizes) is None


def test_a_smaller_size_is_taken_where_it_spares_a_lonely_word() -> None:
    width = FACES.width("Two lines", Style(Face.TEXT, 60)) + 1
    found = fit(FACES, "Two lines,", Face.TEXT, width=width, height=400, sizes=(60, 50))
    assert found is not None
    assert found.lines == ("Two lines,",)


@settings(max_examples=100, deadline=None)
@given(st.text("ab -–cdé", min_size=1, max_size=120), st.integers(60, 600))
def test_no_line_is_wider_than_it_may_be_and_none_of_the_text_is_lost(text: str, width: int) -> None:
    words = " ".join(text.split())
    block = broken(FACES, words, BODY, width, split=True)
    assert block is not None
    assert "".join(block.lines).replace(" ", "") == words.replace(" ", "")
    # Shaping across a space may add a fraction of a pixel.
    assert all(FACES.width(line, BODY) <= width + 1 for line in block.lines)
