"""An hour of the real worker on a store of which nothing is due, lived through in a moment."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from bot.clock import SystemClock
from bot.daily import rows
from bot.daily.input import POPULAR
from bot.daily.ledger import DailyStore
from bot.daily.schedule import EVERY_DAY, Rule, upcoming
from bot.daily.worker import Worker
from bot.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.store.sqlite import SqliteTransaction

_HOUR = 3600.0


class Idle(NamedTuple):
    """How often the worker woke because of the guard against steps of the clock and otherwise, and what it asked."""

    guards: int
    others: int
    looks: int
    transactions: int


class _Counted(SqliteDatabase):
    """A store that counts the queries and the transactions."""

    looks = 0
    transactions = 0

    async def fetch_one(self, sql: str, parameters: Any = (), *, within: float | None = None) -> Any:
        self.looks += 1
        return await super().fetch_one(sql, parameters, within=within)

    @contextlib.asynccontextmanager
    async def transaction(self, within: float | None = None) -> AsyncIterator[SqliteTransaction]:
        self.transactions += 1
        async with super().transaction(within) as tx:
            yield tx


class _Hour(SystemClock):
    """The system's clock with an hour that passes at once: whoever would sleep moves it instead."""

    def __init__(self) -> None:
        super().__init__(self._pass)
        self._began = dt.datetime.now(dt.UTC)
        self._passed = 0.0
        self.guards = self.others = 0
        self.over = asyncio.Event()

    def now(self) -> dt.datetime:
        return self._began + dt.timedelta(seconds=self._passed)

    async def sleep_until(self, instant: dt.datetime) -> None:
        await super().sleep_until(instant)
        if self.now() < instant:
            self.guards += 1
        else:
            self.others += 1

    async def _pass(self, seconds: float) -> None:
        if self._passed + seconds > _HOUR:
            self.over.set()
            await asyncio.Event().wait()
        self._passed += seconds


def put_off(store: Path) -> None:
    """Give the schedules of a store many zones and times, and let them be due later than in an hour."""
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        ids = [id_ for (id_,) in connection.execute("SELECT id FROM schedule")]
        # Zone by zone: Python keeps only a few at hand.
        rules = {id_: Rule(id_ * 7 % 1440, EVERY_DAY, POPULAR[id_ % len(POPULAR)]) for id_ in ids}
        plans = []
        for id_ in sorted(ids, key=lambda id_: rules[id_].zone):
            first = next(upcoming(rules[id_], soon))
            plans.append((rules[id_].minute, rules[id_].zone, *rows.next_of(first), id_))
        connection.executemany(
            "UPDATE schedule SET minute = ?, zone = ?, next_date = ?, next_due = ? WHERE id = ?", plans
        )


async def idle_hour(store: Path) -> Idle:
    """Run the worker for an hour on a store of which nothing is due by then."""
    async with await _Counted.open(store) as database:
        tables, hour = DailyStore.on(database, dt.timedelta(hours=6)), _Hour()
        # Nothing is due, so neither quotes nor Discord are asked for.
        nothing = cast("Any", None)
        worker = asyncio.create_task(Worker(tables.deliveries, tables.left_guilds, nothing, nothing, hour).run())
        async with asyncio.timeout(60):
            await hour.over.wait()
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        return Idle(hour.guards, hour.others, database.looks, database.transactions)
