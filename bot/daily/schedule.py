"""Schedules and the ledger's deliveries: what they are, and the rule of time that says when a post is due.

All instants are aware and in UTC; dates are local dates of the schedule's zone. Time zones are those of the tzdata
package, always: a machine's own files may be older.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import re
import zoneinfo
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.daily.bag import Bag

# 'UTC+5:30', as `offset_text` writes it: offsets of no whole hour have no name in the IANA database.
_FIXED = re.compile(r"UTC([+-])(\d{1,2})(?::(\d\d))?")
# In these names of the database, as in POSIX, west of Greenwich is positive.
_WHOLE_HOURS = re.compile(r"Etc/GMT([+-])(\d{1,2})")
# From Baker Island to the Line Islands (IANA database, zones of today).
_WEST, _EAST = dt.timedelta(hours=-12), dt.timedelta(hours=14)
_QUARTER = dt.timedelta(minutes=15)


@functools.cache
def zone_names() -> frozenset[str]:
    """Return the names of all zones of the IANA database; 'Factory', which is none, is left out."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(listed) - {"Factory"}


# A zone takes a few kilobytes; whoever goes through many should do so zone by zone.
@functools.lru_cache(maxsize=128)
def zone_info(name: str) -> dt.tzinfo:
    """Return a zone by its IANA name, or an offset by the name that `fixed` gives it.

    Raises zoneinfo.ZoneInfoNotFoundError, also for what is not the name of a zone at all.
    """
    if match := _FIXED.fullmatch(name):
        offset = _fixed_offset(match)
        if fixed_zone(offset) == name:
            return dt.timezone(offset, name)
    if name not in zone_names():
        raise zoneinfo.ZoneInfoNotFoundError(f"no time zone {name!r}")
    with resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        return zoneinfo.ZoneInfo.from_file(file, key=name)


def fixed_zone(offset: dt.timedelta) -> str | None:
    """Return the name of the zone that always has this offset; None where no clocks ever have it.

    That is the IANA database's 'Etc/GMT-2' for whole hours, which turns the sign round, and else 'UTC+5:30'.
    """
    if not _WEST <= offset <= _EAST or offset % _QUARTER:
        return None
    hours, rest = divmod(abs(offset), dt.timedelta(hours=1))
    return offset_text(offset) if rest else f"Etc/GMT{'+' if offset < dt.timedelta() else '-'}{hours}"


def zone_text(name: str) -> str:
    """Return a zone's name as people read it: offsets as 'UTC+2', all else as it is."""
    match = _WHOLE_HOURS.fullmatch(name)
    return offset_text(-_fixed_offset(match)) if match else name


def offset_text(offset: dt.timedelta) -> str:
    """Return an offset as 'UTC-5', 'UTC+5:30' or 'UTC'."""
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


def _fixed_offset(match: re.Match[str]) -> dt.timedelta:
    sign, hours, *minutes = match.groups()
    size = dt.timedelta(hours=int(hours), minutes=int(minutes[0] or 0) if minutes else 0)
    return -size if sign == "-" else size


EVERY_DAY = 0b111_1111
_DAY = dt.timedelta(days=1)
_SECOND = dt.timedelta(seconds=1)


class Rule(msgspec.Struct, frozen=True):
    """When a schedule posts.

    `minute` counts from local midnight (0 to 1439); `days` has bit 0 for Monday up to bit 6 for Sunday, at
    least one of them set; `zone` is a name that `zone_info` knows.
    """

    minute: int
    days: int
    zone: str

    def has(self, date: dt.date) -> bool:
        """Tell whether `date` falls on one of the rule's weekdays."""
        return bool(self.days >> date.weekday() & 1)


class Occurrence(NamedTuple):
    """One post: the local date that it belongs to, and its instant in UTC.

    The instant can lie in the next local date, where the clocks go forward over midnight.
    """

    date: dt.date
    instant: dt.datetime


def instant_on(rule: Rule, date: dt.date) -> dt.datetime | None:
    """Return the instant (UTC) of the rule's time on the local `date`, or None when that day was skipped.

    The weekday is not looked at. Raises zoneinfo.ZoneInfoNotFoundError for an unknown zone.
    """
    zone = zone_info(rule.zone)
    hour, minute = divmod(rule.minute, 60)
    wanted = dt.datetime(date.year, date.month, date.day, hour, minute, tzinfo=zone)
    instant = wanted.astimezone(dt.UTC)
    # A local time that does not exist comes back as another one; fold=0 is the first of two that do.
    if instant.astimezone(zone).replace(tzinfo=None) == wanted.replace(tzinfo=None):
        return instant
    change = change_between(zone, wanted.replace(fold=1).astimezone(dt.UTC), instant)
    skipped = (change - _SECOND).astimezone(zone).date() < date < change.astimezone(zone).date()
    return None if skipped else change


def upcoming(rule: Rule, instant: dt.datetime, last: dt.date | None = None) -> Iterator[Occurrence]:
    """Yield the rule's posts after `instant` (aware), in order, without end.

    Posts of dates up to `last` are left out: those that have had theirs already.
    """
    today = instant.astimezone(zone_info(rule.zone)).date()
    # One day back: a post can come after its date's midnight.
    for occurrence in _from(rule, max(today - _DAY, last + _DAY if last else dt.date.min)):
        if occurrence.instant > instant:
            yield occurrence


def following(rule: Rule, date: dt.date) -> Occurrence:
    """Return the post of the first date after `date` that has one."""
    return next(_from(rule, date + _DAY))


def _from(rule: Rule, date: dt.date) -> Iterator[Occurrence]:
    if not 0 < rule.days <= EVERY_DAY:
        raise ValueError("a rule needs at least one weekday, and there are seven")
    while True:
        if rule.has(date) and (instant := instant_on(rule, date)) is not None:
            yield Occurrence(date, instant)
        date += _DAY


def change_between(zone: dt.tzinfo, before: dt.datetime, after: dt.datetime) -> dt.datetime:
    """Return the first instant, to the second, with another offset than `before`; `after` has another."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + middle * _SECOND).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + high * _SECOND


_STEP = dt.timedelta(hours=6)


class Change(NamedTuple):
    """A change of the clocks: its instant (UTC), and the offsets from UTC before and after."""

    at: dt.datetime
    before: dt.timedelta
    after: dt.timedelta


class Effect(enum.Enum):
    """What a change does to the post of its day: the time does not exist, comes twice, or stands."""

    GAP = "gap"
    TWICE = "twice"
    NONE = "none"


def changes(zone_name: str, instant: dt.datetime, within: dt.timedelta) -> Iterator[Change]:
    """Yield the changes of the zone's clocks that come after `instant` and `within` that time, in order."""
    zone = zone_info(zone_name)
    here = instant.astimezone(dt.UTC).replace(microsecond=0)
    end = here + within
    while here < end:
        there = min(here + _STEP, end)
        before, after = _offset(zone, here), _offset(zone, there)
        if before != after:
            yield Change(change_between(zone, here, there), before, after)
        here = there


def effect(rule: Rule, change: Change) -> Effect:
    """Return what `change`, a change of the rule's zone, does to the rule's time on its day."""
    first = min(change.at + change.before, change.at + change.after).replace(tzinfo=None)
    last = max(change.at + change.before, change.at + change.after).replace(tzinfo=None)
    for date in {first.date(), last.date()}:
        wanted = dt.datetime.combine(date, dt.time(*divmod(rule.minute, 60)))
        if first <= wanted < last and rule.has(date) and instant_on(rule, date) is not None:
            return Effect.GAP if change.after > change.before else Effect.TWICE
    return Effect.NONE


def offset_at(zone_name: str, instant: dt.datetime) -> dt.timedelta:
    """Return the zone's offset from UTC at `instant`."""
    return _offset(zone_info(zone_name), instant)


def _offset(zone: dt.tzinfo, instant: dt.datetime) -> dt.timedelta:
    offset = instant.astimezone(zone).utcoffset()
    return offset if offset is not None else dt.timedelta()


class ChannelKind(enum.StrEnum):
    """What kind of channel a schedule posts to; announcement channels count as text."""

    TEXT = "text"
    THREAD = "thread"
    FORUM = "forum"


class Style(enum.StrEnum):
    """How a post looks: the words alone, with a picture of them, or as a quiz that asks who said them."""

    TEXT = "text"
    CARD = "card"
    QUIZ = "quiz"


class Pause(enum.StrEnum):
    """Why a schedule does not post. All but MODERATOR and LEFT are told to the moderators."""

    MODERATOR = "moderator"
    CHANNEL_GONE = "channel-gone"
    NO_ACCESS = "no-access"
    NO_PERMISSION = "no-permission"
    ARCHIVED = "archived"
    WRONG_KIND = "wrong-kind"
    NEEDS_TAG = "needs-tag"
    NO_QUOTES = "no-quotes"
    ZONE_GONE = "zone-gone"
    LEFT = "left"


class MentionLoss(enum.StrEnum):
    """Why a schedule's role is not mentioned. Its posts are made all the same; moderators are told."""

    ROLE_GONE = "role-gone"
    NOT_MENTIONABLE = "role-not-mentionable"
    EVERYONE = "everyone"


class ExtraLoss(enum.StrEnum):
    """What cannot be done with a schedule's posts, and why, where that lasts: an Extra's value and a Pause's.

    The posts are made all the same; moderators are told.
    """

    PUBLISH_PERMISSION = "publish-no-permission"
    PUBLISH_KIND = "publish-wrong-kind"
    THREAD_PERMISSION = "thread-no-permission"
    THREAD_KIND = "thread-wrong-kind"

    @classmethod
    def of(cls, extra: Extra, reason: Reason | Pause) -> ExtraLoss | None:
        """Return what is lost for a reason; None for one that may be gone by the next post."""
        value = f"{extra.value}-{reason.value}"
        return cls(value) if value in list(cls) else None


class State(enum.StrEnum):
    """Where a delivery stands. Every state but CLAIMED is final."""

    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    SKIPPED = "skipped"


class Reason(enum.StrEnum):
    """Why a delivery that is not SENT ended as it did; a Pause's value stands there as well."""

    TOO_LATE = "too-late"
    REFUSED = "refused"
    BLOCKED = "blocked"
    UNKNOWABLE = "unknowable"
    STOPPED = "stopped"
    NOWHERE = "nowhere"
    MESSAGE_GONE = "message-gone"


class Setback(enum.StrEnum):
    """What keeps a post back for now. It is told while it lasts, and when it lasts until the post is too late."""

    EDGE = "edge"
    LIMIT = "limit"
    OUTAGE = "outage"
    FULL = "full"
    TOKEN = "token"  # noqa: S105 - no secret: Discord does not accept the bot's
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed-out"
    SERVER_DOWN = "server-down"


class Extra(enum.StrEnum):
    """What is done with a post once it is there, each by a request of its own.

    What is part of the message itself (its style, the role it mentions) is a field of ScheduleSpec.
    """

    PUBLISH = "publish"
    THREAD = "thread"


class Target(msgspec.Struct, frozen=True):
    """Where to post. `place` is what the channel was when the schedule was made or edited."""

    guild: int
    channel: int
    place: ChannelKind


class ScheduleSpec(msgspec.Struct, frozen=True):
    """What a moderator asks for: all fields of a schedule that can be edited.

    `about` is 'speaker:ID' or 'topic:ID', or None for all quotes; `role` is the role to mention. `extras` are done
    with each post.
    """

    target: Target
    rule: Rule
    about: str | None = None
    role: int | None = None
    style: Style = Style.TEXT
    extras: frozenset[Extra] = frozenset()


class Schedule(msgspec.Struct, frozen=True):
    """A stored schedule. `number` is what its server calls it, from 1.

    `last_date` is the latest date with a row in the ledger. `next_date` and `next_due` are None while the
    schedule is paused. `unmentioned` is why the role is not mentioned, None where it is.
    `channel_name` is what its channel was called that was deleted, where that is known.
    """

    id: int
    number: int
    spec: ScheduleSpec
    bag: Bag
    last_date: dt.date | None = None
    next_date: dt.date | None = None
    next_due: dt.datetime | None = None
    paused: Pause | None = None
    unmentioned: MentionLoss | None = None
    channel_name: str | None = None

    @property
    def mention(self) -> int | None:
        """The role that its posts mention."""
        return self.spec.role if self.unmentioned is None else None


class Delivery(msgspec.Struct, frozen=True):
    """A row of the ledger, for one schedule and local date; `posted_in` is the channel of the message.

    `setback` is what kept it back last, until `setback_until` where that is known.
    """

    id: int
    schedule: int
    date: dt.date
    due: dt.datetime
    state: State
    nonce: str
    late: bool = False
    quote: str | None = None
    reason: str | None = None
    message: int | None = None
    posted_in: int | None = None
    sent_at: dt.datetime | None = None
    setback: Setback | None = None
    setback_until: dt.datetime | None = None


def nonce(schedule: int, date: dt.date) -> str:
    """Return the nonce of a delivery: from schedule and date alone, so that a retry has the same.

    Discord's docs (Create Message) allow 25 characters; the longest schedule id takes 13.
    """
    digits, rest = "", schedule
    while rest:
        rest, digit = divmod(rest, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return f"dq{digits or '0'}-{date:%Y%m%d}"
