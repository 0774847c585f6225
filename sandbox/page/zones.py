"""Clock changes of time zones, by the `tzdata` package: a machine's own zone files may be older."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

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
