"""What happens to the bot, drawn from one seed beforehand: so it can be listed, replayed, and cut down.

An event stands for itself: it brings its own end, and another that is taken out changes nothing of it.
"""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.simulate.chat import AFTER, BEFORE, LIMITED, OTHER, START, chance

if TYPE_CHECKING:
    from collections.abc import Iterator

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
YEAR = 365 * DAY
# Nothing happens any more for so long before the end: all must become quiet.
QUIET = 4 * DAY
_ZONES = (
    "UTC America/New_York Europe/Berlin Asia/Kolkata Australia/Lord_Howe Pacific/Apia America/St_Johns "
    "Africa/Casablanca Asia/Kathmandu Pacific/Chatham America/Santiago Asia/Tokyo Europe/London Africa/Cairo"
).split()
_MINUTES = (0, 30, 90, 150, 165, 540, 720, 1080, 1275, 1439)
_KILL_POINTS = ("wire:arrived", "wire:before", "wire:after", "commit:before", "commit:after", "execute", "fetch", "")


class Event(NamedTuple):
    """Something that happens at `at` (seconds after the beginning), to server number `guild` or to all, for so long."""

    at: float
    kind: str
    guild: int | None = None
    lasts: float = 0.0
    detail: tuple[Any, ...] = ()

    def __str__(self) -> str:
        when = START + dt.timedelta(seconds=self.at)
        where = "" if self.guild is None else f" server {self.guild}"
        detail = "" if not self.detail else " " + " ".join(str(each) for each in self.detail)
        lasts = "" if not self.lasts else f" for {dt.timedelta(seconds=round(self.lasts))}"
        return f"{when:%Y-%m-%d %H:%M:%S}{where} {self.kind}{detail}{lasts}"


class Habit(NamedTuple):
    """What a server's moderators ask for."""

    place: str
    minute: int
    zone: str
    days: str
    about: str | None
    role: bool
    style: str


def habit(seed: int, guild: int, which: int) -> Habit:
    """Return what the moderators of a server choose for their schedule number `which`."""

    def pick(name: str, *choices: Any) -> Any:
        return choices[int(chance(seed, guild, which, name) * len(choices))]

    return Habit(
        pick("place", "text", "text", "text", "announcement", "thread", "forum"),
        pick("minute", *_MINUTES),
        pick("zone", *_ZONES),
        pick("days", "daily", "daily", "daily", "daily", "weekdays", "mon, thu"),
        pick("about", None, None, "The music", "Ann"),
        pick("role", True, False, False),
        pick("style", "text", "text", "card"),
    )


def plan(seed: int, guilds: int, length: float, density: float = 1.0) -> list[Event]:
    """Return all events of a run, in order; `density` is how eventful it is."""
    draw = random.Random(seed)
    events = [*_storms(draw, seed, guilds, length, density), *_alone(draw, guilds, length, density)]
    end = length - QUIET
    return sorted(event for event in events if event.at > 2 * DAY and event.at + event.lasts < end)


def _times(draw: random.Random, length: float, every: float) -> Iterator[float]:
    at = draw.expovariate(1 / every)
    while at < length:
        yield at
        at += draw.expovariate(1 / every)


def _storms(draw: random.Random, seed: int, guilds: int, length: float, density: float) -> Iterator[Event]:
    """Yield events that come together, around the instant of some server's post."""
    for at in _times(draw, length, 0.6 * DAY / density):
        guild = draw.randrange(guilds)
        chosen = habit(seed, guild, 0)
        anchor = _near(chosen, at)
        for _ in range(draw.choice((1, 1, 2, 2, 3, 4))):
            when = anchor + draw.choice((draw.uniform(-30, 5), draw.uniform(-3, 3), draw.uniform(0, 400)))
            yield _one(draw, draw.choice(_CLOSE), when, guild)


def _near(chosen: Habit, at: float) -> float:
    """Return when the post of the day of `at` comes."""
    date = (START + dt.timedelta(seconds=at)).date()
    hours, minutes = divmod(chosen.minute, 60)
    local = dt.datetime(date.year, date.month, date.day, hours, minutes, tzinfo=zoneinfo.ZoneInfo(chosen.zone))
    return (local.astimezone(dt.UTC) - START).total_seconds()


def _alone(draw: random.Random, guilds: int, length: float, density: float) -> Iterator[Event]:
    """Yield what happens by itself, at any time."""
    for kind, every in _EVERY.items():
        for at in _times(draw, length, every / density):
            yield _one(draw, kind, at, draw.randrange(guilds))


# How often each comes, over all servers.
_EVERY = {
    "edge": 5 * DAY,
    "kill": 3 * DAY,
    "stop": 10 * DAY,
    "crash-loop": 25 * DAY,
    "downtime": 60 * DAY,
    "step": 25 * DAY,
    "hold": 10 * DAY,
    "second": 20 * DAY,
    "session": 4 * DAY,
    "outage": 6 * DAY,
    "leave": 15 * DAY,
    "permission": 8 * DAY,
    "overwrite": 8 * DAY,
    "time-out": 8 * DAY,
    "archive": 12 * DAY,
    "lock": 15 * DAY,
    "delete-channel": 25 * DAY,
    "tag": 25 * DAY,
    "delete-role": 40 * DAY,
    "busy": 8 * DAY,
    "flood": 15 * DAY,
    "skip": 5 * DAY,
    "pause": 8 * DAY,
    "edit": 6 * DAY,
    "test": 8 * DAY,
    "remove": 30 * DAY,
    "create": 20 * DAY,
}
# What is worth meeting within minutes of a post.
_CLOSE = (
    *("edge",) * 8,
    *("fault",) * 8,
    *("kill",) * 8,
    *("hold", "step", "session", "second", "stop") * 2,
    *("outage", "leave", "permission", "overwrite", "time-out", "archive", "lock", "delete-channel", "tag"),
    *("busy", "flood", "flood", "skip", "pause", "edit", "test", "remove", "delete-role", "create", "crash-loop"),
)


def _one(draw: random.Random, kind: str, at: float, guild: int) -> Event:  # noqa: C901, PLR0911, PLR0912 - a table
    """Return an event of a kind."""
    minutes = draw.choice((draw.uniform(0.2, 3), draw.uniform(3, 20), draw.uniform(20, 300))) * MINUTE
    days = draw.choice((draw.uniform(0.02, 0.5), draw.uniform(0.5, 6), draw.uniform(6, 20))) * DAY
    faults = (*BEFORE, *AFTER, *LIMITED, *OTHER)
    match kind:
        case "edge":
            return Event(at, kind, None, minutes, (draw.choice(faults), draw.choice((1.0, 1.0, 0.5, 0.1))))
        case "fault":
            return Event(at, kind, guild, minutes, (draw.choice(faults), draw.choice((1.0, 0.5))))
        case "kill":
            seconds = draw.choice((draw.uniform(1, 20), draw.uniform(20, 900), draw.uniform(0.2, 8) * HOUR))
            return Event(at, kind, None, seconds, (draw.choice(_KILL_POINTS), draw.choice((0, 0, 1, 2, 5, 20))))
        case "stop":
            return Event(at, kind, None, draw.uniform(1, 120))
        case "crash-loop":
            return Event(at, kind, None, draw.uniform(40, 150))
        case "downtime":
            return Event(at, "kill", None, draw.uniform(0.1, 20) * DAY, ("", 0))
        case "step":
            size = draw.choice((draw.uniform(30, 600), draw.uniform(600, 1800), draw.uniform(0.5, 3) * HOUR))
            return Event(at, kind, None, minutes * draw.choice((1, 10)), (round(size * draw.choice((1, -1)), 1),))
        case "hold":
            return Event(at, kind, None, draw.choice((draw.uniform(0.1, 4), draw.uniform(4, 60))))
        case "second":
            return Event(at, kind, None, min(minutes, 20 * MINUTE))
        case "session":
            return Event(at, kind, None, minutes / 4, (draw.randrange(2), draw.choice(("resume", "new", "new"))))
        case "permission" | "overwrite":
            return Event(at, kind, guild, days, (draw.choice(("view", "send", "history", "attach")),))
        case "time-out":
            return Event(at, kind, guild, draw.choice((60.0, 5 * MINUTE, 10 * MINUTE, HOUR, DAY, 7 * DAY)))
        case "outage" | "busy":
            return Event(at, kind, guild, minutes)
        case "leave" | "lock" | "tag" | "pause":
            return Event(at, kind, guild, days)
        case "edit":
            return Event(at, kind, guild, 0.0, (draw.choice(("time", "about", "days", "zone", "channel", "style")),))
        case _:
            return Event(at, kind, guild)
