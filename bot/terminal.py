"""The same answers without Discord, as plain text."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.services.asking import Answered, Closest, Greeted, Ruled
from bot.services.canon import NEAREST, STRENGTHS
from bot.services.quotes import Missing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractAsyncContextManager

    from bot.domain.quotes import Quote
    from bot.services import Services
    from bot.services.canon import CanonRuling


async def answer(opening: AbstractAsyncContextManager[Services], command: str, text: str) -> str:
    """Return the answer to one of the commands quote, canon and ask."""
    async with opening as services:
        if command == "quote":
            return await _quote(services, text)
        if command == "canon":
            return _canon(services, text)
        return _ask(services, text)


async def _quote(services: Services, text: str) -> str:
    found = await services.quotes.find(text, None, secrets.randbelow(2**31))
    if isinstance(found, Missing):
        names = [speaker.name for speaker in found.speakers] + [topic.name for topic in found.topics]
        return f'Nothing found for "{text}". Try: {", ".join(names)}.'
    return _quotes(found.quotes[:1], f"1 of {len(found.quotes)}")


def _canon(services: Services, text: str) -> str:
    checked = services.canon.check(text)
    return f"Did you mean {checked.meant.name}?" if checked.meant else _rulings(checked.rulings)


def _rulings(rulings: Iterable[CanonRuling]) -> str:
    return "\n\n".join(part for ruling in rulings for part in (_ruling(ruling), _quotes(ruling.quotes)) if part)


def _ruling(ruling: CanonRuling) -> str:
    lines = (
        "" if ruling.direct else NEAREST,
        ruling.statement,
        f"{ruling.label}: {ruling.line}",
        f"({STRENGTHS[ruling.strength]})" if STRENGTHS[ruling.strength] else "",
    )
    return "\n".join(line for line in lines if line)


def _ask(services: Services, text: str) -> str:
    reply = services.asking.ask(text)
    if isinstance(reply, Answered):
        other = f"\n\nOr did you mean: {reply.runner_up.question}" if reply.runner_up else ""
        return f"{reply.fact.answer}\n\n{_quotes(reply.quotes)}{other}"
    if isinstance(reply, Ruled):
        return _rulings(reply.rulings)
    nearest = "\n".join(f"- {fact.question}" for fact in reply.nearest)
    if isinstance(reply, Closest):
        closest = f"I couldn't find an exact answer. The closest passage:\n\n{_quotes(reply.quotes)}"
        return f"{closest}\n\nNear it:\n{nearest}"
    if isinstance(reply, Greeted):
        return "Ask me about the announcement." + (f" For example:\n{nearest}" if nearest else "")
    return "I couldn't find that in the announcement." + (f" It does answer these:\n{nearest}" if nearest else "")


def _quotes(quotes: Iterable[Quote], note: str = "") -> str:
    return "\n\n".join(
        f"{quote.text}\n  -- {quote.speaker.attribution}, {quote.source}"
        + (f" (no. {quote.number})" if quote.number else "")
        + (f", {note}" if note else "")
        for quote in quotes
    )
