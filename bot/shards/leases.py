"""The leases in SQL: who serves which shard, who does what only one may, and when the next of something may be done.

All of it goes by the database's clock, so the clocks of the processes may differ. No statement here reads what another
then acts upon without checking it again: each row passes from one owner to the next in one UPDATE, so a shard never
has two.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import StoreUnavailableError
from bot.shards.rule import step

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from bot.store.database import Database

_LIVE = """
INSERT INTO process (owner, until) VALUES (:owner, {now} + :lease)
ON CONFLICT (owner) DO UPDATE SET until = excluded.until
"""
_RENEW = "UPDATE shard SET until = {now} + :lease WHERE owner = :owner"
_LIVING = "SELECT owner FROM process WHERE until > {now}"
_OWNERS = "SELECT number, CASE WHEN until > {now} THEN owner END AS owner FROM shard ORDER BY number"
_TAKE = """
UPDATE shard SET owner = :owner, until = {now} + :lease
WHERE number = :number AND (owner IS NULL OR until <= {now}) RETURNING number
"""
_GIVE = "UPDATE shard SET owner = NULL, until = 0 WHERE owner = ? AND number = ?"
_HOLD = """
INSERT INTO lease (name, owner, until) VALUES (:name, :owner, {now} + :lease)
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
WHERE lease.owner = excluded.owner OR lease.until <= {now} RETURNING owner
"""
_SLOT = """
INSERT INTO slot (name, next_at) VALUES (:name, {now} + :length)
ON CONFLICT (name) DO UPDATE SET
next_at = CASE WHEN slot.next_at > {now} THEN slot.next_at ELSE {now} END + :length
RETURNING next_at - :length - {now} AS wait
"""
_BEGIN = """
INSERT INTO slot (name, next_at) VALUES (:name, {now} + :length)
ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at WHERE slot.next_at <= {now} RETURNING name
"""
_UNTIL = "SELECT next_at - {now} AS wait FROM slot WHERE name = :name"
_POSTPONE = "UPDATE slot SET next_at = {now} + :length WHERE name = :name AND next_at < {now} + :length"
# What is locked while shares are looked at and taken: no server has that id.
_LOCK = 3
# The owner is a name of hexadecimal digits.
_HELD = "SELECT number FROM shard WHERE owner = '{owner}' AND until > {now} AND number IN ({numbers})"


class Beat(NamedTuple):
    """What a heartbeat found: which shards the process holds now, of how many, and what it is to give back."""

    held: frozenset[int]
    of: int
    give: tuple[int, ...]


class Leases:
    """The leases as one process, `owner`, sees them. What it holds is its own for `lease` after each heartbeat."""

    def __init__(self, database: Database, owner: str, lease: dt.timedelta) -> None:
        self._database = database
        self._given = {"owner": owner, "lease": lease // dt.timedelta(milliseconds=1)}
        self.owner = owner
        self.lease = lease

    def _sql(self, query: str) -> str:
        return query.format(now=self._database.now)

    async def agree(self, wanted: int) -> int:
        """Return how many shards there are: `wanted`, unless living processes have agreed on another number."""
        async with self._database.transaction() as tx:
            await tx.lock(_LOCK)
            living = {row["owner"] for row in await tx.fetch_all(self._sql(_LIVING))} - {self.owner}
            owners = await tx.fetch_all(self._sql(_OWNERS))
            known = [row["number"] for row in owners]
            if known and living:
                return len(known)
            await tx.executemany("DELETE FROM shard WHERE number = ?", [(n,) for n in known if n >= wanted])
            await tx.executemany(
                "INSERT INTO shard (number, until) VALUES (?, 0) ON CONFLICT (number) DO NOTHING",
                [(number,) for number in range(wanted)],
            )
        return wanted

    async def beat(self, idle: Collection[int]) -> Beat:
        """Show that this process lives: keep what it holds, take its share of what is free, and see what is too much.

        `idle` are the shards that it holds and doesn't serve yet.
        """
        async with self._database.transaction() as tx:
            await tx.lock(_LOCK)
            await tx.execute(self._sql(_LIVE), self._given)
            await tx.execute(self._sql("DELETE FROM process WHERE until <= {now}"))
            await tx.execute(self._sql(_RENEW), self._given)
            living = {row["owner"] for row in await tx.fetch_all(self._sql(_LIVING))}
            owners = {row["number"]: row["owner"] for row in await tx.fetch_all(self._sql(_OWNERS))}
            wanted = step(owners, living, self.owner, idle)
            taken = [
                number
                for number in wanted.take
                if await tx.fetch_all(self._sql(_TAKE), self._given | {"number": number})
            ]
        held = {number for number, owner in owners.items() if owner == self.owner}
        return Beat(frozenset(held | {*taken}), len(owners), wanted.give)

    async def give(self, shards: Collection[int]) -> None:
        """Give shards back, which this process serves no longer."""
        async with self._database.transaction() as tx:
            await tx.executemany(_GIVE, [(self.owner, number) for number in shards])

    async def leave(self) -> None:
        """Give everything back: this process ends."""
        async with self._database.transaction() as tx:
            await tx.execute("UPDATE shard SET owner = NULL, until = 0 WHERE owner = ?", (self.owner,))
            await tx.execute("DELETE FROM lease WHERE owner = ?", (self.owner,))
            await tx.execute("DELETE FROM process WHERE owner = ?", (self.owner,))

    def condition(self, column: str, served: Collection[int], count: int) -> str:
        """Return what limits a query to the servers of the shards that are `served`, and held as it runs.

        So a process that was stopped for longer than its lease claims and sends nothing for shards that are another's
        by now, whatever it still believes.
        """
        if not served:
            return " AND 1 = 0"
        numbers = ", ".join(map(str, sorted(served)))
        held = _HELD.format(owner=self.owner, now=self._database.now, numbers=numbers)
        return f" AND ({column} >> 22) % {count} IN ({held})"

    async def slot(self, name: str, length: dt.timedelta) -> dt.timedelta:
        """Take the next slot of this name, of that length, and return in how long it begins; none overlap."""
        (row,) = await self._database.write(self._sql(_SLOT), _slot(name, length))
        return dt.timedelta(milliseconds=max(row["wait"], 0))

    async def begin(self, name: str, length: dt.timedelta) -> dt.timedelta:
        """Take a slot that begins right now and return zero; where that is too soon, return for how long still.

        Unlike one that was taken in advance, it can't be used late while the next one comes in time.
        """
        async with self._database.transaction() as tx:
            if await tx.fetch_all(self._sql(_BEGIN), _slot(name, length)):
                return dt.timedelta()
            (row,) = await tx.fetch_all(self._sql(_UNTIL), {"name": name})
        return dt.timedelta(milliseconds=max(row["wait"], 1))

    async def postpone(self, name: str, length: dt.timedelta) -> None:
        """Let the next slot of this name begin so long from now at the soonest."""
        await self._database.write(self._sql(_POSTPONE), _slot(name, length))


def _slot(name: str, length: dt.timedelta) -> dict[str, object]:
    """Return a slot for the statements: it is no shorter than its length, in milliseconds."""
    return {"name": name, "length": -(-length // dt.timedelta(milliseconds=1))}


# How often it is tried to take a turn that is another's, in seconds.
_TURN_SECONDS = 0.5


class Turns:
    """What one process does at a time. A turn ends by itself, should its process."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner

    @contextlib.asynccontextmanager
    async def turn(self, name: str, lasts: dt.timedelta) -> AsyncIterator[None]:
        """Wait for the turn of this name, and hold it for the block, though no longer than it lasts."""
        while not await self.take(name, lasts):  # noqa: ASYNC110 - another process ends it
            await asyncio.sleep(_TURN_SECONDS)
        try:
            yield
        finally:
            # Where the store can't be reached it ends by itself; what was done in it is done.
            with contextlib.suppress(StoreUnavailableError):
                await self.end(name)

    async def take(self, name: str, lasts: dt.timedelta) -> bool:
        """Take the turn of this name, unless it is another's."""
        given = {"name": name, "owner": self._owner, "lease": lasts // dt.timedelta(milliseconds=1)}
        return bool(await self._database.write(_HOLD.format(now=self._database.now), given))

    async def end(self, name: str) -> None:
        """Let others take it."""
        await self._database.write("DELETE FROM lease WHERE name = ? AND owner = ?", (name, self._owner))
