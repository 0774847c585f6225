"""The whole at a glance: every pair with its verdict, and how it came about, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.announcement import Meaning
from bot.pictures import Step, Tie
from bot.text import normalise

if TYPE_CHECKING:
    from bot.announcement import Entry, Quote, Subject, Words
    from bot.library import Library
    from bot.pictures import PictureService

ALL: Final = "all"
# Characters of what is typed that are looked at.
_COMPARED: Final = 64
# In dashes of how many pixels a verdict is drawn, 0 for unbroken: they tell verdicts apart without colour, too.
DASHES: Final = {Meaning.YES: 0, Meaning.NO: 14, Meaning.OPEN: 6}


@dataclass(frozen=True)
class Pair:
    """A pair, who is in it, and its verdict: in words, and how it is drawn.

    That is in a colour (0xRRGGBB), and in dashes of so many pixels; 0 for unbroken.
    """

    id: str
    name: str
    members: tuple[str, str]
    label: str
    colour: int
    dash: int

    @property
    def told(self) -> str:
        """The pair, who is in it, and the verdict, in a line."""
        return f"{self.name} ({' and '.join(self.members)}): {self.label}"


class OverviewService:
    """All pairs at once, the clearest verdicts first."""

    def __init__(self, library: Library, pictures: PictureService) -> None:
        self._pictures = pictures
        names = {person.id: person.name for person in library.people}
        words = library.words
        self.words = words.pair
        named = [
            subject
            for subject in library.subjects
            if words.is_pair(subject.kind) and words.means(subject.verdict) in DASHES
        ]
        order = list(DASHES)
        named.sort(key=lambda subject: order.index(words.means(subject.verdict)))
        self.pairs = tuple(_pair(subject, names, words) for subject in named)

    def is_meant(self, text: str) -> bool:
        """Return whether what was typed asks for all pairs; never where there are none."""
        return bool(self.pairs) and normalise(text, _COMPARED) == ALL

    def complete(self, typed: str) -> list[tuple[str, str]]:
        """Return the (label, value) completion for all pairs, where what is typed so far may become it."""
        return [(self.words.all, ALL)] if self.pairs and ALL.startswith(normalise(typed, _COMPARED)) else []

    def pair(self, pair_id: str) -> Pair | None:
        """Return the pair with this id; None when it is no longer named."""
        return next((pair for pair in self.pairs if pair.id == pair_id), None)

    async def picture(self) -> bytes | None:
        """Return who is with whom as PNG; None where it cannot be drawn."""
        ties = tuple(Tie(*pair.members, pair.name, pair.label, pair.colour, pair.dash) for pair in self.pairs)
        return await self._pictures.pairs(self.words.heading, self.words.note, ties)


def _pair(subject: Subject, names: dict[str, str], words: Words) -> Pair:
    one, other = subject.members
    return Pair(
        subject.id,
        subject.name,
        (names[one], names[other]),
        words.label(subject.verdict, subject.kind),
        words.verdicts[subject.verdict].accent,
        DASHES[words.means(subject.verdict)],
    )


@dataclass(frozen=True)
class TimelineItem:
    """An entry, its number from 1, and its quote."""

    number: int
    entry: Entry
    quote: Quote


class TimelineService:
    """The timeline as text and as a picture."""

    def __init__(self, library: Library, pictures: PictureService) -> None:
        self._pictures = pictures
        self.heading = library.head.timeline_title
        self.entries = tuple(
            TimelineItem(number, entry, library.quote_by_id[entry.quote])
            for number, entry in enumerate(library.timeline, 1)
        )

    def entry(self, entry_id: str) -> TimelineItem | None:
        """Return the entry with this id; None when there is no such entry any more."""
        return next((told for told in self.entries if told.entry.id == entry_id), None)

    async def picture(self) -> bytes | None:
        """Return the line as PNG; None where it cannot be drawn."""
        steps = tuple(
            Step(told.entry.when, told.entry.title, told.quote.speaker.name, told.quote.speaker.accent)
            for told in self.entries
        )
        return await self._pictures.timeline(self.heading, steps)
