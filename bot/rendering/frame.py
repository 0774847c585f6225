"""The frame that all answers share: one container with an accent, text, a quiet footer, rows of buttons.

Limits from Discord's docs, Components: 40 components and 4,000 characters of text in a message.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.domain.text import cut

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT_LIMIT = 4_000
ROW_LIMIT = 5

# Unicode's bidirectional formatting characters (UAX #9).
_TURNING: Final = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
# What Discord would make a channel, an emoji, a time or a command of (Discord's docs, Message Formatting).
_MARKUP: Final = re.compile(r"<(?=[#:/]|a:|t:|id:)")


class Accent(enum.IntEnum):
    """One colour for each kind of answer, 0xRRGGBB."""

    QUOTE = 0x2F6DB5
    YES = 0x2E8B57
    NO = 0xB5432F
    OPEN = 0xC98A1B
    SILENT = 0x6B7280
    ANSWER = 0x7A4FB5
    DAILY = 0x1F8A8A
    ABOUT = 0x4B6A9B


class Panel(discord.ui.LayoutView):
    """One answer. It keeps no state and never times out: its buttons carry all that they need."""

    def __init__(
        self,
        *parts: str | discord.ui.Item[Any] | None,
        accent: Accent | int,
        footer: str | None = None,
        rows: Iterable[Iterable[discord.ui.Item[Any]]] = (),
    ) -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[Any] = discord.ui.Container(accent_colour=int(accent))
        budget = TEXT_LIMIT - len(small(footer) if footer else "")
        for part in parts:
            if isinstance(part, str) and part:
                text = cut(part, budget)
                budget -= len(text)
                if text:
                    box.add_item(discord.ui.TextDisplay(text))
            elif isinstance(part, discord.ui.Item):
                box.add_item(part)
        if footer:
            box.add_item(discord.ui.TextDisplay(small(footer)))
        for row in rows:
            if buttons := list(row):
                box.add_item(discord.ui.ActionRow(*buttons))
        self.add_item(box)


def small(text: str) -> str:
    """Return `text` as Discord's small, quiet line."""
    return f"-# {text}"


def line() -> discord.ui.Separator[Any]:
    """Return a thin line between our words and quoted ones."""
    return discord.ui.Separator(spacing=discord.SeparatorSpacing.small)


def safe(text: str, limit: int = 200) -> str:
    """Return text that a person typed so that it shows as typed: escaped, on one line, cut to `limit`.

    Signs that turn the direction of writing are left out, or they would turn ours too.
    """
    one_line = " ".join(text.translate(_TURNING).split())
    escaped = discord.utils.escape_mentions(discord.utils.escape_markdown(cut(one_line, limit)))
    return _MARKUP.sub(r"\\<", escaped)


def quoted(text: str) -> str:
    """Return the verbatim words as a block quote; what would be markup in them is escaped."""
    return block(discord.utils.escape_markdown(text))


def block(text: str) -> str:
    """Return text, markup and all, as a block quote."""
    return "> " + text.replace("\n", "\n> ")


def notice(text: str, *, accent: Accent = Accent.SILENT, footer: str | None = None) -> Panel:
    """Return a short answer without quotes: nothing found, an error, a confirmation."""
    return Panel(text, accent=accent, footer=footer)
