"""Several processes of the bot on one store, each with shards of its own, in one local Discord."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

from discord.http import Route

from bot import app
from tests.conftest import settings_for
from tests.support.daily_chat import START
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    import pytest

    from bot.client import Canonkeeper
    from sandbox import Sandbox


@contextlib.asynccontextmanager
async def process(sandbox: Sandbox, store: Path, **more: str) -> AsyncIterator[Canonkeeper]:
    """One of them, from when it is ready until the block ends; it follows the sandbox's clock."""
    root = sandbox.base_url.split("/api/")[0]
    settings = settings_for(sandbox, store, ANNOUNCEMENT_PATH=str(SECOND), CLOCK_URL=f"{root}/demo/clock", **more)
    stop = asyncio.Event()
    async with app.client(settings) as bot:
        bot._connection.guild_ready_timeout = 0.05
        running = asyncio.create_task(app.until(bot, stop))
        try:
            async with asyncio.timeout(30):
                await bot.wait_until_ready()
            yield bot
        finally:
            stop.set()
            await running


def start_on_monday(sandbox: Sandbox, shards: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be Monday, 8:00, and Discord advise so many shards, each of a bucket of its own.

    Where the API is, is discord.py's for the whole program: it stays until the test is over.
    """
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    sandbox.clock.move_to(START.timestamp())
    sandbox.world.shards = shards
    sandbox.world.starts.pace, sandbox.world.starts.max_concurrency = 5.0, 16


async def move(sandbox: Sandbox, *bots: Canonkeeper, **delta: float) -> None:
    """Move the clock that all follow."""
    sandbox.clock.advance(dt.timedelta(**delta).total_seconds())
    async with asyncio.timeout(15):
        while any(  # noqa: ASYNC110 - what is waited for has no event
            abs(bot.services.clock.now().timestamp() - sandbox.clock.now()) > 1 for bot in bots
        ):
            await asyncio.sleep(0.02)


async def until_so(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what the store is to say."""
    async with asyncio.timeout(15):
        while not await holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.05)


async def rows(bot: Canonkeeper, query: str) -> list[dict[str, Any]]:
    """What the store says."""
    return [dict(row) for row in await bot.services.daily.deliveries._database.fetch_all(query)]
