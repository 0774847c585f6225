"""Where people stand in the overview: those with ties to each other close together, in a simple shape."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Point = tuple[float, float]

_PAIR = 2


class Group(NamedTuple):
    """People who are tied to each other, directly or through others, and the pairs that are."""

    people: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]


def groups(pairs: Sequence[tuple[str, str]]) -> list[Group]:
    """Return the groups, those with most people first; in each, neighbours follow each other where they can."""
    ties: dict[str, list[str]] = {}
    for one, other in pairs:
        ties.setdefault(one, []).append(other)
        ties.setdefault(other, []).append(one)
    found, seen = [], set[str]()
    for person in ties:
        if person not in seen:
            people = _walk(_start(_reached(person, ties), ties), ties)
            seen.update(people)
            found.append(Group(people, tuple(pair for pair in pairs if pair[0] in people)))
    return sorted(found, key=lambda group: -len(group.people))


def _reached(person: str, ties: dict[str, list[str]]) -> list[str]:
    reached = [person]
    for one in reached:
        reached.extend(other for other in dict.fromkeys(ties[one]) if other not in reached)
    return reached


def _start(people: list[str], ties: dict[str, list[str]]) -> str:
    """Return where to begin: at the end of a chain where there is one, else with whom most are tied to."""
    if _is_chain(people, ties):
        return next(person for person in people if len(set(ties[person])) == 1)
    return max(people, key=lambda person: len(set(ties[person])))


def _walk(start: str, ties: dict[str, list[str]]) -> tuple[str, ...]:
    """Return all that are tied to `start`, each followed by a neighbour where one is left."""
    order: list[str] = []
    ahead = [start]
    while ahead:
        person = ahead.pop()
        if person not in order:
            order.append(person)
            ahead.extend(reversed(ties[person]))
    return tuple(order)


def _is_chain(people: Iterable[str], ties: dict[str, list[str]]) -> bool:
    counts = sorted(len(set(ties[person])) for person in people)
    return counts[:_PAIR] == [1, 1] and all(count == _PAIR for count in counts[_PAIR:])


def shape(group: Group, height: float) -> dict[str, Point]:
    """Return each person's place about the middle of the group, `height` pixels from the top one to the lowest.

    A chain stands upright; others stand in a ring, the first on top.
    """
    people = group.people
    if len(set(map(frozenset, group.pairs))) == len(people) - 1 and _follows(group):
        step = height / (len(people) - 1)
        return {person: (0.0, at * step - height / 2) for at, person in enumerate(people)}
    angles = [math.tau * at / len(people) - math.tau / 4 for at in range(len(people))]
    ring = [(math.cos(angle), math.sin(angle)) for angle in angles]
    top, low = min(y for _, y in ring), max(y for _, y in ring)
    scale = height / (low - top)
    return {person: (x * scale, (y - (top + low) / 2) * scale) for person, (x, y) in zip(people, ring, strict=True)}


def _follows(group: Group) -> bool:
    tied = {frozenset(pair) for pair in group.pairs}
    return all(frozenset(pair) in tied for pair in zip(group.people, group.people[1:], strict=False))
