"""Finds what a person means though it is misspelt: the measures of likeness, names of things, and words of a text.

Whoever looks for something misspelt says among which names, and how far off these may be; what a slip is, and how alike
two texts are, is told here alone.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, Literal, NamedTuple, TypeVar

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.text import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_LIST: Final = Path(__file__).with_name("english_words.txt")


def is_english(word: str) -> bool:
    """Return whether a word, in small letters, is a common English one of at least four letters."""
    wanted, words = word.encode(), _listed_words()
    # The lines are searched by halves: each step looks at the line on which its middle lies.
    low, high = 0, len(words)
    while low < high:
        start = words.rfind(b"\n", low, (low + high) // 2)
        start = low if start < 0 else start + 1
        end = words.index(b"\n", start)
        line = words[start:end]
        if line == wanted:
            return True
        if line < wanted:
            low = end + 1
        else:
            high = start
    return False


@lru_cache(1)
def _listed_words() -> bytes:
    return _LIST.read_bytes()


_T = TypeVar("_T")
# A letter in four may be off, and a short word must be right: 'anna' and 'anne' are two people.
_LETTERS_PER_SLIP = 4


def slips_in(word: str) -> int:
    """Return how many slips of the finger are forgiven in a word or name, as a rule."""
    return len(word) // _LETTERS_PER_SLIP


class Near(NamedTuple):
    """A name that is near to what was typed: where it stands among the names, and how many slips it is away."""

    name: str
    at: int
    slips: int


def near(typed: str, names: Sequence[str], slips: int) -> list[Near]:
    """Return those of `names` that are at most `slips` slips from what was typed, nearest first; none for no slips.

    A letter too many, one too few, another one, and two that changed places are one slip each (the distance of optimal
    string alignment; Damerau 1964).
    """
    if slips < 1:
        return []
    found = process.extract(typed, names, scorer=OSA.distance, score_cutoff=slips, limit=None)
    return [Near(name, at, int(distance)) for name, distance, at in found]


def only(found: Iterable[tuple[_T, int]]) -> _T | None:
    """Return the nearest of things that are given with their slips; None for none, or where two are as near."""
    least: dict[_T, int] = {}
    for thing, slips in found:
        least[thing] = min(slips, least.get(thing, slips))
    nearest = [thing for thing, slips in least.items() if slips == min(least.values())]
    return nearest[0] if len(nearest) == 1 else None


def likeness(typed: str, text: str, least: float = 0.0) -> float:
    """Return how alike two texts are, of 100; 0 where that is less than `least`."""
    return fuzz.ratio(typed, text, score_cutoff=least)


def likeness_within(typed: str, text: str, least: float = 0.0) -> float:
    """Return how alike what was typed is to the part of a text that is most like it, as `likeness` does."""
    return fuzz.partial_ratio(typed, text, score_cutoff=least)


# By which two texts are alike: letter by letter, word by word in whatever order, or by the part that is most alike.
_SCORERS: Final = {"letters": fuzz.ratio, "words": fuzz.token_sort_ratio, "part": fuzz.WRatio}


def most_alike(
    typed: str, texts: Sequence[str], by: Literal["letters", "words", "part"], limit: int, least: float = 0.0
) -> list[int]:
    """Return where the `limit` texts stand that are most alike to what was typed; none that is under `least` of 100."""
    found = process.extract(typed, texts, scorer=_SCORERS[by], limit=limit, score_cutoff=least)
    return [at for _, _, at in found]


# No name has so many letters; of what is typed for one, no more are looked at, and fewer where all are compared.
_LONGEST = 200
_COMPARED = 64
# How much a completion must resemble what was typed, of 100.
_RESEMBLANCE = 60.0
# By how much less a resemblance counts that is not to the name's beginning.
_WITHIN = 15.0


class Names(Generic[_T]):
    """Names and aliases that lead to things of one kind."""

    def __init__(self, things: Iterable[tuple[_T, Iterable[str]]]) -> None:
        self._things: dict[str, _T] = {}
        self._order: list[tuple[_T, tuple[str, ...]]] = []
        for thing, names in things:
            keys = tuple(dict.fromkeys(key for name in names if (key := normalise(name))))
            self._order.append((thing, keys))
            for key in keys:
                self._things.setdefault(key, thing)

    def exact(self, text: str) -> _T | None:
        """Return what is named so, letter by letter after normalising; None where nothing is."""
        return self._things.get(normalise(text, _LONGEST))

    def near(self, text: str) -> _T | None:
        """Return what is named almost so; None where nothing is, or where two things are as near."""
        wanted = normalise(text, _LONGEST)
        found = near(wanted, list(self._things), slips_in(wanted))
        return only((self._things[name], slips) for name, _, slips in found)

    def ranked(self, text: str, limit: int) -> list[_T]:
        """Return up to `limit` things whose names resemble `text`, best first; all of them for an empty one."""
        wanted = normalise(text, _COMPARED)
        if not wanted:
            return [thing for thing, _ in self._order[:limit]]
        scored = [
            (max((_resemblance(wanted, name) for name in names), default=0.0), -at)
            for at, (_, names) in enumerate(self._order)
        ]
        best = sorted((pair for pair in scored if pair[0] >= _RESEMBLANCE), reverse=True)
        return [self._order[-at][0] for _, at in best[:limit]]

    def nearest(self, text: str, limit: int) -> list[_T]:
        """Return the `limit` things whose names resemble `text` most, however little."""
        wanted = normalise(text, _COMPARED)
        names = [(name, thing) for thing, keys in self._order for name in keys]
        found = most_alike(wanted, [name for name, _ in names], "part", len(names))
        return list(dict.fromkeys(names[at][1] for at in found))[:limit]


def _resemblance(wanted: str, name: str) -> float:
    """Return 0 to 100; what is typed so far counts as whole when a word of the name begins with it."""
    if name.startswith(wanted) or f" {wanted}" in f" {name}":
        return 100.0
    begun = likeness(wanted, name[: len(wanted) + 1], _RESEMBLANCE)
    return max(begun, likeness_within(wanted, name, _RESEMBLANCE + _WITHIN) - _WITHIN)


# Words shorter than this are too close to each other to be mended.
SHORTEST: Final = 4
# From this length on two slips of a word are forgiven, below it one.
LONG: Final = 7
# Unknown words of one text that are looked up: bounds the time.
MOST_REPAIRS: Final = 5


def _slips_in_word(word: str) -> int:
    return 2 if len(word) >= LONG else 1


class Speller:
    """Knows words with how often they occur, and mends others to them."""

    def __init__(self, counts: Mapping[str, int], slips: Callable[[str], int] = _slips_in_word) -> None:
        """Know the words in `counts`; `slips` tells how many are forgiven in a word."""
        self.counts = dict(sorted(counts.items()))
        self._slips = slips
        shelves: dict[int, list[str]] = {}
        for word in self.counts:
            if len(word) >= SHORTEST:
                shelves.setdefault(len(word), []).append(word)
        self._shelves = shelves

    def repair(self, word: str) -> str:
        """Return the likeliest known word near this one, or the word itself."""
        if word in self.counts or len(word) < SHORTEST or not word.replace("'", "").isalpha():
            return word
        slips = self._slips(word)
        sizes = range(len(word) - slips, len(word) + slips + 1)
        found = [each for size in sizes for each in near(word, self._shelves.get(size, ()), slips)]
        # Slips in the first letter are rare; of words that are as near, the commoner is meant.
        ranked = ((each.slips, each.name[0] != word[0], -self.counts[each.name], each.name) for each in found)
        return min(ranked, default=(0, False, 0, word))[-1]

    def repaired(
        self, words: Iterable[str], most: int = MOST_REPAIRS, right: Callable[[str], bool] | None = None
    ) -> list[str]:
        """Return the words, the first `most` unknown ones mended; one that is `right` is no slip of another."""
        typed = list(words)
        unknown = (word for word in dict.fromkeys(typed) if word not in self.counts and len(word) >= SHORTEST)
        strange = (word for word in unknown if right is None or not right(word))
        mended = {word: self.repair(word) for word in itertools.islice(strange, most)}
        return [mended.get(word, word) for word in typed]
