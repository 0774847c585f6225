"""Quotes as they are shown: with their speaker, source, number and place."""

from __future__ import annotations

import msgspec


class Speaker(msgspec.Struct, frozen=True):
    """Who says words. `attribution` holds the whole chain; `colour` is 0xRRGGBB."""

    id: str
    name: str
    attribution: str
    role: str
    colour: int
    aliases: tuple[str, ...] = ()


class Source(msgspec.Struct, frozen=True):
    """Where words stand: the title, and the name of who wrote it."""

    title: str
    author: str


class Topic(msgspec.Struct, frozen=True):
    """What quotes are about."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


class Quote(msgspec.Struct, frozen=True):
    """Verbatim words. `start` is where they begin in their passage, in characters.

    `number` counts the listed ones from 1; it is None for one that is not listed. `order` counts all of them.
    `source` tells where the words are from, as a person would say it.
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
