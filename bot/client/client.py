"""The bot as a client of Discord: loads the cogs, registers commands, runs what the daily quotes need, and stops."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import hashlib
import json
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot import memory
from bot.client import errors
from bot.client.controls import Actions, Directory
from bot.client.library_parts import (
    Gateway,
    ObservedBot,
    ObservedTree,
    answer_briefly,
    forget_login,
    gateway_of,
    use_gateway,
)
from bot.daily.requests import DiscordClock, tracing
from bot.errors import CanonkeeperError, SettingError, UnreachableError
from bot.shards.keeper import Keeper
from bot.shards.rule import ALL, Shards

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from bot.canon import CanonService
    from bot.clock import Clock
    from bot.daily.commands import Scheduler
    from bot.daily.guilds import Presence, Recovery
    from bot.daily.ledger import DailyStore
    from bot.daily.requests import RateLimiter
    from bot.daily.worker import Worker
    from bot.library import Library
    from bot.meter import Kind, Meter, Outcome
    from bot.pictures import PictureService
    from bot.quotes import AskService, OverviewService, QuizService, QuoteService, TimelineService, Unanswered
    from bot.shards.keeper import Shared
    from bot.store.synced import SyncedCommands
    from bot.understanding import Engine


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that the composition root builds for the cogs."""

    library: Library
    facts: Engine
    claims: Engine
    quotes: QuoteService
    quiz: QuizService
    canon: CanonService
    asking: AskService
    unanswered: Unanswered
    pictures: PictureService
    timeline: TimelineService
    overview: OverviewService
    synced: SyncedCommands
    # None where no other process has the store.
    shared: Shared | None
    clock: Clock
    daily: DailyStore
    meter: Meter
    # Makes an empty transaction; raises StoreError if that takes longer than the seconds given.
    probe: Callable[[float], Awaitable[None]]


_log = logging.getLogger(__name__)

# After a fault beside the posts.
_AGAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Daily:
    """The daily quotes: `run()` is to be kept running while the bot is logged in."""

    scheduler: Scheduler
    presence: Presence
    recovery: Recovery
    worker: Worker
    limiter: RateLimiter
    replan: Callable[[], Awaitable[None]]
    beside: tuple[Callable[[], Awaitable[None]], ...] = ()

    async def run(self) -> None:
        """Bring what is planned up to this process's tz database, then post until cancelled.

        What is `beside` runs as long.
        """
        others = [asyncio.create_task(_run(each), name="beside the posts") for each in self.beside]
        try:
            try:
                await self.replan()
            except Exception:  # noqa: BLE001 - logged with its traceback; posts come as they were planned
                _log.exception("couldn't bring what is planned up to the current time zone data")
            posting = asyncio.create_task(self.worker.run(), name="worker")
            others.append(posting)
            done, _ = await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            # The worker ends what is under way before it is done.
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    """Keep what runs beside the posts running: a fault of it is logged, and ends nothing else."""
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001 - logged with its traceback
            _log.exception("a background task of the daily posts failed")
        await asyncio.sleep(_AGAIN_SECONDS)


# Discord's docs, JSON Error Codes: missing access, unknown guild, and 200 commands made today.
_NO_ACCESS = frozenset({50001, 10004})
_DAILY_LIMIT = 30034
# How long the registration may take. The daily limit may also come as a rate limit of many hours, which
# discord.py would wait for.
_REGISTER_SECONDS = 60
_LIMITED = (
    "Discord accepts no more commands from this application today (it allows 200 a day): the ones it has stay, and "
    "the next start registers what has changed"
)


class CommandLimitError(CanonkeeperError):
    """No more commands can be registered today."""


async def sync(
    tree: app_commands.CommandTree[Any],
    synced: SyncedCommands,
    *,
    guild: discord.Object | None = None,
    force: bool = False,
) -> bool:
    """Register the tree's commands, in `guild` alone when one is given; return whether Discord was asked.

    Discord's docs (Application Commands) limit how often commands may be made; a hash in the store keeps
    every start from doing it again. Where Discord takes no more commands today, those that it has stay, and a line
    in the log says so.

    Raises SettingError where `guild` is not the bot's, CommandLimitError where it was to be done at once and cannot,
    and discord.HTTPException when Discord refuses the commands.
    """
    application_id = tree.client.application_id
    assert application_id is not None, "commands are registered after login"  # noqa: S101
    scope = str(guild.id) if guild else "global"
    payload = [command.to_dict(tree) for command in tree.get_commands(guild=guild)]
    sha256 = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    if not force and await synced.get(application_id, scope) == sha256:
        return False
    try:
        async with asyncio.timeout(_REGISTER_SECONDS):
            await tree.sync(guild=guild)
    except (discord.Forbidden, discord.NotFound) as error:
        if guild is not None and error.code in _NO_ACCESS:
            raise SettingError(
                f"DEV_GUILD_ID {guild.id} is a server the bot isn't in: invite it there with the scopes 'bot' and "
                "'applications.commands', or remove the setting"
            ) from error
        raise
    except (discord.HTTPException, TimeoutError) as error:
        if isinstance(error, discord.HTTPException) and error.code != _DAILY_LIMIT:
            raise
        if force:
            raise CommandLimitError(_LIMITED) from error
        _log.warning(_LIMITED)
        return False
    await synced.put(application_id, scope, sha256)
    _log.info("registered %d commands (%s)", len(payload), scope)
    return True


# What discord.py (2.7.1) raises over a page with status 200, as a network shows before one has signed in to it.
_UNREADABLE = (TypeError, LookupError, ValueError, AttributeError)
_NOT_DISCORD = (
    "Something else answers in the place of Discord: check this machine's connection to the Internet (a network may "
    "ask to sign in first) and DISCORD_API_BASE, and start again"
)

_Answer = TypeVar("_Answer")


# How long to wait between tries while the bot starts, in seconds. What lasts longer ends the start, and is for
# systemd (or whatever keeps the bot running) to try again: it knows how long to wait between starts.
_WAITS = (1, 3, 6)


async def _readable(asked: Awaitable[_Answer]) -> _Answer:
    """Return what Discord answers. Raises UnreachableError where it is nothing of Discord's."""
    try:
        return await asked
    except _UNREADABLE as error:
        raise UnreachableError(_NOT_DISCORD) from error


def intents() -> discord.Intents:
    """Return the intents: three, none of them privileged.

    `guilds` brings channels, roles and our own permissions, without which a schedule could not be checked.
    `guild_messages` and `dm_messages` bring messages; their content reaches a bot without the privileged intent when
    they mention it or are sent to it directly (Discord's docs, Gateway, 'Message Content Intent'), which is all that
    is wanted.
    """
    chosen = discord.Intents.none()
    chosen.guilds = True
    chosen.guild_messages = chosen.dm_messages = True
    return chosen


# It takes a second or two; should it take longer, or its process end, the next one begins: that does no harm.
_TURN = dt.timedelta(seconds=20)
_REGISTERING = "commands"
# The same of connecting, five seconds of waiting included.
_OPENING = dt.timedelta(seconds=20)
# How long a connection has to close, before it is left to end by itself.
_SHARD_CLOSE_SECONDS = 3.0

# Where an interaction keeps how it ended, for the meter.
_OUTCOME = "outcome"
_UNKNOWN = "unknown"


class Tree(ObservedTree):
    """The commands, with the one error handler."""

    async def on_error(
        self, interaction: discord.Interaction[Canonkeeper], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer a command's error."""
        interaction.extras[_OUTCOME] = errors.outcome(error)
        await errors.answer(interaction, error)

    async def call(self, interaction: discord.Interaction[Canonkeeper]) -> None:
        """Run a command, and answer whatever happens; a completion that failed is an empty list."""
        if not self.client.note_under_way():
            return
        with self.client.metered(interaction):
            await self._answer(interaction)

    async def _answer(self, interaction: discord.Interaction[Canonkeeper]) -> None:
        try:
            await super().call(interaction)
        except app_commands.AppCommandError:
            raise
        except Exception as error:
            # What a command raises arrives above: these are options in a form that no version of ours registers.
            raise app_commands.AppCommandError(f"cannot be read: {error!r}") from error
        finally:
            if interaction.type is discord.InteractionType.autocomplete and not interaction.response.is_done():
                # discord.py logs what a completion raises, and tells nobody.
                interaction.extras[_OUTCOME] = "failed"
                await errors.no_completions(interaction)


class Canonkeeper(ObservedBot):
    """The bot. Cogs take from `services`, `actions` and `directory` what they need, in their `setup` alone."""

    def __init__(
        self,
        services: Services,
        daily_quotes: Callable[[Canonkeeper, DiscordClock], Daily],
        *,
        extensions: tuple[str, ...],
        dev_guild_id: int | None = None,
        shards: Shards = ALL,
        force_sync: bool = False,
        gateway_timeout: float = 60.0,
    ) -> None:
        discord_clock = DiscordClock(services.clock, lambda: asyncio.get_running_loop().time())
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            # Nothing of members or messages is kept: no command needs it, and memory stays small.
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            heartbeat_timeout=gateway_timeout,
            http_trace=tracing(discord_clock, services.meter),
        )
        self._shards = shards
        self.buckets = 1
        # Where the shards are shared out among processes.
        self.keeper: Keeper | None = None
        self.services = services
        self.actions = Actions()
        self.daily = daily_quotes(self, discord_clock)
        self._extension_names = extensions
        self._force_sync = force_sync
        self._dev_guild = discord.Object(dev_guild_id) if dev_guild_id else None
        self.directory = Directory(self.tree, self._dev_guild)
        self._settled = False
        self._under_way: set[asyncio.Task[Any]] = set()
        self._finished = False

    async def sign_in(self, token: str) -> None:
        """Log in, run `setup_hook`, and learn where the gateway is.

        Raises SettingError when Discord refuses the token, UnreachableError when it does not answer.
        """
        try:
            await self._patiently(lambda: self._log_in(token))
            await self._prepare()
            # `connect` would ask for the same, and keep the address for its first connection alone.
            gateway = await self._patiently(self._where_the_gateway_is)
        except (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError) as error:
            if told := errors.at_start(error):
                raise told from error
            raise
        use_gateway(gateway.url)
        self.buckets = gateway.buckets
        shared = self.services.shared
        if shared is not None and shared.served is not None:
            self.keeper = Keeper(shared.leases, shared.served, Connections(self, shared), self.loop.time, shared.timing)
            self.shard_count = await self.keeper.agree(gateway.shards)
            self.open_nothing_yet()
        elif self._shards.ids is None:
            self.shard_count = gateway.shards
        else:
            self.shard_count, self.shard_ids = self._shards.count, sorted(self._shards.ids)
        if gateway.shards > self.shard_count:
            _log.warning(
                "Discord advises %d shards, and there are %d: stop all processes at once and start them with more, "
                "before a shard has over 2,500 servers",
                gateway.shards,
                self.shard_count,
            )

    @property
    def served(self) -> Sequence[int]:
        """The numbers of the connections that this process keeps."""
        if self.keeper is not None:
            return sorted(self.keeper.held)
        return self.shard_ids or range(self.shard_count or 1)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until a shard may identify: five seconds after the last one of its bucket, whoever that was."""
        if self.services.shared is None:
            await super().before_identify_hook(shard_id, initial=initial)
        else:
            await self.services.shared.to_identify((shard_id or 0) % self.buckets)

    async def keep_shards(self, keeper: Keeper) -> None:
        """Hold this process's share of the shards until cancelled."""
        answer_briefly()
        keeping = asyncio.create_task(keeper.run(), name="keeping shards")
        beginning = asyncio.create_task(keeper.began.wait(), name="first shards")
        try:
            await asyncio.wait({keeping, beginning}, return_when=asyncio.FIRST_COMPLETED)
            if not keeper.held and not keeping.done():
                # There is none to spare: it stands by.
                self.become_ready()
            await keeping
        finally:
            beginning.cancel()
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    async def _log_in(self, token: str) -> None:
        await forget_login(self)
        await _readable(self.login(token))

    async def _where_the_gateway_is(self) -> Gateway:
        """Return what Discord says of its gateway."""
        try:
            return await _readable(gateway_of(self))
        except discord.GatewayNotFound as error:
            if error.__cause__ is not None and errors.is_passing(error.__cause__):
                raise error.__cause__ from None
            raise

    async def _patiently(self, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Ask Discord, again where nothing got through: its edge has bad moments, and so has a machine that boots."""
        for wait in _WAITS:
            try:
                return await ask()
            except (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError) as error:
                # Where Discord itself fails, discord.py has tried five times already.
                if not errors.is_passing(error) or isinstance(error, discord.DiscordServerError):
                    raise
                _log.warning("couldn't reach Discord (%s); trying again in %d s", errors.in_short(error), wait)
            await asyncio.sleep(wait)
        return await ask()

    async def _prepare(self) -> None:
        """Load the cogs, and register the commands where they changed or it was asked for.

        Whatever fails here stops the start.
        """
        for name in self._extension_names:
            await self.load_extension(name)
        if self._dev_guild is not None:
            self.tree.copy_global_to(guild=self._dev_guild)
        await self._patiently(self._register)

    async def _register(self) -> None:
        """Register the commands where they changed; one process at a time, so that the others find it done."""
        async with contextlib.AsyncExitStack() as stack:
            if self.services.shared is not None:
                await stack.enter_async_context(self.services.shared.turns.turn(_REGISTERING, _TURN))
            await sync(self.tree, self.services.synced, guild=self._dev_guild, force=self._force_sync)

    async def connect(self, *, reconnect: bool = True) -> None:
        """Stay connected until the bot is closed.

        Raises CanonkeeperError where Discord closes the connection for good.
        """
        answer_briefly()
        try:
            await super().connect(reconnect=reconnect)
        except discord.ClientException as error:
            if told := errors.at_gateway(error):
                raise told from error
            raise

    def note_under_way(self) -> bool:
        """Note that the present task answers somebody, so that a stop waits for it.

        Returns False when it is too late for that: what was begun now could not be told any more, or it may be another
        process's by now.
        """
        task = asyncio.current_task()
        if task is not None:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return not self._finished and not (self.keeper is not None and self.keeper.lapsed())

    async def finish(self, seconds: float) -> None:
        """Wait until nobody waits for an answer any more, for so long at most; what is left is ended.

        Nothing is begun after that.
        """
        end = self.loop.time() + seconds
        while self._under_way and (left := end - self.loop.time()) > 0:
            await asyncio.wait(self._under_way, timeout=left)
        self._finished = True
        if rest := [*self._under_way]:
            _log.warning("answers that didn't finish in time and were dropped: %d", len(rest))
            for task in rest:
                task.cancel()
            await asyncio.wait(rest, timeout=1.0)

    def wants(self, event: str) -> bool:
        """Note that a message may be answered."""
        return event != "on_message" or self.note_under_way()

    async def on_interaction(self, interaction: discord.Interaction[Any], /) -> None:
        """Run what a button, select or form asks for; its errors are answered like a command's.

        discord.py would call only those that it finds in the message, and leave the others without an answer.
        """
        if interaction.type not in {discord.InteractionType.component, discord.InteractionType.modal_submit}:
            return
        if not self.note_under_way():
            return
        with self.metered(interaction):
            try:
                await self.actions.run(interaction)
            except Exception as error:  # noqa: BLE001 - the one place where a press can fail
                interaction.extras[_OUTCOME] = errors.outcome(error)
                await errors.answer(interaction, error)

    @contextlib.contextmanager
    def metered(self, interaction: discord.Interaction[Any]) -> Iterator[None]:
        """Count what somebody used, how it ended and how long it took."""
        began = time.perf_counter()
        outcome: Outcome = "failed"
        try:
            yield
            outcome = interaction.extras.get(_OUTCOME, "answered")
        except Exception as error:
            outcome = errors.outcome(error)
            raise
        finally:
            kind, name = self._used(interaction)
            self.services.meter.used(kind, name, outcome, time.perf_counter() - began)

    def _used(self, interaction: discord.Interaction[Any]) -> tuple[Kind, str]:
        """Return what somebody used, by a name of ours: what Discord sends may be of another version, or made up."""
        if interaction.type not in {discord.InteractionType.application_command, discord.InteractionType.autocomplete}:
            return "control", self.actions.named(interaction) or _UNKNOWN
        name = interaction.command.qualified_name if interaction.command else _UNKNOWN
        return ("completion" if interaction.type is discord.InteractionType.autocomplete else "command"), name

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the cogs: there are no prefix commands."""

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """Log what an event's handler raised; discord.py calls this within the except block."""
        _log.exception("error in %s", event_method)

    async def on_ready(self) -> None:
        """Say that the bot is there; discord.py calls this when all connections are, and perhaps again."""
        if not self._settled:
            self._settled = True
            _settle()
        _log.info("ready as %s; servers: %d", self.user, len(self.guilds))

    async def on_shard_ready(self, shard: int) -> None:
        """Let go of what a new connection has replaced, and serve what is new."""
        if self._settled:
            _settle()
        if self.keeper is not None:
            if not self.is_ready():
                self.become_ready()
            await self.keeper.ready(shard)


class Connections:
    """The connections that a process keeps by lease; see the protocol of this name in bot/shards/keeper.py."""

    def __init__(self, bot: Canonkeeper, shared: Shared) -> None:
        self._bot, self._shared = bot, shared

    async def open(self, shard: int) -> None:
        """Connect a shard.

        Others of its bucket connect after it: whoever is connected and has to wait long to identify is lost again.
        """
        bucket = shard % self._bot.buckets
        async with self._shared.turns.turn(f"identify {bucket}", _OPENING):
            await self._bot.open_shard(shard)
            await self._shared.identified(bucket)

    async def close(self, shard: int) -> None:
        """Close a shard's connection."""
        await self._bot.close_shard(shard, _SHARD_CLOSE_SECONDS)
        _settle()

    async def idle(self, shard: int) -> None:
        """Wait until no post of a shard's servers is under way."""
        await self._bot.daily.worker.idle(Shards(self._bot.shard_count or 1, frozenset({shard})).serves)

    async def gained(self, _shard: int) -> None:
        """Bring what is planned up to this process's time zones, and make what is due."""
        await self._bot.daily.replan()
        self._bot.daily.worker.poke()


def _settle() -> None:
    """Take what is known by now out of the garbage collector's rounds, and nothing that is known no longer.

    Ten thousand servers are a million objects that stay; a full round over them holds up everything for
    half a second, in the middle of a posting storm (Python's docs, gc.freeze). What was taken out before is put
    back first: each READY replaces a connection's servers, and those replaced would never be freed.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    memory.give_back()
