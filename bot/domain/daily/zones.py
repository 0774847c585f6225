"""Time zones as moderators look for them: by IANA name, city, country, or what people call them.

Names come from the IANA database as Python's `tzdata` package ships it: all its zones, and its tables
zone.tab (which country uses which zone, with comments such as 'Eastern (most areas)') and iso3166.tab
(countries' names).
"""

from __future__ import annotations

import re
import zoneinfo
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple, Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.domain.errors import UserError
from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What people say where the database has no such name; the place that most of them mean.
_SPOKEN = {
    "America/New_York": "et, est, edt, eastern, eastern time, nyc, washington, miami, usa, us, america",
    "America/Chicago": "ct, cst, cdt, central, central time, dallas, houston, austin, texas",
    "America/Denver": "mt, mst, mdt, mountain, mountain time",
    "America/Los_Angeles": "pt, pst, pdt, pacific, pacific time, la, san francisco, california, las vegas",
    "Europe/London": "bst, uk, england, britain, great britain, manchester, scotland, edinburgh, wales",
    "Europe/Berlin": "cet, cest, mez, mesz, central european time, munich, hamburg, cologne, frankfurt",
    "Europe/Madrid": "barcelona",
    "Europe/Rome": "milan",
    "Europe/Amsterdam": "holland",
    "Europe/Istanbul": "turkey",
    "Asia/Kolkata": "ist, delhi, new delhi, mumbai, bombay, bangalore, calcutta",
    "Asia/Shanghai": "beijing, peking, shenzhen",
    "Asia/Tokyo": "jst, osaka, kyoto",
    "Asia/Seoul": "kst, korea, south korea",
    "Asia/Ho_Chi_Minh": "hanoi, saigon",
    "Australia/Sydney": "aest, aedt, canberra",
    "Pacific/Auckland": "nzst, nzdt, wellington, new zealand",
    "America/Sao_Paulo": "brt, rio, rio de janeiro, brasilia, brazil",
    "Europe/Moscow": "msk, saint petersburg, russia",
    "America/Toronto": "canada, ottawa, montreal",
    "UTC": "utc, gmt, z, zulu, coordinated universal time, greenwich mean time",
}
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
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])\s*0?(\d{1,2})(?::?00)?")
_EXACT, _BEGINS, _WITHIN, _SPOKEN_FIRST, _LISTED = 200.0, 140.0, 100.0, 10.0, 5.0
# A name with more behind it ('new york city'), and one with a slip of the finger; each further slip takes _SLIP.
_CONTINUED, _SLIPPED, _SLIP = 90.0, 80.0, 20.0
# A word of fewer letters is one slip away from too many names; a long one may have two slips.
_SHORT, _LONG = 4, 8
# Characters of what is typed that are looked at: no zone's name has as many.
_LONGEST = 64


class _Name(NamedTuple):
    text: str
    zone: str
    weight: float


class Zones:
    """All zones with the names that they can be found by."""

    def __init__(self, keys: Iterable[str], countries: Mapping[str, Iterable[str]]) -> None:
        """Take the zones' IANA names, and for each country or comment the zones that bear it."""
        self._keys = {key.casefold(): key for key in keys}
        listed = {zone for zones in countries.values() for zone in zones}
        names: list[_Name] = []
        for key in self._keys.values():
            weight = _SPOKEN_FIRST if key in POPULAR else _LISTED if key in listed else 0.0
            names.append(_Name(normalise(key), key, weight))
            names.append(_Name(normalise(key.rpartition("/")[2]), key, weight))
        for country, zones in countries.items():
            # A country's first zone is its most populous one, so it goes before the others.
            names += [_Name(normalise(country), zone, _LISTED - n / 10) for n, zone in enumerate(zones)]
        self._spoken = {name: key for key, spoken in _SPOKEN.items() for name in spoken.split(", ")}
        names += [_Name(name, key, _SPOKEN_FIRST) for name, key in self._spoken.items()]
        self._names = names
        self._texts = [name.text for name in names]

    @classmethod
    def load(cls) -> Self:
        """Read the zones of this machine and the tables of the `tzdata` package."""
        keys = {key for key in zoneinfo.available_timezones() if key not in {"Factory", "localtime"}}
        tables = resources.files("tzdata.zoneinfo")
        names = dict(_rows(tables.joinpath("iso3166.tab").read_text(encoding="utf-8")))
        found: dict[str, list[str]] = {}
        for country, rest in _rows(tables.joinpath("zone.tab").read_text(encoding="utf-8")):
            _, zone, *comment = rest.split("\t")
            if zone in keys:
                for name in (names[country], *comment):
                    found.setdefault(name, []).append(zone)
        return cls(keys, found)

    def find(self, text: str, limit: int = 25) -> list[str]:
        """Return the zones that `text` can mean, best first; the popular ones for nothing."""
        wanted = normalise(text, _LONGEST)
        if match := _OFFSET.fullmatch(text.strip().casefold()):
            # In POSIX style names, which the database keeps, west of Greenwich is positive.
            key = f"Etc/GMT{'-' if match[1] == '+' else '+'}{int(match[2])}"
            return [self._keys[key.casefold()]] if key.casefold() in self._keys else []
        if not wanted:
            return [zone for zone in POPULAR if zone.casefold() in self._keys][:limit]
        # A letter too many, too few or another, or two letters that changed places, count as one slip.
        most = 0 if len(wanted) < _SHORT else 1 if len(wanted) < _LONG else 2
        slips = process.cdist([wanted], self._texts, scorer=OSA.distance, score_cutoff=most)[0]
        best: dict[str, float] = {}
        for name, slipped in zip(self._names, slips, strict=True):
            if score := _score(wanted, name, int(slipped) if slipped <= most else None):
                best[name.zone] = max(best.get(name.zone, 0.0), score)
        return sorted(best, key=lambda zone: (-best[zone], zone))[:limit]

    def parse(self, text: str) -> str:
        """Return the one zone that `text` means: an IANA name in any case, or the name (or its beginning) of one place.

        'EST' gives America/New_York: the database's zone of that name knows no summer time, and few mean it.
        Raises UserError, which offers the nearest, when there is no such zone or several.
        """
        wanted = normalise(text, _LONGEST)
        typed = text.strip().replace(" ", "_").casefold()
        if key := self._spoken.get(wanted) or self._keys.get(typed):
            return key
        found = self.find(text, limit=5) if wanted or typed else []
        # A slip of the finger is for the list to mend: a wrong zone that is accepted posts at a wrong hour.
        named = {name.zone for name in self._names if name.text.startswith(wanted)} if wanted else set()
        if found and (len(named) == 1 or _OFFSET.fullmatch(text.strip().casefold())):
            return found[0]
        if any(name.text == wanted and name.zone == found[0] for name in self._names if found):
            return found[0]
        near = " or ".join(f"'{zone}'" for zone in found[:3]) or "'Europe/London' or 'America/New_York'"
        raise UserError(f"I know no single time zone for that. Choose one from the list, such as {near}.")


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


def _rows(table: str) -> Iterable[tuple[str, str]]:
    """Return the rows of a table of the database: the first column, and the rest."""
    for line in table.splitlines():
        if line and not line.startswith("#"):
            first, _, rest = line.partition("\t")
            yield first, rest
