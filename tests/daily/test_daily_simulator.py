"""The simulator (`make simulate`): short runs, and that it replays, finds, and cuts down."""

from __future__ import annotations

import random

import pytest

from bench.simulate import chat
from bench.simulate.parts import parts, simulate_all, together
from bench.simulate.plan import DAY, QUIET, Event, plan
from bench.simulate.run import Outcome, World, simulate
from bench.simulate.shrink import shrink

pytestmark = pytest.mark.unmeasured

# What is known to be broken, and mended elsewhere.
PENDING: set[str] = set()
FIXED = (1, 2)


def run(seed: int, *, servers: int = 6, days: float = 24.0) -> Outcome:
    events = plan(seed, servers, days * DAY, density=1.5)
    return simulate(World(seed, tuple(range(servers)), 0.0, days * DAY), events)


def broken(outcome: Outcome) -> list[str]:
    return [str(violation) for violation in outcome.violations if violation.kind not in PENDING]


@pytest.mark.parametrize("seed", FIXED)
def test_no_promise_is_broken(seed: int) -> None:
    outcome = run(seed)
    assert outcome.counts["messages"] > 60
    assert not broken(outcome)


def test_no_promise_is_broken_with_a_fresh_seed() -> None:
    seed = random.SystemRandom().randrange(10**9)
    found = broken(run(seed))
    assert not found, f"run({seed}) breaks promises: {found}"


def test_a_run_follows_from_its_seed_alone() -> None:
    first, again, other = (run(seed, servers=4, days=16) for seed in (4, 4, 5))
    assert first.trace == again.trace
    assert first.violations == again.violations
    assert first.trace != other.trace


def test_years_in_parts_are_the_same_on_one_processor_and_on_two() -> None:
    whole = parts(9, 2, 18 * DAY, 3.0, longest=9 * DAY)
    assert [(part.world.begin, part.world.end) for part in whole] == [(0.0, 9 * DAY), (9 * DAY, 18 * DAY)]
    for world, events in whole:
        assert events
        assert all(world.begin < each.at and each.at + each.lasts < world.end - QUIET for each in events)
    days: list[float] = []
    beside = simulate_all(whole, 2, lambda some, _: days.append(some))
    alone = [simulate(part.world, part.events) for part in whole]
    assert [each._replace(seconds=0.0) for each in beside] == [each._replace(seconds=0.0) for each in alone]
    assert sum(days) == pytest.approx(18)
    outcome = together(beside)
    assert outcome.counts["messages"] == sum(each.counts["messages"] for each in alone) > 15
    assert outcome.requests == sum(each.requests for each in alone)
    assert not broken(outcome)


def test_nothing_happens_without_events() -> None:
    world = World(8, tuple(range(8)), 0.0, 12 * DAY)
    outcome = simulate(world, [])
    assert not outcome.violations
    assert set(outcome.counts) == {"messages", "sent"}
    # One request a post, and those that follow it.
    assert outcome.requests < 2 * outcome.counts["messages"]


def test_a_fault_is_found_and_cut_down_to_its_events(monkeypatch: pytest.MonkeyPatch) -> None:
    # A Discord that forgets nonces at once: what the bot asks for again comes twice.
    monkeypatch.setattr(chat, "NONCE_SECONDS", 0.0)
    world = World(6, (0, 1, 2), 0.0, 14 * DAY)
    culprit = Event(11 * DAY, "edge", None, 0.9 * DAY, ("lost", 1.0))
    others = [
        Event((4 + n / 2) * DAY, kind, n % 3) for n, kind in enumerate(("skip", "archive", "busy", "test", "create"))
    ]
    events = sorted([culprit, *others])
    outcome = simulate(world, events)
    doubled = [violation for violation in outcome.violations if violation.kind == "doubled"]
    assert doubled
    found = shrink(world, events, doubled[0])
    assert found is not None
    small, fewest = found
    assert len(small.guilds) == 1
    assert fewest == [culprit]
    assert any(violation.kind == "doubled" for violation in simulate(small, fewest).violations)
