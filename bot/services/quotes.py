"""Quote look-up: one box for speakers, topics, words, ids, and chance."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rapidfuzz import fuzz

from bot.domain.text import fold, normalise
from bot.services.names import Names
from bot.services.words import Vocabulary

if TYPE_CHECKING:
    from bot.domain.quotes import Passage, Quote, Speaker, Topic
    from bot.services.library import Library
    from bot.store.content import Content

RANDOM = "random"
_NUMBER = re.compile(r"#?\s*([0-9]{1,4})")
# How what was found is written down where the query itself would be too long.
_LISTED = re.compile(r"=([0-9]+(?:,[0-9]+)*)")
_QUOTED = re.compile(r'["\u201c](.+)["\u201d]')
_SUGGESTIONS = 3
# How much of what is typed a quote must hold, of 100, to be offered as a completion.
_HELD = 80.0
# Letters of what is typed that are compared with every quote: bounds the time.
_COMPARED = 64


@dataclass(frozen=True)
class Found:
    """All quotes that match, in the order in which they are shown; `how` says what the query was taken for.

    `shuffled` orders depend on the seed alone, so a page can be found again without any memory.
    The first `lead` of them stay before the others. `speaker` is the id of the one to whom the search was
    narrowed.
    """

    quotes: tuple[Quote, ...]
    how: Literal["speaker", "topic", "words", "id", "random"]
    shuffled: bool
    lead: int = 0
    speaker: str | None = None


@dataclass(frozen=True)
class Missing:
    """Nothing was found; these are the nearest names."""

    speakers: tuple[Speaker, ...]
    topics: tuple[Topic, ...]
    unknown_speaker: bool = False


@dataclass(frozen=True)
class InContext:
    """A quote's passage, with where the quote stands in it, and the passages around it."""

    quote: Quote
    before: Passage | None
    passage: Passage
    after: Passage | None


class QuoteService:
    """Looks quotes up. It draws no chance of its own: each call is given its seed."""

    def __init__(self, library: Library, content: Content) -> None:
        self._library = library
        self._content = content
        self._speakers = Names((s, (s.id, s.name, *s.aliases)) for s in library.speakers)
        self._topics = Names((t, (t.id, t.name, *t.aliases)) for t in library.topics)
        self._vocabulary = Vocabulary(quote.text for quote in library.quotes)
        self._folded = {quote.id: fold(quote.text) for quote in library.quotes}
        self._normal = {quote.id: normalise(quote.text) for quote in library.quotes}

    async def find(self, query: str, speaker: str | None, seed: int) -> Found | Missing:
        """Return the quotes that `query` means, narrowed to one speaker when `speaker` names one."""
        narrowed: Speaker | None = None
        if speaker is not None and normalise(speaker):
            narrowed = self._speakers.exact(speaker) or self._speakers.near(speaker)
            if narrowed is None:
                return self._missing(speaker, unknown_speaker=True)
        pool = tuple(q for q in self._library.quotes if narrowed is None or q.speaker.id == narrowed.id)
        found = await self._find(query.strip(), pool)
        if found is None:
            return self._missing(query)
        quotes = _shuffled(found, seed) if found.shuffled else found.quotes
        return Found(quotes, found.how, found.shuffled, found.lead, narrowed.id if narrowed else None)

    async def _find(self, query: str, pool: tuple[Quote, ...]) -> Found | None:
        """Read the query as an id, a name, words, and last as any of these with a slip of the finger."""
        if listed := _LISTED.fullmatch(query):
            numbers = [int(number) for number in listed[1].split(",")]
            quotes = tuple(q for number in numbers for q in pool if q.number == number)
            return Found(quotes, "id", shuffled=False) if quotes else None
        if normalise(query, _COMPARED) == RANDOM:
            return Found(pool, "random", shuffled=True) if pool else None
        words = await self._words(query, pool)
        return (
            self._by_id(query, pool)
            or self._named(self._speakers.exact(query), self._topics.exact(query), pool, words)
            or words
            or self._named(self._speakers.near(query), self._topics.near(query), pool, words)
            or await self._words(self._mended(query), pool)
        )

    def _mended(self, query: str) -> str:
        """Return the query with its slips of the finger mended; what stood in quotation marks still does."""
        mended = self._vocabulary.corrected(query)
        return f'"{mended}"' if _QUOTED.search(query) else mended

    @staticmethod
    def _by_id(query: str, pool: tuple[Quote, ...]) -> Found | None:
        number = _NUMBER.fullmatch(query)
        wanted = int(number[1]) if number else None
        quotes = tuple(q for q in pool if q.number == wanted or q.id == query.casefold())
        return Found(quotes, "id", shuffled=False) if quotes else None

    @staticmethod
    def _named(
        speaker: Speaker | None, topic: Topic | None, pool: tuple[Quote, ...], words: Found | None
    ) -> Found | None:
        """Return a speaker's or topic's quotes; a topic's quotes that hold the very words come first."""
        if speaker is not None and (theirs := tuple(q for q in pool if q.speaker.id == speaker.id)):
            return Found(theirs, "speaker", shuffled=True)
        if topic is not None and (about := tuple(q for q in pool if topic.id in q.topics)):
            lead = tuple(q for q in about if words and q in words.quotes)
            rest = tuple(q for q in about if q not in lead)
            return Found((*lead, *rest), "topic", shuffled=True, lead=len(lead))
        return None

    async def _words(self, query: str, pool: tuple[Quote, ...]) -> Found | None:
        """Return the quotes with all words of the query; words between quotation marks stand together."""
        held = self._library.quotes_of(await self._content.search(query))
        found = tuple(quote for quote in held if quote in pool)
        if phrase := _QUOTED.search(query):
            wanted = normalise(phrase[1])
            found = tuple(quote for quote in found if wanted in self._normal[quote.id])
        return Found(found, "words", shuffled=False) if found else None

    def _missing(self, text: str, *, unknown_speaker: bool = False) -> Missing:
        return Missing(
            tuple(self._speakers.nearest(text, _SUGGESTIONS)),
            tuple(self._topics.nearest(text, _SUGGESTIONS)),
            unknown_speaker,
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
        )

    def complete_query(self, typed: str, limit: int) -> list[tuple[str, str]]:
        """Return (label, value) completions: names that resemble what is typed, then quotes that hold it."""
        named = [(f"{s.attribution}", s.name) for s in self._speakers.ranked(typed, limit)]
        topics = [(f"About {t.name}", t.name) for t in self._topics.ranked(typed, limit)]
        if not normalise(typed, _COMPARED):
            return [("A random quote", RANDOM), *named, *topics][:limit]
        quotes = [(quote.text, quote.id) for quote in self._holding(typed)]
        chance = [("A random quote", RANDOM)] if RANDOM.startswith(normalise(typed, _COMPARED)) else []
        return [*chance, *named[:3], *topics[:5], *quotes][:limit]

    def complete_speaker(self, typed: str, limit: int) -> list[tuple[str, str]]:
        """Return (label, value) completions of the speakers' names."""
        return [(s.attribution, s.name) for s in self._speakers.ranked(typed, limit)]

    def complete_about(self, typed: str, limit: int) -> list[tuple[str, str]]:
        """Return (label, value) completions of speakers and topics, for a schedule's `about`."""
        speakers = [(s.attribution, s.name) for s in self._speakers.ranked(typed, limit)]
        topics = [(f"About {t.name}", t.name) for t in self._topics.ranked(typed, limit)]
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
        holding = [q for q in self._library.quotes if all(word in self._folded[q.id] for word in words)]
        if holding:
            return holding
        wanted = normalise(typed, _COMPARED)
        alike = {
            quote.id: fuzz.partial_ratio(wanted, self._normal[quote.id], score_cutoff=_HELD)
            for quote in self._library.quotes
        }
        held = [quote for quote in self._library.quotes if alike[quote.id] > _HELD]
        return sorted(held, key=lambda quote: -alike[quote.id])


def numbered(quotes: tuple[Quote, ...], limit: int) -> str:
    """Return a query that finds these quotes in this order, as many as fit into `limit` characters."""
    listed = "=" + ",".join(str(quote.number) for quote in quotes)
    return listed if len(listed) <= limit else listed[: limit + 1].rpartition(",")[0]


def _shuffled(found: Found, seed: int) -> tuple[Quote, ...]:
    """Return the quotes in an order that depends on the seed alone, those of the lead first."""
    # The seed is not secret; it only has to give the same order again.
    chance = random.Random(seed)  # noqa: S311
    lead, rest = list(found.quotes[: found.lead]), list(found.quotes[found.lead :])
    chance.shuffle(lead)
    chance.shuffle(rest)
    return (*lead, *rest)
