"""What Discord, its edge and the network do on a bad day, on demand: by plain HTTP and as a client takes it."""

import asyncio
import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import discord
import pytest
from yarl import URL

from sandbox import Sandbox, ids
from sandbox.errors import message_of
from sandbox.faults import KINDS, Rule, page
from sandbox.model import ChannelType
from tests.sandbox.tiny import Raw, TinyBot, running, until

POST = "/channels/{channel_id}/messages"
START = 1_767_600_000.0


@pytest.fixture(autouse=True)
def gateway(sb: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let discord.py find the sandbox where it does not ask for the gateway, too."""
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", URL(sb.gateway.url))


@pytest.fixture
async def bot(sb: Sandbox) -> AsyncIterator[TinyBot]:
    async with running(sb, TinyBot()) as one:
        yield one


def path(sb: Sandbox, name: str = "general") -> str:
    return f"/channels/{sb.world.channel(name).id}/messages"


def channel(sb: Sandbox, bot: TinyBot, name: str = "general") -> discord.TextChannel:
    found = bot.get_channel(sb.world.channel(name).id)
    assert isinstance(found, discord.TextChannel)
    return found


async def said(sb: Sandbox, session: aiohttp.ClientSession, name: str = "general") -> tuple[int, str, dict[str, str]]:
    headers = {"Authorization": f"Bot {sb.token}"}
    async with session.post(sb.base_url + path(sb, name), json={"content": "x"}, headers=headers) as answer:
        return answer.status, await answer.text(), dict(answer.headers)


@pytest.mark.parametrize("status", [403, 404, 429, 502, 503, 520, 522, 524])
async def test_a_page_of_the_edge_is_no_answer_of_discords(sb: Sandbox, status: int) -> None:
    sb.faults.add(Rule("edge", status=status))
    async with aiohttp.ClientSession() as session:
        got, text, headers = await said(sb, session)
        assert (got, text) == (status, page(status))
        assert headers["Server"] == "cloudflare"
        assert not {"Via", "X-RateLimit-Limit", "Retry-After"} & headers.keys()
        assert "json" not in headers["Content-Type"]
        assert (await said(sb, session))[0] == 200
    assert len(sb.world.channel("general").messages) == 1


async def test_the_edge_may_say_how_long_to_wait(sb: Sandbox) -> None:
    sb.faults.add(Rule("edge", status=429, retry_after=90))
    async with aiohttp.ClientSession() as session:
        assert (await said(sb, session))[2]["Retry-After"] == "90"


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        (Rule("error", status=403, code=40333), {"message": "internal network error", "code": 40333}),
        (Rule("error", status=404), {"message": "404: Not Found", "code": 0}),
        (Rule("error", status=401), {"message": "401: Unauthorized", "code": 0}),
        (Rule("error", status=418, message="words", code=7), {"message": "words", "code": 7}),
        (Rule("error", status=403, code=50013), {"message": "Missing Permissions", "code": 50013}),
        (Rule("error", status=400, code=30034), {"message": message_of(30034), "code": 30034}),
        (
            Rule("error", status=429, retry_after=7.5),
            {"message": "You are being rate limited.", "code": 0, "retry_after": 7.5, "global": False},
        ),
    ],
)
async def test_errors_in_json(sb: Sandbox, raw: Raw, rule: Rule, body: dict[str, Any]) -> None:
    sb.faults.add(rule)
    assert await raw("POST", path(sb), {"content": "x"}) == (rule.status, body)
    assert ("Via" in raw.headers) == (rule.code != 40333)


async def test_a_client_tells_the_edge_from_discord(sb: Sandbox, bot: TinyBot) -> None:
    sb.faults.add(Rule("edge", route=POST, status=403))
    with pytest.raises(discord.Forbidden) as refused:
        await channel(sb, bot).send("x")
    assert refused.value.code == 0
    assert "Cloudflare" in refused.value.text
    sb.faults.add(Rule("edge", route=POST, status=429))
    with pytest.raises(discord.HTTPException, match="429"):
        await channel(sb, bot).send("x")
    sb.faults.add(Rule("error", route=POST, status=429, retry_after=0.01))
    await channel(sb, bot).send("x")
    assert len(sb.world.channel("general").messages) == 1


async def test_faults_of_one_channel_and_of_one_server(sb: Sandbox, raw: Raw) -> None:
    world = sb.world
    general = world.channel("general")
    sb.faults.add(Rule("edge", status=403, channel=world.channel("canon-talk").id, times=None))
    async with aiohttp.ClientSession() as session:
        assert (await said(sb, session))[0] == 200
        assert (await said(sb, session, "canon-talk"))[0] == 403
        assert (await said(sb, session, "First impressions"))[0] == 403  # a thread of it
        sb.faults.clear()
        assert general.guild is not None
        sb.faults.add(Rule("edge", status=502, guild=general.guild.id, times=None))
        assert (await said(sb, session))[0] == 502
        assert (await said(sb, session, "lounge"))[0] == 200
    assert (await raw("GET", f"/guilds/{world.guild('The Lighthouse').id}"))[0] == 200
    with pytest.raises(AssertionError):
        await raw("GET", f"/guilds/{general.guild.id}")


async def test_faults_that_last_by_the_sandboxs_clock(sb: Sandbox, raw: Raw) -> None:
    rule = sb.faults.add(Rule("error", status=503, lasts=600))
    assert [(await raw("GET", path(sb)))[0] for _ in range(3)] == [503] * 3
    assert sb.faults.in_force() == [rule]
    sb.clock.advance(601)
    assert (await raw("GET", path(sb)))[0] == 200
    assert sb.faults.in_force() == []
    twice = sb.faults.add(Rule("error", status=503, lasts=600, times=2))
    assert [(await raw("GET", path(sb)))[0] for _ in range(3)] == [503, 503, 200]
    sb.faults.remove(twice)
    assert sb.faults.rules == [rule]


async def test_an_answer_that_is_cut_in_the_middle(sb: Sandbox, bot: TinyBot) -> None:
    sb.faults.add(Rule("cut", "POST", POST))
    with pytest.raises(aiohttp.ClientPayloadError):
        await channel(sb, bot).send("x")
    assert len(sb.world.channel("general").messages) == 1
    await channel(sb, bot).send("y")
    sb.faults.add(Rule("cut", "POST", "/channels/{channel_id}/typing"))  # an answer without a body has no middle
    with pytest.raises(aiohttp.ClientError):
        await bot.http.send_typing(channel(sb, bot).id)


@pytest.mark.parametrize(("kind", "status"), [("edge", 502), ("error", 500), ("timeout", 504)])
async def test_an_answer_that_is_lost_on_the_way_though_all_was_done(sb: Sandbox, kind: str, status: int) -> None:
    sb.faults.add(Rule(kind, "POST", POST, status=status, done=True))
    async with aiohttp.ClientSession() as session:
        assert (await said(sb, session))[0] == status
    assert len(sb.world.channel("general").messages) == 1
    assert sb.journal[-1].status == status


async def test_a_slow_answer(sb: Sandbox, raw: Raw) -> None:
    sb.faults.add(Rule("slow", seconds=0.05))
    began = time.perf_counter()
    await raw.ok("POST", path(sb), {"content": "x"})
    assert time.perf_counter() - began >= 0.05


async def test_discords_time_is_the_sandboxs(sb: Sandbox, raw: Raw) -> None:
    sb.clock.move_to(START)
    message = await raw.ok("POST", path(sb), {"content": "x"})
    assert abs(parsedate_to_datetime(raw.headers["Date"]).timestamp() - START) < 2
    assert abs(ids.seconds(int(message["id"])) - START) < 2
    sb.faults.add(Rule("error", status=404))
    await raw("GET", path(sb))
    assert abs(parsedate_to_datetime(raw.headers["Date"]).timestamp() - START) < 2
    sb.clock.set_ahead(-3600.0)
    async with aiohttp.ClientSession() as session, session.get(f"{sb.world.root}/demo/clock") as answer:
        state = await answer.json()
    assert abs(state["now"] - (START - 3600)) < 2
    assert abs(sb.clock.state()["now"] - START) < 2


async def test_faults_from_another_process(sb: Sandbox) -> None:
    url = f"{sb.world.root}/demo/faults"
    rule = {"kind": "edge", "status": 403, "channel": str(sb.world.channel("general").id), "lasts": 600}
    async with aiohttp.ClientSession() as session:
        async with session.post(url, json=rule) as answer:
            assert answer.status == 201
        assert (await said(sb, session))[0] == 403
        async with session.get(url) as answer:
            assert [(each["kind"], each["struck"]) for each in await answer.json()] == [("edge", 1)]
        for wrong in ({"kind": "nonsense"}, {"status": 403}, {"kind": "edge", "status": "many"}):
            async with session.post(url, json=wrong) as answer:
                assert answer.status == 400
        async with session.delete(url) as answer:
            assert answer.status == 204
        assert (await said(sb, session))[0] == 200
        async with session.post(url, json=rule, headers={"Origin": "https://evil.example"}) as answer:
            assert answer.status == 403
    assert "edge" in KINDS


# -- the gateway -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "raises"),
    [(4004, discord.ConnectionClosed), (4013, discord.ConnectionClosed), (4014, discord.PrivilegedIntentsRequired)],
)
async def test_a_gateway_that_refuses_the_bot(sb: Sandbox, code: int, raises: type[Exception]) -> None:
    sb.gateway.refuse(code)
    discord.http.Route.BASE = sb.base_url
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        await client.login(sb.token)
        with pytest.raises(raises):
            await client.connect(reconnect=True)


async def test_a_session_lost_with_a_server_gone_meanwhile(sb: Sandbox, bot: TinyBot) -> None:
    world = sb.world
    gone, stays = world.guild("Harbour Town"), world.guild("The Lighthouse")
    before = set(sb.gateway.sessions)
    async with sb.gateway.lost():
        world.kick_bot(gone)
    await sb.bot_connected()
    await until(lambda: bot.events.count("ready") == 2)
    assert before.isdisjoint(sb.gateway.sessions)
    assert "guild_remove" not in bot.events
    assert world.bot.id not in gone.members
    assert world.bot.id in stays.members


async def test_a_handshake_that_the_edge_lets_nobody_into(sb: Sandbox) -> None:
    sb.faults.add(Rule("edge", route="websocket", status=403))
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(sb.gateway.url)
        assert refused.value.status == 403
        socket = await session.ws_connect(sb.gateway.url)
        await socket.close()


async def test_rules_without_a_route_are_for_the_api(sb: Sandbox) -> None:
    sb.faults.add(Rule("edge", status=403))
    async with aiohttp.ClientSession() as session:
        await (await session.ws_connect(sb.gateway.url)).close()


# -- what moderators do to the bot -------------------------------------------------------------------


async def test_a_bot_that_is_timed_out(sb: Sandbox, bot: TinyBot) -> None:
    guild = sb.world.guild("Harbour Town")
    there = bot.get_guild(guild.id)
    assert there is not None
    until_then = sb.world.now() + 600
    sb.world.time_out(guild, until_then)
    await until(there.me.is_timed_out)
    assert there.me.timed_out_until is not None
    assert abs(there.me.timed_out_until.timestamp() - until_then) < 1
    with pytest.raises(discord.Forbidden) as refused:
        await channel(sb, bot).send("x")
    assert refused.value.code == 50013
    assert [each async for each in channel(sb, bot).history()] == []  # it may still read
    sb.clock.advance(601)
    await channel(sb, bot).send("x")
    sb.world.time_out(guild, sb.world.now() + 600)
    sb.world.time_out(guild, None)
    await until(lambda: there.me.timed_out_until is None)


async def test_a_time_out_does_not_bind_administrators(sb: Sandbox, raw: Raw) -> None:
    guild = sb.world.guild("Harbour Town")
    sb.world.permit(guild, "administrator")
    sb.world.time_out(guild, sb.world.now() + 600)
    await raw.ok("POST", path(sb), {"content": "x"})


async def test_permissions_that_change_while_the_bot_runs(sb: Sandbox, bot: TinyBot) -> None:
    world = sb.world
    guild = world.guild("Harbour Town")
    there = channel(sb, bot)
    assert there.permissions_for(there.guild.me).send_messages
    assert there.guild.self_role is not None
    assert there.guild.self_role.managed
    world.forbid(guild, "send_messages")
    await until(lambda: not there.permissions_for(there.guild.me).send_messages)
    with pytest.raises(discord.Forbidden):
        await there.send("x")
    world.permit(guild, "send_messages")
    await until(lambda: there.permissions_for(there.guild.me).send_messages)
    await there.send("x")
    helper = world.add_role(guild, "Helper")
    world.set_roles(guild, world.bot, world.bot_role(guild), helper)
    await until(lambda: len(there.guild.me.roles) == 3)
    world.edit_role(guild, helper, mentionable=True)
    await until(lambda: any(each.mentionable and each.name == "Helper" for each in there.guild.roles))
    world.remove_role(guild, helper)
    await until(lambda: len(there.guild.me.roles) == 2)
    assert "member_update" in bot.events


async def test_the_bots_role_goes_with_it(sb: Sandbox) -> None:
    guild = sb.world.guild("Harbour Town")
    sb.world.kick_bot(guild)
    assert all(each.bot_id is None for each in guild.roles.values())
    sb.world.add_bot(guild, 0)
    assert all(each.bot_id is None for each in guild.roles.values())


async def test_an_outage_of_servers(sb: Sandbox) -> None:
    guild = sb.world.guild("Harbour Town")
    sb.world.set_available(guild, available=False)
    bot = TinyBot()
    async with running(sb, bot):
        there = bot.get_guild(guild.id)
        assert there is None or there.unavailable
        sb.world.set_available(guild, available=True)
        await until(lambda: "guild_available" in bot.events)
        sb.world.set_available(guild, available=False)
        await until(lambda: "guild_unavailable" in bot.events)
        await asyncio.sleep(0)
    assert sb.world.channel("announcements").type is ChannelType.NEWS
