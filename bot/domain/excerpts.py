"""Quotes that share words, or stand side by side, shown as the one run of sentences that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.domain.text import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.quotes import Passage, Quote

# White space between two sentences, at most: one character in prose.
_GAP = 1


def length(quotes: Iterable[Quote]) -> int:
    """Return how many sentences the quotes have together."""
    return sum(len(sentences(quote.text)) for quote in quotes)


def joined(quotes: Iterable[Quote], passages: Mapping[str, Passage]) -> tuple[Quote, ...]:
    """Return the quotes, those of one speaker that touch in their passage made one.

    The words of a joined one are cut from the passage, so they are verbatim; it has the id and number of
    the quote that came first.
    """
    done: list[Quote] = []
    for quote in quotes:
        touching = [other for other in done if _touch(other, quote)]
        run = [*touching, quote]
        start = min(each.start for each in run)
        end = max(each.start + len(each.text) for each in run)
        whole = msgspec.structs.replace(run[0], text=passages[quote.passage].text[start:end], start=start)
        at = done.index(touching[0]) if touching else len(done)
        done = [other for other in done if other not in touching]
        done.insert(at, whole)
    return tuple(done)


def _touch(one: Quote, other: Quote) -> bool:
    """Whether two quotes overlap or follow each other; an inner speaker's words stay theirs alone."""
    if one.passage != other.passage or one.speaker.id != other.speaker.id:
        return False
    first, second = sorted((one, other), key=lambda quote: quote.start)
    return second.start <= first.start + len(first.text) + _GAP
