"""The command that checks, and a message's menu entry for it; all pairs at once: a picture, a list, a select.

What they are called is in the announcement's words: 'canon' and 'Canon check', 'check' and 'Fact check', or others.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.utils import escape_markdown

from bot.client import panels, views
from bot.client.controls import COMPLETIONS, DESCRIPTION, choices, openers, picked, show, usable_anywhere
from bot.client.panels import PICTURE_SECONDS, attached, gallery
from bot.errors import UserError
from bot.text import fitting, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.announcement.words import PairWords
    from bot.canon import CanonService
    from bot.client import Canonkeeper
    from bot.client.controls import Actions
    from bot.quotes import OverviewService, Pair

# As the menus of messages have it that are out already.
OPEN_PAIR = "ship"
# Of a message's 4,000 characters: the heading and footer need some.
_ROOM = 3_500


def overview(pairs: Sequence[Pair], words: PairWords, *, picture: bool) -> panels.Panel:
    """Return every pair with its verdict; `picture` says that one is attached as `picture_name` says."""
    return panels.Panel(
        f"## {words.heading}\n{words.note}.",
        gallery(picture_name(words), alt_text(pairs, words)) if picture else None,
        _listed(pairs),
        accent=panels.Accent.ABOUT,
        footer=words.unlisted,
        rows=openers(
            OPEN_PAIR,
            words.pick,
            [(pair.id, pair.name, f"{' and '.join(pair.members)}: {pair.label}") for pair in pairs],
        ),
    )


def picture_name(words: PairWords) -> str:
    """Return the file name of the picture of all pairs."""
    return f"{'-'.join(re.findall('[a-z0-9]+', fold(words.heading))) or 'overview'}.png"


def alt_text(pairs: Sequence[Pair], words: PairWords) -> str:
    """Return the picture in words."""
    return f"{words.heading}: " + "; ".join(pair.told for pair in pairs)


def _listed(pairs: Sequence[Pair]) -> str:
    """Return a line for each pair with its verdict, which wraps on a phone; whole lines as far as they fit."""
    lines = [f"- **{escape_markdown(pair.name)}** · {pair.label}" for pair in pairs]
    shown = fitting(lines, _ROOM)
    left = len(lines) - len(shown)
    return "\n".join([*shown, *([f"- …and {left} more"] if left else [])])


class CanonCog(commands.Cog):
    """Both commands are made here: a cog's decorators know no words of an announcement's."""

    def __init__(
        self, canon: CanonService, overview: OverviewService, actions: Actions, tree: app_commands.CommandTree[Any]
    ) -> None:
        self._canon = canon
        self._overview = overview
        self._tree = tree
        self._words = canon.words.check
        self._command = app_commands.Command[Any, Any, None](
            name=self._words.command, description=self._words.description, callback=self._answer
        )
        app_commands.describe(subject=self._words.subject, private="Show the answer only to me")(self._command)
        self._command.autocomplete("subject")(CanonCog.complete)
        self._menu = app_commands.ContextMenu(
            name=self._words.menu,
            callback=self._check,
            extras={DESCRIPTION: self._words.menu_description},
        )
        for command in (self._command, self._menu):
            usable_anywhere(command)
        actions.register(OPEN_PAIR, self._open)
        actions.register(views.MEANT, self._meant)

    async def cog_load(self) -> None:
        """Add the command and the message's menu entry."""
        self._tree.add_command(self._command)
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take them away again."""
        self._tree.remove_command(self._command.name)
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    async def _answer(
        self,
        interaction: discord.Interaction[Any],
        subject: app_commands.Range[str, 1, 1000],
        private: bool = False,
    ) -> None:
        if self._overview.is_meant(subject):
            await self._all(interaction, private)
            return
        checked = self._canon.check(subject)
        if checked.meant:
            await interaction.response.send_message(view=views.did_you_mean(checked.meant), ephemeral=private)
        else:
            await show(interaction, views.checked(checked.rulings), private=private)

    async def complete(self, _interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        # What was typed stays the first choice: a completion must not push a claim aside.
        own = [(typed, typed)] if typed.strip() else []
        found = [*self._overview.complete(typed), *self._canon.complete(typed, COMPLETIONS)]
        return choices([*own, *found])

    async def _all(self, interaction: discord.Interaction[Any], private: bool) -> None:
        """Show every pair with its verdict."""
        pairs, words = self._overview.pairs, self._overview.words
        async with asyncio.timeout(PICTURE_SECONDS):
            png = await self._overview.picture()
        files = [attached(png, picture_name(words), alt_text(pairs, words))] if png else []
        view = overview(pairs, words, picture=bool(png))
        await show(interaction, view, private=private, files=files)

    async def _open(self, interaction: discord.Interaction[Any], _detail: str) -> None:
        """Show the ruling on one of the pairs, to the one who asked."""
        pair = self._overview.pair(picked(interaction))
        if pair is None:
            raise UserError(f"The announcement has changed since then. Please use /{self._words.command} again.")
        await self._show(interaction, pair.name)

    async def _meant(self, interaction: discord.Interaction[Any], text: str) -> None:
        """Check the pair that was offered, to the one who pressed."""
        await self._show(interaction, text)

    async def _show(self, interaction: discord.Interaction[Any], text: str) -> None:
        await show(interaction, views.checked(self._canon.check(text).rulings), private=True)

    async def _check(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Rule on the pairs and claims that a message names, to the one who asked alone."""
        rulings = self._canon.check_texts(views.texts(message))
        if rulings:
            await show(interaction, views.checked(rulings), private=True)
        else:
            await interaction.response.send_message(view=views.nothing_to_check(self._words), ephemeral=True)


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses, unless the announcement has nothing to rule on."""
    if bot.services.canon.offered:
        await bot.add_cog(CanonCog(bot.services.canon, bot.services.overview, bot.actions, bot.tree))
