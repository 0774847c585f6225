"""Finds what a person means by a name: exactly, or with a slip of the finger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

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
