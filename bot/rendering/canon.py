"""How rulings look: the verdict, our line, the evidence and how strong it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord.utils import escape_markdown

from bot.rendering import frame
from bot.rendering.quote import place, spoken

if TYPE_CHECKING:
    from bot.services.canon import CanonRuling

_STRENGTH = {"creator": "Stated by a creator", "article": "Reported by the article", "none": ""}
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
    strength = _STRENGTH[ruling.strength]
    footer = " · ".join(part for part in (strength, place(ruling.quotes)) if part)
    return frame.Panel(
        f"-# {frame.safe(ruling.about)}\n## {ruling.verdict}\n{escape_markdown(ruling.line)}",
        frame.line() if ruling.quotes else None,
        *(spoken(quote) for quote in ruling.quotes),
        accent=_ACCENTS[ruling.verdict],
        footer=footer or None,
    )
