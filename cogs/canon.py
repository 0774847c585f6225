"""/canon and the Canon check of messages; the overview of ships: a picture, a list, a select that opens a ruling."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.utils import escape_markdown

from bot.client import panels, views
from bot.client.controls import COMPLETIONS, DESCRIPTION, choices, openers, picked, show
from bot.client.panels import PICTURE_SECONDS, attached, gallery
from bot.errors import UserError
from bot.quotes.overview import HEADING, NOTE
from bot.text import fitting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.canon import CanonService
    from bot.client import Canonkeeper
    from bot.client.controls import Actions
    from bot.quotes import OverviewService, Ship

OPEN_SHIP = "ship"
PICTURE = "ships-at-a-glance.png"
# Of a message's 4,000 characters: the heading and footer need some.
_ROOM = 3_500


def overview(ships: Sequence[Ship], *, picture: bool) -> panels.Panel:
    """Return every ship with its verdict; `picture` says that PICTURE is attached."""
    return panels.Panel(
        f"## {HEADING}\n{NOTE}.",
        gallery(PICTURE, alt_text(ships)) if picture else None,
        _listed(ships),
        accent=panels.Accent.ABOUT,
        footer="A ship that isn't listed isn't addressed: that's neither a yes nor a no",
        rows=openers(
            OPEN_SHIP,
            "Pick a ship…",
            [(ship.id, ship.name, f"{' and '.join(ship.members)}: {ship.label}") for ship in ships],
        ),
    )


def alt_text(ships: Sequence[Ship]) -> str:
    """Return the picture in words."""
    return f"{HEADING}: " + "; ".join(ship.told for ship in ships)


def _listed(ships: Sequence[Ship]) -> str:
    """Return a line for each ship with its verdict, which wraps on a phone; whole lines as far as they fit."""
    lines = [f"- **{escape_markdown(ship.name)}** · {ship.label}" for ship in ships]
    shown = fitting(lines, _ROOM)
    left = len(lines) - len(shown)
    return "\n".join([*shown, *([f"- …and {left} more"] if left else [])])


class CanonCog(commands.Cog):
    def __init__(
        self, canon: CanonService, overview: OverviewService, actions: Actions, tree: app_commands.CommandTree[Any]
    ) -> None:
        self._canon = canon
        self._overview = overview
        self._tree = tree
        self._menu = app_commands.ContextMenu(
            name="Canon check",
            callback=self._check,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            extras={DESCRIPTION: "In a message's menu, under Apps: check the ships and claims in that message"},
        )
        actions.register(OPEN_SHIP, self._open)
        actions.register(views.MEANT, self._meant)

    async def cog_load(self) -> None:
        """Add the message's menu entry; a cog's decorators know none."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu entry away again."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(name="canon", description="Is it canon? Check a ship, a person or a claim")
    @app_commands.describe(
        subject="A ship, a person, or a claim such as 'they are just friends'",
        private="Show the answer only to me",
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def canon(
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

    @canon.autocomplete("subject")
    async def _complete(self, _interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        # What was typed stays the first choice: a completion must not push a claim aside.
        own = [(typed, typed)] if typed.strip() else []
        found = [*self._overview.complete(typed), *self._canon.complete(typed, COMPLETIONS)]
        return choices([*own, *found])

    async def _all(self, interaction: discord.Interaction[Any], private: bool) -> None:
        """Show every ship with its verdict."""
        ships = self._overview.ships
        async with asyncio.timeout(PICTURE_SECONDS):
            png = await self._overview.picture()
        files = [attached(png, PICTURE, alt_text(ships))] if png else []
        view = overview(ships, picture=bool(png))
        await show(interaction, view, private=private, files=files)

    async def _open(self, interaction: discord.Interaction[Any], _detail: str) -> None:
        """Show the ruling on one of the ships, to the one who asked."""
        ship = self._overview.ship(picked(interaction))
        if ship is None:
            raise UserError("The announcement has changed since then. Please use /canon again.")
        await self._show(interaction, ship.name)

    async def _meant(self, interaction: discord.Interaction[Any], text: str) -> None:
        """Check the pair that was offered, to the one who pressed."""
        await self._show(interaction, text)

    async def _show(self, interaction: discord.Interaction[Any], text: str) -> None:
        await show(interaction, views.checked(self._canon.check(text).rulings), private=True)

    async def _check(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Rule on the ships and claims that a message names, to the one who asked alone."""
        rulings = self._canon.check_texts(views.texts(message))
        if rulings:
            await show(interaction, views.checked(rulings), private=True)
        else:
            await interaction.response.send_message(view=views.nothing_to_check(), ephemeral=True)


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses."""
    await bot.add_cog(CanonCog(bot.services.canon, bot.services.overview, bot.actions, bot.tree))
