"""How the overview of ships looks: the picture, a table, and a select that opens a ship's ruling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rendering import frame
from bot.rendering.openers import openers
from bot.rendering.picture import gallery
from bot.services.overview import HEADING, NOTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.overview import Ship

OPEN = "ship"
PICTURE = "who-with-whom.png"
# Of a message's 4,000 characters: the heading and footer need some.
_ROOM = 3_500


def overview(ships: Sequence[Ship], *, picture: bool) -> frame.Panel:
    """Return every ship with its verdict; `picture` says that PICTURE is attached."""
    return frame.Panel(
        f"## {HEADING}\n{NOTE}.",
        gallery(PICTURE, alt_text(ships)) if picture else None,
        _table(ships),
        accent=frame.Accent.ABOUT,
        footer="A ship that is not listed is not addressed: neither a yes nor a no",
        rows=openers(
            OPEN,
            "Open a ship's ruling",
            [(ship.id, ship.name, f"{' and '.join(ship.members)}: {ship.verdict}") for ship in ships],
        ),
    )


def alt_text(ships: Sequence[Ship]) -> str:
    """Return the picture in words."""
    return f"{HEADING}: " + "; ".join(f"{ship.name} ({' and '.join(ship.members)}): {ship.verdict}" for ship in ships)


def _table(ships: Sequence[Ship]) -> str:
    """Return the ships and verdicts in two columns, whole lines as far as they fit."""
    rows = [(ship.name.replace("`", "'"), ship.verdict) for ship in ships]
    width = max((len(name) for name, _ in rows), default=0)
    lines = [f"{name:<{width}}  {verdict}" for name, verdict in rows]
    while len("\n".join(lines)) > _ROOM:
        lines.pop()
    return "```\n" + "\n".join(lines) + "\n```"
