"""The second look: what speaks for and against each of the likeliest labels.

A question that an answer serves is one that the answer's examples explain word by word. A near miss has the
subject's words too, but some word, pair or kind of question that never occurred with this answer.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from bot.domain.understanding.features import Reading
from bot.domain.understanding.memory import Memory
from bot.domain.understanding.vocabulary import Floats, Ints, Vocabulary

# Labels looked at again.
CANDIDATES: Final = 4
# Clues for each; two of them tell how near a label is, whether or not it answers.
CLUES: Final = 29
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


class SecondLook:
    """Gathers the clues about a question from a memory."""

    def __init__(self, memory: Memory, vocabulary: Vocabulary, backing: Floats) -> None:
        self._memory = memory
        self._vocabulary = vocabulary
        self._backing = backing
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
