"""Permission bits and how they combine (Discord's docs, "Permissions": base, then overwrites)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.model import Channel, Guild, Member, Overwrite

BITS: dict[str, int] = {
    "create_instant_invite": 1 << 0,
    "kick_members": 1 << 1,
    "ban_members": 1 << 2,
    "administrator": 1 << 3,
    "manage_channels": 1 << 4,
    "manage_guild": 1 << 5,
    "add_reactions": 1 << 6,
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "manage_messages": 1 << 13,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
    "mention_everyone": 1 << 17,
    "use_external_emojis": 1 << 18,
    "change_nickname": 1 << 26,
    "manage_roles": 1 << 28,
    "manage_webhooks": 1 << 29,
    "use_application_commands": 1 << 31,
    "manage_threads": 1 << 34,
    "create_public_threads": 1 << 35,
    "create_private_threads": 1 << 36,
    "send_messages_in_threads": 1 << 38,
    "moderate_members": 1 << 40,
    "use_external_apps": 1 << 50,
}
ALL = (1 << 54) - 1


def bits(*names: str) -> int:
    """Add up permissions given by name, e.g. `bits("send_messages", "embed_links")`."""
    total = 0
    for name in names:
        total |= BITS[name]
    return total


ADMINISTRATOR = BITS["administrator"]
VIEW = BITS["view_channel"]
SEND = BITS["send_messages"]
SEND_IN_THREADS = BITS["send_messages_in_threads"]
MENTION_EVERYONE = BITS["mention_everyone"]
READ_HISTORY = BITS["read_message_history"]
MANAGE_MESSAGES = BITS["manage_messages"]
MANAGE_THREADS = BITS["manage_threads"]
ATTACH_FILES = BITS["attach_files"]
EMBED_LINKS = BITS["embed_links"]
# Discord's docs, "Permissions for timed out members".
WHILE_TIMED_OUT = VIEW | READ_HISTORY

ORDINARY = bits(
    "add_reactions",
    "view_channel",
    "send_messages",
    "embed_links",
    "attach_files",
    "read_message_history",
    "use_external_emojis",
    "change_nickname",
    "use_application_commands",
    "create_public_threads",
    "create_private_threads",
    "send_messages_in_threads",
    "use_external_apps",
)
MODERATION = bits(
    "manage_guild",
    "manage_channels",
    "manage_messages",
    "manage_roles",
    "manage_threads",
    "mention_everyone",
    "moderate_members",
)
IN_DM = ORDINARY | MENTION_EVERYONE


def in_guild(guild: Guild, member: Member) -> int:
    """Combine a member's roles; the owner and administrators may do everything."""
    if guild.owner_id == member.user.id:
        return ALL
    total = guild.roles[guild.id].permissions
    for role_id in member.roles:
        total |= guild.roles[role_id].permissions
    return ALL if total & ADMINISTRATOR else total


def in_channel(channel: Channel, member: Member, now: float = 0.0) -> int:
    """Combine a member's roles with a channel's overwrites: @everyone's, all roles' together, their own.

    A thread goes by its parent's. Who may not view may do nothing; who may not send may not attach either; who is
    timed out by `now` (seconds since 1970) may only look, administrators and the owner apart.
    """
    guild = channel.guild
    if guild is None:
        return IN_DM
    base = in_guild(guild, member)
    if base == ALL:
        return ALL
    overwrites = (channel.parent or channel).overwrites if channel.thread else channel.overwrites
    if overwrites:
        base = _apply(base, overwrites.get(guild.id))
        allow = deny = 0
        for role_id in member.roles:
            if (one := overwrites.get(role_id)) is not None:
                allow |= one.allow
                deny |= one.deny
        base = _apply((base & ~deny) | allow, overwrites.get(member.user.id))
    if member.timed_out_until is not None and now < member.timed_out_until:
        base &= WHILE_TIMED_OUT
    if not base & VIEW:
        return 0
    if not base & (SEND_IN_THREADS if channel.thread else SEND):
        base &= ~(MENTION_EVERYONE | ATTACH_FILES | EMBED_LINKS)
    return base


def _apply(base: int, overwrite: Overwrite | None) -> int:
    return base if overwrite is None else (base & ~overwrite.deny) | overwrite.allow
