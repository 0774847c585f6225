"""Cuts a failing run down to the few events that it needs."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from bench.simulate.plan import DAY
from bench.simulate.run import World, simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.simulate.oracle import Violation
    from bench.simulate.plan import Event

# A run is begun anew so many days before it failed; the last is all of it.
_BEFORE = (3.0, 12.0, 45.0, None)
# So much of a processor is spent on the search.
_SECONDS = 60.0
_AFTER = 1.5 * DAY


def shrink(world: World, events: Sequence[Event], violation: Violation) -> tuple[World, list[Event]] | None:
    """Return a smaller world and fewer events that break the same promise; None where none is found in time."""
    end = time.process_time() + _SECONDS

    def breaks(small: World, chosen: Sequence[Event]) -> bool:
        outcome = simulate(small, chosen, enough=lambda found: found.kind == violation.kind)
        return any(found.kind == violation.kind for found in outcome.violations)

    servers = [(world.guilds.index(violation.guild),)] if violation.guild is not None else []
    for numbers in [*(tuple(world.guilds[n] for n in each) for each in servers), world.guilds]:
        for days in _BEFORE:
            begin = world.begin if days is None else max(world.begin, violation.at - days * DAY)
            if time.process_time() > end:
                return None
            small = World(world.seed, numbers, begin, min(world.end, violation.at + _AFTER))
            near = [each for each in events if small.begin < each.at <= violation.at + 1.0]
            near = [each for each in near if each.guild is None or each.guild in numbers]
            if breaks(small, near):
                return small, _fewest(near, partial(breaks, small), end)
    return None


def _fewest(events: list[Event], breaks: Callable[[list[Event]], bool], end: float) -> list[Event]:
    """Return events of which none can be left out (in the manner of Zeller's ddmin: by halves, then one by one)."""
    size = max(1, len(events) // 2)
    while True:
        at = 0
        while at < len(events) and time.process_time() < end:
            without = events[:at] + events[at + size :]
            if breaks(without):
                events = without
            else:
                at += size
        if size == 1 or time.process_time() > end:
            return events
        size = max(1, size // 2)
