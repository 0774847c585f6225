"""How the timeline looks: the picture, the entries in order, and a select that opens an entry's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord.utils import escape_markdown

from bot.rendering import frame
from bot.rendering.openers import openers
from bot.rendering.picture import gallery
from bot.rendering.quote import origin, quote_buttons, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.timeline import Told

OPEN = "timeline"
PICTURE = "timeline.png"
# Of a message's 4,000 characters: the heading and footer need some.
_ROOM = 3_700


def timeline(heading: str, entries: Sequence[Told], *, picture: bool) -> frame.Panel:
    """Return all entries; `picture` says that PICTURE is attached."""
    return frame.Panel(
        f"## {escape_markdown(heading)}",
        gallery(PICTURE, alt_text(heading, entries)) if picture else None,
        _told(entries),
        accent=frame.Accent.QUOTE,
        footer=f"{len(entries)} entries · each rests on a quote: pick one to read it",
        rows=openers(
            OPEN,
            "Open an entry's quote",
            [(told.entry.id, f"{told.number}. {told.entry.title}", told.entry.when) for told in entries],
        ),
    )


def alt_text(heading: str, entries: Sequence[Told]) -> str:
    """Return the picture in words."""
    return f"{heading}: " + "; ".join(f"{told.number}. {told.entry.title} ({told.entry.when})" for told in entries)


def opened(told: Told) -> frame.Panel:
    """Return an entry with the words it rests on."""
    entry, quote = told.entry, told.quote
    return frame.Panel(
        f"-# {escape_markdown(entry.when)}\n**{escape_markdown(entry.title)}**\n{escape_markdown(entry.line)}",
        frame.line(),
        spoken(quote),
        accent=frame.Accent.QUOTE,
        footer=origin(quote),
        rows=[quote_buttons(quote)],
    )


def _told(entries: Sequence[Told]) -> str:
    """Return the entries in full, or where that is too long by when and title alone, whole ones as far as they fit."""
    full = [f"{_head(told)}\n{escape_markdown(told.entry.line)}" for told in entries]
    if len("\n".join(full)) <= _ROOM:
        return "\n".join(full)
    room, lines = _ROOM, list[str]()
    for told in entries:
        room -= len(_head(told)) + 1
        if room < 0:
            lines.append("…")
            break
        lines.append(_head(told))
    return "\n".join(lines)


def _head(told: Told) -> str:
    return f"**{told.number}. {escape_markdown(told.entry.title)}** · *{escape_markdown(told.entry.when)}*"
