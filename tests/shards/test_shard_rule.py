"""Who should hold which shard: at most one owner, fair within one, and it comes to rest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.shards.rule import share, step

NAMES = ("a", "b", "c", "d", "e")
PROCESSES = st.sampled_from(NAMES)


class Table:
    """The leases as the store keeps them: what a process holds lasts until it is given back, or the process is gone."""

    def __init__(self, shards: int) -> None:
        self.owners: dict[int, str | None] = dict.fromkeys(range(shards))
        self.living: set[str] = set()
        self.moves = 0

    def beat(self, me: str) -> None:
        """Let one process look and do what it is to do."""
        self.living.add(me)
        known = {number: owner if owner in self.living else None for number, owner in self.owners.items()}
        wanted = step(known, self.living, me)
        assert not (wanted.take and wanted.give)
        for number in wanted.take:
            assert known[number] is None
            self.owners[number] = me
            self.moves += 1
        for number in wanted.give:
            assert self.owners[number] == me
            self.owners[number] = None

    def die(self, one: str) -> None:
        self.living.discard(one)

    def settle(self) -> None:
        """Let all beat until none has anything to do."""
        for _ in range(3):
            for one in sorted(self.living):
                self.beat(one)

    def counts(self) -> list[int]:
        return [sum(owner == one for owner in self.owners.values()) for one in sorted(self.living)]


@given(st.integers(0, 40), st.lists(st.tuples(st.booleans(), PROCESSES), max_size=60))
def test_it_comes_to_rest_fairly_whatever_came_before(shards: int, past: list[tuple[bool, str]]) -> None:
    table = Table(shards)
    for dies, one in past:
        table.die(one) if dies else table.beat(one)
    table.beat("a")
    table.settle()
    assert set(table.owners.values()) <= table.living
    assert max(table.counts()) - min(table.counts()) <= 1
    before = dict(table.owners)
    table.settle()
    assert table.owners == before


@given(st.integers(0, 40), st.dictionaries(PROCESSES, st.integers(0, 20), min_size=1))
def test_shares_add_up_and_differ_by_one_at_most(shards: int, held: dict[str, int]) -> None:
    shares = {one: share(shards, held, one) for one in held}
    assert sum(shares.values()) == shards
    assert max(shares.values()) - min(shares.values()) <= 1


@given(st.integers(1, 40), st.integers(1, 5))
def test_only_what_must_move_moves(shards: int, processes: int) -> None:
    """One that comes gets its share, and one that goes leaves its own; nothing else changes hands."""
    table = Table(shards)
    for one in NAMES[: processes - 1]:
        table.beat(one)
    table.settle()
    before, table.moves = dict(table.owners), 0
    table.beat(NAMES[4])
    table.settle()
    assert table.moves == table.counts()[-1]
    moved = [number for number, owner in table.owners.items() if owner != before[number]]
    assert {table.owners[number] for number in moved} <= {NAMES[4]}
    table.moves = 0
    table.die(NAMES[4])
    if table.living:
        table.settle()
        assert table.moves == len(moved)


def test_what_is_not_served_yet_is_given_back_first() -> None:
    owners: dict[int, str | None] = dict.fromkeys(range(4), "a")
    assert step(owners, {"a", "b"}, "a", idle={1}).give == (1, 3)
    assert step(owners, {"a", "b"}, "a").give == (3, 2)
    assert step(owners, {"a", "b"}, "b") == ((), ())
