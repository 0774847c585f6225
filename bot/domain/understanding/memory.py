"""What the examples said, word by word and one by one: the material of the second look."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.domain.understanding.linear import Floats, Ints
from bot.domain.understanding.vocabulary import Vocabulary

Arrays = Mapping[str, npt.NDArray[Any]]

# A feature of more than this part of the examples is no help in finding like ones, and costs time.
COMMON: Final = 0.2
# Values of at most 1 are kept in one byte each.
_STEP: Final = np.float32(1 / 255)


class Memory:
    """Counts by label (the last: none) of the counted features; the examples by feature, sorted by label."""

    def __init__(self, arrays: Arrays) -> None:
        self.counts: npt.NDArray[np.uint8] = arrays["counts"]
        self.sizes: Floats = arrays["sizes"]
        self._starts: Ints = arrays["posting_starts"]
        self._rows: npt.NDArray[np.uint16] = arrays["posting_rows"]
        self._values: npt.NDArray[np.uint8] = arrays["posting_values"]
        self.firsts: Ints = arrays["firsts"]
        self._length = int(self.firsts[-1])

    def likeness(self, positions: Ints, values: Floats) -> Floats:
        """Return the cosine of a row with each example (n), letters and common features left out."""
        starts, ends = self._starts[positions], self._starts[positions + 1]
        if not len(positions) or int(ends.max(initial=0)) == 0:
            return np.zeros(self._length, np.float32)
        rows = np.concatenate([self._rows[start:end] for start, end in zip(starts, ends, strict=True)])
        shares = np.concatenate([self._values[start:end] for start, end in zip(starts, ends, strict=True)])
        weights = shares * np.repeat(values, ends - starts)
        return np.asarray(np.bincount(rows, weights, self._length) * _STEP, np.float32)


def remember(
    rows: Sequence[tuple[Ints, Floats]], targets: Ints, classes: int, vocabulary: Vocabulary
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a Memory of the rows and their targets. At most 65,535 rows: ValueError beyond."""
    if len(rows) > np.iinfo(np.uint16).max:
        raise ValueError(f"{len(rows)} examples are more than a memory holds")
    order = np.argsort(targets, kind="stable")
    place = np.empty(len(rows), np.int64)
    place[order] = np.arange(len(rows))
    positions = np.concatenate([positions for positions, _ in rows])
    values = np.concatenate([values for _, values in rows])
    owners = np.repeat(np.arange(len(rows)), [len(own) for own, _ in rows])
    counts = np.zeros((vocabulary.counted, classes), np.int32)
    counted = positions < vocabulary.counted
    np.add.at(counts, (positions[counted], targets[owners[counted]]), 1)
    met = np.bincount(positions, minlength=len(vocabulary))
    useful = vocabulary.spoken & (met <= max(2.0, COMMON * len(rows)))
    chosen = useful[positions]
    positions, values, owners = positions[chosen], values[chosen], place[owners[chosen]]
    by_feature = np.lexsort((owners, positions))
    starts = np.zeros(len(vocabulary) + 1, np.int32)
    np.cumsum(np.bincount(positions, minlength=len(vocabulary)), out=starts[1:])
    return {
        "counts": np.minimum(counts, 255).astype(np.uint8),
        "sizes": np.bincount(targets, minlength=classes).astype(np.float32),
        "firsts": np.concatenate([[0], np.cumsum(np.bincount(targets, minlength=classes))]).astype(np.int32),
        "posting_starts": starts,
        "posting_rows": owners[by_feature].astype(np.uint16),
        "posting_values": np.rint(values[by_feature] / _STEP).astype(np.uint8),
    }
