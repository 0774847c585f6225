"""Which commands were last registered with Discord."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.database import Database


class SyncedCommands:
    """Guild state: the hash of the commands last registered, for each application and scope."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, application_id: int, scope: str) -> str | None:
        """Return the SHA-256 in hex of what was registered; None where nothing was."""
        row = await self._database.fetch_one(
            "SELECT sha256 FROM synced_commands WHERE application_id = ? AND scope = ?",
            (application_id, scope),
        )
        return row["sha256"] if row else None

    async def put(self, application_id: int, scope: str, sha256: str) -> None:
        """Record what was registered."""
        async with self._database.transaction() as tx:
            await tx.execute(
                "INSERT INTO synced_commands (application_id, scope, sha256) VALUES (?, ?, ?) "
                "ON CONFLICT (application_id, scope) DO UPDATE SET sha256 = excluded.sha256",
                (application_id, scope, sha256),
            )

    async def forget(self, scope: str) -> None:
        """Delete what is known of a scope: its commands are registered anew, should they be wanted there again."""
        async with self._database.transaction() as tx:
            await tx.execute("DELETE FROM synced_commands WHERE scope = ?", (scope,))
