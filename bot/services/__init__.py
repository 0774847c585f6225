"""What the bot can do, without a word of Discord. Cogs are given the services that they use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.domain.understanding import Engine
    from bot.services.asking import AskService
    from bot.services.canon import CanonService
    from bot.services.library import Library
    from bot.services.overview import OverviewService
    from bot.services.pictures import PictureService
    from bot.services.quotes import QuoteService
    from bot.services.timeline import TimelineService
    from bot.store.daily import DailyStore
    from bot.store.synced import SyncedCommands


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that the composition root builds for the cogs."""

    library: Library
    facts: Engine
    claims: Engine
    quotes: QuoteService
    canon: CanonService
    asking: AskService
    pictures: PictureService
    timeline: TimelineService
    overview: OverviewService
    synced: SyncedCommands
    clock: Clock
    daily: DailyStore
