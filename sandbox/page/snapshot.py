"""The world as one person sees it, in the page's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import permissions, render
from sandbox.model import ChannelType

if TYPE_CHECKING:
    from sandbox.model import Channel, Guild, Message, User
    from sandbox.world import World

_MOST_GUILDS = 50


def person(world: World, user: User, *, online: bool) -> dict[str, Any]:
    """Somebody of whom the page shows a face."""
    return render.user(user) | {
        "name": user.display,
        "display_name": user.display,
        "about": _about(world, user),
        "online": online,
    }


def _about(world: World, user: User) -> str:
    guilds = [each for each in world.guilds.values() if user.id in each.members]
    if not guilds:
        return "in no server"
    manage = permissions.BITS["manage_guild"]
    moderates = any(permissions.in_guild(each, each.members[user.id]) & manage for each in guilds)
    return "moderator" if moderates else "member"


def people(world: World, present: set[int]) -> list[dict[str, Any]]:
    """All people but the bot, with who is at a browser now."""
    return [person(world, each, online=each.id in present) for each in world.users.values() if not each.bot]


def places(world: World, user: User) -> dict[str, Any]:
    """List the servers that somebody is in, and their conversation with the bot."""
    own = [each for each in world.guilds.values() if user.id in each.members]
    private = world.dm(user, world.bot)
    return {"guilds": [_guild(world, each, user) for each in own[:_MOST_GUILDS]], "dm": _channel(world, private, user)}


def _guild(world: World, one: Guild, user: User) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "name": one.name,
        "channels": [_channel(world, each, user) for each in one.channels.values() if _listed(each)],
        "roles": [render.role(each) for each in one.roles.values()],
        "members": [str(each) for each in one.members],
        "member_roles": {str(key): [str(role) for role in each.roles] for key, each in one.members.items()},
        "bot": _bot_in(world, one),
        "system_channel_id": None if one.system_channel_id is None else str(one.system_channel_id),
        "my_roles": [str(role) for role in one.members[user.id].roles],
    }


def _bot_in(world: World, one: Guild) -> dict[str, Any]:
    """Tell how the bot stands in a server."""
    member = one.members.get(world.bot.id)
    until = None if member is None else member.timed_out_until
    return {
        "here": member is not None,
        "available": not one.unavailable,
        "timed_out": until is not None and until > world.now(),
    }


def _listed(one: Channel) -> bool:
    return one.thread is None or not one.thread.archived


def _channel(world: World, one: Channel, user: User) -> dict[str, Any]:
    return render.channel(one) | {
        "name": one.name or None,
        "can_view": bool(world.permissions(one, user) & permissions.VIEW),
        "can_send": one.type is not ChannelType.FORUM and _writes(world, one, user),
        "bot_can_send": _writes(world, one, world.bot),
    }


def _writes(world: World, channel: Channel, user: User) -> bool:
    needed = permissions.SEND_IN_THREADS if channel.thread else permissions.SEND
    return bool(world.permissions(channel, user) & needed)


def message(world: World, one: Message) -> dict[str, Any]:
    """Render a message as the gateway sends it."""
    return render.dispatched(one, world.root)
