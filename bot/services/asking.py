"""Questions in people's own words: a grounded answer, or honest silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
        runner_up = understood.runner_up if understood.outcome == "torn" else None
        return self._answered(facts[understood.best], facts[runner_up] if runner_up else None)

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

    def _answered(self, fact: Fact, runner_up: Fact | None = None) -> Answered:
        return Answered(fact, self._library.quotes_of(fact.quotes), runner_up)
