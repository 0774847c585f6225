"""The same answers without Discord, as plain text."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.services.asking import Answered
from bot.services.canon import STRENGTHS
from bot.services.quotes import Missing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractAsyncContextManager

    from bot.domain.quotes import Quote
    from bot.services import Services


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
    ruling = services.canon.rule(text)
    strength = f"\n({STRENGTHS[ruling.strength]})" if STRENGTHS[ruling.strength] else ""
    parts = (f"{ruling.verdict}: {ruling.line}{strength}", _quotes(ruling.quotes))
    return "\n\n".join(part for part in parts if part)


def _ask(services: Services, text: str) -> str:
    answered = services.asking.ask(text)
    if isinstance(answered, Answered):
        other = f"\n\nOr did you mean: {answered.runner_up.question}" if answered.runner_up else ""
        return f"{answered.fact.answer}\n\n{_quotes(answered.quotes)}{other}"
    nearest = "\n".join(f"- {fact.question}" for fact in answered.nearest)
    return "The announcement does not answer that." + (f" It does answer:\n{nearest}" if nearest else "")


def _quotes(quotes: Iterable[Quote], note: str = "") -> str:
    return "\n\n".join(
        f"{quote.text}\n  -- {quote.speaker.attribution}, {quote.source} (no. {quote.number}, {quote.id})"
        + (f", {note}" if note else "")
        for quote in quotes
    )
