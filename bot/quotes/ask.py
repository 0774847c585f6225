"""Questions in people's own words: a sure answer, the closest passage, a ruling, or an honest nothing."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, Protocol

from bot.announcement import Meaning, joined, length
from bot.announcement.checking import FACT_SENTENCES
from bot.fuzzy import Names
from bot.text import fold, message_parts
from bot.understanding import FIRM, is_chant, is_number, small_talk, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from functools import _CacheInfo as CacheInfo

    from bot.announcement import Claim, Fact, Quote
    from bot.canon import CanonCheck, CanonRuling
    from bot.library import Library
    from bot.understanding import Engine, SmallTalk, Understanding

# Characters of a question that count, before folding and after it.
QUESTION_LIMIT = 300
# Believed chance from which words are shown as the closest passage; from the engine's FIRM on they are an answer.
CLOSEST_FROM: Final = 0.1
# An engine that was given few examples believes less in what is right.
CLOSEST_FROM_OF_FEW: Final = 0.04
# Sentences that the closest passages have together, at most.
CLOSEST_SENTENCES: Final = 4
# A sentence out of a longer message is torn from what stood around it, so it must be surer.
SENTENCE_SURE_FROM: Final = 0.9
# Sentences of one message that are looked at by themselves, at most, and the words that one needs.
_SENTENCES: Final = 4
_SENTENCE_WORDS: Final = 3
# A mention of a member, role or channel, or an emoji of a server's own: an id in angle brackets, and no words.
_MENTION: Final = re.compile(r"<[^<>\s]*[0-9]{5,}>")
# The word that is being typed.
_UNFINISHED: Final = re.compile(r"[\w']+$")
# Words that a name has, at most.
_NAME_LENGTHS: Final = range(1, 5)
# Questions whose replies are remembered.
_REMEMBERED: Final = 512
# Questions offered where nothing is near.
_OFFERED: Final = 3


@dataclass(frozen=True)
class Answered:
    """What the announcement states: our line in `fact.answer`, and the words that back it."""

    fact: Fact
    quotes: tuple[Quote, ...]
    runner_up: Fact | None = None


@dataclass(frozen=True)
class Closest:
    """No exact answer: the words that come closest, and the questions that they and their like do answer."""

    quotes: tuple[Quote, ...]
    nearest: tuple[Fact, ...]


@dataclass(frozen=True)
class Ruled:
    """No fact answers, but the announcement rules on what was asked."""

    rulings: tuple[CanonRuling, ...]


@dataclass(frozen=True)
class Greeted:
    """Nothing was asked: a greeting, thanks, a goodbye, or a question to the bot about itself.

    These are questions that somebody who begins might ask.
    """

    kind: SmallTalk
    nearest: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class NoAnswer:
    """The announcement does not answer. These are questions that it does, and a near claim to be checked."""

    nearest: tuple[Fact, ...]
    claim: Claim | None = None


Reply = Answered | Closest | Ruled | Greeted | NoAnswer
# How surely a question was answered.
Tier = Literal["sure", "closest", "ruled", "greeted", "silent"]
_TIERS: Final[dict[type[Reply], Tier]] = {
    Answered: "sure",
    Closest: "closest",
    Ruled: "ruled",
    Greeted: "greeted",
    NoAnswer: "silent",
}


def tier_of(reply: Reply) -> Tier:
    """Return how surely a reply answers."""
    return _TIERS[type(reply)]


class Rulings(Protocol):
    """Knows what the announcement rules on."""

    def check(self, text: str) -> CanonCheck:
        """Return the rulings on `text`; of one that is on nothing known, `kind` is None."""
        ...

    def asks_for_verdict(self, text: str) -> bool:
        """Return whether `text`, whomever it names, asks for no more than a verdict."""
        ...


class AskService:
    """Understands a question with what was learnt at seeding; it only reads."""

    def __init__(self, library: Library, engine: Engine, checks: Rulings) -> None:
        self._library = library
        self._engine = engine
        self._checks = checks
        self._understand = engine.understand
        self._closest_from = CLOSEST_FROM_OF_FEW if engine.knows_little else CLOSEST_FROM
        self._replied = lru_cache(_REMEMBERED)(self._found)
        self._questions = {_key(fact.question): fact for fact in library.facts}
        self._statements = {_key(claim.statement): claim for claim in library.claims}
        self._claims = {claim.id: claim for claim in library.claims}
        self._names = self._units(_names(library))
        self._unmentioned = frozenset(
            tuple(tokens(name))
            for person in library.people
            if person.unmentioned
            for name in (person.name, *person.aliases)
        )
        self._said_by = {fact.id: self._said(fact) for fact in library.facts}
        self._by_question = Names((fact, (fact.question,)) for fact in library.facts)

    @property
    def remembered(self) -> Callable[[], CacheInfo]:
        """How many questions are remembered, and how often that helped."""
        return self._replied.cache_info

    def ask(self, question: str) -> Reply:
        """Return the reply to `question`, of which the first 300 characters count."""
        typed = _MENTION.sub(" ", question[:QUESTION_LIMIT])
        text = fold(typed, QUESTION_LIMIT)
        return self._known(text) or self._replied(text, typed.strip())

    def _known(self, text: str) -> Reply | None:
        """Return the reply to what needs no understanding: our own words, and small talk."""
        words = tokens(text)
        key = " ".join(words)
        if fact := self._questions.get(key):
            return self._answered(fact)
        if claim := self._statements.get(key):
            return Ruled(self._checks.check(claim.statement).rulings)
        if kind := small_talk(words):
            return Greeted(kind, self._some() if kind in ("greeting", "self") else ())
        return None

    def _found(self, text: str, typed: str) -> Reply:
        """Return the reply to a folded text; a ruling is asked for with the text as it was typed."""
        understood = self._understand(text)
        sure = understood.best is not None and understood.score >= FIRM
        named = understood.best is not None and self._names_a_stranger(text, understood)
        if sure and not named:
            return self._sure(understood)
        if part := self._sure_sentence(text):
            return self._sure(part)
        rulings = self._rulings(typed, understood)
        if sure:  # What is settled on the one named alone goes before a fact that doesn't speak of them.
            rulings = tuple(ruling for ruling in rulings if ruling.direct and ruling.kind == "single")
        close = understood.best is not None and understood.score >= self._closest_from
        if rulings and not (close and self._tells_less(rulings[0])):
            return Ruled(rulings)
        nearest = tuple(self._library.fact_by_id[label] for label in understood.nearest)
        if understood.best is None or not close:
            return NoAnswer(nearest or self._some(), self._claim_near(nearest))
        near = tuple(dict.fromkeys((self._library.fact_by_id[understood.best], *nearest)))
        return Closest(self._beside(self._shown(understood), near[1:]), near[:_OFFERED])

    def fact(self, fact_id: str) -> Answered | None:
        """Return the answer that a suggestion's button stands for; None when the fact is gone."""
        fact = self._library.fact_by_id.get(fact_id)
        return self._answered(fact) if fact else None

    def complete(self, typed: str, limit: int) -> tuple[Fact, ...]:
        """Return facts whose plain question is near to what is typed so far; some of all for an empty box.

        Words are compared at each key; the engine is asked once a word, when the word is whole, and else only
        where no words are alike.
        """
        text = fold(typed, QUESTION_LIMIT)
        if not text.strip():
            return self._library.facts[:: max(1, len(self._library.facts) // limit)][:limit]
        whole = _UNFINISHED.sub("", text).strip()
        alike = self._by_question.ranked(text, limit)
        nearest = self._understand(whole).nearest if whole else ()
        if not nearest and not alike:
            nearest = self._understand(text).nearest
        return tuple(dict.fromkeys((*(self._library.fact_by_id[label] for label in nearest), *alike)))[:limit]

    def _sure_sentence(self, text: str) -> Understanding | None:
        """Return what the surest sentence of a longer message asks for, where one asks for something surely."""
        parts = [part for part in message_parts(text) if len(tokens(part)) >= _SENTENCE_WORDS]
        if len(parts) < 2:  # noqa: PLR2004 - a message of one sentence was looked at whole
            return None
        read = [self._understand(part) for part in parts[-_SENTENCES:]]
        best = max(read, key=lambda understood: understood.score)
        sure = best.best is not None and best.score >= SENTENCE_SURE_FROM and not self._names_a_stranger(text, best)
        return best if sure else None

    def _names_a_stranger(self, text: str, understood: Understanding) -> bool:
        """Whether a text names somebody, or a number, of which its answer cannot speak.

        That is whom the announcement never names, and what neither the fact nor any example of it does.
        """
        words = tokens(text)
        runs = (tuple(words[at : at + length]) for length in _NAME_LENGTHS for at in range(len(words)))
        strange = {unit for unit in understood.strange if unit in self._names or is_number(unit)}
        return not self._unmentioned.isdisjoint(runs) or not strange <= self._said_by[str(understood.best)]

    def _rulings(self, text: str, understood: Understanding) -> tuple[CanonRuling, ...]:
        """Return the rulings on the pairs and the claim in a text.

        A ruling is a yes or a no, and so is what asks for one: 'who' or 'when' is not answered by it, though what
        the announcement is silent on comes close, as of when something was that it never tells. A claim
        that the announcement does address must rest on a fact that the text is near to, and be as sure as a fact.
        Of a pair that is named in chatter, its ruling is the closest thing known.
        """
        if is_chant(tokens(text)):
            return ()
        kind = self._engine.kind(text)
        plain = kind in ("yes-no", "none", "what") and self._checks.asks_for_verdict(text)
        rulings = self._checks.check(text).rulings
        ruling = next((ruling for ruling in rulings if ruling.claim and ruling.belief), None)
        if not plain and kind not in ("yes-no", "none"):
            unknown = ruling and ruling.claim and self._is_silent(self._claims[ruling.claim])
            return (replace(ruling, direct=False),) if ruling and unknown else ()
        if ruling is None or ruling.claim is None:
            named = tuple(ruling for ruling in rulings if _is_named(ruling)) if plain or kind == "none" else ()
            return tuple(replace(ruling, direct=plain and ruling.direct) for ruling in named)
        if kind == "what":
            return ()
        claim = self._claims[ruling.claim]
        if self._is_silent(claim):
            return (ruling,)
        near = not {understood.best, *understood.nearest}.isdisjoint(claim.facts)
        return (replace(ruling, direct=ruling.direct and ruling.belief >= FIRM),) if near else ()

    def _is_silent(self, claim: Claim) -> bool:
        return self._library.words.means(claim.ruling) is Meaning.SILENT

    @staticmethod
    def _tells_less(ruling: CanonRuling) -> bool:
        """Whether a passage near to what was asked tells more than this ruling.

        That is so of a ruling on something else, and of nothing being said of two people.
        """
        return not ruling.direct or (ruling.kind == "pair" and not ruling.quotes)

    def _sure(self, understood: Understanding) -> Answered:
        fact = self._library.fact_by_id[str(understood.best)]
        torn = understood.outcome == "torn" and understood.runner_up is not None
        runner_up = self._library.fact_by_id[understood.runner_up] if torn and understood.runner_up else None
        return replace(self._answered(fact), quotes=self._shown(understood), runner_up=runner_up)

    def _shown(self, understood: Understanding) -> tuple[Quote, ...]:
        """Return the quotes of what was understood, run on into touching ones of what is near."""
        facts = self._library.fact_by_id
        near = (facts[label] for label in understood.nearest if label != understood.best)
        return self._widened(self._answered(facts[str(understood.best)]).quotes, near)

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

    def _beside(self, quotes: tuple[Quote, ...], near: Iterable[Fact]) -> tuple[Quote, ...]:
        """Return the quotes, and beside them those of the next likeliest facts, as far as these are short."""
        for fact in near:
            more = joined((*quotes, *self._library.quotes_of(fact.quotes)), self._library.passage_by_id)
            if length(more) <= CLOSEST_SENTENCES:
                quotes = more
        return quotes

    def _said(self, fact: Fact) -> frozenset[str]:
        """Return the content of a fact and its quotes."""
        return self._units((fact.question, fact.answer, *(q.text for q in self._library.quotes_of(fact.quotes))))

    def _units(self, texts: Iterable[str]) -> frozenset[str]:
        """Return the content of all the texts."""
        return frozenset[str]().union(*map(self._engine.units, texts))

    def _some(self) -> tuple[Fact, ...]:
        """Return the questions that most claims rest on: what people argue over is what they want to know."""
        argued = Counter(fact for claim in self._library.claims for fact in claim.facts)
        return tuple(sorted(self._library.facts, key=lambda fact: -argued[fact.id])[:_OFFERED])

    def _claim_near(self, facts: Iterable[Fact]) -> Claim | None:
        """Return a claim that rests on the first of the facts that any does; None where none does."""
        for fact in facts:
            for claim in self._library.claims:
                if fact.id in claim.facts:
                    return claim
        return None


def _is_named(ruling: CanonRuling) -> bool:
    """Whether a ruling is on a pair, or settles something about somebody or something alone."""
    return ruling.kind == "pair" or (ruling.kind == "single" and ruling.means in (Meaning.YES, Meaning.NO))


def _key(text: str) -> str:
    return " ".join(tokens(text))


def _names(library: Library) -> Iterable[str]:
    """Yield all names of people and pairs that the announcement's readers may use."""
    for person in library.people:
        yield from (person.name, *person.aliases)
    for subject in library.subjects:
        if library.words.is_pair(subject.kind):
            yield from (subject.name, *subject.aliases)
