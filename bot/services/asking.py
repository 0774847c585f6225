"""Questions in people's own words: a grounded answer, or honest silence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain.announcement.check import FACT_SENTENCES
from bot.domain.excerpts import joined, length

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.announcement import Fact
    from bot.domain.quotes import Quote
    from bot.domain.understanding import Engine
    from bot.services.library import Library

QUESTION_LIMIT = 300


@dataclass(frozen=True)
class Answered:
    """What the announcement states: our line in `fact.answer`, and the words that back it."""

    fact: Fact
    quotes: tuple[Quote, ...]
    runner_up: Fact | None = None


@dataclass(frozen=True)
class Silent:
    """The announcement does not answer; these are the nearest questions that it does."""

    nearest: tuple[Fact, ...]


class AskService:
    """Understands a question with what was learnt at seeding; it only reads."""

    def __init__(self, library: Library, engine: Engine) -> None:
        self._library = library
        self._engine = engine

    def ask(self, question: str) -> Answered | Silent:
        """Return the answer to `question`, of which the first 300 characters count."""
        understood = self._engine.understand(question[:QUESTION_LIMIT])
        facts = self._library.fact_by_id
        if understood.outcome == "unsure" or understood.best is None:
            return Silent(tuple(facts[label] for label in understood.nearest))
        answered = self._answered(facts[understood.best])
        near = (facts[label] for label in understood.nearest if label != understood.best)
        torn = understood.outcome == "torn" and understood.runner_up is not None
        runner_up = facts[understood.runner_up] if torn and understood.runner_up else None
        return replace(answered, quotes=self._widened(answered.quotes, near), runner_up=runner_up)

    def fact(self, fact_id: str) -> Answered | None:
        """Return the answer that a suggestion's button stands for; None when the fact is gone."""
        fact = self._library.fact_by_id.get(fact_id)
        return self._answered(fact) if fact else None

    def complete(self, typed: str, limit: int) -> tuple[Fact, ...]:
        """Return facts whose plain question is near to what is typed so far; the first ones for an empty box."""
        if not typed.strip():
            return self._library.facts[:: max(1, len(self._library.facts) // limit)][:limit]
        nearest = self._engine.understand(typed[:QUESTION_LIMIT]).nearest
        return tuple(self._library.fact_by_id[label] for label in nearest)[:limit]

    def _answered(self, fact: Fact) -> Answered:
        return Answered(fact, joined(self._library.quotes_of(fact.quotes), self._library.passage_by_id))

    def _widened(self, quotes: tuple[Quote, ...], near: Iterable[Fact]) -> tuple[Quote, ...]:
        """Let quotes run on into those of the next likeliest facts, where these touch them.

        Facts that lie close together rest on sentences that stand together, so what was asked is often said
        in the sentence beside; the whole stays within what is shown at most.
        """
        for fact in near:
            wider = joined((*quotes, *self._library.quotes_of(fact.quotes)), self._library.passage_by_id)
            if len(wider) == len(quotes) and length(wider) <= FACT_SENTENCES:
                quotes = wider
        return quotes
