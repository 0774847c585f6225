"""The models by themselves: the first look, the memory, the clues, the judge, evidence and bytes."""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fuzzy import Speller
from bot.understanding.classifier import learn_linear, quantised, softmax, sparse
from bot.understanding.engine import FORM, Answerable, Example, Lesson, UnreadableBlobError, pack_model, unpack_model
from bot.understanding.features import Corpus, Reader, Rows, named
from bot.understanding.reading import Lexicon, tokens
from bot.understanding.second_look import (
    CANDIDATES,
    CLUES,
    Judges,
    Memory,
    SecondLook,
    backing,
    candidates,
    learn_judges,
    logit,
    remember,
)
from bot.understanding.training import held_back, known_words

TEXTS = ("who lit the lamp", "who lit it", "when did the storm come", "when was the storm", "what do gulls eat") * 3
TARGETS = np.asarray([0, 0, 1, 1, 2] * 3, np.int32)
READER = Reader(Lexicon(()), Speller({}))
READINGS = [READER.read(text) for text in TEXTS]
CORPUS = Corpus.of(named(reading) for reading in READINGS)
VOCABULARY = CORPUS.vocabulary()
ROWS = CORPUS.rows(VOCABULARY)
MEMORY = Memory(remember(ROWS, TARGETS, 3, len(VOCABULARY)))


class Title(msgspec.Struct):
    title: str


@given(st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=8))
def test_softmax_gives_chances(logits: list[float]) -> None:
    chances = softmax(np.asarray(logits, np.float32))
    assert float(chances.sum()) == pytest.approx(1.0, abs=1e-4)
    assert (chances >= 0).all()


def test_the_first_look_learns_to_tell_its_examples_apart() -> None:
    matrix = sparse(ROWS, len(VOCABULARY))
    [(weights, bias)] = learn_linear(matrix, ((TARGETS, 3),), 0)
    assert np.array_equal(np.asarray(matrix @ weights + bias).argmax(axis=1), TARGETS)
    [(again, _)] = learn_linear(matrix, ((TARGETS, 3),), 0)
    assert np.array_equal(weights, again)


def test_another_seed_learns_other_weights() -> None:
    matrix = sparse(ROWS, len(VOCABULARY))
    one, another = (learn_linear(matrix, ((TARGETS, 3),), seed)[0][0] for seed in (0, 1))
    assert not np.array_equal(one, another)


def test_heads_learnt_side_by_side_each_learn_as_if_alone() -> None:
    matrix = sparse(ROWS, len(VOCABULARY))
    gate = (TARGETS == 2).astype(np.int32)
    both = learn_linear(matrix, ((TARGETS, 3), (gate, 2)), 0)
    alone = [learn_linear(matrix, (head,), 0)[0] for head in ((TARGETS, 3), (gate, 2))]
    for (weights, bias), (expected, expected_bias) in zip(both, alone, strict=True):
        assert np.allclose(weights, expected, atol=1e-4)
        assert np.allclose(bias, expected_bias, atol=1e-4)


def test_whole_weights_are_within_half_a_step() -> None:
    weights = np.random.default_rng(0).standard_normal((40, 5)).astype(np.float32)
    whole, step = quantised(weights)
    assert whole.dtype == np.int8
    assert (np.abs(whole * step - weights) <= step / 2 + 1e-6).all()


def test_weights_that_are_all_nought_stay_nought() -> None:
    whole, step = quantised(np.zeros((3, 2), np.float32))
    assert not whole.any()
    assert (step > 0).all()


def test_a_memory_counts_features_by_label() -> None:
    assert MEMORY.sizes.tolist() == [6, 6, 3]
    assert MEMORY.counts(VOCABULARY.positions(["ustorm", "uwho"])).tolist() == [[0, 6, 0], [6, 0, 0]]
    assert MEMORY.counts(np.zeros(0, np.int32)).shape == (0, 3)
    total, outside = MEMORY.totals()
    assert [total[VOCABULARY.position(name)] for name in ("uwhat", "uthe")] == [3, 9]
    assert [outside[VOCABULARY.position(name)] for name in ("uwhat", "uthe")] == [3, 0]
    assert MEMORY.firsts.tolist() == [0, 6, 12, 15]


def test_an_example_is_likest_to_itself() -> None:
    likeness = MEMORY.likeness(*ROWS.row(2))
    assert likeness.shape == (15,)
    assert 6 <= int(likeness.argmax()) < 12


def test_nothing_is_like_a_row_without_features() -> None:
    assert not MEMORY.likeness(np.zeros(0, np.int32), np.zeros(0, np.float32)).any()


@pytest.mark.parametrize("count", [65_535, 65_536, 70_001])
def test_a_memory_of_any_number_of_examples(count: int) -> None:
    starts = np.arange(count + 1, dtype=np.int64).clip(max=1)
    starts[-1] = 2
    rows = Rows(np.zeros(2, np.int32), np.ones(2, np.float32), starts)
    memory = Memory(remember(rows, np.zeros(count, np.int32), 1, 1))
    likeness = memory.likeness(np.asarray([0], np.int32), np.ones(1, np.float32))
    assert [int(at) for at in np.flatnonzero(likeness)] == [0, count - 1]


def test_candidates_are_the_likeliest_and_those_that_back_them() -> None:
    shown = np.asarray([[1, 0, 0], [0, 1, 1], [0, 0, 1]], np.float32)
    order, inside, backed = candidates(np.asarray([0.35, 0.2, 0.25, 0.2], np.float32), shown)
    assert order[0] == 1
    assert float(inside.sum()) == pytest.approx(1.0)
    assert float(backed[1]) == pytest.approx(0.45 / 0.8)
    assert len(order) <= CANDIDATES


@pytest.mark.parametrize("text", [*TEXTS[:5], "", "storm storm lamp", "what broke the bell", "\x00"])
def test_clues_have_their_shape_and_are_finite(text: str) -> None:
    reading = READER.read(text)
    look = SecondLook(MEMORY, VOCABULARY, np.eye(2, dtype=np.float32), np.zeros((2, 2), np.float32))
    row = VOCABULARY.row(named(reading))
    labels, clues, met = look.clues(reading, row, np.asarray([0.5, 0.3, 0.2], np.float32), 0.2)
    assert clues.shape == (len(labels), CLUES)
    assert met.shape == (len(VOCABULARY.positions(f"u{unit}" for unit in reading.content)), len(labels))
    assert np.isfinite(clues).all()
    assert labels.tolist() == [0, 1]


def test_words_that_a_label_never_had_are_missed_by_it() -> None:
    look = SecondLook(MEMORY, VOCABULARY, np.eye(2, dtype=np.float32), np.zeros((2, 2), np.float32))
    reading = READER.read("when did the storm come")
    row = VOCABULARY.row(named(reading))
    _, clues, met = look.clues(reading, row, np.asarray([0.4, 0.4, 0.2], np.float32), 0.2)
    missed = 10
    assert clues[0, missed] > clues[1, missed] == 0
    assert not met[:, 0].all()
    assert met[:, 1].all()


@pytest.mark.parametrize("chance", [0.0, 0.2, 0.5, 1.0])
def test_log_odds_are_finite_and_rise(chance: float) -> None:
    assert np.isfinite(logit(chance))
    assert logit(0.1) < logit(0.5) < logit(0.9)


def test_a_judge_learns_which_clue_counts() -> None:
    chance = np.random.default_rng(5)
    clues = chance.standard_normal((3000, CLUES)).astype(np.float32)
    right = clues[:, 3] > 0
    arrays = learn_judges(clues, right, 0)
    believed = Judges(arrays).chances(clues)
    assert float(((believed > 0.5) == right).mean()) > 0.9
    assert ((believed >= 0) & (believed <= 1)).all()
    again = learn_judges(clues, right, 0)
    assert all(np.array_equal(arrays[name], again[name]) for name in arrays)


def test_answers_that_show_the_same_sentences_back_each_other() -> None:
    matrix = backing([["One is. Two is."], ["Two is."], ["Three is."], []])
    assert matrix.tolist() == [[1, 1, 0, 0], [0.5, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]


def test_a_sentence_is_the_same_within_quotation_marks() -> None:
    matrix = backing([['He said, "It is lit." Who knew?'], ["Who knew?"], ["“One. Two.”"], ["Two."]])
    assert matrix.tolist() == [[1, 1, 0, 0], [0.5, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0.5, 1]]


def test_slips_are_no_known_words_but_answers_and_usual_words_are() -> None:
    examples = tuple(Example("the lampp burns", "lamp", f"v{at}") for at in range(1)) + tuple(
        Example("does it shine", "lamp", f"v{at}") for at in range(3)
    )
    taught = Lesson((Answerable("lamp", "Brightly.", ("It glows.",)),), examples, (("c", ("beacon",)),))
    words = known_words(taught, [tokens(example.text) for example in examples])
    assert {"shine", "brightly", "glows", "beacon"} <= words.keys()
    assert "lampp" not in words
    assert list(words) == sorted(words)


def test_a_third_of_the_voices_is_held_back() -> None:
    asked = tuple(Example("x", "a", f"v{at}") for at in range(6))
    others = tuple(Example("y", None, f"w{at}") for at in range(3))
    assert held_back((*asked, *others)).tolist() == [True, False, False, True, False, False, True, False, False]


def test_of_people_who_ask_both_whole_ones_are_held_back() -> None:
    both = tuple(
        Example("x", label, f"{folder}/p{at}") for at in range(4) for folder, label in (("q", "a"), ("o", None))
    )
    rest = (Example("x", "a", "q/r"), Example("y", None, "o/s"))
    held = held_back((*both, *rest))
    assert [each.person for each, back in zip((*both, *rest), held, strict=True) if back] == ["p0", "p0", "p3", "p3"]


def test_of_too_few_people_some_examples_are_held_back() -> None:
    examples = (*(Example("x", "a", "v") for _ in range(4)), *(Example("y", None, "w") for _ in range(3)))
    assert held_back(examples).tolist() == [True, False, False, True, True, False, False]


def test_packed_arrays_come_back_as_they_were() -> None:
    arrays: dict[str, npt.NDArray[Any]] = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": np.asarray([1, 2], np.uint16),
    }
    header, back = unpack_model(pack_model(Title("x"), arrays), Title)
    assert header == Title("x")
    assert all(np.array_equal(arrays[name], back[name]) and arrays[name].dtype == back[name].dtype for name in arrays)


def test_equal_arrays_give_equal_bytes_in_any_order() -> None:
    one, two = np.zeros(2, np.float32), np.ones(3, np.int8)
    assert pack_model(Title("x"), {"a": one, "b": two}) == pack_model(Title("x"), {"b": two, "a": one})


def test_an_array_of_another_type_is_refused() -> None:
    with pytest.raises(KeyError):
        pack_model(Title("x"), {"a": np.zeros(2, np.float64)})


def test_a_blob_of_another_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = pack_model(Title("x"), {})
    monkeypatch.setattr("bot.understanding.engine.FORM", FORM + 1)
    with pytest.raises(UnreadableBlobError, match="form"):
        unpack_model(packed, Title)
