"""Time zones as moderators look for them: by IANA name, place, country, offset, or what people call the clocks.

Names come from the IANA database as Python's `tzdata` package ships it: all its zones, and its tables
zone.tab (which country uses which zone, with comments such as 'Eastern (most areas)') and iso3166.tab
(countries' names). What people call places beyond that, and where most of a country's people live, stands in
zones.toml beside this module.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple, Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.domain.daily import tz
from bot.domain.errors import UserError
from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# What to offer in an empty box: the zones of most Discord users, one for each offset.
POPULAR = (
    *("UTC", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Europe/London"),
    *(
        "Europe/Berlin",
        "Europe/Istanbul",
        "America/Sao_Paulo",
        "Asia/Kolkata",
        "Asia/Manila",
        "Asia/Singapore",
    ),
    *("Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"),
)
_OFFSET = re.compile(r"(?:(?:utc|gmt|z)\s*)?([+\-\u2010-\u2015\u2212])\s*(\d{1,2})(?::?([0-5]\d)|[.,](0|25|5|75))?")
_FRACTIONS = {"0": 0, "25": 15, "5": 30, "75": 45}
_EXACT, _BEGINS, _WITHIN, _POPULAR_FIRST, _LISTED = 200.0, 140.0, 100.0, 10.0, 5.0
# A name with more behind it ('new york city'), and one with a slip of the finger; each further slip takes _SLIP.
_CONTINUED, _SLIPPED, _SLIP = 90.0, 80.0, 20.0
# A word of fewer letters is one slip away from too many names; a long one may have two slips.
_SHORT, _LONG = 4, 8
# The beginning of a name is taken for it from so many letters on: fewer are rather an abbreviation that we do not know.
_BEGINNING = 5
# Characters of what is typed that are looked at: no zone's name has as many.
_LONGEST = 64
_OFFERED = 3


class _Name(NamedTuple):
    text: str
    zone: str
    weight: float


class Zones:
    """All zones with the names that they can be found by."""

    def __init__(
        self,
        keys: Iterable[str],
        places: Mapping[str, Sequence[str]],
        comments: Mapping[str, str],
        year: int,
    ) -> None:
        """Take the zones' IANA names, places with their zones (most people first), and comments on zones.

        Two zones have the same clocks when they agree throughout `year`.
        """
        self._keys = {key.casefold(): key for key in keys}
        self._year = year
        self._meant = {normalise(name): tuple(zones) for name, zones in places.items()}
        listed = {zone for zones in self._meant.values() for zone in zones} | comments.keys()
        names: list[_Name] = []
        for key in self._keys.values():
            # Names such as 'Portugal' and 'EST' are kept by the database for old programs; places are looked up above.
            if "/" in key or key in POPULAR:
                weight = _POPULAR_FIRST if key in POPULAR else _LISTED if key in listed else 0.0
                names.append(_Name(normalise(key), key, weight))
                names.append(_Name(normalise(key.rpartition("/")[2]), key, weight))
        for name, zones in self._meant.items():
            first = _POPULAR_FIRST if zones[0] in POPULAR else _LISTED
            names += [_Name(name, zone, first - n / 10) for n, zone in enumerate(zones)]
        names += [_Name(normalise(comment), zone, _LISTED) for zone, comment in comments.items()]
        self._names = names
        self._texts = [name.text for name in names]

    @classmethod
    def load(cls) -> Self:
        """Read the zones and tables of the `tzdata` package, and the places beside this module."""
        ours = tomllib.loads(resources.files(__package__).joinpath("zones.toml").read_text(encoding="utf-8"))
        tables = resources.files("tzdata.zoneinfo")
        countries: dict[str, list[str]] = {}
        comments: dict[str, str] = {}
        for code, rest in _rows(tables.joinpath("zone.tab").read_text(encoding="utf-8")):
            _, zone, *comment = rest.split("\t")
            countries.setdefault(code, []).append(zone)
            if comment:
                comments[zone] = comment[0]
        countries |= ours["countries"]
        places: dict[str, list[str]] = {}
        for code, name in _rows(tables.joinpath("iso3166.tab").read_text(encoding="utf-8")):
            # A few islands where nobody lives have no zone.
            places |= dict.fromkeys(_spellings(name), countries.get(code, [])) if code in countries else {}
        for table in ("called", "places", "clocks"):
            for name, zones in ours[table].items():
                places[name] = [zone for each in zones for zone in countries.get(each, [each])]
        with tables.joinpath("tzdata.zi").open(encoding="utf-8") as file:
            release = int(file.readline().removeprefix("# version ")[:4])
        zones = cls(tz.names(), places, comments, release + 1)
        # Compared here, at the start: while people type, nothing may take long.
        for meant in (POPULAR, *(each for each in zones._meant.values() if len(each) > 1)):
            zones._of_each_clock(meant)
        return zones

    def find(self, text: str, limit: int = 25) -> list[str]:
        """Return the zones that `text` can mean, best first; the popular ones for nothing.

        What `parse` takes the text for comes first.
        """
        text = text.strip()[:_LONGEST]
        if not text:
            return [zone for zone in POPULAR if zone.casefold() in self._keys][:limit]
        if offset := _offset(text):
            return [*offset, *self._with_offset(offset[0])][:limit]
        wanted = normalise(text, _LONGEST)
        meant = self._exactly(text)
        return list(dict.fromkeys([*meant, *self._alike(wanted)]))[:limit] if wanted or meant else []

    def parse(self, text: str) -> str:
        """Return the one zone that `text` means: an IANA name in any case, an offset, or the name of one place.

        Of a place, the beginning is enough where it is five letters long. Where zones have the same clocks, it is
        the one that most people live by. 'EST' gives America/New_York: the database's zone of that name knows no
        summer time, and few mean it. Raises UserError, which offers the nearest, when there is no such zone, or
        when the place has several clocks.
        """
        text = text.strip()[:_LONGEST]
        wanted = normalise(text, _LONGEST)
        if meant := _offset(text) or self._exactly(text):
            zones = self._of_each_clock(meant)
            if len(zones) == 1:
                return zones[0]
            raise UserError(f"That can mean several time zones. Choose one: {_or(zones[:_OFFERED])}.")
        found = self.find(text, 5) if text else []
        # A slip of the finger is for the list to mend: a wrong zone that is accepted posts at a wrong hour.
        begun = {name.zone for name in self._names if name.text.startswith(wanted)} if wanted else set()
        if len(wanted.replace(" ", "")) >= _BEGINNING and found and found[0] in begun:
            zones = self._of_each_clock([found[0], *begun])
            if len(zones) == 1:
                return zones[0]
        near = _or(found[:_OFFERED] or ["Europe/London", "America/New_York"])
        raise UserError(f"I don't know a single time zone for that. Choose one from the list, such as {near}.")

    def _exactly(self, text: str) -> Sequence[str]:
        """Return the zones that bear exactly this name, most people first: those of each clock before the others."""
        wanted = normalise(text, _LONGEST)
        if meant := self._meant.get(wanted):
            return list(dict.fromkeys([*self._of_each_clock(meant), *meant]))
        key = self._keys.get(text.replace(" ", "_").casefold())
        if key is not None:
            return [key]
        named = [name for name in self._names if wanted and name.text == wanted]
        return list(dict.fromkeys(name.zone for name in sorted(named, key=lambda each: -each.weight)))

    def _alike(self, wanted: str) -> list[str]:
        # A letter too many, too few or another, or two letters that changed places, count as one slip.
        most = 0 if len(wanted) < _SHORT else 1 if len(wanted) < _LONG else 2
        slips = process.cdist([wanted], self._texts, scorer=OSA.distance, score_cutoff=most)[0]
        best: dict[str, float] = {}
        for name, slipped in zip(self._names, slips, strict=True):
            if score := _score(wanted, name, int(slipped) if slipped <= most else None):
                best[name.zone] = max(best.get(name.zone, 0.0), score)
        return sorted(best, key=lambda zone: (-best[zone], zone))

    def _with_offset(self, fixed: str) -> list[str]:
        """Return the popular zones that have the offset of the zone `fixed` at some time of the year."""
        offset = _clock(fixed, self._year)[0]
        return [zone for zone in POPULAR if zone.casefold() in self._keys and offset in _clock(zone, self._year)]

    def _of_each_clock(self, zones: Iterable[str]) -> list[str]:
        """Return the first zone of each clock, in order."""
        first: dict[tuple[dt.timedelta | None, ...], str] = {}
        for zone in zones:
            first.setdefault(_clock(zone, self._year), zone)
        return list(first.values())


@functools.cache
def _clock(zone: str, year: int) -> tuple[dt.timedelta | None, ...]:
    """Return a zone's offsets at the beginning and in the middle of each month: equal for zones that agree."""
    instants = (dt.datetime(year, month, day, 12, tzinfo=dt.UTC) for month in range(1, 13) for day in (1, 15))
    return tuple(instant.astimezone(tz.zone(zone)).utcoffset() for instant in instants)


def _offset(text: str) -> list[str]:
    """Return the zone of an offset as people write it, such as 'UTC+5:30', 'GMT-3' or '+05:30'; none for all else."""
    match = _OFFSET.fullmatch(text.casefold())
    if match is None:
        return []
    sign, hours, minutes, fraction = match.groups()
    size = dt.timedelta(hours=int(hours), minutes=int(minutes) if minutes else _FRACTIONS[fraction or "0"])
    name = tz.fixed(size if sign == "+" else -size)
    return [name] if name else []


def _score(wanted: str, name: _Name, slips: int | None) -> float:
    """Return how well a name answers what is wanted, 0 for not at all; `slips` is None when there are too many."""
    if name.text == wanted:
        return _EXACT + name.weight
    if name.text.startswith(wanted):
        return _BEGINS + name.weight - len(name.text) / 100
    if f" {wanted}" in f" {name.text}":
        return _WITHIN + name.weight - len(name.text) / 100
    if len(name.text) >= _SHORT and wanted.startswith(f"{name.text} "):
        return _CONTINUED + name.weight
    return 0.0 if slips is None else _SLIPPED - _SLIP * slips + name.weight


def _spellings(country: str) -> Iterator[str]:
    """Yield the names of a country for one of iso3166.tab, such as 'Myanmar (Burma)' or 'St Kitts & Nevis'."""
    plain, _, other = country.partition(" (")
    yield plain if not other.endswith("Islands") else country
    yield country
    if "&" in country:
        yield country.replace("&", "and")
    if plain.startswith("St "):
        yield plain.replace("St ", "Saint ", 1)


def _or(zones: Sequence[str]) -> str:
    *others, last = [f"'{tz.zone_text(zone)}'" for zone in zones]
    return f"{', '.join(others)} or {last}" if others else last


def _rows(table: str) -> Iterable[tuple[str, str]]:
    """Return the rows of a table of the database: the first column, and the rest."""
    for line in table.splitlines():
        if line and not line.startswith("#"):
            first, _, rest = line.partition("\t")
            yield first, rest
