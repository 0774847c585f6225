"""How answers look: the frame that all share, pictures in it, and quotes."""

from __future__ import annotations

import enum
import io
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.text import cut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.announcement.quotes import Quote

TEXT_LIMIT = 4_000
ROW_LIMIT = 5

# How many marks may stand on one letter: more of them run over the lines above and below.
_MARKS: Final = 4
# These two are part of how emoji and Persian are written; between Latin letters they only hide something.
_JOINER: Final = re.compile(r"(?<=[^\x00-\u024f])[\u200c\u200d](?=[^\x00-\u024f])")
# What Discord's clients would make more of than text (Discord's docs, Message Formatting), wherever it stands.
_LIVE: Final = re.compile(
    r"[\\`*_~|<>\[\]]"  # escapes, code, styles, spoilers, quotes, masked links, and everything in <…>
    r"|(?<=\])\("  # a masked link's address
    r"|:(?=\S)"  # an address's scheme, an emoji's name
    r"|\.(?=\w)|(?<=[0-9])\."  # an invitation's domain, a list's number
    r"|@(?=[!&]?[0-9])"
    r"|^[-+#]"  # a list, a heading
)
# Whom a text pings is read from its source, where a backslash is no help.
_EVERYONE: Final = re.compile(r"@(?=everyone|here)")


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
        self._box = box
        self._rows: list[discord.ui.ActionRow[Any]] = []
        for row in rows:
            if buttons := list(row):
                self._add_row(buttons)
        self.add_item(box)

    def offer(self, button: discord.ui.Button[Any]) -> None:
        """Add a button behind the last ones."""
        last = self._rows[-1] if self._rows else None
        buttons = last is not None and all(isinstance(each, discord.ui.Button) for each in last.children)
        if last is not None and buttons and len(last.children) < ROW_LIMIT:
            last.add_item(button)
        else:
            self._add_row([button])

    def _add_row(self, items: Iterable[discord.ui.Item[Any]]) -> None:
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow(*items)
        self._rows.append(row)
        self._box.add_item(row)


def small(text: str) -> str:
    """Return `text` as Discord's small, quiet lines."""
    return "\n".join(f"-# {line}" for line in text.split("\n"))


def link(text: str, url: str | None) -> str:
    """Return `text` as a link that shows no preview of what it leads to; plain where there is no address."""
    words = discord.utils.escape_markdown(text)
    if url is None:
        return words
    address = url.replace("\\", "%5C").replace("(", "%28").replace(")", "%29")
    return f"[{words.replace('[', '(').replace(']', ')')}](<{address}>)"


def line() -> discord.ui.Separator[Any]:
    """Return a thin line between our words and quoted ones."""
    return discord.ui.Separator(spacing=discord.SeparatorSpacing.small)


def safe(text: str, limit: int = 200) -> str:
    """Return text that a person typed so that it shows as typed and nothing in it is live.

    It is one line of at most `limit` characters before what is escaped. Signs that are not seen or turn the
    direction of writing are left out (ours would turn, too), and so are marks heaped upon one letter.
    """
    line = cut(" ".join(_seen(text[: 4 * limit]).split()), limit)
    return _EVERYONE.sub("@\u200b", _LIVE.sub(r"\\\g<0>", line))


def _seen(text: str) -> str:
    """Return the characters of a text that are seen, with no more than _MARKS marks on one letter."""
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    joiners = {match.start() for match in _JOINER.finditer(text)}
    marks = 0
    for at, character in enumerate(text):
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if character.isspace():
            kept.append(" ")
        elif at in joiners or (category not in {"Cc", "Cf", "Cs"} and marks <= _MARKS):
            kept.append(character)
    return "".join(kept)


def quoted(text: str) -> str:
    """Return the verbatim words as a block quote; what would be markup in them is escaped."""
    return block(discord.utils.escape_markdown(text))


def block(text: str) -> str:
    """Return text, markup and all, as a block quote."""
    return "> " + text.replace("\n", "\n> ")


def notice(text: str, *, accent: Accent = Accent.SILENT, footer: str | None = None) -> Panel:
    """Return a short answer without quotes: nothing found, an error, a confirmation."""
    return Panel(text, accent=accent, footer=footer)


# Discord's docs: the description of an attachment, and of a media gallery's item.
ALT_LIMIT = 1_024
# What a screen reader says for a card beneath the words that are on it: it has just read them.
REPEATED: Final = "The words above as a picture"
# Of the 3 seconds that Discord waits for an answer (its docs, Receiving and Responding), the share for drawing.
# A picture that takes longer is drawn all the same, and is there for the next who asks.
PICTURE_SECONDS = 2.0


def alt_text(quote: Quote) -> str:
    """Return what a screen reader says for the card of a quote: all of it, as far as Discord lets it."""
    return cut(_told(quote), ALT_LIMIT)


def fits_alt_text(quote: Quote) -> bool:
    """Whether Discord lets an alt text hold all of a quote."""
    return len(_told(quote)) <= ALT_LIMIT


def _told(quote: Quote) -> str:
    return f"“{quote.text}” — {quote.speaker.attribution}"


def gallery(name: str, alt: str) -> discord.ui.MediaGallery[Any]:
    """Return the place of the picture that is attached as `name`."""
    return discord.ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{name}", description=cut(alt, ALT_LIMIT)))


def attached(png: bytes, name: str, alt: str) -> discord.File:
    """Return the picture as a file to send along."""
    return discord.File(io.BytesIO(png), name, description=cut(alt, ALT_LIMIT))
