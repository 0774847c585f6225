"""The list of common English words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import fuzzy
from bot.fuzzy import is_english

WORDS = Path(fuzzy.__file__).with_name("english_words.txt").read_text(encoding="ascii").splitlines()
KNOWN = frozenset(WORDS)


def test_the_list_is_sorted_and_holds_small_letters_alone() -> None:
    assert sorted(set(WORDS)) == WORDS
    assert all(word.isascii() and word.isalpha() and word.islower() and len(word) > 3 for word in WORDS)


@pytest.mark.parametrize("word", ["kiss", "kids", "cash", "fired", "what", "colour", "color", "zones", "abandon"])
def test_a_common_word(word: str) -> None:
    assert is_english(word)


@pytest.mark.parametrize("word", ["", "\n", "kis", "kisss", "romatic", "wierd", "Kiss", "a\nb", "ab", "zzzz", "kiß"])
def test_a_slip_or_no_word_at_all(word: str) -> None:
    assert not is_english(word)


def test_every_word_of_the_list_is_found() -> None:
    assert all(map(is_english, WORDS))


@given(st.text(max_size=12) | st.text("abeirstn", min_size=3, max_size=6))
def test_a_word_is_english_when_the_list_holds_it(word: str) -> None:
    assert is_english(word) == (word in KNOWN)
