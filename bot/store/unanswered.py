"""The words of questions that could not be answered, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from bot.store.database import Database

Tier = Literal["closest", "silent"]

# However many are asked, no more than the latest so many are kept.
MOST = 10_000


class KeptQuestion(NamedTuple):
    """The words of a question, and what it was met with; nothing else is known of it."""

    text: str
    tier: Tier


class UnansweredQuestions:
    """The table; times are hours since 1970, UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, question: KeptQuestion, hour: int, within: float) -> None:
        """Keep a question. Raises StoreError where the store cannot be written to `within` so many seconds."""
        async with self._database.transaction(within) as tx:
            await tx.execute(
                "INSERT INTO unanswered (hour, tier, text) VALUES (?, ?, ?)", (hour, question.tier, question.text)
            )
            await tx.execute(
                "DELETE FROM unanswered WHERE id <= (SELECT max(id) FROM unanswered) - ?",
                (MOST,),
            )

    async def kept(self, after: int | None) -> list[KeptQuestion]:
        """Return what was asked after an hour, or all that there is, the oldest first."""
        rows = await self._database.fetch_all(
            "SELECT text, tier FROM unanswered WHERE hour > ? ORDER BY id", (-1 if after is None else after,)
        )
        return [KeptQuestion(row["text"], row["tier"]) for row in rows]

    async def forget(self, until: int | None) -> None:
        """Delete what was asked up to an hour and in it, or all there is, so that it cannot be recovered either."""
        last = 2**40 if until is None else until
        if await self._database.fetch_one("SELECT 1 FROM unanswered WHERE hour <= ? LIMIT 1", (last,)) is None:
            return
        async with self._database.erasing():
            await self._database.write("DELETE FROM unanswered WHERE hour <= ?", (last,))
