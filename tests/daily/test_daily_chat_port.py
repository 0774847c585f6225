"""Discord's port of the daily quotes: what each answer of Discord's is taken for."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import msgspec
import pytest
from discord.http import Route

from bot.daily import discord_chat
from bot.daily.discord_chat import DiscordChat
from bot.daily.jobs import NoticeJob, PausedSchedule, PostJob
from bot.daily.ports import NOTHING_KNOWN, Absent, Accepted, NotNow, Problem, Refused, Unknowable, Unsure
from bot.daily.requests import DiscordClock, RateLimiter, tracing
from bot.daily.schedule import ChannelKind, Pause, Reason, Setback, Style, Target
from bot.meter import NoMeter
from sandbox.faults import Rule
from sandbox.limits import Limits
from tests.support.daily_chat import DailyChat, daily_chat, ours

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MESSAGES = "/channels/{channel_id}/messages"
SOON = dt.timedelta(seconds=15)
EDGE = NotNow(setback=Setback.EDGE)
NOT_ASKED = NotNow(counts=False)


@pytest.fixture
async def chat(second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path) as one:
        yield one


def discord_clock(chat: DailyChat) -> DiscordClock:
    """The clock that the bot's tracing teaches."""
    port = chat.bot.daily.worker._chat
    assert isinstance(port, DiscordChat)
    return port._discord_clock


async def unnoted() -> bool:
    return True


def port(chat: DailyChat) -> DiscordChat:
    return DiscordChat(
        chat.bot, chat.bot.services.clock, chat.bot.services.pictures, chat.bot.services.quiz, discord_clock(chat)
    )


def job(chat: DailyChat, name: str = "daily-quotes", **fields: Any) -> PostJob:
    now = chat.bot.services.clock.now()
    place = {"lore-questions": ChannelKind.FORUM, "First impressions": ChannelKind.THREAD}.get(name, ChannelKind.TEXT)
    made = PostJob(
        id=77,
        target=Target(chat.guild.id, chat.channel(name).id, place),
        nonce="dq-test",
        lease_until=now + 3 * SOON,
        latest=now + 3 * SOON,
        schedule=1,
        quote=chat.bot.services.library.quotes[0].id,
        date=now.date(),
        due=now,
        late=False,
        role=None,
        style=Style.TEXT,
    )
    return msgspec.structs.replace(made, **fields)


def notice(chat: DailyChat) -> NoticeJob:
    now = chat.bot.services.clock.now()
    paused = (PausedSchedule(1, 1, chat.channel().id, Pause.NO_ACCESS),)
    target = Target(chat.guild.id, 0, ChannelKind.TEXT)
    return NoticeJob(id=5, target=target, nonce="dn5", lease_until=now + SOON, latest=now + SOON, schedules=paused)


async def post(chat: DailyChat, one: PostJob | NoticeJob, within: dt.timedelta = SOON) -> object:
    quote = chat.bot.services.library.quotes[0]
    return await port(chat).post(one, quote, chat.bot.services.clock.now() + within, unnoted)


async def find(chat: DailyChat, one: PostJob | NoticeJob) -> object:
    return await port(chat).find(one, chat.bot.services.clock.now() - SOON)


async def test_the_same_nonce_gives_the_first_message(chat: DailyChat) -> None:
    first = await post(chat, job(chat))
    assert isinstance(first, Accepted)
    assert await post(chat, job(chat)) == first
    assert len(chat.posts()) == 1


async def test_after_the_deadline_nothing_is_asked(chat: DailyChat) -> None:
    assert await post(chat, job(chat), -SOON) == NOT_ASKED
    assert chat.posts() == []


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        (500, Unsure()),
        (503, Unsure()),
        (408, Unsure()),
        (401, NotNow(60, Setback.TOKEN)),
        (400, EDGE),
        (403, EDGE),
        (404, EDGE),
    ],
)
async def test_what_a_status_means(chat: DailyChat, status: int, meant: object) -> None:
    chat.sandbox.faults.add(Rule("error", "POST", MESSAGES, status=status))
    assert await post(chat, job(chat)) == meant
    asked = [each for each in chat.sandbox.journal if each.route == MESSAGES]
    assert len(asked) == 1


async def test_a_rate_limit_is_obeyed_and_the_post_not_repeated_by_the_library(chat: DailyChat) -> None:
    chat.sandbox.api.limits = Limits(per_second=0, now=lambda: 0.0)
    chat.sandbox.api.limits._all.ends = 0.3
    assert await post(chat, job(chat)) == NotNow(1.0, Setback.LIMIT)
    chat.sandbox.api.limits = None
    await asyncio.sleep(0.4)
    assert isinstance(await post(chat, job(chat)), Accepted)


async def test_a_long_rate_limit_outlasts_the_attempt_and_is_obeyed(
    chat: DailyChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord_chat, "_ANSWER_SECONDS", 0.3)
    one, here, quote = job(chat), port(chat), chat.bot.services.library.quotes[0]

    async def ask(seconds: float = 0.3) -> object:
        async with asyncio.timeout(seconds + 1.0):
            return await here.post(one, quote, chat.bot.services.clock.now() + dt.timedelta(seconds=seconds), unnoted)

    chat.sandbox.api.limits = Limits(per_second=1000, per_channel=0, window=2.5)
    assert await ask() == NotNow(3.0, Setback.LIMIT)
    chat.sandbox.api.limits = None
    assert await ask() == NOT_ASKED
    assert await here.find(one, one.due) == NotNow()
    assert len([each for each in chat.sandbox.journal if each.route == MESSAGES]) == 1
    await asyncio.sleep(2.8)
    assert isinstance(await ask(5.0), Accepted)


async def test_what_waits_at_the_gate_is_not_asked_after_the_deadline(chat: DailyChat) -> None:
    chat.bot.http._global_over.clear()
    assert await post(chat, job(chat), dt.timedelta(seconds=0.2)) == NOT_ASKED
    chat.bot.http._global_over.set()
    assert chat.posts() == []
    assert isinstance(await post(chat, job(chat)), Accepted)


async def test_a_search_and_a_reopening_end_with_the_lease(chat: DailyChat) -> None:
    def brief(name: str) -> PostJob:
        return job(chat, name, lease_until=chat.bot.services.clock.now() + dt.timedelta(seconds=0.5))

    chat.sandbox.faults.add(Rule("timeout", "GET", MESSAGES, seconds=2.0))
    chat.sandbox.faults.add(Rule("timeout", "PATCH", "/channels/{channel_id}", seconds=2.0))
    async with asyncio.timeout(1.8):
        assert await find(chat, brief("daily-quotes")) == NotNow()
        assert await port(chat)._unarchive(brief("First impressions")) == NotNow()


async def test_no_answer_leaves_it_unsure(chat: DailyChat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord_chat, "_TIMEOUT", aiohttp.ClientTimeout(total=0.2))
    chat.sandbox.faults.add(Rule("timeout", "POST", MESSAGES, seconds=1.0))
    assert await post(chat, job(chat)) == Unsure()


async def test_nobody_there_is_surely_not_accepted(chat: DailyChat, monkeypatch: pytest.MonkeyPatch) -> None:
    one = job(chat)
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:1/api/v10")
    assert await post(chat, one) == NotNow(setback=Setback.UNREACHABLE)


async def test_a_thread_that_may_not_be_reopened(chat: DailyChat) -> None:
    thread = chat.channel("First impressions")
    chat.sandbox.world.archive_thread(thread, locked=True)
    assert await post(chat, job(chat, "First impressions")) == Refused(Pause.ARCHIVED)


async def test_a_message_is_found_behind_many_others(chat: DailyChat) -> None:
    for number in range(130):
        await chat.mo.at("daily-quotes").say(f"word {number}")
    sent = await post(chat, job(chat))
    assert await find(chat, job(chat)) == sent
    assert await find(chat, job(chat, id=78, schedule=2)) == Absent()


async def test_a_channel_too_busy_to_read(chat: DailyChat) -> None:
    for number in range(1000):
        await chat.mo.at("daily-quotes").say(f"word {number}")
    assert await find(chat, job(chat)) == Unknowable()


async def test_a_mark_of_somebody_else_is_not_ours(chat: DailyChat) -> None:
    said = await chat.mo.at("daily-quotes").say("look what I can do")
    said.components = [{"type": 17, "id": job(chat).component_id, "components": []}]
    assert await find(chat, job(chat)) == Absent()


async def test_what_cannot_be_read_cannot_be_known(chat: DailyChat) -> None:
    chat.sandbox.faults.add(Rule("error", "GET", MESSAGES, status=503))
    assert await find(chat, job(chat)) == NotNow()
    chat.sandbox.faults.add(Rule("error", "GET", MESSAGES, status=403))
    assert await find(chat, job(chat)) == NotNow()
    assert await find(chat, job(chat, target=Target(4, 5, ChannelKind.TEXT))) == Unknowable()
    assert await find(chat, job(chat, target=Target(chat.guild.id, 5, ChannelKind.TEXT))) == Unknowable()


async def test_forum_posts_are_told_apart(chat: DailyChat) -> None:
    one, other = job(chat, "lore-questions"), job(chat, "lore-questions", id=78, schedule=2)
    assert await find(chat, one) == Absent()
    sent = await post(chat, one)
    assert await find(chat, one) == sent
    assert await find(chat, other) == Absent()
    thread = next(each for each in chat.guild.channels.values() if ours(chat.sandbox, each))
    chat.sandbox.world.archive_thread(thread)
    assert await find(chat, one) == sent


async def test_a_notice_is_posted_and_found(chat: DailyChat) -> None:
    sent = await post(chat, notice(chat))
    assert isinstance(sent, Accepted)
    assert await find(chat, notice(chat)) == sent
    chat.sandbox.world.deny(chat.channel("general"), "send_messages")
    channel = chat.bot.get_channel(sent.channel)
    assert isinstance(channel, discord.TextChannel)
    await chat.until(lambda: not channel.permissions_for(me(chat)).send_messages)
    assert await post(chat, notice(chat)) == Refused(Reason.NOWHERE)
    assert await find(chat, notice(chat)) == Unknowable()


def me(chat: DailyChat) -> discord.Member:
    guild = chat.bot.get_guild(chat.guild.id)
    assert guild is not None
    return guild.me


async def test_before_the_gateway_is_ready_channels_are_not_judged(chat: DailyChat) -> None:
    clock = DiscordClock(chat.bot.services.clock, time.monotonic)
    client = discord.Client(intents=discord.Intents.none(), http_trace=tracing(clock, NoMeter()))
    sleeping = DiscordChat(client, chat.bot.services.clock, chat.bot.services.pictures, chat.bot.services.quiz, clock)
    assert sleeping.time() == NOTHING_KNOWN
    now = chat.bot.services.clock.now()
    assert await sleeping.find(job(chat), now) == NotNow(5, counts=False)
    assert await sleeping.post(notice(chat), None, now + SOON, unnoted) == NotNow(5, counts=False)
    looked = await sleeping.check_channel(1, 2, None, Style.TEXT)
    assert looked.problem is Problem.GONE


async def test_a_role_that_is_gone(chat: DailyChat) -> None:
    looked = await port(chat).check_channel(chat.guild.id, chat.channel().id, 404, Style.TEXT)
    assert looked.problem is Problem.ROLE_GONE


async def test_the_pace_lets_no_more_go_in_any_second() -> None:
    limiter, loop, went = RateLimiter(lambda: None, 20), asyncio.get_running_loop(), []
    for number in range(45):
        await limiter.wait()
        went.append(loop.time())
        if number == 25:
            time.sleep(0.3)  # noqa: ASYNC251 - a machine that was busy
    assert all(later - earlier >= 0.999 for earlier, later in zip(went, went[20:], strict=False))
    assert went[-1] - went[0] < 3.5


async def test_what_counts_as_invalid_goes_out_at_ten_a_second() -> None:
    limiter, loop, went = RateLimiter(lambda: None), asyncio.get_running_loop(), []
    for _ in range(12):
        await limiter.wait()
        limiter.invalid()
        went.append(loop.time())
    assert went[-1] - went[0] >= 1.0


async def test_behind_a_closed_gate_nothing_piles_up() -> None:
    gate, went, loop = asyncio.Event(), [], asyncio.get_running_loop()
    limiter = RateLimiter(lambda: gate, 50)

    async def go() -> None:
        await limiter.wait()
        went.append(loop.time())

    going = [asyncio.create_task(go()) for _ in range(10)]
    await asyncio.sleep(0.3)
    assert went == []
    gate.set()
    await asyncio.gather(*going)
    assert went[-1] - went[0] >= 0.05


async def test_the_library_still_has_the_gate_that_the_pace_looks_at(chat: DailyChat) -> None:
    assert isinstance(chat.bot.http._global_over, asyncio.Event)
