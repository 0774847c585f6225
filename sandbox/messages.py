"""What happens to messages: posted, changed, deleted; with the events that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import render, render_messages
from sandbox.events import Event

if TYPE_CHECKING:
    from sandbox.model import Message
    from sandbox.world import World


def post(world: World, message: Message) -> None:
    """Put a message into its channel's history. An ephemeral one reaches its addressee and nobody else."""
    if message.ephemeral:
        world.hidden[message.id] = message
        _tell(world, "MESSAGE_CREATE", message)
        return
    channel = message.channel
    channel.messages[message.id] = message
    channel.last_message_id = message.id
    info = channel.thread
    if info is not None:
        message.position = info.total
        info.total += 1
        if info.archived:  # Discord's docs, "Threads": a message sent into an archived thread opens it again
            world.update_thread(channel, archived=False, locked=info.locked)
        if message.author.id not in info.members:
            info.members[message.author.id] = world.now()
            if message.author is world.bot:
                _tell_membership(world, message)
    _tell(world, "MESSAGE_CREATE", message)


def _tell_membership(world: World, message: Message) -> None:
    thread = message.channel
    joined = render.thread_member(thread, message.author.id)
    data = {
        "id": str(thread.id),
        "guild_id": str(thread.guild.id) if thread.guild else None,
        "member_count": len(thread.thread.members) if thread.thread else 0,
        "added_members": [joined],
    }
    world.tell("THREAD_MEMBERS_UPDATE", data, guild=thread.guild, channel=thread)


def changed(world: World, message: Message) -> None:
    """Tell that a message is not what it was."""
    _tell(world, "MESSAGE_UPDATE", message)


def delete(world: World, message: Message) -> None:
    """Take a message out of the history."""
    channel = message.channel
    channel.messages.pop(message.id, None)
    world.hidden.pop(message.id, None)
    message.deleted = True
    data = {"id": str(message.id), "channel_id": str(channel.id)}
    if channel.guild is not None:
        data["guild_id"] = str(channel.guild.id)
    world.events.emit(
        Event(
            "MESSAGE_DELETE",
            data,
            channel.guild,
            channel,
            only=message.addressee,
            to_bot=not message.ephemeral,
        )
    )


def _tell(world: World, name: str, message: Message) -> None:
    world.events.emit(
        Event(
            name,
            render_messages.dispatched(message, world.root),
            message.channel.guild,
            message.channel,
            message,
            message.addressee,
            to_bot=not message.ephemeral,
        )
    )
