"""A tiny bot and plain HTTP, for the tests of the sandbox."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from sandbox import Sandbox


class TinyBot(commands.AutoShardedBot):
    """An ordinary bot: what the tests add to its tree is registered when it starts."""

    def __init__(self, **options: Any) -> None:
        intents = options.pop("intents", discord.Intents(guilds=True, guild_messages=True, dm_messages=True))
        super().__init__(commands.when_mentioned, intents=intents, help_command=None, **options)
        self._connection.guild_ready_timeout = 0.05
        self.heard: list[discord.Message] = []
        self.events: list[str] = []
        self.failures: list[Exception] = []

    async def before_identify_hook(self, _shard_id: int | None, *, initial: bool = False) -> None:
        """Discord wants 5 s between shards; the sandbox does not mind."""

    async def setup_hook(self) -> None:
        self.tree.on_error = self._note  # type: ignore[method-assign]  # discord.py's docs offer it
        if self.tree.get_commands() or self.tree.get_commands(type=discord.AppCommandType.message):
            await self.tree.sync()

    def dispatch(self, event_name: str, /, *args: Any, **options: Any) -> None:
        self.events.append(event_name)
        super().dispatch(event_name, *args, **options)

    async def _note(self, _: discord.Interaction, error: app_commands.AppCommandError) -> None:
        self.failures.append(getattr(error, "original", error))

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)


async def until(true: Callable[[], Any], within: float = 3.0) -> None:
    """Wait until something has come true."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(sb: Sandbox, bot: TinyBot) -> AsyncIterator[TinyBot]:
    """The bot, connected until the block ends."""
    discord.http.Route.BASE = sb.base_url
    async with bot:
        await bot.login(sb.token)
        task = bot.loop.create_task(bot.connect())
        try:
            await sb.bot_connected()
            await bot.wait_until_ready()
            yield bot
        finally:
            await bot.close()
            await task


class Raw:
    """Plain HTTP with the bot's token."""

    def __init__(self, sb: Sandbox, session: aiohttp.ClientSession) -> None:
        self._base = sb.base_url
        self._session = session
        self.authorization: str | None = f"Bot {sb.token}"
        self.headers: dict[str, str] = {}

    async def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        headers = {"Authorization": self.authorization} if self.authorization else {}
        if body is not None:
            options["json"] = body
        async with self._session.request(method, self._base + path, headers=headers, **options) as answer:
            self.headers = dict(answer.headers)
            if answer.status == 204:
                return 204, None
            assert answer.headers["Content-Type"] == "application/json"
            return answer.status, await answer.json()

    async def ok(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Ask for something that goes well; gives the answer."""
        status, answer = await self(method, path, body, **options)
        assert status < 300, answer
        return answer

    async def code(self, method: str, path: str, body: Any = None, **options: Any) -> int:
        """Ask for something that fails; gives Discord's error code."""
        status, answer = await self(method, path, body, **options)
        assert status >= 400, answer
        return int(answer["code"])

    async def wrong(self, method: str, path: str, body: Any = None, **options: Any) -> dict[str, list[str]]:
        """Send a body that is wrong; gives the codes of what is wrong by field."""
        status, answer = await self(method, path, body, **options)
        assert (status, answer.get("code")) == (400, 50035), answer
        found: dict[str, list[str]] = {}
        _collect(answer["errors"], "", found)
        return found


def _collect(tree: dict[str, Any], path: str, found: dict[str, list[str]]) -> None:
    for key, value in tree.items():
        if key == "_errors":
            found[path] = [each["code"] for each in value]
        else:
            _collect(value, f"{path}.{key}".strip("."), found)
