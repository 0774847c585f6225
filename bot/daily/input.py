"""Times of day, weekdays and time zones, from what people type, and back to words."""

from __future__ import annotations

import datetime as dt
import functools
import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple, Self

from bot.daily.schedule import EVERY_DAY, fixed_zone, offset_at, offset_text, zone_info, zone_names, zone_text
from bot.errors import UserError
from bot.fuzzy import likeness, likeness_within, near, slips_in
from bot.text import fold, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.daily.schedule import Schedule

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
# What stands behind a zone in completions and answers: '(UTC+5:30, now 05:30)', '(UTC+5:30 today)'.
_PRINTED = re.compile(r"\s*\((?:utc|now)\b[^()]*\)$", re.IGNORECASE)
_FRACTIONS = {"0": 0, "25": 15, "5": 30, "75": 45}
_EXACT, _BEGINS, _WITHIN, _POPULAR_FIRST, _LISTED = 200.0, 140.0, 100.0, 10.0, 5.0
# A name with more behind it ('new york city'), and one with a slip of the finger; each further slip takes _SLIP.
_CONTINUED, _SLIPPED, _SLIP = 90.0, 80.0, 20.0
# No name of a place is meant that is more slips away, nor one of fewer letters that is followed by something else.
_MOST_SLIPS, _SHORT = 2, 4
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
        zones = cls(zone_names(), places, comments, release + 1)
        # Compared here, at the start: while people type, nothing may take long.
        for meant in (POPULAR, *(each for each in zones._meant.values() if len(each) > 1)):
            zones._of_each_clock(meant)
        return zones

    def find(self, text: str, limit: int = 25) -> list[str]:
        """Return the zones that `text` can mean, best first; the popular ones for nothing.

        What `parse` takes the text for comes first.
        """
        text = _asked(text)
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
        text = _asked(text)
        wanted = normalise(text, _LONGEST)
        if meant := _offset(text) or self._exactly(text):
            zones = self._of_each_clock(meant)
            if len(zones) == 1:
                return zones[0]
            raise UserError(f"That could mean several time zones. Choose one: {_or(zones[:_OFFERED])}.")
        found = self.find(text, 5) if text else []
        # A slip of the finger is for the list to mend: a wrong zone that is accepted posts at a wrong hour.
        begun = {name.zone for name in self._names if name.text.startswith(wanted)} if wanted else set()
        if len(wanted.replace(" ", "")) >= _BEGINNING and found and found[0] in begun:
            zones = self._of_each_clock([found[0], *begun])
            if len(zones) == 1:
                return zones[0]
        near = _or(found[:_OFFERED] or ["Europe/London", "America/New_York"])
        raise UserError(f"I can't tell which time zone you mean. Choose one from the list, such as {near}.")

    def _exactly(self, text: str) -> Sequence[str]:
        """Return the zones that bear exactly this name, most people first: those of each clock before the others."""
        wanted = normalise(text, _LONGEST)
        if meant := self._meant.get(wanted):
            return list(dict.fromkeys([*self._of_each_clock(meant), *meant]))
        key = self._keys.get(text.replace(" ", "_").casefold())
        if key is not None:
            return [key]
        named = [name for name in self._names if wanted and name.text == wanted]
        return list(dict.fromkeys(name.zone for name in sorted(named, key=lambda each: (-each.weight, each.zone))))

    def _alike(self, wanted: str) -> list[str]:
        slips = {each.at: each.slips for each in near(wanted, self._texts, min(slips_in(wanted), _MOST_SLIPS))}
        best: dict[str, float] = {}
        for at, name in enumerate(self._names):
            if score := _score(wanted, name, slips.get(at)):
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
    return tuple(instant.astimezone(zone_info(zone)).utcoffset() for instant in instants)


def _asked(text: str) -> str:
    """Return what is typed without what the bot itself prints behind a zone: people copy that too."""
    return _PRINTED.sub("", text.strip()[:_LONGEST])


def _offset(text: str) -> list[str]:
    """Return the zone of an offset as people write it, such as 'UTC+5:30', 'GMT-3' or '+05:30'; none for all else."""
    match = _OFFSET.fullmatch(text.casefold())
    if match is None:
        return []
    sign, hours, minutes, fraction = match.groups()
    size = dt.timedelta(hours=int(hours), minutes=int(minutes) if minutes else _FRACTIONS[fraction or "0"])
    name = fixed_zone(size if sign == "+" else -size)
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
    *others, last = [f"'{zone_text(zone)}'" for zone in zones]
    return f"{', '.join(others)} or {last}" if others else last


def _rows(table: str) -> Iterable[tuple[str, str]]:
    """Return the rows of a table of the database: the first column, and the rest."""
    for line in table.splitlines():
        if line and not line.startswith("#"):
            first, _, rest = line.partition("\t")
            yield first, rest


_TIME_HELP = "Try 9:00, 9am or 21:30."
_UNKNOWN = f"That isn't a time of day I understand. {_TIME_HELP}"
# No time is written in so many characters.
_LONGEST_TIME = 64
_NAMED = {"noon": 720, "midday": 720, "midnight": 0}
_CLOCK = re.compile(
    r"""(?:at\s+)?
    (?P<hour>\d{1,2}) (?: \s*[:.h,]\s*(?P<minute>\d{2}) (?::00)? | (?P<packed>\d{2}) | \s*h )?
    \s* (?: o'?clock | uhr )? \s* (?:(?P<half>[ap])\.?\s*m?\.?)? \s* (?:o'?clock)?""",
    re.VERBOSE,
)
_NOON_HOUR, _HOURS, _MINUTES = 12, 24, 60
# What to offer in an empty box: hours at which people are awake.
_POPULAR = (9 * 60, 12 * 60, 18 * 60, 20 * 60, 21 * 60, 7 * 60, 8 * 60, 10 * 60, 15 * 60, 17 * 60, 19 * 60, 0)


def parse_time(text: str) -> int:
    """Return the time that `text` names, in minutes from midnight (0 to 1439).

    Raises UserError, which says what can be written, for anything else.
    """
    if len(text) > _LONGEST_TIME:
        raise UserError(_UNKNOWN)
    typed = fold(text).strip()
    plain = re.sub(r"^(?:at\s+)?(?:12\s+)?(?=noon|midday|midnight)", "", typed)
    if plain in _NAMED:
        return _NAMED[plain]
    match = _CLOCK.fullmatch(typed)
    if match is None:
        raise UserError(_UNKNOWN)
    hour, minute = int(match["hour"]), int(match["minute"] or match["packed"] or 0)
    if match["half"]:
        if not 1 <= hour <= _NOON_HOUR:
            raise UserError(f"With am or pm, the hour goes from 1 to 12. {_TIME_HELP}")
        hour = hour % _NOON_HOUR + (_NOON_HOUR if match["half"] == "p" else 0)
    if hour == _HOURS and minute == 0:
        raise UserError("24:00 is where the next day starts. For midnight, write 0:00.")
    if hour >= _HOURS or minute >= _MINUTES:
        raise UserError(_UNKNOWN)
    return hour * _MINUTES + minute


def time_text(minute: int) -> str:
    """Return a time of day as '09:00'."""
    return f"{minute // _MINUTES:02}:{minute % _MINUTES:02}"


def complete_time(text: str) -> list[tuple[str, str]]:
    """Return (label, value) pairs for what was typed so far: what it means first, then those near it."""
    try:
        meant = parse_time(text)
    except UserError:
        digits = re.match(r"\s*(\d{1,2})", text)
        hour = int(digits[1]) if digits else _HOURS
        begun = [hour * 60 + quarter for quarter in (0, 15, 30, 45)] if hour < _HOURS else []
        # Nonsense completes to nothing: who presses Tab must not get a time that they never meant.
        return [_offer(minute) for minute in (begun if text.strip() else _POPULAR)]
    half_day = _NOON_HOUR * _MINUTES
    sure = re.search(r"[apm:.]", text.casefold()) is not None
    other = [] if sure or meant >= half_day else [meant + half_day]
    near = [meant + step for step in (15, 30, 45) if meant % _MINUTES == 0]
    return [_offer(minute) for minute in dict.fromkeys((meant, *other, *near))]


def _offer(minute: int) -> tuple[str, str]:
    hour, rest = divmod(minute, _MINUTES)
    half = "am" if hour < _NOON_HOUR else "pm"
    spoken = f"{hour % _NOON_HOUR or _NOON_HOUR}{f':{rest:02}' if rest else ''} {half}"
    named = {720: "noon", 0: "midnight"}.get(minute, spoken)
    return f"{time_text(minute)} ({named})", time_text(minute)


NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS = 0b001_1111
WEEKENDS = 0b110_0000
_SETS = {
    EVERY_DAY: ("daily", "every day", "everyday", "all", "all days", "all week", "each day"),
    WEEKDAYS: ("weekdays", "weekday", "workdays", "working days", "every weekday"),
    WEEKENDS: ("weekends", "weekend", "every weekend"),
}
_DAYS_HELP = "Days can be 'daily', 'weekdays', 'weekends', or a list such as 'mon, wed, fri' or 'mon-fri'."
# Alike enough for a typo ('wendesday'), not for another day ('sunday' and 'monday' reach 83).
_ALIKE = 85.0
_SHORTEST = 2
# No list of days is written in so many characters.
_LONGEST_DAYS = 200


def parse_days(text: str | None) -> int:
    """Return the set of weekdays that `text` names, bit 0 for Monday; every day for nothing.

    Raises UserError, which says what can be written, for anything else.
    """
    if len(text or "") > _LONGEST_DAYS:
        raise UserError(_DAYS_HELP)
    words = re.sub(r"\s+", " ", fold(text or "daily")).strip(" .,")
    for days, names in _SETS.items():
        if words in names:
            return days
    found = 0
    spans = re.sub(r"\s*(?:-|\u2013|\bto\b|\bthrough\b)\s*", "-", words)
    for item in re.split(r"[\s,;/&+]+|\band\b", spans):
        found |= _item(item) if item and item not in {"every", "on", "and"} else 0
    if not found:
        raise UserError(_DAYS_HELP)
    return found


def _item(item: str) -> int:
    for days, names in _SETS.items():
        if item in names:
            return days
    first, dash, last = item.partition("-")
    start = _day(first)
    if not dash:
        return 1 << start
    return sum(1 << (start + step) % 7 for step in range((_day(last) - start) % 7 + 1))


def _day(word: str) -> int:
    """Return 0 for Monday to 6 for Sunday, from a name, its beginning, or a name with a typo."""
    names = [name.casefold() for name in NAMES]
    plain = word.strip(".").removesuffix("s") if len(word) > len("thurs") else word.strip(".")
    begins = [number for number, name in enumerate(names) if name.startswith(plain)]
    if len(plain) >= _SHORTEST and len(begins) == 1:
        return begins[0]
    alike = [likeness(plain, name, _ALIKE) for name in names]
    if not any(alike):
        raise UserError(f"I don't know all of those days. {_DAYS_HELP}")
    return alike.index(max(alike))


def days_text(days: int) -> str:
    """Return the set in words: 'every day', 'weekdays', 'weekends', or 'Mon, Wed, Fri'."""
    sets = {EVERY_DAY: "every day", WEEKDAYS: "weekdays", WEEKENDS: "weekends"}
    return sets.get(days) or ", ".join(name[:3] for bit, name in enumerate(NAMES) if days >> bit & 1)


def complete_days(text: str) -> list[tuple[str, str]]:
    """Return (label, value) pairs for what was typed so far: what it means first, then likely others."""
    typed = text.casefold().strip()
    common = [
        ("daily", "Every day"),
        ("weekdays", "Weekdays (Monday to Friday)"),
        ("weekends", "Weekends (Saturday and Sunday)"),
        ("mon,wed,fri", "Monday, Wednesday, Friday"),
        ("tue,thu", "Tuesday, Thursday"),
        *((name[:3].casefold(), f"{name}s only") for name in NAMES),
    ]
    offers = [(label, value) for value, label in common]
    if not typed:
        return offers
    begun = [(label, value) for label, value in offers if typed in label.casefold() or value.startswith(typed)]
    try:
        days = parse_days(text)
    except UserError:
        return begun or offers
    meant = (_long(days), days_text(days).replace(", ", ",").replace("every day", "daily").casefold())
    return [meant, *(offer for offer in begun if offer[1] != meant[1])]


def _long(days: int) -> str:
    named = [name for bit, name in enumerate(NAMES) if days >> bit & 1]
    common = {
        EVERY_DAY: "Every day",
        WEEKDAYS: "Weekdays (Monday to Friday)",
        WEEKENDS: "Weekends (Saturday and Sunday)",
    }
    return common.get(days) or (f"{named[0]}s only" if len(named) == 1 else ", ".join(named))


# How much a schedule's line must resemble what was typed, of 100.
_RESEMBLANCE = 60.0
# Characters of what is typed that are looked at.
_COMPARED = 64


def complete_zone(zones: Zones, typed: str, now: dt.datetime, limit: int) -> list[tuple[str, str]]:
    """Return (label, value) pairs of zones, each with its offset and the time there."""
    found = []
    for zone in zones.find(typed, limit):
        there = now.astimezone(zone_info(zone))
        name, offset = zone_text(zone), offset_text(offset_at(zone, now))
        found.append((f"{name} ({'' if name == offset else f'{offset}, '}now {there:%H:%M})", zone))
    return found


def complete_schedule(schedules: Iterable[tuple[Schedule, str]], typed: str) -> list[tuple[str, str]]:
    """Return (label, value) pairs of (schedule, channel name)s: those alike to what was typed first, then the rest."""
    offers = []
    for schedule, channel in schedules:
        rule = schedule.spec.rule
        paused = " (paused)" if schedule.paused else ""
        label = f"{schedule.number} \u00b7 {channel} \u00b7 {time_text(rule.minute)} {zone_text(rule.zone)}"
        offers.append((f"{label} \u00b7 {days_text(rule.days)}{paused}", str(schedule.number)))
    wanted = normalise(typed, _COMPARED)
    if not wanted:
        return offers
    scored = [(_schedule_score(wanted, label, value), label, value) for label, value in offers]
    alike = [each for each in scored if each[0] >= _RESEMBLANCE]
    return [(label, value) for _, label, value in sorted(alike or scored, key=lambda each: -each[0])]


def _schedule_score(wanted: str, label: str, value: str) -> float:
    return 200.0 if wanted == value else likeness_within(wanted, normalise(label))
