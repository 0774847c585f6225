"""What daily quotes need of Discord, and what its answers mean.

Only a JSON code that is known to mean a lasting refusal stops a schedule. Whatever else turns a post away (a
page of Discord's edge, code 0, a code that is not listed here) may be gone in ten minutes, and is tried again
for as long as the post is worth sending. The codes are those of Discord's docs (Opcodes and Status Codes, JSON).
"""

from __future__ import annotations

import datetime as dt
import email.utils
import enum
import math
from typing import TYPE_CHECKING, Protocol

import msgspec

from bot.daily.schedule import Pause, Reason, Setback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.announcement import Quote
    from bot.daily.jobs import FollowUpJob, NoticeJob, PostJob
    from bot.daily.schedule import ChannelKind, Extra, Style
    from bot.quotes import WhoSaid

# How long nothing is asked after a 429 that does not say how long it lasts: Cloudflare's pages often do not.
UNSAID_WAIT = 60.0
# Nothing is put off by more at once, whatever an answer says.
LONGEST_WAIT = 86_400.0


class Refused(msgspec.Struct, frozen=True):
    """Discord said no, and will again: to this post (a Reason), or to all of the schedule's (a Pause)."""

    reason: Pause | Reason


class NotNow(msgspec.Struct, frozen=True):
    """Nothing was accepted; ask again after `wait` seconds.

    `setback` is why, where that is known, and `until` when it ends, where that is known. `counts` says that it
    was asked: what was put off without asking does not make the next pause longer.
    """

    wait: float = 0.0
    setback: Setback | None = None
    until: dt.datetime | None = None
    counts: bool = True


class Unsure(msgspec.Struct, frozen=True):
    """No answer, or one that tells nothing (5xx, half an answer): the message may have been accepted."""


class Answer(msgspec.Struct, frozen=True):
    """An answer without a message in it: `code` is 0 where its body is not Discord's JSON, or gives no other.

    `wait` is for how many seconds it forbids to ask again, None where it does not say.
    """

    status: int
    code: int = 0
    wait: float | None = None


# A lasting refusal: it stays until somebody in the server changes something, so the schedule is paused.
_LASTING = {
    10003: Pause.CHANNEL_GONE,  # Unknown channel
    10004: Pause.NO_ACCESS,  # Unknown guild: the bot is not in it any more
    40058: Pause.WRONG_KIND,  # Cannot send a message in a forum channel: it was converted to one
    40067: Pause.NEEDS_TAG,  # A tag is required to create a forum post in this channel
    50001: Pause.NO_ACCESS,  # Missing access: View Channel was taken away
    50008: Pause.WRONG_KIND,  # Cannot send messages in a non-text channel
    50013: Pause.NO_PERMISSION,  # You lack permissions (a time-out says the same: whoever asks looks first)
    50024: Pause.WRONG_KIND,  # Cannot execute action on this channel type
    50083: Pause.ARCHIVED,  # Tried to perform an operation on an archived thread
    160005: Pause.ARCHIVED,  # Thread is locked
}
# No to this one message: the next quote is another one, so the schedule goes on.
_THIS_ONE = {
    20009: Reason.BLOCKED,  # Explicit content cannot be sent to the desired recipient(s)
    20031: Reason.BLOCKED,  # ...channel names contain words that are not allowed: a forum post's name is one
    40005: Reason.REFUSED,  # Request entity too large
    50006: Reason.REFUSED,  # Cannot send an empty message
    50035: Reason.REFUSED,  # Invalid form body
    50045: Reason.REFUSED,  # File uploaded exceeds the maximum size
    50046: Reason.REFUSED,  # Invalid file uploaded
    50109: Reason.REFUSED,  # The request body contains invalid JSON
    50110: Reason.REFUSED,  # The provided file is invalid
    50123: Reason.REFUSED,  # The provided file type is invalid
    200000: Reason.BLOCKED,  # Message was blocked by automatic moderation
    200001: Reason.BLOCKED,  # Title was blocked by automatic moderation
    240000: Reason.BLOCKED,  # Message blocked by harmful links filter
}
# No for now, for a reason that has a name; all else is what EDGE stands for.
_PASSING = {
    20016: Setback.LIMIT,  # Slowmode
    20028: Setback.LIMIT,  # The channel you are writing has hit the write rate limit
    20029: Setback.LIMIT,  # The write action on the server has hit the write rate limit
    40062: Setback.LIMIT,  # Service resource is being rate limited
    30033: Setback.FULL,  # Maximum number of thread participants
    160006: Setback.FULL,  # Maximum number of active threads reached
    160007: Setback.FULL,  # Maximum number of active announcement threads reached
    40004: Setback.OUTAGE,  # Send messages has been temporarily disabled
    40006: Setback.OUTAGE,  # This feature has been temporarily disabled server-side
    110001: Setback.OUTAGE,  # Application not yet available. Try again later
    130000: Setback.OUTAGE,  # API resource is currently overloaded
}
# What follows a post was done before: Discord does it once, however often it is asked to.
_DONE = {
    40033,  # This message has already been crossposted
    160004,  # A thread has already been created for this message
}
_UNKNOWN_MESSAGE = 10008
_INVALID_MESSAGE_TYPE = 50068
_UNAUTHORISED, _TIMED_OUT, _TOO_MANY = 401, 408, 429


def meaning(answer: Answer) -> Refused | NotNow | Unsure:
    """Return what an answer to the creation of a message means that does not hold the message.

    A 408, a 5xx, and a 2xx without the message say nothing of what became of it. A 429 and any other 4xx say that
    nothing did (RFC 9110, 15.5), and so does a redirection, which is not followed.
    """
    status, code = answer.status, answer.code
    if status == _TOO_MANY:
        return NotNow(UNSAID_WAIT if answer.wait is None else answer.wait, Setback.LIMIT)
    if status < 300 or status == _TIMED_OUT or status >= 500:  # noqa: PLR2004 - HTTP's classes
        return Unsure()
    if code in _LASTING:
        return Refused(_LASTING[code])
    if code in _THIS_ONE:
        return Refused(_THIS_ONE[code])
    if status == _UNAUTHORISED:
        return NotNow(UNSAID_WAIT, Setback.TOKEN)
    return NotNow(answer.wait or 0.0, _PASSING.get(code, Setback.EDGE))


def follow_up_meaning(answer: Answer) -> Refused | NotNow | None:
    """Return what an answer means to what was to follow a post; None where it is done, now or before."""
    if answer.code in _DONE:
        return None
    if answer.code == _UNKNOWN_MESSAGE:
        return Refused(Reason.MESSAGE_GONE)
    if answer.code == _INVALID_MESSAGE_TYPE:
        return Refused(Reason.REFUSED)
    said = meaning(answer)
    return NotNow(setback=Setback.OUTAGE) if isinstance(said, Unsure) else said


def lasting(answer: Answer) -> bool:
    """Tell whether an answer says for good that there is nothing to be had, for reading as for writing."""
    return isinstance(said := meaning(answer), Refused) and isinstance(said.reason, Pause)


def wait_of(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds an answer's headers forbid to ask again; None where they do not say.

    Retry-After holds seconds (Discord's docs, Rate Limits: with a fraction or without), or the date at which it ends
    (RFC 9110, 10.2.3), which is counted from the answer's own Date: no clock of ours is asked.
    """
    for name in ("Retry-After", "X-RateLimit-Reset-After"):
        given = headers.get(name)
        seconds = None if given is None else _seconds(given, headers.get("Date"))
        if seconds is not None and math.isfinite(seconds):
            return min(max(seconds, 0.0), LONGEST_WAIT)
    return None


def _seconds(given: str, sent: str | None) -> float | None:
    try:
        return float(given)
    except ValueError:
        pass
    if sent is None:
        return None
    try:
        left = email.utils.parsedate_to_datetime(given) - email.utils.parsedate_to_datetime(sent)
    except (TypeError, ValueError):
        return None
    return left.total_seconds()


__all__ = (
    "EPOCH",
    "NOTHING_KNOWN",
    "Absent",
    "Accepted",
    "CardMaker",
    "ChannelCheck",
    "ChatPort",
    "NotNow",
    "Problem",
    "QuizMaker",
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


class ChannelCheck(msgspec.Struct, frozen=True):
    """A channel as it is now. `missing` holds the names of permissions that we lack, as Discord shows them.

    `role_problem` is set where the role cannot be mentioned; then it is the `problem` as well, if nothing else is.
    `until` is when a time-out ends.
    `may_read_history` is not needed for posting; without it, a post whose fate is unknown after a crash or
    an outage cannot be looked up.
    """

    place: ChannelKind | None
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


class ChatPort(Protocol):
    """Discord, as seen from the daily quotes."""

    async def post(
        self,
        job: PostJob | NoticeJob,
        quote: Quote | None,
        deadline: dt.datetime,
        asking: Callable[[], Awaitable[bool]],
    ) -> Accepted | Refused | NotNow | Unsure:
        """Ask Discord once to create the job's message, and not after `deadline` (by our clock).

        `quote` is the quote of a PostJob. `asking` is awaited right before the request leaves, after all waiting for
        limits; when it returns False, nothing is sent. A message that Discord created in the last minutes with the
        same nonce is not created again.
        """
        ...

    async def find(self, job: PostJob | NoticeJob, since: dt.datetime) -> Accepted | Absent | Unknowable | NotNow:
        """Look for the job's message among those created `since` (by Discord's clock)."""
        ...

    def time(self) -> Span:
        """Return where Discord's clock stands; NOTHING_KNOWN before its first answer."""
        ...

    async def follow_up(self, job: FollowUpJob, quote: Quote | None) -> Refused | NotNow | None:
        """Ask Discord once to do what is to follow a post; None when it is done, now or before.

        `quote` is what was posted; None when the data no longer hold it.
        """
        ...

    def away(self, guild: int) -> bool:
        """Tell whether the bot is surely not in a server."""
        ...

    async def check_channel(
        self, guild: int, channel: int, role: int | None, style: Style, extras: frozenset[Extra] = frozenset()
    ) -> ChannelCheck:
        """Tell whether a schedule could post to a channel, mention a role (None for no role), and do the extras."""
        ...


class QuizMaker(Protocol):
    """Asks who said a quote."""

    def about(self, quote: Quote) -> WhoSaid | None:
        """Return the question, the same for the same quote; None where there would be nothing to guess."""
        ...


class CardMaker(Protocol):
    """Draws a quote as a picture."""

    async def card(self, quote: Quote) -> bytes | None:
        """Return a PNG, or None where the quote cannot be drawn."""
        ...
