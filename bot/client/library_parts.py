"""The private parts of discord.py that we touch, in this module alone.

Private is whatever its documentation does not name: underscores, its HTTP client, its state. Any release may change
that, so tests/client/test_library_parts.py names the one that this was checked against.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import discord
import msgspec
from discord import InteractionResponseType, VoiceClient, app_commands, utils
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from discord.state import AutoShardedConnectionState
from discord.webhook.async_ import AsyncWebhookAdapter, async_context
from yarl import URL

if TYPE_CHECKING:
    import aiohttp


def use_api(base: str) -> None:
    """Send REST requests to `base`."""
    Route.BASE = base
    # This bot has no voice: whoever starts it need not be warned that libraries for that are missing.
    VoiceClient.warn_nacl = VoiceClient.warn_dave = False


def use_gateway(url: str) -> None:
    """Connect to the gateway at `url`, which is what `GET {base}/gateway/bot` says.

    discord.py asks for it only the first time: when a session cannot be resumed, it goes to this attribute.
    """
    DiscordWebSocket.DEFAULT_GATEWAY = URL(url)


def use_json() -> None:
    """Read and write JSON with msgspec, which is several times as fast as the standard library's.

    discord.py (2.7.1, utils.py) does the same with orjson, where that is installed.
    """
    utils.__dict__.update(_from_json=read_json, _to_json=write_json)


def read_json(text: str | bytes) -> Any:
    """Return what a JSON text says. Raises ValueError as the standard library does.

    What msgspec refuses and the standard library does not, as half a surrogate pair, is left to the latter.
    """
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return json.loads(text)


def write_json(value: Any) -> str:
    """Return a value as JSON. Raises TypeError for what JSON does not know."""
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, UnicodeEncodeError):
        return json.dumps(value, separators=(",", ":"))


class _Answering(AsyncWebhookAdapter):
    """discord.py's requests of interactions, which here do not ask for the message that an answer became.

    Discord sends it only to whom it is of use (its docs, Create Interaction Response, `with_response`); nothing here
    reads it, and reading all its components took longer than finding the answer.
    """

    async def create_interaction_response(
        self, interaction_id: int, token: str, *, session: Any, proxy: Any = None, proxy_auth: Any = None, params: Any
    ) -> Any:
        """Answer an interaction; return what discord.py (2.7.1, interactions.py) makes its response of."""
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        route = Route("POST", path, webhook_id=interaction_id, webhook_token=token)
        await self.request(
            route,
            session=session,
            proxy=proxy,
            proxy_auth=proxy_auth,
            files=params.files,
            multipart=params.multipart,
            payload=params.payload,
        )
        return {"interaction": {"id": interaction_id, "type": InteractionResponseType.channel_message.value}}


def answer_briefly() -> None:
    """Let this task, and those that it makes from now on, answer interactions without asking for what comes of it."""
    async_context.set(_Answering())  # type: ignore[no-untyped-call]


# Dispatched with (shard, shards, ids of the servers): `on_shard_guilds`.
EVENT = "shard_guilds"


class ComparingState(AutoShardedConnectionState[Any]):
    """discord.py's state of the connection, which lets go of servers that a READY no longer lists.

    It passes by messages that nobody here reads.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._latest: dict[int | None, DiscordWebSocket] = {}

    def parse_message_create(self, data: Any) -> None:
        """Take a message, unless it is of a bot or a webhook, or in a server and without words for us.

        Without the privileged intent Discord sends the content of those alone that mention the bot (its docs,
        Gateway, 'Message Content Intent'): in a busy server, of few.
        """
        written = data.get("content") or "guild_id" not in data
        if written and "webhook_id" not in data and not data["author"].get("bot"):
            super().parse_message_create(data)

    def parse_ready(self, data: Any) -> None:
        """Take a READY: servers that are gone leave as by GUILD_DELETE, and all that are there are told of."""
        shard, shards = data.get("shard", (0, 1))
        listed = frozenset(int(guild["id"]) for guild in data["guilds"])
        for known in [guild.id for guild in self.guilds if guild.shard_id == shard]:
            if known not in listed:
                self.parse_guild_delete({"id": str(known)})
        super().parse_ready(data)
        self.dispatch(EVENT, shard, shards, listed)

    def _update_references(self, ws: DiscordWebSocket) -> None:
        """Remember the latest connection of each shard; discord.py (gateway.py) calls this as it connects."""
        super()._update_references(ws)
        self._latest[ws.shard_id] = ws

    async def close_latest(self, shard: int) -> None:
        """Close the latest connection of a shard, if there is one."""
        if (ws := self._latest.pop(shard, None)) is not None:
            await ws.close(code=_GOODBYE)

    def drop(self, shard: int) -> None:
        """Forget the servers of a shard that is closed; no event tells of it, for the bot is still in them."""
        if (waiting := self._ready_tasks.pop(shard, None)) is not None:
            waiting.cancel()
        self._ready_states.pop(shard, None)
        for guild in [each for each in self.guilds if each.shard_id == shard]:
            self._remove_guild(guild)


async def _not_again(*_: object) -> None:
    """Take up no connection again that is closed."""


# With which a client says that it will not resume (Discord's docs, Gateway, "Disconnecting").
_GOODBYE = 1000


class ObservedTree(app_commands.CommandTree[Any]):
    """discord.py's commands, each of which is answered, whatever happens."""

    async def _call(self, interaction: discord.Interaction[Any]) -> None:
        """Run a command as `call` says."""
        await self.call(interaction)

    async def call(self, interaction: discord.Interaction[Any]) -> None:
        """Run a command.

        discord.py gives each a task of its own, and tells nobody of what it raises itself while it reads the options.
        """
        await super()._call(interaction)


_BY_TREE = frozenset({discord.InteractionType.application_command, discord.InteractionType.autocomplete})


class ObservedBot(commands.AutoShardedBot):
    """discord.py's client with `ComparingState`, which asks before each event's listeners run."""

    _connection: ComparingState
    _AutoShardedClient__shards: dict[int, Any]
    _opens_by_itself = True

    def _get_state(self, **options: Any) -> ComparingState:
        """Return the connection's state; discord.py (shard.py) makes its own in the same way."""
        given = {"dispatch": self.dispatch, "handlers": self._handlers, "hooks": self._hooks, "http": self.http}
        return ComparingState(**given, **options)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Tell the listeners of an event; of a command or a completion nobody need be told, for the tree runs it."""
        if event != "interaction" or args[0].type not in _BY_TREE:
            super().dispatch(event, *args, **kwargs)

    def open_nothing_yet(self) -> None:
        """Let `connect` open no shards: `open_shard` does, one at a time. `shard_count` is known by now.

        discord.py (2.7.1, state.py) takes the client for ready when all of the state's `shard_ids` are. Were there
        fewer of them, the next one's READY would keep the last one's servers from being told of.
        """
        self._opens_by_itself = False
        self._connection.shard_count = self.shard_count
        self._connection.shard_ids = range(self.shard_count or 1)

    async def launch_shards(self) -> None:
        """Open the shards that this process serves; discord.py's `connect` calls this first."""
        if self._opens_by_itself:
            await super().launch_shards()

    async def open_shard(self, shard: int) -> None:
        """Connect a shard while the client runs; returns when it has identified, after as many tries as that takes.

        A connection that waits to identify when this is cancelled is closed: discord.py would leave it open.
        """
        try:
            await self.launch_shard(DiscordWebSocket.DEFAULT_GATEWAY, shard)
        except asyncio.CancelledError:
            await asyncio.shield(self._connection.close_latest(shard))
            raise

    async def close_shard(self, shard: int, seconds: float) -> None:
        """Close a shard's connection for good, if there is one, and forget its servers; nobody is told that they left.

        It has `seconds` to close. One that is just being taken up again is closed when it is there.
        """
        parent = self._AutoShardedClient__shards.pop(shard, None)
        self._connection.drop(shard)
        if parent is not None:
            parent.reidentify = parent.reconnect = _not_again
            parent.launch = lambda: asyncio.ensure_future(parent.ws.close(code=_GOODBYE))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await parent.disconnect()
        self._connection.drop(shard)

    def become_ready(self) -> None:
        """Say that the client is ready, as discord.py does once all of its shards are."""
        self._connection.call_handlers("ready")
        self.dispatch("ready")

    async def _run_event(self, coro: Any, event_name: str, *args: Any, **kwargs: Any) -> None:
        """Run one listener, in a task of its own (discord.py, client.py)."""
        if self.wants(event_name):
            await super()._run_event(coro, event_name, *args, **kwargs)

    def wants(self, _event: str) -> bool:
        """Return whether a listener may run now; called in its task."""
        return True


async def forget_login(client: discord.Client) -> None:
    """Make a client ready for another login: discord.py opens a session for each, and closes the last one alone."""
    await client.http.close()
    client.http.connector = discord.utils.MISSING


class Gateway(NamedTuple):
    """How many connections Discord wants, where to, and of how many buckets one each may begin at a time."""

    shards: int
    url: str
    buckets: int


async def gateway_of(client: discord.Client) -> Gateway:
    """Return what Discord says of its gateway. Raises GatewayNotFound over an error of HTTP."""
    shards, url, limits = await client.http.get_bot_gateway()
    return Gateway(shards, url, max(limits["max_concurrency"], 1))


def is_traced(client: discord.Client) -> bool:
    """Return whether the client was made with `http_trace`."""
    return client.http.http_trace is not None


def global_limit(client: discord.Client) -> asyncio.Event | None:
    """Return the event that discord.py clears while it waits for a global 429 to end; None before it has one.

    There is no other way to learn of it. Requests that wait behind it inside of discord.py would all go at once when it
    opens, and be refused again.
    """
    return getattr(client.http, "_global_over", None) or None


async def post_form(
    client: discord.Client, path: str, channel: int, form: Any, limits: aiohttp.ClientTimeout
) -> dict[str, Any]:
    """Post a form's fields to a path of a channel, and return the answer; tracing is given the form as its context.

    discord.py's own `send` builds the form, and gives no hold of when it is sent and how long that may take.
    """
    given: dict[str, Any] = {"timeout": limits, "trace_request_ctx": form, "allow_redirects": False}
    answer: dict[str, Any] = await client.http.request(Route("POST", path, channel_id=channel), form=form, **given)
    return answer


async def post_json(
    client: discord.Client,
    path: str,
    place: tuple[int, int],
    body: dict[str, Any] | None,
    seen: object,
    limits: aiohttp.ClientTimeout,
) -> None:
    """Post JSON, or no body, to a path of a channel's message; tracing is given `seen` as its context."""
    given: dict[str, Any] = {"timeout": limits, "trace_request_ctx": seen, "allow_redirects": False}
    if body is not None:
        given["json"] = body
    channel, message = place
    await client.http.request(Route("POST", path, channel_id=channel, message_id=message), **given)


# What discord.py's models would read of a channel that the gateway has not told of: these need its id alone, and make
# one request each, so that we can wait for a rate limit between them.


async def messages_of(client: discord.Client, channel: int, limit: int, **since: int) -> list[dict[str, Any]]:
    """Return a page of a channel's messages, with `before` or `after` an id."""
    return [dict(message) for message in await client.http.logs_from(channel, limit, **since)]


async def message_of(client: discord.Client, channel: int, message: int) -> dict[str, Any]:
    return dict(await client.http.get_message(channel, message))


async def active_threads(client: discord.Client, guild: int) -> dict[str, Any]:
    """Return the list of a server's active threads (Discord's docs, List Active Guild Threads)."""
    return dict(await client.http.request(Route("GET", "/guilds/{guild_id}/threads/active", guild_id=guild)))


async def archived_threads(client: discord.Client, channel: int, before: Any, limit: int) -> dict[str, Any]:
    """Return a page of a channel's archived threads (Discord's docs, List Public Archived Threads)."""
    return dict(await client.http.get_public_archived_threads(channel, before, limit=limit))


async def member_of(client: discord.Client, guild: int, user: int) -> dict[str, Any]:
    return dict(await client.http.get_member(guild, user))


async def reopen_thread(client: discord.Client, thread: int) -> None:
    """Take a thread out of the archive."""
    await client.http.edit_channel(thread, archived=False)
