"""The judges of the second look: from clues to the believed chance that a label would be a right answer.

Several judges learn the same from other beginnings, and their mean counts: one alone wavers. Each has one hidden
layer of rectified units, learnt with Adam (Kingma & Ba 2015). Sums are einsum's: in one order, on one thread,
without BLAS.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.domain.understanding.vocabulary import Floats

JUDGES: Final = 3
HIDDEN: Final = 24
EPOCHS: Final = 12
# A small lesson is gone over more often: fewer steps than this leave the judge where chance put it.
FEWEST_STEPS: Final = 600
BATCH: Final = 256
RATE: Final = 4e-3
DECAY: Final = 1e-3
_FORGET, _FORGET_SQUARES = np.float32(0.1), np.float32(0.001)


def _times(left: Floats, right: Floats) -> Floats:
    return np.asarray(np.einsum("ij,jk->ik", left, right), np.float32)


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)


def learn_judges(clues: Floats, right: npt.NDArray[np.bool_], seed: int) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of judges that have seen clues (n, CLUES) of labels that were right (n) or not."""
    middle, spread = clues.mean(axis=0), clues.std(axis=0) + np.float32(1e-3)
    inputs, targets = (clues - middle) / spread, right.astype(np.float32)[:, None]
    learnt = [_learn_one(inputs, targets, seed * JUDGES + at) for at in range(JUDGES)]
    stacked = {f"judge_{at}": np.stack(layers) for at, layers in enumerate(zip(*learnt, strict=True))}
    return {"judge_middle": middle, "judge_spread": spread} | stacked


def _learn_one(inputs: Floats, targets: Floats, seed: int) -> list[Floats]:
    chance = np.random.default_rng(seed)
    width = inputs.shape[1]
    layers = [
        (chance.standard_normal((width, HIDDEN)) * np.sqrt(2 / width)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        (chance.standard_normal((HIDDEN, 1)) * np.sqrt(1 / HIDDEN)).astype(np.float32),
        np.zeros(1, np.float32),
    ]
    means, squares = [np.zeros_like(layer) for layer in layers], [np.zeros_like(layer) for layer in layers]
    batches = -(-len(inputs) // BATCH)
    epochs = max(EPOCHS, -(-FEWEST_STEPS // batches))
    steps, step = epochs * batches, 0
    for _ in range(epochs):
        order = chance.permutation(len(inputs))
        for start in range(0, len(order), BATCH):
            seen, due = inputs[order[start : start + BATCH]], targets[order[start : start + BATCH]]
            hidden = np.maximum(_times(seen, layers[0]) + layers[1], 0)
            error = (_sigmoid(_times(hidden, layers[2]) + layers[3]) - due) / np.float32(len(seen))
            back = _times(error, layers[2].T) * (hidden > 0)
            slopes = (_times(seen.T, back), back.sum(axis=0), _times(hidden.T, error), error.sum(axis=0))
            step += 1
            rate = np.float32(RATE * (1 - (step - 1) / steps))
            for at, slope in enumerate(slopes):
                means[at] += _FORGET * (slope - means[at])
                squares[at] += _FORGET_SQUARES * (slope * slope - squares[at])
                mean = means[at] / np.float32(1 - 0.9**step)
                moved = mean / (np.sqrt(squares[at] / np.float32(1 - 0.999**step)) + np.float32(1e-8))
                layers[at] -= rate * (moved + np.float32(DECAY) * layers[at])
    return layers


class Judges:
    """Judges clues with the arrays that `learn_judges` gave."""

    def __init__(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self._middle, self._spread = arrays["judge_middle"], arrays["judge_spread"]
        self._layers = [arrays[f"judge_{at}"] for at in range(4)]

    def chances(self, clues: Floats) -> Floats:
        """Return the believed chance (n) that each label (n, CLUES) would be right: the judges' mean."""
        first, first_bias, second, second_bias = self._layers
        hidden = np.maximum((clues - self._middle) / self._spread @ first + first_bias[:, None], 0)
        return np.asarray(_sigmoid(hidden @ second + second_bias[:, None])[:, :, 0].mean(axis=0), np.float32)
