"""`make simulate`: run years, print what must not be, and cut a failing run down to its few events."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from bench.simulate.parts import LONGEST, parts, simulate_all, together
from bench.simulate.plan import DAY, YEAR
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
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many parts run at the same time")
    parser.add_argument("--part", type=float, default=LONGEST / YEAR, help="years after which the world begins anew")
    given = parser.parse_args()
    seed = random.randrange(10**6) if given.seed is None else given.seed
    began = time.monotonic()
    whole = parts(seed, given.servers, given.years * YEAR, given.density, given.part * YEAR)
    size = f"{given.years:g} years of {given.servers} servers in {len(whole)} parts"
    print(f"seed {seed}: {size}, {sum(len(part.events) for part in whole)} events", flush=True)
    with progress("simulating days", given.years * YEAR / DAY) as advance:
        outcomes = simulate_all(whole, given.jobs, _Progress(advance))
    outcome = together(outcomes)
    for name, number in outcome.counts.items():
        print(f"{number:8} {name}")
    spent = f"{outcome.seconds:.0f} s of CPU in {time.monotonic() - began:.0f} s"
    print(f"{outcome.lives} lives, {outcome.requests} requests, {spent}; trace {outcome.trace}")
    kinds = Counter(violation.kind for violation in outcome.violations)
    print(f"{len(outcome.violations)} broken promises", *(f"{n:8} {kind}" for kind, n in kinds.items()), sep="\n")
    firsts = {
        each.kind: (part, each)
        for part, made in reversed(list(zip(whole, outcomes, strict=True)))
        for each in reversed(made.violations)
    }
    for part, violation in list(firsts.values())[: given.shrink]:
        print(f"\n{violation}", flush=True)
        found = shrink(part.world, part.events, violation)
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
