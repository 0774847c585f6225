"""Finds the people and pairs that a text names: by name, alias, joined names, or with a slip of the finger.

Never the nearest pair when names differ: a slip keeps the first letter, changes one letter in four at
most, must lead to one name alone, and is not looked for in words that mean something already.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from bot.fuzzy import near, only, slips_in
from bot.text import fold, normalise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.announcement import Person, Subject

_COMMA: Final = re.compile(r"[,;]\s")
_POSSESSIVE = re.compile(r"'s\b|s'(?=\s|$)")
_LONGEST = 5
# In a long text a short word is hardly ever a misspelt name ('thank' is not 'thano').
_SHORT_TEXT = 4
_LONG_NAME = 6
# Words of a text that are looked at, and those that are looked up as misspelt names: bounds the time.
_MOST_WORDS = 400
_MOST_SLIPS = 20


class Named(NamedTuple):
    """A person or a pair, by its id."""

    kind: Literal["person", "pair"]
    id: str


# What stands between the two of a pair; 'and' and 'with' stand between much else, too.
_JOINER: Final = re.compile(r"\s*[/&+\u00d7]\s*|\s+x\s+")
_LOOSE_JOINER: Final = re.compile(r"\s+(?:and|with)\s+")
# A first and a last name.
_LONGEST_HALF: Final = 2


class HalfPair(NamedTuple):
    """A pair of which one is known by id; `other` is whom the words in its place may mean, if anybody."""

    known: str
    other: str | None


class Mentions(msgspec.Struct, frozen=True):
    """What a text names, in the order of its words, each once; `rest` holds its other words.

    `said` holds the people as often as they are named, by which two pairs that share somebody are told apart.
    """

    pairs: tuple[str, ...]
    persons: tuple[str, ...]
    rest: tuple[str, ...]
    said: tuple[str, ...] = ()


class Roster:
    """All names that people may type, and what they stand for."""

    def __init__(self, people: Iterable[Person], pairs: Iterable[Subject], known_words: Collection[str]) -> None:
        self._known: Final = frozenset(known_words)
        self._names: Final[dict[tuple[str, ...], Named]] = {}
        for pair in pairs:
            self._learn(Named("pair", pair.id), (pair.name, pair.id, *pair.aliases))
        for person in people:
            self._learn(Named("person", person.id), (person.name, person.id, *person.aliases))
        self._single = {name[0]: named for name, named in self._names.items() if len(name) == 1}
        self._singles = sorted(self._single)
        self._persons = {word: named for word, named in self._single.items() if named.kind == "person"}
        self._longest_person = max(map(len, self._persons), default=0)

    def _learn(self, named: Named, names: Iterable[str]) -> None:
        for name in names:
            if words := words_of(name):
                self._names.setdefault(words, named)

    def find(self, text: str) -> Mentions:
        """Return whom and what `text` names."""
        words, ends = _parted(text)
        short = len(words) <= _SHORT_TEXT
        found: list[Named] = []
        rest: list[str] = []
        at = 0
        slips: dict[str, tuple[Named, ...]] = {}
        while at < len(words):
            length, named = self._longest(words[at : min(at + _LONGEST, ends[at])])
            word = words[at]
            if not named and (short or len(word) >= _LONG_NAME) and word not in self._known:
                if word not in slips and len(slips) < _MOST_SLIPS:
                    slips[word] = self._slip(word)
                named = slips.get(word, ())
            if named:
                found.extend(named)
            else:
                rest.append(words[at])
            at += length
        said = tuple(named.id for named in found if named.kind == "person")
        return Mentions(
            pairs=tuple(dict.fromkeys(named.id for named in found if named.kind == "pair")),
            persons=tuple(dict.fromkeys(said)),
            rest=tuple(rest),
            said=said,
        )

    def half_pair(self, text: str, plain: Collection[str]) -> HalfPair | None:
        """Return the pair that a text names where one of the two is nobody known; `plain` words name nobody.

        'And' and 'with' only make a pair of somebody and a word that is much like a name.
        """
        folded = fold(text)
        for joiner, strict in ((_JOINER, True), (_LOOSE_JOINER, False)):
            sides = joiner.split(folded)
            for left, right in itertools.pairwise(sides):
                for one, other in ((left, right), (right, left)):
                    half = self._half(one, other, plain, left_is_known=one is left)
                    if half and (strict or half.other):
                        return half
        return None

    def _half(self, known: str, strange: str, plain: Collection[str], *, left_is_known: bool) -> HalfPair | None:
        """Return the pair of the person whom one side names and of the words, no name, of the other."""
        beside = self.find(known)
        words = [word for word in words_of(strange) if word not in plain]
        if not beside.persons or not words or any(word not in plain for word in beside.rest):
            return None
        person = beside.persons[-1 if left_is_known else 0]
        there = self.find(strange)
        if there.persons == (person,) and not there.pairs:  # A slip of the one who stands beside it is nobody else.
            return HalfPair(person, None)
        if there.persons or there.pairs or len(words) > _LONGEST_HALF:
            return None
        likely = {named.id for word in words if (named := self._meant(word))} - {person}
        return HalfPair(person, likely.pop() if len(likely) == 1 else None)

    def _meant(self, word: str) -> Named | None:
        """Return the one person whose name this may be, whatever else the word may be."""
        found = ((self._single[name], slips) for name, _, slips in near(word, self._singles, slips_in(word)))
        return only((named, slips) for named, slips in found if named.kind == "person")

    def understood(self, words: Collection[str]) -> bool:
        """Return whether at least half of the words are known: a text of strange words claims nothing known."""
        return 2 * sum(word in self._known for word in words) >= len(words)

    def _longest(self, words: tuple[str, ...]) -> tuple[int, tuple[Named, ...]]:
        """Return how many of the words are one name, and what it names; (1, ()) for no name."""
        for length in range(len(words), 0, -1):
            if named := self._names.get(words[:length]):
                return length, (named,)
        return 1, self._joined(words[0])

    def _joined(self, word: str) -> tuple[Named, ...]:
        """Return the two people whose names were written as one word, as in 'korraxasami'."""
        for length in range(min(len(word) - 1, self._longest_person), 0, -1):
            name = word[:length]
            if (first := self._persons.get(name)) is not None:
                tail = word[len(name) :]
                second = self._persons.get(tail) or self._persons.get(tail.removeprefix("x"))
                if second is not None and second != first:
                    return (first, second)
        return ()

    def _slip(self, word: str) -> tuple[Named, ...]:
        """Return whom a word names with a slip that leaves its first letter, or swaps it with the second."""
        found = near(word, self._singles, slips_in(word))
        named = only(
            (self._single[name], slips) for name, _, slips in found if name[0] == word[0] or name[:2] == word[1::-1]
        )
        return (named,) if named else ()


def _parted(text: str) -> tuple[tuple[str, ...], list[int]]:
    """Return the words of a text, and for each where what stands between commas ends: no name goes on beyond."""
    words: list[str] = []
    ends: list[int] = []
    for part in _COMMA.split(text):
        words += words_of(part)
        ends += [len(words)] * (len(words) - len(ends))
    return tuple(words[:_MOST_WORDS]), ends


def words_of(text: str) -> tuple[str, ...]:
    """Return the first words of a text as names are compared: folded, without possessive endings."""
    return tuple(normalise(_POSSESSIVE.sub("", fold(text))).split()[:_MOST_WORDS])
