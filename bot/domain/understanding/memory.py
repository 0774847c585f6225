"""What the examples said, word by word and one by one: the material of the second look."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.domain.understanding.corpus import Rows
from bot.domain.understanding.vocabulary import Floats, Ints

Arrays = Mapping[str, npt.NDArray[Any]]

# A feature of more than this part of the examples, or of so many, is no help in finding like ones, and costs time.
COMMON: Final = 0.2
MANY: Final = 2_500
# Values of at most 1 are kept in one byte each.
_STEP: Final = np.float32(1 / 255)


class Memory:
    """Counts by label (the last: none) of the counted features; the examples by feature, sorted by label."""

    def __init__(self, arrays: Arrays) -> None:
        self.sizes: Floats = arrays["sizes"]
        self._count_starts: Ints = arrays["count_starts"]
        self._count_labels: npt.NDArray[np.uint16] = arrays["count_labels"]
        self._counts: npt.NDArray[np.uint8] = arrays["counts"]
        self._starts: Ints = arrays["posting_starts"]
        self._rows: npt.NDArray[np.uint16] | npt.NDArray[np.uint32] = arrays["posting_rows"]
        self._values: npt.NDArray[np.uint8] = arrays["posting_values"]
        self.firsts: Ints = arrays["firsts"]
        self._length = int(self.firsts[-1])

    def totals(self) -> tuple[Floats, Floats]:
        """Return how often each feature was met in all, and how often where nothing answers."""
        features = np.repeat(np.arange(len(self._count_starts) - 1), np.diff(self._count_starts))
        length = len(self._count_starts) - 1
        outside = self._count_labels == len(self.sizes) - 1
        total = np.bincount(features, self._counts, length)
        elsewhere = np.bincount(features[outside], self._counts[outside], length)
        return total.astype(np.float32), elsewhere.astype(np.float32)

    def counts(self, positions: Ints) -> Floats:
        """Return how often (n, labels + 1) each label's examples had each of these features."""
        starts = self._count_starts[positions]
        lengths = self._count_starts[positions + 1] - starts
        rows = np.repeat(np.arange(len(positions)), lengths)
        first = np.cumsum(lengths) - lengths
        entries = np.arange(len(rows)) + np.repeat(starts - first, lengths)
        table = np.zeros((len(positions), len(self.sizes)), np.float32)
        table[rows, self._count_labels[entries]] = self._counts[entries]
        return table

    def likeness(self, positions: Ints, values: Floats) -> Floats:
        """Return the cosine of a row with each example (n), common features left out."""
        starts, ends = self._starts[positions], self._starts[positions + 1]
        if not len(positions) or int(ends.max(initial=0)) == 0:
            return np.zeros(self._length, np.float32)
        rows = np.concatenate([self._rows[start:end] for start, end in zip(starts, ends, strict=True)])
        shares = np.concatenate([self._values[start:end] for start, end in zip(starts, ends, strict=True)])
        weights = shares * np.repeat(values, ends - starts)
        return np.asarray(np.bincount(rows, weights, self._length) * _STEP, np.float32)


def remember(rows: Rows, targets: Ints, classes: int, features: int) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a Memory of the rows and their targets."""
    row_number = np.uint16 if len(rows) <= np.iinfo(np.uint16).max else np.uint32
    order = np.argsort(targets, kind="stable")
    place = np.empty(len(rows), np.int64)
    place[order] = np.arange(len(rows))
    positions, values, owners = rows.positions, rows.values, rows.owners()
    cells, counts = np.unique(positions.astype(np.int64) * classes + targets[owners], return_counts=True)
    count_starts = np.searchsorted(cells, np.arange(features + 1) * classes).astype(np.int32)
    met = np.bincount(positions, minlength=features)
    chosen = (met <= max(2.0, min(COMMON * len(rows), MANY)))[positions]
    positions, values, owners = positions[chosen], values[chosen], place[owners[chosen]]
    by_feature = np.lexsort((owners, positions))
    starts = np.zeros(features + 1, np.int32)
    np.cumsum(np.bincount(positions, minlength=features), out=starts[1:])
    return {
        "count_starts": count_starts,
        "count_labels": (cells % classes).astype(np.uint16),
        "counts": np.minimum(counts, 255).astype(np.uint8),
        "sizes": np.bincount(targets, minlength=classes).astype(np.float32),
        "firsts": np.concatenate([[0], np.cumsum(np.bincount(targets, minlength=classes))]).astype(np.int32),
        "posting_starts": starts,
        "posting_rows": owners[by_feature].astype(row_number),
        "posting_values": np.rint(values[by_feature] / _STEP).astype(np.uint8),
    }
