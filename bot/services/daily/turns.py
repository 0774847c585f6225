"""One turn of an errand: ask Discord at most once, and say how it stands.

A message is never asked for twice unless Discord is sure to take the second for the first (same nonce,
within the window that it remembers it) or the first is known not to be there.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from bot.domain.daily.errand import Again, Done, Ended, QuotePost, Sent, Verdict
from bot.domain.daily.model import Pause, Place, Reason, State
from bot.domain.daily.plan import LATE
from bot.services.daily.face import Absent, Accepted, NotNow, Refused, Unknowable

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.domain.daily.errand import FollowUp, PauseNotice
    from bot.domain.quotes import Quote
    from bot.services.daily.face import Face

# Discord's docs (Create Message, enforce_nonce): a nonce is remembered for 'the past few minutes'; taken as
# five, less what an attempt may last and a margin for clocks that differ.
NONCE_WINDOW = dt.timedelta(minutes=5)
ATTEMPT = dt.timedelta(seconds=15)
_SAFE = NONCE_WINDOW - 2 * ATTEMPT
# A forum post has no nonce (Discord's docs, Start Thread in Forum): before another attempt the forum is
# searched, after a time in which an attempt that was given up has surely come to its end.
_FORUM_PAUSE = 2 * ATTEMPT
_LONGEST_PAUSE = 600.0
# After the last instant for sending, it is tried for so long to find out whether the message is there.
_SEARCH = dt.timedelta(days=1)


def pause_after(tries: int, salt: int) -> dt.timedelta:
    """Return the pause after so many tries: 2, 4, 8 s and so on to ten minutes, spread by `salt`."""
    seconds = min(2.0 ** min(tries, 16), _LONGEST_PAUSE)
    return dt.timedelta(seconds=seconds * (1 + salt % 16 / 64))


async def turn(errand: QuotePost | PauseNotice, quote: Quote | None, face: Face, clock: Clock) -> Verdict:
    """Take one turn and return how the errand stands; never raises for what Discord does.

    `quote` is what a QuotePost shows; None when the data no longer hold it, and for a PauseNotice.
    """
    now = clock.now()
    end = _end(errand, quote, now)
    asked = errand.asked
    if asked is not None and (end or _must_search(errand, asked, now)):
        looked = await _search(errand, asked, face, now)
        if not isinstance(looked, Absent):
            return looked
        asked = None
    if end is not None:
        return end
    if isinstance(errand, QuotePost):
        errand = msgspec.structs.replace(errand, late=errand.late or now - errand.due > LATE)
    return await _ask(errand, quote, asked, face, clock)


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
        case NotNow(wait):
            pause = max(pause_after(job.tries, job.id), dt.timedelta(seconds=wait))
            return Again(job, clock.now() + pause, None)


async def _ask(
    errand: QuotePost | PauseNotice, quote: Quote | None, asked: dt.datetime | None, face: Face, clock: Clock
) -> Verdict:
    started = clock.now()
    deadline = errand.lease_until - ATTEMPT
    if asked is not None:
        deadline = min(deadline, asked + NONCE_WINDOW - ATTEMPT)
    answer = await face.post(errand, quote, deadline)
    now = clock.now()
    pause = pause_after(errand.tries, errand.id)
    if errand.target.place is Place.FORUM:
        pause = max(pause, _FORUM_PAUSE)
    match answer:
        case Accepted():
            return Sent(errand, answer.message, answer.channel, answer.at)
        case Refused():
            return await _refused(errand, answer, asked, face, now)
        case NotNow(wait):
            return Again(errand, now + max(pause, dt.timedelta(seconds=wait)), asked)
        case _:
            return Again(errand, now + pause, asked or started)


async def _refused(
    errand: QuotePost | PauseNotice, answer: Refused, asked: dt.datetime | None, face: Face, now: dt.datetime
) -> Verdict:
    """End an errand that was refused; where an earlier attempt may have been accepted, look first."""
    pause = answer.reason if isinstance(answer.reason, Pause) else None
    if asked is not None:
        looked = await _search(errand, asked, face, now)
        if isinstance(looked, Ended):
            return msgspec.structs.replace(looked, pause=pause)
        if not isinstance(looked, Absent):
            return looked
    return Ended(errand, State.FAILED, answer.reason, pause)


def _must_search(errand: QuotePost | PauseNotice, asked: dt.datetime, now: dt.datetime) -> bool:
    # A clock that was set back cannot tell whether the nonce is still remembered.
    return errand.target.place is Place.FORUM or not asked <= now < asked + _SAFE


async def _search(
    errand: QuotePost | PauseNotice, asked: dt.datetime, face: Face, now: dt.datetime
) -> Verdict | Absent:
    found = await face.find(errand, asked)
    match found:
        case Accepted():
            return Sent(errand, found.message, found.channel, found.at)
        case Absent():
            return found
        case NotNow(wait) if now <= errand.latest + _SEARCH:
            pause = max(pause_after(errand.tries, errand.id), dt.timedelta(seconds=wait))
            return Again(errand, now + pause, asked)
        case NotNow() | Unknowable():
            return Ended(errand, State.UNCONFIRMED, Reason.UNKNOWABLE)
