"""What people do, as Discord's client would let them: the engine behind `Person` and the demo page.

Each deed checks what the client checks (SandboxError otherwise), changes the state, and lets events follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import permissions, views
from sandbox.components import BUTTON, LINK, SELECTS, STRING_SELECT, find
from sandbox.compose import resolve
from sandbox.errors import SandboxError
from sandbox.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL
from sandbox.model import Channel, Interaction, Message, User
from sandbox.wire_options import Typed
from sandbox.world import delete_message, post_message

if TYPE_CHECKING:
    from sandbox.interactions import Interactions
    from sandbox.model import Command
    from sandbox.world import World

_MENU_KINDS = (2, 3)
_SELECTED = {5: "users", 6: "roles", 7: "users", 8: "channels"}


class Acts:
    """Deeds of people in the world."""

    def __init__(self, world: World, desk: Interactions) -> None:
        self.world = world
        self.desk = desk

    def find_command(self, user: User, channel: Channel, name: str, kind: int = 1) -> Command:
        """Find a command that is offered here by its name."""
        for each in views.visible_commands(self.world, user, channel):
            if each.name == name and each.type == kind:
                return each
        raise SandboxError(f"{user.display} is not offered a command {name} in #{channel.name or 'a DM'}")

    def invoke(
        self,
        user: User,
        channel: Channel,
        command: Command,
        options: list[dict[str, Any]],
        resolved: dict[str, Any],
        *,
        autocomplete: bool = False,
    ) -> Interaction:
        """Use a slash command with wire options, or ask for the choices of the focused one."""
        if not views.offers(self.world, user, channel, command):
            raise SandboxError(f"{user.display} is not offered /{command.name} here")
        data = self._data(command) | {"options": options}
        if resolved:
            data["resolved"] = resolved
        kind = AUTOCOMPLETE if autocomplete else COMMAND
        return self.desk.open(kind, user, channel, data, command=command)

    def _data(self, command: Command) -> dict[str, Any]:
        data: dict[str, Any] = {"id": str(command.id), "name": command.name, "type": command.type}
        if command.guild_id is not None:
            data["guild_id"] = str(command.guild_id)
        return data

    def menu(self, user: User, channel: Channel, command: Command, target: Message | User) -> Interaction:
        """Use a context menu command on a message or a user."""
        typed = Typed(self.world, channel, user)
        typed.refer(target)
        data = self._data(command) | {"target_id": str(target.id), "resolved": typed.resolved}
        return self.desk.open(COMMAND, user, channel, data, command=command)

    def component(self, user: User, message: Message, custom_id: str, values: list[Any] | None = None) -> Interaction:
        """Press a button or choose in a select menu of a message that the user can see."""
        if not views.can_see(self.world, user, message):
            raise SandboxError(f"{user.display} does not see this message")
        one = find(message.components, custom_id)
        if one is None or one["type"] not in SELECTS | {BUTTON}:
            raise SandboxError(f"the message has no control {custom_id}")
        if one.get("disabled"):
            raise SandboxError(f"{custom_id} is disabled")
        if one["type"] == BUTTON and one["style"] == LINK:
            raise SandboxError("a link opens a page; nothing reaches the bot")
        data = {"custom_id": custom_id, "component_type": one["type"], "id": one["id"]}
        if one["type"] in SELECTS:
            data |= self._select(user, message.channel, one, values or [])
        return self.desk.open(COMPONENT, user, message.channel, data, message=message)

    def _select(self, user: User, place: Channel, one: dict[str, Any], values: list[Any]) -> dict[str, Any]:
        distinct = {str(getattr(each, "id", each)) for each in values}
        if not one["min_values"] <= len(values) <= one["max_values"] or len(distinct) < len(values):
            raise SandboxError(f"choose {one['min_values']} to {one['max_values']} of the options")
        if one["type"] == STRING_SELECT:
            return {"values": [_option(one, each) for each in values]}
        typed = Typed(self.world, place, user)
        things = [self._thing(each) for each in values]
        for each in things:
            typed.refer(each)
        return {"values": [str(each.id) for each in things], "resolved": typed.resolved}

    def _thing(self, value: Any) -> Any:
        """Give what a value of a select menu means: itself, or what has this id."""
        if not isinstance(value, str | int):
            return value
        wanted = int(value)
        found: Any = self.world.users.get(wanted) or self.world.channels.get(wanted)
        roles = (each.roles.get(wanted) for each in self.world.guilds.values())
        found = found or next((each for each in roles if each is not None), None)
        if found is None:
            raise SandboxError(f"there is nothing with the id {value}")
        return found

    def submit(self, origin: Interaction, custom_id: str, components: list[dict[str, Any]]) -> Interaction:
        """Send a modal off, with its components in wire form."""
        data = {"custom_id": custom_id, "components": components}
        return self.desk.open(MODAL, origin.user, origin.channel, data, message=origin.message, origin=origin)

    def say(self, user: User, channel: Channel, content: str, reply_to: Message | None = None) -> Message:
        needed = permissions.SEND_IN_THREADS if channel.thread else permissions.SEND
        if not self.world.permissions(channel, user) & needed:
            raise SandboxError(f"{user.display} may not write in #{channel.name}")
        if not content.strip() or len(content) > 2000:  # noqa: PLR2004 - the client's limit for people without Nitro
            raise SandboxError("a message has 1 to 2000 characters")
        one = Message(self.world.ids.next(), channel, user, self.world.now(), content)
        if reply_to is not None:
            one.type, one.reply_to = 19, reply_to
            one.reference = {"type": 0, "channel_id": str(channel.id), "message_id": str(reply_to.id)}
            if channel.guild is not None:
                one.reference["guild_id"] = str(channel.guild.id)
        pings = resolve(self.world, channel, user, content, None, reply_to)
        one.mentions, one.mention_roles = pings.users, pings.roles
        one.mention_everyone = pings.everyone
        post_message(self.world, one)
        return one

    def dismiss(self, user: User, message: Message) -> None:
        """Dismiss an ephemeral message: it is gone from the client, the bot hears nothing of it."""
        if message.addressee != user.id:
            raise SandboxError("only an ephemeral message of one's own can be dismissed")
        delete_message(self.world, message)


def _option(one: dict[str, Any], value: Any) -> str:
    for each in one["options"]:
        if value in (each["value"], each["label"]):
            return str(each["value"])
    raise SandboxError(f"{value} is not among the options {[each['label'] for each in one['options']]}")
