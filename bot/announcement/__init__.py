"""The announcement as typed data: what it says, who says it, and what it settles."""

from __future__ import annotations

from bot.announcement.checking import remarks
from bot.announcement.loading import checksum, load
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
    Ruling,
    Source,
    Speaker,
    Strength,
    Subject,
    Topic,
    Verdict,
)

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
    "Ruling",
    "Source",
    "Speaker",
    "Strength",
    "Subject",
    "Topic",
    "Verdict",
    "checksum",
    "load",
    "remarks",
]
