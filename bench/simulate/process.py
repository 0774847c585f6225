"""One life of the bot: its own event loop, its connections to the store, its session at Discord."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import discord

from bench.simulate.chat import BOT, SHARDS, START, Chat, Session, Wire, bot_user, chance
from bench.simulate.store import Connection
from bench.simulate.virtual import Loop
from bot.app import daily_quotes
from bot.client import Canonkeeper
from bot.daily.ledger import DailyStore
from bot.errors import UserError
from bot.meter import NoMeter
from bot.quotes.quiz import QuizService
from bot.quotes.search import QuoteService
from bot.quotes.unanswered import Unanswered
from bot.store.sqlite import BUSY_TIMEOUT_MS, SqliteDatabase
from bot.store.unanswered import UnansweredQuestions
from cogs import guilds

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from bench.simulate.virtual import Time
    from bot.library import Library

LATE_LIMIT = dt.timedelta(hours=6)
_GUARD = 30.0
_CARD = b"\x89PNG"


class Machine:
    """What the processes share: the time, the clock that may be wrong, the store's file, Discord."""

    def __init__(self, time: Time, chat: Chat, path: Path, library: Library, seed: int) -> None:
        self.time, self.chat, self.path, self.library, self.seed = time, chat, path, library, seed
        # How far the machine's clock is ahead of Discord's, in seconds.
        self.skew = 0.0
        self.processes: list[Process] = []
        self.started = 0

    def now(self) -> dt.datetime:
        """Return what the machine's clock shows."""
        return START + dt.timedelta(seconds=self.time.now + self.skew)

    def step(self, seconds: float) -> None:
        """Set the clock forward, or back."""
        self.skew += seconds
        for process in self.processes:
            process.clock.stepped()


class Clock:
    """The machine's clock as a process sees it: it sleeps on through hours in one piece, where nothing disturbs."""

    def __init__(self, machine: Machine, loop: Loop) -> None:
        self._machine, self._loop = machine, loop
        self._waiting: dict[asyncio.Future[None], None] = {}

    def now(self) -> dt.datetime:
        """Return the present instant."""
        return self._machine.now()

    async def sleep_until(self, instant: dt.datetime) -> None:
        """Return at `instant`, or within half a minute after the clock was moved."""
        left = (instant - self.now()).total_seconds()
        if len(self._machine.processes) > 1:
            # Another process changes what is due: the real clock returns that often, always.
            left = min(left, _GUARD)
        if left <= 0:
            await asyncio.sleep(0)
            return
        waiting = self._loop.create_future()
        self._waiting[waiting] = None
        timer = self._loop.call_later(left, _wake, waiting)
        try:
            await waiting
        finally:
            timer.cancel()
            self._waiting.pop(waiting, None)

    def stepped(self) -> None:
        """Return early from what sleeps: the clock was moved, or another process came."""
        for number, waiting in enumerate(list(self._waiting)):
            seconds = _GUARD * chance(self._machine.seed, "guard", self._machine.time.now, number)
            self._loop.call_later(seconds, _wake, waiting)


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


class _Cards:
    async def card(self, _quote: object) -> bytes:
        return _CARD


class Process:
    """A life, from its start until it is killed or stopped.

    `committed` is told of what its transactions changed, `trouble` of what it logs with a traceback and of tasks that
    fail unheard.
    """

    def __init__(
        self,
        machine: Machine,
        committed: Callable[[list[tuple[Any, ...]]], None],
        trouble: Callable[[str, str], None],
        ended: Callable[[Process], None],
    ) -> None:
        self._machine, self._trouble, self._ended = machine, trouble, ended
        self.committed = committed
        machine.started += 1
        self.number = machine.started
        self.dead = False
        self.since = machine.time.now
        self._armed: tuple[str, int] | None = None
        # What asyncio asks of a loop and nothing here uses is not there: AbstractEventLoop raises NotImplementedError.
        self.loop = Loop(machine.time, self._unheard)  # type: ignore[abstract]
        self.clock = Clock(machine, self.loop)
        self._connections = [Connection(machine.path, self, writes=writes) for writes in (True, False)]
        self.sessions: list[Session] = []
        self._main: asyncio.Task[Any] | None = None
        self.bot: Canonkeeper | None = None
        machine.processes.append(self)
        for process in machine.processes:
            process.clock.stepped()
        self.loop.call_soon(self._begin)

    def _begin(self) -> None:
        self._main = self.loop.create_task(self._run(), name="main")
        self._main.add_done_callback(self._over)

    def _over(self, main: asyncio.Task[Any]) -> None:
        if not self.dead and not main.cancelled() and (error := main.exception()) is not None:
            self._trouble("ended", f"{type(error).__name__}: {error}")

    async def _run(self) -> None:
        machine = self._machine
        writer, reader = self._connections
        database = SqliteDatabase(machine.path, writer, reader, BUSY_TIMEOUT_MS)  # type: ignore[arg-type]  # they stand in
        # Nobody deletes the file here.
        store = replace(DailyStore.on(database, LATE_LIMIT), watch=None)
        library = machine.library
        services: Any = SimpleNamespace(
            library=library,
            quotes=QuoteService(library),
            pictures=_Cards(),
            quiz=QuizService(library),
            clock=self.clock,
            daily=store,
            meter=NoMeter(),
            unanswered=Unanswered(UnansweredQuestions(database), None, self.clock),
            synced=None,
            shared=None,
        )
        bot = Canonkeeper(services, partial(daily_quotes, services), extensions=())
        await bot._async_setup_hook()
        http: Any = bot.http
        http.connector = http
        http._HTTPClient__session = Wire(machine.chat, self.loop, self.point, self.reach, http.http_trace)
        http._global_over = asyncio.Event()
        http._global_over.set()
        http.token = "token"  # noqa: S105 - nobody asks for it
        state = bot._connection
        user: Any = bot_user()
        state.user = discord.ClientUser(state=state, data=user)
        state.application_id = BOT
        bot.shard_count = state.shard_count = SHARDS
        bot.shard_ids = state.shard_ids = list(range(SHARDS))
        seeds = iter(range(1, 1 << 30))
        bot.daily.scheduler._seed = lambda: int(chance(machine.seed, "bag", self.number, next(seeds)) * 2**62)
        # As an extension it would be compiled anew in each life.
        await guilds.setup(bot)
        self.bot = bot
        for shard in range(SHARDS):
            session = Session(shard, self._deliver)
            self.sessions.append(session)
            machine.chat.sessions.append(session)
            seconds = 1.0 + 5.0 * chance(machine.seed, "connect", self.number, shard) + 5.0 * shard
            machine.time.after(seconds, machine.chat.connect, session)
        try:
            await bot.daily.run()
        finally:
            await bot.close()

    def _deliver(self, name: str, data: dict[str, Any]) -> None:
        if not self.dead and self.bot is not None:
            self.loop.call_soon(self.bot._connection.parsers[name], data)

    @property
    def ready(self) -> bool:
        """Whether the gateway's sessions have begun and none is lost."""
        bot = self.bot
        return not self.dead and bot is not None and bot.is_ready() and all(session.live for session in self.sessions)

    def do(self, what: str, command: Callable[[Any], Awaitable[Any]], then: Callable[[Any], None]) -> None:
        """Let a moderator use a command; `then` gets what was answered, a UserError among that."""

        async def run() -> None:
            if self.bot is None:
                return
            try:
                answer = await command(self.bot.daily.scheduler)
            except UserError as error:
                answer = error
            except Exception as error:  # noqa: BLE001 - people are answered in words, whatever happens
                if not self.dead:
                    then(error)
                return
            if not self.dead:
                then(answer)

        self.loop.call_soon(lambda: self.loop.create_task(run(), name=what))

    # Ends

    def arm(self, where: str, count: int) -> None:
        """Kill this process the next time but `count` that it comes to a point whose name begins so."""
        self._armed = (where, count)

    def reach(self, name: str) -> None:
        """Be at a point where the process may be killed."""
        if self._armed is not None and not self.dead and name.startswith(self._armed[0]):
            where, count = self._armed
            self._armed = (where, count - 1)
            if count <= 0:
                self.kill()

    def point(self, name: str) -> None:
        """Be at such a point within a task of the process, which gets no further when it is killed."""
        self.reach(name)
        if self.dead:
            raise asyncio.CancelledError

    def kill(self) -> None:
        """End as by SIGKILL: nothing of it happens any more."""
        if not self.dead:
            self._forget()
            self.loop.dead = True
            self._machine.time.after(0.0, self.loop.unwind)
            self._ended(self)

    def stop(self) -> None:
        """End as by SIGTERM."""
        if self.dead or self._main is None:
            return
        self._main.add_done_callback(lambda _: self.kill())
        self.loop.call_soon(self._main.cancel)
        # The system does not wait for ever.
        self._machine.time.after(10.0, self.kill)

    def _forget(self) -> None:
        self.dead = True
        for connection in self._connections:
            connection.cut()
        self._machine.processes.remove(self)
        for session in self.sessions:
            self._machine.chat.sessions.remove(session)

    def _unheard(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self._trouble("unheard", f"{context.get('message')}: {type(error).__name__}: {error}")


class Listener(logging.Handler):
    """Tells of what is logged with a traceback."""

    def __init__(self, trouble: Callable[[str, str], None]) -> None:
        super().__init__(logging.ERROR)
        self._trouble = trouble

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            self._trouble("traceback", f"{type(error).__name__}: {error}")
