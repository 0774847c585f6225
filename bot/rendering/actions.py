"""Buttons and selects that work after a restart: all they know stands in their custom id.

A custom id is `b|NAME|DETAIL` for a button and `s|NAME|DETAIL` for a select, at most 100 characters
(Discord's docs, Components). NAME leads to the handler that a cog registered; DETAIL is the cog's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar, cast

import discord

from bot.domain.errors import UserError

if TYPE_CHECKING:
    import re
    from collections.abc import Awaitable, Callable, Sequence

    Handler = Callable[[discord.Interaction[Any], str], Awaitable[None]]

CUSTOM_ID_LIMIT = 100
LABEL_LIMIT = 80


class Actions:
    """What a press does, by the name in its custom id. Each cog registers its own."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    def register(self, name: str, handler: Handler) -> None:
        """Let presses named `name` call `handler(interaction, detail)`. A name is given once."""
        if name in self._handlers:
            raise ValueError(f"the action {name} is registered already")
        self._handlers[name] = handler

    async def run(self, interaction: discord.Interaction[Any], name: str, detail: str) -> None:
        """Call the handler of `name`. Raises UserError for a name that no cog registered (any more)."""
        if name not in self._handlers:
            raise UserError("I no longer know this button. Please use the command again.")
        await self._handlers[name](interaction, detail)


class _Client(Protocol):
    async def act(self, interaction: discord.Interaction[Any], name: str, detail: str) -> None: ...


_Item = TypeVar("_Item", bound="discord.ui.Item[Any]")


class _Control(discord.ui.DynamicItem[_Item], Generic[_Item], template=r"(?!)"):
    """What buttons and selects share; its own template matches nothing."""

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        _match: re.Match[str],
        /,
    ) -> Self:
        """Make the control anew from the message in which it was used."""
        return cls(cast("_Item", item))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand over to the client, which knows the handlers."""
        _, name, detail = self.custom_id.split("|", 2)
        await cast("_Client", interaction.client).act(interaction, name, detail)


class Press(_Control[discord.ui.Button[Any]], template=r"b\|(?P<name>[a-z-]+)\|(?P<detail>.*)"):
    """A button; made by `button`."""


class Pick(_Control[discord.ui.Select[Any]], template=r"s\|(?P<name>[a-z-]+)\|(?P<detail>.*)"):
    """A select with fixed options; made by `select`. Its handler reads the choice with `picked`."""


def button(
    name: str,
    detail: str,
    label: str,
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    disabled: bool = False,
) -> Press:
    """Return a button that runs the action `name` with `detail`; `label` has at most 80 characters."""
    return Press(
        discord.ui.Button(label=label, custom_id=_custom_id("b", name, detail), style=style, disabled=disabled)
    )


def select(name: str, detail: str, placeholder: str, options: Sequence[discord.SelectOption]) -> Pick:
    """Return a select of 1 to 25 options, one of which may be chosen."""
    return Pick(
        discord.ui.Select(custom_id=_custom_id("s", name, detail), placeholder=placeholder, options=list(options))
    )


def picked(interaction: discord.Interaction[Any]) -> str:
    """Return the value that was chosen in a select."""
    data = cast("dict[str, Any]", interaction.data)
    return str(data["values"][0])


def _custom_id(kind: str, name: str, detail: str) -> str:
    custom_id = f"{kind}|{name}|{detail}"
    if len(custom_id) > CUSTOM_ID_LIMIT:
        raise ValueError(f"a custom id has at most {CUSTOM_ID_LIMIT} characters: {custom_id}")
    return custom_id
