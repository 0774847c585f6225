"""Checks: what the announcement rules about those it names, and about claims."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from bot.announcement import Meaning
from bot.canon.names import Roster
from bot.canon.rules import Judge
from bot.fuzzy import Names
from bot.text import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.announcement import Quote
    from bot.canon.rules import Ruling
    from bot.canon.training import CanonLesson
    from bot.library import Library
    from bot.understanding import Engine

# What stands before a ruling that does not settle all that was asked.
NEAREST: Final = "The closest thing I know:"
# What one text may be ruled on, at most, to stay readable.
_RULINGS = 3
# Texts whose rulings are remembered.
_REMEMBERED: Final = 256

Kind = Literal["pair", "single", "claim"]


@dataclass(frozen=True)
class CanonRuling:
    """A verdict on `statement`, which is shown with it: our line, the evidence, and how strong that is.

    `verdict` is its id, and what it `means`; `label` and `colour` (0xRRGGBB) are how it is shown, and `strength` is in
    words, empty for none.
    `direct` is False where the statement is only the nearest thing known to what was asked; `belief` is how likely
    (0 to 1) it was meant. Where the announcement is silent on what the data does not hold, `statement` is empty and
    `kind` None; `subject` or `claim` is the id of what was ruled on, and `name` what a pair, somebody or
    something is called.
    """

    statement: str
    verdict: str
    means: Meaning
    label: str
    colour: int
    line: str
    strength: str
    quotes: tuple[Quote, ...]
    kind: Kind | None = None
    subject: str | None = None
    claim: str | None = None
    direct: bool = True
    belief: float = 1.0
    name: str = ""


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
        self.words: Final = library.words
        self._subjects = Names((s, (s.name, s.id, *s.aliases)) for s in library.subjects)
        self._claims = Names((c, (c.statement, c.id)) for c in library.claims)
        self._names = {person.id: person.name for person in library.people}
        self._by_id = {subject.id: subject for subject in library.subjects}
        self._judge = Judge(
            Roster(
                library.people,
                (subject for subject in library.subjects if self.words.is_pair(subject.kind)),
                lesson.known_words,
            ),
            engine,
            facts,
            words=library.words,
            people=library.people,
            subjects=library.subjects,
            claims=library.claims,
            vocabulary=lesson.vocabulary,
            concepts=lesson.concepts,
            evidence={quote.id: quote.text for quote in library.quotes},
            passages=(*(each.text for each in library.passages), *(each.name for each in library.speakers)),
        )
        self._checked = lru_cache(_REMEMBERED)(self._check)

    @property
    def offered(self) -> bool:
        """Whether there is anything to be ruled on."""
        return bool(self._library.subjects or self._library.claims)

    def check(self, text: str) -> CanonCheck:
        """Return the rulings on `text`, one to three; or the pair that it may mean."""
        return self._checked(_tidy(text))

    def _check(self, text: str) -> CanonCheck:
        checked = self._judge.check(text, _RULINGS)
        return CanonCheck(tuple(map(self._shown, checked.rulings)), self._meant(checked.meant))

    def check_message(self, text: str) -> tuple[CanonRuling, ...]:
        """Return the rulings on the claims and pairs that a message names, three at most; none for none."""
        return tuple(self._shown(ruling) for ruling in self._judge.check_message(_tidy(text), _RULINGS))

    def check_texts(self, texts: Iterable[str]) -> tuple[CanonRuling, ...]:
        """Return the rulings on what the texts of one message name, each thing once, three at most."""
        found: dict[object, CanonRuling] = {}
        for text in texts:
            for ruling in self.check_message(text):
                found.setdefault((ruling.subject, ruling.claim, ruling.statement if not ruling.kind else ""), ruling)
        return tuple(found.values())[:_RULINGS]

    def asks_for_verdict(self, text: str) -> bool:
        """Return whether `text`, whomever it names, asks for no more than a verdict."""
        return self._judge.asks_for_verdict(text)

    def complete(self, typed: str, limit: int) -> list[tuple[str, str]]:
        """Return (label, value) completions: subjects that resemble what is typed, then claims."""
        # What the announcement rules on comes first; what it does not address is only offered when typed.
        subjects = [
            subject
            for subject in self._subjects.ranked(typed, len(self._library.subjects))
            if typed.strip() or self.words.means(subject.verdict) is not Meaning.SILENT
        ]
        claims = self._claims.ranked(typed, limit)
        ranked = [(subject.name, subject.name) for subject in subjects[: limit // 2]]
        return [*ranked, *((claim.statement, claim.statement) for claim in claims)][:limit]

    def _meant(self, pair: tuple[str, str] | None) -> Meant | None:
        return Meant(" x ".join(self._names[person] for person in pair), " x ".join(pair)) if pair else None

    def _shown(self, ruling: Ruling) -> CanonRuling:
        subject = self._by_id[ruling.subject] if ruling.subject and not ruling.claim else None
        words = self.words
        kind: Kind | None = None
        if ruling.claim:
            kind = "claim"
        elif subject:
            kind = "pair" if words.is_pair(subject.kind) else "single"
        return CanonRuling(
            statement=ruling.statement,
            verdict=ruling.verdict,
            means=words.means(ruling.verdict),
            label=words.label(ruling.verdict, subject.kind if subject else None),
            colour=words.verdicts[ruling.verdict].accent,
            line=ruling.line,
            strength=words.strengths.get(ruling.strength, ""),
            quotes=self._library.quotes_of(ruling.quotes),
            kind=kind,
            subject=ruling.subject,
            claim=ruling.claim,
            direct=ruling.direct,
            belief=ruling.belief,
            name=subject.name if subject else "",
        )


def _tidy(text: str) -> str:
    """Return the text without runs of white space, which would be gone through again and again; lines stay apart."""
    return "\n".join(" ".join(line.split()) for line in text[:LONGEST].splitlines())
