"""The announcement as typed data: what it says, who says it, and what it settles."""

from __future__ import annotations

from bot.announcement.checking import remarks
from bot.announcement.drafting import draft
from bot.announcement.loading import checksum, load, read_text
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
    Strength,
    Subject,
    Topic,
    Verdict,
)
from bot.announcement.quotes import attributions, introduces, joined, length, overlap

__all__ = [
    "Announcement",
    "Claim",
    "Concept",
    "Entry",
    "Fact",
    "Head",
    "Inset",
    "Passage",
    "Person",
    "PhrasedClaim",
    "Phrasings",
    "Quote",
    "QuoteEntry",
    "Source",
    "Speaker",
    "Strength",
    "Subject",
    "Topic",
    "Verdict",
    "attributions",
    "checksum",
    "draft",
    "introduces",
    "joined",
    "length",
    "load",
    "overlap",
    "read_text",
    "remarks",
]
