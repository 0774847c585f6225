"""The whole at a glance: every ship with its verdict, and how it came about, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.announcement import Verdict
from bot.canon import VERDICT_LABELS
from bot.pictures import Step, Tie
from bot.text import normalise

if TYPE_CHECKING:
    from bot.announcement import Entry, Quote, Subject
    from bot.library import Library
    from bot.pictures import PictureService

ALL: Final = "all"
# Characters of what is typed that are looked at.
_COMPARED: Final = 64
HEADING: Final = "Ships at a glance"
NOTE: Final = "What the announcement says about each ship it names"


class Stroke(NamedTuple):
    """How a verdict is drawn: in a colour (0xRRGGBB), and in dashes of so many pixels; 0 for unbroken."""

    colour: int
    dash: int


# The colours are those of the answers' accents. Dashes tell the verdicts apart without colour, too.
VERDICT_STROKES: Final = {
    Verdict.CONFIRMED: Stroke(0x2E8B57, 0),
    Verdict.ENDED: Stroke(0xB5432F, 14),
    Verdict.MENTIONED: Stroke(0xC98A1B, 6),
}


@dataclass(frozen=True)
class Ship:
    """A ship, who is in it, and its verdict."""

    id: str
    name: str
    members: tuple[str, str]
    verdict: Verdict

    @property
    def label(self) -> str:
        """The verdict in the interface's words."""
        return VERDICT_LABELS[self.verdict]

    @property
    def told(self) -> str:
        """The ship, who is in it, and the verdict, in a line."""
        return f"{self.name} ({' and '.join(self.members)}): {self.label}"


class OverviewService:
    """All ships at once, the clearest verdicts first."""

    def __init__(self, library: Library, pictures: PictureService) -> None:
        self._pictures = pictures
        names = {person.id: person.name for person in library.people}
        named = [
            subject for subject in library.subjects if subject.kind == "ship" and subject.verdict in VERDICT_STROKES
        ]
        order = list(VERDICT_STROKES)
        self.ships = tuple(_ship(subject, names) for subject in sorted(named, key=lambda s: order.index(s.verdict)))

    @staticmethod
    def is_meant(text: str) -> bool:
        """Return whether what was typed asks for all ships."""
        return normalise(text, _COMPARED) == ALL

    @staticmethod
    def complete(typed: str) -> list[tuple[str, str]]:
        """Return the (label, value) completion for all ships, where what is typed so far may become it."""
        return [("All ships at once", ALL)] if ALL.startswith(normalise(typed, _COMPARED)) else []

    def ship(self, ship_id: str) -> Ship | None:
        """Return the ship with this id; None when it is no longer named."""
        return next((ship for ship in self.ships if ship.id == ship_id), None)

    async def picture(self) -> bytes | None:
        """Return who is with whom as PNG; None where it cannot be drawn."""
        ties = tuple(Tie(*ship.members, ship.name, ship.label, *VERDICT_STROKES[ship.verdict]) for ship in self.ships)
        return await self._pictures.ships(HEADING, NOTE, ties)


def _ship(subject: Subject, names: dict[str, str]) -> Ship:
    one, other = subject.members
    return Ship(subject.id, subject.name, (names[one], names[other]), subject.verdict)


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
