"""What tests share: a seeded store, learnt once for all, and the real bot connected to the local Discord."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot import app
from bot.services.seeding import bring_up_to_date
from bot.settings import ANNOUNCEMENT, Settings, read
from bot.store.database import Database
from sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.client import Canonkeeper
    from sandbox import Person


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store seeded from the real announcement; never written to: copy it.

    Learning takes seconds, so the workers of a parallel run share one.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    store = shared / "seeded.sqlite3"
    with (shared / "seeded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not store.exists():
            asyncio.run(_seed(shared / "seeding.sqlite3"))
            (shared / "seeding.sqlite3").rename(store)
    return store


async def _seed(path: Path) -> None:
    async with await Database.open(path) as database:
        await bring_up_to_date(database, ANNOUNCEMENT)


@pytest.fixture
def store_path(seeded: Path, tmp_path: Path) -> Path:
    """A seeded store of the test's own."""
    return shutil.copy(seeded, tmp_path / "store.sqlite3")


@pytest.fixture
async def services(store_path: Path) -> AsyncIterator[app.Services]:
    """The services on the real announcement, without Discord."""
    async with app.services(read({"DATABASE_PATH": str(store_path)})) as built:
        yield built


@dataclass
class Chat:
    """The local Discord with the real bot in it."""

    sandbox: Sandbox
    bot: Canonkeeper
    settings: Settings

    def person(self, name: str, **place: str) -> Person:
        """Mo moderates, Mina and Timo are members."""
        return self.sandbox.person(name, **place)


def settings_for(sandbox: Sandbox, store: Path, **more: str) -> Settings:
    """The settings under which the bot connects to `sandbox`."""
    return read(
        {
            "DISCORD_TOKEN": sandbox.token,
            "DISCORD_API_BASE": sandbox.base_url,
            "DATABASE_PATH": str(store),
            **more,
        }
    )


@contextlib.asynccontextmanager
async def connected(sandbox: Sandbox, settings: Settings) -> AsyncIterator[Canonkeeper]:
    """The real bot, connected until the block ends."""
    stop = asyncio.Event()
    async with app.client(settings) as bot:
        running = asyncio.create_task(app.until(bot, stop))
        try:
            await sandbox.bot_connected(commands=True)
            await bot.wait_until_ready()
            yield bot
        finally:
            stop.set()
            await running


@pytest.fixture
async def chat(store_path: Path) -> AsyncIterator[Chat]:
    """The bot and the local Discord; whatever the bot sent is checked against Discord's own document."""
    async with Sandbox(journal_size=None) as sandbox:
        settings = settings_for(sandbox, store_path)
        async with connected(sandbox, settings) as bot:
            yield Chat(sandbox, bot, settings)
