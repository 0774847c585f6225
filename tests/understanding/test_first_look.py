"""The first look: words and letters together."""

import numpy as np
import pytest

from bot.fuzzy import Speller
from bot.understanding.classifier import Arrays, FirstLook, learn_linear, quantised, sparse
from bot.understanding.features import Corpus, Reader, Reading, named, runs
from bot.understanding.reading import Lexicon

TEXTS = ("who lit the lantern", "when did the storm come", "what do gulls eat") * 4
TARGETS = np.asarray([0, 1, 2] * 4, np.int32)


def read(text: str) -> Reading:
    return Reader(Lexicon(()), Speller({})).read(text)


@pytest.fixture(scope="module")
def look() -> FirstLook:
    arrays: Arrays = {}
    vocabularies = []
    for features, heads in (
        (named, {"linear": (TARGETS, 3), "gate": ((TARGETS == 2).astype(np.int32), 2)}),
        (runs, {"letters": (TARGETS, 3)}),
    ):
        corpus = Corpus.of(features(read(text)) for text in TEXTS)
        vocabularies.append(corpus.vocabulary())
        rows = sparse(corpus.rows(vocabularies[-1]), len(vocabularies[-1]))
        for name, (weights, bias) in zip(heads, learn_linear(rows, tuple(heads.values()), 0), strict=True):
            arrays[f"{name}_bias"] = bias
            arrays[name], arrays[f"{name}_step"] = quantised(weights)
    return FirstLook(arrays, *vocabularies)


@pytest.mark.parametrize(("text", "label"), [("who lit the lantern", 0), ("the storm", 1), ("gulls", 2)])
def test_what_was_learnt_is_the_likeliest(look: FirstLook, text: str, label: int) -> None:
    chances, outside = look.chances(read(text), look.row(read(text)))
    assert chances.argmax() == label
    assert float(chances.sum()) == pytest.approx(1.0, abs=1e-5)
    assert (outside > 0.5) is (label == 2)


def test_letters_know_a_word_that_the_words_do_not(look: FirstLook) -> None:
    strange = read("lanternlike")
    assert not len(look.row(strange)[0])
    chances, _ = look.chances(strange, look.row(strange))
    assert chances.argmax() == 0
