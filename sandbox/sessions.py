"""A shard's session on the gateway: what it has asked for, what it was sent, what it missed."""

from __future__ import annotations

import asyncio
from collections import deque
from enum import IntFlag
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.model import PRIVATE
from sandbox.permissions import VIEW
from sandbox.render_messages import for_bot

if TYPE_CHECKING:
    from sandbox.events import Event
    from sandbox.model import User
    from sandbox.transport import Transport
    from sandbox.world import World

_encode = msgspec.json.Encoder().encode
_MISSED = 2000  # events kept for a session to resume with; Discord does not publish its own number


class Close(Exception):  # noqa: N818 - not an error, but the end of a connection
    """Ends a connection with a close code (Discord's docs, "Gateway close event codes")."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Intent(IntFlag):
    """Gateway intents (Discord's docs, "List of intents"; those that matter here)."""

    GUILDS = 1 << 0
    MEMBERS = 1 << 1
    PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15
    PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)
    KNOWN = (1 << 17) - 1 | (1 << 20) | (1 << 21) | (1 << 24) | (1 << 25)


class Session:
    """One shard's session: outlives its websocket, so that it can be resumed."""

    def __init__(self, session_id: str, shard: int, shards: int, intents: int) -> None:
        self.id = session_id
        self.shard = shard
        self.shards = shards
        self.intents = intents
        self.transport: Transport | None = None
        self._sent = 0
        self._past: deque[tuple[int, str]] = deque(maxlen=_MISSED)
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None

    @property
    def live(self) -> bool:
        """Whether somebody is connected."""
        return self.transport is not None

    def covers(self, guild_id: int | None) -> bool:
        """Tell whether this shard is the guild's; DMs (None) go to shard 0 (Discord's docs, "Sharding")."""
        return ((guild_id or 0) >> 22) % self.shards == self.shard

    def attach(self, transport: Transport) -> None:
        """Take up a websocket."""
        self.detach()
        self.transport = transport
        self._queue = asyncio.Queue()
        self._writer = asyncio.create_task(self._write(transport, self._queue))

    def detach(self) -> Transport | None:
        """Let go of the websocket and return it; from now on events are kept for a resume."""
        transport, self.transport = self.transport, None
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None
        return transport

    async def _write(self, transport: Transport, queue: asyncio.Queue[str]) -> None:
        while True:
            text = await queue.get()
            if transport.closed:
                return
            try:
                await transport.send_str(text)
            except ConnectionError:
                return

    def send(self, frame: dict[str, Any]) -> None:
        """Send a frame that is not an event."""
        self._queue.put_nowait(_encode(frame).decode())

    def dispatch(self, name: str, data: dict[str, Any]) -> None:
        """Send an event, or keep it while nobody is connected."""
        self._sent += 1
        text = _encode({"op": 0, "t": name, "s": self._sent, "d": data}).decode()
        self._past.append((self._sent, text))
        if self.transport is not None:
            self._queue.put_nowait(text)

    def can_replay(self, after: int) -> bool:
        """Tell whether everything after a sequence number is still at hand."""
        return after <= self._sent and (after == self._sent or (bool(self._past) and self._past[0][0] <= after + 1))

    def replay(self, after: int) -> None:
        """Send again what came after a sequence number."""
        for number, text in self._past:
            if number > after:
                self._queue.put_nowait(text)

    def redact(self, event: Event, data: dict[str, Any], bot: User) -> dict[str, Any]:
        """Take a message's content out, unless the bot may read it."""
        if event.message is None:
            return data
        return for_bot(event.message, data, bot, content=bool(self.intents & Intent.MESSAGE_CONTENT))


def wants(session: Session, event: Event, world: World) -> bool:
    """Tell whether an event goes to a session: shard, membership, intents, sight of the channel."""
    guild = event.guild
    if not session.covers(None if guild is None else guild.id):
        return False
    if event.name == "INTERACTION_CREATE":
        return True  # interactions come whatever the intents
    if guild is not None and world.bot.id not in guild.members and event.name != "GUILD_DELETE":
        return False
    needed = _needed(event, world.bot)
    if session.intents & needed != needed:
        return False
    return _sees(event, world)


def _sees(event: Event, world: World) -> bool:
    guild, channel = event.guild, event.channel
    if guild is None or channel is None or event.name.startswith("CHANNEL_"):
        return channel is None or channel.type not in PRIVATE or world.bot in channel.recipients
    if str(world.bot.id) in event.data.get("removed_member_ids", ()):
        return True  # a private thread is out of sight by now
    return bool(world.permissions(channel, world.bot) & VIEW)


def _needed(event: Event, bot: User) -> int:
    direct = event.guild is None
    if event.name.startswith("MESSAGE_"):
        return Intent.DIRECT_MESSAGES if direct else Intent.GUILD_MESSAGES
    if event.name == "TYPING_START":
        return Intent.DIRECT_TYPING if direct else Intent.GUILD_TYPING
    if event.name in ("GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE", "GUILD_MEMBER_UPDATE"):
        # Discord's docs, "Gateway intents": updates of the bot's own member are sent whatever the intents.
        own = event.name == "GUILD_MEMBER_UPDATE" and event.data.get("user", {}).get("id") == str(bot.id)
        return Intent.GUILDS if own else Intent.MEMBERS
    if event.name == "THREAD_MEMBERS_UPDATE":
        # The same, "Thread members update": without the members intent only where the bot came or went.
        came = {each["user_id"] for each in event.data.get("added_members", ())}
        went = event.data.get("removed_member_ids", ())
        return Intent.GUILDS if str(bot.id) in {*came, *went} else Intent.GUILDS | Intent.MEMBERS
    if event.name.startswith(("GUILD_", "CHANNEL_", "THREAD_")):
        return Intent.GUILDS
    return 0
