"""Messages and interactions as Discord's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import render
from sandbox.ids import iso
from sandbox.model import PRIVATE

if TYPE_CHECKING:
    from sandbox.model import Attachment, Interaction, Message, User

_ON_MESSAGE = 3  # the type of a message command
_DEEPER = (1, 2)  # types of options: a subcommand, a group of subcommands


def attachment(one: Attachment, root: str, *, ephemeral: bool = False) -> dict[str, Any]:
    """Render an attachment; `root` is the address under which the sandbox serves them."""
    url = f"{root}/attachments/{one.id}/{one.filename}"
    body: dict[str, Any] = {
        "id": str(one.id),
        "filename": one.filename,
        "size": len(one.data),
        "url": url,
        "proxy_url": url,
        "content_type": one.content_type,
    }
    if one.description is not None:
        body["description"] = one.description
    if ephemeral:
        body["ephemeral"] = True
    size = _png_size(one.data)
    if size is not None:
        body["width"], body["height"] = size
    return body


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Read a PNG's width and height from its first chunk (PNG specification, IHDR)."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def message(one: Message, root: str, *, quote: bool = True) -> dict[str, Any]:
    """Render a message as REST answers; `quote` adds the message that it replies to."""
    body: dict[str, Any] = {
        "id": str(one.id),
        "channel_id": str(one.channel.id),
        "type": one.type,
        "content": one.content,
        "author": render.user(one.author),
        "timestamp": iso(one.at),
        "edited_timestamp": None if one.edited_at is None else iso(one.edited_at),
        "tts": False,
        "pinned": False,
        "mention_everyone": one.mention_everyone,
        "mentions": [render.user(each) for each in one.mentions],
        "mention_roles": [str(each) for each in one.mention_roles],
        "attachments": [attachment(each, root, ephemeral=one.ephemeral) for each in one.attachments],
        "embeds": one.embeds,
        "components": one.components,
        "flags": one.flags,
    }
    body |= one.more
    if one.nonce is not None:
        body["nonce"] = one.nonce
    if one.position is not None:
        body["position"] = one.position
    if one.reference is not None:
        body["message_reference"] = one.reference
        if quote:
            body["referenced_message"] = None if one.reply_to is None else message(one.reply_to, root, quote=False)
    if one.thread is not None and quote:
        body["thread"] = render.channel(one.thread)
    if one.interaction is not None:
        body |= _of_interaction(one, one.interaction)
    return body


def _of_interaction(one: Message, cause: Interaction) -> dict[str, Any]:
    body: dict[str, Any] = {
        "application_id": str(one.author.id),
        "webhook_id": str(one.author.id),
        "interaction_metadata": metadata(cause, one),
    }
    if cause.command is not None:
        body["interaction"] = {
            "id": str(cause.id),
            "type": cause.type,
            "name": full_name(cause.command.name, cause.data),
            "user": render.user(cause.user),
        }
    return body


def full_name(name: str, data: dict[str, Any]) -> str:
    """Give a command's name as a message's `interaction` has it.

    Discord's docs, "Message interaction": "including subcommands and subcommand groups".
    """
    options = data.get("options") or []
    while options and options[0].get("type") in _DEEPER:
        name = f"{name} {options[0]['name']}"
        options = options[0].get("options") or []
    return name


def metadata(cause: Interaction, of: Message | None = None) -> dict[str, Any]:
    """Render where a message came from (Discord's docs, "Message interaction metadata")."""
    body: dict[str, Any] = {
        "id": str(cause.id),
        "type": cause.type,
        "user": render.user(cause.user),
        "authorizing_integration_owners": cause.owners,
    }
    if of is not None and cause.original is not None and cause.original is not of:
        body["original_response_message_id"] = str(cause.original.id)
    if cause.origin is not None:
        body["triggering_interaction_metadata"] = metadata(cause.origin)
    elif cause.message is not None:
        body["interacted_message_id"] = str(cause.message.id)
    if "target_id" in cause.data:
        # Discord's docs, "Application command interaction metadata": the message, or the user, that it was used on.
        if cause.data.get("type") == _ON_MESSAGE:
            body["target_message_id"] = cause.data["target_id"]
        else:
            body["target_user"] = cause.data["resolved"]["users"][cause.data["target_id"]]
    return body


def dispatched(one: Message, root: str) -> dict[str, Any]:
    """Render a message as the gateway sends it: with the guild and the author's membership."""
    body = message(one, root)
    guild = one.channel.guild
    if guild is not None:
        body["guild_id"] = str(guild.id)
        author = guild.members.get(one.author.id)
        if author is not None:
            body["member"] = render.member(author, with_user=False)
    return body


def for_bot(one: Message, body: dict[str, Any], bot: User, *, content: bool) -> dict[str, Any]:
    """Give a rendered message as a bot gets it: with the `content` intent whole, else without what it may not read.

    The message that it replies to goes by the same rule.
    """
    if content:
        return body
    if body.get("referenced_message") is not None and one.reply_to is not None:
        body = body | {
            "referenced_message": for_bot(one.reply_to, body["referenced_message"], bot, content=False),
        }
    return body if reads(one, bot) else without_content(body)


def reads(one: Message, bot: User) -> bool:
    """Tell whether a bot reads a message without the intent (Discord's docs, "Message content intent").

    Its own ones, those in direct messages with it, and those that mention it.
    """
    return one.author is bot or bot in one.mentions or (one.channel.type in PRIVATE and bot in one.channel.recipients)


def without_content(body: dict[str, Any]) -> dict[str, Any]:
    """Take out what bots without the message content intent do not get."""
    kept = {name: value for name, value in body.items() if name not in {"poll", "message_snapshots"}}
    return kept | {"content": "", "embeds": [], "attachments": [], "components": []}
