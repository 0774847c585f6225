"""What a text asks for, as the running bot understands it with what was learnt."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from bot.fuzzy import Speller
from bot.understanding.classifier import FirstLook
from bot.understanding.features import Floats, Reader, Reading, Vocabulary
from bot.understanding.reading import NUMERALS, STOP, lexicon, tokens
from bot.understanding.second_look import LIKENESS, UNEXPLAINED, Judges, Memory, SecondLook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from functools import _CacheInfo as CacheInfo

Outcome = Literal["sure", "torn", "unsure"]


class Example(msgspec.Struct, frozen=True):
    """A sentence that somebody might type; `label` is None where nothing of the lesson answers it."""

    text: str
    label: str | None
    voice: str = ""

    @property
    def person(self) -> str:
        """Whose voice it is: the last part of its name, which all files of one person share."""
        return self.voice.rpartition("/")[2]


class Answerable(msgspec.Struct, frozen=True):
    """Something that can be answered: its label, its answer and the texts shown with it.

    `told` holds other ways in which the same is put elsewhere; they count where examples are few.
    """

    label: str
    answer: str
    quotes: tuple[str, ...]
    told: tuple[str, ...] = ()


class Lesson(msgspec.Struct, frozen=True):
    """All that an engine learns from; `concepts` pairs a concept's id with the phrases that mean it."""

    answerables: tuple[Answerable, ...]
    examples: tuple[Example, ...]
    concepts: tuple[tuple[str, tuple[str, ...]], ...]


class Understanding(msgspec.Struct, frozen=True):
    """What a text asks for.

    `sure`: answer with `best`. `torn`: `best` and `runner_up` are about as likely. `unsure`: say nothing.
    `nearest` holds up to three labels, best first, and of an unsure text only those that share its words; `score`
    is the believed chance (0 to 1) that answering with `best` would be right. `strange` holds the text's content
    (stems, or concepts with their mark) that no example of `best`, nor of what backs it, has.
    """

    outcome: Outcome
    best: str | None
    runner_up: str | None
    nearest: tuple[str, ...]
    score: float
    strange: tuple[str, ...] = ()


# Raised whenever the arrays or the header of a blob change their meaning, or texts are read in another way: a blob of
# another form is refused.
FORM: Final = 9

_KINDS: Final = {
    "f4": np.float32,
    "f2": np.float16,
    "i1": np.int8,
    "u1": np.uint8,
    "i4": np.int32,
    "u2": np.uint16,
    "u4": np.uint32,
}


_Header = TypeVar("_Header", bound=msgspec.Struct)


class UnreadableBlobError(ValueError):
    """The bytes are no model of this form: learn again."""


class _Array(msgspec.Struct, frozen=True, array_like=True):
    kind: str
    shape: tuple[int, ...]
    # Read as part of the blob, of which it is no copy.
    data: memoryview


class _Blob(msgspec.Struct, frozen=True):
    form: int
    header: msgspec.Raw
    arrays: dict[str, _Array]


def pack_model(header: msgspec.Struct, arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return header and arrays as bytes; equal input gives equal bytes. KeyError for an array of another type."""
    names = {np.dtype(kind): code for code, kind in _KINDS.items()}
    packed = {
        name: _Array(names[array.dtype], array.shape, memoryview(np.ascontiguousarray(array).tobytes()))
        for name, array in sorted(arrays.items())
    }
    return msgspec.msgpack.encode(_Blob(FORM, msgspec.Raw(msgspec.msgpack.encode(header)), packed))


def unpack_model(blob: bytes, header: type[_Header]) -> tuple[_Header, dict[str, npt.NDArray[Any]]]:
    """Return the header and the arrays (read-only views of the blob); UnreadableBlobError if it is no such blob."""
    try:
        whole = msgspec.msgpack.decode(blob, type=_Blob)
        if whole.form != FORM:
            raise ValueError(f"it has form {whole.form}, this engine reads form {FORM}")  # noqa: TRY301 - one message for all
        arrays: dict[str, npt.NDArray[Any]] = {
            name: np.frombuffer(array.data, dtype=_KINDS[array.kind]).reshape(array.shape)
            for name, array in whole.arrays.items()
        }
        return msgspec.msgpack.decode(whole.header, type=header), arrays
    except (msgspec.DecodeError, KeyError, ValueError) as error:
        raise UnreadableBlobError(f"this is no learnt model: {error}") from error


# Believed chance from which an answer may be given as such; few examples are learnt from so strictly that it holds.
FIRM: Final = 0.87
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
# Texts whose understanding is remembered.
_REMEMBERED: Final = 512
_NOTHING: Final = Understanding("unsure", None, None, (), 0.0)

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
    few: bool = False


class Engine:
    """Answers what a text asks for, with the models of one blob."""

    def __init__(self, header: Header, arrays: Arrays) -> None:
        self._labels = header.labels
        self._few = header.few
        if not header.labels:
            return
        self._sure_from = header.sure_from
        self._reader = Reader(lexicon(header.concepts), Speller(header.words))
        letters = Vocabulary(header.runs, arrays["letters_idf"])
        self._first = FirstLook(arrays, Vocabulary(header.features, arrays["idf"]), letters)
        self._backing: Floats = arrays["backing"]
        self._second = SecondLook(Memory(arrays), self._first.words, self._backing, arrays["lacking"])
        self._judge = Judges(arrays)
        # A question is looked at from several sides, and people ask alike.
        self._read = lru_cache(_REMEMBERED)(self._reader.read_words)
        self._understood = lru_cache(_REMEMBERED)(self._understand)

    @classmethod
    def load(cls, blob: bytes, kept: Callable[[Arrays], Arrays] = dict) -> Self:
        """Return the engine of a blob that `learn` gave; UnreadableBlobError for any other bytes.

        `kept` is given the arrays, and returns equal ones that lie wherever they are to be kept.
        """
        header, arrays = unpack_model(blob, Header)
        try:
            return cls(header, kept(arrays))
        except KeyError as error:
            raise UnreadableBlobError(f"the model lacks the array {error}") from error

    @property
    def remembered(self) -> Callable[[], CacheInfo]:
        """How many texts are remembered, and how often that helped."""
        return self._understood.cache_info

    @property
    def knows_little(self) -> bool:
        """Whether it was learnt from few examples, so that much of what people say is new to it."""
        return self._few

    def understand(self, text: str) -> Understanding:
        """Return what the text asks for; any text whatever gives an answer."""
        return self._understood(tuple(tokens(text))) if self._labels else _NOTHING

    def _understand(self, words: tuple[str, ...]) -> Understanding:
        reading = self._read(words)
        if not self._says_something(reading):
            return _NOTHING
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

    def is_spelt(self, text: str) -> bool:
        """Return whether each word of a text is read as it is typed, and none is taken for a slip of another."""
        return not self._labels or self._reading(text).words == tuple(tokens(text))

    def kind(self, text: str) -> str:
        """Return what type of answer a text asks for, as `features.kind_of` tells it."""
        return self._reading(text).kind if self._labels else "none"

    def _reading(self, text: str) -> Reading:
        return self._read(tuple(tokens(text)))

    def _says_something(self, reading: Reading) -> bool:
        """Whether a text has content that examples have, and more of it than a few words said over and over."""
        if is_chant(reading.words):
            return False
        told = (word for word in reading.words if word.isalpha() and word not in STOP)
        return any(word not in NUMERALS for word in told) and any(
            f"u{unit}" in self._first.words for unit in reading.content
        )

    def _strange(self, reading: Reading, met: npt.NDArray[np.bool_]) -> tuple[str, ...]:
        """Return the content that is unknown, or that the label which has `met` the known words has not."""
        position = self._first.words.position
        known = sorted({at for unit in reading.content if (at := position(f"u{unit}")) is not None})
        heard = {at for at, is_met in zip(known, met, strict=True) if is_met}
        return tuple(unit for unit in reading.content if position(f"u{unit}") not in heard)
