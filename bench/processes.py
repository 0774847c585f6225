"""Programs that are measured from outside: each runs alone in a process and prints one line of JSON."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")


def resident_mib() -> float:
    """Return this process's resident memory in MiB, from Linux's /proc, else its peak."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def _minimal() -> Any:
    """Return the smallest useful bot with discord.py: one slash command, nothing else."""
    import discord
    from discord import app_commands
    from discord.ext import commands

    bot = commands.AutoShardedBot(command_prefix=commands.when_mentioned, intents=discord.Intents.none())

    @bot.tree.command(name="quote", description="A quote")
    @app_commands.describe(query="What")
    async def quote(interaction: discord.Interaction, query: str) -> None:
        await interaction.response.send_message(query)

    return bot


def minimal() -> dict[str, float]:
    """Build the smallest bot."""
    started = time.perf_counter()
    _kept = _minimal()
    gc.collect()
    return {"resident": resident_mib(), "seconds": time.perf_counter() - started}


def minimal_bot() -> None:
    """Run the bot of `minimal` until it is ended."""
    from discord.http import Route

    Route.BASE = os.environ["DISCORD_API_BASE"]
    bot = _minimal()

    async def sync() -> None:
        await bot.tree.sync()

    bot.setup_hook = sync
    bot.run(os.environ["DISCORD_TOKEN"], log_handler=None)


def ours(store: str, announcement: str, *, engine: bool) -> dict[str, float]:
    """Build our bot on a seeded store, with or without the engines for questions and claims."""
    started = time.perf_counter()
    from bot import app, settings
    from bot.library import read_library
    from bot.seeding import bring_up_to_date
    from bot.store.sqlite import SqliteDatabase
    from bot.understanding import Engine

    given = settings.read({"DATABASE_PATH": store, "ANNOUNCEMENT_PATH": announcement})
    files = (given.announcement_path, given.learnt_path, given.content_path)

    async def without() -> float:
        async with await SqliteDatabase.open(given.database_path):
            with await bring_up_to_date(*files) as content:
                _kept = read_library(content)
            gc.collect()
            return resident_mib()

    async def full() -> float:
        async with app.services(given) as services:
            services.asking.ask("was it planned?")
            services.canon.check("was it planned?")
            gc.collect()
            return resident_mib()

    async def unchanged() -> float:
        began = time.perf_counter()
        with await bring_up_to_date(*files) as content:
            for name in ("facts", "claims"):
                Engine.load(content.learnt(name))
            return time.perf_counter() - began

    resident = asyncio.run(full() if engine else without())
    seconds = time.perf_counter() - started
    return {"resident": resident, "seconds": seconds, "unchanged": asyncio.run(unchanged()) if engine else 0.0}


def seeding(store: str, announcement: str) -> dict[str, float]:
    """Learn for a new store."""
    from bot import settings
    from bot.seeding import learn

    given = settings.read({"DATABASE_PATH": store})
    started, before = time.perf_counter(), _cpu()
    asyncio.run(learn(Path(announcement), given.content_path))
    return {"seconds": time.perf_counter() - started, "cpu": _cpu() - before}


def _cpu() -> float:
    """Return the processor time of this process and its ended children, in seconds."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    if name == "minimal-bot":
        minimal_bot()
        sys.exit()
    runs: dict[str, Callable[[], dict[str, float]]] = {
        "minimal": minimal,
        "with-engine": lambda: ours(*arguments, engine=True),
        "without-engine": lambda: ours(*arguments, engine=False),
        "seeding": lambda: seeding(*arguments),
    }
    print(json.dumps(runs[name]()))
