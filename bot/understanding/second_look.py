"""The second look: clues for and against the likeliest answers, and the networks that weigh them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from bot.text import sentences
from bot.understanding.features import GIVEN, gives

if TYPE_CHECKING:
    from bot.understanding.features import Floats, Ints, Reading, Rows, Vocabulary

# One quote may hold a sentence within quotation marks that another holds without them.
_MARKS: Final = ' "\u201c\u201d'


def backing(quotes: Sequence[Sequence[str]]) -> Floats:
    """Return a square matrix: how much (0 to 1) of what answer `column` shows is shown by answer `row` too.

    `quotes` holds each answer's quote texts. An answer without quotes backs only itself.
    """
    shown = [frozenset(part.strip(_MARKS) for text in texts for part in sentences(text)) for texts in quotes]
    matrix = np.eye(len(shown), dtype=np.float32)
    for row, mine in enumerate(shown):
        for column, theirs in enumerate(shown):
            if theirs and row != column:
                matrix[row, column] = len(mine & theirs) / len(theirs)
    return matrix


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


# Labels looked at again.
CANDIDATES: Final = 4
# Clues for each; two of them tell how near a label is, whether or not it answers.
CLUES: Final = 30
UNEXPLAINED: Final = 8
LIKENESS: Final = 14
# Added to every count: half a sighting for a word, as much for a label.
_HALF: Final = np.float32(0.5)
_TINY: Final = np.float32(1e-6)
# Likest examples that count together.
_FEW: Final = 3
# A cosine that the likest examples commonly exceed.
_LIKE: Final = 0.2
# A label that backs less than this much of another is its rival.
_RIVAL: Final = 0.3


def logit(chance: float) -> float:
    """Return the log odds of a chance, bounded."""
    return float(np.log((chance + _TINY) / (1 - chance + _TINY)))


def candidates(chances: Floats, backing: Floats) -> tuple[npt.NDArray[np.intp], Floats, Floats]:
    """Return the likeliest labels, and for all labels the chance if any fits, and what each backs of it."""
    inside = chances[:-1] / max(float(chances[:-1].sum()), 1e-9)
    backed = backing @ inside
    order = np.argsort(-(backed + _HALF * inside), kind="stable")[:CANDIDATES]
    return order, np.asarray(inside, np.float32), np.asarray(backed, np.float32)


def _part(met: npt.NDArray[np.bool_]) -> Floats:
    """Return how much of the rows each column has met; all of none."""
    return np.asarray(met.sum(axis=0) / len(met) if len(met) else np.ones(met.shape[1]), np.float32)


def _best(likeness: Floats) -> float:
    """Return the mean of the three greatest."""
    if not len(likeness):
        return 0.0
    # Most examples are hardly like a question at all: the few that are need no look at the others.
    like = likeness[likeness > _LIKE]
    likeness = like if len(like) >= _FEW else likeness
    best = np.partition(likeness, -_FEW)[-_FEW:] if len(likeness) > _FEW else likeness
    return float(best.sum()) / len(best)


def lacking(answers: Sequence[tuple[str, Sequence[str]]]) -> Floats:
    """Return for each answer with its quotes, and each type of GIVEN, how far (0 to 1) it has no word to give it.

    What stands in the quotes alone counts half.
    """
    table = [
        [
            0.0 if said else 0.5 if quoted else 1.0
            for said, quoted in zip(gives(answer), gives(" ".join(quotes)), strict=True)
        ]
        for answer, quotes in answers
    ]
    return np.asarray(table, np.float32).reshape(len(answers), len(GIVEN))


class SecondLook:
    """Gathers the clues about a question from a memory, and from what `backing` and `lacking` tell of the labels."""

    def __init__(self, memory: Memory, vocabulary: Vocabulary, backing: Floats, lacking: Floats) -> None:
        self._memory = memory
        self._vocabulary = vocabulary
        self._backing = backing
        self._lacking = lacking
        total, met_outside = memory.totals()
        examples = float(memory.sizes.sum())
        self._rarity = np.log((examples + 1) / (total + 1)).astype(np.float32)
        self._usual = ((total + _HALF) / (examples + 1)).astype(np.float32)
        outside = (met_outside + _HALF) / (memory.sizes[-1] + 1)
        inside = (total - met_outside + _HALF) / (memory.sizes[:-1].sum() + 1)
        self._foreign = np.log(outside / inside).astype(np.float32)
        self._unknown_rarity = float(np.log(examples + 1))

    def clues(
        self, reading: Reading, row: tuple[Ints, Floats], chances: Floats, outside: float
    ) -> tuple[npt.NDArray[np.intp], Floats, npt.NDArray[np.bool_]]:
        """Return the likeliest labels (k), their clues (k, CLUES), and which known words (n, k) each has met.

        `chances` are the first look's (labels + 1), `outside` the chance that nothing answers. The first clue is
        the log chance of the label, if any fits; UNEXPLAINED is the part of the content that its examples lack,
        LIKENESS the cosine of the likest of them. The known words are those of the reading's content, in the
        vocabulary's order.
        """
        positions = self._vocabulary.positions
        known, linked = positions(f"u{unit}" for unit in reading.content), positions(reading.linked())
        found = (known, positions(reading.neighbours()), linked, positions((f"k{reading.kind}",)))
        unknown = len(reading.content) - len(known)
        labels, inside, backed = candidates(chances, self._backing)
        share = self._backing[labels]
        every = self._memory.counts(np.concatenate(found))
        words, pairs, links = np.cumsum([len(part) for part in found])[:-1].tolist()
        counts = every[:, labels]
        explained = every[:, :-1] @ share.T >= 1
        rivals = [self._rival(at, labels, inside) for at in range(len(labels))]
        own = (self._memory.sizes[labels], counts[:words])
        columns: list[Floats | float] = [
            np.log(inside[labels] + _TINY),
            np.log(backed[labels] + _TINY),
            np.log(np.asarray(rivals, np.float32) + _TINY),
            np.arange(len(labels), dtype=np.float32),
            *self._explained(known, unknown, own, ~explained[:words]),
            _part(explained[words:pairs]),
            _part(explained[pairs:links]),
            np.log((counts[links:].sum(axis=0) + _HALF) / (self._memory.sizes[labels] + 1)),
            *self._likeness(row, labels, share),
            logit(float(chances[-1])),
            logit(outside),
            float(len(reading.content)),
            float(len(reading.words)),
            *self._strangeness(known, linked, unknown),
            self._lacking[labels, GIVEN.index(reading.kind)] if reading.kind in GIVEN else 0.0,
        ]
        table = np.empty((len(labels), CLUES), np.float32)
        for at, column in enumerate(columns):
            table[:, at] = column
        return labels, table, explained[:words]

    def _rival(self, at: int, labels: npt.NDArray[np.intp], inside: Floats) -> float:
        others = [label for label in labels if self._backing[labels[at], label] < _RIVAL]
        return max((float(inside[other]) for other in others), default=0.0)

    def _strangeness(self, known: Ints, linked: Ints, unknown: int) -> tuple[float, float, float, float]:
        foreign, pairs = self._foreign[known], float(self._foreign[linked].max(initial=0.0))
        if not len(foreign):
            return 0.0, 0.0, unknown, pairs
        return float(foreign.max()), float(foreign.sum()) / len(foreign), unknown, pairs

    def _explained(
        self, known: Ints, unknown: int, own: tuple[Floats, Floats], missing: npt.NDArray[np.bool_]
    ) -> list[Floats]:
        """Return what the labels, of these sizes and counts of the known words (`own`), have of the content."""
        sizes, counts = own
        usual = self._usual[known][:, None]
        pull = np.log((counts + 2 * usual) / (sizes + 2)) - np.log(usual)
        rarity = self._rarity[known][:, None]
        missed = (rarity * missing).sum(axis=0) + unknown * self._unknown_rarity
        weight = float(rarity.sum()) + unknown * self._unknown_rarity
        worst = (rarity * missing).max(axis=0, initial=0.0)
        return [
            pull.min(axis=0, initial=0.0),
            pull.sum(axis=0) / max(len(known), 1),
            pull.sum(axis=0),
            missed,
            missed / max(weight, 1e-6),
            np.maximum(worst, self._unknown_rarity if unknown else 0.0),
            missing.sum(axis=0) + unknown,
        ]

    def _likeness(self, row: tuple[Ints, Floats], labels: npt.NDArray[np.intp], share: Floats) -> list[Floats | float]:
        positions, values = row
        likeness = self._memory.likeness(positions, values)
        firsts = self._memory.firsts
        nearest = np.zeros(len(firsts) - 1, np.float32)
        filled = firsts[:-1] < firsts[1:]
        if len(likeness):
            nearest[filled] = np.maximum.reduceat(likeness, firsts[:-1][filled])
        elsewhere = _best(likeness[firsts[-2] :])
        few = [_best(likeness[firsts[label] : firsts[label + 1]]) for label in labels]
        pooled = (nearest[:-1] * (share > _RIVAL)).max(axis=1, initial=0.0)
        rival = (nearest[:-1] * (share <= _RIVAL)).max(axis=1, initial=0.0)
        return [
            nearest[labels],
            np.asarray(few, np.float32),
            pooled,
            rival,
            pooled - float(nearest[-1]),
            float(nearest[-1]),
            elsewhere,
        ]


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
    return {"judge_middle": middle, "judge_spread": spread, "judge_strictness": np.zeros(1, np.float32)} | stacked


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
    """Judges clues with the arrays that `learn_judges` gave; `judge_strictness` is taken off the log odds."""

    def __init__(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self._middle, self._spread = arrays["judge_middle"], arrays["judge_spread"]
        self._layers = [arrays[f"judge_{at}"] for at in range(4)]
        self._strictness = float(arrays["judge_strictness"][0])

    def chances(self, clues: Floats) -> Floats:
        """Return the believed chance (n) that each label (n, CLUES) would be right: the judges' mean."""
        first, first_bias, second, second_bias = self._layers
        hidden = np.maximum((clues - self._middle) / self._spread @ first + first_bias[:, None], 0)
        mean = _sigmoid(hidden @ second + second_bias[:, None])[:, :, 0].mean(axis=0)
        if not self._strictness:
            return np.asarray(mean, np.float32)
        return _sigmoid(np.log((mean + _TINY) / (1 - mean + _TINY)) - np.float32(self._strictness))
