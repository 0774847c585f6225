"""What people press and pick: buttons and menus that carry their own state, completions, and answers in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar, cast

import aiohttp
import discord
from discord import app_commands

from bot.errors import UserError
from bot.text import cut

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine, Iterable, Mapping, Sequence

    from bot.client.panels import Component, Panel

CUSTOM_ID_LIMIT = 100
# For the ids of the commands, of the three seconds that an answer may take.
_IDS_SECONDS: Final = 1.0
LABEL_LIMIT = 80
_BUTTON, _SELECT = "b", "s"
_NOTHING_PICKED = "Nothing was picked. Please choose from the menu again."


class Actions:
    """What a press does, by the name in its custom id. Each cog registers its own."""

    def __init__(self) -> None:
        self._handlers: dict[str, Callable[[discord.Interaction[Any], str], Awaitable[None]]] = {}

    @property
    def names(self) -> set[str]:
        """The names of all that can be done."""
        return set(self._handlers)

    def register(
        self,
        name: str,
        handler: Callable[[discord.Interaction[Any], Any], Awaitable[None]],
        read: Callable[[str], Any] = str,
    ) -> None:
        """Let presses named `name` call `handler(interaction, read(detail))`. A name is given once.

        `read` raises ValueError for a detail that the present version does not write.
        """
        if name in self._handlers:
            raise ValueError(f"the action {name} is registered already")

        async def handle(interaction: discord.Interaction[Any], detail: str) -> None:
            try:
                what = read(detail)
            except ValueError:
                raise UserError(_outdated(interaction)) from None
            await handler(interaction, what)

        self._handlers[name] = handle

    def named(self, interaction: discord.Interaction[Any]) -> str | None:
        """Return the name of what a press asks for; None where this version knows none such."""
        name = _custom_id_of(interaction).split("|")[1:2]
        return name[0] if name and name[0] in self._handlers else None

    async def run(self, interaction: discord.Interaction[Any]) -> None:
        """Do what a button, a select or a form asks for.

        Raises UserError for one that this version does not make (any more).
        """
        kind, _, rest = _custom_id_of(interaction).partition("|")
        name, bar, detail = rest.partition("|")
        handler = self._handlers.get(name)
        if handler is None or not bar or kind != _kind(interaction):
            raise UserError(_outdated(interaction))
        await handler(interaction, detail)


def button(
    name: str,
    detail: str,
    label: str,
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    disabled: bool = False,
) -> Component:
    """Return a button that runs the action `name` with `detail`; `label` has at most 80 characters."""
    return {
        "type": discord.ComponentType.button.value,
        "style": style.value,
        "disabled": disabled,
        "label": label,
        "custom_id": _custom_id(_BUTTON, name, detail),
    }


def link_button(label: str, url: str) -> Component:
    """Return a button that opens a page; nothing reaches us."""
    return {
        "type": discord.ComponentType.button.value,
        "style": discord.ButtonStyle.link.value,
        "label": label,
        "url": url,
    }


def select(name: str, detail: str, placeholder: str, options: Sequence[discord.SelectOption]) -> Component:
    """Return a select of 1 to 25 options, one of which may be chosen; `picked` reads the choice."""
    return {
        "type": discord.ComponentType.string_select.value,
        "custom_id": _custom_id(_SELECT, name, detail),
        "min_values": 1,
        "max_values": 1,
        "disabled": False,
        "required": True,
        "placeholder": placeholder,
        "options": [option.to_dict() for option in options],
    }


def picked(interaction: discord.Interaction[Any]) -> str:
    """Return the value that was chosen in a select. Raises UserError where none was."""
    values = cast("dict[str, Any]", interaction.data or {}).get("values")
    if not values:
        raise UserError(_NOTHING_PICKED)
    return str(values[0])


def _custom_id(kind: str, name: str, detail: str) -> str:
    custom_id = f"{kind}|{name}|{detail}"
    if len(custom_id) > CUSTOM_ID_LIMIT:
        raise ValueError(f"a custom id has at most {CUSTOM_ID_LIMIT} characters: {custom_id}")
    return custom_id


def _custom_id_of(interaction: discord.Interaction[Any]) -> str:
    return str(cast("dict[str, Any]", interaction.data or {}).get("custom_id", ""))


def _kind(interaction: discord.Interaction[Any]) -> str | None:
    """Return what a custom id must begin with; None for what is neither a button nor a select of texts."""
    kinds = {discord.ComponentType.button.value: _BUTTON, discord.ComponentType.select.value: _SELECT}
    return kinds.get(cast("dict[str, Any]", interaction.data or {}).get("component_type", 0))


def _outdated(interaction: discord.Interaction[Any]) -> str:
    if interaction.type is discord.InteractionType.modal_submit:
        return "This form is from an older version of me. Please use the command again."
    control = "button" if _kind(interaction) == _BUTTON else "menu"
    return f"This {control} is from an older version of me. Please use the command again."


# The action behind 'Share'; it needs no detail, for what is shared is the message that it stands in.
SHARE: Final = "share"


def is_private(interaction: discord.Interaction[Any]) -> bool:
    """Return whether the control that was pressed is in an ephemeral message."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def shareable(view: Panel) -> Panel:
    """Return a private answer with the button that posts it to the channel."""
    view.offer(button(SHARE, "", "Share"))
    return view


async def show(
    interaction: discord.Interaction[Any], view: Panel, *, private: bool, files: Sequence[discord.File] = ()
) -> None:
    """Answer with a message: for all, or `private` for the person alone, who can then share it."""
    shown = shareable(view) if private else view
    await interaction.response.send_message(view=shown, files=files, ephemeral=private)


async def show_instead(interaction: discord.Interaction[Any], view: Panel) -> None:
    """Answer in the place of the message that was pressed on."""
    await interaction.response.edit_message(view=shareable(view) if is_private(interaction) else view)


# Discord's docs, Components, 'Select Menu': options, and the length of their labels and descriptions.
OPTIONS = 25
_OPTION_LENGTH = 100
# A message has room for so many besides its words and picture.
_SELECTS = 5


def openers(name: str, placeholder: str, things: Sequence[tuple[str, str, str]]) -> list[list[Component]]:
    """Return rows of selects over (value, label, description) that run the action `name`; 125 things at most."""
    chunks = [things[at : at + OPTIONS] for at in range(0, len(things), OPTIONS)]
    return [
        [
            select(
                name,
                str(number),
                placeholder if len(chunks) == 1 else f"{placeholder} ({number} of {len(chunks)})",
                [
                    discord.SelectOption(
                        label=cut(label, _OPTION_LENGTH), value=value, description=cut(told, _OPTION_LENGTH)
                    )
                    for value, label, told in chunk
                ],
            )
        ]
        for number, chunk in enumerate(chunks[:_SELECTS], 1)
    ]


_Command = TypeVar("_Command")


def usable_anywhere(command: _Command) -> _Command:
    """Let a command be used in servers and direct messages, by servers that added the bot and by people who did.

    For what a decorator takes, and for commands that are made already.
    """
    return app_commands.allowed_installs(guilds=True, users=True)(
        app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(command)
    )


# Discord's docs, Application Commands: at most 25 choices, of at most 100 characters each.
COMPLETIONS = 25
_CHOICE_LENGTH = 100


def choices(pairs: Iterable[tuple[str, str]]) -> list[app_commands.Choice[str]]:
    """Return (label, value) pairs as completions: at most 25, each label cut, a value only where it first stands."""
    unique: dict[str, str] = {}
    for label, value in pairs:
        if len(value) <= _CHOICE_LENGTH:
            unique.setdefault(value, label)
    made = [app_commands.Choice(name=cut(label, _CHOICE_LENGTH), value=value) for value, label in unique.items()]
    return made[:COMPLETIONS]


# Mentions the command with this name.
Mention = Callable[[str], str]


class Shown(NamedTuple):
    """A command as people see it: what can be clicked (a group's subcommands each), and what it does."""

    mentions: tuple[str, ...]
    description: str


# The description of a command in a message's menu, among its extras: Discord knows none.
DESCRIPTION: Final = "description"


class Directory:
    """The commands as clickable mentions (Discord's docs, Message Formatting), whose ids Discord alone knows.

    They are asked for once. Where Discord does not tell them in time, the commands are named, and asked for again.
    """

    def __init__(self, tree: app_commands.CommandTree[Any], guild: discord.abc.Snowflake | None = None) -> None:
        self._tree = tree
        self._guild = guild
        self._ids: dict[str, int] = {}

    @property
    def application_id(self) -> int:
        """The application whose commands they are."""
        return self._tree.client.application_id or 0

    async def shown(self, *, in_guild: bool) -> tuple[Shown, ...]:
        """Return the commands in the order of the cogs, then those of menus, and what belongs to moderators last.

        Those for servers alone are left out where they cannot be used.
        """
        mention = await self.mention()
        found = [
            command
            for command in self._tree.get_commands(guild=self._guild)
            if in_guild or not getattr(command, "guild_only", False)
        ]
        kinds = (app_commands.Command, app_commands.ContextMenu, app_commands.Group)
        return tuple(_shown(each, mention) for kind in kinds for each in found if isinstance(each, kind))

    async def mention(self) -> Mention:
        """Return what mentions a command, by its name."""
        return partial(_mention, await self._known())

    async def _known(self) -> dict[str, int]:
        if not self._ids:
            try:
                async with asyncio.timeout(_IDS_SECONDS):
                    found = await self._tree.fetch_commands(guild=self._guild)
            except (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError):
                return {}
            self._ids = {command.name: command.id for command in found}
        return self._ids


def _shown(command: Any, mention: Mention) -> Shown:
    if isinstance(command, app_commands.ContextMenu):
        return Shown((f"**{command.name}**",), command.extras[DESCRIPTION])
    parts = command.commands if isinstance(command, app_commands.Group) else [command]
    few = "" if command.default_permissions is None else " (for moderators)"
    return Shown(tuple(mention(part.qualified_name) for part in parts), f"{command.description}{few}")


def _mention(ids: Mapping[str, int], name: str) -> str:
    command = ids.get(name.split(" ", maxsplit=1)[0])
    return named(name) if command is None else f"</{name}:{command}>"


def named(name: str) -> str:
    """Return a command's name, where there is nothing to click."""
    return f"**/{name}**"


# Leaves a second for the way to Discord and back.
PROMPT_SECONDS = 1.9


async def reply(
    interaction: discord.Interaction[Any],
    work: Coroutine[Any, Any, discord.ui.LayoutView],
    *,
    edit: bool = False,
    prompt: float = PROMPT_SECONDS,
) -> None:
    """Answer with what `work` returns, for the person alone; with `edit`, in the place of the message pressed on.

    Raises what `work` raises. It is ended together with this, and never left to go on unseen.
    """
    task = asyncio.create_task(work, name="answer")
    try:
        await asyncio.wait({task}, timeout=prompt)
        if not task.done():
            # An edit shows no 'thinking', and needs none: the message that was pressed on stays until then.
            await interaction.response.defer(ephemeral=True, thinking=not edit)
        view = await task
    finally:
        task.cancel()
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view)
    elif edit:
        await interaction.response.edit_message(view=view)
    else:
        await interaction.response.send_message(view=view, ephemeral=True)
