"""/healthz, /readyz and /metrics, for those who watch over the bot. Only loaded where HEALTH_ADDRESS is set.

The server has a thread and an event loop of its own, so that it can say so when the bot's loop stands still.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
import time
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

# Not aiohttp.web, which loads three times as much.
from aiohttp.web_response import Response
from aiohttp.web_server import Server

from bot.clock import GUARD_SECONDS
from bot.errors import SettingError, StoreBrokenError, StoreBusyError, StoreError, StoreFullError, StoreLostError
from bot.operators.metrics import Metrics, Present

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path

    from aiohttp.web_request import BaseRequest

    from bot.client import Canonkeeper
    from bot.client.client import Daily, Services

_log = logging.getLogger(__name__)

# The event loop stands still when it does not come round for so long; that it did is told for a while.
FROZEN_SECONDS = 5.0
TOLD_SECONDS = 10.0
_TICK_SECONDS: Final = 0.25
# The poster is stuck when it does not come round for so long, apart from its rest.
STUCK_SECONDS = 60.0
# So long a write may wait for the store.
STORE_SECONDS = 2.0
# So long a start may take until all shards are up, and longer for each: Discord lets one in every five seconds.
START_SECONDS = 120.0
_START_SHARD_SECONDS: Final = 6.0
# So many shards are named one by one.
_NAMED: Final = 10
_LOOP, _SHARDS, _STORE, _POSTER = "loop", "shards", "store", "poster"


class Check(NamedTuple):
    """Whether something is well, and a word why."""

    ok: bool
    why: str


class Health(NamedTuple):
    """Each check by its name, whether the bot is ready for people, and what is known of the present."""

    checks: Mapping[str, Check]
    ready: bool
    present: Present

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        return all(check.ok for check in self.checks.values())


class LoopWatch:
    """Knows when the bot's event loop came round last; read from another thread, too."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._came_round = time.monotonic()
        # The last long stand: how long it was, and when it ended.
        self._stood: tuple[float, float] | None = None

    async def run(self) -> None:
        """Come round every so often, until cancelled."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            now = time.monotonic()
            lag = max(now - self._came_round - _TICK_SECONDS, 0.0)
            self._metrics.lagged(lag)
            if lag >= FROZEN_SECONDS:
                self._stood = (lag, now)
            self._came_round = now

    def check(self) -> Check:
        """Return whether the loop comes round, and did so in the last seconds."""
        now = time.monotonic()
        stands = now - self._came_round - _TICK_SECONDS
        if stands >= FROZEN_SECONDS:
            return Check(ok=False, why=f"the event loop has been blocked for {stands:.0f} s")
        if self._stood is not None and now - self._stood[1] < TOLD_SECONDS:
            return Check(ok=False, why=f"the event loop stood still for {self._stood[0]:.0f} s just now")
        return Check(ok=True, why="ok")


class ShardWatch:
    """Knows which shards are connected and told what they know."""

    def __init__(self, bot: Canonkeeper) -> None:
        self._bot = bot
        self._began = time.monotonic()
        self._were_up = False
        self._up: set[int] = set()
        bot.add_listener(self._comes, "on_shard_ready")
        bot.add_listener(self._comes, "on_shard_resumed")
        bot.add_listener(self._goes, "on_shard_disconnect")

    async def _comes(self, shard: int) -> None:
        self._up.add(shard)

    async def _goes(self, shard: int) -> None:
        self._up.discard(shard)

    def up(self) -> frozenset[int]:
        """Return the numbers of the shards that are connected."""
        return frozenset(
            number for number, shard in self._bot.shards.items() if number in self._up and not shard.is_closed()
        )

    def count(self) -> int:
        """Return how many there should be."""
        return len(self._bot.served)

    def check(self) -> Check:
        """Return whether all shards are connected; a start takes its time."""
        up, count = self.up(), self.count()
        if len(up) == count:
            self._were_up = True
            return Check(ok=True, why="ok")
        down = sorted(set(self._bot.served) - up)
        if not self._were_up:
            late = time.monotonic() - self._began > START_SECONDS + count * _START_SHARD_SECONDS
            return Check(ok=not late, why=f"starting: {len(up)} of {count} connected")
        named = ", ".join(map(str, down[:_NAMED])) + (", …" if len(down) > _NAMED else "")
        return Check(ok=False, why=f"{len(down)} of {count} not connected: no. {named}")


def _poster(daily: Daily) -> Check:
    stalled = daily.worker.stalled()
    if stalled is None:
        return Check(ok=True, why="starting")
    if daily.worker.failing:
        return Check(ok=False, why="can't check which posts are due; see the log")
    if stalled > STUCK_SECONDS:
        return Check(ok=False, why=f"the posting task hasn't run for {stalled:.0f} s")
    return Check(ok=True, why="ok")


_UNKNOWN: Final = Check(ok=True, why="unknown")


class Monitor:
    """Looks at how the bot is, on the bot's own event loop."""

    def __init__(self, store: Path | None) -> None:
        self.metrics = Metrics()
        self.loop = LoopWatch(self.metrics)
        self._store_path = store
        self._bot: Canonkeeper | None = None
        self._shards: ShardWatch | None = None
        # What is told of a bot that is not there yet, or not any more.
        self._absent = Check(ok=True, why="starting")

    @contextlib.contextmanager
    def watching(self, bot: Canonkeeper) -> Iterator[None]:
        """Look at a bot that is about to connect, for as long as the block lasts."""
        self._bot, self._shards = bot, ShardWatch(bot)
        try:
            yield
        finally:
            self._bot = self._shards = None
            self._absent = Check(ok=True, why="stopping")

    async def look(self) -> Health:
        """Return how the bot is."""
        bot, shards = self._bot, self._shards
        if bot is None or shards is None:
            checks = {_LOOP: self.loop.check(), **dict.fromkeys((_SHARDS, _STORE, _POSTER), self._absent)}
            return _health(checks, ready=False)
        store, seconds = await _store(bot.services)
        checks = {_LOOP: self.loop.check(), _SHARDS: shards.check(), _STORE: store, _POSTER: _poster(bot.daily)}
        up = shards.up()
        # Of a shard that has heard nothing yet the latency is infinite.
        latencies = {
            number: seconds for number, seconds in bot.latencies if number in up and seconds < GUARD_SECONDS * 10
        }
        ready = bot.is_ready() and len(up) == shards.count() and all(check.ok for check in checks.values())
        limiter = bot.daily.limiter
        present = Present(
            {},
            ready=ready,
            latencies=latencies,
            shards_up=len(up),
            shards_down=shards.count() - len(up),
            servers=len(bot.guilds),
            in_flight=bot.daily.worker.in_flight,
            pace_waiting=limiter.waiting,
            pace_lately=limiter.lately(),
            pace_limit=limiter.per_second,
            store_seconds=seconds,
            files=_sizes(self._store_path),
        )
        with contextlib.suppress(StoreError):
            due, held = await bot.services.daily.deliveries.outstanding(bot.services.clock.now())
            present = present._replace(due=due, open=held)
        return _health(checks, ready=ready, present=present)


def _health(checks: Mapping[str, Check], *, ready: bool, present: Present | None = None) -> Health:
    healthy = {name: check.ok for name, check in checks.items()}
    present = (present or Present({}, ready=ready))._replace(healthy=healthy)
    return Health(checks, ready, present)


# The nearest class of an error's MRO wins.
_TROUBLES: Final = {
    StoreBusyError: "another program holds it, or it is too slow",
    StoreFullError: "its disk is full",
    StoreLostError: "its file was deleted or replaced",
    StoreBrokenError: "its file is damaged",
    StoreError: "it can't be written to",
}


async def _store(services: Services) -> tuple[Check, float | None]:
    began = time.monotonic()
    try:
        await services.probe(STORE_SECONDS)
    except StoreError as error:
        return Check(ok=False, why=next(_TROUBLES[kind] for kind in type(error).__mro__ if kind in _TROUBLES)), None
    return Check(ok=True, why="ok"), time.monotonic() - began


def _sizes(store: Path | None) -> dict[str, int]:
    """Return the sizes in bytes of the store's files that are there; `store` is None where a server has them."""
    found: dict[str, int] = {}
    if store is None:
        return found
    for name, path in (("database", store), ("wal", store.with_name(f"{store.name}-wal"))):
        with contextlib.suppress(OSError):
            found[name] = path.stat().st_size
    return found


class HealthServer:
    """Answers in a thread of its own with what `monitor` finds on the event loop `loop`."""

    def __init__(self, monitor: Monitor, loop: asyncio.AbstractEventLoop, listening: socket.socket) -> None:
        self._monitor = monitor
        self._bots_loop = loop
        self._socket = listening
        self._looking: asyncio.Task[Health] | None = None
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End, within a second or two; to be called from another thread than the bot's."""
        self._started.wait(_STOP_SECONDS)
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        answering = Server(self._answer, access_log=None)
        listening = await self._loop.create_server(answering, sock=self._socket)
        self._started.set()
        try:
            await self._stop.wait()
        finally:
            listening.close()
            await answering.shutdown(_CLOSE_SECONDS)

    async def _answer(self, request: BaseRequest) -> Response:
        if request.path not in {"/healthz", "/readyz", "/metrics"}:
            return Response(status=404, text="There are /healthz, /readyz and /metrics.\n")
        if request.method not in {"GET", "HEAD"}:
            return Response(status=405, headers={"Allow": "GET, HEAD"})
        health = await self._look()
        headers = {"Cache-Control": "no-store"}
        if request.path == "/metrics":
            page, content_type = self._monitor.metrics.page(health.present, request.headers.get("Accept", ""))
            return Response(body=page, headers={**headers, "Content-Type": content_type})
        well = health.ready if request.path == "/readyz" else health.ok
        told = {
            "ok": well,
            "checks": {name: {"ok": check.ok, "why": check.why} for name, check in health.checks.items()},
        }
        body = msgspec.json.format(msgspec.json.encode(told)) + b"\n"
        return Response(status=200 if well else 503, body=body, content_type="application/json", headers=headers)

    async def _look(self) -> Health:
        """Return how the bot is; one look serves all who ask meanwhile."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_there())
        return await asyncio.shield(self._looking)

    async def _look_there(self) -> Health:
        """Look on the bot's own loop, for a limited time: it may stand still, and the store may not answer."""
        there = asyncio.run_coroutine_threadsafe(self._monitor.look(), self._bots_loop)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(there), FROZEN_SECONDS + _TICK_SECONDS)
        except TimeoutError:
            loop = self._monitor.loop.check()
            # If the loop comes round, it is the store that was waited for.
            store = Check(ok=False, why="it doesn't answer") if loop.ok else _UNKNOWN
            return _health({_LOOP: loop, _SHARDS: _UNKNOWN, _STORE: store, _POSTER: _UNKNOWN}, ready=False)


_STOP_SECONDS: Final = 2.0
# Of these, for answers that are under way.
_CLOSE_SECONDS: Final = 0.5


@contextlib.asynccontextmanager
async def monitored(address: tuple[str, int], store: Path | None) -> AsyncIterator[Monitor]:
    """Answer at `address` for as long as the block lasts; `store` is the database's file, if it is one.

    Raises SettingError where nothing can listen there.
    """
    listening = _listen(*address)
    monitor = Monitor(store)
    server = HealthServer(monitor, asyncio.get_running_loop(), listening)
    watching = asyncio.create_task(monitor.loop.run(), name="loop watch")
    server.start()
    _log.info("health and metrics: http://%s:%d/healthz", address[0], listening.getsockname()[1])
    try:
        yield monitor
    finally:
        watching.cancel()
        await asyncio.to_thread(server.stop)
        await asyncio.gather(watching, return_exceptions=True)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingError(
            f"HEALTH_ADDRESS {host}:{port} can't be listened at ({error.strerror or error}): is another program "
            "using it, or does the address belong to another machine?"
        ) from error
