"""Puts the daily quotes together: what they store, who posts, and how Discord looks to them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.client.posting import DiscordFace
from bot.domain.daily.zones import Zones
from bot.services.daily.abouts import Abouts
from bot.services.daily.poster import Poster
from bot.services.daily.presence import Presence
from bot.services.daily.replanning import replan
from bot.services.daily.scheduling import Scheduler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord

    from bot.services import Services

# SQLite's integers are signed and have 64 bits.
_SEED_BITS = 63


@dataclass(frozen=True, slots=True)
class Daily:
    """The daily quotes: `run()` is to be kept running while the bot is logged in."""

    scheduler: Scheduler
    presence: Presence
    poster: Poster
    replan: Callable[[], Awaitable[None]]

    async def run(self) -> None:
        """Bring what is planned up to this process's tz database, then post until cancelled."""
        await self.replan()
        await self.poster.run()


def daily_quotes(bot: discord.Client, services: Services) -> Daily:
    """Return the daily quotes of this process; chance for the schedules' seeds is the system's."""
    store, clock = services.daily, services.clock
    abouts = Abouts(services.library, services.quotes)
    face = DiscordFace(bot, clock, services.pictures)
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
    return Daily(scheduler, presence, poster, partial(replan, store.schedules, clock))
