"""Contrast as WCAG defines it, and colours made readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.canvas import BLACK, READABLE, WHITE, channels, contrast, ink, mix, paper, quiet, readable

colours = st.integers(0, 0xFFFFFF)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # WCAG's own extremes, and the well-known lightest grey on white that passes.
    [(BLACK, WHITE, 21.0), (WHITE, WHITE, 1.0), (0x767676, WHITE, 4.54), (0x777777, WHITE, 4.48)],
)
def test_contrast_is_the_one_that_wcag_defines(one: int, other: int, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


def test_colours_mix() -> None:
    assert mix(0x000000, 0xFFFFFF, 0.5) == 0x808080
    assert mix(0x123456, 0xFFFFFF, 0.0) == 0x123456
    assert channels(0x123456) == (0x12, 0x34, 0x56)


@given(colours)
def test_all_text_is_readable_on_paper_of_any_colour(colour: int) -> None:
    ground = paper(colour)
    for text in (readable(colour, ground), ink(colour), quiet(colour)):
        assert contrast(text, ground) >= READABLE


@given(colours, colours)
def test_any_colour_is_made_readable_on_any_ground(colour: int, ground: int) -> None:
    assert contrast(readable(colour, ground), ground) >= READABLE


def test_a_readable_colour_is_left_as_it_is() -> None:
    assert readable(0x2F6DB5, WHITE) == 0x2F6DB5
