"""Clock changes of time zones, by the `tzdata` package: a machine's own zone files may be older."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from sandbox import views
from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from sandbox.model import Channel
    from sandbox.page.hub import Hub
    from sandbox.registry import Event

FALLBACK = "America/New_York"
_DAYS = 400
_DAY = 86400


@dataclass(slots=True, frozen=True)
class Change:
    """One change of the clocks: when, where, and what they showed before and after."""

    at: float
    zone: str
    before: datetime
    after: datetime

    def told(self) -> str:
        """Say it in words."""
        day = f"{self.after:%A}, {self.after:%B} {self.after.day}"
        return f"Clocks in {self.zone} went from {self.before:%H:%M} to {self.after:%H:%M} on {day}."


@cache
def _all_zones() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@cache
def _zone(name: str) -> ZoneInfo:
    with resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def known(name: str) -> bool:
    """Tell whether this is the name of a time zone."""
    return "/" in name and name in _all_zones()


def next_change(names: list[str], now: float) -> Change:
    """Find the next change in the first zone that has one within the year."""
    for name in names:
        if known(name):
            found = _next_in(name, int(now))
            if found is not None:
                return found
    raise ValueError("no zone given has a clock change within the year")


def _next_in(name: str, now: int) -> Change | None:
    zone = _zone(name)
    start = now
    for _ in range(_DAYS):
        if _offset(zone, start) != _offset(zone, start + _DAY):
            at = _bisect(zone, start, start + _DAY)
            before = datetime.fromtimestamp(at, UTC) + _offset(zone, at - 1)
            return Change(at, name, before, datetime.fromtimestamp(at, zone))
        start += _DAY
    return None


def _bisect(zone: ZoneInfo, low: int, high: int) -> int:
    """Find the first second with the new offset."""
    old = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == old else (low, middle)
    return high


def _offset(zone: ZoneInfo, at: int) -> timedelta:
    return datetime.fromtimestamp(at, zone).utcoffset() or timedelta()


HOUR, DAY = 3600.0, 86400.0
_STAMP = re.compile(r"<t:(\d{9,11})(?::[a-zA-Z])?>")
_NAME = re.compile(r"[A-Z]\w+(?:/[\w+-]+)+")
_MOST_ZONES = 4
_HORIZON = 40 * DAY
_SEARCH = 8 * DAY
_QUIET = 0.05
_PATIENCE = 2.0
_FOR_A_POST = 5.0
_TRIES = 3
_FARTHEST = 4_000_000_000.0


async def go(hub: Hub, data: dict[str, Any]) -> str:
    """Move the clock as asked; gives a sentence about what happened."""
    if hub.travelling:
        raise SandboxError("the clock is already being moved")
    hub.travelling = True
    try:
        return await _go(hub, data)
    finally:
        hub.travelling = False
        hub.tell_clock()


async def _go(hub: Hub, data: dict[str, Any]) -> str:
    to = data.get("to")
    now = hub.sandbox.clock.now()
    if to == "next-daily":
        return await _to_next_post(hub)
    if to == "+1d":
        with Posts(hub) as posts:
            await walk(hub, now + DAY, posts)
        return f"A day has passed. {posts.told()}"
    if to == "next-change":
        return await _over_change(hub, str(data.get("zone") or ""))
    if isinstance(to, int | float) and 0 < to < _FARTHEST:
        await _step(hub, float(to))
        return "The clock has been set."
    raise SandboxError("the clock can't be moved there")


class Posts:
    """Notes what the bot posts by itself, not in answer to anybody, while it is open."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.channels: list[Channel] = []
        self.came = asyncio.Event()

    def __enter__(self) -> Self:
        self._stop = self._hub.world.events.listen(self._on_event)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _on_event(self, event: Event) -> None:
        message = event.message
        if event.name != "MESSAGE_CREATE" or message is None or message.author is not self._hub.world.bot:
            return
        if message.interaction is None and message.reply_to is None:
            self.channels.append(message.channel)
            self.came.set()

    def told(self) -> str:
        """Say in words where something was posted."""
        if not self.channels:
            return "The bot posted nothing on its own."
        names = ", ".join(dict.fromkeys(f"#{each.name}" for each in self.channels))
        count = len(self.channels)
        return f"The bot posted in {names}." if count == 1 else f"The bot posted {count} times: {names}."


async def _to_next_post(hub: Hub) -> str:
    now = hub.sandbox.clock.now()
    stamps = seen_stamps(hub)
    if not stamps:
        raise SandboxError(
            "this page hasn't seen any daily post scheduled yet: schedule one with /daily schedule, as Mo"
        )
    with Posts(hub) as posts:
        for at in sorted(each for each in stamps if now < each < now + _HORIZON)[:_TRIES]:
            await _step(hub, at)
            await _wait(posts, _FOR_A_POST)
            if posts.channels:
                return posts.told()
        await walk(hub, hub.sandbox.clock.now() + _SEARCH, posts, to_the_first=True)
    if posts.channels:
        return posts.told()
    raise SandboxError("eight days have passed and the bot posted nothing: is a schedule running? See /daily list")


async def _wait(posts: Posts, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await posts.came.wait()
    except TimeoutError:
        return


async def _over_change(hub: Hub, viewers: str) -> str:
    """Go to a day before the change by a jump, and from there over it step by step."""
    now = hub.sandbox.clock.now()
    change = next_change([*_zones_used(hub), viewers, FALLBACK], now)
    if change.at - DAY > now:
        await _step(hub, change.at - DAY)
    with Posts(hub) as posts:
        await walk(hub, change.at + HOUR, posts)
    return f"{change.told()} {posts.told()}"


def _zones_used(hub: Hub) -> list[str]:
    """Find the time zones that people gave to commands, or the bot named: those matter to what they planned."""
    found: list[str] = []
    for cause in reversed(hub.causes.values()):
        options = cause["data"].get("options") or []
        while options:
            values = [str(each.get("value", "")) for each in options]
            found += [each for each in values if known(each)]
            options = options[0].get("options") or []
    named = (each for text in _said(hub) for each in _NAME.findall(text) if known(each))
    return list(dict.fromkeys([*found, *named]))


async def walk(hub: Hub, until: float, posts: Posts, *, to_the_first: bool = False) -> None:
    """Go on step by step: to every hour, to known instants and to their minutes past the hour.

    Where a post is likely, the bot is waited for: on a busy machine it may be quiet for a moment before it posts, and
    an hour later its post would be late.
    """
    now = hub.sandbox.clock.now()
    stamps = seen_stamps(hub)
    minutes = sorted({0.0, *(each % HOUR for each in stamps)})[:6]
    likely = stamps | same_times(stamps, _zones_used(hub)[:_MOST_ZONES], now, until)
    hours = range(int(now // HOUR), int(until // HOUR) + 1)
    steps = {hour * HOUR + minute for hour in hours for minute in minutes} | {until}
    for at in sorted(each for each in steps | likely if now < each <= until):
        posts.came.clear()
        await _step(hub, at)
        if at in likely:
            await _wait(posts, _FOR_A_POST)
        if to_the_first and posts.channels:
            return


def same_times(stamps: set[float], names: list[str], now: float, until: float) -> set[float]:
    """Find the instants until then at which the clocks of these zones (of UTC without one) show what they showed then.

    What is planned for nine o'clock comes at nine on the other side of a clock change, too.
    """
    zones: list[tzinfo] = [_zone(each) for each in names] or [UTC]
    found = set()
    for zone in zones:
        times = {datetime.fromtimestamp(each, zone).time() for each in stamps}
        day, last = datetime.fromtimestamp(now, zone).date(), datetime.fromtimestamp(until, zone).date()
        while day <= last:
            found |= {datetime.combine(day, each, zone).timestamp() for each in times}
            day += timedelta(days=1)
    return found


async def _step(hub: Hub, at: float) -> None:
    hub.sandbox.clock.move_to(at)
    hub.tell_clock()
    await hub.traffic.caught_up(hub.sandbox.clock.version, _QUIET, _PATIENCE)


def seen_stamps(hub: Hub) -> set[float]:
    """Find the instants that the bot has named anywhere, ephemeral answers included."""
    return {float(stamp) for text in _said(hub) for stamp in _STAMP.findall(text)}


def _said(hub: Hub) -> Iterator[str]:
    """Yield what the bot has said, the newest that is for one person alone first."""
    bot = hub.world.bot
    public = (message for channel in hub.world.channels.values() for message in channel.messages.values())
    for each in (*reversed(hub.private.values()), *public):
        if each.author is bot:
            yield views.visible_text(each)
