"""The daily tables, as one process works on them."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bot.store.deliveries import Deliveries
from bot.store.departures import Departures
from bot.store.recoveries import Recoveries
from bot.store.schedules import Schedules
from bot.store.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.store.database import Database

# A post missed by less is always made: a limit of 0 is not to skip a post for a second's delay.
_LEAST_LATE = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class DailyStore:
    """Schedules, the ledger, and the servers that were left."""

    schedules: Schedules
    deliveries: Deliveries
    departures: Departures
    recoveries: Recoveries
    late_limit: dt.timedelta = dt.timedelta(hours=6)
    # Says for as long as it runs when the store's file is lost.
    watch: Callable[[], Awaitable[None]] | None = None

    @classmethod
    def on(cls, database: Database, late_limit: dt.timedelta) -> Self:
        """Return the tables for a process of its own name; a post missed by at most `late_limit` is made."""
        worker = Worker(secrets.token_hex(8), late_limit=max(late_limit, _LEAST_LATE))
        return cls(
            Schedules(database),
            Deliveries(database, worker),
            Departures(database),
            Recoveries(database),
            worker.late_limit,
            database.watch,
        )
