"""The rule: which server is served by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol


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
