"""One attempt at a job: ask Discord at most once, and say what came of it.

A message is never asked for twice unless Discord is sure to take the second for the first (same nonce,
within the window that it remembers it) or the first is known not to be there. Both are reckoned by Discord's clock,
as far as its answers tell it: ours may be wrong, and may step between two attempts.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from bot.daily.jobs import LATE, Delivered, Done, FollowUpJob, NotDelivered, Outcome, PostJob, Retry
from bot.daily.ports import EPOCH, Absent, Accepted, NotNow, Refused, Unknowable
from bot.daily.schedule import ChannelKind, Pause, Reason, Setback, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.announcement import Quote
    from bot.clock import Clock
    from bot.daily.jobs import NoticeJob
    from bot.daily.ports import ChatPort, Span

if TYPE_CHECKING:
    # Writes down that a job is about to be asked for, and since when (`asked` as in Job); False: it may not be.
    Note = Callable[[PostJob | NoticeJob, dt.datetime], Awaitable[bool]]

# Discord's docs (Create Message, enforce_nonce): a nonce is remembered for 'the past few minutes'; taken as
# five, less what an attempt may last and a margin.
NONCE_WINDOW = dt.timedelta(minutes=5)
ATTEMPT = dt.timedelta(seconds=15)
_SAFE = NONCE_WINDOW - 2 * ATTEMPT
# A forum post has no nonce (Discord's docs, Start Thread in Forum): before another attempt the forum is
# searched, after a time in which an attempt that was given up has surely come to its end.
_FORUM_PAUSE = 2 * ATTEMPT
_LONGEST_PAUSE = 600.0
# After the last instant for sending, it is tried for so long to find out whether the message is there.
_SEARCH = dt.timedelta(days=1)


def pause_after(failures: int, salt: int) -> dt.timedelta:
    """Return the pause after so many attempts in a row that failed: 2, 4, 8 s up to ten minutes, spread by `salt`."""
    seconds = min(2.0 ** min(max(failures, 1), 16), _LONGEST_PAUSE)
    return dt.timedelta(seconds=seconds * (1 + salt % 16 / 64))


async def attempt(job: PostJob | NoticeJob, quote: Quote | None, chat: ChatPort, clock: Clock, note: Note) -> Outcome:
    """Take one attempt and return how the job stands; never raises for what Discord does.

    `quote` is what a PostJob shows; None when the data no longer hold it, and for a NoticeJob.
    """
    now, asked = clock.now(), job.asked
    end = _end(job, quote, now)
    if asked is not None:
        there = chat.time()
        if left := _settling(job, asked, there):
            return Retry(job, now + left, asked, job.failures)
        if end or _must_search(job, asked, there):
            looked = await _search(job, asked, chat, now)
            if not isinstance(looked, Absent):
                return looked
            asked = None
    if end is not None:
        return end
    if isinstance(job, PostJob):
        job = msgspec.structs.replace(job, late=job.late or now - job.due > LATE)
    return await _ask(msgspec.structs.replace(job, asked=asked), quote, chat, clock, note)


def _end(job: PostJob | NoticeJob, quote: Quote | None, now: dt.datetime) -> NotDelivered | None:
    """Return how a job ends that is not to be sent any more, unless it was; None for one that is."""
    if isinstance(job, PostJob) and quote is None:
        # The data were changed between the claim and this attempt.
        return NotDelivered(job, State.FAILED, Pause.NO_QUOTES)
    if job.stopped:
        return NotDelivered(job, State.SKIPPED, Reason.STOPPED)
    return NotDelivered(job, State.FAILED, Reason.TOO_LATE) if now > job.latest else None


async def follow_up(job: FollowUpJob, quote: Quote | None, chat: ChatPort, clock: Clock) -> Outcome:
    """Make one attempt at what is to follow a post, and return how it stands; never raises for what Discord does."""
    now = clock.now()
    if now > job.latest:
        return NotDelivered(job, State.FAILED, Reason.TOO_LATE)
    answer = await chat.follow_up(job, quote)
    match answer:
        case None:
            return Done(job)
        case Refused(reason):
            return NotDelivered(job, State.FAILED, reason)
        case NotNow():
            return _again(job, answer, clock.now())


async def _ask(job: PostJob | NoticeJob, quote: Quote | None, chat: ChatPort, clock: Clock, note: Note) -> Outcome:
    asked = noted = job.asked
    deadline = job.lease_until - ATTEMPT
    if asked is not None:
        deadline = min(deadline, clock.now() + (NONCE_WINDOW - ATTEMPT - (chat.time().latest - asked)))

    async def asking() -> bool:
        nonlocal noted
        since = noted or chat.time().earliest
        if not await note(job, since):
            return False
        noted = since
        return True

    answer = await chat.post(job, quote, deadline, asking)
    now = clock.now()
    match answer:
        case Accepted():
            return Delivered(job, answer.message, answer.channel, answer.at)
        case Refused():
            return await _refused(job, answer, chat, now)
        case NotNow():
            return _again(job, answer, now)
        case _:
            unsure = msgspec.structs.replace(job, asked=noted or EPOCH)
            return _again(unsure, NotNow(setback=Setback.OUTAGE), now)


def _again(job: PostJob | NoticeJob | FollowUpJob, answer: NotNow, now: dt.datetime) -> Retry:
    """Return when the next attempt at a job is made; one that was not asked for waits no longer than before."""
    failures = job.failures + answer.counts
    pause = max(pause_after(failures if answer.counts else 1, job.id), dt.timedelta(seconds=answer.wait))
    if job.target.place is ChannelKind.FORUM and not isinstance(job, FollowUpJob):
        pause = max(pause, _FORUM_PAUSE)
    return Retry(job, now + pause, job.asked, failures, answer.setback, answer.until)


async def _refused(job: PostJob | NoticeJob, answer: Refused, chat: ChatPort, now: dt.datetime) -> Outcome:
    """End a job that was refused; where an earlier attempt may have been accepted, look first."""
    pause = answer.reason if isinstance(answer.reason, Pause) else None
    if job.asked is not None:
        looked = await _search(job, job.asked, chat, now)
        if isinstance(looked, NotDelivered):
            return msgspec.structs.replace(looked, pause=pause)
        if not isinstance(looked, Absent):
            return looked
    return NotDelivered(job, State.FAILED, answer.reason, pause)


def _must_search(job: PostJob | NoticeJob, asked: dt.datetime, there: Span) -> bool:
    return job.target.place is ChannelKind.FORUM or not asked <= there.latest < asked + _SAFE


def _settling(job: PostJob | NoticeJob, asked: dt.datetime, there: Span) -> dt.timedelta | None:
    """Return for how long another's attempt of a forum post may still be under way: a search would miss it.

    Its lease sees to that, unless our clock stepped meanwhile.
    """
    if job.target.place is not ChannelKind.FORUM or not job.taken_over or there.earliest <= EPOCH:
        return None
    left = asked + ATTEMPT - there.earliest
    return left if dt.timedelta() < left <= ATTEMPT else None


async def _search(job: PostJob | NoticeJob, asked: dt.datetime, chat: ChatPort, now: dt.datetime) -> Outcome | Absent:
    found = await chat.find(job, asked)
    match found:
        case Accepted():
            return Delivered(job, found.message, found.channel, found.at)
        case Absent():
            return found
        case NotNow() if now <= job.latest + _SEARCH:
            return _again(msgspec.structs.replace(job, asked=asked), found, now)
        case NotNow() | Unknowable():
            return NotDelivered(job, State.UNCONFIRMED, Reason.UNKNOWABLE)
