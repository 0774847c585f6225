"""Multinomial logistic regression on sparse rows, learnt by mini-batches.

AdaGrad (Duchi et al. 2011) with dropped features (Wager et al. 2013: dropout as regularisation): whoever must
do without a random part of a question's words learns to use the others too. No BLAS: the sums run in one order
on one thread, so that equal input gives equal bits.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import numpy.typing as npt

from bot.domain.understanding.vocabulary import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from bot.domain.understanding.corpus import Rows

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
    matrix: "csr_matrix"
    turned: "csr_matrix"
    turning: Ints


def softmax(logits: Floats) -> Floats:
    """Return the rows (n, classes) as chances that add up to one."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float32)


def sparse(rows: "Rows", width: int) -> "csr_matrix":
    """Return the rows as one matrix (n, width) in compressed rows."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - 25 MiB that only learning needs

    return csr_matrix((rows.values, rows.positions, rows.starts), shape=(len(rows), width))


def _batches(matrix: "csr_matrix", chance: np.random.Generator) -> Iterator[_Batch]:
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


def learn_linear(
    matrix: "csr_matrix", heads: Sequence[Head], seed: int, seen: int = SEEN
) -> list[tuple[Floats, Floats]]:
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
