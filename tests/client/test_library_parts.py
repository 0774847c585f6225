"""What discord.py keeps private is touched in one module alone, which was checked against one version of it."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route
from discord.shard import Shard
from discord.state import AutoShardedConnectionState
from discord.webhook.async_ import AsyncWebhookAdapter

import bot
import cogs
from bot.client import library_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from tests.conftest import Chat

# After another version was installed: read what is touched in its source, run the tests, and write it here.
CHECKED = "2.7.1"

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "bot" / "client" / "library_parts.py"
PRIVATE = re.compile(r"_(?!_)\w+")
# What one must import to touch what has no underscore but is documented nowhere.
INNARDS = {"discord.http", "discord.gateway", "discord.state", "discord.webhook.async_"}


def test_discord_py_is_the_version_that_was_checked() -> None:
    assert discord.__version__ == CHECKED, (
        f"bot/client/library_parts.py was checked against discord.py {CHECKED}: read what it touches in "
        f"{discord.__version__}, run the tests, and name that version here"
    )


def parameters(function: Callable[..., object]) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_what_is_touched_is_as_it_was_read() -> None:
    assert Route.BASE.startswith(("https://discord.com/api/", "http://127.0.0.1"))
    assert DiscordWebSocket.DEFAULT_GATEWAY.scheme in {"wss", "ws"}
    assert parameters(commands.AutoShardedBot._get_state) == ["self", "options"]
    assert parameters(commands.AutoShardedBot._run_event) == ["self", "coro", "event_name", "args", "kwargs"]
    assert parameters(commands.AutoShardedBot.launch_shard) == ["self", "gateway", "shard_id", "initial"]
    assert parameters(commands.AutoShardedBot.launch_shards) == ["self"]
    assert inspect.iscoroutinefunction(Shard.reidentify)
    assert inspect.iscoroutinefunction(Shard.reconnect)
    assert parameters(Shard.launch) == parameters(Shard.disconnect) == ["self"]
    assert not hasattr(Shard, "__slots__")
    assert parameters(AutoShardedConnectionState._update_references) == ["self", "ws"]
    assert parameters(AutoShardedConnectionState._remove_guild) == ["self", "guild"]
    assert parameters(AutoShardedConnectionState.call_handlers) == ["self", "key", "args", "kwargs"]
    assert parameters(app_commands.CommandTree._call) == ["self", "interaction"]
    assert inspect.iscoroutinefunction(app_commands.CommandTree._call)
    assert parameters(AutoShardedConnectionState.parse_ready) == ["self", "data"]
    assert parameters(AutoShardedConnectionState.parse_guild_delete) == ["self", "data"]
    assert parameters(AutoShardedConnectionState.parse_message_create) == ["self", "data"]
    answering = ["self", "interaction_id", "token", "session", "proxy", "proxy_auth", "params"]
    assert parameters(AsyncWebhookAdapter.create_interaction_response) == answering
    asking = {"route", "session", "payload", "multipart", "files", "proxy", "proxy_auth"}
    assert asking <= set(parameters(AsyncWebhookAdapter.request))
    assert {"_from_json", "_to_json"} <= vars(discord.utils).keys()
    assert parameters(HTTPClient.request) == ["self", "route", "files", "form", "kwargs"]
    assert parameters(HTTPClient.logs_from)[1:3] == ["channel_id", "limit"]
    assert parameters(HTTPClient.get_message) == ["self", "channel_id", "message_id"]
    assert parameters(HTTPClient.get_public_archived_threads) == ["self", "channel_id", "before", "limit"]
    assert parameters(HTTPClient.get_member) == ["self", "guild_id", "member_id"]
    assert parameters(HTTPClient.edit_channel) == ["self", "channel_id", "reason", "options"]


async def test_what_is_touched_in_a_bot_that_is_logged_in(second_chat: Chat) -> None:
    one = second_chat.bot
    gate = library_parts.global_limit(one)
    assert isinstance(gate, asyncio.Event)
    assert gate is one.http._global_over
    assert library_parts.is_traced(one)
    assert isinstance(one._connection, library_parts.ComparingState)
    second_chat.sandbox.world.starts.max_concurrency = 16
    assert await library_parts.gateway_of(one) == (one.shard_count, second_chat.sandbox.gateway.url, 16)


def test_a_client_that_never_logged_in_has_no_global_limit_yet() -> None:
    client = discord.Client(intents=discord.Intents.none())
    assert library_parts.global_limit(client) is None
    assert not library_parts.is_traced(client)


async def test_a_login_that_is_forgotten_can_be_made_again(second_chat: Chat) -> None:
    client = discord.Client(intents=discord.Intents.none())
    for _ in range(2):
        await library_parts.forget_login(client)
        await client.login(second_chat.sandbox.token)
    assert client.user is not None
    await client.close()


# -- and nowhere else ----------------------------------------------------------------------------------


def sources() -> Iterator[Path]:
    """Yield the files that discord.py's objects can get into."""
    for folder in ("bot", "cogs"):
        for path in (ROOT / folder).rglob("*.py"):
            if re.search(r"\bdiscord\b", path.read_text(encoding="utf-8")):
                yield path


def touched(path: Path) -> Iterator[str]:
    """Yield what a file touches that is private to an object of somebody else's."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        where = f"{path.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.ImportFrom) and node.module in INNARDS:
            yield f"{where} imports {node.module}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"getattr", "setattr"}:
            name = node.args[1]
            if isinstance(name, ast.Constant) and isinstance(name.value, str) and PRIVATE.fullmatch(name.value):
                yield f"{where} asks for {name.value}"
        if isinstance(node, ast.Attribute):
            own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
            if (PRIVATE.fullmatch(node.attr) and not own) or node.attr == "http":
                yield f"{where} uses {ast.unparse(node)}"


def test_no_other_module_touches_what_is_private_to_an_object_of_another() -> None:
    assert [each for path in sources() if path != MODULE for each in touched(path)] == []
    assert list(touched(MODULE)), "the search finds what there is"


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def ours() -> Iterator[type]:
    """Yield the classes that discord.py's classes are below of."""
    for module in (*modules(bot), *modules(cogs)):
        for _, found in inspect.getmembers(module, inspect.isclass):
            if found.__module__ == module.__name__ and any(map(from_discord, found.__mro__)):
                yield found


def from_discord(kind: type) -> bool:
    return kind.__module__.split(".")[0] == "discord"


def innards(kind: type) -> set[str]:
    """Return the private names that discord.py's own classes give an object, or look for in it."""
    found: set[str] = set()
    for base in filter(from_discord, kind.__mro__):
        found |= {name for name in vars(base) if PRIVATE.fullmatch(name)}
        found |= set(re.findall(r"\bself\.(_(?!_)\w+)", inspect.getsource(base)))
    return found


def shared(kind: type) -> set[str]:
    """Return the private names that a class of ours uses and discord.py's uses, too."""
    written = {name for name in vars(kind) if PRIVATE.fullmatch(name)}
    return (written | set(re.findall(r"\bself\.(_(?!_)\w+)", inspect.getsource(kind)))) & innards(kind)


def test_no_other_class_has_a_name_that_discord_py_uses_itself() -> None:
    found = {kind.__qualname__: shared(kind) for kind in ours() if kind.__module__ != library_parts.__name__}
    assert found.keys() >= {"Canonkeeper", "Tree", "Panel", "DailyCog"}
    assert {name: names for name, names in found.items() if names} == {}
    assert shared(library_parts.ObservedBot) >= {"_get_state", "_run_event", "_handlers"}
