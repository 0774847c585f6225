"""Compares the rule of time with the oracle over a zone: used by the tests and by `make sweep`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from bot.daily.schedule import EVERY_DAY, Rule, following, upcoming
from tests.support.minutes import posts, walk

if TYPE_CHECKING:
    from collections.abc import Iterable

_MINUTE = dt.timedelta(minutes=1)


def differences(
    zone: str, first: dt.date, last: dt.date, minutes: Iterable[int], days: int = EVERY_DAY
) -> tuple[int, list[str]]:
    """Return how many posts were compared, and each difference in words.

    Every local date from `first` to `last` that has one of the weekdays and exists must get exactly one
    post, at the oracle's instant: by going from date to date, as the poster does, and from any instant.
    """
    walked, compared, wrong = walk(zone, first, last), 0, []
    for minute in minutes:
        rule = Rule(minute, days, zone)
        expected = [post for post in posts(walked, minute, first, last) if days >> post[0].weekday() & 1]
        found, date = [], first - dt.timedelta(days=1)
        while (post := following(rule, date)).date <= last:
            found.append((post.date, post.instant))
            date = post.date
        compared += len(expected)
        if found != expected:
            odd = sorted(set(found) ^ set(expected))[:3]
            wrong.append(f"{zone} at {minute}: {odd}")
        # From an instant: a minute before each post it is the next, and at its own instant it no longer is.
        for date, instant in expected[:: max(1, len(expected) // 5)]:
            before = next(upcoming(rule, instant - _MINUTE))
            at = next(upcoming(rule, instant))
            if before.instant != instant or before.date > date or at.instant <= instant:
                wrong.append(f"{zone} at {minute}: from the instant of {date}")
    return compared, wrong
