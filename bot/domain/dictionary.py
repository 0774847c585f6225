"""Common English words: one that is typed right is no slip of another.

The list is data that comes with the program (`english_words.txt`: 30,928 words of four letters and more, sorted,
one a line). It is read at the first look-up and kept as the bytes that it is: 263 kB, where a set takes 3.8 MB.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

_LIST: Final = Path(__file__).with_name("english_words.txt")


def is_english(word: str) -> bool:
    """Return whether a word, in small letters, is a common English one of at least four letters."""
    wanted, words = word.encode(), _words()
    # The lines are searched by halves: each step looks at the line on which its middle lies.
    low, high = 0, len(words)
    while low < high:
        start = words.rfind(b"\n", low, (low + high) // 2)
        start = low if start < 0 else start + 1
        end = words.index(b"\n", start)
        line = words[start:end]
        if line == wanted:
            return True
        if line < wanted:
            low = end + 1
        else:
            high = start
    return False


@lru_cache(1)
def _words() -> bytes:
    return _LIST.read_bytes()
