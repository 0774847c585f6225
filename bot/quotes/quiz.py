"""Quizzes from the announcement: who said a quote, and whether a claim is so.

Nothing is stored: an answer names its question and the choice by marks that the data gives again, whatever its order.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from bot.announcement import Meaning
from bot.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.announcement import Claim, Quote, Speaker
    from bot.announcement.words import QuizWords
    from bot.library import Library

WHO: Final = "who"
# As the buttons of messages have it that are out already.
CLAIM: Final = "canon"
YES: Final = "yes"
NO: Final = "no"
# Choices of 'Who said it?', at most.
_CHOICES: Final = 4
# Characters of a quote that is asked about: more would be a long read for a question.
_LONGEST: Final = 1_000
_RIGHT: Final = {Meaning.YES: YES, Meaning.NO: NO}


@dataclass(frozen=True)
class WhoSaid:
    """Who said these words? One of `choices`, in the order of the data, did."""

    quote: Quote
    choices: tuple[Speaker, ...]


@dataclass(frozen=True)
class SoOrNot:
    """Is this claim so? `right` is YES or NO, the quotes are the evidence, and the words those of its quiz."""

    claim: Claim
    right: str
    quotes: tuple[Quote, ...]
    words: QuizWords


Question = WhoSaid | SoOrNot


@dataclass(frozen=True)
class Marked:
    """An answer: the question, whether it was right, and the speaker who was chosen for WhoSaid."""

    question: Question
    right: bool
    chosen: Speaker | None = None


class QuizService:
    """Asks, and tells right from wrong; it only reads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        spoken = {quote.speaker.id for quote in library.listed}
        self._speakers = tuple(speaker for speaker in library.speakers if speaker.id in spoken)
        self._who = tuple(quote for quote in library.listed if self._fits(quote))
        claims = tuple(self._claims())
        # Where all have the same answer, there is nothing to guess.
        self._settled = claims if {claim.right for claim in claims} == {YES, NO} else ()
        self._quotes = {mark(quote.id): quote for quote in library.quotes}
        self._claim = {mark(question.claim.id): question for question in claims}
        self._speaker = {mark(speaker.id): speaker for speaker in library.speakers}

    @property
    def title(self) -> str:
        """What the quiz about claims is called."""
        return self._library.words.quiz.title

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of quiz that this announcement has enough for."""
        return tuple(kind for kind, some in ((WHO, self._who), (CLAIM, self._settled)) if some)

    def draw(self, kind: str, chance: random.Random) -> Question:
        """Return a question of one of the `kinds`. A yes is as likely as a no, however many claims have each."""
        if kind == WHO:
            return self._about(chance.choice(self._who), chance)
        right = chance.choice((YES, NO))
        return chance.choice([question for question in self._settled if question.right == right])

    def about(self, quote: Quote) -> WhoSaid | None:
        """Return who said this quote as a question, always the same; None where it would be none."""
        return self._about(quote, random.Random(quote.id)) if self._fits(quote) else None  # noqa: S311 - no secret

    def answer(self, kind: str, subject: str, choice: str) -> Marked | None:
        """Return whether a choice is right; the marks are those of the question's quote or claim, and of the choice.

        None where the announcement has no such question or choice (any more).
        """
        if kind == WHO:
            quote, speaker = self._quotes.get(subject), self._speaker.get(choice)
            if quote is None or speaker is None:
                return None
            return Marked(WhoSaid(quote, self._speakers), speaker.id == quote.speaker.id, speaker)
        question = self._claim.get(subject)
        if question is None or choice not in {YES, NO}:
            return None
        return Marked(question, choice == question.right)

    def _about(self, quote: Quote, chance: random.Random) -> WhoSaid:
        others = self._others(quote.speaker)
        chosen = {quote.speaker, *chance.sample(others, min(len(others), _CHOICES - 1))}
        return WhoSaid(quote, tuple(speaker for speaker in self._library.speakers if speaker in chosen))

    def _fits(self, quote: Quote) -> bool:
        """Whether it can be asked who said a quote: its words don't tell, and somebody else might have said them."""
        words = f" {normalise(quote.text)} "
        speaker = quote.speaker
        named = any(f" {normalise(name)} " in words for name in (speaker.name, *speaker.aliases))
        return len(quote.text) <= _LONGEST and not named and bool(self._others(speaker))

    def _others(self, speaker: Speaker) -> list[Speaker]:
        """Return whom one could guess instead: not who quotes the speaker, nor whom the speaker quotes."""
        quoted_by = {each.id: each.quoted_by for each in self._library.speakers}
        chain = {*_chain(speaker.id, quoted_by)}
        return [
            each for each in self._speakers if each.id not in chain and speaker.id not in _chain(each.id, quoted_by)
        ]

    def _claims(self) -> Iterator[SoOrNot]:
        """Yield the claims that quotes settle."""
        words = self._library.words
        for claim in self._library.claims:
            right = _RIGHT.get(words.means(claim.ruling))
            if right and claim.quotes:
                yield SoOrNot(claim, right, self._library.quotes_of(claim.quotes), words.quiz)


def mark(name: str) -> str:
    """Return a short mark for an id: ids may be longer than a button has room for."""
    return blake2b(name.encode(), digest_size=6).hexdigest()


def _chain(speaker: str, quoted_by: Mapping[str, str | None]) -> Iterator[str]:
    """Yield a speaker's id, and those of all through whom their words come."""
    at: str | None = speaker
    while at is not None:
        yield at
        at = quoted_by.get(at)
