"""What the demo's world has beyond the bare one: names, topics, colours, a few messages, and things to try.

What goes with any announcement is in demo_data.json beside this file. What people talk of belongs to an announcement:
it is in demo.json in its folder, where there is one.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from sandbox import ids
from sandbox.model import Message

if TYPE_CHECKING:
    from sandbox.model import Guild
    from sandbox.world import World

_FILE: Final = Path(__file__).with_suffix(".json")
_OF_ANNOUNCEMENT: Final = "demo.json"


class _Said(msgspec.Struct, frozen=True, rename={"who": "from"}):
    who: str
    ago: int  # seconds before the demo's start
    text: str


class Thing(msgspec.Struct, frozen=True):
    """Something to try: a command with what is typed into its options, by name."""

    icon: str
    title: str
    command: str
    values: dict[str, str]


class Demo(msgspec.Struct, frozen=True):
    """What the demo shows; `names` are other names for servers, channels and threads of the bare world."""

    names: dict[str, str] = {}
    topics: dict[str, str] = {}  # by channel
    colours: dict[str, str] = {}  # by role
    roles: dict[str, str] = {}  # by person
    messages: dict[str, list[_Said]] = {}  # by channel
    things: tuple[Thing, ...] = ()


def read(announcement: Path) -> Demo:
    """Return what the demo shows with the announcement in this folder; things to try follow from it if need be."""
    of_any = msgspec.json.decode(_FILE.read_bytes(), type=Demo)
    own = announcement / _OF_ANNOUNCEMENT
    demo = msgspec.json.decode(own.read_bytes(), type=Demo) if own.is_file() else Demo()
    return Demo(
        demo.names if own.is_file() else of_any.names,
        of_any.topics | demo.topics,
        of_any.colours | demo.colours,
        of_any.roles | demo.roles,
        of_any.messages | demo.messages,
        demo.things or (*of_any.things, *_question(announcement)),
    )


def _question(announcement: Path) -> tuple[Thing, ...]:
    """Return a question that the announcement answers, as something to try."""
    for file in sorted(announcement.glob("facts/*.toml")):
        try:
            question = tomllib.loads(file.read_text(encoding="utf-8-sig")).get("question")
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            continue  # the bot itself tells what is wrong with it
        if isinstance(question, str):
            return (Thing("question", "Ask a question", "ask", {"question": question}),)
    return ()


def dress(world: World, demo: Demo) -> None:
    """Dress the world, before anybody is connected: nothing of this goes over the gateway as an event."""
    for guild in world.guilds.values():
        guild.name = demo.names.get(guild.name, guild.name)
        for channel in guild.channels.values():
            channel.name = demo.names.get(channel.name, channel.name)
            channel.topic = channel.topic or demo.topics.get(channel.name)
        for role in guild.roles.values():
            role.colour = role.colour or int(demo.colours.get(role.name, "#0")[1:], 16)
        _give_roles(guild, demo)
        _talk(world, guild, demo)


def _give_roles(guild: Guild, demo: Demo) -> None:
    for member in guild.members.values():
        wanted = demo.roles.get(member.user.display)
        for role in guild.roles.values():
            if role.name == wanted and role.id not in member.roles:
                member.roles.append(role.id)


def _talk(world: World, guild: Guild, demo: Demo) -> None:
    """Let people have talked half an hour ago; the ids follow that time."""
    now = world.now()
    names = {each.display: each for each in world.users.values()}
    for channel in guild.channels.values():
        for said in demo.messages.get(channel.name, ()):
            if said.who in names and not channel.thread:
                at = now - said.ago
                one = Message(ids.at(at), channel, names[said.who], at, said.text)
                channel.messages[one.id] = one
                channel.last_message_id = one.id
