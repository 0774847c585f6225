"""The learnt engine: from a text to what it asks for. Holds no state that a question changes."""

from typing import Any, Final, Self

import msgspec
import numpy as np
import numpy.typing as npt

from bot.domain.understanding import blob as blobs
from bot.domain.understanding.clues import LIKENESS, UNEXPLAINED, SecondLook
from bot.domain.understanding.features import Reader
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

Arrays = dict[str, npt.NDArray[Any]]


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
        row = self._first.row(reading)
        looked_at, clues = self._second.clues(reading, row, *self._first.chances(reading, row))
        right = self._judge.chances(clues)
        preference = np.log(right + _TINY) + FIRST_SHARE * clues[:, 0]
        order = np.argsort(-preference, kind="stable")
        labels, right = looked_at[order], right[order]
        score = float(right[0])
        rivals = [at for at in range(1, len(labels)) if not self._backing[labels[0], labels[at]]]
        torn = bool(rivals) and float(right[rivals[0]]) >= CLOSE * score
        heard = any(f"u{stem}" in self._first.words for stem in reading.stems)
        if not heard:  # Strange words alone: nothing is near them.
            return Understanding("unsure", None, None, (), 0.0)
        outcome: Outcome = "unsure" if score < self._sure_from else "torn" if torn else "sure"
        names = tuple(self._labels[label] for label in labels)
        nearest = names
        if outcome == "unsure":
            near = (clues[order, LIKENESS] >= NEAR) & (clues[order, UNEXPLAINED] <= STRANGE)
            nearest = tuple(name for name, is_near in zip(names, near, strict=True) if is_near)
        return Understanding(outcome, names[0], names[rivals[0]] if rivals else None, nearest[:OFFERED], score)
