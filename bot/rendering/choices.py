"""Completions of a command's options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands

from bot.domain.text import cut

if TYPE_CHECKING:
    from collections.abc import Iterable

# Discord's docs, Application Commands: at most 25 choices, of at most 100 characters each.
COMPLETIONS = 25
_LENGTH = 100


def choices(pairs: Iterable[tuple[str, str]]) -> list[app_commands.Choice[str]]:
    """Return (label, value) pairs as completions: at most 25, each label cut, a value only where it first stands."""
    unique: dict[str, str] = {}
    for label, value in pairs:
        if len(value) <= _LENGTH:
            unique.setdefault(value, label)
    made = [app_commands.Choice(name=cut(label, _LENGTH), value=value) for value, label in unique.items()]
    return made[:COMPLETIONS]
