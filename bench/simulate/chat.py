"""An imitation of Discord, as far as daily quotes care: servers, channels, messages, HTTP answers, the gateway.

It answers what discord.py asks in terms of HTTP: status, headers, body, or no answer at all; so the bot's own reading
of answers is under test. Where Discord's docs say what is answered, the docs are followed (Channel, Message, Threads,
Permissions, Opcodes and Status Codes); faults come from the plan.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass, field
from email.utils import format_datetime
from http import HTTPStatus
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp
from multidict import CIMultiDict
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.simulate.virtual import Loop, Time

# A Monday.
START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
BOT = 900_000_000_000_000_001
MODERATOR = 900_000_000_000_000_002
SHARDS = 2
NONCE_SECONDS = 300.0
_DISCORD_EPOCH = 1_420_070_400_000
TEXT, ANNOUNCEMENT, THREAD, FORUM = 0, 5, 11, 15
VIEW, SEND, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 15, 1 << 16
MANAGE_THREADS, CREATE_THREADS, SEND_IN_THREADS = 1 << 34, 1 << 35, 1 << 38
ALL = VIEW | SEND | ATTACH | HISTORY | SEND_IN_THREADS | CREATE_THREADS | 1 << 14
_TIMED_OUT = VIEW | HISTORY
# A thread nobody writes in is archived by itself.
_ARCHIVED_AFTER = 3 * 86_400.0
# What is kept of a channel's own messages: no search looks further back.
_KEPT_SECONDS = 12 * 86_400.0
# The bot gives an attempt up after a quarter of a minute: what comes later, nobody hears.
_HEARD_WITHIN = 14.0
_BUCKETS = {"X-Ratelimit-Limit": "5", "X-Ratelimit-Remaining": "4", "X-Ratelimit-Reset-After": "1.000"}


def chance(*key: object) -> float:
    """Return a number from 0 up to 1 that follows from `key` alone."""
    digest = hashlib.blake2b(repr(key).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def snowflake(seconds: float, low: int = 0) -> int:
    """Return the id of what is made so many seconds after START (Discord's docs, Reference, Snowflakes)."""
    ms = int((START.timestamp() + seconds) * 1000) - _DISCORD_EPOCH
    return (ms << 22) + low


def seconds_of(identity: int) -> float:
    """Return when the bearer of an id was made, in seconds after START."""
    return ((identity >> 22) + _DISCORD_EPOCH) / 1000 - START.timestamp()


class Message(NamedTuple):
    """A message of the bot's."""

    id: int
    channel: int
    nonce: str | None
    component_id: int
    role: int | None
    at: float


@dataclass
class Channel:
    """A channel or thread."""

    id: int
    guild: int
    kind: int
    parent: int | None = None
    denied: int = 0
    archived: bool = False
    locked: bool = False
    needs_tag: bool = False
    messages: list[Message] = field(default_factory=list)
    # People's messages, one every so many seconds, in these spans of time.
    chatter: list[tuple[float, float, float]] = field(default_factory=list)
    # Of a forum: (id, whether it is ours, when it was archived by hand or None).
    threads: list[tuple[int, bool, float | None]] = field(default_factory=list)


@dataclass
class Guild:
    id: int
    number: int
    present: bool = True
    # Whether some session of the gateway told the bot that it is back.
    told: bool = True
    available: bool = True
    allowed: int = ALL
    role: int | None = None
    role_gone_at: float = -1e9
    timed_out_until: float | None = None
    channels: dict[int, Channel] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    @property
    def shard(self) -> int:
        """Discord's docs, Gateway, Sharding."""
        return (self.id >> 22) % SHARDS


class Answer(NamedTuple):
    """What comes back; `failure` is raised in its place."""

    status: int
    body: str = ""
    json: bool = True
    headers: dict[str, str] | None = None
    failure: BaseException | None = None
    # The answer breaks off while it is read.
    half: bool = False


@dataclass
class Fault:
    """Something wrong at Discord's: each request that it concerns meets it with probability `share`."""

    kind: str
    guild: int | None
    share: float


class Session:
    """A process's connection to the gateway, for one shard."""

    def __init__(self, shard: int, deliver: Callable[[str, dict[str, Any]], None]) -> None:
        self.shard = shard
        self.deliver = deliver
        self.live = False
        self.missed: list[tuple[str, dict[str, Any]]] = []


class Chat:
    """All servers. `recent` tells why a channel could lately not be posted to.

    `watch` is told of each message, `asked` of each request for one, by component_id, and of each surely refused.
    """

    def __init__(self, time: Time, seed: int, watch: Callable[[Message], None], asked: Callable[..., None]) -> None:
        self.time, self.seed = time, seed
        self._watch, self._asked = watch, asked
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.faults: list[Fault] = []
        self.sessions: list[Session] = []
        self.requests = 0
        self.trace = hashlib.blake2b(digest_size=16)
        self.recent: dict[int, list[tuple[float, frozenset[str]]]] = {}
        # What was done with messages: ('published' or 'discussed', message), and when.
        self.done: dict[tuple[str, int], float] = {}
        self._low = 0

    # Servers

    def make_guild(self, number: int) -> Guild:
        """Make a server with a text channel for notices."""
        guild = Guild(snowflake(-86_400.0 * 100 + number, 0), number, role=snowflake(-86_400.0 * 90 + number, 1))
        self.guilds[guild.id] = guild
        self.make_channel(guild, TEXT)
        return guild

    def make_channel(self, guild: Guild, kind: int) -> Channel:
        """Make a channel; a thread is made in a channel of its own."""
        parent = self.make_channel(guild, TEXT).id if kind == THREAD else None
        channel = Channel(self._new_id(), guild.id, kind, parent)
        guild.channels[channel.id] = self.channels[channel.id] = channel
        self._emit(guild, "THREAD_CREATE" if kind == THREAD else "CHANNEL_CREATE", self._channel(guild, channel))
        return channel

    def _new_id(self) -> int:
        self._low = (self._low + 1) % 4096
        return snowflake(self.time.now, self._low)

    def change(self, guild: Guild, change: Callable[[], None], *channels: Channel) -> None:
        """Change something that decides whether can be posted, and remember how it was. Then tell the gateway."""
        for channel in guild.channels.values():
            problems = self.problems(channel.id)
            if problems:
                self.recent.setdefault(channel.id, []).append((self.time.now, problems))
        change()
        for channel in channels:
            name = "THREAD_UPDATE" if channel.kind == THREAD else "CHANNEL_UPDATE"
            self._emit(guild, name, self._channel(guild, channel))

    def tell_role(self, guild: Guild) -> None:
        """Tell that the bot's role was changed."""
        self._emit(guild, "GUILD_ROLE_UPDATE", {"guild_id": str(guild.id), "role": self._roles(guild)[1]})

    def tell_member(self, guild: Guild) -> None:
        """Tell that the bot was timed out, or is no more."""
        self._emit(guild, "GUILD_MEMBER_UPDATE", {"guild_id": str(guild.id), **self._member(guild)})

    def delete_role(self, guild: Guild) -> None:
        """Delete the role that is mentioned."""
        role, guild.role, guild.role_gone_at = guild.role, None, self.time.now
        self._emit(guild, "GUILD_ROLE_DELETE", {"guild_id": str(guild.id), "role_id": str(role)})

    def make_role(self, guild: Guild) -> None:
        """Make a role that can be mentioned."""
        guild.role = self._new_id()
        self._emit(guild, "GUILD_ROLE_CREATE", {"guild_id": str(guild.id), "role": self._roles(guild)[2]})

    def delete_channel(self, guild: Guild, channel: Channel) -> None:
        """Delete a channel or thread."""

        def change() -> None:
            del guild.channels[channel.id]
            guild.gone.add(channel.id)

        self.change(guild, change)
        self._emit(
            guild, "THREAD_DELETE" if channel.kind == THREAD else "CHANNEL_DELETE", self._channel(guild, channel)
        )

    def leave(self, guild: Guild) -> None:
        """Remove the bot."""
        self.change(guild, lambda: setattr(guild, "present", False))
        self._emit(guild, "GUILD_DELETE", {"id": str(guild.id)}, always=True)

    def join(self, guild: Guild) -> None:
        """Add the bot."""
        self.change(guild, lambda: setattr(guild, "present", True))
        guild.told = False
        if guild.available:
            self._emit(guild, "GUILD_CREATE", self._guild(guild))

    def outage(self, guild: Guild, *, begins: bool) -> None:
        """Let a server be unavailable, or available again."""
        self.change(guild, lambda: setattr(guild, "available", not begins))
        if begins:
            self._emit(guild, "GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, always=True)
        else:
            self._emit(guild, "GUILD_CREATE", self._guild(guild) | {"unavailable": False})

    def flood_forum(self, forum: Channel, count: int) -> None:
        """Archive all threads of a forum, and then so many new ones of other people."""
        now = self.time.now
        forum.threads = [(id_, ours, now if until is None else until) for id_, ours, until in forum.threads]
        forum.threads += [(snowflake(now, n), False, now + 1.0 + n / 100) for n in range(count)]

    # What is true

    def allowed(self, channel: Channel) -> int:
        """Return the bot's permissions in a channel (Discord's docs, Permissions)."""
        guild = self.guilds[channel.guild]
        parent = self.channels[channel.parent] if channel.parent else channel
        allowed = guild.allowed & ~parent.denied
        if guild.timed_out_until is not None and self.time.now < guild.timed_out_until:
            allowed &= _TIMED_OUT
        return allowed if allowed & VIEW else 0

    def problems(self, channel_id: int, *, picture: bool = True) -> frozenset[str]:
        """Return all that keeps the bot from posting to a channel now; empty when it could."""
        channel = self.channels[channel_id]
        guild = self.guilds[channel.guild]
        gone = frozenset({"channel-gone"}) if channel_id in guild.gone else frozenset()
        if not guild.present:
            # Discord may say either of a channel that is gone as well.
            return gone | {"left"}
        if not guild.available:
            return gone | {"outage"}
        if gone:
            return gone
        found = set()
        if guild.timed_out_until is not None and self.time.now < guild.timed_out_until:
            found.add("timed-out")
        allowed = guild.allowed & ~(self.channels[channel.parent] if channel.parent else channel).denied
        if not allowed & VIEW:
            found.add("no-access")
        elif not allowed & (SEND_IN_THREADS if channel.kind == THREAD else SEND) or (picture and not allowed & ATTACH):
            found.add("no-permission")
        if channel.archived and channel.locked:
            found.add("archived")
        if channel.needs_tag:
            found.add("needs-tag")
        return frozenset(found)

    def lately(self, channel_id: int, seconds: float) -> frozenset[str]:
        """Return all that kept the bot from posting to a channel within the last `seconds`."""
        found = set(self.problems(channel_id))
        kept = [each for each in self.recent.get(channel_id, ()) if each[0] >= self.time.now - 3 * 86_400.0]
        self.recent[channel_id] = kept
        return frozenset(found.union(*(problems for at, problems in kept if at >= self.time.now - seconds)))

    # The gateway

    def _emit(self, guild: Guild, name: str, data: dict[str, Any], *, always: bool = False) -> None:
        if (not guild.present or not guild.available) and not always:
            return
        for session in self.sessions:
            if session.shard == guild.shard:
                guild.told |= session.live
                if session.live:
                    self.time.after(0.05, self._send, session, name, data)
                else:
                    session.missed.append((name, data))

    @staticmethod
    def _send(session: Session, name: str, data: dict[str, Any]) -> None:
        if session.live:
            session.deliver(name, data)
        else:
            session.missed.append((name, data))

    def connect(self, session: Session) -> None:
        """Begin a session: READY, then the servers that are available."""
        if session not in self.sessions:
            return
        session.live, session.missed = True, []
        guilds = [guild for guild in self.guilds.values() if guild.shard == session.shard and guild.present]
        ready = {
            "v": 10,
            "user": bot_user(),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": "s",
            "resume_gateway_url": "wss://gateway.invalid",
            "shard": [session.shard, SHARDS],
            "application": {"id": str(BOT), "flags": 0},
        }
        session.deliver("READY", ready)
        for guild in guilds:
            guild.told = True
            if guild.available:
                session.deliver("GUILD_CREATE", self._guild(guild) | {"unavailable": False})

    def resume(self, session: Session) -> None:
        """Go on with a session: what was missed comes in order."""
        if session not in self.sessions:
            return
        session.live = True
        missed, session.missed = session.missed, []
        for name, data in missed:
            session.deliver(name, data)
        session.deliver("RESUMED", {"__shard_id__": session.shard})

    def _guild(self, guild: Guild) -> dict[str, Any]:
        channels = guild.channels.values()
        return {
            "id": str(guild.id),
            "name": f"Server {guild.number}",
            "owner_id": str(MODERATOR),
            "member_count": 10,
            "joined_at": START.isoformat(),
            "roles": self._roles(guild),
            "members": [self._member(guild)],
            "channels": [self._channel(guild, each) for each in channels if each.kind != THREAD],
            "threads": [
                self._channel(guild, each)
                for each in channels
                if each.kind == THREAD and not each.archived and self.allowed(each) & VIEW
            ],
            "system_channel_id": str(next(iter(guild.channels))),
            "features": [],
        }

    @staticmethod
    def _roles(guild: Guild) -> list[dict[str, Any]]:
        plain = {"color": 0, "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}}
        plain |= {"hoist": False, "flags": 0, "icon": None, "unicode_emoji": None}
        roles = [
            {"id": str(guild.id), "name": "@everyone", "permissions": "0", "position": 0} | plain,
            {"id": str(guild.id + 1), "name": "bot", "permissions": str(guild.allowed), "position": 1} | plain,
        ]
        if guild.role is not None:
            roles.append({"id": str(guild.role), "name": "fans", "permissions": "0", "position": 2} | plain)
        for role in roles:
            role |= {"managed": role["name"] == "bot", "mentionable": role["name"] == "fans"}
        return roles

    @staticmethod
    def _member(guild: Guild) -> dict[str, Any]:
        until = guild.timed_out_until
        return {
            "user": bot_user(),
            "roles": [str(guild.id + 1)],
            "joined_at": START.isoformat(),
            "deaf": False,
            "mute": False,
            "flags": 0,
            "communication_disabled_until": None if until is None else _iso(until),
        }

    @staticmethod
    def _channel(guild: Guild, channel: Channel) -> dict[str, Any]:
        data: dict[str, Any] = {
            "id": str(channel.id),
            "guild_id": str(guild.id),
            "name": f"channel-{channel.id % 4096}",
            "type": channel.kind,
            "position": 0,
        }
        if channel.kind == THREAD:
            metadata = {"archived": channel.archived, "locked": channel.locked, "auto_archive_duration": 4320}
            return data | {
                "parent_id": str(channel.parent),
                "owner_id": str(MODERATOR),
                "message_count": 1,
                "member_count": 1,
                "thread_metadata": metadata | {"archive_timestamp": _iso(0.0), "invitable": True},
            }
        data["permission_overwrites"] = [
            {"id": str(guild.id + 1), "type": 0, "allow": "0", "deny": str(channel.denied)}
        ]
        if channel.kind == FORUM:
            data |= {"available_tags": [], "flags": 1 << 4 if channel.needs_tag else 0}
        return data

    # HTTP

    def note_asked(self, method: str, body: dict[str, Any], answer: Answer | None = None) -> None:
        """Tell that a message was asked for; with `answer`, that it came back, if it says that nothing was accepted."""
        content = body.get("message", body)
        if method != "POST" or "components" not in content:
            return
        component_id = content["components"][0].get("id", 0)
        if answer is None:
            self._asked(component_id, refused=False)
        elif HTTPStatus.BAD_REQUEST <= answer.status < 500 and answer.status != HTTPStatus.REQUEST_TIMEOUT:
            self._asked(component_id, refused=True)

    def fate(self, channel_id: int | None, guild_id: int | None) -> str:
        """Return what happens to a request: 'ok', or the kind of a fault."""
        if guild_id is None and channel_id is not None and channel_id in self.channels:
            guild_id = self.channels[channel_id].guild
        for fault in self.faults:
            concerns = fault.guild is None or fault.guild == guild_id
            if concerns and chance(self.seed, "fate", fault.kind, channel_id, round(self.time.now, 3)) < fault.share:
                return fault.kind
        guild = self.guilds.get(guild_id or 0)
        if guild is not None and guild.present and not guild.available:
            return "503"
        return "ok"

    def answer(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Answer:
        """Do what is asked, and return the answer."""
        for verb, pattern, handler in _ROUTES:
            if verb == method and (match := re.fullmatch(pattern, path)):
                found: Answer = getattr(self, handler)(*map(int, match.groups()), query, body)
                return found
        raise NotImplementedError(f"{method} {path} is not imitated")

    def _denied(self, channel_id: int) -> Answer | None:
        channel = self.channels.get(channel_id)
        if channel is None or channel_id in self.guilds[channel.guild].gone:
            return _error(404, 10003, "Unknown Channel")
        if not self.guilds[channel.guild].present or not self.allowed(channel) & VIEW:
            return _error(403, 50001, "Missing Access")
        return None

    def _post(self, channel_id: int, _query: dict[str, str], body: dict[str, Any]) -> Answer:
        if denied := self._denied(channel_id):
            return denied
        channel = self.channels[channel_id]
        allowed = self.allowed(channel)
        needed = SEND_IN_THREADS if channel.kind == THREAD else SEND
        if not allowed & needed or (body.get("attachments") and not allowed & ATTACH):
            return _error(403, 50013, "Missing Permissions")
        if channel.archived:
            return _error(400, 50083, "Thread is archived")
        nonce = str(body["nonce"]) if body.get("enforce_nonce") else None
        for message in reversed(channel.messages):
            if message.at <= self.time.now - NONCE_SECONDS:
                break
            if nonce is not None and message.nonce == nonce:
                return _ok(_message(message))
        return _ok(_message(self._create(channel, channel_id, nonce, body)))

    def _post_thread(self, forum_id: int, _query: dict[str, str], body: dict[str, Any]) -> Answer:
        if denied := self._denied(forum_id):
            return denied
        forum, message = self.channels[forum_id], body["message"]
        allowed = self.allowed(forum)
        if not allowed & SEND or (message.get("attachments") and not allowed & ATTACH):
            return _error(403, 50013, "Missing Permissions")
        if forum.needs_tag:
            return _error(400, 40067, "A tag is required to create a forum post in this channel")
        made = self._create(forum, None, None, message)
        forum.threads.append((made.id, True, None))
        return _ok({"id": str(made.id), "parent_id": str(forum_id), "message": _message(made)})

    def _create(self, channel: Channel, within: int | None, nonce: str | None, body: dict[str, Any]) -> Message:
        identity = self._new_id()
        roles = body["allowed_mentions"]["roles"]
        component_id = body["components"][0].get("id", 0)
        role = int(roles[0]) if roles else None
        message = Message(identity, within or identity, nonce, component_id, role, self.time.now)
        channel.messages.append(message)
        while channel.messages[0].at < self.time.now - _KEPT_SECONDS:
            channel.messages.pop(0)
        while channel.threads and seconds_of(channel.threads[0][0]) < self.time.now - _KEPT_SECONDS:
            channel.threads.pop(0)
        self._watch(message)
        return message

    def _history(self, channel_id: int, query: dict[str, str], _body: dict[str, Any]) -> Answer:
        if denied := self._denied(channel_id):
            return denied
        channel = self.channels[channel_id]
        if not self.allowed(channel) & HISTORY:
            return _ok([])
        limit, after, before = int(query.get("limit", "50")), int(query.get("after", "0")), query.get("before")
        found = {message.id: _message(message) for message in channel.messages if message.id > after}
        for begin, end, every in channel.chatter:
            first = max(0, int((seconds_of(after) - begin) / every)) if after else 0
            last = min(self.time.now, end)
            count = first
            while begin + count * every <= last and len(found) < limit * 12:
                identity = snowflake(begin + count * every, 4000)
                if identity > after:
                    found[identity] = _other(identity, channel_id)
                count += 1
        ids = sorted(id_ for id_ in found if before is None or id_ < int(before))
        page = ids[:limit] if "after" in query else ids[-limit:]
        return _ok([found[id_] for id_ in reversed(page)])

    def _crosspost(self, channel_id: int, message_id: int, _query: dict[str, str], _body: dict[str, Any]) -> Answer:
        if denied := self._denied(channel_id):
            return denied
        channel = self.channels[channel_id]
        if not self.allowed(channel) & SEND:
            return _error(403, 50013, "Missing Permissions")
        if channel.kind != ANNOUNCEMENT:
            return _error(400, 50068, "Invalid message type")
        return self._once_with(channel, message_id, "published", _error(400, 40033, "Already crossposted"))

    def _begin_thread(self, channel_id: int, message_id: int, _query: dict[str, str], _body: dict[str, Any]) -> Answer:
        if denied := self._denied(channel_id):
            return denied
        channel = self.channels[channel_id]
        if not self.allowed(channel) & CREATE_THREADS:
            return _error(403, 50013, "Missing Permissions")
        return self._once_with(channel, message_id, "discussed", _error(400, 160004, "A thread was already created"))

    def _once_with(self, channel: Channel, message_id: int, what: str, again: Answer) -> Answer:
        """Do something with a message that can be done once."""
        for message in channel.messages:
            if message.id == message_id:
                if (what, message_id) in self.done:
                    return again
                self.done[what, message_id] = self.time.now
                return _ok(_message(message) | {"type": 0})
        return _error(404, 10008, "Unknown Message")

    def _active(self, guild_id: int, _query: dict[str, str], _body: dict[str, Any]) -> Answer:
        guild = self.guilds[guild_id]
        if not guild.present:
            return _error(403, 50001, "Missing Access")
        forums = [each for each in guild.channels.values() if each.kind == FORUM and self.allowed(each) & VIEW]
        threads = [
            self._thread(forum, id_, ours, None)
            for forum in forums
            for id_, ours, until in forum.threads
            if self._archived(id_, until) is None
        ]
        return _ok({"threads": threads, "members": []})

    def _archive(self, forum_id: int, query: dict[str, str], _body: dict[str, Any]) -> Answer:
        if denied := self._denied(forum_id):
            return denied
        forum = self.channels[forum_id]
        if not self.allowed(forum) & HISTORY:
            return _error(403, 50001, "Missing Access")
        limit, before = int(query.get("limit", "50")), query.get("before")
        at = dt.datetime.fromisoformat(before).timestamp() - START.timestamp() if before else self.time.now + 1e9
        archived = [
            (until, id_, ours)
            for id_, ours, by_hand in forum.threads
            if (until := self._archived(id_, by_hand)) is not None and until < at
        ]
        archived.sort(reverse=True)
        threads = [self._thread(forum, id_, ours, until) for until, id_, ours in archived[:limit]]
        return _ok({"threads": threads, "members": [], "has_more": len(archived) > limit})

    def _archived(self, thread: int, by_hand: float | None) -> float | None:
        until = seconds_of(thread) + _ARCHIVED_AFTER if by_hand is None else by_hand
        return until if until <= self.time.now else None

    @staticmethod
    def _thread(forum: Channel, identity: int, ours: bool, archived: float | None) -> dict[str, Any]:
        return {
            "id": str(identity),
            "guild_id": str(forum.guild),
            "parent_id": str(forum.id),
            "owner_id": str(BOT if ours else MODERATOR),
            "name": "thread",
            "type": THREAD,
            "message_count": 0,
            "member_count": 1,
            "thread_metadata": {
                "archived": archived is not None,
                "locked": False,
                "auto_archive_duration": 4320,
                "archive_timestamp": _iso(archived if archived is not None else seconds_of(identity)),
                "create_timestamp": _iso(seconds_of(identity)),
            },
        }

    def _one_message(self, channel_id: int, message_id: int, _query: dict[str, str], _body: dict[str, Any]) -> Answer:
        for channel in self.channels.values():
            if channel.id == channel_id or (channel.kind == FORUM and channel_id == message_id):
                if channel.id != channel_id and not any(id_ == channel_id for id_, _, _ in channel.threads):
                    continue
                if denied := self._denied(channel.id):
                    return denied
                for message in channel.messages:
                    if message.id == message_id:
                        return _ok(_message(message))
                return _error(404, 10008, "Unknown Message")
        return _error(404, 10003, "Unknown Channel")

    def _one_channel(self, channel_id: int, _query: dict[str, str], _body: dict[str, Any]) -> Answer:
        if denied := self._denied(channel_id):
            return denied
        channel = self.channels[channel_id]
        return _ok(self._channel(self.guilds[channel.guild], channel))

    def _edit_channel(self, channel_id: int, _query: dict[str, str], _body: dict[str, Any]) -> Answer:
        if denied := self._denied(channel_id):
            return denied
        channel = self.channels[channel_id]
        allowed = self.allowed(channel)
        if not allowed & (MANAGE_THREADS if channel.locked else SEND_IN_THREADS):
            return _error(403, 50013, "Missing Permissions")
        guild = self.guilds[channel.guild]
        self.change(guild, lambda: setattr(channel, "archived", False), channel)
        return _ok(self._channel(guild, channel))

    def _one_guild(self, guild_id: int, _query: dict[str, str], _body: dict[str, Any]) -> Answer:
        guild = self.guilds.get(guild_id)
        if guild is None or not guild.present:
            return _error(404, 10004, "Unknown Guild")
        return _ok(self._guild(guild))

    def _me(self, guild_id: int, _user_id: int, _query: dict[str, str], _body: dict[str, Any]) -> Answer:
        guild = self.guilds.get(guild_id)
        if guild is None or not guild.present:
            return _error(404, 10004, "Unknown Guild")
        return _ok(self._member(guild))


_ROUTES = [
    ("POST", r"/channels/(\d+)/messages", "_post"),
    ("POST", r"/channels/(\d+)/threads", "_post_thread"),
    ("POST", r"/channels/(\d+)/messages/(\d+)/crosspost", "_crosspost"),
    ("POST", r"/channels/(\d+)/messages/(\d+)/threads", "_begin_thread"),
    ("GET", r"/channels/(\d+)/messages", "_history"),
    ("GET", r"/channels/(\d+)/messages/(\d+)", "_one_message"),
    ("GET", r"/guilds/(\d+)/threads/active", "_active"),
    ("GET", r"/channels/(\d+)/threads/archived/public", "_archive"),
    ("GET", r"/channels/(\d+)", "_one_channel"),
    ("PATCH", r"/channels/(\d+)", "_edit_channel"),
    ("GET", r"/guilds/(\d+)", "_one_guild"),
    ("GET", r"/guilds/(\d+)/members/(\d+)", "_me"),
]
_EDGE = "<html><head><title>Attention Required! | Cloudflare</title></head><body>Sorry</body></html>"
# What comes back in the place of an answer, before anything was done; and what after it was done.
BEFORE = {
    "403-html": Answer(403, _EDGE, json=False),
    "404-html": Answer(404, _EDGE, json=False),
    "429-html": Answer(429, "error code: 1015", json=False, headers={"Retry-After": "120"}),
    "502-html": Answer(502, _EDGE, json=False),
    "40333": Answer(403, json.dumps({"code": 40333, "message": "internal network error"})),
    "code-0": Answer(404, json.dumps({"code": 0, "message": "404: Not Found"})),
    "403-code-0": Answer(403, json.dumps({"code": 0, "message": "403: Forbidden"})),
    "400-code-0": Answer(400, json.dumps({"code": 0, "message": "400: Bad Request"})),
    "401": Answer(401, json.dumps({"code": 0, "message": "401: Unauthorized"})),
    "408": Answer(408, "", json=False),
    "500": Answer(500, json.dumps({"code": 0, "message": "500: Internal Server Error"})),
    "503": Answer(503, "upstream connect error", json=False),
    "430000": Answer(500, json.dumps({"code": 130000, "message": "API resource is currently overloaded"})),
    "dropped": Answer(0, failure=aiohttp.ServerDisconnectedError()),
}
AFTER = {
    "500-after": BEFORE["500"],
    "504-after": Answer(504, "upstream request timeout", json=False),
    "lost": Answer(0, failure=aiohttp.ServerDisconnectedError()),
    "half": Answer(200, '{"id": "12', half=True),
    "junk": Answer(200, _EDGE, json=False),
    "truncated": Answer(200, '{"id": "12'),
}
LIMITED = ("429", "429-global")
OTHER = ("slow", "connect")


def _limited(kind: str, key: object) -> Answer:
    seconds = round(0.5 + 40 * chance(key) ** 3, 3)
    body = {"message": "You are being rate limited.", "retry_after": seconds, "global": kind == "429-global"}
    scope = "global" if kind == "429-global" else "shared"
    return Answer(429, json.dumps(body), headers={"Retry-After": str(seconds), "X-RateLimit-Scope": scope})


def bot_user() -> dict[str, Any]:
    """Return the bot, as Discord describes it."""
    return {"id": str(BOT), "username": "bot", "discriminator": "0001", "avatar": None, "bot": True}


def _iso(seconds: float) -> str:
    return (START + dt.timedelta(seconds=seconds)).isoformat()


def _ok(data: object) -> Answer:
    return Answer(200, json.dumps(data))


def _error(status: int, code: int, message: str) -> Answer:
    return Answer(status, json.dumps({"code": code, "message": message}))


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.id),
        "channel_id": str(message.channel),
        "author": bot_user(),
        "nonce": message.nonce,
        "components": [{"type": 17, "id": message.component_id, "components": []}],
        "timestamp": _iso(message.at),
    }


def _other(identity: int, channel: int) -> dict[str, Any]:
    author = bot_user() | {"id": str(MODERATOR), "bot": False}
    return {"id": str(identity), "channel_id": str(channel), "author": author, "components": []}


class _Response:
    """What discord.py reads of aiohttp's response."""

    def __init__(self, answer: Answer, now: dt.datetime) -> None:
        self.status = answer.status
        self._answer = answer
        try:
            self.reason = HTTPStatus(answer.status).phrase
        except ValueError:
            self.reason = ""
        self.headers: CIMultiDict[str] = CIMultiDict(answer.headers or {})
        self.headers["Date"] = format_datetime(now, usegmt=True)
        self.headers["content-type"] = "application/json" if answer.json else "text/html; charset=UTF-8"
        if answer.json:
            self.headers["Via"] = "1.1 google"
            if answer.status == HTTPStatus.OK:
                self.headers.update(_BUCKETS)

    async def text(self, encoding: str = "utf-8") -> str:
        del encoding
        if self._answer.half:
            raise aiohttp.ClientPayloadError("Response payload is not completed")
        return self._answer.body


class Wire:
    """A process's HTTP session: what discord.py needs of aiohttp.ClientSession, its tracing among that."""

    def __init__(
        self,
        chat: Chat,
        loop: Loop,
        point: Callable[[str], None],
        reach: Callable[[str], None],
        traced: aiohttp.TraceConfig | None,
    ) -> None:
        self._chat, self._loop, self._point, self._reach, self._traced = chat, loop, point, reach, traced

    def request(self, method: str, url: str, **given: Any) -> _Request:
        """Return a request, to be entered."""
        return _Request(self, method, url, given)

    async def close(self) -> None:
        """Do nothing."""

    async def _trace(self, name: str, context: SimpleNamespace, **params: Any) -> None:
        if self._traced is not None:
            for callback in getattr(self._traced, name):
                await callback(self, context, SimpleNamespace(**params))

    async def send(self, method: str, url: str, given: dict[str, Any]) -> _Response:
        """Send a request, and wait for what comes back, at most as long as the request may last."""
        self._point("wire:before")
        chat, loop = self._chat, self._loop
        context = SimpleNamespace(trace_request_ctx=given.get("trace_request_ctx"))
        target = {"method": method, "url": URL(url), "headers": given.get("headers")}
        await self._trace("on_request_start", context, **target)
        # What is noted down before a request is noted; the process may die before it leaves.
        self._point("wire:noted")
        chat.requests += 1
        path, _, raw = url.partition("/api/v10")[2].partition("?")
        query = {str(k): str(v) for k, v in (given.get("params") or {}).items()}
        query |= dict(part.split("=", 1) for part in raw.split("&") if part)
        ids = re.match(r"/(channels|guilds)/(\d+)", path)
        channel = int(ids[2]) if ids and ids[1] == "channels" else None
        fate = chat.fate(channel, int(ids[2]) if ids and ids[1] == "guilds" else None)
        chat.trace.update(f"{chat.time.now:.6f} {method} {path} {fate}".encode())
        key = (chat.seed, method, path, round(chat.time.now, 4))
        lasts = 0.08 + 0.25 * chance(*key, "lasts") ** 4
        if fate == "slow":
            lasts = 3.0 + 60.0 * chance(*key, "slow")
        if fate == "connect":
            await asyncio.sleep(lasts)
            where: Any = SimpleNamespace(host="discord.invalid", port=443, ssl=True)
            raise aiohttp.ClientConnectorError(where, OSError(111, "Connect call failed"))
        await self._trace("on_request_headers_sent", context, **target)
        answered: asyncio.Future[Answer] = loop.create_future()
        arrives = lasts * (0.2 + 0.7 * chance(*key, "arrives"))
        asked = (method, path, query, _body(given))
        chat.note_asked(method, asked[3])
        chat.time.after(arrives, self._arrive, asked, fate, key, answered, lasts - arrives)
        timeout = given.get("timeout")
        async with asyncio.timeout(timeout.total if timeout is not None else 300.0):
            answer = await answered
        if lasts < _HEARD_WITHIN:
            chat.note_asked(method, asked[3], answer)
        self._point("wire:after")
        if answer.failure is not None:
            raise answer.failure.with_traceback(None)
        response = _Response(answer, START + dt.timedelta(seconds=chat.time.now))
        await self._trace("on_request_end", context, **target, response=response)
        return response

    def _arrive(
        self, asked: tuple[Any, ...], fate: str, key: object, answered: asyncio.Future[Answer], rest: float
    ) -> None:
        """Be at Discord's."""
        chat = self._chat
        answer = BEFORE.get(fate) or (_limited(fate, key) if fate in LIMITED else None)
        if answer is None:
            answer = chat.answer(*asked)
            if answer.status == HTTPStatus.OK:
                answer = AFTER.get(fate, answer)
        chat.trace.update(f"{chat.time.now:.6f} {answer.status} {answer.body}".encode())
        self._reach("wire:arrived")
        chat.time.after(rest, self._return, answer, answered)

    def _return(self, answer: Answer, answered: asyncio.Future[Answer]) -> None:
        if not self._loop.dead and not answered.done():
            answered.set_result(answer)


class _Request:
    def __init__(self, wire: Wire, method: str, url: str, given: dict[str, Any]) -> None:
        self._wire, self._method, self._url, self._given = wire, method, str(url), given

    async def __aenter__(self) -> _Response:
        return await self._wire.send(self._method, self._url, self._given)

    async def __aexit__(self, *_: object) -> None:
        pass


def _body(given: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON that is sent: the body, or a form's field payload_json."""
    data = given.get("data")
    if data is None:
        return {}
    text = next(value for _, _, value in data._fields) if isinstance(data, aiohttp.FormData) else data
    body: dict[str, Any] = json.loads(text)
    return body
