"""How pictures come into messages: as an attachment, shown in a gallery, with words for those who cannot see it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import discord

from bot.domain.text import cut

if TYPE_CHECKING:
    from bot.domain.quotes import Quote

# Discord's docs: the description of an attachment, and of a media gallery's item.
ALT_LIMIT = 1_024
# Of the 3 seconds that Discord waits for an answer (its docs, Receiving and Responding), the share for drawing.
# A picture that takes longer is drawn all the same, and is there for the next who asks.
PATIENCE = 2.0


def alt_text(quote: Quote) -> str:
    """Return what a screen reader says for the card of a quote: all of it, as far as Discord lets it."""
    return cut(f"“{quote.text}” — {quote.speaker.attribution}", ALT_LIMIT)


def gallery(name: str, alt: str) -> discord.ui.MediaGallery[Any]:
    """Return the place of the picture that is attached as `name`."""
    return discord.ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{name}", description=cut(alt, ALT_LIMIT)))


def attached(png: bytes, name: str, alt: str) -> discord.File:
    """Return the picture as a file to send along."""
    return discord.File(io.BytesIO(png), name, description=cut(alt, ALT_LIMIT))
