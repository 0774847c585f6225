"""What daily quotes need of Discord, and all that can be said back."""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING, Protocol

import msgspec

from bot.domain.daily.answers import NotNow, Refused, Unsure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain.daily.errand import FollowUp, PauseNotice, QuotePost
    from bot.domain.daily.model import Extra, Place, Style
    from bot.domain.quotes import Quote

__all__ = (
    "EPOCH",
    "NOTHING_KNOWN",
    "Absent",
    "Accepted",
    "CardMaker",
    "Face",
    "Look",
    "NotNow",
    "Problem",
    "Refused",
    "Span",
    "Unknowable",
    "Unsure",
)


class Accepted(msgspec.Struct, frozen=True):
    """Discord has the message, since `at`, in `channel`: a forum post has a channel of its own."""

    message: int
    channel: int
    at: dt.datetime


class Absent(msgspec.Struct, frozen=True):
    """The channel's history was read, and our message is not in it."""


class Unknowable(msgspec.Struct, frozen=True):
    """The channel's history cannot be read, so nobody can know."""


class Problem(enum.Enum):
    """Why a channel or role cannot be used."""

    GONE = "gone"
    KIND = "kind"
    PERMISSIONS = "permissions"
    LOCKED = "locked"
    NEEDS_TAG = "needs-tag"
    EVERYONE = "everyone"
    ROLE_GONE = "role-gone"
    ROLE_NOT_MENTIONABLE = "role-not-mentionable"
    NOT_ANNOUNCEMENTS = "not-announcements"
    NO_THREADS = "no-threads"
    TIMED_OUT = "timed-out"
    SERVER_DOWN = "server-down"


class Look(msgspec.Struct, frozen=True):
    """A channel as it is now. `missing` holds the names of permissions that we lack, as Discord shows them.

    `role_problem` is set where the role cannot be mentioned; then it is the `problem` as well, if nothing else is.
    `until` is when a time-out ends.
    `may_read_history` is not needed for posting; without it, a post whose fate is unknown after a crash or
    an outage cannot be looked up.
    """

    place: Place | None
    problem: Problem | None = None
    missing: tuple[str, ...] = ()
    may_read_history: bool = True
    role_problem: Problem | None = None
    until: dt.datetime | None = None


class Span(msgspec.Struct, frozen=True):
    """Where Discord's clock stands now, by the bounds that its answers give: between these two."""

    earliest: dt.datetime
    latest: dt.datetime


# Before this, Discord has created nothing (Discord's docs, Reference, Snowflakes).
EPOCH = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)
NOTHING_KNOWN = Span(EPOCH, dt.datetime.max.replace(tzinfo=dt.UTC))


class Face(Protocol):
    """Discord, as seen from the daily quotes."""

    async def post(
        self,
        errand: QuotePost | PauseNotice,
        quote: Quote | None,
        deadline: dt.datetime,
        asking: Callable[[], Awaitable[bool]],
    ) -> Accepted | Refused | NotNow | Unsure:
        """Ask Discord once to create the errand's message, and not after `deadline` (by our clock).

        `quote` is the quote of a QuotePost. `asking` is awaited right before the request leaves, after all waiting for
        limits; when it returns False, nothing is sent. A message that Discord created in the last minutes with the
        same nonce is not created again.
        """
        ...

    async def find(
        self, errand: QuotePost | PauseNotice, since: dt.datetime
    ) -> Accepted | Absent | Unknowable | NotNow:
        """Look for the errand's message among those created `since` (by Discord's clock)."""
        ...

    def time(self) -> Span:
        """Return where Discord's clock stands; NOTHING_KNOWN before its first answer."""
        ...

    async def follow_up(self, job: FollowUp, quote: Quote | None) -> Refused | NotNow | None:
        """Ask Discord once to do what is to follow a post; None when it is done, now or before.

        `quote` is what was posted; None when the data no longer hold it.
        """
        ...

    def away(self, guild: int) -> bool:
        """Tell whether the bot is surely not in a server."""
        ...

    async def look(
        self, guild: int, channel: int, role: int | None, style: Style, extras: frozenset[Extra] = frozenset()
    ) -> Look:
        """Tell whether a schedule could post to a channel, mention a role (None for no role), and do the extras."""
        ...


class CardMaker(Protocol):
    """Draws a quote as a picture."""

    async def card(self, quote: Quote) -> bytes | None:
        """Return a PNG, or None where the quote cannot be drawn."""
        ...
