"""Reads the announcement from the store. What is small is read once; words are searched in SQL."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bot.domain.announcement import Claim, Entry, Fact, Head, Person, Subject
from bot.domain.quotes import Passage, Quote, Source, Speaker, Topic
from bot.domain.text import fold

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.store.database import Database

_T = TypeVar("_T", bound=msgspec.Struct)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# Characters of a search that are looked at.
_LONGEST = 200

_QUOTES = """
SELECT quote.id, quote.ord, quote.text, quote.start, quote.passage, quote.speaker,
       -- Listed quotes are numbered among themselves.
       iif(quote.listed, sum(quote.listed) OVER (ORDER BY quote.ord), NULL) AS number,
       ifnull(source.cite, source.title) AS source,
       (SELECT json_group_array(topic) FROM quote_topic WHERE quote = quote.id) AS topics
FROM quote
JOIN passage ON passage.id = quote.passage
JOIN source ON source.id = passage.source
ORDER BY quote.ord
"""
_SEARCH = """
SELECT quote_search.quote AS id FROM quote_search
JOIN quote ON quote.id = quote_search.quote
WHERE quote_search MATCH ? ORDER BY rank, quote.ord
"""


class Content:
    """The seeded announcement: typed, read-only, the same in every process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def head(self) -> Head:
        """Return what the announcement is."""
        row = await self._database.fetch_one("SELECT head FROM content_state")
        assert row is not None, "the store is read after it was seeded"  # noqa: S101
        return msgspec.json.decode(row["head"], type=Head)

    async def speakers(self) -> tuple[Speaker, ...]:
        """Return the speakers in the order of their file."""
        rows = await self._database.fetch_all("SELECT * FROM speaker ORDER BY ord")
        names = {row["id"]: row["name"] for row in rows}
        chain = {row["id"]: row["quoted_by"] for row in rows}
        return tuple(
            Speaker(
                id=row["id"],
                name=row["name"],
                attribution=_attribution(row["id"], names, chain),
                role=row["role"],
                colour=row["colour"],
                aliases=tuple(json.loads(row["aliases"])),
            )
            for row in rows
        )

    async def topics(self) -> tuple[Topic, ...]:
        """Return the topics in the order of their file."""
        rows = await self._database.fetch_all("SELECT * FROM topic ORDER BY ord")
        return tuple(Topic(row["id"], row["name"], tuple(json.loads(row["aliases"]))) for row in rows)

    async def sources(self) -> tuple[Source, ...]:
        """Return the sources in the order of their file."""
        rows = await self._database.fetch_all(
            "SELECT title, speaker.name AS author FROM source JOIN speaker ON speaker.id = author ORDER BY source.ord"
        )
        return tuple(Source(row["title"], row["author"]) for row in rows)

    async def quotes(self) -> tuple[Quote, ...]:
        """Return all quotes in the order of the announcement's file, the listed ones numbered from 1."""
        speakers = {speaker.id: speaker for speaker in await self.speakers()}
        return tuple(_quote(row, speakers) for row in await self._database.fetch_all(_QUOTES))

    async def passages(self) -> tuple[Passage, ...]:
        """Return the passages in the order of the announcement."""
        speakers = {speaker.id: speaker for speaker in await self.speakers()}
        rows = await self._database.fetch_all(
            "SELECT passage.*, ifnull(source.cite, source.title) AS cited "
            "FROM passage JOIN source ON source.id = passage.source ORDER BY passage.ord"
        )
        return tuple(Passage(row["id"], row["text"], speakers[row["speaker"]], row["cited"]) for row in rows)

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
        words = _WORD.findall(fold(text, _LONGEST))
        if not words:
            return ()
        phrase = await self._match(f'"{" ".join(words)}"')
        apart = await self._match(" ".join(f'"{word}"' for word in dict.fromkeys(words)))
        return (*phrase, *(quote for quote in apart if quote not in set(phrase)))

    async def _match(self, query: str) -> tuple[str, ...]:
        return tuple(row["id"] for row in await self._database.fetch_all(_SEARCH, (query,)))

    async def _entries(self, kind: str, struct: type[_T]) -> tuple[_T, ...]:
        rows = await self._database.fetch_all("SELECT body FROM entry WHERE kind = ? ORDER BY ord", (kind,))
        return tuple(msgspec.json.decode(row["body"], type=struct) for row in rows)


def _attribution(speaker: str, names: dict[str, str], chain: dict[str, str | None]) -> str:
    """Return the chain in words: 'the composer, quoted by the conductor'."""
    told, via = names[speaker], chain[speaker]
    while via is not None:
        told, via = f"{told}, quoted by {names[via]}", chain[via]
    return told


def _quote(row: sqlite3.Row, speakers: dict[str, Speaker]) -> Quote:
    topics: Sequence[Any] = json.loads(row["topics"])
    return Quote(
        id=row["id"],
        number=row["number"],
        text=row["text"],
        speaker=speakers[row["speaker"]],
        source=row["source"],
        passage=row["passage"],
        start=row["start"],
        topics=tuple(topics),
        order=row["ord"],
    )
