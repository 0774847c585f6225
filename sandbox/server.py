"""The sandbox as a whole: one aiohttp application on loopback, with everything in it."""

from __future__ import annotations

import asyncio
import base64
import time as real_time
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from sandbox import rest
from sandbox.actions import Acts
from sandbox.api import PREFIX, Api, strict_check
from sandbox.clock import Clock
from sandbox.faults import Faults, add_routes
from sandbox.gateway import Gateway
from sandbox.interactions import Interactions
from sandbox.people import Person
from sandbox.requests import Journal
from sandbox.world import World, found_world

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from sandbox.limits import Limits
    from sandbox.model import Channel, Guild

APPLICATION_ID = 1_098_765_432_109_876_543
_HOST = "127.0.0.1"


class Sandbox:
    """A small Discord: `async with Sandbox() as sb`.

    `port` 0 takes a free one; `time` gives the true time; `strict` raises at the end if the bot asked for
    anything that is not imitated; `journal_size` None keeps every exchange; `latency` in seconds for each answer.
    """

    def __init__(  # noqa: PLR0913 - each is an independent setting
        self,
        port: int = 0,
        *,
        seed: int = 0,
        strict: bool = True,
        latency: float = 0.0,
        limits: Limits | None = None,
        faults: Faults | None = None,
        time: Callable[[], float] = real_time.time,
        journal_size: int | None = 5000,
        empty: bool = False,
        heartbeat: float = 41.25,
        application_id: int = APPLICATION_ID,
    ) -> None:
        self._port = port
        self._strict = strict
        self._latency = latency
        self._runner: web.AppRunner | None = None
        self.application_id = application_id
        self.bot_user_id = application_id
        self.token = make_token(application_id)
        self.clock = Clock(time)
        self.world = World(self.clock.now, application_id)
        self.desk = Interactions(self.world)
        self.acts = Acts(self.world, self.desk)
        self.journal = Journal(journal_size)
        self.faults = faults or Faults(seed)
        self.faults.now = self.clock.now
        self.gateway = Gateway(self.world, self.token, self.faults, heartbeat=heartbeat)
        self.api = Api(self.world, self.desk, self.journal, self.faults, rest.ROUTES, self.token)
        self.api.limits = limits
        if not empty:
            found_world(self.world)
        self.app = web.Application(client_max_size=64 * 1024 * 1024)
        self.app.router.add_route("*", PREFIX + "/{tail:.*}", self.api.handle)
        self.app.router.add_get("/gateway", self.gateway.handle)
        self.app.router.add_get("/gateway/", self.gateway.handle)
        self.app.router.add_get("/attachments/{id}/{name}", self._attachment)
        self.app.router.add_get("/demo/clock", self._clock)
        add_routes(self.app, self.faults)

    # -- life ---------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if self._strict and error is None:
            strict_check(self.unknown, self.api.broken)

    async def start(self) -> None:
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, _HOST, self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        self.world.root = f"http://{_HOST}:{self._port}"
        self.gateway.url = self.api.gateway_url = f"ws://{_HOST}:{self._port}/gateway"
        if self._latency:
            self.set_latency(self._latency)

    async def stop(self) -> None:
        """Close all connections and stop listening."""
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def set_latency(self, seconds: float) -> None:
        """Let every answer of the REST side take some time (0: none)."""
        self._latency = seconds
        self.api.wait = (lambda: asyncio.sleep(seconds)) if seconds else None

    # -- what users of it need ----------------------------------------------------------------------

    @property
    def port(self) -> int:
        return self._port

    @property
    def base_url(self) -> str:
        """What `discord.http.Route.BASE` has to be set to."""
        return self.world.root + PREFIX

    @property
    def unknown(self) -> list[tuple[str, str]]:
        """What was asked for and is not imitated: (method, path)."""
        return self.api.unknown

    async def bot_connected(self, *, commands: bool = False, timeout: float = 30.0) -> None:  # noqa: ASYNC109 - a face for tests
        """Wait until all shards are connected (and, if asked, commands are registered)."""
        async with asyncio.timeout(timeout):
            await self.gateway.wait_connected()
            while commands and not self.world.commands:
                await self._commands_changed()

    async def _commands_changed(self) -> None:
        changed = asyncio.Event()
        stop = self.world.events.listen(lambda event: changed.set() if event.name == "COMMANDS" else None)
        try:
            await changed.wait()
        finally:
            stop()

    def person(self, name: str, guild: Guild | str | None = None, channel: Channel | str | None = None) -> Person:
        """Somebody by name, in the first channel of a guild (default: their first guild) or where is said."""
        user = self.world.user(name)
        if isinstance(guild, str):
            guild = self.world.guild(guild)
        if guild is None:
            guild = next((each for each in self.world.guilds.values() if user.id in each.members), None)
        if isinstance(channel, str):
            channel = self.world.channel(channel, guild)
        if channel is None:
            place = self.world.dm(user, self.world.bot) if guild is None else next(iter(guild.channels.values()))
            return Person(self.acts, user, place)
        return Person(self.acts, user, channel)

    # -- what is served beside the API --------------------------------------------------------------

    async def _attachment(self, request: web.Request) -> web.Response:
        found = self.world.attachments.get(int(request.match_info["id"]))
        if found is None or found[0] != request.match_info["name"]:
            return web.Response(status=404)
        _, kind, data = found
        return web.Response(body=data, headers={"Content-Type": kind})

    async def _clock(self, request: web.Request) -> web.Response:
        """Answer the long poll: at once if `after` is behind, else when the clock is moved, or in 25 s.

        With `ahead`, in seconds, whoever asks is told another time: of several processes each has a clock of its own.
        """
        state: dict[str, Any] = await self.clock.after(int(request.query.get("after", 0)), 25.0)
        state["now"] += float(request.query.get("ahead", 0))
        return web.json_response(state)


def make_token(application_id: int) -> str:
    """Make a token in the form of Discord's: the id in base64, and two more parts."""
    first = base64.urlsafe_b64encode(str(application_id).encode()).decode().rstrip("=")
    return f"{first}.sandbx.{'not-a-secret-' * 3}"[:72]
