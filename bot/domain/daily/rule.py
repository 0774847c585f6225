"""The rule of time: a local time of day, on some weekdays, in an IANA zone.

The next post follows from this rule and an instant alone, never from 'the last post + 24 h'. Where the
clocks are changed:

- They go forward over the time: the post comes at the first instant that exists afterwards.
- They go back over the time: the post comes once, at the first of the two.
- A zone skips a whole day: that day has no post.

All three say the same: the post of a date comes at the first instant whose local time has reached the
date's time of day, provided that the date exists. How `fold` tells the two sides of a change apart is
from PEP 495; the zones are those of the IANA database.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.domain.daily import tz

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY_DAY = 0b111_1111
_DAY = dt.timedelta(days=1)
_SECOND = dt.timedelta(seconds=1)


class Rule(msgspec.Struct, frozen=True):
    """When a schedule posts.

    `minute` counts from local midnight (0 to 1439); `days` has bit 0 for Monday up to bit 6 for Sunday, at
    least one of them set; `zone` is a name that `tz.zone` knows.
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
    zone = tz.zone(rule.zone)
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
    today = instant.astimezone(tz.zone(rule.zone)).date()
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
