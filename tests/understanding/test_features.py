"""Concepts, kinds of question, features by name, and the vocabulary that weighs them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fuzzy import Speller
from bot.understanding.features import (
    MANY,
    MOST_LINKED,
    RAREST,
    RUN,
    WEIGHTS,
    Corpus,
    Reader,
    kind_of,
    named,
    rarest,
    runs,
)
from bot.understanding.reading import MARK, Lexicon, tokens

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


def test_a_reading_holds_words_concepts_and_content() -> None:
    reading = Reader(LEXICON, Speller({"keeper": 3})).read("Who is the keper of the lighthouse?")
    assert reading.words == ("who", "is", "the", "keeper", "of", "the", "lighthouse")
    assert reading.content == ("keeper", "@light")
    assert reading.kind == "who"
    names = set(named(reading))
    assert {"ukeeper", "u@light", "bthe keeper", "b@light $", "qwho keeper", "kwho"} <= names


@given(st.text(max_size=300))
def test_the_features_of_any_text_are_bounded_and_grouped(text: str) -> None:
    names = list(named(Reader(LEXICON, Speller({})).read(text)))
    assert {name[0] for name in names} <= set("ubkq")
    assert sum(name[0] == "q" for name in names) <= MOST_LINKED


def test_a_vocabulary_keeps_what_is_common_enough_and_weighs_the_rare_higher() -> None:
    texts = [["ua", "ub"], ["ua", "ub"], ["ua", "uc"], ["ua", "qx"]]
    vocabulary = Corpus.of(texts).vocabulary()
    assert vocabulary.names == ("ua", "ub")
    assert vocabulary.weights[1] > vocabulary.weights[0]
    assert "ua" in vocabulary
    assert "uc" not in vocabulary


@pytest.mark.parametrize("group", WEIGHTS)
def test_of_more_texts_a_feature_must_be_met_in_more_up_to_a_bound(group: str) -> None:
    assert rarest(group, 1) == 2
    assert [rarest(group, MANY), rarest(group, 10 * MANY)] == [RAREST[group]] * 2
    met = [rarest(group, texts) for texts in range(0, 2 * MANY, 500)]
    assert met == sorted(met)


@given(st.text(max_size=300))
def test_runs_are_of_one_group_and_lie_within_words(text: str) -> None:
    reading = Reader(LEXICON, Speller({})).read(text)
    spaced = [f" {word} " for word in reading.words]
    for run in runs(reading):
        assert run[0] == "x"
        assert any(run[1:] in word for word in spaced)
        assert len(run) <= 1 + RUN


def test_every_word_has_runs_however_short() -> None:
    reading = Reader(LEXICON, Speller({})).read("a lamp")
    assert runs(reading) == {"x a ", "x lam", "xlamp", "xamp "}


def test_a_row_has_length_one_and_ascending_positions() -> None:
    vocabulary = Corpus.of([["ua", "ub", "kx"]] * 4).vocabulary()
    positions, values = vocabulary.row(["kx", "ub", "ua", "ua", "unknown"])
    assert positions.tolist() == [0, 1, 2]
    assert float(values @ values) == pytest.approx(1.0)


def test_a_row_without_known_features_is_empty() -> None:
    positions, values = Corpus.of([["ua"]] * 3).vocabulary().row(["ub"])
    assert len(positions) == len(values) == 0


@given(st.lists(st.lists(st.sampled_from(["ua", "ub", "ba b", "kx", "qx a"]), max_size=6), min_size=1, max_size=9))
def test_rows_of_a_corpus_are_those_of_its_texts_one_by_one(texts: list[list[str]]) -> None:
    corpus = Corpus.of(texts)
    vocabulary = corpus.vocabulary()
    rows = corpus.rows(vocabulary)
    assert len(rows) == len(texts)
    for at, text in enumerate(texts):
        positions, values = rows.row(at)
        expected, weights = vocabulary.row(text)
        assert np.array_equal(positions, expected)
        assert np.allclose(values, weights)


def test_a_part_of_a_corpus_has_only_the_chosen_texts() -> None:
    texts = [["ua", "ub"], [], ["uc", "ua"], ["ub"]]
    part = Corpus.of(texts).part([2, 1, 0])
    named_again = [[part.names[at] for at in part.numbers[s:e]] for s, e in pairwise(part.starts)]
    assert named_again == [["ua", "uc"], [], ["ua", "ub"]]
    assert part.vocabulary().names == ("ua",)
