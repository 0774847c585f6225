"""The sandbox as a whole: strictness, token, routes, journal, clock, limits, faults, latency."""

import asyncio
import base64
import time

import aiohttp
import pytest

from sandbox import Sandbox, SandboxError
from sandbox.clock import Clock
from sandbox.faults import Faults, Rule
from sandbox.ids import Ids, iso, seconds
from sandbox.journal import Exchange, Journal
from sandbox.limits import Limits
from sandbox.routes import Route, Router
from tests.sandbox.tiny import Raw, TinyBot, discord, running

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
    city = sb.world.guild("Republic City")
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

        async def ask(after: int) -> dict:
            async with session.get(f"{sb.world.root}/demo/clock", params={"after": after}) as answer:
                return await answer.json()

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
