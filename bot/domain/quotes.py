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
    """Verbatim words. `number` counts from 1; `start` is where they begin in their passage, in characters."""

    id: str
    number: int
    text: str
    speaker: Speaker
    source: str
    passage: str
    start: int
    topics: tuple[str, ...]


class Passage(msgspec.Struct, frozen=True):
    """One paragraph by one speaker, with the title of its source."""

    id: str
    text: str
    speaker: Speaker
    source: str
