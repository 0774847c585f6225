"""Years in parts, each with a world and a store of its own, at the same time on as many processors as there are."""

from __future__ import annotations

import gc
import hashlib
import itertools
import multiprocessing
from collections import Counter
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.simulate.plan import DAY, QUIET, YEAR, Event, plan
from bench.simulate.run import Outcome, World, simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from bench.simulate.oracle import Violation

    # Told of so many days that are done now, and of what was broken on them.
    Tell = Callable[[float, list[Violation]], None]

# However many processors there are: what happens follows from the seed alone.
LONGEST = 2.5 * YEAR
_SETTLED = 2 * DAY


class Part(NamedTuple):
    """A span of time in which the world begins anew, and what happens in it."""

    world: World
    events: list[Event]


def parts(seed: int, servers: int, length: float, density: float, longest: float = LONGEST) -> list[Part]:
    """Return `length` seconds of so many servers in parts of at most `longest`, each of which becomes quiet."""
    count = max(1, -int(-length // longest))
    edges = [length * number / count for number in range(count + 1)]
    events = plan(seed, servers, length, density)
    return [
        Part(
            World(seed, tuple(range(servers)), begin, end),
            [each for each in events if begin + _SETTLED < each.at and each.at + each.lasts < end - QUIET],
        )
        for begin, end in itertools.pairwise(edges)
    ]


def simulate_all(whole: Sequence[Part], jobs: int, tell: Tell) -> list[Outcome]:
    """Run all parts, each in a process of its own and so many at a time, and return what came of each."""
    context = multiprocessing.get_context("spawn")
    waiting = list(enumerate(whole))[::-1]
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    outcomes: dict[int, Outcome] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            number, part = waiting.pop()
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_run, args=(part, theirs), daemon=True)
            process.start()
            theirs.close()
            running[ours] = number, process
        ready: Any
        for ready in wait(list(running)):
            said = ready.recv()
            if not isinstance(said, Outcome):
                tell(*said)
                continue
            number, ended = running.pop(ready)
            outcomes[number] = said
            ended.join()
            ready.close()
    return [outcomes[number] for number in range(len(whole))]


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """Return outcomes as one."""
    counts: Counter[str] = Counter()
    violations: list[Violation] = []
    for each in outcomes:
        counts.update(each.counts)
        violations += each.violations
    return Outcome(
        tuple(violations),
        hashlib.sha256("".join(each.trace for each in outcomes).encode()).hexdigest(),
        dict(sorted(counts.items())),
        sum(each.requests for each in outcomes),
        sum(each.steps for each in outcomes),
        sum(each.lives for each in outcomes),
        sum(each.seconds for each in outcomes),
    )


def _run(part: Part, answer: Connection) -> None:
    """Run a part in a process that is there for it alone."""
    # The libraries' objects stay: looking through them again and again would take a fifth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    answer.send(simulate(part.world, part.events, lambda days, found: answer.send((days, found))))
