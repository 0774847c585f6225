"""How answers look: the frame that all share, pictures in it, and quotes."""

from __future__ import annotations

import enum
import io
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Self

import discord

from bot.text import cut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.announcement import Quote

# Texts that are remembered escaped.
_REMEMBERED: Final = 1_024

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


# A component as Discord takes it (its docs, Component Reference). Those of `discord.ui` are made to be waited for and
# changed, and making one takes ten times as long.
Component = dict[str, Any]
_ROW, _TEXT, _SEPARATOR, _CONTAINER = 1, 10, 14, 17


class Panel(discord.ui.LayoutView):
    """One answer. It keeps no state and never times out: its buttons carry all that they need."""

    def __init__(
        self,
        *parts: str | Component | discord.ui.Item[Any] | None,
        accent: Accent | int,
        footer: str | None = None,
        rows: Iterable[Iterable[Component]] = (),
    ) -> None:
        super().__init__(timeout=None)
        shown: list[Component] = []
        budget = TEXT_LIMIT - len(small(footer) if footer else "")
        for part in parts:
            if isinstance(part, str):
                text = cut(part, budget)
                budget -= len(text)
                if text:
                    shown.append(_text(text))
            elif part is not None:
                shown.append(part.to_component_dict() if isinstance(part, discord.ui.Item) else part)
        if footer:
            shown.append(_text(small(footer)))
        self._shown = shown
        self._rows: list[list[Component]] = []
        for row in rows:
            if controls := list(row):
                self._add_row(controls)
        self._box: Component = {
            "type": _CONTAINER,
            "accent_color": int(accent),
            "spoiler": False,
            "components": shown,
        }

    def identified(self, component_id: int) -> Self:
        """Give the whole panel an id, by which the message is known again; return the panel."""
        self._box["id"] = component_id
        return self

    def to_components(self) -> list[Component]:
        """Return what discord.py sends."""
        return [self._box]

    def has_components_v2(self) -> bool:
        """Tell discord.py how to send it."""
        return True

    def is_finished(self) -> bool:
        """Keep discord.py from keeping it: there is nothing to wait for."""
        return True

    def offer(self, button: Component) -> None:
        """Add a button behind the last ones."""
        last = self._rows[-1] if self._rows else None
        if last is not None and len(last) < ROW_LIMIT and all(each["type"] == button["type"] for each in last):
            last.append(button)
        else:
            self._add_row([button])

    def _add_row(self, controls: list[Component]) -> None:
        self._rows.append(controls)
        self._shown.append({"type": _ROW, "components": controls})


def _text(text: str) -> Component:
    return {"type": _TEXT, "content": text}


def small(text: str) -> str:
    """Return `text` as Discord's small, quiet lines."""
    return "\n".join(f"-# {line}" for line in text.split("\n"))


def link(text: str, url: str | None) -> str:
    """Return `text` as a link that shows no preview of what it leads to; plain where there is no address."""
    words = escaped(text)
    if url is None:
        return words
    address = url.replace("\\", "%5C").replace("(", "%28").replace(")", "%29")
    return f"[{words.replace('[', '(').replace(']', ')')}](<{address}>)"


def line() -> Component:
    """Return a thin line between our words and quoted ones."""
    return {"type": _SEPARATOR, "divider": True, "spacing": discord.SeparatorSpacing.small.value}


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


@lru_cache(_REMEMBERED)
def escaped(text: str) -> str:
    """Return a text of the announcement's with what would be markup in it escaped; such texts come again and again."""
    return discord.utils.escape_markdown(text)


def quoted(text: str) -> str:
    """Return the verbatim words as a block quote; what would be markup in them is escaped."""
    return block(escaped(text))


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
    return f"“{quote.text}” — {quote.attribution}"


def gallery(name: str, alt: str) -> discord.ui.MediaGallery[Any]:
    """Return the place of the picture that is attached as `name`."""
    return discord.ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{name}", description=cut(alt, ALT_LIMIT)))


def attached(png: bytes, name: str, alt: str) -> discord.File:
    """Return the picture as a file to send along."""
    return discord.File(io.BytesIO(png), name, description=cut(alt, ALT_LIMIT))
