"""The panel's faults: each does what it says, and can be ended."""

from typing import Any

import aiohttp
import discord
import pytest
from yarl import URL

from sandbox import Sandbox, SandboxError, page
from sandbox.page.faults import _ANSWERS, cause
from sandbox.page.hub import Hub
from sandbox.page.snapshot import places
from tests.sandbox.tiny import Raw, TinyBot, running, until


@pytest.fixture
def hub() -> Hub:
    sandbox = Sandbox(strict=False)
    return page.add_routes(sandbox.app, sandbox, dressed=False)


async def do(hub: Hub, kind: str, channel: str | None = None, **more: Any) -> str:
    place = None if channel is None else hub.world.channel(channel)
    return await cause(hub, {"kind": kind} | more, place)


def seen(hub: Hub) -> dict[str, Any]:
    return dict(places(hub.world, hub.world.user("Mo"))["guilds"][0]["bot"])


@pytest.mark.parametrize("kind", sorted(_ANSWERS))
async def test_answers_of_every_kind(hub: Hub, kind: str) -> None:
    assert hub.bot()["troubled"] is False
    assert (await do(hub, kind)).endswith(".")
    assert hub.bot()["troubled"] is True
    if kind not in ("lost-answer", "cut-answer"):
        hub.sandbox.clock.advance(601)
        assert hub.bot()["troubled"] is False
    assert "normally" in await do(hub, "well")
    assert hub.sandbox.faults.rules == []


async def test_a_time_out_and_its_end(hub: Hub) -> None:
    assert seen(hub) == {"here": True, "available": True, "timed_out": False}
    assert "ten minutes" in await do(hub, "time-out", "general")
    assert seen(hub)["timed_out"] is True
    assert not hub.world.may(hub.world.channel("general"), hub.world.bot, "send_messages")
    hub.sandbox.clock.advance(601)
    assert seen(hub)["timed_out"] is False
    await do(hub, "time-out", "general")
    await do(hub, "end-time-out", "general")
    assert seen(hub)["timed_out"] is False


async def test_a_server_in_an_outage(hub: Hub) -> None:
    await do(hub, "server-down", "general")
    assert seen(hub)["available"] is False
    assert len(hub.sandbox.faults.rules) == 1
    await do(hub, "server-up", "general")
    assert seen(hub)["available"] is True
    assert hub.sandbox.faults.rules == []


async def test_a_server_removes_the_bot_and_takes_it_back(hub: Hub) -> None:
    await do(hub, "kick-bot", "general")
    assert seen(hub) == {"here": False, "available": True, "timed_out": False}
    for kind in ("kick-bot", "time-out", "end-time-out", "server-down"):
        with pytest.raises(SandboxError, match="isn't in this server"):
            await do(hub, kind, "general")
    await do(hub, "invite-bot", "general")
    assert seen(hub)["here"] is True
    with pytest.raises(SandboxError, match="already"):
        await do(hub, "invite-bot", "general")


async def test_the_bots_clock(hub: Hub) -> None:
    assert "10 minutes fast" in await do(hub, "skew", minutes=10)
    assert hub.bot()["minutes_ahead"] == 10
    assert "slow" in await do(hub, "skew", minutes=-5)
    assert "right again" in await do(hub, "skew")
    assert hub.sandbox.clock.ahead == 0


async def test_what_cannot_be_done(hub: Hub) -> None:
    with pytest.raises(SandboxError, match="only works in a server's channel"):
        await do(hub, "time-out")
    with pytest.raises(SandboxError, match="no fault"):
        await do(hub, "nonsense", "general")
    with pytest.raises(SandboxError, match="didn't start the bot"):
        await do(hub, "restart-bot")


async def test_a_lost_session(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.page.faults._LOST", 0.05)
    bot = TinyBot()
    async with hub.sandbox as sb, running(sb, bot):
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", URL(sb.gateway.url))
        before = set(sb.gateway.sessions)
        await do(hub, "lose-session")
        await until(lambda: sb.gateway.connected and before.isdisjoint(sb.gateway.sessions), 10)


async def test_a_post_whose_answer_is_lost(hub: Hub) -> None:
    async with hub.sandbox as sb, aiohttp.ClientSession() as session:
        await do(hub, "lost-answer")
        general = sb.world.channel("general")
        with pytest.raises(aiohttp.ClientError):
            await Raw(sb, session)("POST", f"/channels/{general.id}/messages", {"content": "x"})
        assert len(general.messages) == 1
