"""The shuffled bag: no quote comes again before all that match were posted.

Of each quote the round is kept in which it was drawn last, and what waits longest comes first. So the
promise holds when an edited `about` or new data change what matches, and when they are changed back: a new
quote comes before any that was posted, and one that left and came back stands where it stood.

Within a round the order follows from the schedule's seed alone: a quote's place is a hash of seed, round
and quote id. So the order can be told in advance, and quotes that come or go leave the places of all others
as they were.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

# Before every round: a quote that was never drawn.
_NEVER = -1


class Bag(msgspec.Struct, frozen=True):
    """The state of a schedule's bag.

    `drawn` holds the round in which each quote was drawn last, by id; `last` is the id taken last, from any
    round.
    """

    seed: int
    round: int = 0
    drawn: Mapping[str, int] = msgspec.field(default_factory=dict)
    last: str | None = None


def draw(bag: Bag, matching: Collection[str]) -> tuple[str, Bag]:
    """Return the id of the next quote among those `matching`, and the bag without it.

    It is one of those that wait longest: none that matches was drawn in an earlier round, or never, except
    the one that was drawn last, which comes again at once only when it is the only one. When all were drawn
    in this round, a new one begins. Raises ValueError when nothing matches.
    """
    if not matching:
        raise ValueError("nothing to draw from")
    others = [quote for quote in matching if quote != bag.last] or list(matching)
    oldest = min(bag.drawn.get(quote, _NEVER) for quote in others)
    if oldest == bag.round:
        bag = msgspec.structs.replace(bag, round=bag.round + 1)
    waiting = [quote for quote in others if bag.drawn.get(quote, _NEVER) == oldest]
    chosen = min(waiting, key=lambda quote: _place(bag, quote))
    return chosen, msgspec.structs.replace(bag, drawn={**bag.drawn, chosen: bag.round}, last=chosen)


def foretell(bag: Bag, matching: Collection[str], count: int) -> Sequence[str]:
    """Return the ids of the next `count` quotes, in order; none when nothing matches."""
    found: list[str] = []
    while matching and len(found) < count:
        quote, bag = draw(bag, matching)
        found.append(quote)
    return found


def _place(bag: Bag, quote: str) -> bytes:
    return hashlib.blake2b(f"{bag.seed}:{bag.round}:{quote}".encode(), digest_size=12).digest()


def drop(bag: Bag, matching: Collection[str]) -> tuple[str, Bag]:
    """Return the id of the quote that would come next, and the bag without it, as if it had never been there.

    What was posted last stays the last, so the seam holds. A quote dropped at the end of a round that would
    come first in the next one is dropped from that as well: nobody who dropped it wants it to come now. Of
    two quotes, the other comes again. Raises ValueError when nothing matches.
    """
    dropped, after = draw(bag, matching)
    after = msgspec.structs.replace(after, last=bag.last)
    if len(matching) > 1 and draw(after, matching)[0] == dropped:
        begun = after.round + 1
        after = msgspec.structs.replace(after, round=begun, drawn={**after.drawn, dropped: begun})
        if draw(after, matching)[0] == dropped:
            after = msgspec.structs.replace(after, last=None)
    return dropped, after


def put_back(bag: Bag, quote: str, mark: int | None, posted: str | None, before: Sequence[str]) -> Bag:
    """Return the bag with a quote in it again that was drawn, but whose post failed for good.

    `mark` is the round in which it had been drawn before, None for never; `posted` is the quote posted last,
    which is the last one again; `before` holds the quotes of the two posts before the failed one, latest
    first. A quote that failed twice in a row stays drawn, for it may be what makes its posts fail; after a
    third time it stays the last one too, so that of two quotes the other comes.
    """
    drawn, last = dict(bag.drawn), bag.last
    if list(before[:1]) != [quote]:
        drawn.pop(quote, None)
        if mark is not None:
            drawn[quote] = mark
    if last == quote and list(before[:2]) != [quote, quote]:
        last = posted
    return msgspec.structs.replace(bag, drawn=drawn, last=last)
