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

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

# Rows seen in all, over as many rounds as that takes, but no fewer and no more than these: more rows, fewer rounds.
SEEN: Final = 240_000
ROUNDS: Final = (8, 24)
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


def sparse(rows: Sequence[tuple[Ints, Floats]], width: int) -> "csr_matrix":
    """Return the rows as one matrix (n, width) in compressed rows."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - 25 MiB that only learning needs

    starts = np.concatenate([[0], np.cumsum([len(positions) for positions, _ in rows])])
    positions = np.concatenate([positions for positions, _ in rows])
    values = np.concatenate([values for _, values in rows])
    return csr_matrix((values, positions, starts), shape=(len(rows), width))


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


def learn_linear(matrix: "csr_matrix", targets: Ints, classes: int, seed: int) -> tuple[Floats, Floats]:
    """Return weights (width, classes) and bias (classes) that tell the targets (n) of the matrix's rows apart."""
    chance = np.random.default_rng(seed)
    width = matrix.shape[1]
    weights, squares = np.zeros((width, classes), np.float32), np.full((width, classes), 1e-4, np.float32)
    bias, bias_squares = np.zeros(classes, np.float32), np.full(classes, 1e-4, np.float32)
    batches = list(_batches(matrix, chance))
    values = [batch.matrix.data.copy() for batch in batches]
    for _ in range(min(max(SEEN // matrix.shape[0], ROUNDS[0]), ROUNDS[1])):
        for at in chance.permutation(len(batches)):
            batch = batches[at]
            kept = chance.random(len(values[at]), np.float32) >= DROPPED
            batch.matrix.data[:] = values[at] * kept / (1 - DROPPED)
            batch.turned.data[:] = batch.matrix.data[batch.turning]
            error = softmax(batch.matrix @ weights[batch.columns] + bias)
            error[np.arange(len(batch.rows)), targets[batch.rows]] -= 1
            error /= np.float32(len(batch.rows))
            slope = batch.turned @ error
            met = squares[batch.columns]
            met += slope * slope
            squares[batch.columns] = met
            slope /= np.sqrt(met, out=met)
            slope *= RATE
            weights[batch.columns] -= slope
            bias_slope = error.sum(axis=0)
            bias_squares += bias_slope * bias_slope
            bias -= RATE * bias_slope / np.sqrt(bias_squares)
    return weights, bias
