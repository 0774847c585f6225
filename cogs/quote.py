"""/quote: the right words, now."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import views
from bot.client.controls import COMPLETIONS, choices, is_private, show, show_instead, usable_anywhere
from bot.client.panels import PICTURE_SECONDS, alt_text, attached
from bot.errors import UserError
from bot.quotes import Found

if TYPE_CHECKING:
    from bot.client import Canonkeeper
    from bot.client.controls import Actions
    from bot.pictures import PictureService
    from bot.quotes import QuoteService

# A seed is part of the buttons' ids; this many orders are plenty.
_SEEDS = 100_000


class QuoteCog(commands.Cog):
    def __init__(self, quotes: QuoteService, pictures: PictureService, actions: Actions) -> None:
        self._quotes = quotes
        self._pictures = pictures
        actions.register(views.TURN, self._turn, views.read_turn)
        actions.register(views.FIRST, self._first)
        actions.register(views.CONTEXT, self._context)
        actions.register(views.CARD, self._card)

    @app_commands.command(name="quote", description="Look up a quote by person, topic, words or number, or at random")
    @app_commands.describe(
        query="A person, a topic, some words, a quote's number, or 'random'",
        speaker="Only this person's words",
        private="Show the answer only to me",
    )
    @usable_anywhere
    async def quote(
        self,
        interaction: discord.Interaction[Any],
        query: app_commands.Range[str, 1, 200],
        speaker: app_commands.Range[str, 1, 100] | None = None,
        private: bool = False,
    ) -> None:
        seed = secrets.randbelow(_SEEDS)
        found = self._quotes.find(query, speaker, seed)
        if isinstance(found, Found):
            await show(interaction, views.quote_page(found, 0, seed, query), private=private)
        else:
            await interaction.response.send_message(view=views.nothing_found(found, query, speaker), ephemeral=True)

    @quote.autocomplete("query")
    async def _complete_query(
        self, _interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        return choices(self._quotes.complete_query(typed, COMPLETIONS))

    @quote.autocomplete("speaker")
    async def _complete_speaker(
        self, _interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        return choices(self._quotes.complete_speaker(typed, COMPLETIONS))

    async def _turn(self, interaction: discord.Interaction[Any], turn: tuple[int, int, str | None, str]) -> None:
        """Show another page in the place of this one."""
        at, seed, speaker, query = turn
        found = self._quotes.find(query, speaker, seed)
        if not isinstance(found, Found):
            raise UserError("The announcement has changed since then. Please use /quote again.")
        await show_instead(interaction, views.quote_page(found, at, seed, query))

    async def _first(self, interaction: discord.Interaction[Any], detail: str) -> None:
        """Show a quote by one of the speakers or topics that were offered."""
        seed = secrets.randbelow(_SEEDS)
        found = self._quotes.find(detail, None, seed)
        if not isinstance(found, Found):
            raise UserError("The announcement has changed since then. Please use /quote again.")
        await show_instead(interaction, views.quote_page(found, 0, seed, detail))

    async def _context(self, interaction: discord.Interaction[Any], detail: str) -> None:
        """Show the passage around a quote, to the one who asked."""
        found = self._quotes.context(detail)
        if found is None:
            raise UserError("That quote is no longer in the announcement's data.")
        await show(interaction, views.in_context(found), private=True)

    async def _card(self, interaction: discord.Interaction[Any], detail: str) -> None:
        """Show a quote as a picture, to whom the quote itself is shown."""
        found = self._quotes.context(detail)
        if found is None:
            raise UserError("That quote is no longer in the announcement's data.")
        quote = found.quote
        async with asyncio.timeout(PICTURE_SECONDS):
            png = await self._pictures.card(quote)
        if png is None:
            raise UserError(
                "That quote doesn't fit on a card: it's too long, or has letters that aren't in the card's font."
            )
        file = attached(png, views.card_name(quote), alt_text(quote))
        await show(interaction, views.carded(quote), private=is_private(interaction), files=[file])


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses."""
    await bot.add_cog(QuoteCog(bot.services.quotes, bot.services.pictures, bot.actions))
