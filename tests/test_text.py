"""Folding, words, sentences and cutting: for any text whatever."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text import CLAUSE_ENDS, cut, fold, message_parts, normalise, sentences, tail

SENTENCE = st.sampled_from(
    [
        "It is canon.",
        "Is it?",
        "Sorry, friends!",
        '"Here we go again…"',
        "He said, “Tune it first.”",
        "(It is real!)",
        "In 2010 it began.",
        "20 years went by.",
        "Was it “endgame,” as they say?",
    ]
)


@given(st.text())
@example("℻ ＫＯＲＲＡ")
@example("ǰ̌İı")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folded_text_holds_no_marks_and_no_capitals(text: str) -> None:
    folded = fold(text)
    assert not any(unicodedata.category(character) in {"Mn", "Me", "Cf"} for character in folded)
    assert not any(character.isupper() for character in folded)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Ｋｏｒｒａ", "korra"),
        ("KÓRRÀ", "korra"),
        ("ⲕorra".replace("ⲕ", "к"), "korra"),
        ("Коrrа", "korra"),
        ("the writers’ room", "the writers room"),
        ("Korra/Asami", "korra asami"),
        ("korra___asami", "korra asami"),
        ("💙❤️ Korra 🏳️‍🌈 x Asami!!", "korra x asami"),
        ("Kor\u200bra", "korra"),
        ("\u2067Korra\u2069", "korra"),
        ("Stra\u00dfe", "strasse"),
        ("", ""),
        ("\u0301", ""),
        ("ᴋᴏʀʀᴀꜱᴀᴍɪ", "korrasami"),
        ("kοrrαsаmı", "korrasami"),
        ("z̷a̡l̶g̸o", "zalgo"),
        ("Ρortal", "portal"),
        ("Bjørn Łuk", "bjorn luk"),
        ("korra`s and korra´s and korra′s", "korras and korras and korras"),
    ],
)
def test_names_are_compared_in_one_spelling(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


@given(st.text())
def test_normalised_words_stand_one_space_apart(text: str) -> None:
    assert normalise(text) == " ".join(normalise(text).split())
    assert normalise(normalise(text)) == normalise(text)


@given(st.lists(SENTENCE, min_size=1), st.sampled_from([" ", "  ", "\n"]))
def test_sentences_joined_give_the_text_again(parts: list[str], space: str) -> None:
    text = space.join(parts)
    assert space.join(sentences(text)) == text


@given(st.text())
def test_no_word_is_lost_between_sentences(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two? Three!", ("One.", "Two?", "Three!")),
        ('He says, "Life is a ride." And then?', ('He says, "Life is a ride."', "And then?")),
        ("Again… and again. Yes.", ("Again… and again.", "Yes.")),
        ("It was (so he said.) Over.", ("It was (so he said.)", "Over.")),
        ("I remember this vs. That. Dr. Who?", ("I remember this vs. That.", "Dr. Who?")),
        ("no end", ("no end",)),
        ("", ()),
        ("   ", ()),
    ],
)
def test_where_sentences_end(text: str, parts: tuple[str, ...]) -> None:
    assert sentences(text) == parts


@pytest.mark.parametrize(
    ("text", "ends", "parts"),
    [
        ("it is real. so there! why? who; what", ".!?;", ["it is real.", "so there!", "why?", "who;", "what"]),
        ("first line\nsecond line\n\nthird", ".!?;", ["first line", "second line", "third"]),
        ("well, they are: look", CLAUSE_ENDS, ["well,", "they are:", "look"]),
        ("well, they are: look", ".!?;", ["well, they are: look"]),
        ("version 1.5 of https://a.example, he said", CLAUSE_ENDS, ["version 1.5 of https://a.example,", "he said"]),
        (" \n ", ".!?;", []),
    ],
)
def test_where_parts_of_a_message_end(text: str, ends: str, parts: list[str]) -> None:
    assert message_parts(text, ends) == parts


@given(st.text(), st.sampled_from([".!?;", CLAUSE_ENDS]))
def test_no_word_is_lost_between_parts_of_a_message(text: str, ends: str) -> None:
    assert "".join("".join(message_parts(text, ends)).split()) == "".join(text.split())


@given(st.text(), st.integers(min_value=2, max_value=60))
def test_what_is_cut_fits_and_is_marked(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    if len(text) <= limit:
        assert short == text
    else:
        assert short.endswith("…")
        assert text.startswith(short[:-1])


def test_words_are_not_cut_through() -> None:
    assert cut("a strong friendship, at first", 24) == "a strong friendship, at…"
    assert cut("a strong friendship, at first", 22) == "a strong friendship…"
    assert cut("Donaudampfschifffahrt", 10) == "Donaudamp…"


@pytest.mark.parametrize("limit", [1, 0, -5])
def test_no_room_gives_no_more_than_the_mark(limit: int) -> None:
    assert len(cut("anything at all", limit)) <= max(limit, 0)


@given(st.text(), st.integers(min_value=2, max_value=60))
def test_what_is_left_of_a_text_s_end_fits_and_is_marked(text: str, limit: int) -> None:
    short = tail(text, limit)
    assert len(short) <= limit
    if len(text) <= limit:
        assert short == text
    else:
        assert short.startswith("…")
        assert text.endswith(short[1:])


def test_the_end_begins_with_a_whole_word() -> None:
    assert tail("a strong friendship, at first", 12) == "…at first"
    assert tail("a strong friendship, at first", 10) == "…at first"
    assert tail("ไม่มีช่องว่างในประโยคนี้เลย", 10).startswith("…")
    assert tail("anything", 0) == ""
