"""Understanding what a text asks for: learnt from examples, with no knowledge of any announcement in the code."""

from __future__ import annotations

from bot.understanding.engine import (
    Answerable,
    Engine,
    Example,
    Lesson,
    Outcome,
    Understanding,
    UnreadableBlobError,
    is_chant,
)
from bot.understanding.reading import SmallTalk, is_number, small_talk, tokens
from bot.understanding.training import learn

__all__ = [
    "Answerable",
    "Engine",
    "Example",
    "Lesson",
    "Outcome",
    "SmallTalk",
    "Understanding",
    "UnreadableBlobError",
    "is_chant",
    "is_number",
    "learn",
    "small_talk",
    "tokens",
]
