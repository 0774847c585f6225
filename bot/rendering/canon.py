"""How rulings look: the verdict, our line, the evidence and how strong it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from discord.utils import escape_markdown

from bot.domain.canon import Verdict
from bot.domain.text import cut
from bot.rendering import frame
from bot.rendering.actions import LABEL_LIMIT, button
from bot.rendering.quote import place, spoken
from bot.services.canon import NEAREST, STRENGTHS

if TYPE_CHECKING:
    import discord

    from bot.services.canon import CanonRuling, Meant

_ACCENTS = {
    Verdict.CONFIRMED: frame.Accent.YES,
    Verdict.SUPPORTED: frame.Accent.YES,
    Verdict.CONTRADICTED: frame.Accent.NO,
    Verdict.ENDED: frame.Accent.NO,
    Verdict.MENTIONED: frame.Accent.OPEN,
    Verdict.NOT_ADDRESSED: frame.Accent.SILENT,
}
# The action behind 'did you mean'.
MEANT: Final = "meant"


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
    return frame.notice("I don't see a ship or a claim in that message that the announcement settles.")


def did_you_mean(meant: Meant) -> frame.Panel:
    """Return the question whether a pair was meant, with a button that checks it."""
    name = escape_markdown(meant.name)
    return frame.Panel(
        f"Did you mean **{name}**? I don't know one of the two names.",
        accent=frame.Accent.SILENT,
        rows=[[button(MEANT, meant.text, cut(f"Check {meant.name}", LABEL_LIMIT))]],
    )


def _head(ruling: CanonRuling) -> str:
    """Return the statement, and below it in lines of their own the verdict on it and our line."""
    said = escape_markdown(ruling.statement)
    # A name is no sentence, and stands without marks.
    statement = f"\u201c{said}\u201d" if ruling.statement.endswith(".") else said
    lines = (
        "" if ruling.direct else NEAREST,
        statement if said else "",
        f"## {ruling.label}",
        escape_markdown(ruling.line),
    )
    return "\n".join(line for line in lines if line)


def _footer(ruling: CanonRuling, quotes: int | None = None) -> str | None:
    parts = (STRENGTHS[ruling.strength], place(ruling.quotes[:quotes]))
    return " · ".join(part for part in parts if part) or None
