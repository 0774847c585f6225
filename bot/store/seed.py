"""Puts an announcement into the store: in one transaction, and again only when its folder changed."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import msgspec

from bot.domain.announcement.check_words import span, speaker_of
from bot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.announcement import Announcement
    from bot.store.database import Database, Transaction

_log = logging.getLogger(__name__)

# Under this name the digest over all content stands beside what was learnt.
_DIGEST = "digest"
# Children before parents, so that foreign keys hold throughout.
_CONTENT = (
    "quote_search",
    "quote_topic",
    "quote",
    "passage",
    "source",
    "speaker",
    "topic",
    "entry",
    "learnt",
)

# Each of these goes over the tables once, however many quotes and schedules there are.
_CARRY_OVER = (
    """
    WITH heir (old, new) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(:heirs))
    INSERT INTO drawn (schedule, quote, round)
    SELECT schedule, new, max(round) FROM drawn JOIN heir ON old = quote WHERE true GROUP BY schedule, new
    ON CONFLICT (schedule, quote) DO UPDATE SET round = max(round, excluded.round)
    """,
    """
    WITH heir (old, new) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(:heirs))
    UPDATE schedule SET last_quote = (SELECT new FROM heir WHERE old = last_quote LIMIT 1)
    WHERE last_quote IN (SELECT old FROM heir)
    """,
    "DELETE FROM drawn WHERE quote IN (SELECT value FROM json_each(:unlisted))",
)


async def seeded_checksum(database: Database) -> str | None:
    """Return the checksum of the folder that the store was last seeded from.

    None for an empty store, and for one whose content is not as it was seeded: SQLite does not notice when a disk or
    a hand changes a value, and what was learnt is good for nothing then, nor are quotes verbatim.
    """
    row = await database.fetch_one("SELECT checksum FROM content_state")
    if row is None:
        return None
    kept = await database.fetch_one("SELECT blob FROM learnt WHERE name = ?", (_DIGEST,))
    if kept is None or kept["blob"] != await _digest(database):
        _log.warning("what the store holds of the announcement is not as it was written: it is written anew")
        return None
    return str(row["checksum"])


async def _digest(reading: Database | Transaction) -> bytes:
    """Return a digest over all content, row by row."""
    digest = hashlib.blake2b(digest_size=32)
    for table in (*_CONTENT, "content_state"):
        for row in await reading.fetch_all(f"SELECT * FROM {table} ORDER BY 1, 2"):  # noqa: S608 - the names stand above
            if table != "learnt" or row["name"] != _DIGEST:
                digest.update(msgspec.msgpack.encode([table, *row]))
    return digest.digest()


async def seed(database: Database, announcement: Announcement, checksum: str, learnt: Mapping[str, bytes]) -> None:
    """Replace the content by `announcement` and what was `learnt` from it, all or nothing.

    Guild tables name quotes by id and stay valid when a quote is gone. Where the words of a quote are listed under
    another id now, the bags are told so: its words count as posted.
    """
    async with database.transaction() as tx:
        for table in _CONTENT:
            await tx.execute(f"DELETE FROM {table}")  # noqa: S608 - the names stand above
        await _speakers_and_sources(tx, announcement)
        await _quotes(tx, announcement)
        await _carry_bags_over(tx, announcement)
        await _entries(tx, announcement)
        await tx.executemany("INSERT INTO learnt (name, blob) VALUES (?, ?)", sorted(learnt.items()))
        await tx.execute(
            "INSERT INTO content_state (only, checksum, head) VALUES (1, ?, ?) "
            "ON CONFLICT (only) DO UPDATE SET checksum = excluded.checksum, head = excluded.head",
            (checksum, _json(announcement.head)),
        )
        await tx.execute("INSERT INTO learnt (name, blob) VALUES (?, ?)", (_DIGEST, await _digest(tx)))


async def _speakers_and_sources(tx: Transaction, announcement: Announcement) -> None:
    await tx.executemany(
        "INSERT INTO speaker (id, ord, name, role, colour, quoted_by, aliases) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (s.id, n, s.name, s.role, int(s.colour[1:], 16), s.quoted_by, json.dumps(s.aliases))
            for n, s in enumerate(announcement.speakers, 1)
        ],
    )
    await tx.executemany(
        "INSERT INTO source (id, ord, title, cite, author) VALUES (?, ?, ?, ?, ?)",
        [(s.id, n, s.title, s.cite, s.author) for n, s in enumerate(announcement.sources, 1)],
    )
    await tx.executemany(
        "INSERT INTO topic (id, ord, name, aliases) VALUES (?, ?, ?, ?)",
        [(t.id, n, t.name, json.dumps(t.aliases)) for n, t in enumerate(announcement.topics, 1)],
    )


async def _quotes(tx: Transaction, announcement: Announcement) -> None:
    passages = {passage.id: passage for passage in announcement.passages}
    await tx.executemany(
        "INSERT INTO passage (id, ord, source, speaker, text) VALUES (?, ?, ?, ?, ?)",
        [(p.id, n, p.source, p.speaker, p.text) for n, p in enumerate(announcement.passages, 1)],
    )
    await tx.executemany(
        "INSERT INTO quote (id, ord, passage, speaker, start, text, listed) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                q.id,
                n,
                q.passage,
                speaker_of(q, passages[q.passage]),
                span(q, passages[q.passage])[0],
                q.text,
                q.listed,
            )
            for n, q in enumerate(announcement.quotes, 1)
        ],
    )
    await tx.executemany(
        "INSERT OR IGNORE INTO quote_topic (quote, topic) VALUES (?, ?)",
        [(q.id, topic) for q in announcement.quotes for topic in q.topics],
    )
    await tx.executemany(
        # Folded, as what is searched for is: letters that look alike are alike on both sides.
        "INSERT INTO quote_search (text, quote) VALUES (?, ?)",
        [(fold(q.text), q.id) for q in announcement.quotes],
    )


async def _carry_bags_over(tx: Transaction, announcement: Announcement) -> None:
    """Pass on what bags know of quotes that are not listed: to the listed ones that share words with them.

    A bag promises that no words come again before all others were posted; it knows them by their quotes' ids.
    """
    passages = {passage.id: passage for passage in announcement.passages}
    spans = {quote.id: (quote.passage, *span(quote, passages[quote.passage])) for quote in announcement.quotes}
    unlisted = [quote.id for quote in announcement.quotes if not quote.listed]
    heirs = [
        (old, quote.id)
        for old in unlisted
        for quote in announcement.quotes
        if quote.listed and _share(spans[old], spans[quote.id])
    ]
    given = {"heirs": json.dumps(heirs), "unlisted": json.dumps(unlisted)}
    for statement in _CARRY_OVER:
        await tx.execute(statement, given)


def _share(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    """Return whether two spans of passages, (passage, start, end), share words."""
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


async def _entries(tx: Transaction, announcement: Announcement) -> None:
    kinds: dict[str, Iterable[Any]] = {
        "person": announcement.people,
        "subject": announcement.subjects,
        "claim": announcement.claims,
        "fact": announcement.facts,
        "timeline": announcement.timeline,
    }
    for kind, entries in kinds.items():
        await tx.executemany(
            "INSERT INTO entry (kind, ord, id, body) VALUES (?, ?, ?, ?)",
            [(kind, n, entry.id, _json(entry)) for n, entry in enumerate(entries, 1)],
        )


def _json(entry: msgspec.Struct) -> str:
    return msgspec.json.encode(entry).decode()
