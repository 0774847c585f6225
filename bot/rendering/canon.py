"""How rulings look: the verdict, our line, the evidence and how strong it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord.utils import escape_markdown

from bot.rendering import frame
from bot.rendering.quote import place, spoken
from bot.services.canon import STRENGTHS

if TYPE_CHECKING:
    import discord

    from bot.services.canon import CanonRuling

_ACCENTS = {
    "Confirmed": frame.Accent.YES,
    "Supported": frame.Accent.YES,
    "Contradicted": frame.Accent.NO,
    "Ended": frame.Accent.NO,
    "Mentioned, no ruling": frame.Accent.OPEN,
    "Not addressed": frame.Accent.SILENT,
}


def ruled(ruling: CanonRuling) -> frame.Panel:
    """Return a canon check's answer."""
    return frame.Panel(
        _head(ruling),
        frame.line() if ruling.quotes else None,
        *(spoken(quote) for quote in ruling.quotes),
        accent=_ACCENTS[ruling.verdict],
        footer=_footer(ruling),
    )


def checked(rulings: tuple[CanonRuling, ...]) -> frame.Panel:
    """Return the rulings on what a message names, each with its strongest quote."""
    if len(rulings) == 1:
        return ruled(rulings[0])
    parts: list[str | discord.ui.Item[Any]] = []
    for ruling in rulings:
        parts += [frame.line(), _head(ruling), *(spoken(quote) for quote in ruling.quotes[:1])]
        if footer := _footer(ruling, 1):
            parts.append(frame.small(footer))
    return frame.Panel(*parts[1:], accent=_ACCENTS[rulings[0].verdict])


def nothing_to_check() -> frame.Panel:
    """Return the answer for a message that names nothing that could be ruled on."""
    return frame.notice("I find no ship or claim in this message that the announcement could settle.")


def _head(ruling: CanonRuling) -> str:
    about = frame.safe(ruling.about)
    return (f"-# {about}\n" if about else "") + f"## {ruling.verdict}\n{escape_markdown(ruling.line)}"


def _footer(ruling: CanonRuling, quotes: int | None = None) -> str | None:
    parts = (STRENGTHS[ruling.strength], place(ruling.quotes[:quotes]))
    return " · ".join(part for part in parts if part) or None
