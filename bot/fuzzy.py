"""Finds what a person means though it is misspelt: names of things, and the words of a text."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.text import fold, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

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

# A letter in four may be off, and a short name must be right: 'anna' and 'anne' are two people.
_LETTERS_PER_SLIP = 4
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
        slips = len(wanted) // _LETTERS_PER_SLIP
        if not slips:
            return None
        best, found = slips + 1, set[int]()
        for name, thing in self._things.items():
            distance = OSA.distance(wanted, name, score_cutoff=slips)
            if distance < best:
                best, found = distance, {id(thing)}
            elif distance == best and distance <= slips:
                found.add(id(thing))
        if best > slips or len(found) != 1:
            return None
        return next(thing for thing in self._things.values() if id(thing) in found)

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
        found = process.extract(wanted, [name for name, _ in names], scorer=fuzz.WRatio, limit=len(names))
        things: list[_T] = []
        for _, _, at in found:
            if all(names[at][1] is not thing for thing in things):
                things.append(names[at][1])
        return things[:limit]


def _resemblance(wanted: str, name: str) -> float:
    """Return 0 to 100; what is typed so far counts as whole when a word of the name begins with it."""
    if name.startswith(wanted) or f" {wanted}" in f" {name}":
        return 100.0
    begun = fuzz.ratio(wanted, name[: len(wanted) + 1], score_cutoff=_RESEMBLANCE)
    within = fuzz.partial_ratio(wanted, name, score_cutoff=_RESEMBLANCE + _WITHIN)
    return max(begun, within - _WITHIN)


_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_MIN_LENGTH = 4
_WORD_LETTERS_PER_SLIP = 4
# Characters of a query that are looked at, and unknown words that are looked up: bounds the time.
_LONGEST_QUERY = 200
_MOST_REPAIRS = 10


class Vocabulary:
    """All words that stand in the quotes, to which others are mended; `names` are known, too, and left alone."""

    def __init__(self, texts: Iterable[str], names: Iterable[str] = ()) -> None:
        self._words = sorted(_words(texts))
        self._known = frozenset(self._words) | _words(names)

    def corrected(self, query: str) -> str:
        """Return the query with its first unknown words replaced by the nearest known ones, where one is near."""
        words = _WORD.findall(fold(query, _LONGEST_QUERY))
        # A word that is typed right is no slip of another, and no more is a number.
        unknown = dict.fromkeys(
            word
            for word in words
            if word not in self._known and len(word) >= _MIN_LENGTH and not word.isdigit() and not is_english(word)
        )
        mended = {word: self._nearest(word) for word in list(unknown)[:_MOST_REPAIRS]}
        return " ".join(mended.get(word, word) for word in words)

    def _nearest(self, word: str) -> str:
        slips = max(1, len(word) // _WORD_LETTERS_PER_SLIP)
        found = process.extractOne(word, self._words, scorer=OSA.distance, score_cutoff=slips)
        return found[0] if found else word


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(fold(text))}
