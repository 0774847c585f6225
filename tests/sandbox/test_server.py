"""The sandbox as a whole: strictness, token, routes, journal, clock, limits, faults, latency."""

import asyncio
import base64
import time
from typing import Any

import aiohttp
import discord
import pytest

from sandbox import Sandbox, SandboxError
from sandbox.clock import Clock
from sandbox.ids import Ids, iso, seconds
from sandbox.requests import Exchange, Journal, Route, Router
from tests.sandbox.tiny import Raw, TinyBot, running

POST = "/channels/{channel_id}/messages"


def path(sb: Sandbox, name: str = "general") -> str:
    return f"/channels/{sb.world.channel(name).id}/messages"


async def test_the_token_looks_like_one(sb: Sandbox) -> None:
    first, second, third = sb.token.split(".")
    assert int(base64.urlsafe_b64decode(first + "==")) == sb.application_id == sb.bot_user_id
    assert second
    assert third


async def test_who_am_i(sb: Sandbox, raw: Raw) -> None:
    assert (await raw.ok("GET", "/users/@me"))["id"] == str(sb.bot_user_id)
    for route in ("/applications/@me", "/oauth2/applications/@me"):
        about = await raw.ok("GET", route)
        assert (about["id"], about["approximate_guild_count"]) == (str(sb.application_id), 2)
    assert (await raw.ok("GET", "/gateway"))["url"] == sb.gateway.url
    assert (await raw.ok("GET", "/gateway/bot"))["shards"] == 1
    bot = TinyBot()
    async with running(sb, bot):
        assert (await bot.application_info()).name == "Canonkeeper"


async def test_guilds_roles_members_users(sb: Sandbox, raw: Raw) -> None:
    city = sb.world.guild("Harbour Town")
    base = f"/guilds/{city.id}"
    mina = sb.world.user("Mina")
    assert (await raw.ok("GET", base + "?with_counts=true"))["approximate_member_count"] == 4
    assert {each["name"] for each in await raw.ok("GET", base + "/channels")} >= {"general", "lore-questions"}
    roles = {each["name"]: each for each in await raw.ok("GET", base + "/roles")}
    assert roles["Quote fans"]["mentionable"]
    assert not roles["Quiet"]["mentionable"]
    assert (await raw.ok("GET", f"{base}/members/{mina.id}"))["user"]["username"] == "mina"
    assert (await raw.ok("GET", f"/users/{mina.id}"))["global_name"] == "Mina"
    assert await raw.code("GET", f"{base}/members/1") == 10013
    stranger = sb.world.add_user("Varrick")
    assert await raw.code("GET", f"{base}/members/{stranger.id}") == 10007
    assert await raw.code("GET", "/users/1") == 10013
    assert await raw.code("GET", "/guilds/1") == 10004
    assert await raw("DELETE", f"/users/@me/guilds/{city.id}") == (204, None)
    assert await raw.code("GET", base) == 10004


async def test_what_is_not_imitated_fails_the_test(caplog: pytest.LogCaptureFixture) -> None:
    async def use() -> None:
        async with Sandbox() as sb, aiohttp.ClientSession() as session:
            raw = Raw(sb, session)
            assert (await raw("GET", "/guilds/1/bans"))[0] == 501
            assert (await raw("POST", "/users/@me"))[0] == 501
            assert sb.unknown == [("GET", "/guilds/1/bans"), ("POST", "/users/@me")]

    with pytest.raises(SandboxError, match="/guilds/1/bans"):
        await use()
    assert "not imitated: GET /guilds/1/bans" in caplog.text


async def test_a_lenient_sandbox_only_notes_it() -> None:
    async with Sandbox(strict=False) as sb, aiohttp.ClientSession() as session:
        assert (await Raw(sb, session)("GET", "/nowhere"))[0] == 501
        assert sb.unknown == [("GET", "/nowhere")]


async def test_an_error_is_not_hidden_by_strictness() -> None:
    async def use() -> None:
        async with Sandbox() as sb:
            sb.unknown.append(("GET", "/x"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await use()


def test_routes_prefer_fixed_segments() -> None:
    routes = [Route("GET", "/users/@me", len), Route("GET", "/users/{user_id}", len), Route("PUT", "/a/{b}/c", len)]
    router = Router(routes)
    assert router.find("GET", "/users/@me").params == {}
    assert router.find("GET", "/users/7").params == {"user_id": "7"}
    assert router.find("PUT", "/a/b/c").template == "/a/{b}/c"
    for method, unknown in (("POST", "/users/7"), ("GET", "/users/7/x"), ("GET", "/"), ("PUT", "/a/b")):
        assert router.find(method, unknown).route is None


def test_ids_grow_and_tell_their_time() -> None:
    now = [1_780_000_000.0]
    ids = Ids(lambda: now[0])
    first, second = ids.next(), ids.next()
    assert second > first
    assert abs(seconds(first) - now[0]) < 0.01
    now[0] -= 86400
    assert ids.next() > second
    early, later = ids.founding(), ids.founding()
    assert (later >> 22) - (early >> 22) == 1
    assert iso(0.5) == "1970-01-01T00:00:00.500000+00:00"


async def test_the_journal_holds_what_was_said(sb: Sandbox, raw: Raw) -> None:
    made = await raw.ok("POST", path(sb) + "?x=1", {"content": "x"})
    await raw("GET", f"{path(sb)}/{made['id']}")
    first, second = sb.journal.about(int(made["id"]))
    assert (first.method, first.route, first.query, first.request) == ("POST", POST, {"x": "1"}, {"content": "x"})
    assert (first.status, first.response) == (200, made)
    assert second.route == POST + "/{message_id}"
    assert sb.journal.find("POST", POST) == [first]
    assert sb.journal[-1] is second


def test_the_journal_is_a_ring() -> None:
    ring, whole = Journal(3), Journal(None)
    for number in range(5):
        for each in (ring, whole):
            each.add(Exchange("GET", f"/{number}", "/x", {}, None, 200, None, 0.0))
    assert [each.path for each in ring] == ["/2", "/3", "/4"]
    assert (len(whole), ring.total) == (5, 5)
    ring.clear()
    assert len(ring) == 0


async def test_the_clock_is_moved_and_told(sb: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:

        async def ask(after: int) -> dict[str, Any]:
            async with session.get(f"{sb.world.root}/demo/clock", params={"after": after}) as answer:
                return dict(await answer.json())

        state = await ask(0)
        assert state["version"] == 1
        assert abs(state["now"] - time.time()) < 5
        waiting = asyncio.create_task(ask(1))
        await asyncio.sleep(0.02)
        assert not waiting.done()
        sb.clock.move_to(2_000_000_000)
        state = await waiting
        assert (state["version"], round(state["now"])) == (2, 2_000_000_000)
        sb.clock.advance(60)
        assert round((await ask(1))["now"]) == 2_000_000_060


async def test_the_clocks_long_poll_ends() -> None:
    clock = Clock(lambda: 5.0)
    assert await clock.after(1, 0.01) == {"version": 1, "now": 5.0}


async def test_time_can_be_passed_in() -> None:
    async with Sandbox(time=lambda: 1_780_000_000.0) as sb:
        message = await sb.person("Mina").say("x")
        assert message.at == 1_780_000_000.0


async def test_waiting_for_the_bot_and_its_commands(sb: Sandbox) -> None:
    with pytest.raises(TimeoutError):
        await sb.bot_connected(timeout=0.01)
    bot = TinyBot()

    @bot.tree.command(description="x")
    async def quote(_: discord.Interaction) -> None:
        """Never called here."""

    async with running(sb, bot):
        await sb.bot_connected(commands=True)
        sb.world.commands.clear()
        waiting = asyncio.create_task(sb.bot_connected(commands=True))
        await asyncio.sleep(0.01)
        await bot.tree.sync()
        await waiting


async def test_ten_thousand_guilds_are_cheap() -> None:
    async with Sandbox(empty=True) as sb, aiohttp.ClientSession() as session:
        began = time.process_time()
        guilds = [sb.world.add_guild(f"Guild {number}") for number in range(10_000)]
        assert time.process_time() - began < 5
        raw = Raw(sb, session)
        assert (await raw.ok("GET", "/gateway/bot"))["shards"] == 11
        last = next(iter(guilds[-1].channels))
        await raw.ok("POST", f"/channels/{last}/messages", {"content": "x"})
        counts = [sum((each.id >> 22) % 8 == shard for each in guilds) for shard in range(8)]
        assert max(counts) - min(counts) < 10
