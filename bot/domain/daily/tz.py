"""The clocks of the world: the zones of Python's `tzdata` package, and fixed offsets from UTC.

The zone files of the machine are never used, though Python's `zoneinfo` looks there first: they can be years older
than the package, and two machines would post the same schedule at different times.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import zoneinfo
from importlib import resources

# 'UTC+5:30', as `offset_text` writes it: offsets of no whole hour have no name in the IANA database.
_FIXED = re.compile(r"UTC([+-])(\d{1,2})(?::(\d\d))?")
# In these names of the database, as in POSIX, west of Greenwich is positive.
_WHOLE_HOURS = re.compile(r"Etc/GMT([+-])(\d{1,2})")
# From Baker Island to the Line Islands (IANA database, zones of today).
_WEST, _EAST = dt.timedelta(hours=-12), dt.timedelta(hours=14)
_QUARTER = dt.timedelta(minutes=15)


@functools.cache
def names() -> frozenset[str]:
    """Return the names of all zones of the IANA database; 'Factory', which is none, is left out."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(listed) - {"Factory"}


# A zone takes a few kilobytes; whoever goes through many should do so zone by zone.
@functools.lru_cache(maxsize=128)
def zone(name: str) -> dt.tzinfo:
    """Return a zone by its IANA name, or an offset by the name that `fixed` gives it.

    Raises zoneinfo.ZoneInfoNotFoundError, also for what is not the name of a zone at all.
    """
    if match := _FIXED.fullmatch(name):
        offset = _offset(match)
        if fixed(offset) == name:
            return dt.timezone(offset, name)
    if name not in names():
        raise zoneinfo.ZoneInfoNotFoundError(f"no time zone {name!r}")
    with resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        return zoneinfo.ZoneInfo.from_file(file, key=name)


def fixed(offset: dt.timedelta) -> str | None:
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
    return offset_text(-_offset(match)) if match else name


def offset_text(offset: dt.timedelta) -> str:
    """Return an offset as 'UTC-5', 'UTC+5:30' or 'UTC'."""
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


def _offset(match: re.Match[str]) -> dt.timedelta:
    sign, hours, *minutes = match.groups()
    size = dt.timedelta(hours=int(hours), minutes=int(minutes[0] or 0) if minutes else 0)
    return -size if sign == "-" else size
