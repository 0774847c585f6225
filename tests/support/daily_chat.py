"""The real bot in the local Discord with a clock that both follow, for the tests of /daily."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.store.sqlite import SqliteDatabase
from sandbox import Sandbox
from tests.conftest import assert_in_form, connected, settings_for
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.client import Canonkeeper
    from sandbox import Person, Reply
    from sandbox.model import Channel, Guild, Message

# A Monday in the sandbox.
START = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)


@dataclass
class DailyChat:
    """Mo moderates; posts go to #daily-quotes unless a test says otherwise."""

    sandbox: Sandbox
    bot: Canonkeeper

    @property
    def mo(self) -> Person:
        return self.sandbox.person("Mo")

    @property
    def guild(self) -> Guild:
        return self.sandbox.world.guild("Harbour Town")

    def channel(self, name: str = "daily-quotes") -> Channel:
        return self.sandbox.world.channel(name, self.guild)

    def role(self, name: str) -> Any:
        return next(role for role in self.guild.roles.values() if role.name == name)

    def posts(self, name: str = "daily-quotes") -> list[Message]:
        return ours(self.sandbox, self.channel(name))

    async def schedule(self, **options: Any) -> Reply:
        given = {"channel": self.channel(), "time": "9:00", "timezone": "UTC"} | options
        return await self.mo.slash("daily schedule", **given)

    async def daily(self, name: str, **options: Any) -> Reply:
        return await self.mo.slash(f"daily {name}", **options)

    async def move(self, **delta: float) -> None:
        """Move the clock that the sandbox and the bot share, and give the bot a moment to notice."""
        self.sandbox.clock.advance(dt.timedelta(**delta).total_seconds())
        await self.until(lambda: abs(self.bot.services.clock.now().timestamp() - self.sandbox.clock.now()) < 1)

    async def until(self, holds: Callable[[], object], seconds: float = 15.0) -> None:
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110 - what is waited for happens in another program
                await asyncio.sleep(0.02)

    @property
    def file(self) -> SqliteDatabase:
        """The store where it is a file."""
        database = self.bot.services.daily.deliveries._database
        assert isinstance(database, SqliteDatabase)
        return database

    async def ledger(self) -> list[dict[str, Any]]:
        rows = await self.bot.services.daily.deliveries._database.fetch_all("SELECT * FROM delivery ORDER BY id")
        return [dict(row) for row in rows]

    async def until_recorded(self, state: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until the ledger has `count` rows in this state; return all rows."""
        async with asyncio.timeout(15):
            while True:
                rows = await self.ledger()
                if sum(row["state"] == state for row in rows) >= count:
                    return rows
                await asyncio.sleep(0.05)


def ours(sandbox: Sandbox, channel: Channel) -> list[Message]:
    """Return the bot's messages in a channel, oldest first."""
    return [each for each in channel.messages.values() if each.author.id == sandbox.bot_user_id and not each.ephemeral]


@contextlib.asynccontextmanager
async def daily_chat(store: Path, *, sandbox: Sandbox | None = None, **more: str) -> AsyncIterator[DailyChat]:
    """Yield the bot on `store`, seeded from the tiny announcement, in a sandbox on whose clock it is Monday."""
    async with contextlib.AsyncExitStack() as stack:
        if sandbox is None:
            sandbox = await stack.enter_async_context(Sandbox(journal_size=None))
            sandbox.clock.move_to(START.timestamp())
        root = sandbox.base_url.split("/api/")[0]
        settings = settings_for(sandbox, store, ANNOUNCEMENT_PATH=str(SECOND), CLOCK_URL=f"{root}/demo/clock", **more)
        bot = await stack.enter_async_context(connected(sandbox, settings))
        yield DailyChat(sandbox, bot)
        assert_in_form(sandbox)
