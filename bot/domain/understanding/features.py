"""What a question looks like to the models: named features and how they weigh."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

import msgspec

from bot.domain.understanding import english
from bot.domain.understanding.lexicon import Lexicon
from bot.domain.understanding.normal import stem, tokens
from bot.domain.understanding.spelling import Speller

# Letters that are looked at together.
RUN: Final = 4
# Content words that are looked at with the kind of question: bounds their number.
MOST_LINKED: Final = 9
_STOP_STEMS: Final = frozenset(stem(word) for word in english.STOP) | english.STOP


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
    if words and words[0] in english.AUXILIARIES:
        return "yes-no"
    for at, word in enumerate(words):
        if word in english.WH:
            after = words[at + 1] if at + 1 < len(words) else ""
            if word == "how" and after in english.AMOUNTS:
                return "how-many"
            if word == "what" and after in _WHAT_TIME:
                return "when"
            return "who" if word in ("whom", "whose") else word
    return "yes-no" if any(word in english.AUXILIARIES for word in words[1:4]) else "none"


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
        words = self._speller.repaired(folded)
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
