"""The connection breaks, in all the ways that Discord has: the bot comes back to where it was, and answers."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest
from discord.gateway import DiscordWebSocket
from yarl import URL

from bot import app
from bot.errors import UnreachableError
from sandbox import Sandbox
from sandbox.faults import Rule
from tests.conftest import settings_for
from tests.support.program import end, running
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Chat

NOWHERE = URL("ws://127.0.0.1:9/")


@pytest.fixture(autouse=True)
def default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with an address that is not the sandbox's, as discord.py does with Discord's own."""
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", NOWHERE)


async def answers(chat: Chat) -> str:
    return (await chat.person("Mina").slash("quote", query="wrong note")).text


async def back(chat: Chat, sessions: set[str]) -> None:
    """Wait until the bot is connected with other sessions than these."""
    async with asyncio.timeout(20):
        while not (chat.sandbox.gateway.connected and sessions.isdisjoint(chat.sandbox.gateway.sessions)):  # noqa: ASYNC110 - the gateway tells nobody in the tests
            await asyncio.sleep(0.02)


@pytest.fixture
def chat(default: None, second_chat: Chat) -> Chat:  # noqa: ARG001 - before the bot signs in
    return second_chat


async def test_a_session_that_is_no_good_any_more(chat: Chat) -> None:
    sessions = set(chat.sandbox.gateway.sessions)
    chat.sandbox.gateway.invalidate(resumable=False)
    await back(chat, sessions)
    assert "wrong note" in await answers(chat)
    assert [each.route for each in chat.sandbox.journal].count("/gateway/bot") == 1


@pytest.mark.parametrize("code", [1000, 4000])
async def test_a_disconnect_after_which_nothing_can_be_resumed(chat: Chat, code: int) -> None:
    gateway = chat.sandbox.gateway
    sessions = set(gateway.sessions)
    ending = asyncio.create_task(gateway.disconnect(code))
    await asyncio.sleep(0)
    gateway.sessions.clear()  # forgotten, as after a long time
    await ending
    await back(chat, sessions)
    assert "wrong note" in await answers(chat)


async def test_a_disconnect_after_which_the_session_goes_on(chat: Chat) -> None:
    gateway = chat.sandbox.gateway
    sessions = set(gateway.sessions)
    for _ in range(2):
        await gateway.disconnect(4000)
        await asyncio.wait_for(gateway.wait_connected(), 10)
        assert set(gateway.sessions) == sessions
        assert "wrong note" in await answers(chat)


async def test_nothing_in_the_log_worries_whoever_reads_it(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        of = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}
        async with running("run", store=second_path, **of) as process:
            await sandbox.bot_connected(commands=True)
            await sandbox.gateway.disconnect(4000)
            await asyncio.wait_for(sandbox.gateway.wait_connected(), 10)
            ended = await end(process, signal.SIGTERM)
    assert ended.code == 0
    assert "has successfully RESUMED" in ended.err
    assert [line for line in ended.err.splitlines() if " INFO " not in line] == []


async def test_more_shards_than_one(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.world.shards = 2
        settings = settings_for(sandbox, second_path, ANNOUNCEMENT_PATH=str(SECOND))
        async with app.client(settings) as bot:
            assert bot.shard_count == 2


async def test_a_discord_that_does_not_say_where_its_gateway_is(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.faults.add(Rule("error", route="/gateway/bot", status=404, code=10002, times=None))
        settings = settings_for(sandbox, second_path, ANNOUNCEMENT_PATH=str(SECOND))
        with pytest.raises(UnreachableError, match="where its gateway is"):
            async with app.client(settings):
                pass


async def test_a_discord_that_is_down_at_login(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.faults.add(Rule("error", route="/users/@me", status=503))
        settings = settings_for(sandbox, second_path, ANNOUNCEMENT_PATH=str(SECOND))
        with pytest.raises(UnreachableError, match="it answers 503"):
            async with app.client(settings):
                pass
