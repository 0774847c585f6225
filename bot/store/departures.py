"""Servers that the bot was removed from: their rows wait some days for its return, then they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.daily.model import Pause
from bot.store import daily_rows as rows
from bot.store import notices
from bot.store.schedules import pause

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection

    from bot.domain.daily.model import Schedule
    from bot.domain.daily.rule import Occurrence
    from bot.store.database import Database

_NO_ACCESS_NOTICES = """
DELETE FROM notice WHERE schedule IN (SELECT id FROM schedule WHERE guild = ? AND paused = ?)
"""


class Departures:
    """Who is gone since when."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def guilds(self) -> set[int]:
        """Return the servers that have schedules."""
        return {row["guild"] for row in await self._database.fetch_all("SELECT DISTINCT guild FROM schedule")}

    async def gone(self) -> set[int]:
        """Return the servers with schedules that the bot was removed from."""
        return {row["guild"] for row in await self._database.fetch_all("SELECT guild FROM departure")}

    async def leave(self, guilds: Collection[int], now: dt.datetime) -> None:
        """Note that the bot is no longer in these servers; their schedules wait.

        What was due before the gateway told of it was refused for want of access. Such a pause looks like an
        older one, so both wait with the others: whatever is still shut out is paused again at its next post.
        """
        async with self._database.transaction() as tx:
            for guild in guilds:
                await tx.execute(_NO_ACCESS_NOTICES, (guild, Pause.NO_ACCESS.value))
                await tx.execute(
                    "UPDATE schedule SET paused = ? WHERE guild = ? AND paused = ?",
                    (Pause.LEFT.value, guild, Pause.NO_ACCESS.value),
                )
                found = await tx.fetch_all("SELECT id FROM schedule WHERE guild = ? AND paused IS NULL", (guild,))
                await tx.execute(
                    "INSERT INTO departure (guild, left_at) SELECT ?, ? WHERE EXISTS "
                    "(SELECT 1 FROM schedule WHERE guild = ?) ON CONFLICT (guild) DO NOTHING",
                    (guild, rows.to_ms(now), guild),
                )
                await pause(tx, [(row["id"], Pause.LEFT) for row in found])

    async def come_back(self, guild: int, next_of: Callable[[Schedule], Occurrence | None], now: dt.datetime) -> int:
        """Let the schedules that waited go on at `next_of` each; return how many waited.

        One for which `next_of` returns None has lost its zone: it stays paused, and its moderators are owed a notice.
        """
        async with self._database.transaction() as tx:
            await tx.execute("DELETE FROM departure WHERE guild = ?", (guild,))
            found = await tx.fetch_all(f"{rows.SCHEDULE} WHERE guild = ? AND paused = ?", (guild, Pause.LEFT.value))
            following = [(row["id"], next_of(rows.schedule(row))) for row in found]
            await tx.executemany(
                "UPDATE schedule SET paused = ?, next_date = ?, next_due = ? WHERE id = ?",
                [(None if next_ else Pause.ZONE_GONE.value, *rows.next_of(next_), id_) for id_, next_ in following],
            )
            await notices.owe(tx, [id_ for id_, next_ in following if next_ is None], now)
        return len(found)

    async def purge(self, before: dt.datetime, away: Callable[[int], bool]) -> int:
        """Delete all rows of the servers that were left at `before` or earlier; return how many servers.

        Those of which `away` does not say that the bot is not in them are kept: it may have come back unnoticed.
        """
        async with self._database.transaction() as tx:
            found = await tx.fetch_all("SELECT guild FROM departure WHERE left_at <= ?", (rows.to_ms(before),))
            guilds = [(row["guild"],) for row in found if away(row["guild"])]
            await tx.executemany("DELETE FROM schedule WHERE guild = ?", guilds)
            await tx.executemany("DELETE FROM departure WHERE guild = ?", guilds)
        return len(guilds)
