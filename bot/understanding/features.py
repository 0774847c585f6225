"""From words to numbers: what a text has, and which of it is known."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from itertools import chain, count, pairwise
from typing import TYPE_CHECKING, Final, Self

import msgspec
import numpy as np
import numpy.typing as npt

from bot.fuzzy import is_english
from bot.understanding.reading import AMOUNTS, AUXILIARIES, NUMERALS, STOP, WH, Lexicon, stem, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.fuzzy import Speller

# Letters that are looked at together.
RUN: Final = 4
# Content words that are looked at with the kind of question: bounds their number.
MOST_LINKED: Final = 9
_STOP_STEMS: Final = frozenset(stem(word) for word in STOP) | STOP


class Reading(msgspec.Struct, frozen=True):
    """One text, read: its words, their stems, the stems with concepts folded, the content among them, the type."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    units: tuple[str, ...]
    content: tuple[str, ...]
    kind: str

    def neighbours(self) -> Iterator[str]:
        """Yield the features of the units that stand side by side."""
        return (f"b{first} {second}" for first, second in pairwise(("^", *self.units, "$")))

    def linked(self) -> Iterator[str]:
        """Yield the features of the kind of question with each content unit."""
        return (f"q{self.kind} {unit}" for unit in self.content[:MOST_LINKED])


_WHAT_TIME: Final = frozenset({"year", "month", "day", "date", "time"})


def kind_of(words: Sequence[str]) -> str:
    """Return what type of answer the words ask for: a question word, `how-many`, `yes-no` or `none`."""
    if words and words[0] in AUXILIARIES:
        return "yes-no"
    for at, word in enumerate(words):
        if word in WH:
            after = words[at + 1] if at + 1 < len(words) else ""
            if word == "how" and after in AMOUNTS:
                return "how-many"
            if word == "what" and after in _WHAT_TIME:
                return "when"
            return "who" if word in ("whom", "whose") else word
    return "yes-no" if any(word in AUXILIARIES for word in words[1:4]) else "none"


_TIMES: Final = frozenset(
    (
        "january february march april may june july august september october november december monday tuesday "
        "wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays "
        "morning mornings noon afternoon afternoons evening evenings night nights midnight today tomorrow yesterday "
        "tonight day days week weeks weekday weekdays weekend weekends month months year years hour hours minute "
        "minutes decade century spring summer autumn winter ago since until now once soon later always never"
    ).split()
)
_COUNTS: Final = frozenset(
    (
        "half dozen dozens hundred hundreds thousand thousands million millions billion percent none nothing nobody "
        "all every both twice once several few many most free little more less fewer"
    ).split()
)
# Types of answer that a text can only give with a word for them.
GIVEN: Final = ("when", "how-many")


def gives(text: str) -> tuple[bool, ...]:
    """Return for each type of GIVEN whether the text has a word that gives it: a number gives both."""
    words = tokens(text)
    has_number = any(word in NUMERALS or word[0].isdigit() for word in words)
    return tuple(has_number or not told.isdisjoint(words) for told in (_TIMES, _COUNTS))


class Reader:
    """Reads texts with one lexicon and one speller."""

    def __init__(self, lexicon: Lexicon, speller: Speller) -> None:
        self._lexicon = lexicon
        self._speller = speller

    def read(self, text: str) -> Reading:
        """Return the text's reading; never raises."""
        return self.read_words(tokens(text))

    def read_words(self, folded: Sequence[str]) -> Reading:
        """Return the reading of a text that is folded to its words."""
        # A word that is typed right is no slip of one that the examples happen to have.
        words = self._speller.repaired(folded, right=is_english)
        stems = [stem(word) for word in words]
        units = self._lexicon.units(stems)
        content = list(dict.fromkeys(unit for unit in units if unit not in _STOP_STEMS))
        return Reading(tuple(words), tuple(stems), tuple(units), tuple(content), kind_of(words))


def named(reading: Reading) -> list[str]:
    """Return the features of a reading by name; the first letter tells the group."""
    names = [f"u{word}" for word in reading.stems]
    names += [f"u{unit}" for unit in reading.units if unit[0] == "@"]
    names += reading.neighbours()
    names += reading.linked()
    names.append(f"k{reading.kind}")
    return names


def runs(reading: Reading) -> set[str]:
    """Return the runs of letters in the reading's words, by name."""
    return {run for word in reading.words for run in _runs(word)}


@lru_cache(4_096)
def _runs(word: str) -> tuple[str, ...]:
    spaced = f" {word} "
    return tuple(f"x{spaced[at : at + RUN]}" for at in range(max(1, len(spaced) - RUN + 1)))


# A feature met in fewer texts than this, by group, says nothing about new ones, where texts are MANY. Of fewer texts
# fewer are enough, in proportion, but never one.
RAREST: Final = {"u": 3, "b": 8, "q": 10, "x": 12, "k": 2}
MANY: Final = 30_000
_FEWEST: Final = 2
# How much each group weighs against the others.
WEIGHTS: Final = {"u": 1.0, "b": 0.6, "k": 0.5, "q": 0.5, "x": 1.0}

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


def rarest(group: str, texts: int) -> int:
    """Return in how many of so many texts a feature of the group must be met to count."""
    return max(_FEWEST, RAREST[group] * min(texts, MANY) // MANY)


class Vocabulary:
    """The features that count, in order, with their weights (one a feature)."""

    def __init__(self, names: Sequence[str], weights: Floats) -> None:
        self.weights = weights
        self._index = {name: at for at, name in enumerate(names)}
        self.position = self._index.get

    @property
    def names(self) -> tuple[str, ...]:
        """The features by name, in order."""
        return tuple(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def positions(self, names: Iterable[str]) -> Ints:
        """Return the positions of the known ones among the names, ascending, each once."""
        return np.asarray(sorted({at for at in map(self.position, names) if at is not None}), np.int32)

    def row(self, names: Iterable[str]) -> tuple[Ints, Floats]:
        """Return the positions (ascending) and the values (of length 1 together) of one text's known features."""
        positions = self.positions(names)
        values = self.weights[positions]
        length = float(np.sqrt(values @ values))
        return positions, values / np.float32(length) if length else values


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

    def part(self, chosen: Sequence[int] | npt.NDArray[np.intp]) -> Corpus:
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
