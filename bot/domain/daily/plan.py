"""What to do with a schedule that is due: post, note what was missed, and when to come back."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

import msgspec

from bot.domain.daily.bag import Bag, draw
from bot.domain.daily.model import Pause, Schedule
from bot.domain.daily.rule import Occurrence, following

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# A post that goes out this much after its time is marked as late; a queue of posts due in the same minute
# at Discord's limit (35,000 take 12 minutes) is not.
LATE = dt.timedelta(minutes=15)
# After a long downtime, only so many of a schedule's missed dates are written down, the latest ones.
MISSED_LIMIT = 31


class Post(msgspec.Struct, frozen=True):
    """A delivery to claim."""

    occurrence: Occurrence
    quote: str
    late: bool


class Plan(msgspec.Struct, frozen=True):
    """The steps for one schedule: `missed` dates, at most one `post`, and then `next_`; or a `pause`."""

    missed: tuple[Occurrence, ...]
    post: Post | None
    bag: Bag
    next_: Occurrence | None
    pause: Pause | None = None


def coming(schedule: Schedule) -> Iterator[Occurrence]:
    """Yield a schedule's posts in order, without end: the stored next one, then those of its rule after that date.

    A paused schedule has none.
    """
    if schedule.next_due is not None and schedule.next_date is not None:
        post = Occurrence(schedule.next_date, schedule.next_due)
        while True:
            yield post
            post = following(schedule.wish.rule, post.date)


def plan(schedule: Schedule, now: dt.datetime, late_limit: dt.timedelta, matching: Collection[str]) -> Plan:
    """Return what is to be done at `now` with a schedule whose `next_due` has come.

    A post missed by at most `late_limit` is made, once; one missed by more is written down as skipped. So
    a downtime never leads to a burst: posts of two dates are never in one plan. A zone that is gone or an
    `about` that matches no quote (`matching` is empty) pauses the schedule.
    """
    if schedule.next_due is None or schedule.next_date is None:
        raise ValueError("a paused schedule is not due")
    due = Occurrence(schedule.next_date, schedule.next_due)
    missed: list[Occurrence] = []
    try:
        while due.instant < now - late_limit:
            missed.append(due)
            due = following(schedule.wish.rule, due.date)
        missed = missed[-MISSED_LIMIT:]
        if due.instant > now:
            return Plan(tuple(missed), None, schedule.bag, due)
        if not matching:
            return Plan(tuple(missed), None, schedule.bag, None, Pause.NO_QUOTES)
        next_ = following(schedule.wish.rule, due.date)
    except zoneinfo.ZoneInfoNotFoundError:
        return Plan(tuple(missed), None, schedule.bag, None, Pause.ZONE_GONE)
    quote, bag = draw(schedule.bag, matching)
    return Plan(tuple(missed), Post(due, quote, now - due.instant > LATE), bag, next_)
