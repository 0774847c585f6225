"""What /quote finds: by number, speaker, topic, words or meaning, or by chance, in pages that a button can name."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeVar

from bot.announcement import introduces, overlap
from bot.fuzzy import Names, Speller, is_english, likeness_within, slips_in
from bot.store.content import QuoteIndex
from bot.text import fold, normalise
from bot.text import words as text_words
from bot.understanding import MARK, STOP, stem, tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bot.announcement import Passage, Quote, Speaker, Topic
    from bot.library import Library
    from bot.understanding import Engine

_LONGEST = 40
_NAMED = r"(?:quotes?|numbers?|num|nos?|nr|n°)\.?"
_NUMBER = re.compile(
    rf"(?:the\s+)?(?P<said>(?:{_NAMED}\s*)*#?)\s*(?P<minus>[-\u2212\u2013])?\s*(?P<number>[0-9]{{1,9}})\s*[.)]?"
)
# A bare number of more digits is more likely a year, or something in the text.
_BARE = 3


def quote_number(query: str) -> int | None:
    """Return the number of the quote that a query asks for, which need not exist; None for any other query."""
    written = _written(query)
    return int(written["number"]) * (-1 if written["minus"] else 1) if written else None


def may_be_words(query: str) -> bool:
    """Return whether a number may stand for the words of a text, too, as a year does."""
    written = _written(query)
    return written is None or not (written["said"] or written["minus"] or len(written["number"]) <= _BARE)


def _written(query: str) -> re.Match[str] | None:
    if len(query) > _LONGEST:
        return None
    return _NUMBER.fullmatch(fold(query).strip())


_STOP: Final = frozenset(stem(word) for word in STOP) | STOP | {"else"}
# What makes another verb of a verb: to break up is not to break.
_PARTICLES: Final = frozenset("up out off down back away".split())
# A text that lacks some of the words is near when it holds this many of them, and this much of their weight.
_FEWEST: Final = 2
_MOST: Final = 0.6


class Held(NamedTuple):
    """The places of the texts that hold the words, best first; `whole` says that each holds all of them.

    `chatty` says that most of what was typed carries no meaning: a sentence, of which a few words say little.
    """

    places: tuple[int, ...]
    whole: bool
    chatty: bool = False


class WordForms:
    """An index of texts by the stems of their words, without those that carry no subject."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._lengths = [len(text) for text in texts]
        self._places: dict[str, set[int]] = {}
        for place, text in enumerate(texts):
            for form in _forms(text):
                self._places.setdefault(form, set()).add(place)

    def search(self, text: str) -> Held:
        """Return the texts with all words of `text`, or else those with most of them; none for stop words alone.

        A word weighs the more the fewer texts hold it, and most when none does: what is special about a search
        must not be what is missing.
        """
        wanted = meaningful(text)
        met: dict[int, float] = {}
        counts: dict[int, int] = {}
        total = 0.0
        for form in wanted:
            places = self._places.get(form, set())
            weight = log((len(self._lengths) + 1) / (len(places) + 1))
            total += weight
            for place in places:
                met[place] = met.get(place, 0.0) + weight
                counts[place] = counts.get(place, 0) + 1
        whole = [place for place in met if counts[place] == len(wanted)]
        near = [place for place in met if counts[place] >= _FEWEST and met[place] >= _MOST * total]
        # Of equal ones the shortest says it most plainly.
        best = sorted(whole or near, key=lambda place: (-met[place], self._lengths[place], place))
        return Held(tuple(best), bool(whole), 2 * len(wanted) < len(tokens(text)))


def _forms(text: str) -> frozenset[str]:
    """Return the stems of a text that carry meaning, and its verbs with their particles."""
    stems = [stem(word) for word in tokens(text)]
    return frozenset((*(form for form in stems if form not in _STOP), *_verbs(stems).values()))


def meaningful(text: str) -> frozenset[str]:
    """Return what a text must hold to be found: of a verb with a particle, both together."""
    stems = [stem(word) for word in tokens(text)]
    verbs = _verbs(stems)
    return frozenset(verbs.get(at, form) for at, form in enumerate(stems) if at in verbs or form not in _STOP)


def _verbs(stems: Sequence[str]) -> dict[int, str]:
    """Return the verbs that have a particle after them, both in one, by their places."""
    return {
        at: f"{form} {after}"
        for at, (form, after) in enumerate(pairwise(stems))
        if after in _PARTICLES and form not in _STOP
    }


RANDOM = "random"
# What a query was taken for. `most`: no quote has all of its words, these have most; `meaning`: nor most, but they
# back the facts that it is nearest to.
How = Literal["speaker", "topic", "words", "most", "meaning", "id", "random"]
_Named = TypeVar("_Named")
# How what was found is written down where the query itself would be too long.
_WRITTEN = re.compile(r"([=~%])([0-9]+(?:,[0-9]+)*)")
_SIGNS: dict[How, str] = {"most": "%", "meaning": "~"}
_HOWS: dict[str, How] = {"%": "most", "~": "meaning"}
_QUOTED = re.compile(r'["\u201c](.+)["\u201d]')
_SUGGESTIONS = 3
# How much of what is typed a quote must hold, of 100, to be offered as a completion.
_HELD = 80.0
# Letters of what is typed that are compared with every quote: bounds the time.
_COMPARED = 64
# Characters of a query whose slips are mended, and unknown words of it that are looked up: bounds the time.
_LONGEST_QUERY = 200
_MOST_REPAIRS = 10
# Words under so many letters are too short for slips.
_SHORTEST = 4
# How many queries are remembered with what was found.
_REMEMBERED: Final = 256
# How far the engine must believe in a fact for its quotes to be called close: less where they share a word with the
# query, more to put them before quotes that have the words, or when there is only one word, which says little.
_BELIEVED_WITH_A_WORD, _BELIEVED, _SURE = 0.2, 0.4, 0.9
# Facts whose quotes count as close, at most.
_MEANT = 2


@dataclass(frozen=True)
class Found:
    """All quotes that match, in the order in which they are shown; `how` says what the query was taken for.

    `shuffled` orders depend on the seed alone, so a page can be found again without any memory.
    The first `lead` of them stay before the others. `speaker` is the id of the one to whom the search was
    narrowed.
    """

    quotes: tuple[Quote, ...]
    how: How
    shuffled: bool
    lead: int = 0
    speaker: str | None = None


@dataclass(frozen=True)
class Missing:
    """Nothing was found; these are the nearest names, or where a number was asked for, the `numbers` that there are."""

    speakers: tuple[Speaker, ...]
    topics: tuple[Topic, ...]
    unknown_speaker: bool = False
    numbers: range | None = None


@dataclass(frozen=True)
class InContext:
    """A quote's passage, where the quote is in it, and the passages around it; `attributions` by the speakers' ids."""

    quote: Quote
    before: Passage | None
    passage: Passage
    after: Passage | None
    attributions: Mapping[str, str]


class QuoteService:
    """Looks quotes up. It draws no chance of its own: each call is given its seed."""

    def __init__(self, library: Library, facts: Engine | None = None) -> None:
        """Look up in `library`; with `facts` also by meaning, as the engine for facts tells it."""
        self._library = library
        # What was looked up lately, in the library's order: a press on 'Next' asks again, and people ask alike.
        self._looked_up: dict[tuple[str, str | None], Found | Missing] = {}
        self._facts = facts
        self._speakers = Names((s, (s.id, s.name, *s.aliases)) for s in library.speakers)
        self._topics = Names((t, (t.id, t.name, *t.aliases)) for t in library.topics)
        self._numbers = range(1, max((quote.number or 0 for quote in library.quotes), default=0) + 1)
        texts = [quote.text for quote in library.quotes]
        names = [*(person.name for person in library.people), *(subject.name for subject in library.subjects)]
        self._speller = Speller(dict.fromkeys((word for text in texts for word in text_words(text)), 1), slips_in)
        self._names = frozenset(word for name in names for word in text_words(name))
        self._forms = WordForms(texts)
        self._folded = {quote.id: fold(quote.text) for quote in library.quotes}
        self._normal = {quote.id: normalise(quote.text) for quote in library.quotes}

    def find(self, query: str, speaker: str | None, seed: int) -> Found | Missing:
        """Return the quotes that `query` means, narrowed to one speaker when `speaker` names one."""
        narrowed: Speaker | None = None
        if speaker is not None and normalise(speaker):
            narrowed = self._speakers.exact(speaker) or self._speakers.near(speaker)
            if narrowed is None:
                return self._missing(speaker, unknown_speaker=True)
        asked = (query, narrowed.id if narrowed else None)
        found = self._looked_up.get(asked)
        if found is None:
            found = self._look_up(*asked)
            if len(self._looked_up) >= _REMEMBERED:
                self._looked_up.pop(next(iter(self._looked_up)))
            self._looked_up[asked] = found
        return replace(found, quotes=_shuffled(found, seed)) if isinstance(found, Found) and found.shuffled else found

    def _look_up(self, query: str, speaker: str | None) -> Found | Missing:
        """Return the quotes that `query` means, among those of the speaker with this id; not yet shuffled."""
        pool = tuple(q for q in self._library.quotes if speaker is None or q.speaker.id == speaker)
        number = quote_number(query)
        if number in self._numbers:
            found = self._numbered(number, pool)
        elif may_be_words(query):
            found = self._find(query.strip(), pool)
        else:
            found = None
        if found is None:
            return self._missing(query, numbers=None if number is None else self._numbers)
        return replace(found, speaker=speaker)

    def _find(self, query: str, pool: tuple[Quote, ...]) -> Found | None:
        """Read the query as an id, a name, words, any of these with a slip of the finger, and last by its meaning."""
        if written := _WRITTEN.fullmatch(query):
            orders = [int(order) for order in written[2].split(",")]
            quotes = tuple(q for order in orders for q in pool if q.order == order)
            return Found(quotes, _HOWS.get(written[1], "id"), shuffled=False) if quotes else None
        listed = tuple(q for q in pool if q.number is not None)
        if normalise(query, _COMPARED) == RANDOM:
            return Found(listed, "random", shuffled=True) if listed else None
        words = self._words(query, pool)
        found = (
            self._by_id(query, pool)
            or self._named(self._speakers.exact(query), self._topics.exact(query), listed, words)
            or words
            or self._named(_nearly(self._speakers, query), _nearly(self._topics, query), listed, words)
        )
        if found:
            return found
        mended = self._mended(query)
        words = self._words(mended, pool) if mended != query else None
        if words or _QUOTED.search(query):
            return words
        held = self._forms.search(mended)
        # What a sentence means counts for more than a few of its words.
        meant = self._meant(query, pool, _SURE) if held.chatty else None
        return (
            meant
            or self._worded(mended, held, pool)
            or self._meant(query, pool, _BELIEVED_WITH_A_WORD)
            or self._alike(query, pool)
        )

    def _worded(self, query: str, held: Held, pool: tuple[Quote, ...]) -> Found | None:
        """Return the quotes with the words of the query in other forms: all that carry meaning, or most of them."""
        if held.chatty and len(meaningful(query)) == 1:
            return None
        found = _distinct(quote for quote in (self._library.quotes[place] for place in held.places) if quote in pool)
        return Found(found, "words" if held.whole else "most", shuffled=False) if found else None

    def _meant(self, query: str, pool: tuple[Quote, ...], believed: float) -> Found | None:
        """Return the quotes behind the facts that the query is near to; None where it is `believed` near to none."""
        if self._facts is None:
            return None
        understood = self._facts.understand(query)
        if understood.score < (believed if len(query.split()) > 1 else _SURE):
            return None
        facts = (self._library.fact_by_id[fact] for fact in understood.nearest[:_MEANT])
        backing = (quote for fact in facts for quote in self._library.quotes_of(fact.quotes))
        shown = (self._as_listed(quote) for quote in backing if not introduces(quote.text))
        found = _distinct(quote for quote in shown if quote in pool)
        if understood.score < _BELIEVED:
            wanted = meaningful(query)
            found = tuple(quote for quote in found if wanted & meaningful(quote.text))
        return Found(found, "meaning", shuffled=False) if found else None

    def _alike(self, query: str, pool: tuple[Quote, ...]) -> Found | None:
        """Return the listed quotes that have another word for the only one of the query; None where none has."""
        if self._facts is None or len(query.split()) > 1 or not self._facts.is_spelt(query):
            return None
        wanted = self._facts.units(query)
        if not wanted or any(not unit.startswith(MARK) for unit in wanted):
            return None
        found = tuple(q for q in pool if q.number is not None and wanted <= self._facts.units(q.text))
        return Found(found, "meaning", shuffled=False) if found else None

    def _as_listed(self, quote: Quote) -> Quote:
        """Return the listed quote that holds all words of this one; itself where there is none."""
        end = quote.start + len(quote.text)
        return next(
            (
                listed
                for listed in self._library.listed
                if overlap(listed, quote) and listed.start <= quote.start and end <= listed.start + len(listed.text)
            ),
            quote,
        )

    def _mended(self, query: str) -> str:
        """Return the query with its slips of the finger mended; what stood in quotation marks still does."""
        words = self._speller.repaired(text_words(query, _LONGEST_QUERY), _MOST_REPAIRS, right=self._is_right)
        mended = " ".join(words)
        return f'"{mended}"' if _QUOTED.search(query) else mended

    def _is_right(self, word: str) -> bool:
        return word in self._names or is_english(word)

    @staticmethod
    def _numbered(number: int | None, pool: tuple[Quote, ...]) -> Found | None:
        quotes = tuple(quote for quote in pool if quote.number == number)
        return Found(quotes, "id", shuffled=False) if quotes else None

    @staticmethod
    def _by_id(query: str, pool: tuple[Quote, ...]) -> Found | None:
        quotes = tuple(q for q in pool if q.id == query.casefold())
        return Found(quotes, "id", shuffled=False) if quotes else None

    @staticmethod
    def _named(
        speaker: Speaker | None, topic: Topic | None, pool: tuple[Quote, ...], words: Found | None
    ) -> Found | None:
        """Return a speaker's or topic's quotes; those about a topic that hold the very words come first.

        Among these may be some that are not listed, where no listed one has the words, and some about other
        things, where none about the topic has them.
        """
        if speaker is not None and (theirs := tuple(q for q in pool if q.speaker.id == speaker.id)):
            return Found(theirs, "speaker", shuffled=True)
        if topic is not None and (about := tuple(q for q in pool if topic.id in q.topics)):
            held = words.quotes if words else ()
            lead = tuple(q for q in held if topic.id in q.topics) or held
            rest = tuple(q for q in about if not any(overlap(q, other) for other in lead))
            return Found((*lead, *rest), "topic", shuffled=True, lead=len(lead))
        return None

    @cached_property
    def _index(self) -> QuoteIndex:
        return QuoteIndex(self._library.quotes)

    def _words(self, query: str, pool: tuple[Quote, ...]) -> Found | None:
        """Return the quotes with all words of the query; words between quotation marks stand together."""
        held = self._library.quotes_of(self._index.search(query))
        theirs = {quote.id for quote in pool}
        found = tuple(quote for quote in held if quote.id in theirs)
        phrase = _QUOTED.search(query)
        wanted = normalise(phrase[1] if phrase else query)
        together = {quote.id for quote in found if wanted in self._normal[quote.id]}
        if phrase:
            found = tuple(quote for quote in found if quote.id in together)
        # What only leads over to the next words is found by whoever looks for it alone.
        found = tuple(quote for quote in found if not introduces(quote.text)) or found
        found = _distinct(found, together)
        return Found(found, "words", shuffled=False) if found else None

    def _missing(self, text: str, *, unknown_speaker: bool = False, numbers: range | None = None) -> Missing:
        return Missing(
            tuple(self._speakers.nearest(text, _SUGGESTIONS)),
            tuple(self._topics.nearest(text, _SUGGESTIONS)),
            unknown_speaker,
            numbers,
        )

    def context(self, quote_id: str) -> InContext | None:
        """Return the quote with its passage and neighbours; None when there is no such quote any more."""
        quote = self._library.quote_by_id.get(quote_id)
        if quote is None:
            return None
        passages = self._library.passages
        at = next(n for n, passage in enumerate(passages) if passage.id == quote.passage)
        return InContext(
            quote,
            passages[at - 1] if at else None,
            passages[at],
            passages[at + 1] if at + 1 < len(passages) else None,
            self._library.attributions,
        )

    def complete_query(self, typed: str, limit: int) -> list[tuple[str, str]]:
        """Return (label, value) completions: names that resemble what is typed, then quotes that hold it."""
        named = [(self._library.attributions[s.id], s.name) for s in self._speakers.ranked(typed, limit)]
        topics = [(_about(t), t.name) for t in self._topics.ranked(typed, limit)]
        if not normalise(typed, _COMPARED):
            return [("A random quote", RANDOM), *named, *topics][:limit]
        if (number := quote_number(typed)) is not None:
            numbered = [(quote.text, str(number)) for quote in self._library.quotes if quote.number == number]
            if numbered or not may_be_words(typed):
                return numbered
        quotes = [(quote.text, str(quote.number)) for quote in self._holding(typed)]
        chance = [("A random quote", RANDOM)] if RANDOM.startswith(normalise(typed, _COMPARED)) else []
        return [*chance, *named[:3], *topics[:5], *quotes][:limit]

    def complete_speaker(self, typed: str, limit: int) -> list[tuple[str, str]]:
        """Return (label, value) completions of the speakers' names."""
        return [(self._library.attributions[s.id], s.name) for s in self._speakers.ranked(typed, limit)]

    def complete_about(self, typed: str, limit: int) -> list[tuple[str, str]]:
        """Return (label, value) completions of speakers and topics, for a schedule's `about`."""
        speakers = [(self._library.attributions[s.id], s.name) for s in self._speakers.ranked(typed, limit)]
        topics = [(_about(t), t.name) for t in self._topics.ranked(typed, limit)]
        return [*speakers, *topics][:limit]

    def about(self, text: str) -> Speaker | Topic | None:
        """Return the speaker or topic that `text` names, slips allowed; None where it names none."""
        return (
            self._speakers.exact(text)
            or self._topics.exact(text)
            or self._speakers.near(text)
            or self._topics.near(text)
        )

    def _holding(self, typed: str) -> list[Quote]:
        words = fold(typed, _COMPARED).split()
        listed = self._library.listed
        holding = [q for q in listed if all(word in self._folded[q.id] for word in words)]
        if holding:
            return holding
        wanted = normalise(typed, _COMPARED)
        alike = {quote.id: likeness_within(wanted, self._normal[quote.id], _HELD) for quote in listed}
        return sorted((quote for quote in listed if alike[quote.id] > _HELD), key=lambda quote: -alike[quote.id])


def _about(topic: Topic) -> str:
    """Return a topic's name as it reads within a line: 'About the last scene'."""
    article, _, rest = topic.name.partition(" ")
    return f"About the {rest}" if article == "The" else f"About {topic.name}"


def _nearly(names: Names[_Named], query: str) -> _Named | None:
    """Return what is named so but for a slip of the finger; words that are typed right are no slips of others."""
    words = [word for word in normalise(query).split() if len(word) >= _SHORTEST]
    return None if words and all(map(is_english, words)) else names.near(query)


def _distinct(quotes: Iterable[Quote], together: Collection[str] = ()) -> tuple[Quote, ...]:
    """Return the quotes in their order, of those that share words one alone.

    It is one of those whose ids are in `together`, if any is, and a listed one rather than another.
    """
    found = tuple(quotes)
    chosen: dict[str, Quote] = {}
    for quote in sorted(found, key=lambda quote: (quote.id not in together, quote.number is None)):
        if not any(overlap(quote, other) for other in chosen.values()):
            chosen[quote.id] = quote
    return tuple(quote for quote in found if quote.id in chosen)


def numbered(quotes: tuple[Quote, ...], limit: int, how: How = "id") -> str:
    """Return a query that finds these quotes in this order, as many as fit into `limit` characters.

    `how` they were found is kept where they do not have the words that were looked for.
    """
    listed = _SIGNS.get(how, "=") + ",".join(str(quote.order) for quote in quotes)
    return listed if len(listed) <= limit else listed[: limit + 1].rpartition(",")[0]


def _shuffled(found: Found, seed: int) -> tuple[Quote, ...]:
    """Return the quotes in an order that depends on the seed alone, those of the lead first."""
    # The seed is not secret; it only has to give the same order again.
    chance = random.Random(seed)  # noqa: S311
    lead, rest = list(found.quotes[: found.lead]), list(found.quotes[found.lead :])
    chance.shuffle(lead)
    chance.shuffle(rest)
    return (*lead, *rest)
