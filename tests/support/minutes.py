"""An oracle for the rule of time: it walks the minutes of a zone, one after the other.

It shares no code with the rule but where a zone's file lies, and goes the other way: it asks a zone only for
the local time of an instant (never for the instant of a local time, so `fold` plays no part), writes down the
local time of every minute of some years, and finds each date's post by looking for the first minute at which the
local time has come to the one wanted. Offsets are asked for once an hour, and once a minute in an hour in
which they change.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.daily.schedule import zone_info

MINUTES_A_DAY = 1440
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EPOCH_DAY = dt.date(1970, 1, 1).toordinal()


class Walk(NamedTuple):
    """Every minute of a span: `start` is the first (minutes since 1970, UTC), `local` their local times."""

    start: int
    local: npt.NDArray[np.int64]
    reached: npt.NDArray[np.int64]
    days: frozenset[int]


def _offset(zone: dt.tzinfo, minute: int) -> int:
    offset = (_EPOCH + dt.timedelta(minutes=minute)).astimezone(zone).utcoffset()
    assert offset is not None
    return round(offset.total_seconds() / 60)


def walk(zone_name: str, first: dt.date, last: dt.date) -> Walk:
    """Walk all minutes from two days before `first` to two days after `last`."""
    zone = zone_info(zone_name)
    start = (first.toordinal() - _EPOCH_DAY - 2) * MINUTES_A_DAY
    end = (last.toordinal() - _EPOCH_DAY + 3) * MINUTES_A_DAY
    hours = np.array([_offset(zone, minute) for minute in range(start, end + 60, 60)], dtype=np.int64)
    offsets = np.repeat(hours[:-1], 60)
    for hour in np.flatnonzero(hours[:-1] != hours[1:]):
        begin = start + int(hour) * 60
        offsets[int(hour) * 60 : int(hour) * 60 + 60] = [_offset(zone, begin + m) for m in range(60)]
    local = np.arange(start, end, dtype=np.int64) + offsets
    days = frozenset(np.unique(local // MINUTES_A_DAY).tolist())
    return Walk(start, local, np.maximum.accumulate(local), days)


def posts(walked: Walk, minute: int, first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.datetime]]:
    """Return the (date, instant) at which a daily post at `minute` comes on each local date that exists."""
    days = [
        day for day in range(first.toordinal() - _EPOCH_DAY, last.toordinal() - _EPOCH_DAY + 1) if day in walked.days
    ]
    wanted = np.array(days, dtype=np.int64) * MINUTES_A_DAY + minute
    # `reached` never falls, so this finds the first minute at which the local time has come to `wanted`.
    found = np.searchsorted(walked.reached, wanted, side="left") + walked.start
    return [
        (dt.date.fromordinal(day + _EPOCH_DAY), _EPOCH + dt.timedelta(minutes=at))
        for day, at in zip(days, found.tolist(), strict=True)
    ]
