"""/timeline: the picture or a short list first; the rest, and the quote behind each step, on request."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.utils import escape_markdown

from bot.client import panels
from bot.client.controls import button, openers, picked, show, usable_anywhere
from bot.client.panels import PICTURE_SECONDS, attached, gallery
from bot.client.views import origin, quote_buttons, spoken
from bot.errors import UserError
from bot.text import fitting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.client import Canonkeeper
    from bot.client.controls import Actions
    from bot.quotes import TimelineItem, TimelineService

OPEN = "timeline"
IN_FULL = "timeline-told"
PICTURE = "timeline.png"
# Of a message's 4,000 characters: the heading and footer need some.
_ROOM = 3_700


def timeline(heading: str, entries: Sequence[TimelineItem], *, picture: bool) -> panels.Panel:
    """Return the steps at a glance: the picture, which is attached as PICTURE, or else a line for each."""
    steps = openers(
        OPEN,
        "Pick a step…",
        [(told.entry.id, f"{told.number}. {told.entry.title}", told.entry.when) for told in entries],
    )
    return panels.Panel(
        _heading(heading),
        gallery(PICTURE, alt_text(heading, entries)) if picture else _whole([_head(told) for told in entries]),
        accent=panels.Accent.QUOTE,
        footer=f"{len(entries)} steps · pick one to read the quote behind it",
        rows=[*steps, [button(IN_FULL, "", "Read all steps as text")]],
    )


def in_full(heading: str, entries: Sequence[TimelineItem]) -> panels.Panel:
    """Return the steps with what happened in each, or where that is too long by title and time alone."""
    full = "\n".join(f"{_head(told)}\n{escape_markdown(told.entry.line)}" for told in entries)
    text = full if len(full) <= _ROOM else _whole([_head(told) for told in entries])
    return panels.Panel(_heading(heading), text, accent=panels.Accent.QUOTE)


def _heading(heading: str) -> str:
    return f"## {escape_markdown(heading)}"


def alt_text(heading: str, entries: Sequence[TimelineItem]) -> str:
    """Return the picture in words."""
    return f"{heading}: " + "; ".join(f"{told.number}. {told.entry.title} ({told.entry.when})" for told in entries)


def opened(told: TimelineItem) -> panels.Panel:
    """Return an entry with the words it rests on."""
    entry, quote = told.entry, told.quote
    return panels.Panel(
        f"-# {escape_markdown(entry.when)}\n**{escape_markdown(entry.title)}**\n{escape_markdown(entry.line)}",
        panels.line(),
        spoken(quote),
        accent=panels.Accent.QUOTE,
        footer=origin(quote),
        rows=[quote_buttons(quote)],
    )


def _whole(lines: Sequence[str]) -> str:
    """Return whole lines as far as they fit."""
    shown = fitting(lines, _ROOM)
    return "\n".join([*shown, *(["…"] if len(shown) < len(lines) else [])])


def _head(told: TimelineItem) -> str:
    return f"**{told.number}. {escape_markdown(told.entry.title)}** · *{escape_markdown(told.entry.when)}*"


class TimelineCog(commands.Cog):
    def __init__(self, timeline: TimelineService, actions: Actions) -> None:
        self._timeline = timeline
        actions.register(OPEN, self._open)
        actions.register(IN_FULL, self._in_full)

    @app_commands.command(name="timeline", description="How it came about, step by step, as the announcement tells it")
    @app_commands.describe(private="Show the answer only to me")
    @usable_anywhere
    async def timeline(self, interaction: discord.Interaction[Any], private: bool = False) -> None:
        heading, entries = self._timeline.heading, self._timeline.entries
        async with asyncio.timeout(PICTURE_SECONDS):
            png = await self._timeline.picture()
        files = [attached(png, PICTURE, alt_text(heading, entries))] if png else []
        view = timeline(heading, entries, picture=bool(png))
        await show(interaction, view, private=private, files=files)

    async def _open(self, interaction: discord.Interaction[Any], _detail: str) -> None:
        """Show the words that an entry rests on, to the one who asked."""
        told = self._timeline.entry(picked(interaction))
        if told is None:
            raise UserError("The announcement has changed since then. Please use /timeline again.")
        await show(interaction, opened(told), private=True)

    async def _in_full(self, interaction: discord.Interaction[Any], _detail: str) -> None:
        """Show what happened in each step, to the one who asked."""
        await show(interaction, in_full(self._timeline.heading, self._timeline.entries), private=True)


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses, unless the announcement has no timeline."""
    if bot.services.timeline.entries:
        await bot.add_cog(TimelineCog(bot.services.timeline, bot.actions))
