"""Which quotes a schedule draws from, and in which order: none comes again before all were posted."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING

import msgspec

from bot.announcement import Speaker, overlap
from bot.errors import UserError
from bot.text import normalise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bot.announcement import Quote
    from bot.library import Library
    from bot.quotes import QuoteService

# Before every round: a quote that was never drawn.
_NEVER = -1
# A quote whose post fails three times in a row lets all others go first; after five times it steps aside even where
# there is only one other.
_PASSED_OVER = 3
FAILURES = 5


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
    if oldest >= bag.round:
        bag = msgspec.structs.replace(bag, round=oldest + 1)
    waiting = [quote for quote in others if bag.drawn.get(quote, _NEVER) == oldest]
    chosen = min(waiting, key=lambda quote: _place(bag, quote))
    return chosen, msgspec.structs.replace(bag, drawn={**bag.drawn, chosen: bag.round}, last=chosen)


def predict(bag: Bag, matching: Collection[str], count: int) -> Sequence[str]:
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
    which is the last one again; `before` holds the quotes of the FAILURES - 1 posts before the failed one, latest
    first. It may be the quote that makes its posts fail: after a second time in a row it stays drawn, after a third all
    others come first, and after FAILURES times it counts as posted last, so that of two quotes the other comes.
    """
    drawn, last = dict(bag.drawn), bag.last
    times = 1 + sum(1 for _ in itertools.takewhile(quote.__eq__, before))
    if times == 1:
        drawn.pop(quote, None)
        if mark is not None:
            drawn[quote] = mark
    elif times >= _PASSED_OVER and last == quote:
        others = [drawn[other] for other in drawn if other not in {quote, posted}]
        # Without one that waits, the next draw would begin a round, and it could be the first in that.
        drawn[quote] = bag.round if any(each < bag.round for each in others) else bag.round + 1
    if last == quote and times < FAILURES:
        last = posted
    return msgspec.structs.replace(bag, drawn=drawn, last=last)


def heirs(quotes: Iterable[Quote]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the ids of the quotes that aren't listed, and pairs of (one of these, a listed one that shares its words).

    What a bag knows of the former is true of the latter: it promises that no words come again before all others were
    posted, and which quotes are listed may change.
    """
    quotes = tuple(quotes)
    unlisted = tuple(quote for quote in quotes if not quote.listed)
    pairs = tuple((old.id, new.id) for old in unlisted for new in quotes if new.listed and overlap(old, new))
    return tuple(quote.id for quote in unlisted), pairs


# Characters of what is typed that are looked at.
_COMPARED = 64
_EVERYTHING = ("all", "any", "anything", "everything", "random", "all quotes", "everyone")


class Filters:
    """The quotes that match each `about`: 'speaker:ID', 'topic:ID', or None for all."""

    def __init__(self, library: Library, quotes: QuoteService) -> None:
        self._library = library
        self._quotes = quotes
        self._matching: dict[str | None, tuple[str, ...]] = {None: tuple(q.id for q in library.listed)}
        for quote in library.listed:
            for key in (f"speaker:{quote.speaker.id}", *(f"topic:{topic}" for topic in quote.topics)):
                self._matching[key] = (*self._matching.get(key, ()), quote.id)
        self._labels = {f"speaker:{s.id}": s.name for s in library.speakers}
        self._labels |= {f"topic:{t.id}": t.name for t in library.topics}

    def matching(self, about: str | None) -> tuple[str, ...]:
        """Return the ids of the quotes that match; none for an `about` that is gone from the data."""
        return self._matching.get(about, ())

    def speakers(self, about: str | None) -> int:
        """Return how many people said the quotes that match."""
        return len({self._library.quote_by_id[quote].speaker.id for quote in self.matching(about)})

    def quote(self, quote_id: str) -> Quote | None:
        """Return a quote, or None when it is gone from the data."""
        return self._library.quote_by_id.get(quote_id)

    def label(self, about: str | None) -> str:
        """Return what a schedule is about, in words."""
        return "all quotes" if about is None else self._labels.get(about, "something no longer in the data")

    def parse(self, text: str | None) -> str | None:
        """Return the `about` that a moderator wrote; None for all quotes.

        Raises UserError, which names some, for anything that is neither a speaker nor a topic with quotes.
        """
        if text is None or (wanted := normalise(text, _COMPARED)) in _EVERYTHING or not wanted:
            return None
        meant = self._quotes.about(text)
        if meant is not None:
            key = f"{'speaker' if isinstance(meant, Speaker) else 'topic'}:{meant.id}"
            if self.matching(key):
                return key
        near = ", ".join(f"'{value}'" for _, value in self._quotes.complete_about(text, 3))
        hint = f" The closest: {near}." if near else ""
        raise UserError(f"There are no quotes for that 'about'. Pick one from the list.{hint}")

    def complete(self, typed: str, limit: int) -> list[tuple[str, str]]:
        """Return (label, value) completions, all quotes among them."""
        everything = [] if normalise(typed, _COMPARED) else [("All quotes", "all")]
        return [*everything, *self._quotes.complete_about(typed, limit)][:limit]
