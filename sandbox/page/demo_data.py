"""What the demo's world has beyond the bare one: topics, colours, and a few messages to begin with.

What people talk of lies in demo_data.json beside this file: names belong to an announcement, not to the program.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from sandbox import ids
from sandbox.model import Message

if TYPE_CHECKING:
    from sandbox.model import Guild
    from sandbox.world import World

_FILE = Path(__file__).with_suffix(".json")


class _Said(msgspec.Struct, frozen=True, rename={"who": "from"}):
    who: str
    ago: int  # seconds before the demo's start
    text: str


class _Dressing(msgspec.Struct, frozen=True):
    topics: dict[str, str]  # by channel
    colours: dict[str, str]  # by role
    roles: dict[str, str]  # by person
    messages: dict[str, list[_Said]]  # by channel


def dress(world: World) -> None:
    """Dress the world, before anybody is connected: nothing of this goes over the gateway as an event."""
    wear = msgspec.json.decode(_FILE.read_bytes(), type=_Dressing)
    for guild in world.guilds.values():
        for channel in guild.channels.values():
            channel.topic = channel.topic or wear.topics.get(channel.name)
        for role in guild.roles.values():
            role.colour = role.colour or int(wear.colours.get(role.name, "#0")[1:], 16)
        _give_roles(guild, wear)
        _talk(world, guild, wear)


def _give_roles(guild: Guild, wear: _Dressing) -> None:
    for member in guild.members.values():
        wanted = wear.roles.get(member.user.display)
        for role in guild.roles.values():
            if role.name == wanted and role.id not in member.roles:
                member.roles.append(role.id)


def _talk(world: World, guild: Guild, wear: _Dressing) -> None:
    """Let people have talked half an hour ago; the ids follow that time."""
    now = world.now()
    names = {each.display: each for each in world.users.values()}
    for channel in guild.channels.values():
        for said in wear.messages.get(channel.name, ()):
            if said.who in names and not channel.thread:
                at = now - said.ago
                one = Message(ids.at(at), channel, names[said.who], at, said.text)
                channel.messages[one.id] = one
                channel.last_message_id = one.id
