"""What must always hold, checked at every message, at every commit, and once a day.

It knows three truths: what Discord holds, what was committed, and what the plan did. It never asks the bot.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.simulate.chat import START, seconds_of
from bench.simulate.plan import DAY, HOUR, MINUTE
from bot.daily.schedule import Rule, upcoming

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from bench.simulate.chat import Chat, Message
    from bench.simulate.process import Machine

LATE = 6 * HOUR
POST_IDS, NOTICE_IDS = 500_000_000, 1_600_000_000
# An attempt may be under way for so long after it was allowed.
_UNDER_WAY = 60.0
# A pause may be noted so long after what caused it: the answer was under way, or was refused just before.
_CAUSE = {"left": 8 * DAY, "no-access": HOUR, "channel-gone": 25 * DAY}
_CAUSE_SECONDS = 10 * MINUTE
# Within a post's time, so long without trouble is enough for a try (the longest pause between two is 12.5 minutes).
_ENOUGH = 40 * MINUTE
# After its cause is gone, a pause that the bot made is to end within so long.
_HEALED = 30 * HOUR
RETENTION = 7 * DAY
# Where processes ended and nothing else was wrong, posts come so soon after the last one began.
_SOON = 2 * MINUTE
_OURS = {"channel-gone", "no-access", "no-permission", "archived", "wrong-kind", "needs-tag", "left"}
_FINAL = ("sent", "failed", "unconfirmed", "skipped")


class Violation(NamedTuple):
    """Something that must not be: `kind` names the promise."""

    at: float
    kind: str
    guild: int | None
    text: str

    def __str__(self) -> str:
        when = START + dt.timedelta(seconds=self.at)
        where = "" if self.guild is None else f" server {self.guild}"
        return f"{when:%Y-%m-%d %H:%M:%S}{where} {self.kind}: {self.text}"


@dataclass
class Kept:
    """A schedule as it was committed last."""

    id: int
    guild: int
    channel: int
    place: str
    about: str | None
    paused: str | None
    rule: Rule
    role: int | None
    style: str
    since: float
    paused_at: float | None = None
    # Dates after this instant (by the machine's clock) must be in the ledger; None while it is paused.
    covered: dt.datetime | None = None
    used: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    slack: int = 0
    last_posted: tuple[str, str] | None = None


@dataclass
class Row:
    """A delivery as it was committed last."""

    id: int
    schedule: int
    date: str
    state: str
    reason: str | None
    quote: str | None
    message: int | None
    due: float
    messages: list[int] = field(default_factory=list)
    # Requests for it that were sent, and of those the ones that were surely turned away.
    asked: int = 0
    refused: int = 0


def _component_id(row: Row) -> int:
    """Return what the message of a row is known by (bot/daily/jobs.py)."""
    return POST_IDS + row.schedule % 122_000 * 4_096 + dt.date.fromisoformat(row.date).toordinal() % 4_096


class Oracle:
    def __init__(self, machine: Machine, matching: Callable[[str | None], Collection[str]]) -> None:
        self._machine = machine
        self._matching = matching
        self.violations: list[Violation] = []
        self.schedules: dict[int, Kept] = {}
        self.rows: dict[int, Row] = {}
        # The same by what a post's message is known by.
        self.posts: dict[int, Row] = {}
        self.dates: dict[int, dict[str, Row]] = defaultdict(dict)
        self.removed: set[int] = set()
        self.left_at: dict[int, float] = {}
        self.stepped_at = -DAY
        self.counts: dict[str, int] = defaultdict(int)
        # When something was wrong: for all, or for one server by its number. When processes ended, apart.
        self._trouble: dict[int | None, list[tuple[float, float]]] = defaultdict(list)
        self._ends: list[tuple[float, float]] = []
        # Messages of dates whose row was taken back, for another try.
        self._taken_back: dict[tuple[int, str], list[int]] = {}
        self._told: set[tuple[str, object]] = set()

    @property
    def _chat(self) -> Chat:
        return self._machine.chat

    def fault(self, kind: str, guild_id: int | None, text: str, once: object = None) -> None:
        """Note a violation; of several with the same `once`, the first."""
        if once is not None:
            if (kind, once) in self._told:
                return
            self._told.add((kind, once))
        guild = self._chat.guilds[guild_id].number if guild_id in self._chat.guilds else None
        self.violations.append(Violation(self._machine.time.now, kind, guild, text))

    def trouble(self, begin: float, end: float, guild: int | None, *, by_us: bool = False) -> None:
        """Note that something was wrong, so that posts may be late; `by_us` that a process ended or began."""
        spans = self._ends if by_us else self._trouble[guild]
        spans.append((begin, end))
        if len(spans) > 400:
            del spans[:200]

    def _longest_calm(self, begin: float, end: float, guild: int) -> float:
        known = [*self._trouble[None], *self._trouble[guild], *self._ends]
        spans = sorted((a, b) for a, b in known if a < end and b > begin)
        longest, at = 0.0, begin
        for a, b in spans:
            longest = max(longest, a - at)
            at = max(at, b)
        return max(longest, end - at)

    # Commits

    def committed(self, notes: list[tuple[Any, ...]]) -> None:
        """Take what a transaction changed."""
        now = self._machine.now()
        # A schedule's rows go with it, and before it.
        going = {values[0] for what, *values in notes if what == "schedule-"}
        for what, *values in notes:
            self._chat.trace.update(f"{self._machine.time.now:.6f} {what} {values}".encode())
            match what:
                case "schedule+":
                    kept = _kept(values, self._machine.time.now)
                    self.schedules[kept.id] = kept
                    kept.covered = now
                case "schedule":
                    self._schedule(_kept(values, self._machine.time.now), now)
                case "schedule-":
                    self._gone(values[0])
                case "delivery+" | "delivery":
                    self._delivery(values)
                case "delivery-":
                    self._forget(values[0], going)

    def _schedule(self, new: Kept, now: dt.datetime) -> None:
        old = self.schedules[new.id]
        new.since, new.used, new.slack, new.last_posted = old.since, old.used, old.slack, old.last_posted
        new.paused_at, new.covered = old.paused_at, old.covered
        if (new.rule, new.about) != (old.rule, old.about) or new.paused != old.paused:
            new.covered = now if new.paused is None else None
        if new.about != old.about:
            _count_anew(new)
        if new.paused is None:
            new.paused_at = None
        elif new.paused != old.paused:
            new.paused_at = self._machine.time.now
            self._paused(new)
        if old.paused == "moderator" and new.paused not in {"moderator", None}:
            self.fault("moderators-pause-changed", new.guild, f"schedule {new.id}: to {new.paused}")
        self.schedules[new.id] = new

    def _paused(self, kept: Kept) -> None:
        reason = kept.paused or ""
        self.counts[f"paused: {reason}"] += 1
        if reason == "moderator":
            return
        true = self._chat.lately(kept.channel, _CAUSE.get(reason, _CAUSE_SECONDS))
        fits = {reason} | ({"left"} if reason == "no-access" else set())
        if not true & fits:
            now = ", ".join(sorted(true)) or "nothing"
            self.fault("false-pause", kept.guild, f"schedule {kept.id} paused as {reason}; what kept it: {now}")

    def _gone(self, schedule: int) -> None:
        kept = self.schedules.pop(schedule)
        self.counts["schedules deleted"] += 1
        if schedule in self.removed:
            return
        left = self.left_at.get(kept.guild)
        if left is None or self._machine.time.now < left + RETENTION - abs(self._machine.skew) - HOUR:
            self.fault("deleted-early", kept.guild, f"schedule {kept.id} deleted, the bot left at {left}")

    def _forget(self, delivery: int, going: set[int]) -> None:
        row = self.rows.pop(delivery, None)
        if row is not None:
            self.posts.pop(_component_id(row), None)
            self.dates[row.schedule].pop(row.date, None)
            if row.schedule not in going:
                self._taken_back[row.schedule, row.date] = row.messages
            kept_on = row.schedule in self.schedules and row.schedule not in going
            # What a pause of ours stopped may be made yet, when its cause is gone in time.
            stopped = row.state == "failed" and row.reason in _OURS and not row.messages
            if kept_on and not stopped and row.due > self._machine.time.now - 30 * DAY:
                guild = self.schedules[row.schedule].guild
                self.fault("ledger-deleted-early", guild, f"{row.date} of schedule {row.schedule}")

    def _delivery(self, values: list[Any]) -> None:
        id_, schedule, date, state, reason, quote, message, due, _late = values
        row = self.rows.get(id_)
        if row is None:
            row = Row(id_, schedule, date, state, reason, quote, message, due / 1000 - START.timestamp())
            row.messages += self._taken_back.pop((schedule, date), [])
            self.rows[id_] = self.posts[_component_id(row)] = row
            self.dates[schedule][date] = row
        row.state, row.reason, row.message = state, reason, message
        if state not in _FINAL:
            return
        self.counts[f"{state}{'' if reason is None else f': {reason}'}"] += 1
        kept = self.schedules.get(schedule)
        if kept is None:
            return
        if state == "sent":
            if message not in row.messages:
                self.fault("sent-without-message", kept.guild, f"{date} of schedule {schedule}: message {message}")
            return
        if row.messages and state in {"failed", "skipped"}:
            self.fault("told-wrong", kept.guild, f"{date} of schedule {schedule} is {state} ({reason}), but was posted")
        if state == "unconfirmed":
            self._unconfirmed(kept, row)
            kept.last_posted = None
        if state == "unconfirmed" and not row.messages and quote is not None:
            kept.used[quote] += 1
        if state in {"failed", "skipped", "unconfirmed"} and quote is not None:
            # It goes back into the bag, or after a second time does not.
            _count_anew(kept)
        self._given_up(kept, row)

    def asked(self, component_id: int, *, refused: bool) -> None:
        """Note that a request for a message was sent, or that its answer tells that nothing was accepted."""
        row = self.posts.get(component_id)
        if row is not None:
            row.asked += not refused
            row.refused += refused

    def _unconfirmed(self, kept: Kept, row: Row) -> None:
        """Check that nobody could know."""
        what = f"{row.date} of schedule {kept.id}"
        now = self._machine.time.now
        if any(a < now and b > row.due - self._machine.skew - 2 * MINUTE for a, b in self._ends):
            # Killed between the note of an attempt and its answer: nobody can know.
            return
        if not row.asked:
            self.fault("unconfirmed-unsent", kept.guild, f"{what} was never sent")
        elif row.refused >= row.asked:
            self.fault("unconfirmed-refused", kept.guild, f"{what}: each of {row.asked} attempts was surely refused")

    def _given_up(self, kept: Kept, row: Row) -> None:
        """Check that a post which was not made could not be made."""
        if kept.paused is not None or row.reason not in {"too-late", "unknowable", "refused", "nowhere"}:
            return
        machine = self._machine
        # What a step of the clock made due was not due before it.
        lately = machine.time.now - self.stepped_at < 2 * LATE
        due = row.due - (min(machine.skew, 0.0) if lately else machine.skew)
        guild = self._chat.guilds[kept.guild].number
        if row.reason == "too-late":
            enough = self._longest_calm(due, min(due + LATE, machine.time.now), guild) >= _ENOUGH
        else:
            enough = not self._troubled(row, guild)
        if enough:
            self.fault(
                "gave-up", kept.guild, f"{row.date} of schedule {kept.id} is {row.state} ({row.reason}) without need"
            )

    def _troubled(self, row: Row, guild: int) -> bool:
        begin, end = row.due - self._machine.skew - HOUR, self._machine.time.now
        return self._longest_calm(begin, end, guild) < end - begin

    def skipped(self, schedule: int) -> None:
        """Note that a quote was dropped, or shown as a test: it counts as posted, and who knows which it was."""
        if (kept := self.schedules.get(schedule)) is not None:
            _count_anew(kept)
            # At the end of a round it is dropped from the next one as well.
            kept.slack = 2
            kept.last_posted = None

    def back(self, guild_id: int, left: float) -> None:
        """Note that the bot is back in a server that it had left: what it does not know yet, it may do yet."""
        if self._machine.time.now > left + RETENTION - DAY:
            self.removed.update(kept.id for kept in self.schedules.values() if kept.guild == guild_id)

    # Messages

    def watch(self, message: Message) -> None:
        """Look at a message that Discord has just created."""
        now = self._machine.time.now
        if message.component_id >= NOTICE_IDS:
            self.counts["notices"] += 1
            return
        if message.component_id < POST_IDS:
            self.counts["test posts"] += 1
            return
        self.counts["messages"] += 1
        row = self.posts.get(message.component_id)
        if row is None:
            return
        row.messages.append(message.id)
        kept = self.schedules.get(row.schedule)
        if kept is None:
            return
        what = f"{row.date} of schedule {kept.id} ({kept.place})"
        if len(row.messages) > 1:
            seconds = [round(now - seconds_of(each)) for each in row.messages[:-1]]
            self.fault("doubled", kept.guild, f"{what}: earlier {seconds} s ago", row.id)
            return
        if row.state in {"failed", "skipped"}:
            self.fault("told-wrong", kept.guild, f"{what} is posted after it was told {row.state} ({row.reason})")
        self._in_time(kept, row, what)
        role = self._chat.guilds[kept.guild].role
        if message.role not in {None, role} and self._chat.guilds[kept.guild].role_gone_at < now - HOUR:
            self.fault("dead-mention", kept.guild, f"{what} mentions a role that was deleted", kept.id)
        if row.quote is not None:
            self._quote(kept, row, what)

    def _in_time(self, kept: Kept, row: Row, what: str) -> None:
        now = self._machine.time.now
        if now - self.stepped_at <= 2 * MINUTE:
            return
        shown = now + self._machine.skew
        if shown < row.due - 1.0:
            self.fault("early", kept.guild, f"{what}: {row.due - shown:.0f} s before its time")
        due = row.due - self._machine.skew
        scopes = (None, self._chat.guilds[kept.guild].number)
        calm = not any(a < now and b > due - HOUR for scope in scopes for a, b in self._trouble[scope])
        began = max((b for a, b in self._ends if a < now), default=0.0)
        if calm and now > max(due, began) + _SOON:
            self.fault("tardy", kept.guild, f"{what}: {now - max(due, began):.0f} s after nothing kept it")
        if shown > row.due + LATE + _UNDER_WAY:
            self.fault("too-late", kept.guild, f"{what}: {(shown - row.due) / HOUR:.1f} h after its time")

    def _quote(self, kept: Kept, row: Row, what: str) -> None:
        matching = self._matching(kept.about)
        quote = row.quote or ""
        others = [each for each in matching if each != quote]
        used = kept.used
        if others and kept.last_posted and kept.last_posted[0] == quote and kept.last_posted[1] != row.date:
            self.fault("repeat-in-a-row", kept.guild, f"{what}: {quote}")
        kept.last_posted = (quote, row.date)
        if others and quote in matching and used[quote] > min(used[each] for each in others) + kept.slack:
            behind = [each for each in others if used[each] < used[quote] - kept.slack]
            self.fault("repeat", kept.guild, f"{what}: {quote} comes again before {', '.join(behind)}")
        used[quote] += 1

    # Days

    def daily(self, *, healthy_since: float | None, up_since: float | None) -> None:
        """Look at everything; `healthy_since` is since when a process runs undisturbed, None when none does.

        `up_since` is since when it runs at all.
        """
        machine = self._machine
        now, shown = machine.time.now, machine.now()
        for kept in list(self.schedules.values()):
            if healthy_since is not None and healthy_since < now - 10 * MINUTE:
                self._covered(kept, shown)
            self._stays_paused(kept, now, healthy_since)
            left = self.left_at.get(kept.guild)
            since = None if left is None or healthy_since is None or up_since is None else max(left, up_since)
            if since is not None and now > since + RETENTION + DAY + HOUR:
                self.fault("kept-too-long", kept.guild, f"schedule {kept.id}", (kept.id, left))
        calm = healthy_since is not None and healthy_since < now - 2 * DAY
        for schedule, rows in list(self.dates.items()):
            for row in rows.values():
                if row.state == "claimed" and calm and row.due < now - 3 * DAY and schedule in self.schedules:
                    guild = self.schedules[schedule].guild
                    self.fault("stuck", guild, f"{row.date} of schedule {schedule} is still claimed", row.id)
        self._tidy(now)

    def _tidy(self, now: float) -> None:
        """Forget what is long past."""
        for schedule, rows in list(self.dates.items()):
            for date in [date for date, row in rows.items() if row.due < now - 40 * DAY]:
                del rows[date]
            if not rows:
                del self.dates[schedule]
        for id_ in [id_ for id_, row in self.rows.items() if row.due < now - 60 * DAY]:
            self.posts.pop(_component_id(self.rows.pop(id_)), None)

    def _covered(self, kept: Kept, shown: dt.datetime) -> None:
        if kept.covered is None:
            return
        # An edit or a return within the day may pass over that day's date; steps of the clock over hours as well.
        begin, end = kept.covered + dt.timedelta(hours=30), shown - dt.timedelta(hours=36)
        if end <= begin:
            return
        rows = self.dates[kept.id]
        for occurrence in upcoming(kept.rule, begin):
            if occurrence.instant > end:
                break
            if occurrence.date.isoformat() not in rows and occurrence.instant > shown - dt.timedelta(days=25):
                self.fault("lost", kept.guild, f"{occurrence.date} of schedule {kept.id}", (kept.id, occurrence.date))
        kept.covered = end - dt.timedelta(hours=30)

    def _stays_paused(self, kept: Kept, now: float, healthy_since: float | None) -> None:
        if kept.paused in {None, "moderator"} or kept.paused_at is None or healthy_since is None:
            return
        could = not self._chat.lately(kept.channel, _HEALED)
        if could and now - max(kept.paused_at, healthy_since) > _HEALED:
            self.fault(
                "stays-paused", kept.guild, f"schedule {kept.id} is paused as {kept.paused}", (kept.id, kept.paused_at)
            )

    def at_rest(self) -> None:
        """Check that all is quiet: nothing is under way, and each schedule had its post of the last days."""
        for row in self.rows.values():
            due_long = row.due < self._machine.time.now - HOUR
            if due_long and row.state == "claimed" and row.schedule in self.schedules:
                guild = self.schedules[row.schedule].guild
                self.fault("not-quiet", guild, f"{row.date} of schedule {row.schedule} is still claimed")
        for kept in self.schedules.values():
            if kept.paused is None:
                now = self._machine.time.now
                last = [row for row in self.dates[kept.id].values() if now - 2 * DAY < row.due < now - HOUR]
                for row in last:
                    if row.state != "sent" and not self._chat.lately(kept.channel, 3 * DAY):
                        self.fault("not-quiet", kept.guild, f"{row.date} of schedule {kept.id} is {row.state}")


def _kept(values: list[Any], now: float) -> Kept:
    id_, guild, channel, place, about, paused, zone, minute, days, role, style, _last = values
    return Kept(id_, guild, channel, place, about, paused, Rule(minute, days, zone), role, style, now)


def _count_anew(kept: Kept) -> None:
    """Forget what was posted, in the middle of a round: from here a quote may be one ahead of another."""
    kept.used, kept.slack = defaultdict(int), 1
