"""Selects that open one thing of many: as many selects as it takes, each with 25 options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.domain.text import cut
from bot.rendering.actions import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.rendering.actions import Pick

# Discord's docs, Components, 'Select Menu': options, and the length of their labels and descriptions.
OPTIONS = 25
_LENGTH = 100
# A message has room for so many besides its words and picture.
_SELECTS = 5


def openers(name: str, placeholder: str, things: Sequence[tuple[str, str, str]]) -> list[list[Pick]]:
    """Return rows of selects over (value, label, description) that run the action `name`; 125 things at most."""
    chunks = [things[at : at + OPTIONS] for at in range(0, len(things), OPTIONS)]
    return [
        [
            select(
                name,
                str(number),
                placeholder if len(chunks) == 1 else f"{placeholder} ({number} of {len(chunks)})",
                [
                    discord.SelectOption(label=cut(label, _LENGTH), value=value, description=cut(told, _LENGTH))
                    for value, label, told in chunk
                ],
            )
        ]
        for number, chunk in enumerate(chunks[:_SELECTS], 1)
    ]
