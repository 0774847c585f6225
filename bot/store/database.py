"""What the rooms need of a store, whichever engine holds it.

One text of SQL serves all engines. It is written in what SQLite and PostgreSQL both understand, with `?` or `:name` for
values, and two forms for lists: `= ANY(:ids)` and `<> ALL(:ids)`, for which a list is given. Each engine puts that into
its own words (`bot/store/sqlite.py`, `bot/store/postgres.py`); they differ in that, in how a transaction begins, in
locks and in errors.
"""

from __future__ import annotations

import abc
import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from bot.errors import StoreBusyError

if TYPE_CHECKING:
    import contextlib
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    Parameters = Sequence[Any] | Mapping[str, Any]


class Row(Protocol):
    """A row by the names of its columns; how else it can be read depends on the engine."""

    def __getitem__(self, column: str, /) -> Any: ...

    def keys(self) -> Iterable[str]: ...


# What the tables with ids or keys of their own are, children after parents, each with the columns of its key.
TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "schedule": ("id",),
    "drawn": ("schedule", "quote"),
    "delivery": ("id",),
    "follow_up": ("id",),
    "notice": ("id",),
    "told": ("schedule", "what"),
    "departure": ("guild",),
    "bag_listing": ("only",),
    "copied": ("only",),
    "synced_commands": ("application_id", "scope"),
    "unanswered": ("id",),
}
# What holds for the processes at work just now, and is nothing to keep.
PASSING_TABLES: Final = ("process", "shard", "lease", "slot")


async def take_turn(lock: asyncio.Lock, end: float | None, before: str) -> None:
    """Acquire a lock by `end`, an instant on the event loop's clock; `before` names what holds it till then.

    Raises StoreBusyError where that takes longer.
    """
    try:
        async with asyncio.timeout_at(end):
            await lock.acquire()
    except TimeoutError:
        raise StoreBusyError(f"other {before} take too long") from None


def values(rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """Return rows, of which there is at least one, as what follows VALUES, and the values for its placeholders."""
    row = f"({', '.join('?' * len(rows[0]))})"
    return ", ".join([row] * len(rows)), [value for each in rows for value in each]


class Transaction(abc.ABC):
    """The statements of one transaction; handed out by `Database.transaction`. Each may raise StoreError."""

    @abc.abstractmethod
    async def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one statement and return how many rows it changed."""

    @abc.abstractmethod
    async def executemany(self, sql: str, rows: Iterable[Parameters]) -> int:
        """Run the statement for each row and return how many rows it changed."""

    @abc.abstractmethod
    async def fetch_all(self, sql: str, parameters: Parameters = ()) -> Sequence[Row]:
        """Return all rows of a query (or of a statement with RETURNING)."""

    async def fetch_one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """Return the first row, or None."""
        rows = await self.fetch_all(sql, parameters)
        return rows[0] if rows else None

    @abc.abstractmethod
    async def fetch_free(self, sql: str, parameters: Parameters, of: str) -> Sequence[Row]:
        """Return the rows of a query without those that another transaction holds, and hold them until the end.

        `of` is the table whose rows are meant. What is read of other tables is as it was when the query began: read
        what must be sure in another statement.
        """

    @abc.abstractmethod
    async def hold(self, table: str, column: str, among: Iterable[Any]) -> None:
        """Hold the rows of a table with an id whose `column` is `among` these, until the end.

        Waits for other transactions that hold one; what is read of them from now on stays true.
        """

    @abc.abstractmethod
    async def lock(self, guild: int) -> None:
        """Let no other transaction go on that locks the same server (or any number of ours), until the end.

        For what depends on rows that are not there: how many there are, or that none is equal.
        """

    @abc.abstractmethod
    async def freeze(self) -> None:
        """Let nobody else write anything until the end."""

    @abc.abstractmethod
    async def last_number(self, table: str) -> int:
        """Return the highest id that was ever given to a row of a table, as far as the store knows; 0 for none."""

    @abc.abstractmethod
    async def skip_numbers(self, tables: Iterable[str], count: int) -> None:
        """Let the next ids of these tables be higher by `count` than they would be."""


class Database(abc.ABC):
    """A store: one transaction at a time in this process, reads in between.

    Whatever goes wrong is raised as StoreError. `now` is SQL for what the store's own clock shows while a statement
    runs, in milliseconds since 1970.
    """

    now: str

    @abc.abstractmethod
    def transaction(self, within: float | None = None) -> contextlib.AbstractAsyncContextManager[Transaction]:
        """Return a block that is one transaction: committed at its end, rolled back when it raises.

        With `within`, a number of seconds, the commit begins before they are over or never: StoreBusyError is raised
        then. StoreLostError is raised where what is written would be lost with the store's file.
        """

    @abc.abstractmethod
    async def fetch_all(self, sql: str, parameters: Parameters = (), *, within: float | None = None) -> Sequence[Row]:
        """Return all rows of a read; it sees every transaction that was committed before.

        Where the store may keep a reader waiting, it does so for `within` seconds at most, by default for many.
        """

    async def fetch_one(self, sql: str, parameters: Parameters = (), *, within: float | None = None) -> Row | None:
        """Return the first row of a read, or None."""
        rows = await self.fetch_all(sql, parameters, within=within)
        return rows[0] if rows else None

    @abc.abstractmethod
    async def write(self, sql: str, parameters: Parameters = ()) -> Sequence[Row]:
        """Run one statement that writes, as a transaction of its own, and return the rows of its RETURNING.

        It is committed when this returns. Raises StoreLostError as `transaction` does.
        """

    @abc.abstractmethod
    async def time(self) -> dt.datetime:
        """Return the instant on the store's own clock, which all who use it share: of a file, the machine's."""

    @abc.abstractmethod
    def erasing(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Return a block after which nothing of what was deleted in it can be read from the store any more."""

    @abc.abstractmethod
    def check_file(self) -> None:
        """Raise StoreLostError where the store is a file that was deleted or replaced since it was opened."""

    @abc.abstractmethod
    async def watch(self) -> None:
        """Say in the log when the store's file is lost and when it is back, until cancelled."""

    @abc.abstractmethod
    def in_words(self) -> contextlib.AbstractContextManager[None]:
        """Return a block in which a StoreError's text tells whoever hosts the bot what to do."""

    @abc.abstractmethod
    async def close(self) -> None:
        """Let go of the store."""

    async def probe(self, within: float) -> None:
        """Begin and end a transaction that writes nothing; raises StoreError where that takes longer than `within`."""
        async with self.transaction(within):
            pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
