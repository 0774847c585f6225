"""The shuffled bag: no quote comes again before all that match were posted.

Each round has its own order, which follows from the schedule's seed alone: a quote's place is a hash of
seed, round and quote id. So the order can be told in advance, and quotes that come or go (an edited
`about`, new data) leave the places of all others as they were.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Bag(msgspec.Struct, frozen=True):
    """The state of a schedule's bag.

    `drawn` holds the ids already taken in this round; `last` is the id taken last, from any round.
    """

    seed: int
    round: int = 0
    drawn: frozenset[str] = frozenset()
    last: str | None = None


def draw(bag: Bag, matching: Collection[str]) -> tuple[str, Bag]:
    """Return the id of the next quote among those `matching`, and the bag without it.

    When all that match were drawn, a new round begins, and it does not begin with the quote that ended the
    round before, unless that is the only one. Ids in the bag that no longer match are left alone: they stay
    drawn for when they match again. Raises ValueError when nothing matches.
    """
    if not matching:
        raise ValueError("nothing to draw from")
    fresh = [quote for quote in matching if quote not in bag.drawn and quote != bag.last]
    if not fresh:
        bag = msgspec.structs.replace(bag, round=bag.round + 1, drawn=bag.drawn.difference(matching))
        fresh = [quote for quote in matching if quote != bag.last] or list(matching)
    chosen = min(fresh, key=lambda quote: _place(bag, quote))
    return chosen, msgspec.structs.replace(bag, drawn=bag.drawn | {chosen}, last=chosen)


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

    What was posted last stays the last, so the seam holds. A quote dropped at the end of a round is dropped
    from the next round as well: it would come first there, and nobody who dropped it wants that. Of two
    quotes, the other comes again. Raises ValueError when nothing matches.
    """
    dropped, after = draw(bag, matching)
    after = msgspec.structs.replace(after, last=bag.last)
    if len(matching) > 1 and draw(after, matching)[0] == dropped:
        kept = after.drawn.difference(matching) | {dropped}
        after = msgspec.structs.replace(after, round=after.round + 1, drawn=kept)
        if draw(after, matching)[0] == dropped:
            after = msgspec.structs.replace(after, last=None)
    return dropped, after
