"""Puts the daily quotes together: what they store, who posts, and how Discord looks to them."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.client.posting import DiscordFace
from bot.client.sight import DiscordSight
from bot.domain.daily.zones import Zones
from bot.services.daily.abouts import Abouts
from bot.services.daily.poster import Poster
from bot.services.daily.presence import Presence
from bot.services.daily.recovering import Recovery
from bot.services.daily.replanning import replan
from bot.services.daily.scheduling import Scheduler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord

    from bot.client.discord_clock import DiscordClock
    from bot.services import Services

# SQLite's integers are signed and have 64 bits.
_SEED_BITS = 63


@dataclass(frozen=True, slots=True)
class Daily:
    """The daily quotes: `run()` is to be kept running while the bot is logged in."""

    scheduler: Scheduler
    presence: Presence
    recovery: Recovery
    poster: Poster
    replan: Callable[[], Awaitable[None]]
    beside: tuple[Callable[[], Awaitable[None]], ...] = ()

    async def run(self) -> None:
        """Bring what is planned up to this process's tz database, then post until cancelled.

        What is `beside` runs as long; whatever one of them raises is raised here.
        """
        others = [asyncio.create_task(_run(each), name="beside the posts") for each in self.beside]
        try:
            await self.replan()
            posting = asyncio.create_task(self.poster.run(), name="poster")
            others.append(posting)
            done, _ = await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            # The poster ends what is under way before it is done.
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()


def daily_quotes(bot: discord.Client, services: Services, discord_clock: DiscordClock) -> Daily:
    """Return the daily quotes of this process; chance for the schedules' seeds is the system's."""
    store, clock = services.daily, services.clock
    abouts = Abouts(services.library, services.quotes)
    face = DiscordFace(bot, clock, services.pictures, discord_clock)
    poster = Poster(store.deliveries, store.departures, abouts, face, clock)
    scheduler = Scheduler(
        (store.schedules, store.deliveries),
        abouts,
        Zones.load(),
        face,
        clock,
        lambda: secrets.randbits(_SEED_BITS),
        poster.poke,
    )
    presence = Presence(store.schedules, store.departures, clock, poster.poke)
    recovery = Recovery(
        (store.recoveries, store.departures),
        abouts,
        DiscordSight(bot, clock),
        clock,
        store.late_limit,
        presence.joined,
        poster.poke,
    )
    beside = (recovery.run, *((store.watch,) if store.watch else ()))
    return Daily(scheduler, presence, recovery, poster, partial(replan, store.schedules, clock), beside)
