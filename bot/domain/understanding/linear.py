"""Multinomial logistic regression on sparse rows, learnt by mini-batches with AdaGrad (Duchi et al. 2011)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

EPOCHS: Final = 12
RATE: Final = 1.5
BATCH: Final = 256


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


def learn_linear(matrix: "csr_matrix", targets: Ints, classes: int, seed: int) -> tuple[Floats, Floats]:
    """Return weights (width, classes) and bias (classes) that tell the targets (n) of the matrix's rows apart."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - as above

    chance = np.random.default_rng(seed)
    count, width = matrix.shape
    weights, squares = np.zeros((width, classes), np.float32), np.full((width, classes), 1e-4, np.float32)
    bias, bias_squares = np.zeros(classes, np.float32), np.full(classes, 1e-4, np.float32)
    for _ in range(EPOCHS):
        order = chance.permutation(count)
        for start in range(0, count, BATCH):
            chosen = order[start : start + BATCH]
            batch = matrix[chosen]
            columns, places = np.unique(batch.indices, return_inverse=True)
            small = csr_matrix(
                (batch.data, places.astype(np.int32), batch.indptr), shape=(len(chosen), len(columns))
            )
            error = softmax(small @ weights[columns] + bias)
            error[np.arange(len(chosen)), targets[chosen]] -= 1
            error /= np.float32(len(chosen))
            slope = small.T.tocsr() @ error
            met = squares[columns] + slope * slope
            squares[columns] = met
            weights[columns] -= np.float32(RATE) * slope / np.sqrt(met)
            bias_slope = error.sum(axis=0)
            bias_squares += bias_slope * bias_slope
            bias -= np.float32(RATE) * bias_slope / np.sqrt(bias_squares)
    return weights, bias
