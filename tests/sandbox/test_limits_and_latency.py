"""Limits, faults and latency, by plain HTTP and as a client takes them."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest

from sandbox import Sandbox
from sandbox.faults import Faults, Rule
from sandbox.limits import Limits
from tests.sandbox.tiny import Raw, TinyBot, running

POST = "/channels/{channel_id}/messages"


def path(sb: Sandbox, name: str = "general") -> str:
    return f"/channels/{sb.world.channel(name).id}/messages"


@pytest.fixture
async def bot(sb: Sandbox) -> AsyncIterator[TinyBot]:
    async with running(sb, TinyBot()) as one:
        yield one


def text_channel(sb: Sandbox, bot: TinyBot) -> discord.TextChannel:
    found = bot.get_channel(sb.world.channel("general").id)
    assert isinstance(found, discord.TextChannel)
    return found


async def test_a_channels_limit_has_discords_headers() -> None:
    async with Sandbox(limits=Limits(per_channel=2, window=30.0)) as sb, aiohttp.ClientSession() as session:
        raw = Raw(sb, session)
        await raw.ok("POST", path(sb), {"content": "x"})
        assert raw.headers["X-RateLimit-Remaining"] == "1"
        assert raw.headers["X-RateLimit-Limit"] == "2"
        assert 29 < float(raw.headers["X-RateLimit-Reset-After"]) <= 30
        await raw.ok("POST", path(sb), {"content": "x"})
        status, answer = await raw("POST", path(sb), {"content": "x"})
        assert (status, answer["global"]) == (429, False)
        assert 29 < answer["retry_after"] <= 30
        assert raw.headers["X-RateLimit-Scope"] == "user"
        await raw.ok("POST", path(sb, "canon-talk"), {"content": "x"})
        await raw.ok("GET", path(sb))


async def test_every_answer_has_the_headers_of_its_bucket(sb: Sandbox, raw: Raw) -> None:
    buckets = set()
    general, talk = sb.world.channel("general"), sb.world.channel("canon-talk")
    for method, asked, body in (
        ("GET", "/users/@me", None),
        ("GET", "/gateway/bot", None),
        ("GET", f"/channels/{general.id}", None),
        ("POST", path(sb), {"content": "x"}),
        ("GET", path(sb), None),
        ("GET", f"{path(sb)}/1", None),
        ("PUT", f"/applications/{sb.application_id}/commands", []),
    ):
        left = []
        for _ in range(4):
            await raw(method, asked, body)
            assert int(raw.headers["X-RateLimit-Limit"]) > 1
            assert 0 < float(raw.headers["X-RateLimit-Reset-After"]) <= 3600
            assert float(raw.headers["X-RateLimit-Reset"]) > sb.clock.now() - 1
            left.append(int(raw.headers["X-RateLimit-Remaining"]))
        assert min(left) > 0  # nothing is refused, so there is nothing to wait for
        buckets.add(raw.headers["X-RateLimit-Bucket"])
    assert len(buckets) == 7
    await raw("POST", f"/channels/{talk.id}/messages", {"content": "x"})
    assert raw.headers["X-RateLimit-Bucket"] in buckets
    sb.clock.advance(-86400)
    await raw("GET", f"/channels/{general.id}")
    assert float(raw.headers["X-RateLimit-Reset-After"]) <= 5


async def test_all_buckets_are_enforced_on_demand() -> None:
    async with Sandbox(limits=Limits(everything=True)) as sb, aiohttp.ClientSession() as session:
        raw = Raw(sb, session)
        answers = [(await raw("GET", "/gateway/bot"))[0] for _ in range(3)]
        assert answers == [200, 200, 429]
        assert raw.headers["X-RateLimit-Remaining"] == "0"
        assert int(raw.headers["Retry-After"]) <= 5


async def test_the_global_limit() -> None:
    async with Sandbox(limits=Limits(per_second=3)) as sb, aiohttp.ClientSession() as session:
        raw = Raw(sb, session)
        answers = [await raw("GET", "/users/@me") for _ in range(8)]
        refused = [answer for status, answer in answers if status == 429]
        assert refused
        assert all(each["global"] for each in refused)
        assert raw.headers["X-RateLimit-Global"] == "true"


async def test_a_client_keeps_to_the_limits() -> None:
    limits = Limits(per_channel=2, window=0.2)
    async with Sandbox(limits=limits) as sb:
        bot = TinyBot()
        async with running(sb, bot):
            channel = bot.get_channel(sb.world.channel("general").id)
            assert isinstance(channel, discord.TextChannel)
            for number in range(5):
                await channel.send(str(number))
            assert len(sb.world.channel("general").messages) == 5
            assert limits.refused == 0


async def test_faults_by_plan(sb: Sandbox, raw: Raw) -> None:
    rule = sb.faults.add(Rule("error", "POST", POST, status=503, times=2))
    assert [(await raw("POST", path(sb), {"content": "x"}))[0] for _ in range(3)] == [503, 503, 200]
    assert rule.struck == 2
    assert (await raw("GET", path(sb)))[0] == 200
    sb.faults.add(Rule("timeout", seconds=0.01))
    assert (await raw("GET", path(sb)))[0] == 504
    with pytest.raises(ValueError, match="a fault is one of"):
        sb.faults.add(Rule("nonsense"))
    sb.faults.add(Rule("error", times=None))
    assert [(await raw("GET", path(sb)))[0] for _ in range(3)] == [500] * 3
    sb.faults.clear()
    assert (await raw("GET", path(sb)))[0] == 200


async def test_done_but_not_answered(sb: Sandbox, raw: Raw) -> None:
    sb.faults.add(Rule("drop", "POST"))
    with pytest.raises(aiohttp.ClientError):
        await raw("POST", path(sb), {"content": "x"})
    assert len(sb.world.channel("general").messages) == 1
    assert sb.journal[-1].status == 0
    assert sb.journal[-1].response["content"] == "x"


async def test_faults_by_chance_repeat_with_their_seed() -> None:
    async def struck(seed: int) -> list[int]:
        faults = Faults(seed)
        faults.add(Rule("error", probability=0.5, times=None))
        async with Sandbox(faults=faults) as sb, aiohttp.ClientSession() as session:
            return [(await Raw(sb, session)("GET", "/users/@me"))[0] for _ in range(20)]

    first = await struck(1)
    assert set(first) == {200, 500}
    assert await struck(1) == first
    assert await struck(2) != first


async def test_latency() -> None:
    async with Sandbox(latency=0.05) as sb, aiohttp.ClientSession() as session:
        raw = Raw(sb, session)
        began = time.perf_counter()
        await raw.ok("GET", "/users/@me")
        assert time.perf_counter() - began >= 0.05
        sb.set_latency(0)
        assert sb.api.wait is None


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the client try again at once, instead of after a second and more."""
    sleep = asyncio.sleep

    async def soon(_: float) -> None:
        await sleep(0)

    class Quick:
        def __getattr__(self, name: str) -> object:
            return soon if name == "sleep" else getattr(asyncio, name)

    monkeypatch.setattr(discord.http, "asyncio", Quick())


@pytest.mark.usefixtures("impatient")
async def test_a_client_tries_again_after_errors(sb: Sandbox, bot: TinyBot) -> None:
    sb.faults.add(Rule("error", "POST", POST, status=502, times=2))
    message = await text_channel(sb, bot).send("x")
    assert list(sb.world.channel("general").messages) == [message.id]
    assert [each.status for each in sb.journal.find("POST", POST)] == [502, 502, 200]


@pytest.mark.usefixtures("impatient")
async def test_a_client_gives_up_on_lasting_errors(sb: Sandbox, bot: TinyBot) -> None:
    sb.faults.add(Rule("error", "POST", POST, times=None))
    with pytest.raises(discord.DiscordServerError):
        await text_channel(sb, bot).send("x")
    assert sb.world.channel("general").messages == {}


async def test_a_lost_answer_and_a_second_try_with_the_nonce(sb: Sandbox, bot: TinyBot) -> None:
    sb.faults.add(Rule("drop", "POST", POST))
    channel = text_channel(sb, bot)
    with pytest.raises(aiohttp.ClientError):
        await send(channel, "once", "day-1")
    again = await send(channel, "once", "day-1")
    assert list(sb.world.channel("general").messages) == [int(again["id"])]
    other = await send(channel, "next", "day-2")
    assert other["id"] != again["id"]


async def send(channel: discord.TextChannel, content: str, nonce: str) -> dict[str, Any]:
    """Send with `enforce_nonce`, which discord.py has no parameter for."""
    body = {"content": content, "nonce": nonce, "enforce_nonce": True}
    route = discord.http.Route("POST", POST, channel_id=channel.id)
    return dict(await channel._state.http.request(route, json=body))
