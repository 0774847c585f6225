"""Concepts, kinds of question, features by name, and the vocabulary that weighs them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.understanding.features import MOST_PAIRED, Reader, grams, kind_of, named
from bot.domain.understanding.lexicon import MARK, Lexicon
from bot.domain.understanding.normal import tokens
from bot.domain.understanding.spelling import Speller
from bot.domain.understanding.vocabulary import RAREST, Vocabulary

LEXICON = Lexicon(
    (("light", ("lighthouse", "light house", "the tower")), ("ada", ("ada", "ada finch")), ("keeper", ("ada",)))
)


@pytest.mark.parametrize(
    ("stems", "units"),
    [
        (["ada", "finch"], ["@ada"]),
        (["light", "hous"], ["@light"]),
        (["light"], ["light"]),
        (["the", "tower", "fall"], ["@light", "fall"]),
        ([], []),
    ],
)
def test_the_longest_phrase_becomes_its_concept(stems: list[str], units: list[str]) -> None:
    assert LEXICON.units(stems) == units


def test_a_form_of_two_concepts_becomes_both() -> None:
    assert LEXICON.units(["ada"]) == ["@ada", "@keeper"]


def test_forms_without_words_mean_nothing() -> None:
    assert Lexicon((("odd", ("?!", "")),)).units(["odd"]) == ["odd"]


@given(st.lists(st.sampled_from(["ada", "finch", "light", "hous", "the", "tower", "x"]), max_size=12))
def test_folding_concepts_never_makes_more_of_other_words(stems: list[str]) -> None:
    units = LEXICON.units(stems)
    assert len([unit for unit in units if not unit.startswith(MARK)]) <= len(stems)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("who built it", "who"),
        ("whose idea was it", "who"),
        ("tell me when it fell", "when"),
        ("what year was it", "when"),
        ("what is it", "what"),
        ("how many steps are there", "how-many"),
        ("how did it fall", "how"),
        ("why", "why"),
        ("is it tall", "yes-no"),
        ("so it is tall?", "yes-no"),
        ("tower height", "none"),
        ("", "none"),
    ],
)
def test_the_kind_of_a_question_is_what_it_asks_for(text: str, kind: str) -> None:
    assert kind_of(tokens(text)) == kind


def test_runs_of_letters_know_the_edges_of_a_word() -> None:
    assert grams("lamp") == ["z<lam", "zlamp", "zamp>"]


def test_a_reading_holds_words_concepts_and_content() -> None:
    reading = Reader(LEXICON, Speller({"keeper": 3})).read("Who is the keper of the lighthouse?")
    assert reading.words == ("who", "is", "the", "keeper", "of", "the", "lighthouse")
    assert reading.content == ("keeper", "@light")
    assert reading.kind == "who"
    names = set(named(reading))
    assert {"ukeeper", "u@light", "bthe keeper", "b@light $", "y@light keeper", "qwho keeper", "kwho"} <= names


@given(st.text(max_size=300))
def test_the_features_of_any_text_are_bounded_and_grouped(text: str) -> None:
    names = list(named(Reader(LEXICON, Speller({})).read(text)))
    assert {name[0] for name in names} <= set("ubkqyz")
    assert sum(name[0] == "y" for name in names) <= MOST_PAIRED * (MOST_PAIRED - 1) // 2


def test_a_vocabulary_keeps_what_is_common_enough_and_weighs_the_rare_higher() -> None:
    texts = [["ua", "ub"], ["ua", "ub"], ["ua", "uc"], ["ua", "qx"]]
    vocabulary = Vocabulary.of(texts)
    assert vocabulary.names == ("ua", "ub")
    assert vocabulary.weights[1] > vocabulary.weights[0]
    assert "ua" in vocabulary
    assert "uc" not in vocabulary
    assert RAREST["q"] > 1


def test_a_row_has_length_one_and_ascending_positions() -> None:
    vocabulary = Vocabulary.of([["ua", "ub", "kx"]] * 4)
    positions, values = vocabulary.row(["kx", "ub", "ua", "ua", "unknown"])
    assert positions.tolist() == [0, 1, 2]
    assert float(values @ values) == pytest.approx(1.0)


def test_a_row_without_known_features_is_empty() -> None:
    positions, values = Vocabulary.of([["ua"]] * 3).row(["ub"])
    assert len(positions) == len(values) == 0


def test_letters_are_told_from_words() -> None:
    vocabulary = Vocabulary.of([["ua", "zabcd"]] * 8)
    assert np.array_equal(vocabulary.spoken, [name[0] != "z" for name in vocabulary.names])
