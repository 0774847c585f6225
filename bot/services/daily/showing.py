"""What people are shown of a schedule, from its row and the announcement alone: nothing is changed here."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from itertools import islice
from typing import TYPE_CHECKING

from bot.domain.daily.bag import foretell
from bot.domain.daily.changes import changes, effect, offset_at
from bot.domain.daily.plan import coming
from bot.domain.errors import UserError
from bot.services.daily import words
from bot.services.daily.shown import Line, Planned, Preview

if TYPE_CHECKING:
    from bot.domain.daily.model import Delivery, Extra, Schedule
    from bot.domain.daily.rule import Rule
    from bot.services.daily.abouts import Abouts

_CHANGE_NOTICE = dt.timedelta(days=60)
_SHOWN = 3


def planned(schedule: Schedule, abouts: Abouts, now: dt.datetime, *, blind: bool) -> Planned:
    """Return a schedule with its next posts; raises UserError when its zone is gone."""
    rule = schedule.wish.rule
    return Planned(
        schedule=schedule,
        about=abouts.label(schedule.wish.about),
        offset=offset(rule, now),
        now=now,
        posts=tuple(islice(coming(schedule), _SHOWN)),
        changes=tuple((change, effect(rule, change)) for change in changes(rule.zone, now, _CHANGE_NOTICE)),
        blind=blind,
    )


def listed(
    schedule: Schedule, last: Delivery | None, failed: dict[Extra, str], abouts: Abouts, now: dt.datetime
) -> Line:
    """Return a schedule's line in the list; `last` is its latest delivery, `failed` what could not follow it."""
    return Line(schedule, abouts.label(schedule.wish.about), _offset_if_known(schedule.wish.rule, now), last, failed)


def preview(schedule: Schedule, abouts: Abouts) -> Preview:
    """Return the quote that comes next; raises UserError when there is none."""
    quote = abouts.quote(foretell(schedule.bag, matching(schedule, abouts), 1)[0])
    if quote is None:
        raise UserError(words.NO_QUOTES)
    return Preview(schedule, quote)


def matching(schedule: Schedule, abouts: Abouts) -> tuple[str, ...]:
    """Return the ids of the quotes that a schedule can post; raises UserError when there is none."""
    found = abouts.matching(schedule.wish.about)
    if not found:
        raise UserError(words.NO_QUOTES)
    return found


def offset(rule: Rule, now: dt.datetime) -> dt.timedelta:
    """Return the offset of the rule's zone; raises UserError when the zone is gone."""
    found = _offset_if_known(rule, now)
    if found is None:
        raise UserError(words.zone_gone(rule.zone))
    return found


def _offset_if_known(rule: Rule, now: dt.datetime) -> dt.timedelta | None:
    try:
        return offset_at(rule.zone, now)
    except zoneinfo.ZoneInfoNotFoundError:
        return None
