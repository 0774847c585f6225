"""Repair: near words are found, far and short ones left alone."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fuzzy import LONG, MOST_REPAIRS, SHORTEST, Speller

WORDS = {
    "korrasami": 90,
    "asami": 80,
    "korra": 80,
    "zuckerman": 9,
    "confirmed": 30,
    "mako": 20,
    "portal": 12,
    "music": 9,
}


@pytest.fixture
def speller() -> Speller:
    return Speller(WORDS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("asmai", "asami"),
        ("korrsami", "korrasami"),
        ("korasmi", "korrasami"),
        ("zukerman", "zuckerman"),
        ("confrimed", "confirmed"),
        ("portall", "portal"),
        ("musci", "music"),
        ("makoo", "mako"),
    ],
)
def test_slips_are_repaired(speller: Speller, typed: str, meant: str) -> None:
    assert speller.repair(typed) == meant


@pytest.mark.parametrize("word", ["asami", "kor", "trombone", "book4", "x" * 60, "", "สวัสดี"])
def test_known_short_and_far_words_stay(speller: Speller, word: str) -> None:
    assert speller.repair(word) == word


def test_the_commoner_of_two_equally_near_words_wins() -> None:
    assert Speller({"cart": 2, "card": 9}).repair("carx") == "card"


def test_a_slip_in_the_first_letter_counts_for_more() -> None:
    assert Speller({"bards": 50, "carts": 1}).repair("cards") == "carts"


def test_ties_are_settled_by_the_alphabet_whatever_the_order() -> None:
    assert Speller({"carts": 1, "cards": 1}).repair("carxs") == Speller({"cards": 1, "carts": 1}).repair("carxs")


def test_only_the_first_unknown_words_are_looked_up(speller: Speller) -> None:
    strange = [f"strange{letter}" for letter in string.ascii_lowercase[: MOST_REPAIRS - 1]]
    typed = [*strange, "asmai", "korrra", "asmai"]
    assert speller.repaired(typed) == [*strange, "asami", "korrra", "asami"]


def test_what_is_right_is_no_slip_and_counts_for_none(speller: Speller) -> None:
    assert speller.repaired(["portals", "musics", "makoo"], 1, right=lambda word: word.endswith("s")) == [
        "portals",
        "musics",
        "mako",
    ]


def test_whoever_asks_says_how_many_slips_are_forgiven() -> None:
    assert Speller(WORDS, len).repair("zukrmn") == "zuckerman"
    assert Speller(WORDS, lambda _: 0).repair("portall") == "portall"


@given(st.lists(st.text(max_size=30), max_size=20))
def test_repair_keeps_the_number_of_words(words: list[str]) -> None:
    assert len(Speller(WORDS).repaired(words)) == len(words)


@given(
    st.dictionaries(st.text(string.ascii_lowercase, min_size=1, max_size=12), st.integers(1, 99), max_size=30),
    st.text(string.ascii_lowercase, max_size=14),
)
def test_a_repair_is_a_known_word_or_the_word_itself(counts: dict[str, int], word: str) -> None:
    repaired = Speller(counts).repair(word)
    assert repaired == word or repaired in counts
    if len(word) < SHORTEST:
        assert repaired == word
    assert abs(len(repaired) - len(word)) <= (2 if len(word) >= LONG else 1)
