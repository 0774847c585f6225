"""What is due, and the jobs that it becomes: what is to be sent exactly once, and how each attempt ended.

A job is worked on in attempts, by whoever holds its lease.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

import msgspec

from bot.daily.bag import Bag, draw
from bot.daily.schedule import ChannelKind, Occurrence, Pause, Schedule, Style, following

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.daily.schedule import Extra, ExtraLoss, MentionLoss, Reason, Setback, State, Target

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
            post = following(schedule.spec.rule, post.date)


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
            due = following(schedule.spec.rule, due.date)
        missed = missed[-MISSED_LIMIT:]
        if due.instant > now:
            return Plan(tuple(missed), None, schedule.bag, due)
        if not matching:
            return Plan(tuple(missed), None, schedule.bag, None, Pause.NO_QUOTES)
        next_ = following(schedule.spec.rule, due.date)
    except zoneinfo.ZoneInfoNotFoundError:
        return Plan(tuple(missed), None, schedule.bag, None, Pause.ZONE_GONE)
    quote, bag = draw(schedule.bag, matching)
    return Plan(tuple(missed), Post(due, quote, now - due.instant > LATE), bag, next_)


# A message of ours is known in a channel's history by the id of its outermost component (Discord's docs,
# Component Reference: a 32-bit integer of our choice, unique within the message). Ids that Discord gives
# by itself count up from 1, so these cannot be met by chance.
_POST_IDS, _NOTICE_IDS, _ROWS, _IDS = 500_000_000, 1_600_000_000, 1_000_000_000, 500_000_000
# A post's is made from schedule and date, as its nonce is: whoever goes on from a copy of the store must know what was
# posted since by others, whose rows had other numbers. Within eleven years each date has one of its own, and two
# schedules of one channel have the same ones only if their numbers are a multiple of this apart.
_DATES, _SCHEDULES = 4_096, 122_000
_TEST_ID = 400_000_000


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Something to send. `component_id` and `nonce` stay the same in all attempts.

    `tries` counts the leases, by which a newer attempt is told from an older one; `failures` counts the attempts in a
    row that Discord put off, and not those that were never made.

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


class PostJob(Job, frozen=True, kw_only=True):
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
    def component_id(self) -> int:
        """What the message is known by; a test is never looked for, nor taken for the day's post."""
        return (
            _TEST_ID if self.test else _POST_IDS + self.schedule % _SCHEDULES * _DATES + self.date.toordinal() % _DATES
        )

    @property
    def component_ids(self) -> frozenset[int]:
        """What the message may be known by: an earlier version went by the number of the delivery's row."""
        return frozenset({self.component_id, _ROWS + self.id % _IDS})


class PausedSchedule(msgspec.Struct, frozen=True):
    """A schedule of which the moderators are told: why it is paused, its role not mentioned, or an extra not done.

    `channel_name` is what its channel was called, where it was deleted and that is known.
    """

    notice: int
    number: int
    channel: int
    reason: Pause | MentionLoss | ExtraLoss
    place: ChannelKind = ChannelKind.TEXT
    style: Style = Style.TEXT
    role: int | None = None
    channel_name: str | None = None


class NoticeJob(Job, frozen=True, kw_only=True):
    """Tells a server's moderators which schedules were paused; `id` is the smallest of its notices.

    `target.channel` is 0 until the channel was chosen.
    """

    schedules: tuple[PausedSchedule, ...]

    @property
    def component_id(self) -> int:
        """What the message is known by."""
        return _NOTICE_IDS + self.id % _IDS

    @property
    def component_ids(self) -> frozenset[int]:
        """What the message may be known by."""
        return frozenset({self.component_id})


class FollowUpJob(Job, frozen=True, kw_only=True):
    """Does something with a daily quote that was posted: `message`, in the target's channel, of `date`.

    Discord does it once however often it is asked to, so that no attempt needs to be looked up.
    """

    extra: Extra
    message: int
    quote: str
    date: dt.date


class Done(msgspec.Struct, frozen=True):
    """What was to follow a post is done."""

    job: FollowUpJob


class Delivered(msgspec.Struct, frozen=True):
    """Discord has the message, in `channel` (a forum post has a channel of its own), since `at`."""

    job: PostJob | NoticeJob
    message: int
    channel: int
    at: dt.datetime


class Retry(msgspec.Struct, frozen=True):
    """Another attempt is needed at `at`; `asked` and `failures` as in Job.

    `setback` is what keeps it back, None where that is not known or has not changed, and `until` when that ends.
    """

    job: PostJob | NoticeJob | FollowUpJob
    at: dt.datetime
    asked: dt.datetime | None
    failures: int = 0
    setback: Setback | None = None
    until: dt.datetime | None = None


class NotDelivered(msgspec.Struct, frozen=True):
    """It was not sent, or nobody can know; `pause` is set where the schedule cannot go on."""

    job: PostJob | NoticeJob | FollowUpJob
    state: State
    reason: Reason | Pause
    pause: Pause | None = None


Outcome = Delivered | Retry | NotDelivered | Done
