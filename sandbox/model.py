"""What there is in the sandbox: plain state, without behaviour. Ids are ints here and strings on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class ChannelType(IntEnum):
    """Discord's docs, "Channel types" (those imitated)."""

    TEXT = 0
    DM = 1
    GROUP_DM = 3
    NEWS = 5
    NEWS_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


THREADS = frozenset({ChannelType.NEWS_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD})
PRIVATE = frozenset({ChannelType.DM, ChannelType.GROUP_DM})


class Flag(IntEnum):
    """Message flags (Discord's docs, "Message flags")."""

    CROSSPOSTED = 1 << 0
    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


@dataclass(slots=True, eq=False)
class User:
    """A person or a bot. `installed`: has added the app to their account; `dms_open`: takes DMs from bots."""

    id: int
    name: str
    display: str
    bot: bool = False
    locale: str = "en-US"
    installed: bool = False
    dms_open: bool = True


@dataclass(slots=True, eq=False)
class Role:
    """A role of a guild; the one with the guild's own id is @everyone."""

    id: int
    name: str
    permissions: int = 0
    position: int = 0
    mentionable: bool = False
    colour: int = 0
    bot_id: int | None = None


@dataclass(slots=True, eq=False)
class Member:
    """A user in a guild, with the ids of their roles (not @everyone's).

    `timed_out_until` is in seconds since 1970; it is kept when it has passed, as Discord does.
    """

    user: User
    joined_at: float
    roles: list[int] = field(default_factory=list)
    nick: str | None = None
    timed_out_until: float | None = None


@dataclass(slots=True)
class Overwrite:
    """A channel's exception for a role or member."""

    id: int
    member: bool
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class ThreadInfo:
    """What a thread has beyond a channel."""

    owner_id: int
    archived_at: float
    archived: bool = False
    locked: bool = False
    auto_archive: int = 1440
    invitable: bool = True
    members: dict[int, float] = field(default_factory=dict)
    tags: list[int] = field(default_factory=list)
    total: int = 0


@dataclass(slots=True, eq=False)
class Channel:
    """A place for messages: text, announcement, forum, thread, DM."""

    id: int
    type: ChannelType
    name: str
    guild: Guild | None = None
    parent: Channel | None = None
    position: int = 0
    topic: str | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    recipients: list[User] = field(default_factory=list)
    thread: ThreadInfo | None = None
    last_message_id: int | None = None
    rate_limit_per_user: int = 0
    tag_required: bool = False
    tags: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Guild:
    """A server. `channels` holds threads too, after their parents.

    The system channel is where Discord itself writes to members, the public-updates channel where it writes
    to moderators (Discord's docs, "Guild object"); a new server's first text channel is its system channel.
    """

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    locale: str = "en-US"
    unavailable: bool = False
    system_channel_id: int | None = None
    public_updates_channel_id: int | None = None


@dataclass(slots=True, eq=False)
class Attachment:
    """A file that somebody sent; `spot` is its number in the upload."""

    id: int
    filename: str
    content_type: str
    data: bytes
    description: str | None = None
    spot: int | None = None


@dataclass(slots=True, eq=False)
class Message:
    """A message. `addressee` set: ephemeral, seen by that user alone and not part of the history.

    `more`: what it holds besides, as Discord renders it (`poll`, `message_snapshots`).
    """

    id: int
    channel: Channel
    author: User
    at: float
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    type: int = 0
    nonce: str | int | None = None
    edited_at: float | None = None
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    reply_to: Message | None = None
    reference: dict[str, Any] | None = None
    interaction: Interaction | None = None
    addressee: int | None = None
    thread: Channel | None = None
    late_edits: list[float] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    position: int | None = None
    loading: bool = False
    deleted: bool = False

    @property
    def ephemeral(self) -> bool:
        """Whether only its addressee sees it."""
        return self.addressee is not None


@dataclass(slots=True, eq=False)
class Command:
    """A registered application command; `body` is what Discord answers with, ids aside."""

    id: int
    name: str
    type: int
    guild_id: int | None
    body: dict[str, Any]
    version: int


@dataclass(slots=True, eq=False)
class Interaction:
    """Something that a person did that the bot has to answer.

    `callback` is the type of the answer once there is one; `answer` its data (modal, choices).
    """

    id: int
    token: str
    type: int
    user: User
    channel: Channel
    at: float
    data: dict[str, Any]
    context: int
    owners: dict[str, str]
    message: Message | None = None
    command: Command | None = None
    origin: Interaction | None = None
    callback: int | None = None
    answer: dict[str, Any] | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    failed: bool = False
    updated: bool = False
    deferred: bool = False
