"""A PostgreSQL database (15 or newer) that processes on several machines share.

Every transaction is READ COMMITTED: a statement sees what was committed before it began, so what must stay true is held
first (`hold`, `lock`, `fetch_free`). Nothing is kept in a session but the transaction that is open: the server may
restart at any time, and a pooler may give every transaction another session.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import re
import socket
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Self, TypeVar

import psycopg
from psycopg import conninfo
from psycopg.rows import dict_row

from bot.errors import (
    StoreBrokenError,
    StoreBusyError,
    StoreConstraintError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
)
from bot.store import migrate
from bot.store.database import TABLES, Database, Transaction, take_turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator

    from bot.store.database import Parameters

    _Connection = psycopg.AsyncConnection[dict[str, Any]]

_Answer = TypeVar("_Answer")

# The oldest server that is tried.
OLDEST = 15
# For so many seconds a transaction waits for another one's locks, unless it is given less.
BUSY_SECONDS = 5.0
# A server that takes longer for a statement is taken for lost.
_STATEMENT_SECONDS = 60.0
# The server gives up a statement by itself; one that says nothing for so much longer is gone.
_GRACE_SECONDS = 0.5
# What libpq is told unless the address says otherwise: a machine that is gone is noticed, and soon.
_DEFAULTS = {
    "application_name": "canonkeeper",
    "connect_timeout": "2",
    "keepalives_idle": "20",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
_PLACE = "DATABASE_URL's database"
_ANOTHER_S = "DATABASE_URL names another program's database; make one for the bot alone"
# Which advisory lock is held while the tables are made and changed: no server's id is that low.
_MIGRATING = 1

_BUSY = (StoreBusyError, "is busy with other transactions; wait, and start again")
_GONE = (StoreUnavailableError, "can't be reached; check that it runs, and the address")
# What the classes of SQLSTATE (PostgreSQL's docs, Appendix A) mean for us, and for whoever hosts the bot; the longest
# beginning that fits counts. All others are mistakes of ours.
_KINDS: dict[str, tuple[type[StoreError], str]] = {
    "08": _GONE,
    "57P": _GONE,
    "57014": _BUSY,
    "55P03": _BUSY,
    "40": _BUSY,
    "53": (StoreUnavailableError, "has no room for another connection, or no memory; raise its limits"),
    "53100": (StoreFullError, "can't grow: its disk is full; free some space there"),
    "58": (StoreUnavailableError, "can't read or write its files; check its disk"),
    "28": (StoreUnavailableError, "doesn't let this user in; check the user and the password in the address"),
    "3D": (StoreUnavailableError, "has no database of that name; make it first, with createdb"),
    "42501": (StoreUnavailableError, "doesn't let this user make or use tables; make the user the database's owner"),
    "25006": (StoreUnavailableError, "is read-only, as a standby is; give the address of the one that is written to"),
    "XX001": (StoreBrokenError, "has damaged files; restore a backup"),
    "XX002": (StoreBrokenError, "has damaged files; restore a backup"),
    "23": (StoreConstraintError, "rejected what was to be stored"),
}


# While connecting, libpq gives no SQLSTATE, only the server's words; what it says besides may hold part of the address.
_AT_THE_DOOR = (
    (re.compile(r'FATAL: +database ".*" does not exist'), "3D000"),
    (re.compile(r"FATAL: +(?:role .* does not exist|.*authentication failed|no pg_hba)|no password supplied"), "28000"),
    (re.compile(r"FATAL: +(?:sorry, too many clients|remaining connection slots)"), "53300"),
)


def _state(error: psycopg.Error) -> str:
    """Return an error's SQLSTATE; of one that has none, that of a lost connection where it is about that."""
    if error.sqlstate is not None or not isinstance(error, psycopg.OperationalError):
        return error.sqlstate or ""
    return next((state for said, state in _AT_THE_DOOR if said.search(str(error))), "08000")


def _kind(error: psycopg.Error) -> tuple[type[StoreError], str]:
    state = _state(error)
    fitting = [begins for begins in _KINDS if state.startswith(begins)]
    if fitting:
        return _KINDS[max(fitting, key=len)]
    return StoreError, f"can't be used: {_said(error)}"


def _said(error: psycopg.Error) -> str:
    """Return what the server says of an error: not the row that it was about, nor anything of the address."""
    if error.diag.message_primary is not None:
        return error.diag.message_primary
    if isinstance(error, psycopg.OperationalError):
        return "no connection to DATABASE_URL's server"
    return str(error).partition("\n")[0]


def _ours(error: psycopg.Error) -> StoreError:
    return _kind(error)[0](_said(error))


# Texts in quotation marks are left alone; '%' stands for itself.
_WORDS = re.compile(r"'[^']*'|\?|(?<!:):([a-z_][a-z_0-9]*)|%")


@lru_cache(maxsize=512)
def _native(sql: str) -> str:
    """Return a statement with psycopg's placeholders."""

    def put(match: re.Match[str]) -> str:
        if match[1]:
            return f"%({match[1]})s"
        return "%s" if match[0] == "?" else match[0].replace("%", "%%")

    return _WORDS.sub(put, sql)


class _Line:
    """One connection to the server, made anew when it was lost; one statement at a time."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: _Connection | None = None
        self._turn = asyncio.Lock()
        self._cut_off = False

    async def run(
        self, sql: str, parameters: Parameters | None, seconds: float, *, anew: bool = True
    ) -> psycopg.AsyncCursor[dict[str, Any]]:
        """Run a statement within so many seconds; the connection is made first where there is none, if `anew`.

        Without `parameters`, the text is the server's own, and may hold several statements.
        """

        async def execute(connection: _Connection) -> psycopg.AsyncCursor[dict[str, Any]]:
            return await connection.execute(sql if parameters is None else _native(sql), parameters)

        return await self._within(seconds, execute, anew=anew)

    async def run_many(self, sql: str, rows: list[Parameters], seconds: float) -> int:
        """Run a statement for each row, in one go, and return how many rows it changed."""

        async def execute(connection: _Connection) -> int:
            async with connection.cursor() as cursor:
                await cursor.executemany(_native(sql), rows)
                return cursor.rowcount

        return await self._within(seconds, execute, anew=False)

    async def _within(
        self, seconds: float, execute: Callable[[_Connection], Awaitable[_Answer]], *, anew: bool
    ) -> _Answer:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        await take_turn(self._turn, end, "queries")
        try:
            connection = await self._connected(end, anew=anew)
            # Waiting for an answer ends with the connection: to be cancelled would wait for the server once more.
            timer = loop.call_at(end + _GRACE_SECONDS, self._cut)
            try:
                return await execute(connection)
            finally:
                timer.cancel()
        except psycopg.Error as error:
            if self._cut_off:
                raise StoreUnavailableError("the database server doesn't answer") from error
            raise _ours(error) from error
        finally:
            if self._cut_off:
                await self.drop()
            self._turn.release()

    @property
    def lost(self) -> bool:
        """Whether there is no connection that can be used."""
        return self._connection is None or self._connection.closed

    async def _connected(self, end: float, *, anew: bool) -> _Connection:
        if self._connection is not None and not self._connection.closed:
            return self._connection
        if not anew:
            raise StoreUnavailableError("the connection to the database server was lost")
        await self.drop()
        try:
            async with asyncio.timeout_at(end):
                self._connection = await connect(self._address)
        except TimeoutError:
            raise StoreUnavailableError("the database server doesn't answer") from None
        return self._connection

    def _cut(self) -> None:
        """Let whoever waits for the server have an error at once, though it says nothing."""
        if self._connection is not None and not self._connection.closed:
            self._cut_off = True
            with socket.socket(fileno=os.dup(self._connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)

    async def drop(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection, self._cut_off = self._connection, None, False
        if connection is not None:
            await connection.close()


async def connect(address: str) -> _Connection:
    """Connect to a server; transactions begin and end only where this module says so. Raises psycopg.Error."""
    try:
        given: dict[str, Any] = {**_DEFAULTS, **conninfo.conninfo_to_dict(address)}
    except psycopg.ProgrammingError:
        # Its text holds the address.
        raise StoreError(
            "DATABASE_URL can't be read: it is postgresql://USER:PASSWORD@HOST/DATABASE, with %XX for signs such as "
            "@, / and % in the password"
        ) from None
    # Statements are not prepared: a pooler may run each in another session.
    return await psycopg.AsyncConnection.connect(**given, autocommit=True, row_factory=dict_row, prepare_threshold=None)


class PostgresTransaction(Transaction):
    """A transaction; `end` is by when it has to be over, on the event loop's clock, if it has to."""

    def __init__(self, line: _Line, end: float | None) -> None:
        self._line = line
        self._end = end

    async def _run(self, sql: str, parameters: Parameters) -> psycopg.AsyncCursor[dict[str, Any]]:
        return await self._line.run(sql, parameters, _left(self._end), anew=False)

    async def execute(self, sql: str, parameters: Parameters = ()) -> int:
        return (await self._run(sql, parameters)).rowcount

    async def executemany(self, sql: str, rows: Iterable[Parameters]) -> int:
        given = list(rows)
        return await self._line.run_many(sql, given, _left(self._end)) if given else 0

    async def fetch_all(self, sql: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
        return await (await self._run(sql, parameters)).fetchall()

    async def fetch_free(self, sql: str, parameters: Parameters, of: str) -> list[dict[str, Any]]:
        # Not FOR UPDATE: another one may write what refers to the row meanwhile.
        return await self.fetch_all(f"{sql} FOR NO KEY UPDATE OF {of} SKIP LOCKED", parameters)

    async def hold(self, table: str, column: str, among: Iterable[Any]) -> None:
        if given := [*among]:
            # In one order for all, so that none waits for one that waits for it.
            query = f"SELECT id FROM {table} WHERE {column} = ANY(?) ORDER BY id FOR NO KEY UPDATE"  # noqa: S608 - ours
            await self._run(query, (given,))

    async def lock(self, guild: int) -> None:
        await self._run("SELECT pg_advisory_xact_lock(?)", (guild,))

    async def freeze(self) -> None:
        await self._run(f"LOCK TABLE {', '.join(TABLES)} IN SHARE MODE", ())

    async def last_number(self, table: str) -> int:
        query = "SELECT last_value FROM pg_sequences WHERE schemaname = current_schema() AND sequencename = ?"
        row = await self.fetch_one(query, (f"{table}_id_seq",))
        return (row["last_value"] or 0) if row else 0

    async def skip_numbers(self, tables: Iterable[str], count: int) -> None:
        for table in tables:
            await self._run(
                "SELECT setval(ids, nextval(ids) + ? - 1) FROM "
                "(SELECT CAST(pg_get_serial_sequence(?, 'id') AS regclass) AS ids) AS sequence",
                (count, table),
            )


class PostgresDatabase(Database):
    """A database on a server: one connection writes, one transaction at a time, and one reads."""

    # Not the instant at which the transaction or the statement began: either may have waited for another's locks.
    now = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"

    def __init__(self, address: str) -> None:
        self._address = address
        self._writer = _Line(address)
        self._reader = _Line(address)
        self._lock = asyncio.Lock()
        self._busy = BUSY_SECONDS

    @classmethod
    async def open(cls, address: str) -> Self:
        """Connect to the server that `address` names, as libpq understands it, and make or complete the tables.

        Raises StoreError, in one line that says what to do, where that can't be done; nothing was changed then.
        """
        with in_words():
            connection = await connect(address)
            try:
                _refuse_old(connection)
                await _migrate(connection)
            finally:
                await connection.close()
        return cls(address)

    async def close(self) -> None:
        await self._reader.drop()
        await self._writer.drop()

    @contextlib.asynccontextmanager
    async def transaction(self, within: float | None = None) -> AsyncIterator[PostgresTransaction]:
        loop = asyncio.get_running_loop()
        end = None if within is None else loop.time() + within
        await take_turn(self._lock, end, "writes")
        try:
            await self._begin(end)
            yield PostgresTransaction(self._writer, end)
            await self._commit(end)
        except BaseException:
            await asyncio.shield(self._roll_back())
            raise
        finally:
            self._lock.release()

    async def _begin(self, end: float | None) -> None:
        """Begin a transaction in which the server gives up what takes too long."""
        for again in (True, False):
            # The server's numbers are whole milliseconds, and 0 means for ever.
            wait = max(int(1000 * min(self._busy, _left(end))), 1)
            statement = max(int(1000 * _left(end)), 1)
            begin = f"BEGIN; SET LOCAL lock_timeout = {wait}; SET LOCAL statement_timeout = {statement}"
            try:
                await self._writer.run(begin, None, _left(end))
            except StoreUnavailableError:
                # It was restarted since the last transaction: nothing of this one is lost.
                if not (again and self._writer.lost and _left(end) > 0):
                    raise
            else:
                return

    async def _commit(self, end: float | None) -> None:
        if end is not None and _left(end) <= 0:
            raise StoreBusyError("writing takes too long")
        committed = await self._writer.run("COMMIT", None, _left(end), anew=False)
        # The server rolls back what went on after a statement that failed, and calls that no error.
        if committed.statusmessage != "COMMIT":
            raise StoreError("a statement of the transaction had failed")

    async def _roll_back(self) -> None:
        """Leave no transaction open; where the server does not answer, it ends it when it notices."""
        if self._writer.lost:
            return
        try:
            await self._writer.run("ROLLBACK", None, 1.0, anew=False)
        except StoreError:
            await self._writer.drop()

    async def write(self, sql: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
        async with self._lock:
            cursor = await self._writer.run(sql, parameters, BUSY_SECONDS)
            return await cursor.fetchall() if cursor.description else []

    async def fetch_all(
        self, sql: str, parameters: Parameters = (), *, within: float | None = None
    ) -> list[dict[str, Any]]:
        end = None if within is None else asyncio.get_running_loop().time() + within
        try:
            cursor = await self._reader.run(sql, parameters, _left(end))
        except StoreUnavailableError:
            if not self._reader.lost or _left(end) <= 0:
                raise
            cursor = await self._reader.run(sql, parameters, _left(end))
        return await cursor.fetchall()

    async def time(self) -> dt.datetime:
        row = await self.fetch_one("SELECT clock_timestamp() AS now", within=BUSY_SECONDS)
        assert row is not None, "the server knows the time"  # noqa: S101
        instant: dt.datetime = row["now"]
        return instant.astimezone(dt.UTC)

    @contextlib.asynccontextmanager
    async def erasing(self) -> AsyncIterator[None]:
        """Take what is deleted within the block out of the tables' files.

        PostgreSQL's docs (Routine Vacuuming): a deleted row stays in its table until it is vacuumed. What the server
        keeps of it besides, in its write-ahead log and in backups, is up to whoever runs it.
        """
        yield
        line = _Line(self._address)
        try:
            await line.run(f"VACUUM {', '.join(TABLES)}", None, 10 * _STATEMENT_SECONDS)
        finally:
            await line.drop()

    def check_file(self) -> None: ...

    async def watch(self) -> NoReturn:
        """Wait until cancelled: there is no file to watch."""
        while True:
            await asyncio.Event().wait()

    def in_words(self) -> contextlib.AbstractContextManager[None]:
        return in_words()


class Condition(NamedTuple):
    """How a database is.

    `version` is the server's; `size` in bytes; `schema` is the number of the last migration, 0 where there are no
    tables yet, of which this program has `known`; `schedules` is how many daily quotes are set up.
    """

    version: int
    size: int
    schema: int
    known: int
    schedules: int


async def examine(address: str) -> Condition:
    """Return how the database at `address` is. Nothing in it is changed.

    Raises StoreError, in words that say what to do, where a start could not use it.
    """
    with in_words():
        connection = await connect(address)
        try:
            _refuse_old(connection)
            return await _condition(connection)
        finally:
            await connection.close()


def _refuse_old(connection: _Connection) -> None:
    if (version := connection.info.server_version // 10_000) < OLDEST:
        raise StoreError(f"DATABASE_URL's server is PostgreSQL {version}: it has to be {OLDEST} or newer")


_ABLE = """
SELECT current_setting('transaction_read_only') = 'on' AS reads_only, pg_database_size(current_database()) AS size,
       has_schema_privilege(current_schema(), 'CREATE') AS makes, to_regclass('migration') IS NOT NULL AS ours,
       EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema()) AS used
"""


async def _condition(connection: _Connection) -> Condition:
    async def one(query: str) -> dict[str, Any]:
        row = await (await connection.execute(query.encode())).fetchone()
        assert row is not None, "each asks for one row"  # noqa: S101
        return row

    able = await one(_ABLE)
    if able["reads_only"]:
        raise StoreUnavailableError(f"DATABASE_URL's server {_KINDS['25006'][1]}")
    if not able["makes"]:
        raise StoreUnavailableError(f"DATABASE_URL's server {_KINDS['42501'][1]}")
    schema = schedules = 0
    if able["ours"]:
        found = await (await connection.execute("SELECT number, sha256 FROM migration")).fetchall()
        migrate.refuse_unknown(_PLACE, {row["number"]: row["sha256"] for row in found}, "postgres")
        schema = max((row["number"] for row in found), default=0)
        schedules = (await one("SELECT count(*) AS count FROM schedule"))["count"] if schema else 0
    elif able["used"]:
        raise StoreError(_ANOTHER_S)
    known = migrate.migrations("postgres")[-1].number
    return Condition(connection.info.server_version // 10_000, able["size"], schema, known, schedules)


def _left(end: float | None) -> float:
    """Return for how many seconds a statement may last."""
    return _STATEMENT_SECONDS if end is None else max(end - asyncio.get_running_loop().time(), 0.0)


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """Turn what the server says into one line for the person who hosts the bot; the address is never in it."""
    try:
        yield
    except (psycopg.Error, StoreError) as error:
        cause = error.__cause__ if isinstance(error, StoreError) else error
        if not isinstance(cause, psycopg.Error):
            raise
        kind, advice = _kind(cause)
        raise kind(f"DATABASE_URL's server {advice}") from cause


_RECORD = """
CREATE TABLE IF NOT EXISTS migration (
    number  integer PRIMARY KEY,
    name    text NOT NULL,
    sha256  text NOT NULL
)
"""
_OTHERS = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'migration' LIMIT 1"


async def _migrate(connection: _Connection) -> None:
    """Run the migrations that the database lacks, all or none, by one process at a time."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATING,))
        await connection.execute(_RECORD)
        found = await (await connection.execute("SELECT number, sha256 FROM migration")).fetchall()
        applied = {row["number"]: row["sha256"] for row in found}
        if not applied and await (await connection.execute(_OTHERS)).fetchone():
            raise StoreError(_ANOTHER_S)
        migrate.refuse_unknown(_PLACE, applied, "postgres")
        for step in migrate.migrations("postgres"):
            if step.number not in applied:
                await connection.execute(step.sql.encode())
                await connection.execute(
                    "INSERT INTO migration (number, name, sha256) VALUES (%s, %s, %s)",
                    (step.number, step.name, step.sha256),
                )
