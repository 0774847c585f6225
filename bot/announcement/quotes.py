"""Quotes with their speakers and sources, and runs of them that touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.text import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Speaker(msgspec.Struct, frozen=True):
    """Who says words. `attribution` holds the whole chain; `colour` is 0xRRGGBB.

    `quoted_by` is the id of the speaker through whom they reach us.
    """

    id: str
    name: str
    attribution: str
    role: str
    colour: int
    aliases: tuple[str, ...] = ()
    quoted_by: str | None = None


class Source(msgspec.Struct, frozen=True):
    """Where words stand: the title, the name of who wrote it, and the address where it can be read."""

    title: str
    author: str
    url: str | None = None


class Topic(msgspec.Struct, frozen=True):
    """What quotes are about."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


class Quote(msgspec.Struct, frozen=True):
    """Verbatim words. `start` is where they begin in their passage, in characters.

    `number` counts the listed ones from 1; it is None for one that is not listed. `order` counts all of them.
    `source` tells where the words are from, as a person would say it, and `url` where they can be read there.
    """

    id: str
    number: int | None
    text: str
    speaker: Speaker
    source: str
    passage: str
    start: int
    topics: tuple[str, ...]
    order: int = 0
    url: str | None = None


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


class Passage(msgspec.Struct, frozen=True):
    """One paragraph by one speaker, with its source as for a quote."""

    id: str
    text: str
    speaker: Speaker
    source: str


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
