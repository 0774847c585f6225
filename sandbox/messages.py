"""What happens to messages: posted, changed, deleted; with the events that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import render_messages
from sandbox.events import Event
from sandbox.model import Message

if TYPE_CHECKING:
    from sandbox.model import Channel, User
    from sandbox.world import World

# Discord's docs, "Message types".
USER_JOIN, THREAD_CREATED, THREAD_STARTER = 7, 18, 21
SYSTEM = frozenset({USER_JOIN, THREAD_CREATED, THREAD_STARTER})


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
        if message.type not in SYSTEM:
            world.join_thread(channel, message.author)
    _tell(world, "MESSAGE_CREATE", message)


def post_system(
    world: World, channel: Channel, author: User, kind: int, content: str = "", about: Channel | Message | None = None
) -> Message:
    """Let Discord itself write to a channel in somebody's name, with a reference to a thread or message."""
    one = Message(world.ids.next(), channel, author, world.now(), content, type=kind)
    if about is not None and channel.guild is not None:
        there = about.channel if isinstance(about, Message) else about
        one.reference = {"type": 0, "channel_id": str(there.id), "guild_id": str(channel.guild.id)}
        if isinstance(about, Message):
            one.reference["message_id"] = str(about.id)
            one.reply_to = about
    post(world, one)
    return one


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
