"""The words of the quotes, to mend a misspelt search."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_MIN_LENGTH = 4
_LETTERS_PER_SLIP = 4


class Vocabulary:
    """All words that stand in the quotes."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words = sorted({word for text in texts for word in _WORD.findall(fold(text))})
        self._known = frozenset(self._words)

    def corrected(self, query: str) -> str:
        """Return the query with each unknown word replaced by the nearest known one, where one is near."""
        return " ".join(self._nearest(word) for word in _WORD.findall(fold(query)))

    def _nearest(self, word: str) -> str:
        if word in self._known or len(word) < _MIN_LENGTH:
            return word
        slips = max(1, len(word) // _LETTERS_PER_SLIP)
        found = process.extractOne(word, self._words, scorer=OSA.distance, score_cutoff=slips)
        return found[0] if found else word
