"""A small network over the sparse rows: a projection by latent semantic analysis, one hidden layer, softmax.

The projection is a randomised SVD (Halko, Martinsson & Tropp 2011); the layers are learnt with Adam (Kingma &
Ba 2015) and dropout (Srivastava et al. 2014).
"""

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from bot.domain.understanding.linear import Floats, Ints, softmax

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

WIDTH: Final = 256
HIDDEN: Final = 512
EPOCHS: Final = 15
BATCH: Final = 128
RATE: Final = 2e-3
DECAY: Final = 1e-4
DROPPED_INPUT: Final = 0.3
DROPPED_HIDDEN: Final = 0.4


def projection(matrix: "csr_matrix", width: int, seed: int) -> Floats:
    """Return the projection (features, width) onto the matrix's strongest directions, for inputs of variance one."""
    chance = np.random.default_rng(seed)
    turned = matrix.T.tocsr()
    width = min(width, *matrix.shape)
    basis = matrix @ chance.standard_normal((matrix.shape[1], width + 20)).astype(np.float32)
    for _ in range(2):
        basis, _ = np.linalg.qr(basis)
        basis = matrix @ (turned @ basis)
    basis, _ = np.linalg.qr(basis)
    small = turned @ basis
    directions, strengths, _ = np.linalg.svd(small.T @ small)
    kept = small @ (directions[:, :width] / np.sqrt(np.maximum(strengths[:width], 1e-9)))
    spread = np.sqrt(np.mean(np.square(matrix @ kept))) or 1.0
    return np.asarray(kept / spread, np.float32)


def _mask(chance: np.random.Generator, shape: tuple[int, ...], dropped: float) -> Floats:
    return np.asarray((chance.random(shape, np.float32) >= dropped) / np.float32(1 - dropped), np.float32)


def learn_network(inputs: Floats, targets: Ints, classes: int, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return hidden weights and bias, output weights and bias for inputs (n, width) and their targets (n)."""
    chance = np.random.default_rng(seed)
    count, width = inputs.shape
    layers = [
        (chance.standard_normal((width, HIDDEN)) * np.sqrt(2 / width)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        (chance.standard_normal((HIDDEN, classes)) * np.sqrt(1 / HIDDEN)).astype(np.float32),
        np.zeros(classes, np.float32),
    ]
    means, squares = [np.zeros_like(layer) for layer in layers], [np.zeros_like(layer) for layer in layers]
    steps = EPOCHS * -(-count // BATCH)
    step = 0
    for _ in range(EPOCHS):
        order = chance.permutation(count)
        for start in range(0, count, BATCH):
            chosen = order[start : start + BATCH]
            seen = inputs[chosen] * _mask(chance, (len(chosen), width), DROPPED_INPUT)
            mask = _mask(chance, (len(chosen), HIDDEN), DROPPED_HIDDEN)
            hidden = np.maximum(seen @ layers[0] + layers[1], 0) * mask
            error = softmax(hidden @ layers[2] + layers[3])
            error[np.arange(len(chosen)), targets[chosen]] -= 1
            error /= np.float32(len(chosen))
            back = (error @ layers[2].T) * mask * (hidden > 0)
            slopes = (seen.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0))
            step += 1
            rate = RATE * (1 - (step - 1) / steps)
            for layer, slope, mean, square in zip(layers, slopes, means, squares, strict=True):
                mean += np.float32(0.1) * (slope - mean)
                square += np.float32(0.001) * (slope * slope - square)
                moved = (mean / np.float32(1 - 0.9**step)) / (
                    np.sqrt(square / np.float32(1 - 0.999**step)) + np.float32(1e-8)
                )
                layer -= np.float32(rate) * (moved + np.float32(DECAY) * layer)
    return layers[0], layers[1], layers[2], layers[3]


def logits(inputs: Floats, layers: tuple[npt.NDArray[np.float32], ...]) -> Floats:
    """Return what the network says (n, classes) of projected inputs (n, width)."""
    return np.asarray(np.maximum(inputs @ layers[0] + layers[1], 0) @ layers[2] + layers[3], np.float32)
