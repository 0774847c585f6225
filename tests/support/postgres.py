"""A PostgreSQL server of the tests' own: as another user than root, on a socket in a temporary folder."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg

from bot.store.postgres import OLDEST, PostgresDatabase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Where a test's store is: a file, or the address of a database.
Place: TypeAlias = Path | str

# Longer than any run of the tests: the server ends by itself should nobody end it.
_BOUND_SECONDS = 2_400
_START_SECONDS = 60.0
_OPTIONS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "listen_addresses=",
    "max_connections=40",
    "shared_buffers=16MB",
    "deadlock_timeout=200ms",
)
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration'"


def programs() -> Path | None:
    """Return where the server's programs are, in Debian's package or on the path; None where there are none."""
    versions = {int(each.name): each / "bin" for each in Path("/usr/lib/postgresql").glob("[0-9]*")}
    if usable := [version for version in versions if version >= OLDEST]:
        return versions[max(usable)]
    found = shutil.which("initdb")
    return Path(found).parent if found else None


class Server:
    """A server, which can be stopped and started again; `address` names one of its databases."""

    def __init__(self, bin_: Path, folder: Path, options: Sequence[str] = _OPTIONS) -> None:
        self._bin = bin_
        self._options = options
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)

    def _spawn(self, *command: str) -> subprocess.Popen[bytes]:
        # PostgreSQL refuses to run as root.
        who: dict[str, Any] = {}
        if os.getuid() == 0:
            user = _other_user()
            who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(command, cwd=self._folder, env=env, stdout=log, stderr=log, **who)  # noqa: S603

    def make(self) -> None:
        """Make the files."""
        if os.getuid() == 0:
            os.chown(self._folder, _other_user().pw_uid, _other_user().pw_gid)
        initdb = ("initdb", "--no-sync", "--auth=trust", "--username=canonkeeper", "--encoding=UTF8", "--locale=C")
        made = self._spawn(str(self._bin / initdb[0]), *initdb[1:], f"--pgdata={self._folder / 'data'}")
        assert made.wait(_START_SECONDS) == 0, (self._folder / "log").read_text()

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        options = [
            part for each in (*self._options, f"unix_socket_directories={self._folder}") for part in ("-c", each)
        ]
        bounded = ("timeout", "--signal=INT", str(_BOUND_SECONDS))
        self._process = self._spawn(*bounded, str(self._bin / "postgres"), "-D", str(self._folder / "data"), *options)
        end = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.address("postgres")).close()
            except psycopg.OperationalError:
                assert time.monotonic() < end, (self._folder / "log").read_text()
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Stop it at once: who is connected loses the connection, and what is not committed is rolled back."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_START_SECONDS)
            self._process = None

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it say nothing for the block, as a machine that hangs."""
        first = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        whole = [first, *_children(first)]
        for each in whole:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in whole:
                os.kill(each, signal.SIGCONT)

    def restart(self) -> None:
        self.stop()
        self.start()

    def address(self, database: str) -> str:
        return f"postgresql://canonkeeper@/{database}?host={self._folder}"

    @contextlib.contextmanager
    def fresh(self, template: str | None = None) -> Iterator[str]:
        """Yield the address of a database of its own, empty or as `template` is."""
        name = f"t{next(self._numbers)}"
        self.do(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        try:
            yield self.address(name)
        finally:
            self.do(f"DROP DATABASE {name} WITH (FORCE)")

    def emptied(self) -> str:
        """Return the address of the one store that tests use after each other, with nothing in it."""
        with psycopg.connect(self.address("shared"), autocommit=True) as connection:
            # Much faster than TRUNCATE where there is little to delete.
            for (table,) in connection.execute(_TABLES).fetchall():
                connection.execute(f"DELETE FROM {table}".encode())
            for (sequence,) in connection.execute("SELECT sequencename FROM pg_sequences").fetchall():
                connection.execute(f"ALTER SEQUENCE {sequence} RESTART".encode())
        return self.address("shared")

    def do(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            connection.execute(statement.encode())


def _children(parent: int) -> list[int]:
    """Return the processes that a process began (Linux's proc(5): the fourth field of stat, after the name)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


async def _make_tables(address: str) -> None:
    async with await PostgresDatabase.open(address):
        pass


def _other_user() -> pwd.struct_passwd:
    return next(user for name in ("postgres", "nobody") for user in pwd.getpwall() if user.pw_name == name)


@contextlib.contextmanager
def server(options: Sequence[str] = _OPTIONS) -> Iterator[Server]:
    """Yield a server that runs until the block ends; its programs have to be there.

    By default it is as fast as it can be, and loses what it has with the machine.
    """
    bin_ = programs()
    assert bin_ is not None, "look first"
    # A socket's path has to be short, and the other user has to get there.
    folder = Path(tempfile.mkdtemp(prefix="canonkeeper-", dir="/tmp"))
    made = Server(bin_, folder, options)
    try:
        made.make()
        made.start()
        made.do("CREATE DATABASE shared")
        asyncio.run(_make_tables(made.address("shared")))
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
