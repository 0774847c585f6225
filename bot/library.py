"""The announcement in memory: small, typed, read once from what was learnt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot.announcement import attributions

if TYPE_CHECKING:
    from bot.announcement import (
        Claim,
        Entry,
        Fact,
        Head,
        Passage,
        Person,
        Quote,
        Source,
        Speaker,
        Subject,
        Topic,
        Words,
    )
    from bot.store.content import Content


@dataclass(frozen=True)
class Library:
    """All content but what the engines learnt."""

    head: Head
    words: Words
    sources: tuple[Source, ...]
    speakers: tuple[Speaker, ...]
    topics: tuple[Topic, ...]
    passages: tuple[Passage, ...]
    quotes: tuple[Quote, ...]
    people: tuple[Person, ...]
    subjects: tuple[Subject, ...]
    claims: tuple[Claim, ...]
    facts: tuple[Fact, ...]
    timeline: tuple[Entry, ...]

    @cached_property
    def speaker_by_id(self) -> dict[str, Speaker]:
        """The speakers by their ids."""
        return {speaker.id: speaker for speaker in self.speakers}

    @cached_property
    def attributions(self) -> dict[str, str]:
        """For each speaker's id, who says words, and through whom they reach us."""
        return attributions(self.speakers)

    @cached_property
    def quote_by_id(self) -> dict[str, Quote]:
        return {quote.id: quote for quote in self.quotes}

    @cached_property
    def listed(self) -> tuple[Quote, ...]:
        """The quotes that are drawn, numbered and completed: no two of them share words."""
        return tuple(quote for quote in self.quotes if quote.number is not None)

    @cached_property
    def passage_by_id(self) -> dict[str, Passage]:
        return {passage.id: passage for passage in self.passages}

    @cached_property
    def fact_by_id(self) -> dict[str, Fact]:
        return {fact.id: fact for fact in self.facts}

    def quotes_of(self, ids: tuple[str, ...]) -> tuple[Quote, ...]:
        """Return the quotes with these ids, in this order."""
        return tuple(self.quote_by_id[quote] for quote in ids)


def read_library(content: Content) -> Library:
    """Read everything but what the engines learnt."""
    return Library(
        head=content.head(),
        words=content.words(),
        sources=content.sources(),
        speakers=content.speakers(),
        topics=content.topics(),
        passages=content.passages(),
        quotes=content.quotes(),
        people=content.people(),
        subjects=content.subjects(),
        claims=content.claims(),
        facts=content.facts(),
        timeline=content.timeline(),
    )
