"""A posting storm: many schedules due at once, in a store and in a local Discord that fit each other."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import sqlite3
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg

from bot import announcement
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox import Sandbox
    from sandbox.model import Channel, Message, User

_INSERT = """
INSERT INTO schedule (guild, number, channel, place, minute, days, zone, style, seed, next_date, next_due)
VALUES (?, ?, ?, 'text', ?, 127, 'UTC', 'text', ?, ?, ?)
"""


# Where a store is: a file, or the address of a PostgreSQL database.
Place: TypeAlias = "Path | str"


@contextlib.contextmanager
def _connected(store: Place) -> Iterator[Any]:
    """Yield a connection to a store that the bot uses meanwhile; what is done with it is one transaction."""
    if isinstance(store, str):
        with psycopg.connect(store) as connection:
            yield connection
        return
    with sqlite3.connect(store, timeout=30) as file:
        yield file
    file.close()


def _native(store: Place, sql: str) -> str:
    """Return a statement with the placeholders of the store's driver."""
    return re.sub(r":(\w+)", r"%(\1)s", sql.replace("?", "%s")) if isinstance(store, str) else sql


def channels(sandbox: Sandbox, guilds: int, each: int, owner: User | None = None) -> list[Channel]:
    """Found servers with so many text channels each, with the bot in them, and return the channels."""
    found = [sandbox.world.add_guild(f"Server {number}", channels=each, owner=owner) for number in range(guilds)]
    return [channel for guild in found for channel in guild.channels.values()]


def add_schedules(
    store: Place, places: list[Channel], due: dt.datetime, first: int, count: int, last: int | None = None
) -> None:
    """Put `count` daily schedules that are due at `due` into the store, one after the other in `places`.

    `first` is the number that the first of them has in its server; no server has it yet, nor those after it. Their
    times of day go backwards from minute `last`, by default that of `due`; calls that follow each other give the same.
    """
    rows = []
    last = due.hour * 60 + due.minute if last is None else last
    for number in range(first, first + count):
        place = places[number % len(places)]
        # No two schedules of a channel are equal: their minutes differ. None is later in the day than `due`, or
        # it would be due again where midnight comes in between.
        minute = (last - number // len(places)) % 1440
        rows.append(
            (
                place.guild.id if place.guild else 0,
                number + 1,
                place.id,
                minute,
                number,
                due.date().isoformat(),
                _ms(due),
            )
        )
    with _connected(store) as connection:
        connection.cursor().executemany(_native(store, _INSERT), rows)


def waiting(store: Place, now: dt.datetime | None = None) -> int:
    """Return how many posts could be made at `now`, by default right now: due, or claimed with a lease that ran out."""
    return _count(
        store,
        "SELECT (SELECT count(*) FROM schedule WHERE next_due <= :now) + "
        "(SELECT count(*) FROM delivery WHERE state = 'claimed' AND lease_until <= :now)",
        now,
    )


def left(store: Place, now: dt.datetime | None = None) -> int:
    """Return how many posts are still to be made at `now`, by default right now: due, or claimed."""
    return _count(
        store,
        "SELECT (SELECT count(*) FROM schedule WHERE next_due <= :now) + "
        "(SELECT count(*) FROM delivery WHERE state = 'claimed')",
        now,
    )


def working(store: Place) -> int:
    """Return how many posts are being worked on: claimed by a process that lives, or did."""
    return _count(store, "SELECT count(*) FROM delivery WHERE state = 'claimed' AND owner IS NOT NULL", None)


def shares(store: Place) -> list[int]:
    """Return how many shards each process holds that holds any, most first."""
    with _connected(store) as connection:
        found = connection.execute("SELECT count(*) FROM shard WHERE owner IS NOT NULL GROUP BY owner").fetchall()
    return sorted((count for (count,) in found), reverse=True)


def paused(store: Place) -> int:
    """Return how many schedules are paused, for whatever reason."""
    return _count(store, "SELECT count(*) FROM schedule WHERE paused IS NOT NULL", None)


def _count(store: Place, sql: str, now: dt.datetime | None) -> int:
    with _connected(store) as connection:
        given = {"now": _ms(now or dt.datetime.now(dt.UTC))}
        (count,) = connection.execute(_native(store, sql), given).fetchone()
    return int(count)


def posts(sandbox: Sandbox) -> list[Message]:
    """Return all that the bot posted in channels, by the state of the local Discord."""
    return [
        message
        for channel in sandbox.world.channels.values()
        for message in channel.messages.values()
        if message.author.id == sandbox.bot_user_id and message.nonce is not None
    ]


def disagreements(sandbox: Sandbox, store: Place, expected: int) -> tuple[int, int, list[str]]:
    """Return how many posts were lost and doubled, and where ledger and Discord differ, row by row."""
    by_nonce: dict[str, list[Message]] = {}
    for message in posts(sandbox):
        by_nonce.setdefault(str(message.nonce), []).append(message)
    with _connected(store) as connection:
        found = connection.execute("SELECT * FROM delivery")
        columns = [each[0] for each in found.description]
        rows = [dict(zip(columns, each, strict=True)) for each in found.fetchall()]
    words = {quote.id: quote.text for quote in announcement.load(SECOND).quotes}
    doubled = sum(len(messages) - 1 for messages in by_nonce.values())
    lost = expected - len(by_nonce)
    wrong = []
    for row in rows:
        messages = by_nonce.pop(row["nonce"], [])
        if row["state"] != "sent" or [message.id for message in messages] != [row["message"]]:
            wrong.append(f"{row['nonce']}: {row['state']}, {[message.id for message in messages]}")
        elif messages[0].channel.id != row["channel"] or _first(words[row["quote"]]) not in str(messages[0].components):
            wrong.append(f"{row['nonce']}: another channel or quote")
    return lost, doubled, [*wrong, *(f"{nonce}: posted, not in the ledger" for nonce in by_nonce)]


def _first(words: str) -> str:
    """Return the beginning of a quote, up to anything that is escaped in Discord's Markdown."""
    return re.split(r"[*_`']", words, maxsplit=1)[0][:30]


def _ms(instant: dt.datetime) -> int:
    return int(instant.timestamp() * 1000)
