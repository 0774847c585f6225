"""State as Discord's JSON (field names from the published API)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.ids import iso, seconds
from sandbox.model import PRIVATE, THREADS, ChannelType

if TYPE_CHECKING:
    from sandbox.model import Attachment, Channel, Guild, Interaction, Member, Message, Overwrite, Role, User


def user(one: User) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": str(one.id),
        "username": one.name,
        "global_name": None if one.bot else one.display,
        "avatar": None,
        "discriminator": "0001" if one.bot else "0",
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    if one.bot:
        body["bot"] = True
    return body


def member(one: Member, *, with_user: bool = True) -> dict[str, Any]:
    """Render a member; messages carry it without the user."""
    body: dict[str, Any] = {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None if one.timed_out_until is None else iso(one.timed_out_until),
        "flags": 0,
        "joined_at": iso(one.joined_at),
        "nick": one.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role_id) for role_id in one.roles],
        "mute": False,
        "deaf": False,
    }
    if with_user:
        body["user"] = user(one.user)
    return body


def role(one: Role) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": str(one.id),
        "name": one.name,
        "permissions": str(one.permissions),
        "position": one.position,
        "color": one.colour,
        "colors": {"primary_color": one.colour, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": one.bot_id is not None,
        "mentionable": one.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if one.bot_id is not None:
        body["tags"] = {"bot_id": str(one.bot_id)}
    return body


def _overwrite(one: Overwrite) -> dict[str, Any]:
    return {"id": str(one.id), "type": int(one.member), "allow": str(one.allow), "deny": str(one.deny)}


def channel(one: Channel) -> dict[str, Any]:
    """Render a channel, thread or DM in full."""
    body: dict[str, Any] = {
        "id": str(one.id),
        "type": int(one.type),
        "last_message_id": None if one.last_message_id is None else str(one.last_message_id),
        "flags": 1 << 4 if one.tag_required else 0,
    }
    if one.type in PRIVATE:
        body["recipients"] = [user(each) for each in one.recipients]
        if one.type is ChannelType.GROUP_DM:
            body |= {"name": one.name, "icon": None, "owner_id": str(one.recipients[0].id)}
        return body
    body["name"] = one.name
    if one.guild is not None:
        body["guild_id"] = str(one.guild.id)
    body["parent_id"] = None if one.parent is None else str(one.parent.id)
    body["rate_limit_per_user"] = one.rate_limit_per_user
    if one.thread is not None:
        return body | _thread(one)
    body |= {
        "topic": one.topic,
        "position": one.position,
        "permission_overwrites": [_overwrite(each) for each in one.overwrites.values()],
        "nsfw": False,
    }
    if one.type is ChannelType.FORUM:
        body |= {"available_tags": one.tags, "default_reaction_emoji": None, "default_sort_order": None}
        body["default_forum_layout"] = 0
    return body


def _thread(one: Channel) -> dict[str, Any]:
    info = one.thread
    assert info is not None  # noqa: S101 - the caller has looked
    return {
        "owner_id": str(info.owner_id),
        "thread_metadata": {
            "archived": info.archived,
            "archive_timestamp": iso(info.archived_at),
            "auto_archive_duration": info.auto_archive,
            "locked": info.locked,
            "invitable": info.invitable,
            "create_timestamp": iso(seconds(one.id)),
        },
        "message_count": info.total,
        "total_message_sent": info.total,
        "member_count": len(info.members),
        "applied_tags": [str(tag) for tag in info.tags],
    }


def thread_member(one: Channel, user_id: int) -> dict[str, Any]:
    """Render somebody's membership of a thread."""
    assert one.thread is not None  # noqa: S101 - asked of threads only
    return {
        "id": str(one.id),
        "user_id": str(user_id),
        "join_timestamp": iso(one.thread.members[user_id]),
        "flags": 0,
    }


def partial_channel(one: Channel, permissions: int) -> dict[str, Any]:
    """Render a channel as interactions carry it: with the invoking user's permissions in it."""
    body = channel(one) | {"permissions": str(permissions)}
    for key in ("permission_overwrites", "available_tags"):
        body.pop(key, None)
    return body


def guild(one: Guild) -> dict[str, Any]:
    """Render a guild as GET /guilds/{id} does: without channels and members."""
    absent = (
        "icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id",
        "afk_channel_id", "widget_channel_id", "max_presences", "vanity_url_code",
        "rules_channel_id", "safety_alerts_channel_id", "incidents_data",
    )  # fmt: skip
    nothing = (
        "system_channel_flags", "verification_level", "default_message_notifications", "mfa_level",
        "explicit_content_filter", "premium_tier", "premium_subscription_count", "nsfw_level",
    )  # fmt: skip
    return {
        "id": str(one.id),
        "name": one.name,
        "owner_id": str(one.owner_id),
        **dict.fromkeys(absent),
        "system_channel_id": None if one.system_channel_id is None else str(one.system_channel_id),
        "public_updates_channel_id": (
            None if one.public_updates_channel_id is None else str(one.public_updates_channel_id)
        ),
        **dict.fromkeys(nothing, 0),
        "features": [],
        "region": "deprecated",
        "afk_timeout": 300,
        "widget_enabled": False,
        "roles": [role(each) for each in one.roles.values()],
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "preferred_locale": one.locale,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "emojis": [],
        "stickers": [],
    }


def guild_create(one: Guild, bot_id: int, threads: list[Channel], *, all_members: bool) -> dict[str, Any]:
    """Render a guild as GUILD_CREATE does; without the members intent the bot is the only member in it.

    `threads` are the active ones that the bot may view; those that it is in carry its membership.
    """
    members = one.members.values() if all_members else [one.members[bot_id]]
    plain = [each for each in one.channels.values() if each.type not in THREADS]
    return guild(one) | {
        "joined_at": iso(one.members[bot_id].joined_at),
        "large": False,
        "unavailable": False,
        "member_count": len(one.members),
        "voice_states": [],
        "members": [member(each) for each in members],
        "channels": [channel(each) for each in plain],
        "threads": [_with_membership(each, bot_id) for each in threads],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _with_membership(one: Channel, bot_id: int) -> dict[str, Any]:
    body = channel(one)
    if one.thread is not None and bot_id in one.thread.members:
        body["member"] = thread_member(one, bot_id)
    return body


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
        "author": user(one.author),
        "timestamp": iso(one.at),
        "edited_timestamp": None if one.edited_at is None else iso(one.edited_at),
        "tts": False,
        "pinned": False,
        "mention_everyone": one.mention_everyone,
        "mentions": [user(each) for each in one.mentions],
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
        body["thread"] = channel(one.thread)
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
            "user": user(cause.user),
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
        "user": user(cause.user),
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
            body["member"] = member(author, with_user=False)
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
