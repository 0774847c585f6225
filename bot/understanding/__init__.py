"""Understanding what a text asks for: learnt from examples, with no knowledge of any announcement in the code."""

from __future__ import annotations

from bot.understanding.engine import (
    FIRM,
    FORM,
    Answerable,
    Engine,
    Example,
    Lesson,
    Outcome,
    Understanding,
    UnreadableBlobError,
    is_chant,
)
from bot.understanding.reading import MARK, NUMERALS, STOP, Lexicon, SmallTalk, is_number, small_talk, stem, tokens
from bot.understanding.training import learn

__all__ = [
    "FIRM",
    "FORM",
    "MARK",
    "NUMERALS",
    "STOP",
    "Answerable",
    "Engine",
    "Example",
    "Lesson",
    "Lexicon",
    "Outcome",
    "SmallTalk",
    "Understanding",
    "UnreadableBlobError",
    "is_chant",
    "is_number",
    "learn",
    "small_talk",
    "stem",
    "tokens",
]
