"""Discord's clock, as its answers tell it.

Our own may be wrong by hours, and may step. The `Date` header of an answer (RFC 9110, 6.6.1: whole seconds) was
written between the request and the answer, which bounds how far Discord's clock is from our monotonic one; so does
the id of a message that was created (Discord's docs, Reference, Snowflakes), which is surely not from the future.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import logging
from typing import TYPE_CHECKING

from bot.services.daily.face import EPOCH, NOTHING_KNOWN, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.clock import Clock

_log = logging.getLogger(__name__)

_RESOLUTION = 1.0
# By more than this, people see that posts do not come at their times.
_TELL = 60.0


class DiscordClock:
    """Bounds for Discord's time. `ticks` is a monotonic clock in seconds, `clock` ours, which may step."""

    def __init__(self, clock: Clock, ticks: Callable[[], float]) -> None:
        self._clock = clock
        self._ticks = ticks
        # Discord's clock less `ticks`, in seconds since Discord's epoch; when that was learnt, on both our clocks.
        self._low: float | None = None
        self._high: float | None = None
        self._at: tuple[float, dt.datetime] | None = None
        self._told = False

    def now(self) -> Span:
        """Return where Discord's clock stands.

        A machine that was asleep wakes with a monotonic clock that stood still, and ours has gone on: so the later
        bound goes on with whichever went further.
        """
        ticks = self._ticks()
        if self._low is None or self._at is None:
            return NOTHING_KNOWN
        earliest = _instant(self._low + ticks)
        if self._high is None:
            return Span(earliest, NOTHING_KNOWN.latest)
        passed = (self._clock.now() - self._at[1]).total_seconds() - (ticks - self._at[0])
        return Span(earliest, _instant(self._high + ticks + max(passed, 0.0)))

    def dated(self, header: str | None, sent: float, received: float) -> None:
        """Learn from the `Date` of an answer to a request that was `sent` and `received` at these ticks."""
        try:
            date = email.utils.parsedate_to_datetime(header or "")
        except ValueError:
            return
        if date.tzinfo is None or date <= EPOCH:
            return
        written = (date - EPOCH).total_seconds()
        self._learn(written - received, written + _RESOLUTION - sent)

    def created(self, at: dt.datetime, received: float) -> None:
        """Learn from a message that existed when an answer was received, by its id created `at`."""
        low = (at - EPOCH).total_seconds() - received
        if self._low is None or low > self._low:
            high = self._high
            self._low = low
            self._high = high if high is None or high >= low else low + _RESOLUTION
            self._at = self._at or (received, self._clock.now())

    def _learn(self, low: float, high: float) -> None:
        known_low, known_high = self._low, self._high
        if known_low is not None and known_high is not None and known_low <= high and low <= known_high:
            low, high = max(low, known_low), min(high, known_high)
        # Else the two clocks have gone apart since, or an answer was wrong: the newest counts.
        self._low, self._high = low, high
        self._at = (self._ticks(), self._clock.now())
        self._tell()

    def _tell(self) -> None:
        """Say in the log, once, that our clock is wrong: by it posts come too early or too late."""
        there, here = self.now(), self._clock.now()
        ahead = (here - there.latest).total_seconds()
        behind = (there.earliest - here).total_seconds()
        if max(ahead, behind) > _TELL and not self._told:
            which, by = ("ahead of", ahead) if ahead > behind else ("behind", behind)
            _log.warning("this machine's clock is %.0f s %s Discord's: daily posts come by it; set it right", by, which)
            self._told = True


def _instant(seconds: float) -> dt.datetime:
    return EPOCH + dt.timedelta(seconds=seconds)
