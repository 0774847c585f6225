"""The gateway: one websocket per shard, and its session (Discord's docs, "Gateway")."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import zlib
from collections import deque
from enum import IntFlag
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from sandbox import render
from sandbox.faults import SOCKET
from sandbox.model import PRIVATE
from sandbox.permissions import VIEW
from sandbox.render import for_bot
from sandbox.requests import Exchange

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.faults import Faults
    from sandbox.model import Guild, User
    from sandbox.registry import Event
    from sandbox.world import World

ZLIB_STREAM = "zlib-stream"
_LARGE = 4096  # bytes; Discord does not publish from what size it compresses single payloads


class Transport:
    """One connection's way out: `stream` compresses all frames together, `payloads` the large ones each by itself."""

    def __init__(self, socket: web.WebSocketResponse, *, stream: bool = False) -> None:
        self.socket = socket
        self.payloads = False
        self._stream = zlib.compressobj() if stream else None
        self._turn = asyncio.Lock()  # a stream is read in the order in which it was compressed

    @property
    def closed(self) -> bool:
        return self.socket.closed

    @property
    def compressed(self) -> bool:
        """Whether all frames go out compressed."""
        return self._stream is not None

    async def send_str(self, text: str) -> None:
        """Send a frame; ConnectionError if the other side has gone."""
        async with self._turn:
            if self._stream is not None:
                whole = self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)
                await self.socket.send_bytes(whole)
            elif self.payloads and len(text) > _LARGE:
                await self.socket.send_bytes(zlib.compress(text.encode()))
            else:
                await self.socket.send_str(text)


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


_log = logging.getLogger(__name__)

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 8, 9, 10, 11

ACK_DELAY = 0.03  # seconds from a heartbeat to its answer
_MOST_FRAMES, _MINUTE = 120, 60.0  # Discord's docs, "Rate limiting" of the gateway
_LARGEST = 4096  # bytes of a frame from the bot (the same, "Sending events")
# Server's close codes after which a new session is needed (the same, "Gateway close event codes"), and client's.
_FINAL = frozenset({4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014})
_GOODBYE = frozenset({1000, 1001})
_VERSION = "10"


class Line:
    """One websocket, from its opening to its end: its way out, its session, and how it keeps to the rules."""

    def __init__(self, transport: Transport, now: float) -> None:
        self.transport = transport
        self.session: Session | None = None
        self.last_beat = now
        self._frames: deque[float] = deque()

    def count(self, data: str | bytes, now: float) -> None:
        """Count a frame in; close on one that is too large, or on too many."""
        if len(data.encode() if isinstance(data, str) else data) > _LARGEST:
            raise Close(4002, "Error while decoding payload.")
        self._frames.append(now)
        while self._frames[0] <= now - _MINUTE:
            self._frames.popleft()
        if len(self._frames) > _MOST_FRAMES:
            raise Close(4008, "Rate limited.")


class Gateway:
    """Holds the bot's sessions and sends them what happens in the world."""

    def __init__(self, world: World, token: str, faults: Faults, *, heartbeat: float = 41.25) -> None:
        self._world = world
        self._token = token
        self._faults = faults
        self._refusals: deque[int] = deque()
        self._open = asyncio.Event()
        self._open.set()
        self.grace = 20.0  # seconds that a heartbeat may be late; Discord does not publish its number
        self.silent = False  # whether heartbeats are left without an answer, as on a connection that is half dead
        self._heartbeat = heartbeat
        self.sessions: dict[str, Session] = {}
        self.changed = asyncio.Event()
        self.url = ""
        self.privileged = Intent.MEMBERS | Intent.PRESENCES | Intent.MESSAGE_CONTENT
        world.events.listen(self._on_event)

    # -- what the bot's side looks like -------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether every shard of the bot is connected and READY has been sent to it."""
        live = [each for each in self.sessions.values() if each.live]
        return bool(live) and {each.shard for each in live} == set(range(live[0].shards))

    async def wait_connected(self) -> None:
        """Wait until every shard is connected."""
        while not self.connected:
            await self.changed.wait()

    def _note_change(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()
        self._world.tell_people("BOT_STATUS", {"online": self.connected})

    # -- faults that a test or the demo may want ----------------------------------------------------

    async def disconnect(self, code: int = 4000, *, shard: int | None = None) -> None:
        """Close the websockets with a code; after 4004, 4007, 4009 and 4010 to 4014 nothing can be resumed."""
        gone = self._live(shard)
        await self._close(gone, code)
        if code in _FINAL:
            for each in gone:
                self.sessions.pop(each.id, None)

    def reconnect(self, *, shard: int | None = None) -> None:
        """Ask the bot to reconnect and resume (opcode 7)."""
        for each in self._live(shard):
            each.send({"op": RECONNECT, "d": None, "s": None, "t": None})

    def invalidate(self, *, resumable: bool = False, shard: int | None = None) -> None:
        """Tell the bot that its session is no good any more (opcode 9)."""
        for each in self._live(shard):
            if not resumable:
                del self.sessions[each.id]
            each.send({"op": INVALID_SESSION, "d": resumable, "s": None, "t": None})

    def refuse(self, code: int, times: int = 1) -> None:
        """Close the next connections with a code when they identify or resume, e.g. 4004, 4013 or 4014."""
        self._refusals.extend([code] * times)

    @contextlib.asynccontextmanager
    async def lost(self, *, shard: int | None = None) -> AsyncIterator[None]:
        """Lose the sessions: what happens while the block runs is never told; after it the bot may come back.

        Until then it finds the gateway's door closed, and its old session is not known any more: READY comes anew,
        with the servers that it is in by then.
        """
        self._open.clear()
        try:
            gone = [each for each in self.sessions.values() if shard in (None, each.shard)]
            await self._close([each for each in gone if each.live], 4000)
            for each in gone:
                self.sessions.pop(each.id, None)
            yield
        finally:
            self._open.set()

    def _live(self, shard: int | None) -> list[Session]:
        return [each for each in self.sessions.values() if each.live and shard in (None, each.shard)]

    async def close(self) -> None:
        """Close every websocket for good."""
        await self._close(self._live(None), WSCloseCode.GOING_AWAY)

    async def _close(self, sessions: list[Session], code: int) -> None:
        """Close websockets, and tell of it first: by the time that they are closed, the bot may be back."""
        transports = [each.detach() for each in sessions]
        if transports:
            self._note_change()
        for each in transports:
            if each is not None:
                await each.socket.close(code=code)

    # -- the connection -----------------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one websocket from HELLO to the end; or answer with a page, when the edge lets nobody in."""
        await self._open.wait()
        instead = await self._faults.before(Exchange("GET", "/", SOCKET, {}, None, 0, None, self._world.now()))
        if instead is not None:
            return web.Response(status=instead.status, text=str(instead.body), headers={"Server": "cloudflare"})
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        line = Line(Transport(socket, stream=request.query.get("compress") == ZLIB_STREAM), time.monotonic())
        watch = asyncio.create_task(self._watch(line))
        try:
            await self._greet(line, request.query.get("v", _VERSION))
            async for frame in socket:
                if frame.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    await self._receive(line, frame.data)
        except Close as reason:
            _log.warning("gateway: closed with %s: %s", reason.code, reason)
            if reason.code in _FINAL and line.session is not None:
                self.sessions.pop(line.session.id, None)
            await socket.close(code=reason.code, message=str(reason).encode())
        finally:
            watch.cancel()
            self._ended(line)
        return socket

    async def _greet(self, line: Line, version: str) -> None:
        if version != _VERSION:
            raise Close(4012, "Invalid API version.")
        await _send(line, {"op": HELLO, "d": {"heartbeat_interval": int(self._heartbeat * 1000)}, "s": None})

    async def _watch(self, line: Line) -> None:
        """Give a connection up that sends no heartbeats: its session has timed out."""
        most = self._heartbeat + self.grace
        while (left := line.last_beat + most - time.monotonic()) > 0:  # noqa: ASYNC110 - each beat puts it off
            await asyncio.sleep(left)
        if line.session is not None:
            self.sessions.pop(line.session.id, None)
        await line.transport.socket.close(code=4009, message=b"Session timed out.")

    def _ended(self, line: Line) -> None:
        """Let go of a closed connection; a client that closes with 1000 or 1001 says that it will not resume."""
        session = line.session
        if session is None or session.transport is not line.transport:
            return
        session.detach()
        if line.transport.socket.close_code in _GOODBYE:
            self.sessions.pop(session.id, None)
        self._note_change()

    async def _receive(self, line: Line, given: str | bytes) -> None:
        line.count(given, time.monotonic())
        try:
            frame = msgspec.json.decode(given)
            op, data = frame.get("op"), frame.get("d")
        except (msgspec.DecodeError, AttributeError):
            raise Close(4002, "Error while decoding payload.") from None
        if op == HEARTBEAT:
            line.last_beat = time.monotonic()
            await self._acknowledge(line)
            return
        if op in (IDENTIFY, RESUME):
            await self._let_in(line, op, data)
        elif line.session is None:
            raise Close(4003, "Not authenticated.")
        elif op == REQUEST_MEMBERS:
            self._members(line.session, data)
        elif op not in (PRESENCE, VOICE_STATE):
            raise Close(4001, "Unknown opcode.")

    async def _let_in(self, line: Line, op: int, data: Any) -> None:
        if self._refusals:
            raise Close(self._refusals.popleft(), "Refused on purpose.")
        if not isinstance(data, dict):
            raise Close(4002, "Error while decoding payload.")
        if line.session is not None:
            raise Close(4005, "Already authenticated.")
        if data.get("token") != self._token:
            raise Close(4004, "Authentication failed.")
        await (self._identify(line, data) if op == IDENTIFY else self._resume(line, data))

    async def _acknowledge(self, line: Line) -> None:
        """Answer a heartbeat, no sooner than a network would.

        discord.py notes when it has sent a heartbeat from another thread, after the fact: an answer that is
        there before counts from the heartbeat before, and it warns that it cannot keep up.
        """
        if self.silent:
            return
        await asyncio.sleep(ACK_DELAY)
        with contextlib.suppress(ConnectionError):  # closed meanwhile
            await _send(line, {"op": HEARTBEAT_ACK})

    async def _identify(self, line: Line, data: dict[str, Any]) -> None:
        world = self._world
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~int(Intent.KNOWN):
            raise Close(4013, "Invalid intent(s).")
        if intents & Intent.PRIVILEGED & ~int(self.privileged):
            raise Close(4014, "Disallowed intent(s).")
        shard, shards = _shard(data.get("shard"))
        if not world.starts.left():
            # The same, "Session start limit": all sessions end, and the token is no good any more.
            await self._close(self._live(None), 4004)
            self.sessions.clear()
            raise Close(4004, "Authentication failed.")
        if not world.starts.take(shard):
            await _send(line, {"op": INVALID_SESSION, "d": False})
            return
        for old in [each for each in self.sessions.values() if each.shard == shard and not each.live]:
            del self.sessions[old.id]  # nobody will come back for it
        world.content_intent = bool(intents & Intent.MESSAGE_CONTENT)
        line.transport.payloads = data.get("compress") is True
        session = line.session = Session(f"{world.ids.next():x}", shard, shards, intents)
        self.sessions[session.id] = session
        session.attach(line.transport)
        mine = [each for each in world.guilds.values() if self._sees(session, each)]
        session.dispatch("READY", self._ready(session, mine))
        for each in mine:
            if not each.unavailable:
                session.dispatch("GUILD_CREATE", self._guild(session, each))
        self._note_change()

    async def _resume(self, line: Line, data: dict[str, Any]) -> None:
        session = self.sessions.get(str(data.get("session_id")))
        after = data.get("seq")
        if session is None or not isinstance(after, int) or not session.can_replay(after):
            await _send(line, {"op": INVALID_SESSION, "d": False})
            return
        line.session = session
        session.attach(line.transport)
        session.replay(after)
        session.dispatch("RESUMED", {})
        self._note_change()

    def _ready(self, session: Session, guilds: list[Guild]) -> dict[str, Any]:
        return {
            "v": 10,
            "user": render.user(self._world.bot) | {"mfa_enabled": False, "verified": True, "email": None},
            "guilds": [{"id": str(each.id), "unavailable": True} for each in guilds],
            "private_channels": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": [session.shard, session.shards],
            "application": {"id": str(self._world.bot.id), "flags": 0},
        }

    def _sees(self, session: Session, guild: Guild) -> bool:
        return session.covers(guild.id) and self._world.bot.id in guild.members

    def _guild(self, session: Session, guild: Guild) -> dict[str, Any]:
        world, all_members = self._world, bool(session.intents & Intent.MEMBERS)
        active = [each for each in guild.channels.values() if each.thread and not each.thread.archived]
        seen = [each for each in active if world.permissions(each, world.bot) & VIEW]
        return render.guild_create(guild, world.bot.id, seen, all_members=all_members)

    def _members(self, session: Session, data: dict[str, Any]) -> None:
        """Answer "Request Guild Members" by ids, by a name's beginning, or all, 1,000 to a chunk."""
        try:
            guild = self._world.guilds.get(int(data["guild_id"]))
            given = data.get("user_ids") or []
            wanted = {int(each) for each in (given if isinstance(given, list) else [given])}
            most = int(data.get("limit") or 0) or None
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Close(4002, "Error while decoding payload.") from None
        if guild is None or not self._sees(session, guild):
            return
        query = str(data.get("query") or "").lower()
        found = [
            render.member(each)
            for each in guild.members.values()
            if (each.user.id in wanted if wanted else each.user.name.startswith(query))
        ][:most]
        pages = [found[at : at + 1000] for at in range(0, len(found), 1000)] or [[]]
        for number, page in enumerate(pages):
            chunk = {"guild_id": str(guild.id), "members": page, "chunk_index": number, "chunk_count": len(pages)}
            session.dispatch("GUILD_MEMBERS_CHUNK", chunk | {"nonce": data.get("nonce")})

    def _on_event(self, event: Event) -> None:
        if not event.to_bot:
            return
        for session in self.sessions.values():
            if wants(session, event, self._world):
                data = event.data
                if event.name == "GUILD_CREATE" and event.guild is not None:
                    data = self._guild(session, event.guild)
                    if "unavailable" not in event.data:  # as it is when the bot has just joined
                        del data["unavailable"]
                session.dispatch(event.name, session.redact(event, data, self._world.bot))


def _shard(given: Any) -> tuple[int, int]:
    """Read which shard of how many a bot is; close if that is none."""
    shard, shards = given if isinstance(given, list) and len(given) == 2 else (0, 0 if given else 1)  # noqa: PLR2004 - two numbers
    if not (isinstance(shard, int) and isinstance(shards, int) and 0 <= shard < shards):
        raise Close(4010, "Invalid shard.")
    return shard, shards


async def _send(line: Line, frame: dict[str, Any]) -> None:
    await line.transport.send_str(msgspec.json.encode(frame).decode())
