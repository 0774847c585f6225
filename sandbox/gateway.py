"""The gateway: one websocket per shard (Discord's docs, "Gateway"). Frames are uncompressed JSON text."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from sandbox import render
from sandbox.faults import SOCKET
from sandbox.journal import Exchange
from sandbox.permissions import VIEW
from sandbox.sessions import Close, Intent, Session, wants

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.events import Event
    from sandbox.faults import Faults
    from sandbox.model import Guild
    from sandbox.world import World

_log = logging.getLogger(__name__)

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 8, 9, 10, 11

ACK_DELAY = 0.03  # seconds from a heartbeat to its answer


class Gateway:
    """Holds the bot's sessions and sends them what happens in the world."""

    def __init__(self, world: World, token: str, faults: Faults, *, heartbeat: float = 41.25) -> None:
        self._world = world
        self._token = token
        self._faults = faults
        self._refusals: deque[int] = deque()
        self._open = asyncio.Event()
        self._open.set()
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
        """Close the websockets with a code; 4000 to 4003, 4005, 4007 to 4009 may be resumed."""
        await self._close(self._live(shard), code)

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
        sockets = [each.detach() for each in sessions]
        if sockets:
            self._note_change()
        for socket in sockets:
            if socket is not None:
                await socket.close(code=code)

    # -- the connection -----------------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one websocket from HELLO to the end; or answer with a page, when the edge lets nobody in."""
        await self._open.wait()
        instead = await self._faults.before(Exchange("GET", "/", SOCKET, {}, None, 0, None, self._world.now()))
        if instead is not None:
            return web.Response(status=instead.status, text=str(instead.body), headers={"Server": "cloudflare"})
        socket = web.WebSocketResponse(max_msg_size=4096 * 4)
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": int(self._heartbeat * 1000)}, "s": None})
        session: Session | None = None
        try:
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    continue
                session = await self._receive(socket, session, frame.data)
        except Close as reason:
            _log.warning("gateway: closed with %s: %s", reason.code, reason)
            await socket.close(code=reason.code, message=str(reason).encode())
        finally:
            if session is not None and session.socket is socket:
                session.detach()
                self._note_change()
        return socket

    async def _receive(self, socket: web.WebSocketResponse, session: Session | None, text: str) -> Session | None:
        try:
            frame = msgspec.json.decode(text)
        except msgspec.DecodeError:
            raise Close(4002, "Error while decoding payload.") from None
        op, data = frame.get("op"), frame.get("d")
        if op == HEARTBEAT:
            await self._acknowledge(socket)
            return session
        if op in (IDENTIFY, RESUME) and self._refusals:
            raise Close(self._refusals.popleft(), "Refused on purpose.")
        if op == IDENTIFY:
            if session is not None:
                raise Close(4005, "Already authenticated.")
            return self._identify(socket, data)
        if op == RESUME:
            return await self._resume(socket, data)
        if session is None:
            raise Close(4003, "Not authenticated.")
        if op == REQUEST_MEMBERS:
            self._members(session, data)
        elif op not in (PRESENCE, VOICE_STATE):
            raise Close(4001, "Unknown opcode.")
        return session

    async def _acknowledge(self, socket: web.WebSocketResponse) -> None:
        """Answer a heartbeat, no sooner than a network would.

        discord.py notes when it has sent a heartbeat from another thread, after the fact: an answer that is
        there before counts from the heartbeat before, and it warns that it cannot keep up.
        """
        await asyncio.sleep(ACK_DELAY)
        with contextlib.suppress(ConnectionError):  # closed meanwhile
            await socket.send_json({"op": HEARTBEAT_ACK})

    def _identify(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> Session:
        if data.get("token") != self._token:
            raise Close(4004, "Authentication failed.")
        intents = data.get("intents")
        if not isinstance(intents, int):
            raise Close(4013, "Invalid intent(s).")
        if intents & Intent.PRIVILEGED & ~self.privileged:
            raise Close(4014, "Disallowed intent(s).")
        shard, shards = data.get("shard") or (0, 1)
        if not 0 <= shard < shards:
            raise Close(4010, "Invalid shard.")
        for old in [each for each in self.sessions.values() if each.shard == shard and not each.live]:
            del self.sessions[old.id]  # nobody will come back for it
        session = Session(f"{self._world.ids.next():x}", shard, shards, intents)
        self.sessions[session.id] = session
        session.attach(socket)
        mine = [each for each in self._world.guilds.values() if self._sees(session, each)]
        session.dispatch("READY", self._ready(session, mine))
        for each in mine:
            if not each.unavailable:
                session.dispatch("GUILD_CREATE", self._guild(session, each))
        self._note_change()
        return session

    async def _resume(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> Session | None:
        if data.get("token") != self._token:
            raise Close(4004, "Authentication failed.")
        session = self.sessions.get(str(data.get("session_id")))
        if session is None or not session.can_replay(data.get("seq") or 0):
            await socket.send_json({"op": INVALID_SESSION, "d": False})
            return None
        session.attach(socket)
        session.replay(data.get("seq") or 0)
        session.dispatch("RESUMED", {})
        self._note_change()
        return session

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
        guild = self._world.guilds.get(int(data["guild_id"]))
        if guild is None or not self._sees(session, guild):
            return
        wanted = {int(each) for each in data.get("user_ids") or ()}
        query = str(data.get("query") or "").lower()
        found = [
            render.member(each)
            for each in guild.members.values()
            if (each.user.id in wanted if wanted else each.user.name.startswith(query))
        ][: int(data.get("limit") or 0) or None]
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
