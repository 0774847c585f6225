"""The announcement as typed data: what it says, who says it, and what it settles."""

from __future__ import annotations

from bot.announcement.checking import remarks
from bot.announcement.drafting import draft
from bot.announcement.loading import checksum, load, load_words, read_text
from bot.announcement.model import (
    Announcement,
    Claim,
    Concept,
    Entry,
    Fact,
    Head,
    Inset,
    Passage,
    Person,
    PhrasedClaim,
    Phrasings,
    Quote,
    QuoteEntry,
    Source,
    Speaker,
    Subject,
    Topic,
)
from bot.announcement.quotes import attributions, introduces, joined, length, overlap
from bot.announcement.words import Meaning, Part, Words

__all__ = [
    "Announcement",
    "Claim",
    "Concept",
    "Entry",
    "Fact",
    "Head",
    "Inset",
    "Meaning",
    "Part",
    "Passage",
    "Person",
    "PhrasedClaim",
    "Phrasings",
    "Quote",
    "QuoteEntry",
    "Source",
    "Speaker",
    "Subject",
    "Topic",
    "Words",
    "attributions",
    "checksum",
    "draft",
    "introduces",
    "joined",
    "length",
    "load",
    "load_words",
    "overlap",
    "read_text",
    "remarks",
]
