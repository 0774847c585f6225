"""Who says a quote through whom, which quotes share words, and runs of them that touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.text import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.announcement.model import Passage, Quote, Speaker


def attributions(speakers: Iterable[Speaker]) -> dict[str, str]:
    """Return for each speaker's id the chain in words: 'the composer, quoted by the conductor'."""
    by_id = {speaker.id: speaker for speaker in speakers}
    chains: dict[str, str] = {}
    for speaker in by_id.values():
        chain = [speaker]
        while via := chain[-1].quoted_by:
            chain.append(by_id[via])
        chains[speaker.id] = ", quoted by ".join(each.name for each in chain)
    return chains


def overlap(one: Quote, other: Quote) -> bool:
    """Return whether two quotes share words of their passage."""
    return (
        one.passage == other.passage
        and one.start < other.start + len(other.text)
        and other.start < one.start + len(one.text)
    )


def introduces(text: str) -> bool:
    """Return whether a text ends with a colon: what it leads to is not in it, so it says little alone."""
    return text.rstrip("\"\u201d'\u2019)]").endswith(":")


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
