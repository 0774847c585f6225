"""What plain full-text search reaches: SQLite FTS5 with BM25 over the article's sentences.

Robertson & Zaragoza (2009) describe BM25; SQLite's bm25() is negative, smaller is better.
"""

import re
import sqlite3
from collections.abc import Iterable

from bot.understanding.reading import STOP
from tests.eval.scoring import NOTHING, Shown, Tally
from tests.eval.sets import Item

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”']?\s+(?=[\"“'(A-Z])")


def sentences(text: str) -> list[str]:
    """Return the text's sentences, roughly: enough for a baseline."""
    return [part.strip() for line in text.splitlines() for part in _SENTENCE_END.split(line) if part.strip()]


class Search:
    """Finds the best sentence and its rank for a question."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE line USING fts5(text, tokenize='porter unicode61')")
        self._db.executemany("INSERT INTO line VALUES (?)", [(line,) for line in lines])

    def best(self, question: str) -> tuple[float, str] | None:
        """Return (rank, sentence) of the best hit by the words that carry a subject, None where none occurs."""
        words = [word for word in _WORD.findall(question.lower()) if word not in STOP]
        query = " OR ".join(f'"{word}"' for word in words)
        if not query:
            return None
        row = self._db.execute(
            "SELECT bm25(line), text FROM line WHERE line MATCH ? ORDER BY bm25(line), rowid LIMIT 1", (query,)
        ).fetchone()
        return None if row is None else (float(row[0]), str(row[1]))

    def close(self) -> None:
        """Close the database in memory."""
        self._db.close()


def best_tally(items: tuple[Item, ...], search: Search) -> Tally:
    """Return the tally with the threshold that suits these very items best: the most a baseline can reach."""
    hits = {item.question: search.best(item.question) for item in items}
    thresholds = [float("-inf"), *sorted({hit[0] for hit in hits.values() if hit is not None})]
    best = Tally()
    for threshold in thresholds:
        result = Tally()
        for item in items:
            hit = hits[item.question]
            result.count(item, Shown("sure", (hit[1],)) if hit is not None and hit[0] <= threshold else NOTHING)
        if result.score > best.score:
            best = result
    return best
