"""What the real library makes of answers as Discord's edge, proxies and broken connections give them."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest
from discord.http import Route

from bot.daily import discord_chat
from bot.daily.discord_chat import DiscordChat
from bot.daily.ports import Accepted, NotNow, Refused, Unknowable, Unsure
from bot.daily.schedule import ChannelKind, Pause, Reason, Setback, Target
from sandbox.faults import Rule
from tests.daily.test_daily_chat_port import SOON, discord_clock, job, notice, unnoted
from tests.support.daily_chat import DailyChat, daily_chat
from tests.support.edge import Edge, answer, edge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MESSAGE = {"id": "1100000000000000000", "channel_id": "5", "author": {"id": "1"}, "components": []}
EDGE = NotNow(setback=Setback.EDGE)
LIMITED = NotNow(60.0, Setback.LIMIT)
MESSAGES = "/channels/{channel_id}/messages"
VIA = "1.1 google"


@pytest.fixture
async def chat(second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path) as one:
        yield one


@pytest.fixture
async def front(chat: DailyChat, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Edge]:
    assert chat.sandbox.base_url == Route.BASE, "the bot logged in at the sandbox"
    async with edge() as one:
        monkeypatch.setattr(Route, "BASE", one.url)
        yield one


def port(chat: DailyChat) -> DiscordChat:
    return DiscordChat(
        chat.bot, chat.bot.services.clock, chat.bot.services.pictures, chat.bot.services.quiz, discord_clock(chat)
    )


async def post(chat: DailyChat, name: str = "daily-quotes", seconds: float = 15.0) -> object:
    quote, now = chat.bot.services.library.quotes[0], chat.bot.services.clock.now()
    return await port(chat).post(job(chat, name), quote, now + dt.timedelta(seconds=seconds), unnoted)


ANSWERS = (
    (answer(403), EDGE),
    (answer(403, {"message": "Cloudflare is blocking your request", "code": 40333}), EDGE),
    (answer(404, {"message": "404: Not Found", "code": 0}), EDGE),
    (answer(404), EDGE),
    (answer(400), EDGE),
    (answer(405), EDGE),
    (answer(410), EDGE),
    (answer(413, "<html>413 Request Entity Too Large</html>"), EDGE),
    (answer(451), EDGE),
    (answer(403, {"message": None, "code": "50013"}), EDGE),
    (answer(403, {"code": [50013]}), EDGE),
    (answer(403, ["no"]), EDGE),
    (answer(403, '{"code": 50013', kind="application/json"), EDGE),
    (answer(302, "", Location="https://captive.example/login"), EDGE),
    (answer(401), NotNow(60.0, Setback.TOKEN)),
    (answer(401, {"message": "401: Unauthorized", "code": 0}), NotNow(60.0, Setback.TOKEN)),
    (answer(404, {"message": "Unknown Channel", "code": 10003}), Refused(Pause.CHANNEL_GONE)),
    (answer(403, {"message": "Missing Access", "code": 50001}), Refused(Pause.NO_ACCESS)),
    (answer(400, {"message": "Blocked", "code": 200000}), Refused(Reason.BLOCKED)),
    (answer(429, "<html>error code: 1015</html>"), LIMITED),
    (answer(429, "error code: 1015", Retry_After="17"), NotNow(17.0, Setback.LIMIT)),
    (answer(429, {"message": "no", "retry_after": 4.5, "global": False}, Retry_After="5"), NotNow(5, Setback.LIMIT)),
    (answer(429, {"message": "no"}, Via=VIA), LIMITED),
    (answer(429, {"retry_after": "soon"}, Via=VIA), LIMITED),
    (answer(429, [], Via=VIA), LIMITED),
    (answer(429, '{"retry_after": 1', kind="application/json", Via=VIA), LIMITED),
    (answer(500), Unsure()),
    (answer(502, {"message": "502: Bad Gateway", "code": 0}), Unsure()),
    (answer(520), Unsure()),
    (answer(200), Unsure()),
    (answer(200, '{"id": "11000000', kind="application/json"), Unsure()),
    (answer(200, MESSAGE, cut=9), Unsure()),
    (answer(200, {"message": "moved"}), Unsure()),
    (answer(200, [MESSAGE]), Unsure()),
    (answer(200, MESSAGE | {"id": "none"}), Unsure()),
    (answer(204, ""), Unsure()),
    (b"", Unsure()),
    (b"HTTP/1.1 200 O", Unsure()),
    (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Unsure()),
)


async def test_what_an_answer_means(chat: DailyChat, front: Edge) -> None:
    taken_for = []
    for given, _ in ANSWERS:
        front.answers.clear()
        front.answers.append(given)
        taken_for.append((given, await post(chat)))
    assert taken_for == list(ANSWERS)
    assert len(front.requests) == len(ANSWERS)


async def test_a_message_in_the_answer_is_accepted(chat: DailyChat, front: Edge) -> None:
    front.answers.append(answer(200, MESSAGE))
    assert isinstance(await post(chat), Accepted)


@pytest.mark.parametrize("everywhere", [True, False])
async def test_a_rate_limit_longer_than_the_attempt_is_a_sure_no_at_once(
    chat: DailyChat, front: Edge, everywhere: bool
) -> None:
    body = {"message": "You are being rate limited.", "retry_after": 600.0, "global": everywhere}
    front.answers.append(answer(429, body, Retry_After="600", X_RateLimit_Scope="shared", Via=VIA))
    async with asyncio.timeout(5):
        assert await post(chat) == NotNow(600.0, Setback.LIMIT)
    chat.bot.http._global_over.set()
    for task in asyncio.all_tasks():
        if task.get_name().startswith("request for"):
            task.cancel()


async def test_a_connection_that_is_never_made_is_a_sure_no(chat: DailyChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it takes too long, and nothing is sent once that was said."""
    asked = asyncio.Event()

    async def hang(*_args: object, **_more: object) -> None:
        asked.set()
        await asyncio.sleep(60)

    monkeypatch.setattr(aiohttp.TCPConnector, "_create_connection", hang)
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:1/api/v10")
    monkeypatch.setattr(discord_chat, "_TIMEOUT", aiohttp.ClientTimeout(total=0.3))
    assert await post(chat) == NotNow(setback=Setback.UNREACHABLE)
    monkeypatch.setattr(discord_chat, "_TIMEOUT", aiohttp.ClientTimeout(total=30))
    monkeypatch.setattr(discord_chat, "_ANSWER_SECONDS", 0.3)
    assert await post(chat, seconds=0.3) == NotNow(counts=False)
    await asyncio.sleep(0.01)
    assert asked.is_set()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("request for")]


HISTORIES = (
    (answer(403), NotNow()),
    (answer(404, {"message": "404: Not Found", "code": 0}), NotNow()),
    (answer(429), NotNow()),
    (answer(429, "error code: 1015", Retry_After="17"), NotNow(17.0)),
    (answer(200), NotNow()),
    (answer(200, '[{"id"', kind="application/json"), NotNow()),
    (answer(200, [{"id": "1"}]), NotNow()),
    (b"", NotNow()),
    (answer(403, {"message": "Missing Access", "code": 50001}), Unknowable()),
    (answer(404, {"message": "Unknown Channel", "code": 10003}), Unknowable()),
)


@pytest.mark.parametrize("name", ["daily-quotes", "lore-questions"])
async def test_a_history_that_is_not_had_now_is_asked_for_again(chat: DailyChat, front: Edge, name: str) -> None:
    found = []
    for given, _ in HISTORIES:
        front.answers.clear()
        front.answers.append(given)
        found.append((given, await port(chat).find(job(chat, name), chat.bot.services.clock.now())))
    assert found == list(HISTORIES)


async def test_a_channel_that_the_edge_hides_is_not_gone(chat: DailyChat, front: Edge) -> None:
    """An archived thread is not in the cache, so it is fetched."""
    front.answers.append(answer(404))
    archived = job(chat, target=Target(chat.guild.id, 5, ChannelKind.THREAD))
    assert await port(chat).find(archived, chat.bot.services.clock.now()) == NotNow()


async def test_an_archived_thread_behind_a_bad_edge_is_not_given_up(chat: DailyChat, front: Edge) -> None:
    thread_archived = answer(400, {"message": "Thread is archived", "code": 50083})
    cases = [
        (answer(403), EDGE),
        (answer(429), LIMITED),
        (b"", NotNow()),
        (answer(501), NotNow(setback=Setback.OUTAGE)),
        (answer(403, {"message": "Missing Permissions", "code": 50013}), Refused(Pause.ARCHIVED)),
    ]
    for reopening, meant in cases:
        front.answers.clear()
        front.answers.extend([thread_archived, reopening])
        assert await post(chat) == meant


async def test_a_server_in_an_outage_is_left_alone(chat: DailyChat, front: Edge) -> None:
    front.answers.append(answer(200, MESSAGE))
    guild = chat.bot.get_guild(chat.guild.id)
    assert guild is not None
    down = NotNow(30.0, Setback.SERVER_DOWN, counts=False)
    guild.unavailable = True
    assert await post(chat) == down
    guild.unavailable = False
    guild._members.clear()
    assert guild.me is None
    assert await post(chat) == down
    now = chat.bot.services.clock.now()
    assert await port(chat).post(notice(chat), None, now + SOON, unnoted) == down
    assert await port(chat).find(job(chat), now) == down
    assert front.requests == []


async def test_a_refusal_during_an_outage_is_not_believed(chat: DailyChat, front: Edge) -> None:
    """Discord loses servers before it says so: the gateway tells of it while the request is under way."""
    guild = chat.bot.get_guild(chat.guild.id)
    assert guild is not None
    front.answers.append(answer(403, {"message": "Missing Access", "code": 50001}))
    hindered = port(chat)._hindered

    async def lost() -> bool:
        assert hindered(chat.guild.id) is None
        guild.unavailable = True
        return True

    one, now = job(chat), chat.bot.services.clock.now()
    said = await port(chat).post(one, chat.bot.services.library.quotes[0], now + SOON, lost)
    assert said == NotNow(30.0, Setback.SERVER_DOWN, counts=False)


async def test_a_time_out_is_waited_for(chat: DailyChat, front: Edge) -> None:
    front.answers.append(answer(200, MESSAGE))
    guild = chat.bot.get_guild(chat.guild.id)
    assert guild is not None
    now = chat.bot.services.clock.now()
    guild.me.timed_out_until = until = now + dt.timedelta(minutes=2)
    said = await post(chat)
    assert isinstance(said, NotNow)
    assert (said.setback, said.until) == (Setback.TIMED_OUT, until)
    assert 110 < said.wait < 125
    assert isinstance(await port(chat).post(notice(chat), None, now + SOON, unnoted), NotNow)
    assert front.requests == []
    guild.me.timed_out_until = now - dt.timedelta(seconds=1)
    assert isinstance(await post(chat), Accepted)


async def test_a_time_out_that_the_gateway_did_not_tell_is_read(chat: DailyChat, front: Edge) -> None:
    """Discord answers it with the code of a missing permission."""
    refused = answer(403, {"message": "Missing Permissions", "code": 50013})
    until = chat.bot.services.clock.now() + dt.timedelta(days=3)
    cases = [
        (
            answer(200, {"communication_disabled_until": until.isoformat()}),
            NotNow(300, Setback.TIMED_OUT, until, False),
        ),
        (answer(200, {"communication_disabled_until": None}), Refused(Pause.NO_PERMISSION)),
        (answer(200, {"communication_disabled_until": "2001-01-01T00:00:00+00:00"}), Refused(Pause.NO_PERMISSION)),
        (answer(404, {"message": "Unknown Guild", "code": 10004}), Refused(Pause.NO_PERMISSION)),
        (answer(403), NotNow()),
        (answer(200), NotNow()),
        (b"", NotNow()),
    ]
    for member, meant in cases:
        front.answers.clear()
        front.answers.extend([refused, member])
        assert await post(chat) == meant


async def test_a_time_out_that_ends_between_the_refusal_and_the_look_pauses_nothing(chat: DailyChat) -> None:
    """The gateway told of none, and by the time at which Discord is asked for it, it is over."""
    await chat.schedule(time="9:00")
    world = chat.sandbox.world
    member = chat.guild.members[world.bot.id]

    chat.sandbox.faults.add(Rule("slow", "GET", "/guilds/{guild_id}/members/{user_id}", seconds=2.5))
    await chat.move(minutes=59, seconds=58)
    member.timed_out_until = world.now() + 2.4
    await chat.until_recorded("sent")
    assert [each.status for each in chat.sandbox.journal.find("POST", MESSAGES)] == [403, 200]
    (row,) = await chat.ledger()
    assert row["reason"] is None
    assert "Paused" not in (await chat.daily("list")).text


async def test_a_client_whose_requests_are_not_traced_is_refused(chat: DailyChat) -> None:
    """Whether a request had left could not be told."""
    untraced = discord.Client(intents=discord.Intents.none())
    with pytest.raises(ValueError, match="not traced"):
        DiscordChat(
            untraced, chat.bot.services.clock, chat.bot.services.pictures, chat.bot.services.quiz, discord_clock(chat)
        )
