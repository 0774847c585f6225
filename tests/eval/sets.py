"""The question sets and how a shown quote is judged against them."""

from pathlib import Path
from typing import Final

import msgspec

HERE: Final = Path(__file__).parent
# The set that the thresholds were judged by, and those written from the article alone, without seeing the bot; those
# that are not there (yet) are passed over.
QUESTION_SETS: Final = (
    "questions.json",
    "own_questions_a.json",
    "own_questions_b.json",
    "own_questions_c.json",
    "own_questions_d.json",
    "own_questions_e.json",
    "own_questions_f.json",
)


class Item(msgspec.Struct, frozen=True):
    """One question with the passages of which at least one must be shown (none: nothing may be shown)."""

    id: str
    question: str
    answerable: bool
    evidence: tuple[str, ...]
    answer: str
    kind: str


def items(name: str) -> tuple[Item, ...]:
    """Return the items of the named set; msgspec.ValidationError if the file has another form."""
    return msgspec.json.decode((HERE / name).read_bytes(), type=tuple[Item, ...])


def plain(text: str) -> str:
    """Return the text with all white space made single blanks."""
    return " ".join(text.split())


def shows_evidence(item: Item, shown: tuple[str, ...]) -> bool:
    """Return whether one of the shown quotes contains one of the item's evidence strings whole."""
    return any(plain(evidence) in plain(quote) for evidence in item.evidence for quote in shown)


def present(name: str) -> bool:
    """Return whether the named set is there."""
    return (HERE / name).exists()
