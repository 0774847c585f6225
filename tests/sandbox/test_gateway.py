"""The gateway: shards, intents, resuming, close codes, and the events that follow from changes."""

import asyncio
import json
import time
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest
import yarl

from sandbox import Sandbox
from sandbox.gateway import ACK_DELAY
from tests.sandbox.tiny import TinyBot, running, until


class Line:
    """A websocket to the gateway, by hand."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, token: str) -> None:
        self.socket, self.token = socket, token

    async def send(self, op: int, d: Any) -> None:
        await self.socket.send_str(json.dumps({"op": op, "d": d}))

    async def identify(self, **more: Any) -> None:
        await self.send(2, {"token": self.token, "intents": 1, "properties": {}} | more)

    async def frame(self) -> dict[str, Any]:
        return dict(json.loads(await asyncio.wait_for(self.socket.receive_str(), 3)))

    async def closing(self) -> int | None:
        while (await asyncio.wait_for(self.socket.receive(), 3)).type is aiohttp.WSMsgType.TEXT:
            pass
        return self.socket.close_code


@pytest.fixture
async def line(sb: Sandbox) -> AsyncIterator[Line]:
    async with aiohttp.ClientSession() as session, session.ws_connect(sb.gateway.url + "?v=10") as socket:
        one = Line(socket, sb.token)
        assert (await one.frame())["op"] == 10
        yield one


async def test_hello_ready_and_guilds(sb: Sandbox, line: Line) -> None:
    await line.send(1, None)
    assert (await line.frame())["op"] == 11
    await line.identify()
    ready = await line.frame()
    assert (ready["t"], ready["s"]) == ("READY", 1)
    assert ready["d"]["shard"] == [0, 1]
    assert len(ready["d"]["guilds"]) == 2
    guild = (await line.frame())["d"]
    assert guild["name"] == "Harbour Town"
    assert [each["user"]["id"] for each in guild["members"]] == [str(sb.bot_user_id)]
    assert [each["name"] for each in guild["threads"]] == ["First impressions"]


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (2, {"token": "wrong", "intents": 1}, 4004),
        (2, {"intents": "all"}, 4013),
        (2, {"intents": 1, "shard": [2, 2]}, 4010),
        (6, {"token": "wrong"}, 4004),
        (3, {}, 4003),
    ],
)
async def test_what_ends_a_connection(line: Line, op: int, data: dict[str, Any], code: int) -> None:
    await line.send(op, {"token": line.token} | data)
    assert await line.closing() == code


async def test_nonsense_ends_a_connection(line: Line) -> None:
    await line.socket.send_str("{")
    assert await line.closing() == 4002


async def test_twice_and_unknown_opcodes(line: Line) -> None:
    await line.identify()
    await line.identify()
    assert await line.closing() == 4005


async def test_unknown_opcodes(line: Line) -> None:
    await line.identify()
    await line.send(3, {"status": "online"})
    await line.send(99, {})
    assert await line.closing() == 4001


async def test_privileged_intents_have_to_be_allowed(sb: Sandbox, line: Line) -> None:
    sb.gateway.privileged &= ~(1 << 15)
    await line.identify(intents=1 | 1 << 15)
    assert await line.closing() == 4014


async def test_an_unknown_session_is_not_resumed(line: Line) -> None:
    await line.send(6, {"token": line.token, "session_id": "none", "seq": 1})
    assert await line.frame() == {"op": 9, "d": False}


async def test_shards_share_the_guilds(sb: Sandbox) -> None:
    for number in range(6):
        sb.world.add_guild(f"Village {number}")
    sb.world.shards = 3
    bot = TinyBot()
    async with running(sb, bot):
        assert bot.shard_count == 3
        assert len(bot.guilds) == 8
        assert {each.shard_id for each in bot.guilds} == {0, 1, 2}
        mina = sb.world.user("Mina")
        for name in ("Village 0", "Village 1", "Village 2"):
            guild = sb.world.guild(name)
            sb.world.add_member(guild, mina)
            await sb.person("Mina", guild=guild).say("<@bot> hello")
        await sb.person("Mina").in_dm().say("psst")
        await until(lambda: sum(not each.is_system() for each in bot.heard) == 4)
        assert sum(each.type is discord.MessageType.new_member for each in bot.heard) == 3


async def test_a_client_resumes_after_a_disconnect(sb: Sandbox) -> None:
    bot = TinyBot()
    async with running(sb, bot):
        await sb.gateway.disconnect(4000)
        await sb.person("Mina").say("<@bot> did you miss me?")
        await until(lambda: "shard_resumed" in bot.events)
        await until(lambda: bot.heard)
        assert "did you miss me" in bot.heard[0].content
        bot.events.clear()
        sb.gateway.reconnect()
        await until(lambda: "shard_resumed" in bot.events)
        bot.events.clear()
        sb.gateway.invalidate(resumable=True)
        await until(lambda: "shard_resumed" in bot.events)


async def test_people_hear_when_the_bot_goes_and_comes_back(sb: Sandbox) -> None:
    heard: list[bool] = []
    sb.world.events.listen(lambda event: heard.append(event.data["online"]) if event.name == "BOT_STATUS" else None)
    async with running(sb, TinyBot()):
        assert heard == [True]
        await sb.gateway.disconnect(4000)
        await until(lambda: len(heard) == 3)
        assert heard == [True, False, True]
    await until(lambda: heard[3:] == [False])


async def test_a_heartbeat_is_not_answered_before_its_sender_has_noted_it(line: Line) -> None:
    begun = time.perf_counter()
    await line.send(1, None)
    assert (await line.frame())["op"] == 11
    assert time.perf_counter() - begun >= ACK_DELAY * 0.9


async def test_a_client_identifies_anew(sb: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = TinyBot()
    async with running(sb, bot):
        url = yarl.URL(sb.gateway.url)
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", url)
        bot.events.clear()
        sb.gateway.invalidate()
        await until(lambda: "shard_ready" in bot.events, within=10)
        assert sb.gateway.connected


async def test_heartbeats_keep_on(sb: Sandbox) -> None:
    async with Sandbox(heartbeat=0.02) as quick:
        bot = TinyBot()
        async with running(quick, bot):
            await asyncio.sleep(0.1)
            assert bot.latency < 1
    assert sb.gateway.sessions == {}


async def test_a_connection_without_heartbeats_is_given_up() -> None:
    async with Sandbox(heartbeat=0.05) as quick, aiohttp.ClientSession() as session:
        quick.gateway.grace = 0.05
        async with session.ws_connect(quick.gateway.url) as socket:
            one = Line(socket, quick.token)
            await one.frame()
            await one.identify()
            assert (await one.frame())["t"] == "READY"
            assert await one.closing() == 4009
        assert quick.gateway.sessions == {}


async def test_a_connection_that_is_half_dead(sb: Sandbox, line: Line) -> None:
    sb.gateway.silent = True
    await line.send(1, None)
    await line.identify()
    assert (await line.frame())["t"] == "READY"  # and no answer to the heartbeat before it
    sb.gateway.silent = False


@pytest.mark.parametrize("stream", [True, False])
async def test_frames_are_compressed_on_demand(sb: Sandbox, stream: bool) -> None:
    for number in range(60):
        sb.world.add_role(sb.world.guild("Harbour Town"), f"Role {number}")
    url = sb.gateway.url + "?v=10&encoding=json" + ("&compress=zlib-stream" if stream else "")
    inflate = zlib.decompressobj()
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        kinds: list[aiohttp.WSMsgType] = []
        events: list[dict[str, Any]] = []
        await Line(socket, sb.token).identify(compress=True)
        while len(events) < 4:
            frame = await asyncio.wait_for(socket.receive(), 3)
            kinds.append(frame.type)
            text = frame.data
            if frame.type is aiohttp.WSMsgType.BINARY:
                assert not stream or frame.data.endswith(b"\x00\x00\xff\xff")
                text = inflate.decompress(frame.data) if stream else zlib.decompress(frame.data)
            events.append(json.loads(text))
    assert [each["op"] for each in events] == [10, 0, 0, 0]
    binary = aiohttp.WSMsgType.BINARY
    assert (set(kinds) == {binary}) if stream else (kinds[0] is not binary and binary in kinds)


async def test_a_client_reads_compressed_frames(sb: Sandbox) -> None:
    bot = TinyBot()
    async with running(sb, bot):
        shard = bot.get_shard(0)
        assert shard is not None
        (session,) = sb.gateway.sessions.values()
        assert session.transport is not None
        assert session.transport.compressed
        await sb.person("Mina").say("<@bot> " + "x" * 1900)
        await until(lambda: bot.heard)


async def test_frames_that_are_too_large_or_too_many(sb: Sandbox, line: Line) -> None:
    await line.identify()
    await line.socket.send_bytes(json.dumps({"op": 3, "d": {"status": "online"}}).encode())  # binary ones are read too
    await line.socket.send_str(json.dumps({"op": 3, "d": {"status": "x" * 4100}}))
    assert await line.closing() == 4002
    async with aiohttp.ClientSession() as session, session.ws_connect(sb.gateway.url) as socket:
        other = Line(socket, sb.token)
        await other.identify()
        for _ in range(120):
            await other.send(3, {"status": "online"})
        assert await other.closing() == 4008


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (2, {"intents": 1 << 17}, 4013),
        (2, {"intents": 1 << 30}, 4013),
        (2, {"intents": 1, "shard": "first"}, 4010),
        (2, {"intents": 1, "shard": [0]}, 4010),
        (2, {"intents": 1, "shard": [None, 1]}, 4010),
        (2, None, 4002),
        (6, [], 4002),
    ],
)
async def test_junk_ends_a_connection(line: Line, op: int, data: Any, code: int) -> None:
    await line.send(op, {"token": line.token} | data if isinstance(data, dict) else data)
    assert await line.closing() == code


@pytest.mark.parametrize("text", ["[]", "5", '"x"', "null"])
async def test_frames_that_are_no_objects(line: Line, text: str) -> None:
    await line.socket.send_str(text)
    assert await line.closing() == 4002


@pytest.mark.parametrize("data", [None, {}, {"guild_id": "x"}, {"guild_id": "1", "user_ids": ["x"]}])
async def test_asking_for_members_of_nothing(line: Line, data: Any) -> None:
    await line.identify()
    await line.send(8, data)
    assert await line.closing() == 4002


async def test_another_version_of_the_gateway(sb: Sandbox) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(sb.gateway.url + "?v=6") as socket:
        assert await Line(socket, sb.token).closing() == 4012


async def test_a_session_that_was_closed_for_good_is_not_resumed(sb: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        for code, kept in ((1000, False), (1001, False), (4000, True)):
            async with session.ws_connect(sb.gateway.url) as socket:
                first = Line(socket, sb.token)
                await first.frame()
                await first.identify()
                ready = await first.frame()
                await socket.close(code=code)
            async with session.ws_connect(sb.gateway.url) as socket:
                second = Line(socket, sb.token)
                await second.frame()
                await second.send(6, {"token": sb.token, "session_id": ready["d"]["session_id"], "seq": 1})
                assert (await second.frame())["op"] == (0 if kept else 9)


async def test_after_some_codes_nothing_is_resumed(sb: Sandbox) -> None:
    bot = TinyBot()
    async with running(sb, bot):
        first = set(sb.gateway.sessions)
        await sb.gateway.disconnect(4000)
        await sb.bot_connected()
        assert set(sb.gateway.sessions) == first
        await sb.gateway.disconnect(4009)
        assert not sb.gateway.sessions


async def test_the_days_identifies(sb: Sandbox, line: Line) -> None:
    starts = sb.world.starts
    await line.identify()
    await line.frame()
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bot {sb.token}"}
        async with session.get(sb.base_url + "/gateway/bot", headers=headers) as answer:
            limit = (await answer.json())["session_start_limit"]
        assert (limit["total"], limit["remaining"]) == (1000, 999)
        assert 0 < limit["reset_after"] <= 86_400_000
        starts.pace = 5.0
        async with session.ws_connect(sb.gateway.url) as socket:
            too_soon = Line(socket, sb.token)
            await too_soon.frame()
            await too_soon.identify(shard=[0, 1])
            assert await too_soon.frame() == {"op": 9, "d": False}
            assert starts.refused == 1
        starts.pace = 0.0
        starts.used = starts.total
        async with session.ws_connect(sb.gateway.url) as socket:
            spent = Line(socket, sb.token)
            await spent.frame()
            await spent.identify()
            codes = await asyncio.gather(spent.closing(), line.closing())
            assert codes[0] == 4004
            assert line.socket.closed
    assert sb.gateway.sessions == {}
    sb.clock.advance(86_401)
    assert starts.left() == 1000


async def test_each_bucket_lets_one_identify_in_five_seconds(sb: Sandbox) -> None:
    starts = sb.world.starts
    starts.pace, starts.max_concurrency = 5.0, 2
    assert starts.state()["max_concurrency"] == 2

    async def let_in(shard: int) -> bool:
        async with aiohttp.ClientSession() as session, session.ws_connect(sb.gateway.url) as socket:
            one = Line(socket, sb.token)
            await one.frame()
            await one.identify(shard=[shard, 4])
            return bool((await one.frame())["op"] == 0)

    assert [await let_in(shard) for shard in (0, 1, 2, 3)] == [True, True, False, False]
    assert starts.refused == 2
    sb.clock.advance(4.9)
    assert not await let_in(1)
    sb.clock.advance(5.1)
    assert [await let_in(shard) for shard in (2, 1, 0)] == [True, True, False]
    assert starts.refused == 4


async def test_content_reaches_only_those_who_may_read_it(sb: Sandbox) -> None:
    plain = TinyBot()
    async with running(sb, plain):
        mina = sb.person("Mina")
        for text in ("to everybody", "<@bot> to you"):
            await mina.say(text)
        await mina.in_dm().say("in private")
        await until(lambda: len(plain.heard) == 3)
        assert [each.content for each in plain.heard] == ["", f"<@{sb.bot_user_id}> to you", "in private"]
        channel = plain.get_channel(mina.channel.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.send("my own")
        await until(lambda: len(plain.heard) == 4)
        assert plain.heard[3].content == "my own"


async def test_content_with_the_intent(sb: Sandbox) -> None:
    bot = TinyBot(intents=discord.Intents.all())
    async with running(sb, bot):
        await sb.person("Mina").say("to everybody")
        await until(lambda: bot.heard)
        assert bot.heard[0].content == "to everybody"
        assert len(bot.guilds[0].members) == 4


async def test_no_events_without_the_intent_or_the_sight(sb: Sandbox) -> None:
    bot = TinyBot(intents=discord.Intents(guilds=True))
    async with running(sb, bot):
        sb.world.deny(sb.world.channel("general"), "view_channel")
        await sb.person("Mina").say("<@bot> hello")
        await sb.person("Mina").in_dm().say("hello")
        made = await bot.http.get_user(sb.bot_user_id)
        assert made["bot"]
        assert bot.heard == []
