"""Weekdays as moderators write them: 'daily', 'weekdays', 'mon,wed,fri', 'mon-fri'."""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process

from bot.domain.daily.rule import EVERY_DAY
from bot.domain.errors import UserError

NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS = 0b001_1111
WEEKENDS = 0b110_0000
_SETS = {
    EVERY_DAY: ("daily", "every day", "everyday", "all", "all days", "all week", "each day"),
    WEEKDAYS: ("weekdays", "weekday", "workdays", "working days", "every weekday"),
    WEEKENDS: ("weekends", "weekend", "every weekend"),
}
_HELP = "Days can be 'daily', 'weekdays', 'weekends', or a list such as 'mon, wed, fri' or 'mon-fri'."
# Alike enough for a typo ('wendesday'), not for another day ('sunday' and 'monday' reach 83).
_ALIKE = 85.0
_SHORTEST = 2
# No list of days is written in so many characters.
_LONGEST = 200


def parse_days(text: str | None) -> int:
    """Return the set of weekdays that `text` names, bit 0 for Monday; every day for nothing.

    Raises UserError, which says what can be written, for anything else.
    """
    if len(text or "") > _LONGEST:
        raise UserError(_HELP)
    words = re.sub(r"\s+", " ", (text or "daily").casefold()).strip(" .,")
    for days, names in _SETS.items():
        if words in names:
            return days
    found = 0
    spans = re.sub(r"\s*(?:-|\u2013|\bto\b|\bthrough\b)\s*", "-", words)
    for item in re.split(r"[\s,;/&+]+|\band\b", spans):
        found |= _item(item) if item and item not in {"every", "on", "and"} else 0
    if not found:
        raise UserError(_HELP)
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
    best = process.extractOne(plain, names, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    if best is None:
        raise UserError(f"I don't know all of those days. {_HELP}")
    return int(best[2])


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
