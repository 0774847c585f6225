"""Finding what a path names, with the errors for what is not there or out of the bot's reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import permissions
from sandbox.errors import fault
from sandbox.model import PRIVATE

if TYPE_CHECKING:
    from sandbox.api import Call
    from sandbox.model import Channel, Guild, Message


def guild(call: Call) -> Guild:
    """Find the path's guild: 10004 if the bot is not in it."""
    found = call.world.guilds.get(call.id("guild_id"))
    if found is None or call.world.bot.id not in found.members or found.unavailable:
        raise fault(10004)
    return found


def channel(call: Call, needed: int = 0) -> Channel:
    """Find the path's channel: 10003 unknown, 50001 not in sight, 50013 a permission is missing."""
    found = call.world.channels.get(call.id("channel_id"))
    if found is None:
        raise fault(10003)
    has = call.world.permissions(found, call.world.bot)
    hidden = found.type in PRIVATE and call.world.bot not in found.recipients
    if hidden or not has & permissions.VIEW:
        raise fault(50001)
    if has & needed != needed:
        raise fault(50013)
    return found


def message(call: Call, place: Channel) -> Message:
    """Find the path's message in a channel: 10008 if it is not in its history."""
    found = place.messages.get(call.id("message_id"))
    if found is None:
        raise fault(10008)
    return found
