"""Checks: who is named, what is claimed, and what the announcement rules on the statement that is shown."""

from __future__ import annotations

from bot.canon.names import Roster
from bot.canon.rules import Check, Judge, Ruling
from bot.canon.service import NEAREST, CanonCheck, CanonRuling, CanonService, Meant
from bot.canon.training import FORM, CanonLesson, learn

__all__ = [
    "FORM",
    "NEAREST",
    "CanonCheck",
    "CanonLesson",
    "CanonRuling",
    "CanonService",
    "Check",
    "Judge",
    "Meant",
    "Roster",
    "Ruling",
    "learn",
]
