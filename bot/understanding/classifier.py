"""The first look: how likely each answer is, by multinomial logistic regression over the text's features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from bot.understanding.features import Floats, Ints, Reading, Vocabulary, named, runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scipy.sparse import csr_matrix

    from bot.understanding.features import Rows

# What is to be told apart: the class of each row, and how many classes there are.
Head = tuple[Ints, int]

# Rows seen in all, over as many rounds as that takes, but no fewer and no more than these: more rows, fewer rounds.
SEEN: Final = 300_000
ROUNDS: Final = (3, 10)
# A small lesson is gone over more often: fewer steps than this leave the weights where they began.
FEWEST_STEPS: Final = 48
RATE: Final = np.float32(3.0)
BATCH: Final = 256
DROPPED: Final = np.float32(0.4)


class _Batch(msgspec.Struct, frozen=True):
    """Some rows of a matrix with only the columns that they use, and the same turned on its side."""

    rows: npt.NDArray[np.intp]
    columns: Ints
    matrix: csr_matrix
    turned: csr_matrix
    turning: Ints


def softmax(logits: Floats) -> Floats:
    """Return the rows (n, classes) as chances that add up to one."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float32)


def sparse(rows: Rows, width: int) -> csr_matrix:
    """Return the rows as one matrix (n, width) in compressed rows."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - 25 MiB that only learning needs

    return csr_matrix((rows.values, rows.positions, rows.starts), shape=(len(rows), width))


def _batches(matrix: csr_matrix, chance: np.random.Generator) -> Iterator[_Batch]:
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - as above

    order = chance.permutation(matrix.shape[0])
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        part = matrix[rows]
        columns, places = np.unique(part.indices, return_inverse=True)
        shape = (len(rows), len(columns))
        small = csr_matrix((part.data, places.astype(np.int32), part.indptr), shape=shape)
        numbered = csr_matrix((np.arange(part.nnz, dtype=np.int32), small.indices, small.indptr), shape=shape)
        side = numbered.T.tocsr()
        turned = csr_matrix((part.data[side.data], side.indices, side.indptr), shape=shape[::-1])
        yield _Batch(rows, columns, small, turned, side.data)


def _blame(logits: Floats, rows: npt.NDArray[np.intp], heads: Sequence[Head]) -> Floats:
    """Return how far each head's chances are from its targets, side by side."""
    errors = []
    first = 0
    for targets, classes in heads:
        error = softmax(logits[:, first : first + classes])
        error[np.arange(len(rows)), targets[rows]] -= 1
        errors.append(error)
        first += classes
    return np.asarray(np.concatenate(errors, axis=1) / np.float32(len(rows)), np.float32)


def learn_linear(matrix: csr_matrix, heads: Sequence[Head], seed: int, seen: int = SEEN) -> list[tuple[Floats, Floats]]:
    """Return for each head weights (width, classes) and bias (classes) that tell its targets (n) of the rows apart.

    The heads are learnt side by side in one pass, and know nothing of each other.
    """
    chance = np.random.default_rng(seed)
    width, classes = matrix.shape[1], sum(classes for _, classes in heads)
    weights, squares = np.zeros((width, classes), np.float32), np.full((width, classes), 1e-4, np.float32)
    bias, bias_squares = np.zeros(classes, np.float32), np.full(classes, 1e-4, np.float32)
    batches = list(_batches(matrix, chance))
    values = [batch.matrix.data.copy() for batch in batches]
    rooms = np.empty((3, max(len(batch.columns) for batch in batches), classes), np.float32)
    for _ in range(max(min(max(seen // matrix.shape[0], ROUNDS[0]), ROUNDS[1]), FEWEST_STEPS // len(batches))):
        for at in chance.permutation(len(batches)):
            batch = batches[at]
            own, met, room = (part[: len(batch.columns)] for part in rooms)
            kept = chance.random(len(values[at]), np.float32) >= DROPPED
            shown = values[at] * kept / (1 - DROPPED)
            # The weights are kept in units of RATE, which spares a pass over them.
            batch.matrix.data[:] = shown * RATE
            batch.turned.data[:] = shown[batch.turning]
            np.take(weights, batch.columns, axis=0, out=own, mode="clip")
            np.take(squares, batch.columns, axis=0, out=met, mode="clip")
            error = _blame(batch.matrix @ own + bias, batch.rows, heads)
            slope = batch.turned @ error
            met += np.multiply(slope, slope, out=room)
            squares[batch.columns] = met
            slope /= np.sqrt(met, out=met)
            own -= slope
            weights[batch.columns] = own
            bias_slope = error.sum(axis=0)
            bias_squares += bias_slope * bias_slope
            bias -= RATE * bias_slope / np.sqrt(bias_squares)
    weights *= RATE
    ends = np.cumsum([classes for _, classes in heads])[:-1]
    return list(zip(np.split(weights, ends, axis=1), np.split(bias, ends), strict=True))


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
