"""What canon checks learn from the announcement when the store is seeded."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import msgspec

from bot.domain.canon.stance import learn_stances
from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.announcement import Announcement, Phrasings

# Raised whenever a lesson changes its form or its meaning: then there is to be learnt anew.
FORM: Final = 2

# A word that so many voices use is a word, and no slip.
_VOICES: Final = 3


class CanonLesson(msgspec.Struct, frozen=True):
    """Words that mean something already, words that mean the same, and the learnt stances (see `Stances`).

    `folds` leads from a word to its concept.
    """

    known_words: tuple[str, ...]
    folds: dict[str, str]
    stances: bytes

    def to_bytes(self) -> bytes:
        """Return the lesson as the store keeps it: the same bytes for the same announcement."""
        return msgspec.msgpack.encode(self, order="deterministic")

    @classmethod
    def from_bytes(cls, blob: bytes) -> CanonLesson:
        """Read what `to_bytes` wrote."""
        return msgspec.msgpack.decode(blob, type=cls)


def learn(announcement: Announcement) -> CanonLesson:
    """Return what there is to learn of claims and words. It takes some seconds."""
    forms = {normalise(form): concept.id for concept in announcement.concepts for form in concept.forms}
    folds = {form: concept for form, concept in forms.items() if " " not in form}
    return CanonLesson(
        known_words=tuple(sorted(_known_words(announcement))),
        folds=folds,
        stances=learn_stances(tuple(_phrased(announcement)), folds),
    )


def _phrased(announcement: Announcement) -> Iterator[tuple[str, str, bool]]:
    """Yield (text, claim, whether it denies the claim); to ask is not to deny."""
    for claim in announcement.claims:
        yield claim.statement, claim.id, False
    for voice in announcement.phrasings:
        for claim_id, ways in voice.claims.items():
            yield from ((text, claim_id, False) for text in (*ways.agree, *ways.ask))
            yield from ((text, claim_id, True) for text in ways.deny)


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
