"""Canon checks: who is named, what is claimed, and what the announcement rules on the statement that is shown."""

from __future__ import annotations

from bot.canon.names import Roster
from bot.canon.rules import Check, Judge, Ruling
from bot.canon.training import FORM, CanonLesson, learn

__all__ = ["FORM", "CanonLesson", "Check", "Judge", "Roster", "Ruling", "learn"]
