"""Which features count, and how much: the step from named features to sparse rows."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

# A feature met in fewer texts than this, by group, says nothing about new ones, where texts are MANY. Of fewer texts
# fewer are enough, in proportion, but never one.
RAREST: Final = {"u": 3, "b": 8, "q": 10, "x": 12, "k": 2}
MANY: Final = 30_000
_FEWEST: Final = 2
# How much each group weighs against the others.
WEIGHTS: Final = {"u": 1.0, "b": 0.6, "k": 0.5, "q": 0.5, "x": 1.0}

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


def rarest(group: str, texts: int) -> int:
    """Return in how many of so many texts a feature of the group must be met to count."""
    return max(_FEWEST, RAREST[group] * min(texts, MANY) // MANY)


class Vocabulary:
    """The features that count, in order, with their weights (one a feature)."""

    def __init__(self, names: Sequence[str], weights: Floats) -> None:
        self.weights = weights
        self._index = {name: at for at, name in enumerate(names)}
        self.position = self._index.get

    @property
    def names(self) -> tuple[str, ...]:
        """The features by name, in order."""
        return tuple(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def positions(self, names: Iterable[str]) -> Ints:
        """Return the positions of the known ones among the names, ascending, each once."""
        return np.asarray(sorted({at for at in map(self.position, names) if at is not None}), np.int32)

    def row(self, names: Iterable[str]) -> tuple[Ints, Floats]:
        """Return the positions (ascending) and the values (of length 1 together) of one text's known features."""
        positions = self.positions(names)
        values = self.weights[positions]
        length = float(np.sqrt(values @ values))
        return positions, values / np.float32(length) if length else values
