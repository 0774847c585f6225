"""How answers to questions look: our line first, the announcement's words visibly apart from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord.utils import escape_markdown

from bot.domain.text import cut
from bot.rendering import frame
from bot.rendering.actions import LABEL_LIMIT, button
from bot.rendering.quote import place, quote_buttons, spoken

if TYPE_CHECKING:
    from bot.domain.announcement import Fact
    from bot.rendering.actions import Press
    from bot.services.asking import Answered, Silent

SUGGESTED = "ask"
_PRIVATE, _PUBLIC = "p", "o"


def answered(answer: Answered, *, private: bool, question: str | None = None) -> frame.Panel:
    """Return the answer; `question` is shown above it where the channel would not show it otherwise."""
    buttons = quote_buttons(answer.quotes[0])
    if answer.runner_up is not None:
        buttons.append(suggestion(answer.runner_up, private=private))
    return frame.Panel(
        _asked(question),
        f"**{escape_markdown(answer.fact.answer)}**",
        frame.line(),
        *(spoken(quote) for quote in answer.quotes),
        accent=frame.Accent.ANSWER,
        footer=place(answer.quotes),
        rows=[buttons],
    )


def silent(answer: Silent, *, private: bool, question: str | None = None) -> frame.Panel:
    """Return honest silence: it quotes nothing and offers what the announcement does answer."""
    offer = "\nIt does answer these:" if answer.nearest else ""
    return frame.Panel(
        _asked(question),
        f"**The announcement does not answer that.**{offer}",
        accent=frame.Accent.SILENT,
        rows=[[suggestion(fact, private=private)] for fact in answer.nearest],
    )


def _asked(question: str | None) -> str | None:
    asked = frame.safe(question or "")
    return f"-# Asked: {asked}" if asked else None


def suggestion(fact: Fact, *, private: bool) -> Press:
    """Return the button that answers one of the announcement's questions."""
    return button(SUGGESTED, f"{_PRIVATE if private else _PUBLIC}|{fact.id}", cut(fact.question, LABEL_LIMIT))


def read_suggestion(detail: str) -> tuple[bool, str]:
    """Return (private, fact id) as `suggestion` wrote them."""
    private, fact = detail.split("|", 1)
    return private == _PRIVATE, fact
