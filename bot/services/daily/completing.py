"""Completions that need more than the typed text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from bot.domain.daily import tz
from bot.domain.daily.changes import offset_at
from bot.domain.daily.days import days_text
from bot.domain.daily.times import time_text
from bot.domain.text import normalise

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from bot.domain.daily.model import Schedule
    from bot.domain.daily.zones import Zones

# How much a schedule's line must resemble what was typed, of 100.
_RESEMBLANCE = 60.0
# Characters of what is typed that are looked at.
_COMPARED = 64


def complete_zone(zones: Zones, typed: str, now: dt.datetime, limit: int) -> list[tuple[str, str]]:
    """Return (label, value) pairs of zones, each with its offset and the time there."""
    found = []
    for zone in zones.find(typed, limit):
        there = now.astimezone(tz.zone(zone))
        name, offset = tz.zone_text(zone), tz.offset_text(offset_at(zone, now))
        found.append((f"{name} ({'' if name == offset else f'{offset}, '}now {there:%H:%M})", zone))
    return found


def complete_schedule(schedules: Iterable[tuple[Schedule, str]], typed: str) -> list[tuple[str, str]]:
    """Return (label, value) pairs of (schedule, channel name)s: those alike to what was typed first, then the rest."""
    offers = []
    for schedule, channel in schedules:
        rule = schedule.wish.rule
        paused = " (paused)" if schedule.paused else ""
        label = f"{schedule.number} \u00b7 {channel} \u00b7 {time_text(rule.minute)} {tz.zone_text(rule.zone)}"
        offers.append((f"{label} \u00b7 {days_text(rule.days)}{paused}", str(schedule.number)))
    wanted = normalise(typed, _COMPARED)
    if not wanted:
        return offers
    scored = [(_score(wanted, label, value), label, value) for label, value in offers]
    alike = [each for each in scored if each[0] >= _RESEMBLANCE]
    return [(label, value) for _, label, value in sorted(alike or scored, key=lambda each: -each[0])]


def _score(wanted: str, label: str, value: str) -> float:
    return 200.0 if wanted == value else fuzz.partial_ratio(wanted, normalise(label))
