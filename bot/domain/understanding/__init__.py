"""Understanding what a text asks for: learnt from examples, with no knowledge of any announcement in the code."""

from bot.domain.understanding.blob import UnreadableBlobError
from bot.domain.understanding.engine import Engine, is_chant
from bot.domain.understanding.learning import learn
from bot.domain.understanding.normal import fold, is_number, tokens
from bot.domain.understanding.smalltalk import SmallTalk, small_talk
from bot.domain.understanding.types import Answerable, Example, Lesson, Outcome, Understanding

__all__ = [
    "Answerable",
    "Engine",
    "Example",
    "Lesson",
    "Outcome",
    "SmallTalk",
    "Understanding",
    "UnreadableBlobError",
    "fold",
    "is_chant",
    "is_number",
    "learn",
    "small_talk",
    "tokens",
]
