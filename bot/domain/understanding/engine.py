"""The learnt engine: from a text to what it asks for. Holds no state that a question changes."""

from typing import Any, Final, Self

import msgspec
import numpy as np
import numpy.typing as npt

from bot.domain.understanding import blob as blobs
from bot.domain.understanding.features import Reader, named
from bot.domain.understanding.lexicon import Lexicon
from bot.domain.understanding.linear import Floats, softmax
from bot.domain.understanding.network import logits
from bot.domain.understanding.spelling import Speller
from bot.domain.understanding.types import Outcome, Understanding
from bot.domain.understanding.vocabulary import Vocabulary

# Labels offered when the engine is not sure.
OFFERED: Final = 3
# How much the likelihood of the very label counts beside that of what its quotes back.
OWN_SHARE: Final = 0.5
# A runner-up at least this likely beside the best, and not backed by it, makes the outcome `torn`.
CLOSE: Final = 0.5

Arrays = dict[str, npt.NDArray[Any]]


class Header(msgspec.Struct, frozen=True):
    """What an engine needs besides arrays."""

    labels: tuple[str, ...]
    concepts: tuple[tuple[str, tuple[str, ...]], ...]
    words: dict[str, int]
    features: tuple[str, ...]
    sure_from: float


class Engine:
    """Answers what a text asks for, with the models of one blob."""

    def __init__(self, header: Header, arrays: Arrays) -> None:
        self._labels = header.labels
        self._sure_from = header.sure_from
        self._reader = Reader(Lexicon(header.concepts), Speller(header.words))
        self._vocabulary = Vocabulary(header.features, arrays["idf"])
        self._arrays = arrays
        self._backing: Floats = arrays["backing"]

    @classmethod
    def load(cls, blob: bytes) -> Self:
        """Return the engine of a blob that `learn` gave; UnreadableBlobError for any other bytes."""
        return cls(*blobs.unpack(blob, Header))

    def chances(self, text: str) -> Floats:
        """Return the believed chance of each label, and last that of none (labels + 1)."""
        positions, values = self._vocabulary.row(named(self._reader.read(text)))
        arrays = self._arrays
        linear = values @ (arrays["linear"][positions] * arrays["linear_step"]) + arrays["linear_bias"]
        inputs = values @ (arrays["projection"][positions] * arrays["projection_step"])
        layers = tuple(arrays[f"layer_{at}"].astype(np.float32) for at in range(4))
        mixed = softmax(np.asarray((linear + logits(inputs, layers)) / 2, np.float32))
        return mixed

    def understand(self, text: str) -> Understanding:
        """Return what the text asks for; any text whatever gives an answer."""
        if not self._labels:
            return Understanding("unsure", None, None, (), 0.0)
        chances = self.chances(text)[:-1]
        backed = self._backing @ chances
        order = np.argsort(-(backed + OWN_SHARE * chances), kind="stable")
        best = int(order[0])
        score = min(1.0, float(backed[best]))
        nearest = tuple(self._labels[at] for at in order[:OFFERED])
        rival = next((int(at) for at in order[1:] if not self._backing[best, at]), None)
        torn = rival is not None and chances[rival] >= CLOSE * chances[best]
        outcome: Outcome = "unsure" if score < self._sure_from else "torn" if torn else "sure"
        return Understanding(outcome, nearest[0], self._labels[rival] if rival is not None else None, nearest, score)
