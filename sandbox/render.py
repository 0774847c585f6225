"""State as Discord's JSON: users, members, roles, channels, guilds (field names from the published API)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.ids import iso, seconds
from sandbox.model import PRIVATE, THREADS, ChannelType

if TYPE_CHECKING:
    from sandbox.model import Channel, Guild, Member, Overwrite, Role, User


def user(one: User) -> dict[str, Any]:
    """Render a user."""
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
    """Render a role."""
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
