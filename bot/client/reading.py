"""What people read in a message: its own text, what was forwarded, embeds, text displays and polls."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from discord.components import TextDisplay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import discord

# Texts of one message that are looked at, and characters of all of them: bounds the time.
_TEXTS = 16
_CHARACTERS = 6_000


def texts(message: discord.Message) -> tuple[str, ...]:
    """Return the texts that people see in a message, in their order: each says something of its own.

    A poll's answers are texts of their own, so that a 'No' among them denies nothing else.
    """
    found: list[str] = []
    left = _CHARACTERS
    for text in islice((text for text in _texts(message) if text.strip()), _TEXTS):
        found.append(text[:left])
        left -= len(text)
        if left <= 0:
            break
    return tuple(found)


def _texts(message: discord.Message) -> Iterator[str]:
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    for part in parts:
        yield part.content
        yield from map(_of_embed, part.embeds)
        yield "\n".join(_displayed(part.components))
    if message.poll is not None:
        yield message.poll.question
        yield from (answer.text for answer in message.poll.answers)


def _of_embed(embed: discord.Embed) -> str:
    """Return an embed's texts from top to bottom."""
    fields = (text for field in embed.fields for text in (field.name, field.value))
    shown = (embed.author.name, embed.title, embed.description, *fields, embed.footer.text)
    return "\n".join(text for text in shown if text)


def _displayed(components: Iterable[Any]) -> Iterator[str]:
    """Yield the texts among components, also those within containers and sections."""
    for component in components:
        if isinstance(component, TextDisplay):
            yield component.content
        yield from _displayed(getattr(component, "children", ()))
