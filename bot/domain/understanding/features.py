"""What a question looks like to the models: named features and how they weigh."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

import msgspec

from bot.domain.understanding import english
from bot.domain.understanding.lexicon import Lexicon
from bot.domain.understanding.normal import stem, tokens
from bot.domain.understanding.spelling import Speller

# Content words paired with each other: bounds the number of pairs.
MOST_PAIRED: Final = 9
_STOP_STEMS: Final = frozenset(stem(word) for word in english.STOP) | english.STOP


class Reading(msgspec.Struct, frozen=True):
    """One text, read: its words, their stems, the stems with concepts folded, the content among them, the type."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    units: tuple[str, ...]
    content: tuple[str, ...]
    kind: str


def kind_of(words: list[str] | tuple[str, ...]) -> str:
    """Return what type of answer the words ask for: a question word, `how-many`, `yes-no` or `none`."""
    if words and words[0] in english.AUXILIARIES:
        return "yes-no"
    for at, word in enumerate(words):
        if word in english.WH:
            after = words[at + 1] if at + 1 < len(words) else ""
            if word == "how" and after in english.AMOUNTS:
                return "how-many"
            if word in ("who", "whom", "whose"):
                return "who"
            if word == "what" and after in ("year", "month", "day", "date", "time"):
                return "when"
            return word
    if any(word in english.AUXILIARIES for word in words[1:4]):
        return "yes-no"
    return "none"


class Reader:
    """Reads texts with one lexicon and one speller."""

    def __init__(self, lexicon: Lexicon, speller: Speller) -> None:
        self._lexicon = lexicon
        self._speller = speller

    def read(self, text: str) -> Reading:
        """Return the text's reading; never raises."""
        words = self._speller.repaired(tokens(text))
        stems = [stem(word) for word in words]
        units = self._lexicon.units(stems)
        content = list(dict.fromkeys(unit for unit in units if unit not in _STOP_STEMS))
        return Reading(tuple(words), tuple(stems), tuple(units), tuple(content), kind_of(words))


def grams(word: str) -> list[str]:
    """Return the letter 3- to 5-grams of a word between its edges."""
    edged = f"<{word}>"
    return [f"c{edged[i : i + n]}" for n in (3, 4, 5) for i in range(len(edged) - n + 1)]


def named(reading: Reading) -> Iterator[str]:
    """Yield the features of a reading by name; the first letter tells the group."""
    for word in reading.stems:
        yield f"u{word}"
    for unit in reading.units:
        if unit.startswith("@"):
            yield f"u{unit}"
    for first, second in pairwise(("^", *reading.units, "$")):
        yield f"b{first} {second}"
    content = sorted(reading.content[:MOST_PAIRED])
    for at, first in enumerate(content):
        for second in content[at + 1 :]:
            yield f"p{first} {second}"
        yield f"q{reading.kind} {first}"
    yield f"k{reading.kind}"
    for word in dict.fromkeys(reading.words):
        if len(word) > 3 and word not in english.STOP:
            yield from grams(word)


# How much each group weighs against the others.
WEIGHTS: Final[Mapping[str, float]] = {"u": 1.0, "b": 0.6, "p": 0.6, "q": 0.5, "k": 0.5, "c": 0.25}
