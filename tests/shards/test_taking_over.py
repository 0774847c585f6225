"""The real bot in several processes that share its shards out among themselves, on one store."""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from bot import app
from bot.errors import StoreUnavailableError
from bot.shards import keeper
from bot.shards.keeper import Timing
from bot.shards.leases import Leases, Turns
from bot.shards.rule import shard_of
from sandbox import Sandbox
from tests.support.daily import until
from tests.support.daily_chat import ours
from tests.support.processes import move, process, rows, start_on_monday
from tests.support.seeded import content_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.client import Canonkeeper
    from sandbox.model import Channel, Guild
    from tests.support.postgres import Place

QUICK = Timing(*(dt.timedelta(seconds=each) for each in (3.0, 0.3, 2.0)))


@dataclass
class Fleet:
    """Processes by name; the store and the local Discord are shared."""

    sandbox: Sandbox
    store: Path
    settings: dict[str, str]
    bots: dict[str, Canonkeeper] = field(default_factory=dict)
    _stacks: dict[str, AsyncExitStack] = field(default_factory=dict)

    async def start(self, name: str) -> Canonkeeper:
        self._stacks[name] = stack = AsyncExitStack()
        self.bots[name] = bot = await stack.enter_async_context(process(self.sandbox, self.store, **self.settings))
        return bot

    async def divided(self) -> None:
        """Start 'a', schedule a post in each server, and start 'b', which takes its share."""
        await self.start("a")
        await until(lambda: self.serving(a=2))
        await self.schedule()
        await self.start("b")
        await until(lambda: self.serving(a=1, b=1), 30)

    async def stop(self, name: str) -> None:
        del self.bots[name]
        await self._stacks.pop(name).aclose()

    async def kill(self, name: str) -> None:
        """End a process without a word to the others."""
        keeper = self.bots[name].keeper
        assert keeper is not None

        async def nothing() -> None:
            """Nobody is told."""

        keeper.leave = nothing  # type: ignore[method-assign]  # it is dead
        await self.stop(name)

    def guild(self, shard: int) -> Guild:
        return next(each for each in self.sandbox.world.guilds.values() if shard_of(each.id, 2) == shard)

    def channel(self, shard: int) -> Channel:
        return next(each for each in self.guild(shard).channels.values() if each.type == 0)

    def posts(self) -> list[int]:
        daily = [[each for each in ours(self.sandbox, self.channel(shard)) if str(each.nonce).startswith("dq")]
                 for shard in (0, 1)]  # fmt: skip
        return [len(each) for each in daily]

    def connected(self) -> list[int]:
        return sorted(each.shard for each in self.sandbox.gateway.sessions.values() if each.live)

    async def schedule(self) -> None:
        for shard in (0, 1):
            mo = self.sandbox.person("Mo", self.guild(shard).name)
            await mo.slash("daily schedule", channel=self.channel(shard), time="9:00", timezone="UTC")

    async def answers(self) -> None:
        """Ask for something in each server."""
        for shard in (0, 1):
            mina = self.sandbox.person("Mina", self.guild(shard).name)
            assert "1 of 1" in (await mina.slash("quote", query="kettle")).text

    async def move(self, **delta: float) -> None:
        await move(self.sandbox, *self.bots.values(), **delta)

    def serving(self, **shards: int) -> bool:
        """Whether each process serves so many, and knows the servers of these alone."""
        for name, count in shards.items():
            bot = self.bots[name]
            shared = bot.services.shared
            assert shared is not None
            assert shared.served is not None
            if not len(shared.served.ids) == len(bot.guilds) == len(bot.shards) == count:
                return False
        return self.connected() == [0, 1]


@pytest.fixture
def settings(engine: str, second_path: Path, place: Place) -> dict[str, str]:
    """Where the store is, and that its shards are shared out: with PostgreSQL that need not be said."""
    if engine == "sqlite":
        return {"SHARD_IDS": "auto"}
    return {"DATABASE_PATH": "", "DATABASE_URL": str(place), "LEARNT_PATH": str(content_of(second_path))}


@pytest.fixture
async def fleet(settings: dict[str, str], second_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fleet]:
    monkeypatch.setattr(app, "TIMING", QUICK)
    async with Sandbox(journal_size=None) as sandbox:
        start_on_monday(sandbox, 2, monkeypatch)
        fleet = Fleet(sandbox, second_path, settings)
        try:
            yield fleet
            # One may be held up on its way where the machine stands still; then the next one comes too soon after it.
            assert sandbox.world.starts.refused <= 1
        finally:
            for name in [*fleet.bots]:
                await fleet.stop(name)


async def test_one_serves_all_and_a_second_takes_its_share(fleet: Fleet) -> None:
    await fleet.divided()
    await fleet.answers()
    await fleet.move(hours=1)
    await until(lambda: fleet.posts() == [1, 1])
    assert {each["paused"] for each in await rows(fleet.bots["a"], "SELECT paused FROM schedule")} == {None}
    assert await rows(fleet.bots["a"], "SELECT guild FROM departure") == []
    assert len([each for each in fleet.sandbox.journal.find("PUT") if each.route.endswith("/commands")]) == 1


@pytest.mark.both_engines
async def test_what_one_that_was_killed_served_is_taken_over(fleet: Fleet) -> None:
    await fleet.divided()
    await fleet.kill("a")
    await fleet.move(hours=1)
    await until(lambda: fleet.posts() == [1, 1], 30)
    assert fleet.serving(b=2)
    # What it served is late by as long as a shard takes to move.
    late = await rows(fleet.bots["b"], "SELECT max(sent_at - due) AS most FROM delivery")
    assert late[0]["most"] / 1000 < (QUICK.lease + QUICK.beat + QUICK.drain).total_seconds() + 5.25 + 5
    await fleet.answers()


@pytest.mark.both_engines
async def test_a_rolling_restart(fleet: Fleet) -> None:
    await fleet.divided()
    await fleet.stop("a")
    await until(lambda: fleet.serving(b=2), 30)
    await fleet.start("c")
    await until(lambda: fleet.serving(b=1, c=1), 30)
    await fleet.stop("b")
    await until(lambda: fleet.serving(c=2), 30)
    await fleet.answers()
    await fleet.move(hours=1)
    await until(lambda: fleet.posts() == [1, 1])


async def test_one_more_than_there_are_shards_stands_by(fleet: Fleet) -> None:
    for name in "ab":
        await fleet.start(name)
    await until(lambda: fleet.serving(a=1, b=1), 30)
    # Only now: of two that have none yet, either may be given the one that is free.
    await fleet.start("c")
    await until(lambda: fleet.serving(a=1, b=1, c=0), 30)
    assert fleet.bots["c"].is_ready()


async def test_two_that_start_at_once_register_the_commands_once(fleet: Fleet) -> None:
    await asyncio.gather(fleet.start("a"), fleet.start("b"))
    await until(lambda: fleet.serving(a=1, b=1), 30)
    assert len([each for each in fleet.sandbox.journal.find("PUT") if each.route.endswith("/commands")]) == 1


@pytest.mark.parametrize("what", ["postpone", "end"])
async def test_a_store_that_goes_while_a_shard_connects_leaves_it_one_connection(
    fleet: Fleet, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind: Any = {"postpone": Leases, "end": Turns}[what]
    usual, asked = getattr(kind, what), 0

    async def sometimes(self: Any, name: str, *given: Any) -> None:
        nonlocal asked
        asked += name.startswith("identify")
        if name.startswith("identify") and asked == 1:
            raise StoreUnavailableError("away")
        await usual(self, name, *given)

    monkeypatch.setattr(kind, what, sometimes)
    # A second connection would be there soon.
    monkeypatch.setattr(keeper, "_IDENTIFY", dt.timedelta(seconds=0.2))
    fleet.sandbox.world.starts.pace = 0
    await fleet.start("a")
    await until(lambda: fleet.serving(a=2))
    await asyncio.sleep(5 * QUICK.beat.total_seconds())
    assert asked > 1
    assert fleet.serving(a=2)


async def test_a_lapsed_process_begins_nothing(fleet: Fleet) -> None:
    bot = await fleet.start("a")
    await until(lambda: fleet.serving(a=2))
    assert bot.keeper is not None
    bot.keeper._renewed -= QUICK.lease.total_seconds() + 1
    assert not bot.note_under_way()
    await until(bot.note_under_way)
    await asyncio.sleep(0)
