"""Puts the daily quotes together: what they store, who posts, and how Discord looks to them."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

from bot.client.posting import DiscordFace
from bot.client.running import Daily
from bot.client.sight import DiscordSight
from bot.domain.daily.zones import Zones
from bot.services.daily.abouts import Abouts
from bot.services.daily.poster import Poster
from bot.services.daily.presence import Presence
from bot.services.daily.recovering import Recovery
from bot.services.daily.replanning import replan
from bot.services.daily.scheduling import Scheduler

if TYPE_CHECKING:
    import discord

    from bot.client.discord_clock import DiscordClock
    from bot.services import Services

# SQLite's integers are signed and have 64 bits.
_SEED_BITS = 63


def daily_quotes(services: Services, bot: discord.Client, discord_clock: DiscordClock) -> Daily:
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
