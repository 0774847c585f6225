"""Canon checks: what the announcement rules about ships, people and claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.domain.canon import Judge, Roster, Stances
from bot.services.names import Names

if TYPE_CHECKING:
    from bot.domain.announcement import Strength
    from bot.domain.canon import CanonLesson, Ruling
    from bot.domain.quotes import Quote
    from bot.domain.understanding import Engine
    from bot.services.library import Library

# The interface's words for what the data says.
VERDICTS: Final = {
    "confirmed": "Confirmed",
    "ended": "Ended",
    "mentioned": "Mentioned, no ruling",
    "supported": "Supported",
    "contradicted": "Contradicted",
    "not-addressed": "Not addressed",
}
# How strong the evidence is.
STRENGTHS: Final = {"creator": "Stated by a creator", "article": "Reported by the article", "none": ""}
# What one message may be ruled on, at most, to stay readable.
_RULINGS = 3


@dataclass(frozen=True)
class CanonRuling:
    """A verdict in the interface's words on what was understood, our line, the evidence, and who says so.

    `subject` or `claim` is the id of what was ruled on; both are None for what the data does not hold.
    """

    about: str
    verdict: str
    line: str
    strength: Strength
    quotes: tuple[Quote, ...]
    subject: str | None = None
    claim: str | None = None


class CanonService:
    """Rules on what people type; it only reads what was learnt at seeding."""

    def __init__(self, library: Library, engine: Engine, facts: Engine, lesson: CanonLesson) -> None:
        self._library = library
        self._subjects = Names((s, (s.name, s.id, *s.aliases)) for s in library.subjects)
        self._claims = Names((c, (c.statement, c.id)) for c in library.claims)
        self._judge = Judge(
            Roster(library.people, library.subjects, lesson.known_words),
            engine,
            facts,
            subjects=library.subjects,
            claims=library.claims,
            stances=Stances.from_bytes(lesson.stances, lesson.folds),
            evidence={quote.id: quote.text for quote in library.quotes},
            names={person.id: person.name for person in library.people},
        )

    def rule(self, text: str) -> CanonRuling:
        """Return the ruling on `text`; 'Not addressed' where the announcement gives none."""
        return self._shown(self._judge.rule(text))

    def rule_message(self, text: str) -> tuple[CanonRuling, ...]:
        """Return the rulings on the claim and ships that a message names, three at most; none for none."""
        return tuple(self._shown(ruling) for ruling in self._judge.rule_all(text, _RULINGS))

    def complete(self, typed: str, limit: int) -> list[tuple[str, str]]:
        """Return (label, value) completions: subjects that resemble what is typed, then claims."""
        # What the announcement rules on comes first; what it does not address is only offered when typed.
        subjects = [
            subject
            for subject in self._subjects.ranked(typed, len(self._library.subjects))
            if typed.strip() or subject.verdict != "not-addressed"
        ]
        claims = self._claims.ranked(typed, limit)
        ranked = [(subject.name, subject.name) for subject in subjects[: limit // 2]]
        return [*ranked, *((claim.statement, claim.statement) for claim in claims)][:limit]

    def _shown(self, ruling: Ruling) -> CanonRuling:
        return CanonRuling(
            about=ruling.about,
            verdict=VERDICTS[ruling.verdict],
            line=ruling.line,
            strength=ruling.strength,
            quotes=self._library.quotes_of(ruling.quotes),
            subject=ruling.subject,
            claim=ruling.claim,
        )
