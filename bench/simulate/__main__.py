"""`make simulate`: run years, print what must not be, and cut a failing run down to its few events."""

from __future__ import annotations

import argparse
import gc
import random
import sys
from collections import Counter
from typing import TYPE_CHECKING

from bench.simulate.plan import DAY, YEAR, plan
from bench.simulate.run import World, simulate
from bench.simulate.shrink import shrink
from tests.support.progress import progress

if TYPE_CHECKING:
    from bench.simulate.oracle import Violation
    from tests.support.progress import Advance

_PRINTED = 100


def main() -> int:
    """Run as asked; the exit code is 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--years", type=float, default=1.0)
    parser.add_argument("--servers", type=int, default=40)
    parser.add_argument("--seed", type=int, default=None, help="drawn when it is left out")
    parser.add_argument("--density", type=float, default=1.0, help="how eventful; 1 is about six events a day")
    parser.add_argument("--shrink", type=int, default=3, help="cut down the first failure of so many kinds")
    given = parser.parse_args()
    seed = random.randrange(10**6) if given.seed is None else given.seed
    length = given.years * YEAR
    events = plan(seed, given.servers, length, given.density)
    print(f"seed {seed}: {given.years:g} years of {given.servers} servers, {len(events)} events", flush=True)
    world = World(seed, tuple(range(given.servers)), 0.0, length)
    # The libraries' objects stay: looking through them again and again would take a fifth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    with progress("simulating days", length / DAY) as advance:
        outcome = simulate(world, events, _Progress(advance))
    for name, count in outcome.counts.items():
        print(f"{count:8} {name}")
    print(f"{outcome.lives} lives, {outcome.requests} requests, {outcome.seconds:.0f} s of CPU; trace {outcome.trace}")
    kinds = Counter(violation.kind for violation in outcome.violations)
    print(f"{len(outcome.violations)} broken promises", *(f"{n:8} {kind}" for kind, n in kinds.items()), sep="\n")
    firsts = {violation.kind: violation for violation in reversed(outcome.violations)}
    for violation in list(firsts.values())[: given.shrink]:
        print(f"\n{violation}", flush=True)
        found = shrink(world, events, violation)
        if found is None:
            print("  it takes the whole run")
        else:
            small, fewest = found
            print(f"  {small}", *(f"  {each}\n    {tuple(each)!r}" for each in fewest), sep="\n", flush=True)
    return 1 if outcome.violations else 0


class _Progress:
    """Tells of each day, and prints what must not be at once."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._lines = 0

    def __call__(self, days: float, found: list[Violation]) -> None:
        self._advance(days)
        for each in found[: _PRINTED - self._lines]:
            self._lines += 1
            print(f"  {each}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
