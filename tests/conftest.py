"""What tests share: stores with content, the services on them, and the real bot connected to the local Discord.

There are two announcements: the real one in data/ (`seeded`, `services`, `chat`), and a tiny one about
something else (`second`, `second_services`, `second_chat`), which is quick and shows that nothing of the
real one is in the program.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unittest import mock

import discord
import pytest
from discord.http import Route

from bot import app
from bot.settings import ANNOUNCEMENT, Settings, read
from sandbox import Sandbox
from tests.support import network, openapi
from tests.support.clock import FakeClock
from tests.support.daily import START, office
from tests.support.measuring import Measuring
from tests.support.postgres import programs as postgres_programs
from tests.support.postgres import server as postgres_server
from tests.support.seeded import NIGHT_TRAIN, SECOND, copied
from tests.support.seeded import seeded as kept

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot.client import Canonkeeper
    from bot.client.client import Services
    from sandbox import Person
    from tests.support.daily import Office
    from tests.support.postgres import Place, Server


@pytest.fixture(autouse=True, scope="session")
def _on_this_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        network.block_outside(monkeypatch)
        yield


@pytest.fixture(scope="session")
def seeded(pytestconfig: pytest.Config) -> Path:
    """A store seeded from the real announcement; never written to: copy it."""
    return kept(ANNOUNCEMENT, pytestconfig.cache.mkdir("seeded"))


@pytest.fixture(scope="session")
def second(pytestconfig: pytest.Config) -> Path:
    """A store seeded from the tiny announcement; never written to: copy it."""
    return kept(SECOND, pytestconfig.cache.mkdir("seeded"))


@pytest.fixture(scope="session")
def night_train(pytestconfig: pytest.Config) -> Path:
    """A store seeded from the example in examples/; never written to: copy it."""
    return kept(NIGHT_TRAIN, pytestconfig.cache.mkdir("seeded"))


@pytest.fixture
def store_path(seeded: Path, tmp_path: Path) -> Path:
    """A seeded store of the test's own."""
    return copied(seeded, tmp_path / "store.sqlite3")


@pytest.fixture
def second_path(second: Path, tmp_path: Path) -> Path:
    """A store of the test's own, seeded from the tiny announcement."""
    return copied(second, tmp_path / "second.sqlite3")


@pytest.fixture
async def services(store_path: Path) -> AsyncIterator[Services]:
    """The services on the real announcement, without Discord."""
    async with app.services(read({"DATABASE_PATH": str(store_path)})) as built:
        yield built


@pytest.fixture
async def second_services(second_path: Path) -> AsyncIterator[Services]:
    """The services on the tiny announcement, without Discord."""
    async with app.services(read({"DATABASE_PATH": str(second_path), "ANNOUNCEMENT_PATH": str(SECOND)})) as built:
        yield built


@pytest.fixture(scope="session")
def real(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Services:
    """The services on the real announcement, built once; for what needs no store any more (canon, asking)."""
    store = copied(seeded, tmp_path_factory.mktemp("real") / "store.sqlite3")

    async def build() -> Services:
        async with app.services(read({"DATABASE_PATH": str(store)})) as built:
            return built

    return asyncio.run(build())


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


async def _at_once(*_: object, **__: object) -> None:
    """Let a session begin: discord.py waits for five seconds first, which the sandbox wants only where a test says."""


@contextlib.asynccontextmanager
async def connected(sandbox: Sandbox, settings: Settings) -> AsyncIterator[Canonkeeper]:
    """The real bot, connected until the block ends."""
    stop = asyncio.Event()
    base = Route.BASE
    try:
        async with contextlib.AsyncExitStack() as stack:
            if not sandbox.world.starts.pace:
                stack.enter_context(mock.patch.object(discord.Client, "before_identify_hook", _at_once))
            bot = await stack.enter_async_context(app.client(settings))
            # How long discord.py waits for more servers after the last one; the sandbox sends all at once.
            bot._connection.guild_ready_timeout = 0.05
            running = asyncio.create_task(app.until(bot, stop))
            try:
                await sandbox.bot_connected(commands=True)
                await bot.wait_until_ready()
                yield bot
            finally:
                stop.set()
                await running
    finally:
        Route.BASE = base


def assert_in_form(sandbox: Sandbox) -> None:
    """Check every request of the bot against Discord's own document, where that is at hand."""
    if openapi.available():
        assert [problem for exchange in sandbox.journal for problem in openapi.validate(exchange)] == []


@contextlib.asynccontextmanager
async def started_chat(store: Path, **more: str) -> AsyncIterator[Chat]:
    """The bot on a store and with more settings, and the local Discord."""
    async with Sandbox(journal_size=None) as sandbox:
        settings = settings_for(sandbox, store, **more)
        async with connected(sandbox, settings) as bot:
            yield Chat(sandbox, bot, settings)
        assert_in_form(sandbox)


@pytest.fixture
async def chat(store_path: Path) -> AsyncIterator[Chat]:
    """The bot and the local Discord; whatever the bot sent is checked against Discord's own document."""
    async with started_chat(store_path) as chat:
        yield chat


@pytest.fixture
async def second_chat(second_path: Path) -> AsyncIterator[Chat]:
    """The same on the tiny announcement."""
    async with started_chat(second_path, ANNOUNCEMENT_PATH=str(SECOND)) as chat:
        yield chat


@pytest.fixture
async def night_train_chat(night_train: Path, tmp_path: Path) -> AsyncIterator[Chat]:
    """The same on the example."""
    async with started_chat(
        copied(night_train, tmp_path / "night-train.sqlite3"), ANNOUNCEMENT_PATH=str(NIGHT_TRAIN)
    ) as chat:
        yield chat


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Measuring())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-engine", action="store_true", help="run all tests of the store's rooms on PostgreSQL too")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let a test of the store run on both engines: where its SQL matters, or else where that is asked for."""
    marked, wanted = metafunc.definition.get_closest_marker, metafunc.config.getoption("--every-engine")
    if "engine" in metafunc.fixturenames and (wanted or marked("both_engines")) and not marked("sqlite"):
        metafunc.parametrize("engine", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The engine that holds the test's store."""
    return getattr(request, "param", "sqlite")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server."""
    if postgres_programs() is None:
        pytest.skip("there is no PostgreSQL 15 or newer here: install Debian's package postgresql")
    with postgres_server() as running:
        yield running


@pytest.fixture
def place(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """Where the test's store is, of which nothing is there yet."""
    if engine == "sqlite":
        return tmp_path / "store.sqlite3"
    server: Server = request.getfixturevalue("postgres")
    return server.emptied()


@pytest.fixture
async def here(place: Place) -> AsyncIterator[Office]:
    """A process at work on a store of its own, with a clock and a channel that the test rules."""
    async with office(place, FakeClock(START)) as one:
        yield one
