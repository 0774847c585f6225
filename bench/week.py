"""A bad week at Discord, replayed: servers with a daily quote each, seven days, an incident a day.

The bot is a process of its own; it and the local Discord go by one clock, which is moved in steps, and nobody waits
for it. What is expected follows from the incidents alone: a post that could be made within the late limit has to be
there, once; one that could not has to be told in `/daily list`; and no schedule may be paused at the end of a day in a
server where the bot may post.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from aiohttp import web

from bench import storm
from bench.lives import Lives
from sandbox import Sandbox
from sandbox.faults import Rule
from sandbox.limits import Limits
from sandbox.page.hub import Traffic
from tests.support.progress import progress, silent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from aiohttp.typedefs import Handler

    from sandbox.model import Channel, Guild
    from tests.support.progress import Advance

SERVERS = 40
# A Monday without changes of the clocks around it.
MONDAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
FIRST, LAST = 9 * 60, 11 * 60  # minutes of the day between which the posts are due
LATE, TOO_LATE = 15, 6 * 60  # minutes after which a post is late, and after which it is not made any more
_MESSAGES = "/channels/{channel_id}/messages"
_QUIET, _PATIENCE = 0.06, 5.0  # real seconds without a request after which the bot is at rest, and at most
_WORK = 10.0  # real seconds that an attempt under way is waited for, at most
_CLAIM = 3.0  # the same, of a post that is due and not claimed yet: a busy machine, or the bot isn't there
_READY = 3.0  # the same, of which discord.py waits two for servers after READY


class Incident(NamedTuple):
    """What happens on a day: from minute `at` for so many minutes."""

    told: str
    at: int
    lasts: int
    begin: Callable[[Week], Awaitable[None]]
    end: Callable[[Week], Awaitable[None]] | None = None


@dataclass
class Day:
    """How the posts of a day went, by the state of Discord and by what the bot tells."""

    told: str
    due: int = 0
    on_time: int = 0
    late: int = 0
    skipped: int = 0
    absent: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    paused: list[str] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        """Whether nothing was lost, doubled or paused for nothing."""
        return not (self.lost or self.doubled or self.paused)


class Week:
    def __init__(self, sandbox: Sandbox, store: Path, traffic: Traffic, servers: int) -> None:
        self.sandbox, self.traffic = sandbox, traffic
        self._store = store
        self._lives = Lives(sandbox, store)
        self._process: BaseProcess | None = None
        self.moderator = sandbox.world.add_user("Mo")
        self.guilds = [
            sandbox.world.add_guild(f"Server {number + 1}", owner=self.moderator) for number in range(servers)
        ]
        self.minutes = [FIRST + number * (LAST - FIRST) // servers for number in range(servers)]
        self._day = MONDAY
        # For each server, from when to when the bot could not post there, in minutes of the present day.
        self._barred: dict[int, tuple[int, int]] = {}
        self._away: set[int] = set()

    # -- the bot ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the bot and wait until it is there."""
        self._process = self._lives.start()
        await self.connected()

    async def connected(self) -> None:
        """Wait until the bot is connected and ready."""
        await self.sandbox.bot_connected(commands=True, timeout=120)
        await asyncio.sleep(_READY)

    async def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            await asyncio.to_thread(self._process.join, 20)

    async def kill(self) -> None:
        """Kill the bot, and start it anew."""
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.join)
        gateway = self.sandbox.gateway
        async with asyncio.timeout(20):
            while gateway.connected:  # noqa: ASYNC110 - the kernel closes what the process held
                await asyncio.sleep(0.02)
        await self.start()

    def channel(self, guild: Guild) -> Channel:
        """Return the one channel of a server."""
        return next(iter(guild.channels.values()))

    # -- the incidents' deeds -----------------------------------------------------------------------

    def some(self, part: int) -> list[Guild]:
        """Return one server of so many."""
        return self.guilds[::part]

    def others(self, part: int) -> list[Guild]:
        """Return as many, which are none of those."""
        return self.guilds[1::part]

    def bar(self, guilds: list[Guild], at: int, lasts: int) -> None:
        """Note that in these servers nothing can be posted for a while."""
        self._barred |= {each.id: (at, at + lasts) for each in guilds}

    def leave(self, guild: Guild) -> None:
        """Let a server remove the bot."""
        self.sandbox.world.kick_bot(guild)
        self._away.add(guild.id)

    def come_back(self) -> None:
        """Let the servers that removed the bot take it back."""
        for each in self.guilds:
            if each.id in self._away:
                self.sandbox.world.add_bot(each, greet=False)
        self._away.clear()

    # -- the days -----------------------------------------------------------------------------------

    async def schedule_all(self) -> None:
        """Let the moderator schedule a daily quote in each server."""
        for guild, minute in zip(self.guilds, self.minutes, strict=True):
            person = self.sandbox.person("Mo", guild=guild)
            at = f"{minute // 60}:{minute % 60:02}"
            reply = await person.slash("daily schedule", channel=self.channel(guild), time=at, timezone="UTC")
            if "Next" not in reply.text and "<t:" not in reply.text:
                raise RuntimeError(f"not scheduled: {reply.text}")

    async def live(self, day: int, incident: Incident, advance: Advance) -> Day:
        """Let a day pass with its incident, and look at what was posted and told; its steps add up to one."""
        self._day = MONDAY + dt.timedelta(days=day)
        self._barred = {}
        end = incident.at + incident.lasts
        steps = self._steps(incident)
        for minute in steps:
            await self._move(minute)
            advance(1 / len(steps))
            if minute == incident.at:
                await incident.begin(self)
            if minute == end and incident.end is not None:
                await incident.end(self)
        return await self._judge(Day(f"{self._day:%A}: {incident.told}"), set(self._away))

    def _steps(self, incident: Incident) -> list[int]:
        """Return the minutes at which the clock stops: what is due, closely after the incident, and every hour or two.

        A post that failed is tried only once more at each of these, however far apart they are.
        """
        begin, end = incident.at, incident.at + incident.lasts
        closely = {*range(begin, min(end, begin + 10)), *range(begin, end, 15), end, *range(end + 1, end + 46, 4)}
        usual = {*range(0, LAST, 120), *range(LAST, LAST + TOO_LATE, 60), 1320, 1380}
        return sorted(each for each in {*self.minutes, *closely, *usual} if each < 1440)

    async def _move(self, minute: int) -> None:
        self.sandbox.clock.move_to((self._day + dt.timedelta(minutes=minute, seconds=1)).timestamp())
        # What the bot waits for in real time (the library between two attempts) would be hours of the week.
        began = time.monotonic()
        now = dt.datetime.fromtimestamp(self.sandbox.clock.now(), dt.UTC)
        while True:
            await self.traffic.caught_up(self.sandbox.clock.version, _QUIET, _PATIENCE)
            waited = time.monotonic() - began
            claims = waited < _CLAIM and storm.waiting(self._store, now)
            works = waited < _WORK and storm.working(self._store)
            if not claims and not works:
                return

    async def _judge(self, day: Day, away: set[int]) -> Day:
        """Compare a day's posts with what could be made; ask the bot about what is missing."""
        begins = self._day.timestamp()
        for guild, minute in zip(self.guilds, self.minutes, strict=True):
            made = [
                (each.at - begins) / 60 - minute
                for each in self.channel(guild).messages.values()
                if each.author.bot and each.nonce is not None and begins <= each.at < begins + 86_400
            ]
            if guild.id in away:
                day.absent += 1
                continue
            day.due += 1
            told = (await self.sandbox.person("Mo", guild=guild).slash("daily list")).text
            if "Paused" in told:
                day.paused.append(f"{guild.name}: {told}")
            if len(made) > 1:
                day.doubled.append(f"{guild.name}: {made}")
            elif made:
                day.on_time += made[0] < LATE
                day.late += made[0] >= LATE
            elif self._possible(guild, minute) or not _SAID.search(told):
                day.lost.append(f"{guild.name}: {told}")
            else:
                day.skipped += 1
        return day

    def _possible(self, guild: Guild, minute: int) -> bool:
        """Tell whether a post could have been made before it was too late."""
        begin, end = self._barred.get(guild.id, (0, 0))
        return not begin <= minute < end or end + LATE < minute + TOO_LATE


# How `/daily list` tells of a post that was not made.
_SAID = re.compile(r"was (?:skipped|not made)")


async def _edge_403(week: Week) -> None:
    week.sandbox.faults.add(Rule("edge", status=403, lasts=600))


async def _edge_mixed(week: Week) -> None:
    for rule in (
        Rule("error", status=403, code=40333, probability=0.3, lasts=1500),
        Rule("edge", status=404, probability=0.3, lasts=1500),
        Rule("edge", status=429, probability=0.2, lasts=1500),
        Rule("edge", status=429, retry_after=120, probability=0.2, lasts=1500),
        Rule("edge", status=503, probability=0.5, lasts=1500),
        Rule("error", status=404, lasts=1500),
    ):
        week.sandbox.faults.add(rule)


async def _time_outs(week: Week) -> None:
    for guild in week.some(4):
        week.sandbox.world.time_out(guild, week.sandbox.clock.now() + 3600)
    # Others take its permission away: these posts may be missed, and said so; but the pause ends with its cause.
    for guild in week.others(4):
        week.sandbox.world.forbid(guild, "send_messages")
    week.bar(week.others(4), 8 * 60 + 55, TOO_LATE)


async def _permission_back(week: Week) -> None:
    for guild in week.others(4):
        week.sandbox.world.permit(guild, "send_messages")


async def _outage(week: Week) -> None:
    for guild in week.some(3):
        week.sandbox.world.set_available(guild, available=False)
        week.sandbox.faults.add(Rule("error", status=503, guild=guild.id, lasts=7200))


async def _outage_over(week: Week) -> None:
    for guild in week.some(3):
        week.sandbox.world.set_available(guild, available=True)


async def _lost(week: Week) -> None:
    async with week.sandbox.gateway.lost():
        for guild in week.some(5)[1:]:
            week.leave(guild)
    await week.connected()


async def _answers_lost(week: Week) -> None:
    week.come_back()
    week.sandbox.clock.set_ahead(1200.0)
    for rule in (
        Rule("drop", "POST", _MESSAGES, probability=0.3, lasts=1800),
        Rule("cut", "POST", _MESSAGES, probability=0.3, lasts=1800),
        Rule("edge", "POST", _MESSAGES, status=502, done=True, probability=0.5, lasts=1800),
    ):
        week.sandbox.faults.add(rule)


async def _killed(week: Week) -> None:
    await week.kill()
    week.sandbox.clock.set_ahead(0.0)


async def _down(week: Week) -> None:
    week.bar(week.guilds, 8 * 60 + 30, 8 * 60)
    week.traffic.cut()
    await week.sandbox.gateway.disconnect(4000)


async def _up(week: Week) -> None:
    week.traffic.mend()
    await week.connected()


INCIDENTS = (
    Incident("the edge answers 403 for ten minutes", 9 * 60 + 30, 10, _edge_403),
    Incident("40333, 404, 429 and 503 of the edge for 25 minutes", 9 * 60 + 15, 25, _edge_mixed),
    Incident(
        "the bot is timed out, or its permission taken, for an hour", 8 * 60 + 55, 60, _time_outs, _permission_back
    ),
    Incident("a third of the servers is in an outage for two hours", 9 * 60 + 10, 120, _outage, _outage_over),
    Incident("the session is lost, and servers remove the bot meanwhile", 8 * 60 + 45, 5, _lost),
    Incident("servers take it back; answers lost, 20 minutes fast, killed", 8 * 60 + 50, 30, _answers_lost, _killed),
    Incident("Discord is down for eight hours", 8 * 60 + 30, 8 * 60, _down, _up),
)


async def replay(
    store: Path, servers: int = SERVERS, incidents: tuple[Incident, ...] = INCIDENTS, advance: Advance = silent
) -> list[Day]:
    """Replay the week on `store`, which was seeded from the tiny announcement; return its days."""
    traffic = Traffic()
    sandbox = Sandbox(empty=True, journal_size=1)

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await traffic.watch(request, handler)

    sandbox.app.middlewares.append(watch)
    # The library counts the answers that come without headers, too, and would wait in real seconds: hours of the week.
    sandbox.api.limits = Limits(refusing=False, most=10_000, now=sandbox.clock.now)
    sandbox.clock.move_to((MONDAY - dt.timedelta(hours=6)).timestamp())
    async with sandbox:
        week = Week(sandbox, store, traffic, servers)
        await week.start()
        try:
            await week.schedule_all()
            return [await week.live(number, incident, advance) for number, incident in enumerate(incidents)]
        finally:
            traffic.mend()
            await week.stop()


def table(days: list[Day]) -> str:
    """Write the days as a table."""
    lines = [f"{'':72}{'due':>5}{'on time':>9}{'late':>6}{'told':>6}{'away':>6}{'lost':>6}{'doubled':>9}{'paused':>8}"]
    for each in days:
        counts = (each.due, each.on_time, each.late, each.skipped, each.absent)
        bad = (len(each.lost), len(each.doubled), len(each.paused))
        row = zip((*counts, *bad), (5, 9, 6, 6, 6, 6, 9, 8), strict=True)
        lines.append(f"{each.told:72}" + "".join(f"{count:>{width}}" for count, width in row))
    return "\n".join(lines)


def main(store: Path, servers: int = SERVERS) -> int:
    """Replay and print; 1 when anything was lost, doubled or paused for nothing."""
    began = time.monotonic()
    with progress("a bad week", len(INCIDENTS)) as advance:
        days = asyncio.run(replay(store, servers, advance=advance))
    print(f"A bad week at Discord: {servers} servers, {len(days)} days; {time.monotonic() - began:.0f} s")
    print(table(days))
    print("told: not made, because it was too late, and said so in /daily list; away: the bot was not in the server")
    for each in days:
        print(*(f"{each.told}: {one}" for one in (*each.lost, *each.doubled, *each.paused)), sep="\n", end="")
    return 0 if all(each.fine for each in days) else 1
