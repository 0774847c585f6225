"""What canon checks learn from the announcement when the store is seeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.domain.text import normalise

if TYPE_CHECKING:
    from bot.domain.announcement import Announcement


class CanonLesson(msgspec.Struct, frozen=True):
    """Words that mean something already, words that mean the same, and how each claim is put.

    `folds` leads from a word to its concept; `asserting` and `denying` hold sentences by the claim's id.
    """

    known_words: tuple[str, ...]
    folds: dict[str, str]
    asserting: dict[str, tuple[str, ...]]
    denying: dict[str, tuple[str, ...]]

    def to_bytes(self) -> bytes:
        """Return the lesson as the store keeps it: the same bytes for the same announcement."""
        return msgspec.json.encode(self, order="deterministic")

    @classmethod
    def from_bytes(cls, blob: bytes) -> CanonLesson:
        """Read what `to_bytes` wrote."""
        return msgspec.json.decode(blob, type=cls)


def learn(announcement: Announcement) -> CanonLesson:
    """Return what there is to learn of claims and words."""
    texts = (
        *(passage.text for passage in announcement.passages),
        *(fact.answer for fact in announcement.facts),
        *(claim.statement for claim in announcement.claims),
        *(form for concept in announcement.concepts for form in concept.forms),
    )
    forms = {normalise(form): concept.id for concept in announcement.concepts for form in concept.forms}
    phrased = {
        claim.id: [voice.claims[claim.id] for voice in announcement.phrasings if claim.id in voice.claims]
        for claim in announcement.claims
    }
    statements = {claim.id: claim.statement for claim in announcement.claims}
    return CanonLesson(
        known_words=tuple(sorted({word for text in texts for word in normalise(text).split()})),
        folds={form: concept for form, concept in forms.items() if " " not in form},
        asserting={
            claim: (statements[claim], *(text for way in ways for text in (*way.agree, *way.ask)))
            for claim, ways in phrased.items()
        },
        denying={claim: tuple(text for way in ways for text in way.deny) for claim, ways in phrased.items()},
    )
