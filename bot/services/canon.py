"""Canon checks: what the announcement rules about ships, people and claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.services.names import Names

if TYPE_CHECKING:
    from bot.domain.announcement import Strength
    from bot.domain.quotes import Quote
    from bot.services.library import Library


@dataclass(frozen=True)
class CanonRuling:
    """A verdict in the interface's words, our line, the evidence, and who says so."""

    about: str
    verdict: str
    line: str
    strength: Strength
    quotes: tuple[Quote, ...]


_WORDS = {
    "confirmed": "Confirmed",
    "ended": "Ended",
    "mentioned": "Mentioned, no ruling",
    "not-addressed": "Not addressed",
}


class CanonService:
    """Rules on what people type."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._subjects = Names((s, (s.id, s.name, *s.aliases)) for s in library.subjects)

    def rule(self, text: str) -> CanonRuling:
        """Return the ruling on `text`; 'Not addressed' where the announcement gives none."""
        subject = self._subjects.exact(text) or self._subjects.near(text)
        if subject is None:
            return CanonRuling(text, "Not addressed", "The announcement does not address this.", "none", ())
        return CanonRuling(
            subject.name,
            _WORDS[subject.verdict],
            subject.line,
            subject.strength,
            self._library.quotes_of(subject.quotes),
        )
