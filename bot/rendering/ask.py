"""How answers to questions look: our line first, the announcement's words visibly apart from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from discord.utils import escape_markdown

from bot.domain.text import cut
from bot.rendering import frame
from bot.rendering.actions import LABEL_LIMIT, button
from bot.rendering.canon import checked
from bot.rendering.quote import place, quote_buttons, spoken
from bot.services.asking import Answered, Closest, Greeted, Ruled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.announcement import Fact
    from bot.domain.understanding import SmallTalk
    from bot.rendering.actions import Press
    from bot.services.asking import Reply, Silent

SUGGESTED = "ask"
_PRIVATE, _PUBLIC = "p", "o"

_GREETINGS: Final[dict[SmallTalk, str]] = {
    "greeting": "Hello!",
    "thanks": "You're welcome!",
    "farewell": "See you!",
    "self": "I'm Canonkeeper, a bot that answers from one announcement, word for word.",
}
_CAN_DO: Final = (
    "Ask me about the announcement and I'll find its exact words. `/quote` looks up quotes, `/canon` checks a ship "
    "or a claim, and `/timeline` tells how it all came about."
)


def replied(reply: Reply, *, private: bool, question: str | None = None) -> frame.Panel:
    """Return how a reply looks; `question` is shown above it where the channel would not show it otherwise."""
    if isinstance(reply, Answered):
        return answered(reply, private=private, question=question)
    if isinstance(reply, Closest):
        return _closest(reply, private=private, question=question)
    if isinstance(reply, Ruled):
        return checked(reply.rulings)
    if isinstance(reply, Greeted):
        return frame.Panel(
            f"**{_GREETINGS[reply.kind]}** {_CAN_DO}",
            accent=frame.Accent.ABOUT,
            rows=_offered(reply.nearest, private=private),
        )
    return _silent(reply, private=private, question=question)


def answered(answer: Answered, *, private: bool, question: str | None = None) -> frame.Panel:
    """Return a sure answer."""
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


def _closest(answer: Closest, *, private: bool, question: str | None) -> frame.Panel:
    """Return the closest passage: quieter than an answer, and without a line of ours that would claim to be one."""
    passages = "passage" if len(answer.quotes) == 1 else "passages"
    return frame.Panel(
        _asked(question),
        f"I couldn't find an exact answer. The closest {passages}:",
        *(spoken(quote) for quote in answer.quotes),
        accent=frame.Accent.SILENT,
        footer=place(answer.quotes),
        rows=[quote_buttons(answer.quotes[0]), *_offered(answer.nearest, private=private)],
    )


def _silent(answer: Silent, *, private: bool, question: str | None) -> frame.Panel:
    """Return an honest nothing: it quotes nothing and offers what the announcement does answer."""
    claim = f"\nTo check a claim, try `/canon {answer.claim.statement}`" if answer.claim else ""
    offer = "\nIt does answer these:" if answer.nearest else ""
    return frame.Panel(
        _asked(question),
        f"**I couldn't find that in the announcement.**{claim}{offer}",
        accent=frame.Accent.SILENT,
        rows=_offered(answer.nearest, private=private),
    )


def _offered(facts: Iterable[Fact], *, private: bool) -> list[list[Press]]:
    return [[suggestion(fact, private=private)] for fact in facts]


def _asked(question: str | None) -> str | None:
    asked = frame.safe(question or "")
    return f"-# Asked: {asked}" if asked else None


def suggestion(fact: Fact, *, private: bool) -> Press:
    """Return the button that answers one of the announcement's questions."""
    return button(SUGGESTED, f"{_PRIVATE if private else _PUBLIC}|{fact.id}", cut(fact.question, LABEL_LIMIT))


def read_suggestion(detail: str) -> tuple[bool, str]:
    """Return (private, fact id) as `suggestion` wrote them. Raises ValueError for anything else."""
    private, fact = detail.split("|", 1)
    if private not in {_PRIVATE, _PUBLIC}:
        raise ValueError("this is no suggestion")
    return private == _PRIVATE, fact
