"""The rules: which server belongs to which shard, and which shard to which process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def shard_of(guild: int, count: int) -> int:
    """Return which shard of `count`, from 0, serves the server with this id (Discord's docs, Gateway, "Sharding")."""
    return (guild >> 22) % count


class Ownership(Protocol):
    """Tells which servers this process serves now."""

    def condition(self, column: str) -> str:
        """Return what limits a query to them, ` AND …`, where `column` holds a server's id; empty for all."""
        ...


@dataclass(frozen=True, slots=True)
class Shards:
    """Those of the shards with these numbers, of `count` in all; `ids` is None for all of them."""

    count: int = 1
    ids: frozenset[int] | None = None

    def serves(self, guild: int) -> bool:
        """Tell whether a server is served by one of these."""
        return self.ids is None or shard_of(guild, self.count) in self.ids

    def condition(self, column: str) -> str:
        """Return what limits a query to their servers; see Ownership.

        A process that serves all asks for no more than before there were shards. The numbers stand in the text: they
        are whole numbers, and seldom others.
        """
        if self.ids is None:
            return ""
        return f" AND ({column} >> 22) % {self.count} IN ({', '.join(map(str, sorted(self.ids)))})"


ALL: Final = Shards()


def share(shards: int, held: Mapping[str, int], me: str) -> int:
    """Return how many of `shards` are one process's due, where `held` says how many each living process has now.

    The shares of all add up to `shards`, and differ by one at most; those who have most keep one more, so that as few
    as possible move.
    """
    ranked = sorted(held, key=lambda owner: (-held[owner], owner))
    least, more = divmod(shards, len(ranked))
    return least + (ranked.index(me) < more)


class Step(NamedTuple):
    """What a process is to do next: take free shards, and give some back, which it must stop serving first."""

    take: tuple[int, ...] = ()
    give: tuple[int, ...] = ()


def step(owners: Mapping[int, str | None], living: Collection[str], me: str, idle: Collection[int] = ()) -> Step:
    """Return what process `me`, one of the `living`, does next.

    `owners` says who holds each shard, None where nobody living does; `idle` are the shards of its own that it does not
    serve yet, which it would rather give back than others.
    """
    held = dict.fromkeys(living, 0)
    for owner in owners.values():
        if owner in held:
            held[owner] += 1
    mine = sorted((number for number, owner in owners.items() if owner == me), key=lambda n: (n not in idle, -n))
    surplus = len(mine) - share(len(owners), held, me)
    free = sorted(number for number, owner in owners.items() if owner not in held)
    return Step(tuple(free[: max(-surplus, 0)]), tuple(mine[: max(surplus, 0)]))
