"""Canon checks: who is named, what is claimed, and what the announcement rules on the statement that is shown."""

from bot.domain.canon.judge import Check, Judge, Ruling
from bot.domain.canon.lesson import FORM, CanonLesson, learn
from bot.domain.canon.roster import Roster
from bot.domain.canon.verdict import Verdict

__all__ = ["FORM", "CanonLesson", "Check", "Judge", "Roster", "Ruling", "Verdict", "learn"]
