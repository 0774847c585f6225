"""The machine's clock, and the demo's, which follows one that somebody moves."""

from __future__ import annotations

import asyncio
import datetime as dt

import aiohttp
import pytest

from bot import app, clock
from bot.clock import DemoClock, SharedClock, SystemClock
from bot.errors import StoreUnavailableError
from bot.settings import read
from sandbox import Sandbox

HOUR = dt.timedelta(hours=1)
SOON = dt.timedelta(milliseconds=30)


def address(sandbox: Sandbox) -> str:
    return f"{sandbox.world.root}/demo/clock"


def about(one: dt.datetime, other: dt.datetime) -> bool:
    return abs(one - other) < dt.timedelta(seconds=2)


def test_the_machine_s_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is dt.UTC
    assert about(SystemClock().now(), dt.datetime.now(dt.UTC))


async def test_it_sleeps_until_an_instant() -> None:
    instant = SystemClock().now() + SOON
    await SystemClock().sleep_until(instant)
    assert SystemClock().now() >= instant - dt.timedelta(milliseconds=5)


async def test_what_is_past_is_not_slept_for() -> None:
    async with asyncio.timeout(1):
        await SystemClock().sleep_until(SystemClock().now() - HOUR)


async def test_a_long_sleep_is_cut_into_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "GUARD_SECONDS", 0.01)
    async with asyncio.timeout(1):
        await SystemClock().sleep_until(SystemClock().now() + HOUR)


async def test_the_demo_s_clock_is_followed() -> None:
    async with Sandbox() as sandbox, DemoClock(address(sandbox)) as following:
        assert about(following.now(), dt.datetime.now(dt.UTC))
        sleeping = asyncio.create_task(following.sleep_until(following.now() + 30 * HOUR))
        await asyncio.sleep(0.05)
        assert not sleeping.done()
        sandbox.clock.advance(26 * 3600)
        async with asyncio.timeout(2):
            await sleeping  # it wakes at once, to look at the clock again
        assert about(following.now(), dt.datetime.now(dt.UTC) + 26 * HOUR)
        await following.sleep_until(following.now() + SOON)


async def test_the_demo_s_clock_is_right_from_the_start() -> None:
    async with Sandbox() as sandbox:
        sandbox.clock.advance(-3 * 3600)
        async with DemoClock(address(sandbox)) as following:
            assert about(following.now(), dt.datetime.now(dt.UTC) - 3 * HOUR)


async def test_the_time_goes_on_when_the_demo_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_RETRY_SECONDS", 0.01)
    async with Sandbox() as sandbox:
        following = DemoClock(address(sandbox))
        await following.__aenter__()
        sandbox.clock.advance(3600)
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.1)
    assert about(following.now(), dt.datetime.now(dt.UTC) + HOUR)
    await following.__aexit__(None, None, None)


async def test_a_demo_that_was_never_there() -> None:
    with pytest.raises(aiohttp.ClientConnectionError):
        await DemoClock("http://127.0.0.1:9/demo/clock").__aenter__()


async def test_which_clock_is_used() -> None:
    async with app.clock_of(read({})) as own:
        assert isinstance(own, SystemClock)
    async with Sandbox() as sandbox:
        settings = read({"DISCORD_API_BASE": sandbox.base_url, "CLOCK_URL": address(sandbox)})
        async with app.clock_of(settings) as demo:
            assert isinstance(demo, DemoClock)


class Elsewhere:
    """A clock on another machine, which answers after `delay` seconds of ours, or not at all."""

    def __init__(self) -> None:
        self.ours = 100.0
        self.there = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)
        self.delay = 0.2
        self.answers = True

    async def ask(self) -> dt.datetime:
        if not self.answers:
            raise StoreUnavailableError("no connection")
        self.ours += self.delay
        return self.there + dt.timedelta(seconds=self.ours - self.delay / 2)


async def test_a_shared_clock_is_followed_between_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "ASK_SECONDS", 0.01)
    elsewhere = Elsewhere()

    async def behind(seconds: float) -> None:
        async with asyncio.timeout(5):
            while abs((there() - here.now()).total_seconds() - seconds) > 0.001:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)

    def there() -> dt.datetime:
        return elsewhere.there + dt.timedelta(seconds=elsewhere.ours)

    async with SharedClock(elsewhere.ask, lambda: elsewhere.ours) as here:
        assert here.now() == there()
        assert here.now().tzinfo is dt.UTC
        elsewhere.ours += 1000
        assert here.now() == there()
        # It was stepped: that is noticed at the next question.
        elsewhere.there += HOUR
        await behind(0)
        # What takes long tells little, and nothing what cannot be asked.
        elsewhere.delay = 5.0
        await asyncio.sleep(0.05)
        elsewhere.there += HOUR
        await asyncio.sleep(0.05)
        await behind(3600)
        elsewhere.answers = False
        await asyncio.sleep(0.05)
        elsewhere.answers, elsewhere.delay = True, 0.0
        await behind(0)
        async with asyncio.timeout(1):
            await here.sleep_until(here.now() - HOUR)
            await here.sleep_until(here.now() + SOON)


def test_seconds_are_counted_steadily(monkeypatch: pytest.MonkeyPatch) -> None:
    first = clock.steady()
    assert 0 <= clock.steady() - first < 5
    monkeypatch.delattr("time.CLOCK_BOOTTIME", raising=False)
    assert clock.steady() > 0
