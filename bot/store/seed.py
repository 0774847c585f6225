"""Puts an announcement into the store: in one transaction, and again only when its folder changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from bot.domain.announcement.check_words import speaker_of
from bot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.announcement import Announcement
    from bot.store.database import Database, Transaction

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


async def seeded_checksum(database: Database) -> str | None:
    """Return the checksum of the folder that the store was last seeded from; None for an empty store."""
    row = await database.fetch_one("SELECT checksum FROM content_state")
    return row["checksum"] if row else None


async def seed(database: Database, announcement: Announcement, checksum: str, learnt: Mapping[str, bytes]) -> None:
    """Replace the content by `announcement` and what was `learnt` from it, all or nothing.

    Guild tables are left alone: they name quotes by id and stay valid when a quote is gone.
    """
    async with database.transaction() as tx:
        for table in _CONTENT:
            await tx.execute(f"DELETE FROM {table}")  # noqa: S608 - the names stand above
        await _speakers_and_sources(tx, announcement)
        await _quotes(tx, announcement)
        await _entries(tx, announcement)
        await tx.executemany("INSERT INTO learnt (name, blob) VALUES (?, ?)", sorted(learnt.items()))
        await tx.execute(
            "INSERT INTO content_state (only, checksum, head) VALUES (1, ?, ?) "
            "ON CONFLICT (only) DO UPDATE SET checksum = excluded.checksum, head = excluded.head",
            (checksum, _json(announcement.head)),
        )


async def _speakers_and_sources(tx: Transaction, announcement: Announcement) -> None:
    await tx.executemany(
        "INSERT INTO speaker (id, ord, name, role, colour, quoted_by, aliases) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (s.id, n, s.name, s.role, int(s.colour[1:], 16), s.quoted_by, json.dumps(s.aliases))
            for n, s in enumerate(announcement.speakers, 1)
        ],
    )
    await tx.executemany(
        "INSERT INTO source (id, ord, title, author) VALUES (?, ?, ?, ?)",
        [(s.id, n, s.title, s.author) for n, s in enumerate(announcement.sources, 1)],
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
        "INSERT INTO quote (id, ord, passage, speaker, start, text) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                q.id,
                n,
                q.passage,
                speaker_of(q, passages[q.passage]),
                passages[q.passage].text.index(q.text),
                q.text,
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
