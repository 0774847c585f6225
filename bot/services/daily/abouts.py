"""What a schedule is about: a speaker, a topic, or everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.errors import UserError
from bot.domain.quotes import Speaker
from bot.domain.text import normalise

if TYPE_CHECKING:
    from bot.domain.quotes import Quote
    from bot.services.library import Library
    from bot.services.quotes import QuoteService

# Characters of what is typed that are looked at.
_COMPARED = 64
_EVERYTHING = ("all", "any", "anything", "everything", "random", "all quotes", "everyone")


class Abouts:
    """The quotes that match each `about`: 'speaker:ID', 'topic:ID', or None for all."""

    def __init__(self, library: Library, quotes: QuoteService) -> None:
        self._library = library
        self._quotes = quotes
        self._matching: dict[str | None, tuple[str, ...]] = {None: tuple(q.id for q in library.listed)}
        for quote in library.listed:
            for key in (f"speaker:{quote.speaker.id}", *(f"topic:{topic}" for topic in quote.topics)):
                self._matching[key] = (*self._matching.get(key, ()), quote.id)
        self._labels = {f"speaker:{s.id}": s.name for s in library.speakers}
        self._labels |= {f"topic:{t.id}": t.name for t in library.topics}

    def matching(self, about: str | None) -> tuple[str, ...]:
        """Return the ids of the quotes that match; none for an `about` that is gone from the data."""
        return self._matching.get(about, ())

    def quote(self, quote_id: str) -> Quote | None:
        """Return a quote, or None when it is gone from the data."""
        return self._library.quote_by_id.get(quote_id)

    def label(self, about: str | None) -> str:
        """Return what a schedule is about, in words."""
        return "all quotes" if about is None else self._labels.get(about, "something no longer in the data")

    def parse(self, text: str | None) -> str | None:
        """Return the `about` that a moderator wrote; None for all quotes.

        Raises UserError, which names some, for anything that is neither a speaker nor a topic with quotes.
        """
        if text is None or (wanted := normalise(text, _COMPARED)) in _EVERYTHING or not wanted:
            return None
        meant = self._quotes.about(text)
        if meant is not None:
            key = f"{'speaker' if isinstance(meant, Speaker) else 'topic'}:{meant.id}"
            if self.matching(key):
                return key
        near = ", ".join(f"'{value}'" for _, value in self._quotes.complete_about(text, 3))
        hint = f" The nearest: {near}." if near else ""
        raise UserError(f"There are no quotes for that 'about'. Pick one from the list.{hint}")

    def complete(self, typed: str, limit: int) -> list[tuple[str, str]]:
        """Return (label, value) completions, all quotes among them."""
        everything = [] if normalise(typed, _COMPARED) else [("All quotes", "all")]
        return [*everything, *self._quotes.complete_about(typed, limit)][:limit]
