"""The announcement in the store: written once for each change of the data, and read."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import weakref
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bot.announcement import (
    Claim,
    Entry,
    Fact,
    Head,
    Passage,
    Person,
    Quote,
    Source,
    Speaker,
    Subject,
    Topic,
    Words,
    attributions,
)
from bot.announcement.checking import span, speaker_of
from bot.text import fold, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.announcement import Announcement
    from bot.store.sqlite import SqliteDatabase as Database
    from bot.store.sqlite import SqliteTransaction as Transaction

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


async def written_checksum(database: Database) -> str | None:
    """Return the checksum of the folder that the store was last seeded from.

    None for an empty store, and for one whose content is not as it was seeded: SQLite does not notice when a disk or
    a hand changes a value, and what was learnt is good for nothing then, nor are quotes verbatim.
    """
    row = await database.fetch_one("SELECT checksum FROM content_state")
    if row is None:
        return None
    kept = await database.fetch_one("SELECT blob FROM learnt WHERE name = ?", (_DIGEST,))
    if kept is None or kept["blob"] != await _digest(database):
        _log.warning("the stored announcement isn't as it was written, so it's written again")
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


async def write_content(
    database: Database, announcement: Announcement, checksum: str, learnt: Mapping[str, bytes]
) -> None:
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
            (checksum, _json(_Stated(head=announcement.head, words=announcement.words))),
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
        "INSERT INTO source (id, ord, title, cite, author, url) VALUES (?, ?, ?, ?, ?, ?)",
        [(s.id, n, s.title, s.cite, s.author, s.url) for n, s in enumerate(announcement.sources, 1)],
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


class _Stated(msgspec.Struct, frozen=True):
    """What is kept of an announcement as a whole: what it is, and the words of its matter."""

    head: Head
    words: Words


_T = TypeVar("_T", bound=msgspec.Struct)
# Characters of a search that are looked at.
_LONGEST = 200

_SPEAKERS = "SELECT id, name, role, printf('#%06X', colour) AS colour, quoted_by, aliases FROM speaker ORDER BY ord"
_QUOTES = """
SELECT quote.id, quote.passage, quote.text, quote.listed, quote.start, quote.ord AS "order",
       -- Listed quotes are numbered among themselves.
       iif(quote.listed, sum(quote.listed) OVER (ORDER BY quote.ord), NULL) AS number,
       (SELECT json_group_array(topic) FROM quote_topic WHERE quote = quote.id) AS topics,
       quote.speaker, passage.source
FROM quote
JOIN passage ON passage.id = quote.passage
ORDER BY quote.ord
"""
_SEARCH = "SELECT quote FROM quote_search WHERE quote_search MATCH ? ORDER BY rank, rowid"


class _Index:
    """The quotes' words in memory, looked up on the thread that asks: some hundred quotes take no time to go through.

    It is a copy of the store's own index, so nothing of what SQLite finds, or in which order, is done over again.
    """

    def __init__(self, schema: str, quotes: Iterable[tuple[int, str, str]]) -> None:
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, self._connection.close)
        self._connection.execute(schema)
        self._connection.executemany("INSERT INTO quote_search (rowid, text, quote) VALUES (?, ?, ?)", quotes)

    def match(self, query: str) -> tuple[str, ...]:
        """Return the ids of the quotes that match a query of FTS5, best first, and else in their order."""
        return tuple(quote for (quote,) in self._connection.execute(_SEARCH, (query,)))


class Content:
    """The seeded announcement: typed, read-only, the same in every process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._words: _Index | None = None

    async def head(self) -> Head:
        """Return what the announcement is."""
        return (await self._stated()).head

    async def words(self) -> Words:
        """Return the words of its matter."""
        return (await self._stated()).words

    async def _stated(self) -> _Stated:
        row = await self._database.fetch_one("SELECT head FROM content_state")
        assert row is not None, "the store is read after it was seeded"  # noqa: S101
        return msgspec.json.decode(row["head"], type=_Stated)

    async def speakers(self) -> tuple[Speaker, ...]:
        """Return the speakers in the order of their file."""
        return await self._rows(_SPEAKERS, Speaker)

    async def topics(self) -> tuple[Topic, ...]:
        """Return the topics in the order of their file."""
        return await self._rows("SELECT id, name, aliases FROM topic ORDER BY ord", Topic)

    async def sources(self) -> tuple[Source, ...]:
        """Return the sources in the order of their file."""
        return await self._rows("SELECT id, title, author, cite, url FROM source ORDER BY ord", Source)

    async def quotes(self) -> tuple[Quote, ...]:
        """Return all quotes in the order of the announcement's file, the listed ones numbered from 1."""
        speakers = {speaker.id: speaker for speaker in await self.speakers()}
        sources = {source.id: source for source in await self.sources()}
        chains = attributions(speakers.values())
        found = [
            {
                **_plain(row),
                "speaker": speakers[row["speaker"]],
                "attribution": chains[row["speaker"]],
                "source": sources[row["source"]],
            }
            for row in await self._database.fetch_all(_QUOTES)
        ]
        return msgspec.convert(found, tuple[Quote, ...], strict=False)

    async def passages(self) -> tuple[Passage, ...]:
        """Return the passages in the order of the announcement, without what they say of insets."""
        return await self._rows("SELECT id, source, speaker, text FROM passage ORDER BY ord", Passage)

    async def people(self) -> tuple[Person, ...]:
        """Return the people whom fans may name."""
        return await self._entries("person", Person)

    async def subjects(self) -> tuple[Subject, ...]:
        """Return what a canon check rules on."""
        return await self._entries("subject", Subject)

    async def claims(self) -> tuple[Claim, ...]:
        """Return the statements that people argue over."""
        return await self._entries("claim", Claim)

    async def facts(self) -> tuple[Fact, ...]:
        """Return what the announcement states."""
        return await self._entries("fact", Fact)

    async def timeline(self) -> tuple[Entry, ...]:
        """Return how it came about, in order."""
        return await self._entries("timeline", Entry)

    async def learnt(self, name: str) -> bytes:
        """Return what the engine called `name` learnt when the store was seeded."""
        row = await self._database.fetch_one("SELECT blob FROM learnt WHERE name = ?", (name,))
        assert row is not None, "seeding teaches every engine"  # noqa: S101
        return bytes(row["blob"])

    async def search(self, text: str) -> tuple[str, ...]:
        """Return the ids of the quotes that hold every word of `text`, best first.

        Words are put into FTS5 as quoted strings, so nothing typed is read as its syntax (SQLite's docs,
        fts5.html, 'FTS5 Strings'). When no quote holds the phrase, its words may stand apart.
        """
        typed = words(text, _LONGEST)
        if not typed:
            return ()
        index = self._words = self._words or await self._read_words()
        phrase = index.match(f'"{" ".join(typed)}"')
        apart = index.match(" ".join(f'"{word}"' for word in dict.fromkeys(typed))) if len(typed) > 1 else ()
        return (*phrase, *(quote for quote in apart if quote not in phrase))

    async def _read_words(self) -> _Index:
        schema = await self._database.fetch_one("SELECT sql FROM sqlite_schema WHERE name = 'quote_search'")
        assert schema is not None, "the migrations make it"  # noqa: S101
        rows = await self._database.fetch_all(
            "SELECT quote.ord, quote_search.text, quote FROM quote_search JOIN quote ON quote.id = quote ORDER BY 1"
        )
        return _Index(schema["sql"], [tuple(row) for row in rows])

    async def _rows(self, query: str, struct: type[_T]) -> tuple[_T, ...]:
        return tuple(msgspec.convert(_plain(row), struct) for row in await self._database.fetch_all(query))

    async def _entries(self, kind: str, struct: type[_T]) -> tuple[_T, ...]:
        rows = await self._database.fetch_all("SELECT body FROM entry WHERE kind = ? ORDER BY ord", (kind,))
        return tuple(msgspec.json.decode(row["body"], type=struct) for row in rows)


def _plain(row: sqlite3.Row) -> dict[str, Any]:
    """Return a row by its columns; those that hold lists hold them as JSON."""
    return {key: json.loads(row[key]) if key in ("aliases", "topics") else row[key] for key in row.keys()}  # noqa: SIM118 - a row goes over its values
