"""The browsers that are connected, and what each of them is told of what happens; and what the bot is doing."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import web

from sandbox import render
from sandbox.page import snapshot
from sandbox.permissions import VIEW

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from aiohttp.typedefs import Handler

    from sandbox.model import Message, User
    from sandbox.page.demo_data import Thing
    from sandbox.registry import Event
    from sandbox.server import Sandbox

_CLOCK = "/demo/clock"
_BOT = ("/api/", "/gateway", _CLOCK)


class Traffic:
    """Watches requests; between `cut` and `mend` none of the bot's gets through."""

    def __init__(self) -> None:
        self._up = asyncio.Event()
        self._up.set()
        self._under_way = 0
        self._seen_version = 0
        self._polls = False
        self._changed = asyncio.Event()

    @property
    def down(self) -> bool:
        """Whether nothing gets through."""
        return not self._up.is_set()

    def cut(self) -> None:
        """Let nothing of the bot's through."""
        self._up.clear()

    def mend(self) -> None:
        """Let everything through again."""
        self._up.set()

    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request through, counting those of the bot."""
        path = request.path
        if not path.startswith(_BOT):
            return await handler(request)
        if path == _CLOCK:
            # Asking for what comes after a version says that this version has arrived.
            self._polls = True
            self._seen_version = max(self._seen_version, _number(request.query.get("after")))
            self._note()
            return await handler(request)
        if not path.startswith("/api/"):
            # A client that comes back to the gateway is left waiting, as at an overloaded server.
            await self._up.wait()
            return await handler(request)
        if self.down:
            return web.json_response({"message": "503: Service Unavailable", "code": 0}, status=503)
        self._under_way += 1
        try:
            return await handler(request)
        finally:
            self._under_way -= 1
            self._note()

    def _note(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def caught_up(self, version: int, quiet: float, longest: float) -> None:
        """Wait until the bot knows this version of the clock and has asked for nothing for a while."""
        try:
            async with asyncio.timeout(longest):
                while self._polls and self._seen_version < version:
                    await self._changed.wait()
                while True:
                    changed = self._changed
                    await asyncio.sleep(quiet)
                    if not self._under_way and changed is self._changed:
                        return
        except TimeoutError:
            return  # A bot that hangs must not hold up the clock for ever.


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 0


_MESSAGES = {"MESSAGE_CREATE": "create", "MESSAGE_UPDATE": "update", "MESSAGE_DELETE": "delete"}
_WORLD = ("CHANNEL_", "THREAD_", "GUILD_")
_KEPT = 400


Restart = Callable[[], Awaitable[None]]


class Browser(Protocol):
    """A browser that is connected, as the hub knows it; `user` is whom it plays, once it has said so."""

    user: User | None

    def tell(self, name: str, data: dict[str, Any]) -> None:
        """Send an event."""

    def interaction(self, data: dict[str, Any]) -> None:
        """Tell how an interaction stands, if this browser has begun it."""

    async def close(self) -> None:
        """Close the connection."""


class Hub:
    """Knows the browsers. Ephemeral messages, which no history has, are kept here for their addressees."""

    def __init__(self, sandbox: Sandbox, restart: Restart | None, things: Sequence[Thing] = ()) -> None:
        self.sandbox = sandbox
        self.world = sandbox.world
        self.restart = restart
        self.things = things
        self.traffic = Traffic()
        self.clients: set[Browser] = set()
        self.private: OrderedDict[int, Message] = OrderedDict()
        self.causes: OrderedDict[int, dict[str, Any]] = OrderedDict()
        self.tasks: set[asyncio.Task[None]] = set()
        self.travelling = False
        self._met = False
        self._learning: int | None = None
        self._world_changed = False
        self.world.events.listen(self._on_event)

    # -- who is here --------------------------------------------------------------------------------

    def present(self) -> set[int]:
        """Give the ids of those who are at a browser."""
        return {each.user.id for each in self.clients if each.user is not None}

    def free_person(self) -> User:
        """Somebody who is at no browser yet, else the first: a second browser is another person."""
        everybody = [each for each in self.world.users.values() if not each.bot]
        taken = self.present()
        return next((each for each in everybody if each.id not in taken), everybody[0])

    def tell_people(self) -> None:
        """Tell all who is here now."""
        self.broadcast("people", {"people": snapshot.people(self.world, self.present())})

    def bot(self) -> dict[str, Any]:
        """Tell what the page shows of the bot."""
        user = render.user(self.world.bot) | {"display_name": self.world.bot.display}
        online = self.sandbox.gateway.connected and not self.traffic.down
        self._met = self._met or online
        if online:
            self._learning = None
        return {
            "user": user,
            "online": online,
            "met": self._met,
            "learning": self._learning,
            "can_restart": self.restart is not None,
            "troubled": bool(self.sandbox.faults.in_force()),
            "minutes_ahead": round(self.sandbox.clock.ahead / 60),
        }

    def learns(self, percent: int) -> None:
        """Tell every browser how far the bot is with learning."""
        self._learning = percent
        self.tell_bot()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on in the background, until the server ends at the latest."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    # -- telling ------------------------------------------------------------------------------------

    def broadcast(self, name: str, data: dict[str, Any]) -> None:
        for each in tuple(self.clients):
            each.tell(name, data)

    def tell_clock(self) -> None:
        """Tell every browser the time, and what ends with it."""
        self.broadcast("clock", self.sandbox.clock.state())
        if self.sandbox.faults.rules:
            self.tell_bot()
        members = (each.members.get(self.world.bot.id) for each in self.world.guilds.values())
        if any(each is not None and each.timed_out_until is not None for each in members):
            self._tell_world()

    def tell_bot(self) -> None:
        """Tell every browser how the bot is."""
        self.broadcast("bot", self.bot())

    def _on_event(self, event: Event) -> None:
        if event.name in _MESSAGES:
            self._on_message(event, _MESSAGES[event.name])
        elif event.name == "INTERACTION_CREATE":
            _keep(self.causes, int(event.data["id"]), event.data)
        elif event.name == "INTERACTION_STATE":
            for each in tuple(self.clients):
                each.interaction(event.data)
        elif event.name in ("BOT_STATUS", "COMMANDS"):
            self.tell_bot()
        elif event.name.startswith(_WORLD) and not self._world_changed:
            # A deleted channel with its threads is one change to the page.
            self._world_changed = True
            asyncio.get_running_loop().call_soon(self._tell_world)

    def _on_message(self, event: Event, action: str) -> None:
        data: dict[str, Any] = {"action": action, "channel_id": event.data["channel_id"]}
        if action == "delete":
            data["message_id"] = event.data["id"]
            self.private.pop(int(event.data["id"]), None)
        elif event.message is not None:
            data["message"] = snapshot.message(self.world, event.message)
            if event.message.ephemeral:
                _keep(self.private, event.message.id, event.message)
        for each in tuple(self.clients):
            if each.user is not None and self._sees(each.user, event):
                each.tell("message", data)

    def _sees(self, user: User, event: Event) -> bool:
        if event.only is not None:
            return event.only == user.id
        return event.channel is not None and bool(self.world.permissions(event.channel, user) & VIEW)

    def _tell_world(self) -> None:
        self._world_changed = False
        for each in tuple(self.clients):
            if each.user is not None:
                each.tell("world", snapshot.places(self.world, each.user))

    # -- finding ------------------------------------------------------------------------------------

    def message(self, message_id: int) -> Message | None:
        """Find a message anywhere, ephemeral ones too."""
        found = self.private.get(message_id)
        if found is not None:
            return found
        return next(
            (each.messages[message_id] for each in self.world.channels.values() if message_id in each.messages), None
        )

    async def close(self) -> None:
        for task in tuple(self.tasks):
            task.cancel()
        for each in tuple(self.clients):
            await each.close()


def _keep(ring: OrderedDict[int, Any], key: int, value: Any) -> None:
    """Keep something under a key, and the oldest not for ever."""
    ring[key] = value
    if len(ring) > _KEPT:
        ring.popitem(last=False)
