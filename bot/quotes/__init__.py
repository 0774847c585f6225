"""What the bot answers about the announcement's words, without Discord."""

from __future__ import annotations

from bot.quotes.ask import QUESTION_LIMIT, Answered, AskService, Closest, Greeted, NoAnswer, Reply, Ruled, Tier, tier_of
from bot.quotes.overview import OverviewService, Pair, TimelineItem, TimelineService
from bot.quotes.quiz import Marked, Question, QuizService, WhoSaid
from bot.quotes.search import Found, How, InContext, Missing, QuoteService, numbered
from bot.quotes.unanswered import Unanswered

__all__ = [
    "QUESTION_LIMIT",
    "Answered",
    "AskService",
    "Closest",
    "Found",
    "Greeted",
    "How",
    "InContext",
    "Marked",
    "Missing",
    "NoAnswer",
    "OverviewService",
    "Pair",
    "Question",
    "QuizService",
    "QuoteService",
    "Reply",
    "Ruled",
    "Tier",
    "TimelineItem",
    "TimelineService",
    "Unanswered",
    "WhoSaid",
    "numbered",
    "tier_of",
]
