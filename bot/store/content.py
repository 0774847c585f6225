"""What is learnt from the announcement: an SQLite file of its own, written whole and then only read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import secrets
import sqlite3
import weakref
from importlib import resources
from typing import TYPE_CHECKING, Any, Self, TypeVar

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
from bot.errors import LearningError
from bot.text import fold, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from bot.announcement import Announcement

_log = logging.getLogger(__name__)

# Under this name the digest over all content stands beside what was learnt.
_DIGEST = "digest"
_TABLES = ("content_state", "speaker", "source", "topic", "passage", "quote", "quote_topic", "entry", "learnt")
# How each database of SQLite's begins, and where in it another program's would name itself (its docs, fileformat).
_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID = slice(68, 72)
_OURS = b"CKct"

_T = TypeVar("_T", bound=msgspec.Struct)

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


def form() -> str:
    """Return what tells the form of a content file from others: a file of another form is made anew."""
    return hashlib.blake2b(_schema().encode(), digest_size=8).hexdigest()


def _schema() -> str:
    return resources.files("bot.store").joinpath("content.sql").read_text(encoding="utf-8")


class Content:
    """The announcement and what was learnt from it: typed and read-only. Close it when all is read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.row_factory = sqlite3.Row

    @classmethod
    def make(cls, announcement: Announcement, checksum: str, learnt: Mapping[str, bytes]) -> Self:
        """Return an announcement with what was `learnt` from it, in memory."""
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        try:
            connection.executescript(f"PRAGMA foreign_keys = ON; {_schema()} BEGIN;")
            _write(connection, announcement, checksum, learnt)
            connection.execute("INSERT INTO learnt (name, blob) VALUES (?, ?)", (_DIGEST, _digest(connection)))
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    @classmethod
    def open(cls, file: Path, checksum: str) -> Self | None:
        """Open what was kept in `file`; None where it is of another checksum, damaged, or not there.

        SQLite notices hardly any change of a value by a disk or a hand, and what was learnt is good for nothing then,
        nor are quotes verbatim: so all of it is checked. The file is never written to again, only replaced, so it is
        read without locks (SQLite's docs, uri: immutable), and whoever has opened it goes on reading the one they had.
        """
        try:
            _look_at(file)
        except FileNotFoundError:
            return None
        except OSError as error:
            _log.warning("%s isn't used: %s", file, error.strerror or error)
            return None
        with contextlib.ExitStack() as unless_kept:
            try:
                address = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
                connection = sqlite3.connect(address, uri=True, check_same_thread=False)
                unless_kept.callback(connection.close)
                if connection.execute("SELECT checksum FROM content_state").fetchone() == (checksum,):
                    if _sound(connection):
                        unless_kept.pop_all()
                        return cls(connection)
                    _log.warning("%s isn't used: it's damaged", file)
            # Of damaged names and lengths, Python itself may make neither text nor place.
            except (sqlite3.Error, UnicodeDecodeError, MemoryError):
                _log.warning("%s isn't used: it's damaged, or another version made it", file)
        return None

    def save(self, file: Path) -> None:
        """Put the content in the place of `file`: whoever opens that has the old one or the new one, whole.

        Raises LearningError where that can't be done; what was there stays then.
        """
        with _part(file) as part:
            self._connection.execute("VACUUM INTO ?", (str(part),))
            with part.open("rb+") as written:
                os.fsync(written.fileno())
            part.replace(file)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def head(self) -> Head:
        """Return what the announcement is."""
        (head,) = self._connection.execute("SELECT head FROM content_state").fetchone()
        return msgspec.json.decode(head, type=Head)

    def words(self) -> Words:
        """Return the words of its matter."""
        (words,) = self._connection.execute("SELECT words FROM content_state").fetchone()
        return msgspec.json.decode(words, type=Words)

    def speakers(self) -> tuple[Speaker, ...]:
        """Return the speakers in the order of their file."""
        return self._rows(_SPEAKERS, Speaker)

    def topics(self) -> tuple[Topic, ...]:
        """Return the topics in the order of their file."""
        return self._rows("SELECT id, name, aliases FROM topic ORDER BY ord", Topic)

    def sources(self) -> tuple[Source, ...]:
        """Return the sources in the order of their file."""
        return self._rows("SELECT id, title, author, cite, url FROM source ORDER BY ord", Source)

    def quotes(self) -> tuple[Quote, ...]:
        """Return all quotes in the order of the announcement's file, the listed ones numbered from 1."""
        speakers = {speaker.id: speaker for speaker in self.speakers()}
        sources = {source.id: source for source in self.sources()}
        chains = attributions(speakers.values())
        found = [
            {
                **_plain(row),
                "speaker": speakers[row["speaker"]],
                "attribution": chains[row["speaker"]],
                "source": sources[row["source"]],
            }
            for row in self._connection.execute(_QUOTES)
        ]
        return msgspec.convert(found, tuple[Quote, ...], strict=False)

    def passages(self) -> tuple[Passage, ...]:
        """Return the passages in the order of the announcement, without what they say of insets."""
        return self._rows("SELECT id, source, speaker, text FROM passage ORDER BY ord", Passage)

    def people(self) -> tuple[Person, ...]:
        """Return the people whom fans may name."""
        return self._entries("person", Person)

    def subjects(self) -> tuple[Subject, ...]:
        """Return what a canon check rules on."""
        return self._entries("subject", Subject)

    def claims(self) -> tuple[Claim, ...]:
        """Return the statements that people argue over."""
        return self._entries("claim", Claim)

    def facts(self) -> tuple[Fact, ...]:
        """Return what the announcement states."""
        return self._entries("fact", Fact)

    def timeline(self) -> tuple[Entry, ...]:
        """Return how it came about, in order."""
        return self._entries("timeline", Entry)

    def learnt(self, name: str) -> bytes:
        """Return what the engine called `name` learnt."""
        (blob,) = self._connection.execute("SELECT blob FROM learnt WHERE name = ?", (name,)).fetchone()
        return bytes(blob)

    def _rows(self, query: str, struct: type[_T]) -> tuple[_T, ...]:
        return tuple(msgspec.convert(_plain(row), struct) for row in self._connection.execute(query))

    def _entries(self, kind: str, struct: type[_T]) -> tuple[_T, ...]:
        rows = self._connection.execute("SELECT body FROM entry WHERE kind = ? ORDER BY ord", (kind,))
        return tuple(msgspec.json.decode(row["body"], type=struct) for row in rows)


def check_place(file: Path) -> None:
    """Look whether content can be saved to `file`. Raises LearningError where it can't be."""
    with _part(file):
        pass


@contextlib.contextmanager
def _part(file: Path) -> Iterator[Path]:
    """Yield a new, empty file beside `file` that may take its place. Raises LearningError where that can't be done."""
    # Two processes that learn at once have a file each, also where each is number 1 of its container.
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            _look_at(file)
        try:
            part.touch(exist_ok=False)
            yield part
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise LearningError(f"{file} can't be written: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise LearningError(f"{file} can't be written: {error}") from error


def _look_at(file: Path) -> None:
    """Raise OSError where a file can't be read, or holds another program's database: that is nothing to replace."""
    with file.open("rb") as opened:
        start = opened.read(_APPLICATION_ID.stop)
    if start.startswith(_MAGIC) and start[_APPLICATION_ID] != _OURS:
        raise OSError("it's another database")


def _sound(connection: sqlite3.Connection) -> bool:
    """Whether all values are as they were written, and all indexes lead to them."""
    kept = connection.execute("SELECT blob FROM learnt WHERE name = ?", (_DIGEST,)).fetchone()
    checked = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return (kept, checked) == ((_digest(connection),), ("ok",))


def _digest(connection: sqlite3.Connection) -> bytes:
    """Return a digest over all content and its schema, row by row."""
    digest = hashlib.blake2b(digest_size=32)
    for row in connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2"):
        digest.update(msgspec.msgpack.encode([*row]))
    for table in _TABLES:
        for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2"):  # noqa: S608 - the names stand above
            if (table, row[0]) != ("learnt", _DIGEST):
                digest.update(msgspec.msgpack.encode([table, *row]))
    return digest.digest()


def _write(
    connection: sqlite3.Connection, announcement: Announcement, checksum: str, learnt: Mapping[str, bytes]
) -> None:
    connection.execute(
        "INSERT INTO content_state (only, checksum, head, words) VALUES (1, ?, ?, ?)",
        (checksum, _json(announcement.head), _json(announcement.words)),
    )
    connection.executemany(
        "INSERT INTO speaker (id, ord, name, role, colour, quoted_by, aliases) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (s.id, n, s.name, s.role, int(s.colour[1:], 16), s.quoted_by, json.dumps(s.aliases))
            for n, s in enumerate(announcement.speakers, 1)
        ],
    )
    connection.executemany(
        "INSERT INTO source (id, ord, title, cite, author, url) VALUES (?, ?, ?, ?, ?, ?)",
        [(s.id, n, s.title, s.cite, s.author, s.url) for n, s in enumerate(announcement.sources, 1)],
    )
    connection.executemany(
        "INSERT INTO topic (id, ord, name, aliases) VALUES (?, ?, ?, ?)",
        [(t.id, n, t.name, json.dumps(t.aliases)) for n, t in enumerate(announcement.topics, 1)],
    )
    passages = {passage.id: passage for passage in announcement.passages}
    connection.executemany(
        "INSERT INTO passage (id, ord, source, speaker, text) VALUES (?, ?, ?, ?, ?)",
        [(p.id, n, p.source, p.speaker, p.text) for n, p in enumerate(announcement.passages, 1)],
    )
    connection.executemany(
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
    connection.executemany(
        "INSERT OR IGNORE INTO quote_topic (quote, topic) VALUES (?, ?)",
        [(q.id, topic) for q in announcement.quotes for topic in q.topics],
    )
    kinds: dict[str, Iterable[Any]] = {
        "person": announcement.people,
        "subject": announcement.subjects,
        "claim": announcement.claims,
        "fact": announcement.facts,
        "timeline": announcement.timeline,
    }
    for kind, entries in kinds.items():
        connection.executemany(
            "INSERT INTO entry (kind, ord, id, body) VALUES (?, ?, ?, ?)",
            [(kind, n, entry.id, _json(entry)) for n, entry in enumerate(entries, 1)],
        )
    connection.executemany("INSERT INTO learnt (name, blob) VALUES (?, ?)", sorted(learnt.items()))


def _json(entry: msgspec.Struct) -> str:
    return msgspec.json.encode(entry).decode()


def _plain(row: sqlite3.Row) -> dict[str, Any]:
    """Return a row by its columns; those that hold lists hold them as JSON."""
    return {key: json.loads(row[key]) if key in ("aliases", "topics") else row[key] for key in row.keys()}  # noqa: SIM118 - a row goes over its values


# Characters of a search that are looked at.
_LONGEST = 200
_INDEX = """
CREATE VIRTUAL TABLE quote_search USING fts5 (
    text, quote UNINDEXED,
    tokenize = 'porter unicode61 remove_diacritics 2'
)
"""
_MATCHING = "SELECT quote FROM quote_search WHERE quote_search MATCH ? ORDER BY rank, rowid"


class QuoteIndex:
    """The quotes' words in memory, looked up on the thread that asks: some hundred quotes take no time."""

    def __init__(self, quotes: Iterable[Quote]) -> None:
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, self._connection.close)
        self._connection.execute(_INDEX)
        self._connection.executemany(
            # Folded, as what is searched for is: letters that look alike are alike on both sides.
            "INSERT INTO quote_search (rowid, text, quote) VALUES (?, ?, ?)",
            [(quote.order, fold(quote.text), quote.id) for quote in quotes],
        )

    def search(self, text: str) -> tuple[str, ...]:
        """Return the ids of the quotes that hold every word of `text`, best first.

        Words are put into FTS5 as quoted strings, so nothing typed is read as its syntax (SQLite's docs,
        fts5.html, 'FTS5 Strings'). When no quote holds the phrase, its words may stand apart.
        """
        typed = words(text, _LONGEST)
        if not typed:
            return ()
        phrase = self._match(f'"{" ".join(typed)}"')
        apart = self._match(" ".join(f'"{word}"' for word in dict.fromkeys(typed))) if len(typed) > 1 else ()
        return (*phrase, *(quote for quote in apart if quote not in phrase))

    def _match(self, query: str) -> tuple[str, ...]:
        """Return the ids of the quotes that match a query of FTS5, best first, and else in their order."""
        return tuple(quote for (quote,) in self._connection.execute(_MATCHING, (query,)))
