"""The composition root: the one place that builds things and puts them together."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import secrets
import shutil
import signal
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bot import announcement, memory
from bot.canon import CanonLesson, CanonService
from bot.client import Canonkeeper
from bot.client.client import Daily, Services, intents
from bot.client.library_parts import use_api, use_json
from bot.client.views import permission_bits
from bot.clock import DemoClock, SharedClock, SystemClock
from bot.daily.bag import Filters, heirs
from bot.daily.commands import Scheduler
from bot.daily.discord_chat import DiscordChat, DiscordSight
from bot.daily.guilds import Presence, Recovery, replan
from bot.daily.input import Zones
from bot.daily.ledger import DailyStore
from bot.daily.store import LeftGuilds, carry_bags_over
from bot.daily.worker import Worker
from bot.errors import StoreError
from bot.library import read_library
from bot.meter import NoMeter
from bot.operators.doctor import Machine, Needs, examine_all, report
from bot.operators.systemd import Notifier
from bot.pictures import PictureService
from bot.quotes import (
    AskService,
    OverviewService,
    QuizService,
    QuoteService,
    TimelineService,
    Unanswered,
    tier_of,
)
from bot.quotes.unanswered import shown
from bot.seeding import CANON, CLAIMS, FACTS, bring_up_to_date, learn
from bot.shards.keeper import TIMING, Served, Shared
from bot.shards.leases import Leases, Turns
from bot.shards.rule import ALL, Shards
from bot.store import engines
from bot.store.synced import SyncedCommands
from bot.store.unanswered import UnansweredQuestions
from bot.terminal import explain, read_questions, tried
from bot.understanding import Engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.clock import Clock
    from bot.daily.requests import DiscordClock
    from bot.meter import Meter
    from bot.operators.health import Monitor
    from bot.settings import Reading, Settings
    from bot.store.database import Database

# SQLite's integers are signed and have 64 bits.
_SEED_BITS = 63


def daily_quotes(services: Services, bot: Canonkeeper, discord_clock: DiscordClock) -> Daily:
    """Return the daily quotes of this process; chance for the schedules' seeds is the system's."""
    store, clock = services.daily, services.clock
    filters = Filters(services.library, services.quotes)
    slots = services.shared.requests if services.shared else None
    chat = DiscordChat(bot, clock, services.pictures, services.quiz, discord_clock, slots)
    worker = Worker(store.deliveries, store.left_guilds, filters, chat, clock)
    scheduler = Scheduler(
        (store.schedules, store.deliveries),
        filters,
        Zones.load(),
        chat,
        clock,
        lambda: secrets.randbits(_SEED_BITS),
        worker.poke,
    )
    presence = Presence(store.schedules, store.left_guilds, clock, worker.poke)
    recovery = Recovery(
        (store.recoveries, store.left_guilds),
        filters,
        DiscordSight(bot, clock),
        clock,
        store.late_limit,
        presence.joined,
        worker.poke,
    )
    beside = (recovery.run, services.unanswered.run, *((store.watch,) if store.watch else ()))
    return Daily(scheduler, presence, recovery, worker, chat.limiter, partial(replan, store.schedules, clock), beside)


_log = logging.getLogger(__name__)

EXTENSIONS = (
    "cogs.quote",
    "cogs.ask",
    "cogs.canon",
    "cogs.timeline",
    "cogs.about",
    "cogs.help",
    "cogs.quiz",
    "cogs.share",
    "cogs.daily",
    "cogs.guilds",
)
# SIGTERM's grace (Docker and systemd give ten seconds and more).
CLOSE_SECONDS = 5.0
# Of these, for answers that are under way: people have waited up to three seconds for them.
FINISH_SECONDS = 3.0


@contextlib.asynccontextmanager
async def clock_of(settings: Settings, database: Database | None = None) -> AsyncIterator[Clock]:
    """Yield the clock that all who use the store go by: the machine's, the database's, or in the demo the demo's."""
    if settings.clock_url is not None:
        async with DemoClock(settings.clock_url) as clock:
            yield clock
    elif settings.database_url is not None and database is not None:
        async with SharedClock(database.time) as shared:
            yield shared
    else:
        yield SystemClock()


def shards_of(settings: Settings) -> Shards:
    """Return which shards the settings leave to this process."""
    return Shards(settings.shards.of, frozenset(settings.shards.ids)) if settings.shards else ALL


def shared_with(database: Database, settings: Settings) -> Shared | None:
    """Return what is shared with other processes; None where this one has the store for itself."""
    if settings.shards is None and not settings.share_shards:
        return None
    owner = secrets.token_hex(8)
    leases = Leases(database, owner, TIMING.lease)
    return Shared(leases, Turns(database, owner), Served(leases) if settings.share_shards else None, TIMING)


@contextlib.asynccontextmanager
async def services(settings: Settings, meter: Meter | None = None) -> AsyncIterator[Services]:
    """Open the store, learn where the announcement has changed, and build what the cogs use.

    Raises StoreError, AnnouncementError or LearningError, each in words that say what to do.
    """
    meter = meter or NoMeter()
    async with await engines.opened(settings.store) as database, clock_of(settings, database) as clock:
        # All of it is read now, so that its file may be replaced at any time.
        with await bring_up_to_date(settings.announcement_path, settings.learnt_path, settings.content_path) as content:
            library = await asyncio.to_thread(read_library, content)
            beside = memory.on_disk(settings.database_path.parent)
            facts = Engine.load(content.learnt(FACTS), beside)
            claims = Engine.load(content.learnt(CLAIMS), beside)
            lesson = CanonLesson.from_bytes(content.learnt(CANON))
        with database.in_words():
            await carry_bags_over(database, *heirs(library.quotes))
        shared = shared_with(database, settings)
        with PictureService() as pictures:
            canon = CanonService(library, claims, facts, lesson)
            yield Services(
                library=library,
                facts=facts,
                claims=claims,
                quotes=QuoteService(library, facts),
                quiz=QuizService(library),
                canon=canon,
                pictures=pictures,
                timeline=TimelineService(library, pictures),
                overview=OverviewService(library, pictures),
                asking=AskService(library, facts, canon),
                unanswered=Unanswered(UnansweredQuestions(database), settings.keep_unanswered, clock),
                synced=SyncedCommands(database),
                clock=clock,
                shared=shared,
                daily=DailyStore.on(
                    database,
                    dt.timedelta(hours=settings.late_limit_hours),
                    meter,
                    shared.served if shared and shared.served else shards_of(settings),
                ),
                meter=meter,
                probe=database.probe,
            )


@contextlib.asynccontextmanager
async def monitored(settings: Settings) -> AsyncIterator[Monitor | None]:
    """Answer for the bot's health where the settings want that; what it takes is loaded only then."""
    if settings.health_address is None:
        yield None
        return
    from bot.operators import health  # noqa: PLC0415

    file = None if settings.database_url else settings.database_path
    async with health.monitored(settings.health_address, file) as monitor:
        yield monitor


@contextlib.asynccontextmanager
async def client(settings: Settings, *, force_sync: bool = False) -> AsyncIterator[Canonkeeper]:
    """Yield the bot, logged in, with its cogs loaded and commands registered, not yet connected.

    Raises SettingError when Discord refuses the token.
    """
    token = settings.required_token()
    use_api(settings.api_base)
    use_json()
    async with (
        monitored(settings) as monitor,
        services(settings, monitor.metrics if monitor else None) as built,
        Canonkeeper(
            built,
            partial(daily_quotes, built),
            extensions=EXTENSIONS,
            dev_guild_id=settings.dev_guild_id,
            shards=shards_of(settings),
            force_sync=force_sync,
        ) as bot,
    ):
        await bot.sign_in(token.reveal())
        with monitor.watching(bot) if monitor else contextlib.nullcontext():
            yield bot


async def run(settings: Settings) -> None:
    """Run the bot until SIGTERM or Ctrl-C, and end it cleanly within CLOSE_SECONDS."""
    stop = asyncio.Event()
    on_stop_signals(stop.set)
    notifier = Notifier(settings.service_manager)
    async with notifier.serving(), contextlib.AsyncExitStack() as stack:
        starting = asyncio.create_task(stack.enter_async_context(client(settings)), name="starting")
        stopping = asyncio.create_task(stop.wait(), name="stopping")
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if starting.done():
            bot = starting.result()
            async with notifier.ready_after(bot.wait_until_ready):
                await until(bot, stop)
        else:
            # Learning takes long, and so does a network that is down: whoever stops the bot need not wait.
            starting.cancel()
            await asyncio.wait({starting})


def on_stop_signals(stop: Callable[[], object]) -> None:
    """Have the running event loop call `stop` on SIGTERM and Ctrl-C, and on Windows' Ctrl-Break.

    The event loops of Windows know no signals (Python's docs, asyncio: Platform Support), so there the handler is the
    interpreter's, which wakes the loop.
    """
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        signum = getattr(signal, name, None)
        if signum is None:
            continue
        try:
            loop.add_signal_handler(signum, stop)
        except NotImplementedError:
            signal.signal(signum, lambda *_: loop.call_soon_threadsafe(stop))


async def until(bot: Canonkeeper, stop: asyncio.Event) -> None:
    """Keep the bot connected and posting until `stop` is set; what ends either otherwise is raised."""
    connection = asyncio.create_task(bot.connect(), name="connection")
    posting = asyncio.create_task(bot.daily.run(), name="posting")
    stopping = asyncio.create_task(stop.wait(), name="stopping")
    working = [connection, posting]
    if bot.keeper is not None:
        working.append(asyncio.create_task(bot.keep_shards(bot.keeper), name="keeping"))
    try:
        await asyncio.wait({*working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in working:
            if task.done():
                task.result()
    finally:
        stopping.cancel()
        for task in working[1:]:
            task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                # First what is under way and needs the connection: posts take two seconds at most, answers
                # FINISH_SECONDS.
                await asyncio.gather(asyncio.wait({posting}), bot.finish(FINISH_SECONDS))
                await bot.close()
        connection.cancel()
        await asyncio.gather(*working, stopping, return_exceptions=True)
        if bot.keeper is not None:
            await bot.keeper.leave()


async def examine(reading: Reading) -> tuple[str, bool]:
    """Return, for those who host the bot, how all that it needs is, and whether nothing is wrong."""
    async with clock_of(reading.settings) as clock:
        machine = Machine(clock, lambda path: shutil.disk_usage(path).free, Zones.load)
        return report(await examine_all(reading, Needs(intents().value, permission_bits()), machine))


async def forget(settings: Settings, guild: int) -> int:
    """Delete all that is kept about a server, and return how many daily schedules that were. The bot may run.

    Raises StoreError where the store can't be used, or isn't there.
    """
    if settings.database_url is None and not settings.database_path.exists():
        raise StoreError(
            f"DATABASE_PATH {settings.database_path} isn't there: set it to the database that the bot uses"
        )
    async with await engines.opened(settings.store) as database:
        with database.in_words():
            async with database.erasing():
                await SyncedCommands(database).forget(str(guild))
                return await LeftGuilds(database).forget(guild)


async def why(settings: Settings, text: str) -> str:
    """Return, for those who keep the data, why a text is understood as it is."""
    async with services(settings) as built:
        tier = tier_of(built.asking.ask(text))
        return explain(text, settings.announcement_path, built.facts, built.claims, tier)


async def try_out(settings: Settings, folder: Path, questions: Path) -> str:
    """Return, for those who write an announcement's folder, how the bot on it replies to a file of questions.

    The bot's own database is left alone; what was learnt is kept beside LEARNT_PATH until the folder changes. Raises
    AnnouncementError with every mistake in the folder, or in the questions.
    """
    of = announcement.load(folder)
    asked = read_questions(questions, {entry.id for kind in (of.facts, of.claims, of.subjects) for entry in kind})
    kept = settings.learnt_path.with_name("tried.sqlite3")
    await learn(folder, kept)
    # On Windows a file that is still mapped can't be deleted.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as beside:
        store = Path(beside) / "store.sqlite3"
        trying = msgspec.structs.replace(
            settings,
            announcement_path=folder,
            learnt_path=kept,
            database_path=store,
            database_url=None,
            keep_unanswered=None,
        )
        async with services(trying) as built:
            return tried(built, asked)


async def unanswered(settings: Settings) -> str:
    """Return, for those who keep the data, what could not be answered lately, ready to be pasted."""
    async with services(settings) as built:
        return shown(await built.unanswered.kept(), built.facts, built.library, built.clock.now().date())


async def sync_commands(settings: Settings) -> int:
    """Register the commands with Discord whether or not they changed; return how many there are."""
    # A bot that runs beside this has the address already.
    unwatched = msgspec.structs.replace(settings, health_address=None)
    async with client(unwatched, force_sync=True) as bot:
        return len(bot.tree.get_commands())
