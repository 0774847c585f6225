"""What the store keeps of daily quotes: schedules, and the ledger's deliveries.

All instants are aware and in UTC; dates are local dates of the schedule's zone.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import datetime as dt

    from bot.domain.daily.bag import Bag
    from bot.domain.daily.rule import Rule


class Place(enum.StrEnum):
    """What kind of channel a schedule posts to; announcement channels count as text."""

    TEXT = "text"
    THREAD = "thread"
    FORUM = "forum"


class Style(enum.StrEnum):
    """How a post looks: the words alone, or with a picture of them."""

    TEXT = "text"
    CARD = "card"


class Pause(enum.StrEnum):
    """Why a schedule does not post. All but MODERATOR and LEFT are told to the moderators."""

    MODERATOR = "moderator"
    CHANNEL_GONE = "channel-gone"
    NO_ACCESS = "no-access"
    NO_PERMISSION = "no-permission"
    ARCHIVED = "archived"
    WRONG_KIND = "wrong-kind"
    NEEDS_TAG = "needs-tag"
    NO_QUOTES = "no-quotes"
    ZONE_GONE = "zone-gone"
    LEFT = "left"


class MentionLoss(enum.StrEnum):
    """Why a schedule's role is not mentioned. Its posts are made all the same; moderators are told."""

    ROLE_GONE = "role-gone"
    NOT_MENTIONABLE = "role-not-mentionable"
    EVERYONE = "everyone"


class State(enum.StrEnum):
    """Where a delivery stands. Every state but CLAIMED is final."""

    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    SKIPPED = "skipped"


class Reason(enum.StrEnum):
    """Why a delivery that is not SENT ended as it did; a Pause's value stands there as well."""

    TOO_LATE = "too-late"
    REFUSED = "refused"
    BLOCKED = "blocked"
    UNKNOWABLE = "unknowable"
    STOPPED = "stopped"
    NOWHERE = "nowhere"
    MESSAGE_GONE = "message-gone"


class Setback(enum.StrEnum):
    """What keeps a post back for now. It is told while it lasts, and when it lasts until the post is too late."""

    EDGE = "edge"
    LIMIT = "limit"
    OUTAGE = "outage"
    FULL = "full"
    TOKEN = "token"  # noqa: S105 - no secret: Discord does not accept the bot's
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed-out"
    SERVER_DOWN = "server-down"


class Extra(enum.StrEnum):
    """What is done with a post once it is there."""

    PUBLISH = "publish"
    THREAD = "thread"


class Target(msgspec.Struct, frozen=True):
    """Where to post. `place` is what the channel was when the schedule was made or edited."""

    guild: int
    channel: int
    place: Place


class Wish(msgspec.Struct, frozen=True):
    """What a moderator asks for: all fields of a schedule that can be edited.

    `about` is 'speaker:ID' or 'topic:ID', or None for all quotes; `role` is the role to mention. `extras` are done
    with each post.
    """

    target: Target
    rule: Rule
    about: str | None = None
    role: int | None = None
    style: Style = Style.TEXT
    extras: frozenset[Extra] = frozenset()


class Schedule(msgspec.Struct, frozen=True):
    """A stored schedule. `number` is what its server calls it, from 1.

    `last_date` is the latest date with a row in the ledger. `next_date` and `next_due` are None while the
    schedule is paused. `unmentioned` is why the role is not mentioned, None where it is.
    `channel_name` is what its channel was called that was deleted, where that is known.
    """

    id: int
    number: int
    wish: Wish
    bag: Bag
    last_date: dt.date | None = None
    next_date: dt.date | None = None
    next_due: dt.datetime | None = None
    paused: Pause | None = None
    unmentioned: MentionLoss | None = None
    channel_name: str | None = None

    @property
    def mention(self) -> int | None:
        """The role that its posts mention."""
        return self.wish.role if self.unmentioned is None else None


class Delivery(msgspec.Struct, frozen=True):
    """A row of the ledger, for one schedule and local date; `posted_in` is the channel of the message.

    `setback` is what kept it back last, until `setback_until` where that is known.
    """

    id: int
    schedule: int
    date: dt.date
    due: dt.datetime
    state: State
    nonce: str
    late: bool = False
    quote: str | None = None
    reason: str | None = None
    message: int | None = None
    posted_in: int | None = None
    sent_at: dt.datetime | None = None
    setback: Setback | None = None
    setback_until: dt.datetime | None = None


def nonce(schedule: int, date: dt.date) -> str:
    """Return the nonce of a delivery: from schedule and date alone, so that a retry has the same.

    Discord's docs (Create Message) allow 25 characters; the longest schedule id takes 13.
    """
    digits, rest = "", schedule
    while rest:
        rest, digit = divmod(rest, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return f"dq{digits or '0'}-{date:%Y%m%d}"
