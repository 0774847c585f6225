"""What is planned, brought up to the tz database of this process.

The instant of the next post is stored when the one before it is claimed, a week before it at times. A newer tz
database, which a restart brings in, may have another instant for the same local time.
"""

from __future__ import annotations

import logging
import zoneinfo
from typing import TYPE_CHECKING

from bot.domain.daily.rule import instant_on
from bot.services.daily.storing import until_stored

if TYPE_CHECKING:
    import datetime as dt

    from bot.clock import Clock
    from bot.domain.daily.rule import Rule
    from bot.store.schedules import Schedules

_log = logging.getLogger(__name__)


async def replan(schedules: Schedules, clock: Clock) -> None:
    """Move every post that is not due yet to the instant that its date and time have now; its date stays."""

    async def move() -> None:
        if moved := await schedules.replan(clock.now(), _instant):
            _log.info("the tz database has changed: %d posts were moved", moved)

    await until_stored("planning by the tz database", move, clock)


def _instant(rule: Rule, date: dt.date) -> dt.datetime | None:
    """Return the instant of a post; None for a zone or a day that is gone: its plan is left as it is."""
    try:
        return instant_on(rule, date)
    except zoneinfo.ZoneInfoNotFoundError:
        return None
