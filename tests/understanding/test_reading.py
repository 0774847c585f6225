"""Folding, tokens and stems: any text comes out as plain words."""

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.reading import MOST_TOKENS, stem, tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Who's THERE?", "who is there"),
        ("didn't they?", "did not they"),
        ("didnt they", "did not they"),
        ("can't", "can not"),
        ("Korra's arc", "korra arc"),
        ("the writers' room", "the writers room"),
        ("they've been", "they have been"),
        ("Book 1", "book one"),
        ("the 2nd", "the second"),
        ("2010", "2010"),
        ("y tho", "why though"),
        ("it was soooooo COOOL", "it was soo cool"),
        ("2000 or 1999, nooo!!!!", "2000 or 1999 noo"),
        ("a 1000000 sooo", "a 1000000 soo"),
        ("２０００", "2000"),
        ("didn´t they", "did not they"),
        ("didn`t they", "did not they"),
        ("rock & roll", "rock and roll"),
        ("U.S. only", "us only"),
        ("under_score-and/slash", "under score and slash"),
        ("🎉🎉", ""),
        ("", ""),
        ("?!...", ""),
        ("'''", ""),
    ],
)
def test_tokens_are_opened_words(text: str, words: str) -> None:
    assert tokens(text) == words.split()


@given(st.integers(100, 10**40))
def test_a_number_stays_what_it_is(number: int) -> None:
    assert tokens(f"in {number}!") == ["in", str(number)]


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("romances", "romance"),
        ("depicting", "depict"),
        ("depicted", "depict"),
        ("planned", "planning"),
        ("stories", "story"),
        ("fell", "fall"),
        ("clasping", "clasp"),
        ("churches", "church"),
        ("openly", "open"),
        ("was", "is"),
        ("writing", "write"),
        ("proudly", "proud"),
        ("lens", "lenses"),
        ("atlas", "atlases"),
        ("canvas", "canvases"),
        ("bias", "biases"),
        ("alias", "aliases"),
        ("bus", "buses"),
        ("gas", "gases"),
        ("virus", "viruses"),
        ("process", "processes"),
        ("iris", "irises"),
    ],
)
def test_forms_of_one_word_share_a_stem(word: str, other: str) -> None:
    assert stem(word) == stem(other)


@pytest.mark.parametrize(
    ("word", "other"), [("canon", "cannon"), ("mako", "make"), ("series", "serious"), ("gas", "gag")]
)
def test_different_words_keep_different_stems(word: str, other: str) -> None:
    assert stem(word) != stem(other)


@given(st.text(max_size=600))
def test_any_text_gives_bounded_words(text: str) -> None:
    words = tokens(text)
    assert len(words) <= MOST_TOKENS
    assert all(word and " " not in word and "'" not in word for word in words)


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=300))
def test_lone_surrogates_and_nulls_are_no_error(text: str) -> None:
    for word in tokens(text):
        assert isinstance(stem(word), str)


@given(st.text(alphabet=string.ascii_lowercase, min_size=1, max_size=20))
def test_a_stem_is_never_empty_and_never_longer_by_much(word: str) -> None:
    assert 0 < len(stem(word)) <= len(word) + 1 or stem(word).isalpha()


@given(st.text(alphabet=string.ascii_letters + " ", max_size=80))
def test_folding_is_blind_to_case_and_composition(text: str) -> None:
    assert tokens(text) == tokens(text.upper()) == tokens(unicodedata.normalize("NFD", text))


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_in_plain_words(text: str) -> None:
    once = " ".join(word for word in tokens(text) if word.isascii() and word.isalpha() and len(word) > 3)
    assert " ".join(tokens(once)) == once
