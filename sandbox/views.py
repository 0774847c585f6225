"""Looking up what a person can see and use: messages, commands, places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import permissions
from sandbox.components import BUTTON, SELECTS, TEXT, walk
from sandbox.interactions import IN_BOT_DM, IN_GUILD, context_of
from sandbox.permissions import ALL, VIEW

if TYPE_CHECKING:
    from sandbox.model import Channel, Command, Message, User
    from sandbox.world import World


def can_see(world: World, user: User, message: Message) -> bool:
    """Tell whether a message is there for a user: ephemeral ones for their addressee only."""
    if message.ephemeral:
        return message.addressee == user.id and not message.deleted
    return message.channel.messages.get(message.id) is message and bool(world.permissions(message.channel, user) & VIEW)


def visible_commands(world: World, user: User, channel: Channel) -> list[Command]:
    """List the commands that Discord's client offers a user in a channel."""
    return [each for each in world.commands.values() if offers(world, user, channel, each)]


def offers(world: World, user: User, channel: Channel, command: Command) -> bool:
    """Tell whether a command is offered: installed here, for this context, to somebody with this permission.

    Discord's docs, "Application commands", sections "Contexts" and "Permissions".
    """
    context = context_of(world, channel)
    guild = channel.guild
    if command.guild_id is not None and (guild is None or guild.id != command.guild_id):
        return False
    contexts = command.body.get("contexts")
    if contexts is not None and context not in contexts:
        return False
    kinds = command.body.get("integration_types") or [0]
    by_user = 1 in kinds and user.installed
    if context == IN_GUILD:
        if guild is None or user.id not in guild.members:
            return False
        here = 0 in kinds and world.bot.id in guild.members
        return (here and _permitted(world, user, channel, command)) or by_user
    return (0 in kinds if context == IN_BOT_DM else False) or by_user


def _permitted(world: World, user: User, channel: Channel, command: Command) -> bool:
    wanted = command.body.get("default_member_permissions")
    has = world.permissions(channel, user)
    if not has & permissions.BITS["use_application_commands"]:
        return False
    if wanted is None or has == ALL:
        return True
    needed = int(wanted)
    return needed != 0 and has & needed == needed  # "0" leaves it to administrators


def visible_text(message: Message) -> str:
    """Give all text that a message shows, one line after the other; controls are not text."""
    lines: list[str | None] = [message.content]
    for each in message.embeds:
        lines += [each.get("title"), each.get("description")]
        lines.append((each.get("author") or {}).get("name"))
        for field in each.get("fields") or []:
            lines += [field.get("name"), field.get("value")]
        lines.append((each.get("footer") or {}).get("text"))
    lines += _component_text(message.components)
    return "\n".join(line for line in lines if line)


def _component_text(components: list[dict[str, Any]]) -> list[str]:
    return [each["content"] for each in walk(components) if each["type"] == TEXT]


def buttons(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in walk(components) if each["type"] == BUTTON]


def selects(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in walk(components) if each["type"] in SELECTS]
