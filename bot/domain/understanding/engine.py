"""The learnt engine: from a text to what it asks for. Holds no state that a question changes."""

from collections.abc import Sequence
from typing import Any, Final, Self

import msgspec
import numpy as np
import numpy.typing as npt

from bot.domain.understanding import blob as blobs
from bot.domain.understanding import english
from bot.domain.understanding.clues import LIKENESS, UNEXPLAINED, SecondLook
from bot.domain.understanding.features import Reader, Reading
from bot.domain.understanding.first_look import FirstLook
from bot.domain.understanding.judge import Judges
from bot.domain.understanding.lexicon import Lexicon
from bot.domain.understanding.memory import Memory
from bot.domain.understanding.spelling import Speller
from bot.domain.understanding.types import Outcome, Understanding
from bot.domain.understanding.vocabulary import Floats, Vocabulary

# Labels offered when the engine is not sure.
OFFERED: Final = 3
# A label is near to a text that it does not answer when an example is this like it, and when no more than this
# part of the content is strange to its examples.
NEAR: Final = 0.25
STRANGE: Final = 0.75
# A runner-up at least this likely beside the best, and not backed by it, makes the outcome `torn`.
CLOSE: Final = 0.6
# How much the first look still counts where the second look chooses among labels.
FIRST_SHARE: Final = np.float32(0.3)
_TINY: Final = np.float32(1e-6)
# A text of a few words, each said so many times, is a chant and asks nothing.
CHANTED: Final = 3
CHANTED_WORDS: Final = 3

Arrays = dict[str, npt.NDArray[Any]]


def is_chant(words: Sequence[str]) -> bool:
    """Whether a text says a few words over and over, and nothing else."""
    different = len(set(words))
    return different <= CHANTED_WORDS and len(words) >= CHANTED * different


class Header(msgspec.Struct, frozen=True):
    """What an engine needs besides arrays."""

    labels: tuple[str, ...]
    concepts: tuple[tuple[str, tuple[str, ...]], ...]
    words: dict[str, int]
    features: tuple[str, ...]
    runs: tuple[str, ...]
    sure_from: float


class Engine:
    """Answers what a text asks for, with the models of one blob."""

    def __init__(self, header: Header, arrays: Arrays) -> None:
        self._labels = header.labels
        if not header.labels:
            return
        self._sure_from = header.sure_from
        self._reader = Reader(Lexicon(header.concepts), Speller(header.words))
        letters = Vocabulary(header.runs, arrays["letters_idf"])
        self._first = FirstLook(arrays, Vocabulary(header.features, arrays["idf"]), letters)
        self._backing: Floats = arrays["backing"]
        self._second = SecondLook(Memory(arrays), self._first.words, self._backing)
        self._judge = Judges(arrays)

    @classmethod
    def load(cls, blob: bytes) -> Self:
        """Return the engine of a blob that `learn` gave; UnreadableBlobError for any other bytes."""
        header, arrays = blobs.unpack(blob, Header)
        try:
            return cls(header, arrays)
        except KeyError as error:
            raise blobs.UnreadableBlobError(f"the model lacks the array {error}") from error

    def understand(self, text: str) -> Understanding:
        """Return what the text asks for; any text whatever gives an answer."""
        if not self._labels:
            return Understanding("unsure", None, None, (), 0.0)
        reading = self._reader.read(text)
        if not self._says_something(reading):
            return Understanding("unsure", None, None, (), 0.0)
        row = self._first.row(reading)
        looked_at, clues, met = self._second.clues(reading, row, *self._first.chances(reading, row))
        right = self._judge.chances(clues)
        preference = np.log(right + _TINY) + FIRST_SHARE * clues[:, 0]
        order = np.argsort(-preference, kind="stable")
        labels, right = looked_at[order], right[order]
        score = float(right[0])
        rivals = [at for at in range(1, len(labels)) if not self._backing[labels[0], labels[at]]]
        torn = bool(rivals) and float(right[rivals[0]]) >= CLOSE * score
        outcome: Outcome = "unsure" if score < self._sure_from else "torn" if torn else "sure"
        names = tuple(self._labels[label] for label in labels)
        nearest = names
        if outcome == "unsure":
            near = (clues[order, LIKENESS] >= NEAR) & (clues[order, UNEXPLAINED] <= STRANGE)
            nearest = tuple(name for name, is_near in zip(names, near, strict=True) if is_near)
        strange = self._strange(reading, met[:, order[0]])
        return Understanding(outcome, names[0], names[rivals[0]] if rivals else None, nearest[:OFFERED], score, strange)

    def units(self, text: str) -> frozenset[str]:
        """Return the content of a text, as `Understanding.strange` names it."""
        return frozenset(self._reader.read(text).content) if self._labels else frozenset()

    def kind(self, text: str) -> str:
        """Return what type of answer a text asks for, as `features.kind_of` tells it."""
        return self._reader.read(text).kind if self._labels else "none"

    def _says_something(self, reading: Reading) -> bool:
        """Whether a text has content that examples have, and more of it than a few words said over and over."""
        if is_chant(reading.words):
            return False
        told = (word for word in reading.words if word.isalpha() and word not in english.STOP)
        return any(word not in english.NUMERALS for word in told) and any(
            f"u{unit}" in self._first.words for unit in reading.content
        )

    def _strange(self, reading: Reading, met: npt.NDArray[np.bool_]) -> tuple[str, ...]:
        """Return the content that is unknown, or that the label which has `met` the known words has not."""
        position = self._first.words.position
        known = sorted({at for unit in reading.content if (at := position(f"u{unit}")) is not None})
        heard = {at for at, is_met in zip(known, met, strict=True) if is_met}
        return tuple(unit for unit in reading.content if position(f"u{unit}") not in heard)
