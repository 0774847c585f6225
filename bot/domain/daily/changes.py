"""Changes of a zone's clocks: when they come, and what each does to a schedule."""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING, NamedTuple

from bot.domain.daily import tz
from bot.domain.daily.rule import change_between, instant_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.daily.rule import Rule

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
    zone = tz.zone(zone_name)
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
    return _offset(tz.zone(zone_name), instant)


def _offset(zone: dt.tzinfo, instant: dt.datetime) -> dt.timedelta:
    offset = instant.astimezone(zone).utcoffset()
    return offset if offset is not None else dt.timedelta()
