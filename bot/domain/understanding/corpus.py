"""The examples as numbers: which features each text has, told apart once and then only counted and chosen from."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, count
from typing import Self

import msgspec
import numpy as np
import numpy.typing as npt

from bot.domain.understanding.vocabulary import WEIGHTS, Floats, Ints, Vocabulary, rarest


class Rows(msgspec.Struct, frozen=True):
    """Texts as sparse rows: the ascending positions of each one's features one after another, and their values."""

    positions: Ints
    values: Floats
    starts: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row(self, at: int) -> tuple[Ints, Floats]:
        """Return the positions and values of one text."""
        own = slice(self.starts[at], self.starts[at + 1])
        return self.positions[own], self.values[own]

    def owners(self) -> npt.NDArray[np.int64]:
        """Return for each position the text that it is of."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))


class Corpus(msgspec.Struct, frozen=True):
    """Texts as the numbers of their features, each once a text and ascending; `names` are sorted."""

    names: tuple[str, ...]
    numbers: Ints
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, texts: Iterable[Iterable[str]]) -> Self:
        """Return the corpus of texts that are given by the names of their features."""
        first_met = defaultdict[str, int](count().__next__)
        rows = [[first_met[name] for name in names] for names in texts]
        names = sorted(first_met)
        place = np.zeros(len(names), np.int64)
        place[[first_met[name] for name in names]] = np.arange(len(names))
        lengths = np.asarray([len(row) for row in rows], np.int64)
        met = np.fromiter(chain.from_iterable(rows), np.int64, int(lengths.sum()))
        owners = np.repeat(np.arange(len(rows)), lengths)
        width = max(len(names), 1)
        each = np.unique(owners * width + place[met])
        starts = _starts(np.bincount(each // width, minlength=len(rows)))
        return cls(tuple(names), (each % width).astype(np.int32), starts)

    def part(self, chosen: Sequence[int] | npt.NDArray[np.intp]) -> "Corpus":
        """Return the corpus of some of the texts, in the order given."""
        lengths = np.diff(self.starts)[chosen]
        starts = _starts(lengths)
        places = np.arange(starts[-1]) + np.repeat(self.starts[:-1][chosen] - starts[:-1], lengths)
        return Corpus(self.names, self.numbers[places], starts)

    def vocabulary(self) -> Vocabulary:
        """Return the features that count here: smoothed idf (Spärck Jones 1972) times the group's weight."""
        met = np.bincount(self.numbers, minlength=len(self.names))
        texts = len(self.starts) - 1
        least = {group: rarest(group, texts) for group in WEIGHTS}
        kept = [(name, times) for name, times in zip(self.names, met.tolist(), strict=True) if times >= least[name[0]]]
        weights = [(np.log((1 + texts) / (1 + times)) + 1) * WEIGHTS[name[0]] for name, times in kept]
        return Vocabulary([name for name, _ in kept], np.asarray(weights, np.float32))

    def rows(self, vocabulary: Vocabulary) -> Rows:
        """Return the rows (each of length 1 or nought) of the texts in a vocabulary."""
        places = np.fromiter(
            (-1 if at is None else at for at in map(vocabulary.position, self.names)), np.int32, len(self.names)
        )
        positions = places[self.numbers]
        known = positions >= 0
        owners = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))[known]
        positions = positions[known]
        values = vocabulary.weights[positions]
        lengths = np.sqrt(np.bincount(owners, values * values, len(self.starts) - 1)).astype(np.float32)
        starts = _starts(np.bincount(owners, minlength=len(self.starts) - 1))
        return Rows(positions, values / lengths[owners], starts)


def _starts(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts
