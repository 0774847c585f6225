"""What the announcement rules on a text: a subject's verdict, a claim's ruling, or that it is not addressed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from bot.domain.canon.stance import Stances, negated
from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.announcement import Claim, Strength, Subject
    from bot.domain.canon.roster import Mentions, Roster
    from bot.domain.understanding import Engine

# Words that ask for canon or coupledom and claim nothing else.
_PLAIN: Final = frozenset(
    """
    a about actually all also an and are as at be been being but by can confirmed could couple couples date
    dated dating did do does end ended ending ends even ever falling fall fell finally for from gay
    girlfriends girlfriend get got guys had has have he her him his hey hi how i if in into is it item just
    know like lol love lovers loved loves me my no not of off official officially ok okay on or pair pairing
    pls please plz really real romance romantic romantically relationship say says she ship shipped ships show
    so status still than that the their them then there they thing this tho to together true tell up us
    verdict versus vs was wasnt we were what whats whether who with would x yes you canon canonical
    canonically isnt arent aint aren t s dont doesnt didnt never nope cannon cannonical partner partners
    """.split()
)


# Words of _PLAIN that ask, where they stand in a clause of their own.
_ASKING: Final = frozenset("canon couple couples together dating real official confirmed lovers romantic".split())
_CLAUSE: Final = re.compile(r"[.!?;:,]+\s|\n")


_OPPOSITE: Final[dict[str, Literal["supported", "contradicted"]]] = {
    "supported": "contradicted",
    "contradicted": "supported",
}


class Ruling(msgspec.Struct, frozen=True):
    """A verdict on `about` (what was understood): its line, its strength, and the ids of its quotes."""

    about: str
    verdict: Literal["confirmed", "ended", "mentioned", "supported", "contradicted", "not-addressed"]
    line: str
    strength: Strength
    quotes: tuple[str, ...]
    claim: str | None = None
    subject: str | None = None


class Judge:
    """Rules on texts.

    `engine` knows the claims and `facts` the facts; `evidence` gives the words of each quote by its id,
    `names` each person's name by theirs.
    """

    def __init__(  # noqa: PLR0913 - the engines, and what they speak of
        self,
        roster: Roster,
        engine: Engine,
        facts: Engine,
        *,
        subjects: tuple[Subject, ...],
        claims: tuple[Claim, ...],
        stances: Stances,
        evidence: Mapping[str, str],
        names: Mapping[str, str],
    ) -> None:
        self._roster = roster
        self._engine = engine
        self._facts = facts
        self._by_id = {subject.id: subject for subject in subjects}
        self._ships = {frozenset(s.members): s for s in subjects if s.kind == "ship"}
        self._persons = {s.members[0]: s for s in subjects if s.kind == "person"}
        self._claims = {claim.id: claim for claim in claims}
        self._stances = stances
        self._names = names
        self._spoken_of = {claim.id: self._people_in(claim, evidence) for claim in claims}

    def _people_in(self, claim: Claim, evidence: Mapping[str, str]) -> frozenset[str]:
        """Return the people whom a claim, its line or its evidence name."""
        told = " ".join((claim.statement, claim.line, *(evidence[quote] for quote in claim.quotes)))
        return self._people(self._roster.find(told))

    def _people(self, mentions: Mentions) -> frozenset[str]:
        of_ships = {member for ship in mentions.ships for member in self._by_id[ship].members}
        return frozenset(of_ships | set(mentions.persons))

    def rule(self, text: str) -> Ruling:
        """Return the ruling on one text."""
        mentions = self._roster.find(text)
        if not mentions.ships and not mentions.persons and not mentions.rest:
            return _silent(text, "There is nothing to check here: name a ship, a person or a claim.")
        if _asks_for_subjects(mentions):
            return self._on_subject(text, mentions)
        return (
            self._on_claim(text, mentions)
            or self._on_last_question(text, mentions)
            or _silent(self._about(text, mentions), "The announcement does not address this.")
        )

    def rule_all(self, text: str, limit: int) -> tuple[Ruling, ...]:
        """Return up to `limit` rulings on what a whole message names: its claim first, then each ship."""
        mentions = self._roster.find(text)
        found: list[Ruling] = []
        if not _asks_for_subjects(mentions) and (claim := self._on_claim(text, mentions)):
            found.append(claim)
        ships = self._ships_in(mentions)
        denial = text if not found and len(ships) == 1 else ""
        found += [self._on_ship(ship, denial) for ship in ships]
        return tuple(found[:limit])

    def _on_last_question(self, text: str, mentions: Mentions) -> Ruling | None:
        """Return the ruling on a ship where a long text ends up asking no more than whether it is one."""
        if not self._ships_in(mentions):
            return None
        for clause in reversed(_CLAUSE.split(text)):
            words = self._roster.find(clause).rest
            if set(words) & _ASKING and all(word in _PLAIN for word in words):
                return self._on_subject(clause, mentions)
        return None

    def _on_subject(self, text: str, mentions: Mentions) -> Ruling:
        if ships := self._ships_in(mentions):
            return self._on_ship(ships[0], text if len(ships) == 1 else "")
        if len(mentions.persons) > 1:
            return _silent(self._about(text, mentions), "The announcement never pairs them.")
        person = self._persons.get(mentions.persons[0])
        if person is None:
            return _silent(self._names[mentions.persons[0]], "The announcement makes no ruling about them.")
        return _of(person)

    def _ships_in(self, mentions: Mentions) -> list[Subject]:
        """Return the ships named, by their names or by two people side by side."""
        ships = [self._by_id[ship] for ship in mentions.ships]
        pairs = zip(mentions.persons, mentions.persons[1:], strict=False)
        ships += [self._ships[pair] for pair in map(frozenset, pairs) if pair in self._ships]
        return list({ship.id: ship for ship in ships}.values())

    def _on_ship(self, ship: Subject, text: str) -> Ruling:
        """Return the ship's verdict; to deny what is confirmed is contradicted, and then the denial is shown.

        `text` is empty where several ships are named: nobody knows which of them a 'not' is about.
        """
        if ship.verdict == "confirmed" and negated(text):
            return msgspec.structs.replace(_of(ship), about=text, verdict="contradicted")
        return _of(ship)

    def _on_claim(self, text: str, mentions: Mentions) -> Ruling | None:
        if not mentions.ships and not mentions.persons and not self._roster.understood(mentions.rest):
            return None
        claim = self._claim_in(text)
        if claim is None:
            return None
        # A claim about others: what is ruled on these two says nothing of those.
        if not self._people(mentions) <= self._spoken_of[claim.id]:
            return None
        stance = self._stances.of(text, claim.id)
        if stance == "denies" and claim.ruling != "not-addressed":
            return Ruling(text, _OPPOSITE[claim.ruling], claim.line, claim.strength, claim.quotes, claim=claim.id)
        # Said of the claim in its plain form, which is shown, the ruling is right whatever the text meant.
        about = text if stance == "asserts" else claim.statement
        return Ruling(about, claim.ruling, claim.line, claim.strength, claim.quotes, claim=claim.id)

    def _claim_in(self, text: str) -> Claim | None:
        """Return the claim that a text speaks of: one engine is sure of it, or both come to the same."""
        understood = self._engine.understand(text)
        if understood.best is None:
            return None
        if understood.outcome != "unsure":
            return self._claims[understood.best]
        asked = self._facts.understand(text)
        if asked.outcome == "unsure":
            return None
        claim = self._claims[understood.best]
        return claim if asked.best in claim.facts else None

    def _about(self, text: str, mentions: Mentions) -> str:
        """Return what a text is about, by the names that it gives where it gives any."""
        named = [self._by_id[ship].name for ship in mentions.ships] + [self._names[p] for p in mentions.persons]
        return " and ".join(named) if named and normalise(text) else text


def _asks_for_subjects(mentions: Mentions) -> bool:
    """Return whether a text names ships or people and says no more than words that ask whether they are one."""
    return bool(mentions.ships or mentions.persons) and all(word in _PLAIN for word in mentions.rest)


def _of(subject: Subject) -> Ruling:
    return Ruling(subject.name, subject.verdict, subject.line, subject.strength, subject.quotes, subject=subject.id)


def _silent(about: str, line: str) -> Ruling:
    return Ruling(about, "not-addressed", line, "none", ())
