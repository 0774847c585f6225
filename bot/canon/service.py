"""Canon checks: what the announcement rules about ships, people and claims."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from bot.announcement import Verdict
from bot.canon.names import Roster
from bot.canon.rules import Judge
from bot.fuzzy import Names
from bot.text import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.announcement import Quote, Strength
    from bot.canon.rules import Ruling
    from bot.canon.training import CanonLesson
    from bot.library import Library
    from bot.understanding import Engine

# The interface's words for the verdicts on ships and claims.
VERDICT_LABELS: Final = {
    Verdict.CONFIRMED: "Confirmed",
    Verdict.ENDED: "Ended",
    Verdict.MENTIONED: "Mentioned, no ruling",
    Verdict.SUPPORTED: "Supported",
    Verdict.CONTRADICTED: "Contradicted",
    Verdict.NOT_ADDRESSED: "Not addressed",
}
# Nobody is ruled on: people are mentioned, or they are not.
ON_PEOPLE: Final = "Mentioned in the announcement"
# How strong the evidence is.
STRENGTHS: Final = {"creator": "Stated by a creator", "article": "Reported by the article", "none": ""}
# What stands before a ruling that does not settle all that was asked.
NEAREST: Final = "The closest thing I know:"
# What one text may be ruled on, at most, to stay readable.
_RULINGS = 3
# Texts whose rulings are remembered.
_REMEMBERED: Final = 256

Kind = Literal["ship", "person", "claim"]


@dataclass(frozen=True)
class CanonRuling:
    """A verdict on `statement`, which is shown with it: our line, the evidence, and who says so.

    `direct` is False where the statement is only the nearest thing known to what was asked; `belief` is how likely
    (0 to 1) it was meant. Where the announcement is silent on what the data does not hold, `statement` is empty and
    `kind` None; `subject` or `claim` is the id of what was ruled on, and `name` what a ship or a person is called.
    """

    statement: str
    verdict: Verdict
    line: str
    strength: Strength
    quotes: tuple[Quote, ...]
    kind: Kind | None = None
    subject: str | None = None
    claim: str | None = None
    direct: bool = True
    belief: float = 1.0
    name: str = ""

    @property
    def label(self) -> str:
        """The verdict in the interface's words; people have none, but a label of their own."""
        return ON_PEOPLE if self.kind == "person" else VERDICT_LABELS[self.verdict]


@dataclass(frozen=True)
class Meant:
    """Two people whom a text may mean as a pair: their names, and a text that checks them."""

    name: str
    text: str


@dataclass(frozen=True)
class CanonCheck:
    """The rulings on a text; where there are none, `meant` is what it may mean."""

    rulings: tuple[CanonRuling, ...]
    meant: Meant | None = None


class CanonService:
    """Rules on what people type; it only reads what was learnt at seeding."""

    def __init__(self, library: Library, engine: Engine, facts: Engine, lesson: CanonLesson) -> None:
        self._library = library
        self._subjects = Names((s, (s.name, s.id, *s.aliases)) for s in library.subjects)
        self._claims = Names((c, (c.statement, c.id)) for c in library.claims)
        self._names = {person.id: person.name for person in library.people}
        self._by_id = {subject.id: subject for subject in library.subjects}
        self._judge = Judge(
            Roster(library.people, library.subjects, lesson.known_words),
            engine,
            facts,
            people=library.people,
            subjects=library.subjects,
            claims=library.claims,
            vocabulary=lesson.vocabulary,
            concepts=lesson.concepts,
            evidence={quote.id: quote.text for quote in library.quotes},
        )
        self._checked = lru_cache(_REMEMBERED)(self._check)

    def check(self, text: str) -> CanonCheck:
        """Return the rulings on `text`, one to three; or the pair that it may mean."""
        return self._checked(_tidy(text))

    def _check(self, text: str) -> CanonCheck:
        checked = self._judge.check(text, _RULINGS)
        return CanonCheck(tuple(map(self._shown, checked.rulings)), self._meant(checked.meant))

    def check_message(self, text: str) -> tuple[CanonRuling, ...]:
        """Return the rulings on the claims and ships that a message names, three at most; none for none."""
        return tuple(self._shown(ruling) for ruling in self._judge.check_message(_tidy(text), _RULINGS))

    def check_texts(self, texts: Iterable[str]) -> tuple[CanonRuling, ...]:
        """Return the rulings on what the texts of one message name, each thing once, three at most."""
        found: dict[object, CanonRuling] = {}
        for text in texts:
            for ruling in self.check_message(text):
                found.setdefault((ruling.subject, ruling.claim, ruling.statement if not ruling.kind else ""), ruling)
        return tuple(found.values())[:_RULINGS]

    def asks_for_canon(self, text: str) -> bool:
        """Return whether `text`, whomever it names, asks no more than whether something is canon."""
        return self._judge.asks_for_canon(text)

    def complete(self, typed: str, limit: int) -> list[tuple[str, str]]:
        """Return (label, value) completions: subjects that resemble what is typed, then claims."""
        # What the announcement rules on comes first; what it does not address is only offered when typed.
        subjects = [
            subject
            for subject in self._subjects.ranked(typed, len(self._library.subjects))
            if typed.strip() or subject.verdict is not Verdict.NOT_ADDRESSED
        ]
        claims = self._claims.ranked(typed, limit)
        ranked = [(subject.name, subject.name) for subject in subjects[: limit // 2]]
        return [*ranked, *((claim.statement, claim.statement) for claim in claims)][:limit]

    def _meant(self, pair: tuple[str, str] | None) -> Meant | None:
        return Meant(" x ".join(self._names[person] for person in pair), " x ".join(pair)) if pair else None

    def _shown(self, ruling: Ruling) -> CanonRuling:
        subject = self._by_id[ruling.subject] if ruling.subject and not ruling.claim else None
        return CanonRuling(
            statement=ruling.statement,
            verdict=ruling.verdict,
            line=ruling.line,
            strength=ruling.strength,
            quotes=self._library.quotes_of(ruling.quotes),
            kind="claim" if ruling.claim else subject.kind if subject else None,
            subject=ruling.subject,
            claim=ruling.claim,
            direct=ruling.direct,
            belief=ruling.belief,
            name=subject.name if subject else "",
        )


def _tidy(text: str) -> str:
    """Return the text without runs of white space, which would be gone through again and again; lines stay apart."""
    return "\n".join(" ".join(line.split()) for line in text[:LONGEST].splitlines())
