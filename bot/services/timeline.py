"""How it came about: the announcement's timeline, each entry with the words it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.services.pictures import Step

if TYPE_CHECKING:
    from bot.domain.announcement import Entry
    from bot.domain.quotes import Quote
    from bot.services.library import Library
    from bot.services.pictures import PictureService


@dataclass(frozen=True)
class Told:
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
            Told(number, entry, library.quote_by_id[entry.quote]) for number, entry in enumerate(library.timeline, 1)
        )

    def entry(self, entry_id: str) -> Told | None:
        """Return the entry with this id; None when there is no such entry any more."""
        return next((told for told in self.entries if told.entry.id == entry_id), None)

    async def picture(self) -> bytes | None:
        """Return the line as PNG; None where it cannot be drawn."""
        steps = tuple(
            Step(told.entry.when, told.entry.title, told.quote.speaker.name, told.quote.speaker.colour)
            for told in self.entries
        )
        return await self._pictures.timeline(self.heading, steps)
