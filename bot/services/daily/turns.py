"""One turn of an errand: ask Discord at most once, and say how it stands.

A message is never asked for twice unless Discord is sure to take the second for the first (same nonce,
within the window that it remembers it) or the first is known not to be there. Both are reckoned by Discord's clock,
as far as its answers tell it: ours may be wrong, and may step between two turns.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from bot.domain.daily.errand import Again, Done, Ended, FollowUp, QuotePost, Sent, Verdict
from bot.domain.daily.model import Pause, Place, Reason, Setback, State
from bot.domain.daily.plan import LATE
from bot.services.daily.face import EPOCH, Absent, Accepted, NotNow, Refused, Unknowable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.clock import Clock
    from bot.domain.daily.errand import PauseNotice
    from bot.domain.quotes import Quote
    from bot.services.daily.face import Face, Span

    # Writes down that an errand is about to be asked for, and since when (`asked` as in Errand); False: it may not be.
    Note = Callable[[QuotePost | PauseNotice, dt.datetime], Awaitable[bool]]

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


async def turn(errand: QuotePost | PauseNotice, quote: Quote | None, face: Face, clock: Clock, note: Note) -> Verdict:
    """Take one turn and return how the errand stands; never raises for what Discord does.

    `quote` is what a QuotePost shows; None when the data no longer hold it, and for a PauseNotice.
    """
    now, asked = clock.now(), errand.asked
    end = _end(errand, quote, now)
    if asked is not None:
        there = face.time()
        if left := _settling(errand, asked, there):
            return Again(errand, now + left, asked, errand.failures)
        if end or _must_search(errand, asked, there):
            looked = await _search(errand, asked, face, now)
            if not isinstance(looked, Absent):
                return looked
            asked = None
    if end is not None:
        return end
    if isinstance(errand, QuotePost):
        errand = msgspec.structs.replace(errand, late=errand.late or now - errand.due > LATE)
    return await _ask(msgspec.structs.replace(errand, asked=asked), quote, face, clock, note)


def _end(errand: QuotePost | PauseNotice, quote: Quote | None, now: dt.datetime) -> Ended | None:
    """Return how an errand ends that is not to be sent any more, unless it was; None for one that is."""
    if isinstance(errand, QuotePost) and quote is None:
        # The data were changed between the claim and this turn.
        return Ended(errand, State.FAILED, Pause.NO_QUOTES)
    if errand.stopped:
        return Ended(errand, State.SKIPPED, Reason.STOPPED)
    return Ended(errand, State.FAILED, Reason.TOO_LATE) if now > errand.latest else None


async def follow_up(job: FollowUp, quote: Quote | None, face: Face, clock: Clock) -> Verdict:
    """Make one attempt at what is to follow a post, and return how it stands; never raises for what Discord does."""
    now = clock.now()
    if now > job.latest:
        return Ended(job, State.FAILED, Reason.TOO_LATE)
    answer = await face.follow_up(job, quote)
    match answer:
        case None:
            return Done(job)
        case Refused(reason):
            return Ended(job, State.FAILED, reason)
        case NotNow():
            return _again(job, answer, clock.now())


async def _ask(errand: QuotePost | PauseNotice, quote: Quote | None, face: Face, clock: Clock, note: Note) -> Verdict:
    asked = noted = errand.asked
    deadline = errand.lease_until - ATTEMPT
    if asked is not None:
        deadline = min(deadline, clock.now() + (NONCE_WINDOW - ATTEMPT - (face.time().latest - asked)))

    async def asking() -> bool:
        nonlocal noted
        since = noted or face.time().earliest
        if not await note(errand, since):
            return False
        noted = since
        return True

    answer = await face.post(errand, quote, deadline, asking)
    now = clock.now()
    match answer:
        case Accepted():
            return Sent(errand, answer.message, answer.channel, answer.at)
        case Refused():
            return await _refused(errand, answer, face, now)
        case NotNow():
            return _again(errand, answer, now)
        case _:
            unsure = msgspec.structs.replace(errand, asked=noted or EPOCH)
            return _again(unsure, NotNow(setback=Setback.OUTAGE), now)


def _again(errand: QuotePost | PauseNotice | FollowUp, answer: NotNow, now: dt.datetime) -> Again:
    """Return when an errand has its next turn; one that was not asked for waits no longer than before."""
    failures = errand.failures + answer.counts
    pause = max(pause_after(failures if answer.counts else 1, errand.id), dt.timedelta(seconds=answer.wait))
    if errand.target.place is Place.FORUM and not isinstance(errand, FollowUp):
        pause = max(pause, _FORUM_PAUSE)
    return Again(errand, now + pause, errand.asked, failures, answer.setback, answer.until)


async def _refused(errand: QuotePost | PauseNotice, answer: Refused, face: Face, now: dt.datetime) -> Verdict:
    """End an errand that was refused; where an earlier attempt may have been accepted, look first."""
    pause = answer.reason if isinstance(answer.reason, Pause) else None
    if errand.asked is not None:
        looked = await _search(errand, errand.asked, face, now)
        if isinstance(looked, Ended):
            return msgspec.structs.replace(looked, pause=pause)
        if not isinstance(looked, Absent):
            return looked
    return Ended(errand, State.FAILED, answer.reason, pause)


def _must_search(errand: QuotePost | PauseNotice, asked: dt.datetime, there: Span) -> bool:
    return errand.target.place is Place.FORUM or not asked <= there.latest < asked + _SAFE


def _settling(errand: QuotePost | PauseNotice, asked: dt.datetime, there: Span) -> dt.timedelta | None:
    """Return for how long another's attempt of a forum post may still be under way: a search would miss it.

    Its lease sees to that, unless our clock stepped meanwhile.
    """
    if errand.target.place is not Place.FORUM or not errand.taken_over or there.earliest <= EPOCH:
        return None
    left = asked + ATTEMPT - there.earliest
    return left if dt.timedelta() < left <= ATTEMPT else None


async def _search(
    errand: QuotePost | PauseNotice, asked: dt.datetime, face: Face, now: dt.datetime
) -> Verdict | Absent:
    found = await face.find(errand, asked)
    match found:
        case Accepted():
            return Sent(errand, found.message, found.channel, found.at)
        case Absent():
            return found
        case NotNow() if now <= errand.latest + _SEARCH:
            return _again(msgspec.structs.replace(errand, asked=asked), found, now)
        case NotNow() | Unknowable():
            return Ended(errand, State.UNCONFIRMED, Reason.UNKNOWABLE)
