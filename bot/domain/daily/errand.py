"""What is to be sent exactly once, and how it ended.

An errand is worked on in turns, by whoever holds its lease. `asked` is an instant of Discord's clock before which
its message was surely not created; None when no earlier turn can have created it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.domain.daily.model import Place, Style

if TYPE_CHECKING:
    import datetime as dt

    from bot.domain.daily.model import Extra, MentionLoss, Pause, Reason, Setback, State, Target

# A message of ours is known in a channel's history by the id of its outermost component (Discord's docs,
# Component Reference: a 32-bit integer of our choice, unique within the message). Ids that Discord gives
# by itself count up from 1, so these cannot be met by chance.
_POST_MARKS, _NOTICE_MARKS, _MARKS = 1_000_000_000, 1_600_000_000, 500_000_000


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """Something to send. `mark` and `nonce` stay the same in all turns.

    `tries` counts the leases, by which a newer turn is told from an older one; `failures` counts the attempts in a row
    that Discord put off, and not those that were never made.

    `taken_over` tells that its last owner did not give it back: an attempt of that one may just be under way.
    `latest` is the last instant at which it is still worth sending; `stopped` tells that a moderator paused
    the schedule meanwhile, so that it is no longer to be sent at all.
    """

    id: int
    target: Target
    nonce: str
    lease_until: dt.datetime
    latest: dt.datetime
    asked: dt.datetime | None = None
    tries: int = 0
    failures: int = 0
    taken_over: bool = False
    stopped: bool = False


class QuotePost(Errand, frozen=True, kw_only=True):
    """A daily quote: the delivery with this id, or a test without one."""

    schedule: int
    quote: str
    date: dt.date
    due: dt.datetime
    late: bool
    role: int | None
    style: Style
    extras: frozenset[Extra] = frozenset()
    test: bool = False

    @property
    def mark(self) -> int:
        """What the message is known by."""
        return _POST_MARKS + self.id % _MARKS


class PausedSchedule(msgspec.Struct, frozen=True):
    """A schedule of which the moderators are told: why it is paused, or why its role is not mentioned.

    `channel_name` is what its channel was called, where it was deleted and that is known.
    """

    notice: int
    number: int
    channel: int
    reason: Pause | MentionLoss
    place: Place = Place.TEXT
    style: Style = Style.TEXT
    role: int | None = None
    channel_name: str | None = None


class PauseNotice(Errand, frozen=True, kw_only=True):
    """Tells a server's moderators which schedules were paused; `id` is the smallest of its notices.

    `target.channel` is 0 until the channel was chosen.
    """

    schedules: tuple[PausedSchedule, ...]

    @property
    def mark(self) -> int:
        """What the message is known by."""
        return _NOTICE_MARKS + self.id % _MARKS


class FollowUp(Errand, frozen=True, kw_only=True):
    """Does something with a daily quote that was posted: `message`, in the target's channel, of `date`.

    Discord does it once however often it is asked to, so that no attempt needs to be looked up.
    """

    extra: Extra
    message: int
    quote: str
    date: dt.date


class Done(msgspec.Struct, frozen=True):
    """What was to follow a post is done."""

    errand: FollowUp


class Sent(msgspec.Struct, frozen=True):
    """Discord has the message, in `channel` (a forum post has a channel of its own), since `at`."""

    errand: QuotePost | PauseNotice
    message: int
    channel: int
    at: dt.datetime


class Again(msgspec.Struct, frozen=True):
    """Another turn is needed at `at`; `asked` and `failures` as in Errand.

    `setback` is what keeps it back, None where that is not known or has not changed, and `until` when that ends.
    """

    errand: QuotePost | PauseNotice | FollowUp
    at: dt.datetime
    asked: dt.datetime | None
    failures: int = 0
    setback: Setback | None = None
    until: dt.datetime | None = None


class Ended(msgspec.Struct, frozen=True):
    """It was not sent, or nobody can know; `pause` is set where the schedule cannot go on."""

    errand: QuotePost | PauseNotice | FollowUp
    state: State
    reason: Reason | Pause
    pause: Pause | None = None


Verdict = Sent | Again | Ended | Done
