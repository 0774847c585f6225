"""Which features count, and how much: the step from named features to sparse rows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

# A feature met in fewer texts than this says nothing about new ones. By group; the others need two.
RAREST: Final = {"b": 3, "q": 4, "y": 5, "z": 8}
# How much each group weighs against the others.
WEIGHTS: Final = {"u": 1.0, "b": 0.6, "k": 0.5, "q": 0.5, "y": 0.6, "z": 0.25}

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


class Vocabulary:
    """The features that count, in order, with their weights (one a feature)."""

    def __init__(self, names: Sequence[str], weights: Floats) -> None:
        self.names = tuple(names)
        self.weights = weights
        self._index = {name: at for at, name in enumerate(self.names)}
        # How many, from the first on, are of single words and neighbours: pairs (y) and letters (z) come last.
        self.counted = sum(name[0] < "y" for name in self.names)
        # Which features are of words, and not of letters.
        self.spoken = np.asarray([name[0] != "z" for name in self.names], np.bool_)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._index

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]]) -> "Vocabulary":
        """Return the vocabulary of the texts' features: smoothed idf (Spärck Jones 1972) times the group's weight."""
        met: Counter[str] = Counter()
        for names in texts:
            met.update(set(names))
        kept = sorted(name for name, count in met.items() if count >= RAREST.get(name[0], 2))
        weights = [(np.log((1 + len(texts)) / (1 + met[name])) + 1) * WEIGHTS[name[0]] for name in kept]
        return cls(kept, np.asarray(weights, np.float32))

    def positions(self, names: Iterable[str]) -> Ints:
        """Return the positions of the known ones among the names, ascending, each once."""
        return np.asarray(sorted({at for at in map(self._index.get, names) if at is not None}), np.int32)

    def row(self, names: Iterable[str]) -> tuple[Ints, Floats]:
        """Return the positions (ascending) and the values (of length 1 together) of one text's known features."""
        positions = self.positions(names)
        values = self.weights[positions]
        length = float(np.sqrt(values @ values))
        return positions, values / np.float32(length) if length else values
