"""A run: the plan is carried out on the simulated machine, and the oracle watches."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import tempfile
import time as real_time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

import aiohttp
import discord

from bench.simulate import chat as imitation
from bench.simulate.chat import Channel, Chat, Fault, Guild, chance
from bench.simulate.oracle import Oracle, Violation
from bench.simulate.plan import DAY, HOUR, MINUTE, Event, habit
from bench.simulate.process import Listener, Machine, Process
from bench.simulate.store import connect
from bench.simulate.virtual import BusyError, Time
from bot.client import client
from bot.daily.bag import Filters
from bot.daily.commands import ScheduleOptions
from bot.daily.input import Zones
from bot.daily.schedule import Style
from bot.errors import StoreUnavailableError, UserError
from bot.quotes.search import QuoteService
from bot.store.sqlite import SqliteDatabase
from tests.support.daily import announcement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_KINDS = {"text": imitation.TEXT, "announcement": imitation.ANNOUNCEMENT, "thread": imitation.THREAD}
_KINDS |= {"forum": imitation.FORUM}
_BITS = {
    "view": imitation.VIEW,
    "send": imitation.SEND | imitation.SEND_IN_THREADS,
    "history": imitation.HISTORY,
    "attach": imitation.ATTACH,
}
QUOTES = 11
# After trouble the bot needs so long until all goes on: pauses between tries, sessions that begin.
_SETTLING = 16 * MINUTE
# Discord waits for three seconds; the way there and back takes its part.
_PROMPT = 2.8


class World(NamedTuple):
    """What a run begins with: servers by their numbers, and when."""

    seed: int
    guilds: tuple[int, ...]
    begin: float
    end: float


class Outcome(NamedTuple):
    """What came of a run."""

    violations: tuple[Violation, ...]
    trace: str
    counts: dict[str, int]
    requests: int
    steps: int
    lives: int
    seconds: float


def simulate(
    world: World,
    events: Sequence[Event],
    progress: Callable[[float, list[Violation]], None] | None = None,
    enough: Callable[[Violation], bool] | None = None,
) -> Outcome:
    """Run; ends early at a violation that is `enough`. `progress` is told of each day, and what was broken on it."""
    began = real_time.process_time()
    shared = Path("/dev/shm")  # noqa: S108 - a folder of our own is made there
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        run = _Run(world, Path(folder) / "store.sqlite3")
        with run.world():
            run.carry_out(events, progress, enough)
        outcome = run.outcome(real_time.process_time() - began)
        run.close()
    return outcome


_TEMPLATE: dict[str, bytes] = {}


def _empty_store(path: Path) -> None:
    """Put a store with the bot's schema at `path`."""
    if "store" not in _TEMPLATE:
        import asyncio

        async def make() -> None:
            async with await SqliteDatabase.open(path):
                pass

        asyncio.run(make())
        _TEMPLATE["store"] = path.read_bytes()
    path.write_bytes(_TEMPLATE["store"])


class _Run:
    def __init__(self, world: World, path: Path) -> None:
        _empty_store(path)
        self._world = world
        self.time = Time()
        self.time.now = world.begin
        library = announcement(QUOTES)
        self._chat = Chat(self.time, world.seed, self._watch, self._asked)
        self.machine = Machine(self.time, self._chat, path, library, world.seed)
        filters = Filters(library, QuoteService(library))
        self.oracle = Oracle(self.machine, filters.matching)
        self._outside = connect(path)
        self._reader = connect(path)
        self._removals: dict[int, list[int]] = {}
        self._disturbed = world.begin
        self._left: dict[int, float] = {}
        self._held = False
        self._made: dict[int, int] = {}
        self._wanted = 1
        self._guilds = {number: self._chat.make_guild(number) for number in world.guilds}

    def _watch(self, message: imitation.Message) -> None:
        self.oracle.watch(message)

    def _asked(self, component_id: int, *, refused: bool) -> None:
        self.oracle.asked(component_id, refused=refused)

    @contextlib.contextmanager
    def world(self) -> Any:
        """Hold what the bot and its libraries take from outside: zones once, the time, the log."""
        zones = Zones.load()
        listener = Listener(self._told)
        root = logging.getLogger()
        level, raising = root.level, logging.raiseExceptions
        root.addHandler(listener)
        root.setLevel(logging.ERROR)
        try:
            with (
                mock.patch.object(Zones, "load", return_value=zones),
                mock.patch.object(discord.utils, "utcnow", self.machine.now),
                # What is collected, and when, is this process's affair.
                mock.patch.object(client, "gc"),
            ):
                yield
        finally:
            root.removeHandler(listener)
            root.setLevel(level)
            logging.raiseExceptions = raising

    def close(self) -> None:
        """Let go of everything."""
        for process in list(self.machine.processes):
            process.kill()
        self.time.run(self.time.now)
        self._outside.close()
        self._reader.close()

    def outcome(self, seconds: float) -> Outcome:
        return Outcome(
            tuple(self.oracle.violations),
            self._chat.trace.hexdigest(),
            dict(sorted(self.oracle.counts.items())),
            self._chat.requests,
            self.time.steps,
            self.machine.started,
            seconds,
        )

    def _told(self, kind: str, text: str) -> None:
        self.oracle.fault(kind, None, text[:300], text[:60])

    def carry_out(
        self,
        events: Sequence[Event],
        progress: Callable[[float, list[Violation]], None] | None,
        enough: Callable[[Violation], bool] | None,
    ) -> None:
        """Do all that was planned."""
        self._start()
        for event in events:
            if self._world.begin < event.at < self._world.end and (event.guild is None or event.guild in self._guilds):
                self.time.at(event.at, self._apply, event)
        day = self._world.begin + 600.0
        self.time.at(day, self._morning)
        seen, told = 0, self._world.begin
        while day < self._world.end:
            day = min(day + DAY, self._world.end)
            try:
                self.time.run(day)
            except BusyError as error:
                self._told("busy", str(error))
                return
            if day < self._world.end:
                self._evening()
            new = self.oracle.violations[seen:]
            seen += len(new)
            if enough and any(map(enough, new)):
                return
            if progress is not None:
                progress((day - told) / DAY, new)
                told = day
        self.oracle.at_rest()
        self._followed_up()

    def _followed_up(self) -> None:
        """Check that what was to follow the posts of the last days was done."""
        since = (imitation.START.timestamp() + self.time.now - 2.5 * DAY) * 1000
        until = (imitation.START.timestamp() + self.time.now - HOUR) * 1000
        posts = "SELECT * FROM delivery WHERE state = 'sent' AND due BETWEEN ? AND ?"
        for row in self._reader.execute(posts, (since, until)):
            guild = self._chat.channels[row["channel"]].guild
            for column, done in (("publish", "published"), ("thread", "discussed")):
                wanted = row[column] and (done, row["message"]) not in self._chat.done
                if wanted and not self._chat.lately(row["channel"], 3 * DAY):
                    self.oracle.fault(f"not-{done}", guild, f"{row['date']} of schedule {row['schedule']}")

    # Processes

    def _start(self) -> None:
        if len(self.machine.processes) < self._wanted:
            self.disturbed(60.0, by_us=True)
            Process(self.machine, self.oracle.committed, self._told, self._ended)

    def _ended(self, _process: Process) -> None:
        self.disturbed(60.0, by_us=True)

    def disturbed(self, seconds: float, *, by_us: bool = False) -> None:
        """Note that something happens to all, for so long; `by_us` that a process ends or begins."""
        if by_us:
            self.oracle.trouble(self.time.now, self.time.now + seconds, None, by_us=True)
        else:
            self.oracle.trouble(self.time.now, self.time.now + seconds + _SETTLING, None)
        self._disturbed = max(self._disturbed, self.time.now + seconds + _SETTLING)

    def _main(self) -> Process | None:
        return self.machine.processes[0] if self.machine.processes else None

    # Days

    def _evening(self) -> None:
        process = self._main()
        healthy = max(self._disturbed, process.since) if process is not None and process.ready else None
        if self._held:
            healthy = None
        self.oracle.daily(healthy_since=healthy, up_since=process.since if process is not None else None)
        self._morning()

    def _morning(self) -> None:
        """Let moderators do what they would: make schedules, and put right what is paused."""
        process = self._main()
        if process is None or not process.ready or self._held:
            self.time.after(HOUR, self._morning) if self.time.now < self._world.begin + DAY else None
            return
        for guild in self._guilds.values():
            if not guild.present or not guild.available:
                continue
            own = [kept for kept in self.oracle.schedules.values() if kept.guild == guild.id]
            if not own:
                self._create(process, guild)
            for kept in own:
                self._care(process, guild, kept)

    def _care(self, process: Process, guild: Guild, kept: Any) -> None:
        if kept.paused is None or kept.paused_at is None or self.time.now - kept.paused_at < 1.5 * DAY:
            return
        number = self._number(kept.id)
        if kept.paused == "moderator" and self.time.now - kept.paused_at > 20 * DAY:
            process.do("resume", lambda s: s.resume(guild.id, number), self._answered)
        elif kept.channel in guild.gone and kept.paused != "moderator":
            channel = self._chat.make_channel(guild, self._chat.channels[kept.channel].kind)

            async def edit(scheduler: Any) -> None:
                await scheduler.edit(guild.id, number, ScheduleOptions(channel=channel.id))
                await scheduler.resume(guild.id, number)

            self.time.after(1.0, process.do, "edit", edit, self._answered)
        elif not self._chat.lately(kept.channel, 1.4 * DAY) and kept.paused != "moderator":
            process.do("resume", lambda s: s.resume(guild.id, number), self._answered)

    def _number(self, schedule: int) -> str:
        row = self._reader.execute("SELECT number FROM schedule WHERE id = ?", (schedule,)).fetchone()
        return str(row["number"]) if row else "0"

    def _answered(self, answer: Any) -> None:
        if isinstance(answer, StoreUnavailableError):
            return
        if isinstance(answer, Exception) and not isinstance(answer, UserError):
            faults = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError, ValueError)
            if isinstance(answer, faults) and (self._chat.faults or self.time.now < self._disturbed):
                return
            self._told("command-failed", f"{type(answer).__name__}: {answer}")

    def _create(self, process: Process, guild: Guild) -> None:
        made = self._made[guild.number] = self._made.get(guild.number, -1) + 1
        chosen = habit(self._world.seed, guild.number, made)
        channel = self._chat.make_channel(guild, _KINDS[chosen.place])
        if guild.role is None:
            self._chat.make_role(guild)
        hours, minutes = divmod(chosen.minute, 60)
        asked = ScheduleOptions(
            channel=channel.id,
            time=f"{hours:02}:{minutes:02}",
            timezone=chosen.zone,
            days=chosen.days,
            about=chosen.about,
            role=guild.role if chosen.role else None,
            style=Style(chosen.style),
            publish=chosen.place == "announcement" or None,
            thread=(chosen.minute % 60 == 0 and chosen.place in {"text", "announcement"}) or None,
        )
        self.time.after(1.0, process.do, "create", lambda s: s.create(guild.id, asked), self._answered)

    # Events

    def _apply(self, event: Event) -> None:
        self._chat.trace.update(f"{event}".encode())
        self.oracle.counts[f"event {event.kind}"] += 1
        guild = self._guilds[event.guild] if event.guild is not None else None
        if guild is not None:
            end = event.at + event.lasts + _SETTLING
            self.oracle.trouble(event.at, end, guild.number)
        handler = getattr(self, "_on_" + event.kind.replace("-", "_"))
        if guild is None:
            handler(event)
        else:
            handler(event, guild)

    def _on_edge(self, event: Event, guild: Guild | None = None) -> None:
        kind, share = event.detail
        fault = Fault(kind, guild.id if guild else None, share)
        self._chat.faults.append(fault)
        self.time.after(event.lasts, self._chat.faults.remove, fault)
        if guild is None:
            self.disturbed(event.lasts)

    _on_fault = _on_edge

    def _on_kill(self, event: Event) -> None:
        process = self._main()
        if process is None:
            return
        point, count = event.detail
        if point:
            process.arm(point, count)
            # If it does not come to that point, it is killed at last.
            self.time.after(10 * MINUTE, process.kill)
            self.disturbed(10 * MINUTE + event.lasts, by_us=True)
            self.time.after(10 * MINUTE + event.lasts, self._start)
        else:
            process.kill()
        self.disturbed(event.lasts, by_us=True)
        self.time.after(event.lasts, self._start)

    def _on_crash_loop(self, event: Event) -> None:
        self.disturbed(event.lasts, by_us=True)
        end = self.time.now + event.lasts

        def again() -> None:
            if self.time.now < end:
                for process in list(self.machine.processes):
                    process.kill()
                self.time.after(2.0, self._start)
                self.time.after(4.0 + 3.0 * chance(self._world.seed, "loop", self.time.now), again)

        again()

    def _on_stop(self, event: Event) -> None:
        process = self._main()
        if process is not None:
            process.stop()
            self.disturbed(event.lasts + 20.0, by_us=True)
            self.time.after(event.lasts + 11.0, self._start)

    def _on_second(self, event: Event) -> None:
        if self._wanted > 1:
            return
        self._wanted = 2
        self._start()

        def end() -> None:
            self._wanted = 1
            while len(self.machine.processes) > 1:
                self.machine.processes[-1].kill()

        self.disturbed(event.lasts)
        self.time.after(event.lasts, end)

    def _on_step(self, event: Event) -> None:
        (seconds,) = event.detail
        self._step(seconds)
        self.time.after(event.lasts, self._step, -seconds)

    def _step(self, seconds: float) -> None:
        self.oracle.stepped_at = self.time.now
        self.oracle.trouble(self.time.now - abs(seconds) - HOUR, self.time.now + abs(seconds) + HOUR, None)
        self.disturbed(abs(seconds))
        self.machine.step(seconds)

    def _on_hold(self, event: Event) -> None:
        if self._held:
            return
        try:
            self._outside.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            self.time.after(0.3, self._on_hold, event)
            return
        self._held = True

        def release() -> None:
            self._outside.execute("ROLLBACK")
            self._held = False

        self.disturbed(event.lasts)
        self.time.after(event.lasts, release)

    def _on_session(self, event: Event) -> None:
        shard, how = event.detail
        for session in list(self._chat.sessions):
            if session.shard == shard and session.live:
                session.live = False
                again = self._chat.resume if how == "resume" else self._chat.connect
                self.time.after(event.lasts, again, session)
        self.disturbed(event.lasts)

    def _on_outage(self, event: Event, guild: Guild) -> None:
        if guild.available:
            self._chat.outage(guild, begins=True)
            self.time.after(event.lasts, lambda: self._chat.outage(guild, begins=False))

    def _on_leave(self, event: Event, guild: Guild) -> None:
        if not guild.present:
            return
        # Of a return that nobody told it of, the bot knows nothing.
        unknown = self._left.get(guild.id) if not guild.told else None
        self._chat.leave(guild)
        self.oracle.left_at[guild.id] = self._left[guild.id] = self.time.now if unknown is None else unknown

        def back() -> None:
            self._chat.join(guild)
            # Until the bot knows of it, it may delete what it kept for seven days.
            left = self.oracle.left_at.pop(guild.id)
            self.oracle.back(guild.id, left)

        self.time.after(event.lasts, back)

    def _on_permission(self, event: Event, guild: Guild) -> None:
        bits = _BITS[event.detail[0]]
        removals = self._removals.setdefault(guild.id, [])

        def change() -> None:
            allowed = imitation.ALL
            for each in removals:
                allowed &= ~each
            guild.allowed = allowed

        def begin() -> None:
            removals.append(bits)
            self._chat.change(guild, change)
            self._chat.tell_role(guild)

        def end() -> None:
            removals.remove(bits)
            self._chat.change(guild, change)
            self._chat.tell_role(guild)

        begin()
        self.time.after(event.lasts, end)

    def _target(self, guild: Guild, event: Event, *kinds: int) -> Channel | None:
        """Return the channel of one of the server's schedules."""
        own = [kept for kept in self.oracle.schedules.values() if kept.guild == guild.id]
        channels = [self._chat.channels[kept.channel] for kept in own if kept.channel not in guild.gone]
        channels = [each for each in channels if not kinds or each.kind in kinds]
        if not channels:
            return None
        return channels[int(chance(self._world.seed, "target", event.at) * len(channels))]

    def _on_overwrite(self, event: Event, guild: Guild) -> None:
        channel = self._target(guild, event)
        if channel is None:
            return
        if channel.parent is not None:
            channel = self._chat.channels[channel.parent]
        bits = _BITS[event.detail[0]] & ~channel.denied

        def change(denied: int) -> None:
            if channel.id in guild.channels:
                self._chat.change(guild, lambda: setattr(channel, "denied", denied), channel)

        change(channel.denied | bits)
        self.time.after(event.lasts, lambda: change(channel.denied & ~bits))

    def _on_time_out(self, event: Event, guild: Guild) -> None:
        until = self.time.now + event.lasts

        def begin() -> None:
            guild.timed_out_until = until

        def end() -> None:
            # Discord tells nobody that a time-out is over.
            if guild.timed_out_until == until:
                self._chat.change(guild, lambda: None)

        self._chat.change(guild, begin)
        self._chat.tell_member(guild)
        self.time.after(event.lasts - 0.001, end)

    def _on_archive(self, event: Event, guild: Guild) -> None:
        channel = self._target(guild, event, imitation.THREAD)
        if channel is not None:
            self._chat.change(guild, lambda: setattr(channel, "archived", True), channel)

    def _on_lock(self, event: Event, guild: Guild) -> None:
        channel = self._target(guild, event, imitation.THREAD)
        if channel is None or channel.locked:
            return

        def change(*, on: bool) -> None:
            channel.archived = channel.locked = on

        self._chat.change(guild, lambda: change(on=True), channel)
        self.time.after(event.lasts, lambda: self._chat.change(guild, lambda: change(on=False), channel))

    def _on_tag(self, event: Event, guild: Guild) -> None:
        channel = self._target(guild, event, imitation.FORUM)
        if channel is None or channel.needs_tag:
            return
        self._chat.change(guild, lambda: setattr(channel, "needs_tag", True), channel)
        self.time.after(
            event.lasts, lambda: self._chat.change(guild, lambda: setattr(channel, "needs_tag", False), channel)
        )

    def _on_delete_channel(self, event: Event, guild: Guild) -> None:
        channel = self._target(guild, event)
        if channel is not None:
            self._chat.delete_channel(guild, channel)

    def _on_delete_role(self, _event: Event, guild: Guild) -> None:
        if guild.role is not None:
            self._chat.delete_role(guild)

    def _on_busy(self, event: Event, guild: Guild) -> None:
        channel = self._target(guild, event, imitation.TEXT, imitation.ANNOUNCEMENT, imitation.THREAD)
        if channel is not None:
            channel.chatter = [each for each in channel.chatter if each[1] > self.time.now - 3 * DAY]
            channel.chatter.append((self.time.now, self.time.now + event.lasts, 0.5))

    def _on_flood(self, event: Event, guild: Guild) -> None:
        forum = self._target(guild, event, imitation.FORUM)
        if forum is not None:
            self._chat.flood_forum(forum, 150)

    # Moderators

    def _moderate(self, event: Event, guild: Guild, name: str, command: Callable[[Any, str], Any]) -> None:
        process = self._main()
        own = [kept for kept in self.oracle.schedules.values() if kept.guild == guild.id]
        if process is None or not own or not guild.present or not process.ready:
            return
        kept = own[int(chance(self._world.seed, "which", event.at) * len(own))]
        number = self._number(kept.id)
        if name in {"skip", "test"}:
            self.oracle.skipped(kept.id)
        if name == "remove":
            self.oracle.removed.add(kept.id)

        began = self.time.now

        def answered(answer: Any) -> None:
            self._answered(answer)
            prompt = self.time.now - began < _PROMPT or name == "test" or self._chat.faults
            if not prompt:
                self._told("slow-command", f"{name} was answered after {self.time.now - began:.1f} s")
            if name in {"skip", "test"}:
                self.oracle.skipped(kept.id)
            if name == "edit-time" and isinstance(answer, UserError) and not self._chat.lately(kept.channel, HOUR):
                words = str(answer)
                if (
                    "That wouldn't change anything" not in words
                    and "already posts exactly that" not in words
                    and "removed" not in words
                ):
                    self._told("edit-refused", words)

        process.do(name, lambda scheduler: command(scheduler, number), answered)

    def _on_skip(self, event: Event, guild: Guild) -> None:
        self._moderate(event, guild, "skip", lambda s, number: s.skip(guild.id, number))

    def _on_pause(self, event: Event, guild: Guild) -> None:
        self._moderate(event, guild, "pause", lambda s, number: s.pause(guild.id, number))
        resume = event._replace(at=event.at)
        self.time.after(
            event.lasts,
            lambda: self._moderate(resume, guild, "resume", lambda s, number: s.resume(guild.id, number)),
        )

    def _on_test(self, event: Event, guild: Guild) -> None:
        self._moderate(event, guild, "test", lambda s, number: s.test(guild.id, number))

    def _on_remove(self, event: Event, guild: Guild) -> None:
        self._moderate(event, guild, "remove", lambda s, number: s.remove(guild.id, number))

    def _on_create(self, event: Event, guild: Guild) -> None:
        del event
        process = self._main()
        if process is not None and process.ready and guild.present and guild.available:
            own = [kept for kept in self.oracle.schedules.values() if kept.guild == guild.id]
            if len(own) < 3:
                self._create(process, guild)

    def _on_edit(self, event: Event, guild: Guild) -> None:
        what = event.detail[0]
        other = habit(self._world.seed, guild.number, int(event.at))
        hours, minutes = divmod(other.minute, 60)
        asked = {
            "time": ScheduleOptions(time=f"{hours:02}:{minutes:02}"),
            "about": ScheduleOptions(about=other.about or "all"),
            "days": ScheduleOptions(days=other.days),
            "zone": ScheduleOptions(timezone=other.zone),
            "style": ScheduleOptions(style=Style(other.style)),
        }.get(what)
        if asked is None:
            asked = ScheduleOptions(channel=self._chat.make_channel(guild, _KINDS[other.place]).id)
            command = lambda s, number: s.edit(guild.id, number, asked)  # noqa: E731
            self.time.after(1.0, self._moderate, event, guild, "edit", command)
            return
        given = asked
        self._moderate(event, guild, f"edit-{what}", lambda s, number: s.edit(guild.id, number, given))
