"""What the announcement rules on a text: a subject's verdict, a claim's ruling, or that it is not addressed."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import msgspec

from bot.announcement import Meaning, Part
from bot.announcement.words import NO_STRENGTH
from bot.fuzzy import Speller, is_english
from bot.text import CLAUSE_ENDS, fold, message_parts, normalise
from bot.understanding import NUMERALS, STOP, Lexicon, is_number, stem, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.announcement import Claim, Person, Subject, Words
    from bot.canon.names import HalfPair, Mentions, Roster
    from bot.understanding import Engine


# Words that claim nothing: whoever says them asks, doubts, insists, or tells who said so.
TALK: Final = frozenset(
    """
    100 a about absolutely accept according actual actually admit after agree ah aint all allegedly already also
    always am an and any anybody anymore anyone anything apparently are arent argue arguing argument as ask asked
    asking at away basically be because been before being believe believes bet between bot bro
    but by call called came can cannot cant certain certainly check choose claim claimed claiming claims clearly
    clue come comes convinced correct could couldnt counts course damn day deal dear debate definitely denied
    deny denying did didnt discord do does doesnt doing dont doubt dude each either else especially even ever every
    everybody everyone exactly explain fact facts fair fake false figure finally find folks for forum
    found from fully funny general get gets getting give given go goes going gonna got gotten guess guy
    guys ha had haha happen happened happens has hasnt have havent having he hear heard hello help her here hey hi
    him his hold honest honestly how huh i idea idk if ill im imagine in indeed info insist insists instead internet
    into is isnt issue it its itself ive just keep keeps kidding kind know known knows last least leave less let
    lets lie lies lying like literally ll lmao lol long look looks lot made make makes making matter may maybe me mean
    means meant mention mere merely might more most mostly much must my nah name need never new nobody
    none nope nor not nothing now obviously of off oh ok okay old omg on once one online opinion or other others our
    out own part person persuade place please pls plz point possible post posted pretend pretty probably proof prove
    proven proves provided put question quick quite rather re read reading reads really reddit remember right rumor
    rumour s said same saw say saying says see seem seems seen serious seriously settle shall she should simply
    since so some somebody someone something somewhere sort source speak speaking spoken start states status still
    stop such sum supposed sure swear t take takes talk talking tell telling tells than thank thanks that thats the
    their them then there theres these they theyre thing things think thinking thinks this tho those though thought
    thoughts thread time to today told too total totally true truly truth tumblr tv tweet twice twitter type uh um
    under understand understood up ur us use used ve verdict version versus very vs wait wanna want was wasnt way we
    well were werent what whatever whats when where whether which while who whole whose why wiki will win with
    without wonder wont word words would wouldnt wow write writes wrong x yeah year years yep yes yesterday yet you
    your youre
    didn hadnt hardly hes id no itll ive shes shouldnt theyd theyll theyre theyve weve youd youll youre youve couldve
    shouldve wouldve
    """.split()
)
# A word of more than this part of all claims tells none of them.
_FEW: Final = 0.4
# Strange words that are looked up as misspelt: bounds the time.
_MOST_REPAIRS: Final = 10
# Words that only deny: where nothing else is said, nothing is denied.
_DENYING: Final = frozenset("never no nobody none nope nor not nothing nowhere".split())
# 'My friend says' tells of no friendship.
_KIN: Final = re.compile(
    r"\b(?:my|a|your|our|this) (?:(?:best|little|big|older|younger|good) )?"
    r"(?:friend|brother|sister|cousin|mom|mum|dad|roommate|buddy|teacher|boyfriend|girlfriend|guy)s?\b"
)
_EMPTY: Final = STOP | TALK
_EMPTY_STEMS: Final = frozenset(map(stem, STOP))
# How many words after a number it may count: a name may stand between.
_BESIDE: Final = 2


class ClaimWords(msgspec.Struct, frozen=True):
    """What is learnt of words: those of each claim by its id, and how often each occurs."""

    claims: dict[str, tuple[str, ...]]
    counts: dict[str, int]


def learn_claim_words(
    said: Mapping[str, Sequence[str]],
    told: Mapping[str, Sequence[str]],
    concepts: Sequence[tuple[str, Sequence[str]]],
    stage: Iterable[str] = (),
) -> ClaimWords:
    """Return the vocabulary of claims by their ids: `said` is how people put them, `told` what is ours or quoted.

    `stage` holds who and what every claim is about, whether or not it says so.
    """
    empty = _EMPTY.union(stage)
    lexicon = Lexicon(concepts)
    counts = Counter(word for texts in (*said.values(), *told.values()) for text in texts for word in tokens(text))
    by_claim = {claim: _units(lexicon, (*texts, *told[claim]), empty) for claim, texts in said.items()}
    return ClaimWords({claim: tuple(sorted(units)) for claim, units in by_claim.items()}, dict(sorted(counts.items())))


def _units(lexicon: Lexicon, texts: Iterable[str], empty: frozenset[str]) -> set[str]:
    """Return the stems of texts, and the concepts that they stand for."""
    words = [tokens(_KIN.sub(" ", fold(text))) for text in texts]
    stems = [[stem(word) for word in row] for row in words]
    counts = {count for row in words for count in _counts(lexicon, row, empty, _BESIDE)}
    return counts | {unit for row in stems for unit in (*row, *lexicon.units(row))}


def _counts(lexicon: Lexicon, words: Sequence[str], empty: frozenset[str], beside: int) -> Iterator[str]:
    """Yield each number of a text with each of the next words, as far as `beside`, which it may count or order."""
    said = [word for word in words if word in NUMERALS or word not in empty]
    for at, word in enumerate(said):
        if word in NUMERALS:
            for counted in said[at + 1 : at + 1 + beside]:
                yield from (f"{word} {unit}" for unit in lexicon.units([stem(counted)]))


class Fitting:
    """Tells the words of a text that a claim does not explain."""

    def __init__(
        self, vocabulary: ClaimWords, concepts: Sequence[tuple[str, Sequence[str]]], stage: Iterable[str]
    ) -> None:
        self._empty = _EMPTY.union(stage)
        self._claims = {claim: frozenset(units) for claim, units in vocabulary.claims.items()}
        self._users = Counter(unit for units in self._claims.values() for unit in units)
        self._few = max(1, round(_FEW * len(self._claims)))
        self._lexicon = Lexicon(concepts)
        self._speller = Speller(vocabulary.counts)

    def content(self, words: Iterable[str]) -> tuple[str, ...]:
        """Return the units of words that say something."""
        typed = tokens(_KIN.sub(" ", " ".join(words)))
        if _DENYING.issuperset(typed):
            return ()
        known = self._speller.repaired(typed, _MOST_REPAIRS, right=is_english)
        units = self._lexicon.units([stem(word) for word in known if word not in self._empty])
        return tuple(unit for unit in dict.fromkeys(units) if unit not in _EMPTY_STEMS)

    def telling(self, content: Iterable[str], claim: str) -> tuple[str, ...]:
        """Return those units that the claim has, and few others have."""
        return tuple(unit for unit in content if unit in self._claims[claim] and self._users[unit] <= self._few)

    def counts(self, words: Iterable[str]) -> tuple[str, ...]:
        """Return the numbers of a text with what they count: '2 cats' is ('two cat',)."""
        return tuple(_counts(self._lexicon, tokens(" ".join(words)), self._empty, 1))

    def strange(self, content: Iterable[str], claim: str) -> tuple[str, ...]:
        """Return those units that the claim with this id does not explain."""
        return tuple(unit for unit in content if unit not in self._claims[claim])


# A verdict of this kind tells of one alone, where another only says that they are spoken of.
_SETTLING: Final = frozenset({Meaning.YES, Meaning.NO})
# Words that may stand between two people who are named as a pair.
_JOINING: Final = frozenset("x and with or is are vs versus".split())
# Sentences or clauses of a text that names are looked for in, and sentences that are understood: bounds the time.
_LOOKED_AT: Final = 24
_MOST_PARTS: Final = 4
# From this belief on what the engine is not sure of may still be the nearest that is known.
_NEAREST_FROM: Final = 0.1
# From this belief on a claim is what the text speaks of, and not just near it: less will do where names point to it.
_DIRECT: Final = 0.65
_DIRECT_IF_NAMED: Final = 0.5
# Words that tell a claim, of which the nearest must share so many with the text.
_SHARED: Final = 2
# From this belief on a text that names nobody may speak of a claim in words that many claims share.
_FIRM: Final = 0.85


class Ruling(msgspec.Struct, frozen=True):
    """A verdict on a statement: our line on it, its strength, and the ids of its quotes.

    `direct` is False where the text says more or other than the statement, which then is only the nearest known.
    `belief` is how likely (0 to 1) the text speaks of it. Of a silence, `statement` is empty, and neither `claim`
    nor `subject` is set.
    """

    statement: str
    verdict: str
    line: str
    strength: str
    quotes: tuple[str, ...]
    claim: str | None = None
    subject: str | None = None
    direct: bool = True
    belief: float = 1.0


class Check(msgspec.Struct, frozen=True):
    """The rulings on a text, one at least; or no ruling, and the two people by id whom it may mean as a pair."""

    rulings: tuple[Ruling, ...]
    meant: tuple[str, str] | None = None


class Judge:
    """Rules on texts.

    `engine` knows the claims and `facts` the facts; `evidence` gives the words of each quote by its id.
    `passages` are the whole text, and who speaks.
    """

    def __init__(  # noqa: PLR0913 - the engines, and what they speak of
        self,
        roster: Roster,
        engine: Engine,
        facts: Engine,
        *,
        words: Words,
        people: Iterable[Person],
        subjects: tuple[Subject, ...],
        claims: tuple[Claim, ...],
        vocabulary: ClaimWords,
        concepts: tuple[tuple[str, tuple[str, ...]], ...],
        evidence: Mapping[str, str],
        passages: Iterable[str],
    ) -> None:
        self._roster = roster
        self._engine = engine
        self._facts = facts
        self._words = words
        self._text = f" {' '.join(map(normalise, passages))} "
        # Words that ask for a verdict, one way or the other; and with them all that claim nothing beyond that.
        self._asking = frozenset(words.asking.words)
        self._plain = self._asking | TALK
        self._people_by_id = {person.id: person for person in people}
        self._by_id = {subject.id: subject for subject in subjects}
        self._pairs = {frozenset(s.members): s for s in subjects if words.is_pair(s.kind)}
        self._singles = {s.members[0]: s for s in subjects if not words.is_pair(s.kind)}
        # Where verdicts are on each alone, who names several asks for each of these, and for no pair.
        self._apart = not self._pairs and any(self._settles(single) for single in self._singles.values())
        self._claims = {claim.id: claim for claim in claims}
        self._statements = {normalise(claim.statement): claim for claim in claims}
        self._fitting = Fitting(vocabulary, concepts, words.asking.stage)
        self._told_of = {claim.id: self._people_in(claim.statement, claim.line) for claim in claims}
        self._spoken_of = {
            claim.id: self._people_in(claim.statement, claim.line, *(evidence[quote] for quote in claim.quotes))
            for claim in claims
        }

    def _people_in(self, *texts: str) -> frozenset[str]:
        """Return the people whom a claim's texts name.

        Where these name nobody of flesh and blood, it is the account of those who tell it.
        """
        people = self._people(self._roster.find(" ".join(texts)))
        if any(self._part(self._people_by_id[person]) is not Part.FICTIONAL for person in people):
            return people
        return people | {person.id for person in self._people_by_id.values() if self._part(person) is Part.TELLER}

    def _part(self, person: Person) -> Part:
        return self._words.part(person.kind)

    def _people(self, mentions: Mentions) -> frozenset[str]:
        of_pairs = {member for pair in mentions.pairs for member in self._by_id[pair].members}
        return frozenset(of_pairs | set(mentions.persons))

    def check(self, text: str, limit: int) -> Check:
        """Return up to `limit` rulings on one text."""
        if claim := self._statements.get(normalise(text)):
            return _only(self._on(claim))
        mentions = self._roster.find(text)
        if not mentions.pairs and not mentions.persons and not mentions.rest:
            return _only(self._silent(self._words.check.nothing))
        if self._pairs and not self._pairs_in(mentions) and (half := self._roster.half_pair(text, self._plain - {"x"})):
            return self._on_half(half)
        return Check(self._rulings(text, mentions)[:limit])

    def check_message(self, text: str, limit: int) -> tuple[Ruling, ...]:
        """Return up to `limit` rulings on the pairs and claims of a whole message, sentence by sentence."""
        found: dict[tuple[str | None, str | None], Ruling] = {}
        for part, mentions in self._parts(text):
            for ruling in self._rulings(part, mentions) if mentions.rest or mentions.pairs else ():
                if ruling.claim or (ruling.subject and self._counts_in_a_message(ruling.subject)):
                    known = found.setdefault((ruling.claim, ruling.subject), ruling)
                    if ruling.direct and not known.direct:
                        found[ruling.claim, ruling.subject] = ruling
        sure = [ruling for ruling in found.values() if ruling.direct or ruling.subject]
        return tuple((sure or list(found.values()))[:limit])

    def _counts_in_a_message(self, subject: str) -> bool:
        """Whether to be named in a message calls for a ruling: not for somebody who is only mentioned."""
        found = self._by_id[subject]
        return self._words.is_pair(found.kind) or self._settles(found)

    def _settles(self, subject: Subject) -> bool:
        return self._words.means(subject.verdict) in _SETTLING

    def _parts(self, text: str) -> list[tuple[str, Mentions]]:
        """Return the sentences of a message and the whole of it, each once, with what they name.

        Of a long message those are kept that name somebody, then the first of the others: bounds the time.
        """
        sentences = list(dict.fromkeys(message_parts(text)))[:_LOOKED_AT]
        parts = [(part, self._roster.find(part)) for part in sentences]
        naming = [each for each in parts if each[1].pairs or each[1].persons]
        kept = [*naming, *(each for each in parts if each not in naming)][:_MOST_PARTS]
        whole = [] if text.strip() in sentences else [(text, self._roster.find(text))]
        return [*(each for each in parts if each in kept), *whole]

    def _rulings(self, text: str, mentions: Mentions) -> tuple[Ruling, ...]:
        pairs = self._pairs_in(mentions)
        asked_for = self._asked_for(mentions, pairs)
        if asked_for and (pairs or not mentions.rest):
            return asked_for
        claim = self._on_claim(text, mentions, pairs)
        if claim and claim.direct and (not asked_for or claim.belief >= _FIRM):
            return (claim,)
        if pairs:
            return self._on_pairs(text, mentions, pairs, claim)
        return asked_for or self._on_people(mentions, claim)

    def _on_people(self, mentions: Mentions, claim: Ruling | None) -> tuple[Ruling, ...]:
        """Return what is nearest to a text that names no pair: silence where it names somebody unknown."""
        if unruled := tuple(person for person in mentions.persons if person not in self._singles):
            return (self._unruled(unruled),)
        if claim:
            return (claim,)
        people = tuple(_of(self._singles[person], direct=False) for person in mentions.persons)
        return people or (self._silent("I couldn't find that in the announcement."),)

    def _on_pairs(
        self, text: str, mentions: Mentions, pairs: list[Subject], claim: Ruling | None
    ) -> tuple[Ruling, ...]:
        """Return the rulings on pairs of which a text says more, or on the claim about the only one that is nearest."""
        others = self._others(mentions, pairs)
        said = self._fitting.content(self._said(mentions))
        asks = self._asks_in_a_clause(text) or not (others or said)
        if claim and claim.claim and len(pairs) == 1 and not asks:
            return (claim,)
        return tuple(_of(pair, direct=asks or not pair.statement) for pair in pairs)

    def _said(self, mentions: Mentions) -> list[str]:
        """Return the words of a text that say more than that something is, or is not, so."""
        return [word for word in mentions.rest if word not in self._plain]

    def asks_for_verdict(self, text: str) -> bool:
        """Return whether a text, or a clause of it, asks for no more than the verdict on those it names."""
        return all(word in self._plain for word in self._roster.find(text).rest) or self._asks_in_a_clause(text)

    def _asks_in_a_clause(self, text: str) -> bool:
        """Return whether a text, however long, has a clause that only asks for a verdict, or gives one."""
        for clause in list(dict.fromkeys(message_parts(text, CLAUSE_ENDS)))[:_LOOKED_AT]:
            found = self._roster.find(clause)
            if self._asking.intersection(found.rest) and self._plain.issuperset(found.rest):
                return not self._others(found, self._pairs_in(found))
        return False

    def _on_half(self, half: HalfPair) -> Check:
        if half.other:
            return Check((), (half.known, half.other))
        name = self._people_by_id[half.known].name
        line = f"I know {name}, but not the other half of that pair. The announcement says nothing about it."
        return _only(self._silent(line))

    def _asked_for(self, mentions: Mentions, pairs: list[Subject]) -> tuple[Ruling, ...]:
        """Return the rulings on pairs or people for whose verdict alone a text asks; () where it says more.

        Who names others besides a pair's two asks for something else, and so does who asks of one person for what is
        only ruled on of two.
        """
        if any(word not in self._plain for word in mentions.rest):
            return ()
        if pairs:
            return () if self._others(mentions, pairs) else tuple(_of(pair) for pair in pairs)
        asks = bool(self._asking.intersection(mentions.rest))
        if len(mentions.persons) > 1 and not self._apart:
            pair = asks or _JOINING.issuperset(mentions.rest)
            return (self._silent_about(mentions.persons, f" {self._words.pair.together}"),) if pair else ()
        return tuple(self._on_single(person) for person in mentions.persons if not asks or self._may_settle(person))

    def _may_settle(self, person: str) -> bool:
        """Whether who asks for a verdict on this person alone may mean what is ruled on them."""
        single = self._singles.get(person)
        return self._apart or (single is not None and self._settles(single))

    def _on_single(self, person: str) -> Ruling:
        single = self._singles.get(person)
        return _of(single) if single else self._unruled([person])

    def _unruled(self, persons: Iterable[str]) -> Ruling:
        """Return that nothing is said of people; of those who are mentioned all the same, that nothing is settled."""
        people = [self._people_by_id[person] for person in persons]
        if silent := [person.id for person in people if not self._names(person)]:
            return self._silent_about(silent)
        names = " and ".join(person.name for person in people)
        return self._silent(f"The announcement mentions {names}, but settles nothing about them.")

    def _names(self, person: Person) -> bool:
        """Whether the announcement has a name of this person anywhere in its text."""
        return any(f" {normalise(name)} " in self._text for name in (person.name, *person.aliases))

    def _silent_about(self, persons: Iterable[str], what: str = "") -> Ruling:
        names = " and ".join(self._people_by_id[person].name for person in persons)
        return self._silent(f"The announcement says nothing about {names}{what}.")

    def _pairs_in(self, mentions: Mentions) -> list[Subject]:
        """Return the pairs named, by their names or by two people side by side."""
        pairs = [self._by_id[pair] for pair in mentions.pairs]
        pairs += [self._pairs[pair] for pair in self._side_by_side(mentions) if pair in self._pairs]
        return list({pair.id: pair for pair in pairs}.values())

    def _side_by_side(self, mentions: Mentions) -> list[frozenset[str]]:
        """Return the pairs of people side by side: two by two where these are ruled on, else each with the next.

        So the last of one pair and the first of the next are no third.
        """
        by_two = [frozenset(mentions.said[at : at + 2]) for at in range(0, len(mentions.said), 2)]
        if len(by_two) > 1 and all(pair in self._pairs for pair in by_two):
            return by_two
        return [frozenset(pair) for pair in pairwise(mentions.persons)]

    def _on_claim(self, text: str, mentions: Mentions, pairs: list[Subject]) -> Ruling | None:
        """Return the ruling on the claim that a text speaks of; None where it is none, or of others."""
        named = bool(mentions.pairs or mentions.persons)
        content = self._fitting.content(mentions.rest)
        if not named and not self._roster.understood([word for word in mentions.rest if word not in TALK]):
            return None
        claim, belief = self._claim_in(text)
        differs = claim is None and any(map(is_number, mentions.rest))
        if differs:  # A number that differs, of a book or a year, must not hide what it differs from.
            claim, belief = self._claim_in(" ".join(word for word in normalise(text).split() if not is_number(word)))
        if claim is None:
            return None
        people = self._people(mentions)
        # Whom only the evidence names is not who the statement is about.
        differs = differs or (bool(people) and people.isdisjoint(self._told_of[claim.id]))
        strange = differs or bool(self._fitting.strange((*content, *self._fitting.counts(mentions.rest)), claim.id))
        outside = people - self._spoken_of[claim.id]
        tells = len(self._fitting.telling(content, claim.id))
        # What is ruled on these two says nothing of those; nor is a pair's name alone a claim about it.
        if pairs and (outside or (not tells and not self._others(mentions, pairs))):
            return None
        explained = 0 < tells == len(content)
        if not belief:
            # What is only the nearest to a text must share words with it; the fewest where it is about people.
            fewest = 1 if (mentions.persons and not pairs) or (named and explained) else _SHARED
            if outside or tells < fewest:
                return None
            belief = self._engine.understand(text).score if named and explained else 0.0
        firm, agreed = belief >= _FIRM, self._agreed(text, claim) > 0
        # Where nobody is named, one word among others is shared by chance: 'I love my car' is about no claim.
        by_chance = not explained and tells < _SHARED and (self._engine.knows_little or not self._likely(text))
        if not named and (not tells or by_chance) and not (firm and agreed):
            return None
        believed = belief >= (_DIRECT_IF_NAMED if named else _DIRECT)
        # One word, which others share, says too little where nothing else points to the claim.
        backed = firm or agreed or explained or tells >= (1 if named else _SHARED)
        return self._on(claim, direct=believed and backed and not strange and not outside, belief=belief)

    def _on(self, claim: Claim, *, direct: bool = True, belief: float = 1.0) -> Ruling:
        if claim.subject:
            return _of(self._by_id[claim.subject], direct=direct, belief=belief)
        return Ruling(
            claim.statement,
            claim.ruling,
            claim.line,
            claim.strength,
            claim.quotes,
            claim=claim.id,
            direct=direct,
            belief=belief,
        )

    def _claim_in(self, text: str) -> tuple[Claim | None, float]:
        """Return the claim that a text speaks of, and how far that is believed; 0 where it is only the nearest.

        One engine is sure of it, or both come to the same.
        """
        understood = self._engine.understand(text)
        if understood.best is None:
            return None, 0.0
        claim = self._claims[understood.best]
        if understood.outcome != "unsure":
            return claim, understood.score
        if agreed := self._agreed(text, claim):
            return claim, agreed
        near = understood.score >= _NEAREST_FROM and understood.best in understood.nearest
        return (claim, 0.0) if near else (None, 0.0)

    def _likely(self, text: str) -> bool:
        return self._engine.understand(text).score >= _DIRECT_IF_NAMED

    def _agreed(self, text: str, claim: Claim) -> float:
        """Return how far the other engine believes that a text asks for what a claim rests on; 0 where it doesn't."""
        asked = self._facts.understand(text)
        return asked.score if asked.outcome != "unsure" and asked.best in claim.facts else 0.0

    def _silent(self, line: str) -> Ruling:
        return Ruling("", self._words.silent, line, NO_STRENGTH, ())

    @staticmethod
    def _others(mentions: Mentions, pairs: list[Subject]) -> set[str]:
        """Return the people named besides the two of each pair."""
        return set(mentions.persons) - {member for pair in pairs for member in pair.members}


def _of(subject: Subject, *, direct: bool = True, belief: float = 1.0) -> Ruling:
    return Ruling(
        subject.statement or subject.name,
        subject.verdict,
        subject.line,
        subject.strength,
        subject.quotes,
        subject=subject.id,
        direct=direct,
        belief=belief,
    )


def _only(ruling: Ruling) -> Check:
    return Check((ruling,))
