"""A cog whose command and button fail in the way that they are told to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client.controls import button
from bot.client.panels import Accent, Panel
from bot.errors import StoreUnavailableError, UserError

if TYPE_CHECKING:
    from bot.client import Canonkeeper

PRIVATE = "what the exception says, for the log alone"


class OwnError(UserError):
    """A kind of UserError that the table does not name."""


class BusyError(StoreUnavailableError):
    """A kind of StoreUnavailableError that the table does not name."""


class FailingCog(commands.Cog):
    """`/fail how: first:` does `first`, then fails."""

    def __init__(self, bot: Canonkeeper) -> None:
        bot.actions.register("fail", self._press)

    @app_commands.command(description="Fails")
    async def fail(self, interaction: discord.Interaction[Any], how: str, first: str = "") -> None:
        """Fail."""
        if first == "defer":
            await interaction.response.defer(thinking=True)
        elif first == "defer-private":
            await interaction.response.defer(thinking=True, ephemeral=True)
        elif first == "answer":
            await interaction.response.send_message(view=Panel("Answered.", accent=Accent.QUOTE))
        elif first == "defer-answer":
            await interaction.response.defer(thinking=True)
            await interaction.edit_original_response(view=Panel("Answered.", accent=Accent.QUOTE))
        elif first == "button":
            rows = [[button("fail", how, "Fail"), button("gone", how, "Gone")]]
            await interaction.response.send_message(view=Panel("Press.", accent=Accent.QUOTE, rows=rows))
            return
        await _fail(how, interaction)

    @app_commands.command(description="Only for somebody else")
    @app_commands.check(lambda _: False)
    async def never(self, interaction: discord.Interaction[Any]) -> None:
        """Never run."""

    @fail.autocomplete("how")
    async def _complete(self, _interaction: discord.Interaction[Any], _typed: str) -> list[app_commands.Choice[str]]:
        raise ZeroDivisionError(PRIVATE)

    async def _press(self, interaction: discord.Interaction[Any], detail: str) -> None:
        await _fail(detail, interaction)


async def _fail(how: str, interaction: discord.Interaction[Any]) -> None:
    if how == "gone":
        await interaction.response.send_message("first")
        interaction.token = "gone"  # noqa: S105 - what Discord does not know
        await interaction.followup.send("second")
    if how == "answered":
        await interaction.response.send_message("first")
        # As another process of the bot knows it.
        await discord.InteractionResponse[Any](interaction).send_message("second")
    if how in {"forbidden", "not-found", "server"}:
        # Discord itself refuses: the test takes the permission, deletes the channel, or lets Discord fail.
        assert isinstance(interaction.channel, discord.abc.Messageable)
        await interaction.channel.send("anything")
    kinds: dict[str, Exception] = {
        "user": UserError("Please try **another** one."),
        "own": OwnError("Please try yet another one."),
        "timeout": TimeoutError(PRIVATE),
        "busy": BusyError(PRIVATE),
        "unknown": ZeroDivisionError(PRIVATE),
    }
    raise kinds[how]


async def setup(bot: Canonkeeper) -> None:
    await bot.add_cog(FailingCog(bot))
