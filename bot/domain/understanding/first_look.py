"""The first look: how likely each label is, by the words of a question and by its letters.

Two linear models that see different things err differently: words tell apart what is asked, letters still know
a word that is misspelt, bent or made from a known one. Their chances are multiplied (Hinton 2002: a product of
experts), each to a power of its own.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.domain.understanding.features import Reading, named, runs
from bot.domain.understanding.linear import softmax
from bot.domain.understanding.vocabulary import Floats, Ints, Vocabulary

Arrays = dict[str, npt.NDArray[Any]]
Row = tuple[Ints, Floats]

# The powers; found on voices left out.
WORDS_SHARE: Final = np.float32(0.8)
LETTERS_SHARE: Final = np.float32(0.4)


def quantised(weights: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Return the weights (rows, columns) as whole numbers of a step per column, and the steps."""
    step = np.maximum(np.abs(weights).max(axis=0, initial=0.0), 1e-6) / np.float32(127)
    return np.rint(weights / step).astype(np.int8), step.astype(np.float32)


class Scales:
    """Weights kept as whole numbers with one step a column: (features, columns) and their bias."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._whole: npt.NDArray[np.int8] = arrays[name]
        self._step: Floats = arrays[f"{name}_step"]
        self._bias: Floats = arrays[f"{name}_bias"]

    def logits(self, row: Row) -> Floats:
        """Return the log odds of each column for one row, up to a constant."""
        positions, values = row
        return np.asarray(values @ self._whole[positions] * self._step + self._bias, np.float32)


class FirstLook:
    """Looks at readings with the arrays that learning gave."""

    def __init__(self, arrays: Arrays, words: Vocabulary, letters: Vocabulary) -> None:
        self.words, self._letters = words, letters
        self._by_words, self._by_letters = Scales(arrays, "linear"), Scales(arrays, "letters")
        self._gate = Scales(arrays, "gate")

    def row(self, reading: Reading) -> Row:
        """Return the reading's words as a row, which the second look sees too."""
        return self.words.row(named(reading))

    def chances(self, reading: Reading, row: Row) -> tuple[Floats, float]:
        """Return the chance of each label and of none of them (labels + 1), and the gate's that nothing answers."""
        by_words = self._by_words.logits(row)
        by_letters = self._by_letters.logits(self._letters.row(runs(reading)))
        labels = softmax(WORDS_SHARE * by_words + LETTERS_SHARE * by_letters)
        return labels, float(softmax(self._gate.logits(row))[1])
