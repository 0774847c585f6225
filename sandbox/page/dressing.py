"""What the demo's world has beyond the bare one: topics, colours, and a few messages to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model import Message

if TYPE_CHECKING:
    from sandbox.model import Guild
    from sandbox.world import World

_TOPICS = {
    "general": "Say hello. The bot answers here too.",
    "canon-talk": "Who is with whom, and who says so?",
    "daily-quotes": "One quote a day, when a moderator has planned it: /daily schedule",
    "announcements": "News of this server",
    "lounge": "Tea and quiet talk",
    "meditation": "Mostly silence",
}
_COLOURS = {"Moderator": 0xC27C0E, "Quote fans": 0x2E8B82, "Quiet": 0x7A7F87}
_ROLES = {"Mina": "Quote fans"}
_MESSAGES = {
    "general": (
        ("Mina", 1900, "I watched the finale again last night. That portal scene!"),
        ("Timo", 1740, "Nice, but the network forbade it, so nobody can know what they meant."),
    ),
    "canon-talk": (
        ("Timo", 1500, "Korra and Asami are just friends, change my mind."),
        ("Mina", 1380, "Korrasami is canon. The creators said so *themselves*."),
        ("Timo", 1320, "And Makorra was endgame from the start :)"),
    ),
}


def dress(world: World) -> None:
    """Dress the world, before anybody is connected: nothing of this goes over the gateway as an event."""
    for guild in world.guilds.values():
        for channel in guild.channels.values():
            channel.topic = channel.topic or _TOPICS.get(channel.name)
        for role in guild.roles.values():
            role.colour = role.colour or _COLOURS.get(role.name, 0)
        _give_roles(guild)
        _talk(world, guild)


def _give_roles(guild: Guild) -> None:
    for member in guild.members.values():
        wanted = _ROLES.get(member.user.display)
        for role in guild.roles.values():
            if role.name == wanted and role.id not in member.roles:
                member.roles.append(role.id)


def _talk(world: World, guild: Guild) -> None:
    """Let people have talked half an hour ago; the ids follow that time."""
    now = world.now()
    names = {each.display: each for each in world.users.values()}
    for channel in guild.channels.values():
        for name, ago, text in _MESSAGES.get(channel.name, ()):
            if name in names and not channel.thread:
                at = now - ago
                one = Message(_id_at(at), channel, names[name], at, text)
                channel.messages[one.id] = one
                channel.last_message_id = one.id


def _id_at(at: float) -> int:
    return (int(at * 1000) - 1_420_070_400_000) << 22
