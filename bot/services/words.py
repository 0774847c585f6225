"""The words of the quotes, to mend a misspelt search."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.domain.dictionary import is_english
from bot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_MIN_LENGTH = 4
_LETTERS_PER_SLIP = 4
# Characters of a query that are looked at, and unknown words that are looked up: bounds the time.
_LONGEST = 200
_MOST_REPAIRS = 10


class Vocabulary:
    """All words that stand in the quotes, to which others are mended; `names` are known, too, and left alone."""

    def __init__(self, texts: Iterable[str], names: Iterable[str] = ()) -> None:
        self._words = sorted(_words(texts))
        self._known = frozenset(self._words) | _words(names)

    def corrected(self, query: str) -> str:
        """Return the query with its first unknown words replaced by the nearest known ones, where one is near."""
        words = _WORD.findall(fold(query, _LONGEST))
        # A word that is typed right is no slip of another.
        unknown = dict.fromkeys(
            word for word in words if word not in self._known and len(word) >= _MIN_LENGTH and not is_english(word)
        )
        mended = {word: self._nearest(word) for word in list(unknown)[:_MOST_REPAIRS]}
        return " ".join(mended.get(word, word) for word in words)

    def _nearest(self, word: str) -> str:
        slips = max(1, len(word) // _LETTERS_PER_SLIP)
        found = process.extractOne(word, self._words, scorer=OSA.distance, score_cutoff=slips)
        return found[0] if found else word


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(fold(text))}
