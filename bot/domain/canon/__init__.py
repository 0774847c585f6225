"""Canon checks: who is named, what is claimed, whether it is denied, and what the announcement rules."""

from bot.domain.canon.judge import Judge, Ruling
from bot.domain.canon.lesson import FORM, CanonLesson, learn
from bot.domain.canon.roster import Roster
from bot.domain.canon.stance import Stances

__all__ = ["FORM", "CanonLesson", "Judge", "Roster", "Ruling", "Stances", "learn"]
