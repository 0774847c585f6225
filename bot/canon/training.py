"""What canon checks learn from the announcement when the store is seeded."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import msgspec

from bot.announcement import Meaning
from bot.canon.rules import ClaimWords, learn_claim_words
from bot.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.announcement import Announcement, Phrasings

# Raised whenever a lesson changes its form or its meaning: then it has to be learnt again.
FORM: Final = 4

_OR: Final = re.compile(r"\b(?:or|instead|rather)\b", re.IGNORECASE)
# A word that so many voices use is a word, and no slip.
_VOICES: Final = 3


class CanonLesson(msgspec.Struct, frozen=True):
    """Words that are no misspelt names, the words of each claim, and the phrases that mean the same, by concept."""

    known_words: tuple[str, ...]
    vocabulary: ClaimWords
    concepts: tuple[tuple[str, tuple[str, ...]], ...]

    def to_bytes(self) -> bytes:
        """Return the lesson as the store keeps it: the same bytes for the same announcement."""
        return msgspec.msgpack.encode(self, order="deterministic")

    @classmethod
    def from_bytes(cls, blob: bytes) -> CanonLesson:
        """Read what `to_bytes` wrote."""
        return msgspec.msgpack.decode(blob, type=cls)


def learn(announcement: Announcement) -> CanonLesson:
    """Return what there is to learn of claims and words."""
    concepts = tuple((concept.id, tuple(concept.forms)) for concept in announcement.concepts)
    quotes = {quote.id: quote.text for quote in announcement.quotes}
    told = {
        claim.id: (claim.statement, claim.line, *(quotes[quote] for quote in claim.quotes))
        for claim in announcement.claims
    }
    return CanonLesson(
        known_words=tuple(sorted(_known_words(announcement))),
        vocabulary=learn_claim_words(_said(announcement), told, concepts, announcement.words.asking.stage),
        concepts=concepts,
    )


def _said(announcement: Announcement) -> dict[str, list[str]]:
    """Return how people put each claim.

    With what words its opposite is put only counts where the opposite is not what the ruling denies: who says that
    something was loud, and not slow as is ruled, brings a detail that the ruling must not seem to back.
    """
    said: dict[str, list[str]] = {claim.id: [] for claim in announcement.claims}
    denied = {
        claim.id
        for claim in announcement.claims
        if announcement.words.means(claim.ruling) is Meaning.YES and claim.subject is None
    }
    for voice in announcement.phrasings:
        for claim_id, ways in voice.claims.items():
            # Who asks whether it is this or that names something else, too.
            said[claim_id] += (*ways.agree, *(text for text in ways.ask if _OR.search(text) is None))
            if claim_id not in denied:
                said[claim_id] += ways.deny
    return said


def _known_words(announcement: Announcement) -> set[str]:
    """Return the words that no name is looked for in: the announcement's, and those that several voices use."""
    texts = (
        *(passage.text for passage in announcement.passages),
        *(fact.answer for fact in announcement.facts),
        *(claim.statement for claim in announcement.claims),
        *(form for concept in announcement.concepts for form in concept.forms),
    )
    users: defaultdict[str, set[str]] = defaultdict(set)
    for voice in announcement.phrasings:
        # One voice may stand in several folders under one name; its own misspellings count once.
        name = voice.voice.rsplit("/", 1)[-1]
        for text in _texts(voice):
            for word in normalise(text).split():
                users[word].add(name)
    common = {word for word, voices in users.items() if len(voices) >= _VOICES}
    return common | {word for text in texts for word in normalise(text).split()}


def _texts(voice: Phrasings) -> Iterator[str]:
    for questions in voice.facts.values():
        yield from questions
    for ways in voice.claims.values():
        yield from (*ways.agree, *ways.deny, *ways.ask)
    yield from voice.out_of_scope
