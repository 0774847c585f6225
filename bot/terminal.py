"""The same answers without Discord, as plain text; and why a text is understood as it is."""

from __future__ import annotations

import re
import secrets
import tomllib
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.canon import NEAREST, STRENGTHS
from bot.fuzzy import most_alike
from bot.quotes import Answered, Closest, Greeted, Missing, Ruled
from bot.quotes.overview import HEADING
from bot.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from bot.announcement import Quote
    from bot.canon import CanonRuling
    from bot.client.client import Services
    from bot.quotes import Tier
    from bot.understanding import Engine, Understanding


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
    if services.overview.is_meant(text):
        return "\n".join((f"{HEADING}:", *(f"- {ship.told}" for ship in services.overview.ships)))
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
        " · ".join(
            part
            for part in (
                f"{quote.text}\n  -- {quote.attribution}, {quote.source.cited}",
                quote.source.url,
                f"quote {quote.number}" if quote.number else "",
                note,
            )
            if part
        )
        for quote in quotes
    )


# A string of TOML, basic or literal, on one line.
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_FOLDERS: Final = ("facts", "claims", "out_of_scope")
_SHOWN: Final = 6
_ANSWERED: Final[dict[str, str]] = {
    "sure": "with confidence",
    "closest": "with the closest passage, and says that it isn't sure",
    "ruled": "with a canon check",
    "greeted": "as if it were small talk",
    "silent": "that it couldn't find anything",
}
# So many by their letters are compared by their content.
_CANDIDATES: Final = 300


class Phrasing(NamedTuple):
    """A text of the data, and where it is: the file, from the announcement's folder, and the line."""

    text: str
    file: str
    line: int


def phrasings(folder: Path) -> Iterator[Phrasing]:
    """Yield every text that the engines learn from, in the order of the files."""
    for kind in _FOLDERS:
        for path in sorted((folder / kind).glob("*.toml")):
            for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
                # Keys and lists of ids are no phrasings; a phrasing has a line, or an array, of its own.
                if not line.startswith(("#", "quotes", "facts", "ruling", "strength", "subject", "line", "answer")):
                    for literal in _STRING.findall(line):
                        yield Phrasing(str(tomllib.loads(f"x = {literal}")["x"]), f"{kind}/{path.name}", number)


def explain(text: str, folder: Path, facts: Engine, claims: Engine, tier: Tier) -> str:
    """Return, in lines for a person, how `text` is understood as a question and as a claim, and what is near to it.

    `tier` is how /ask answers it, which also looks at canon checks and names.
    """
    known = list(phrasings(folder))
    lines = [
        f"/ask answers {_ANSWERED[tier]}.",
        *_understood("As a question", facts.understand(text), "facts"),
        *_understood("As a claim", claims.understand(text), "claims"),
        "The closest phrasings:",
    ]
    wanted = facts.units(text)
    near = most_alike(normalise(text), [normalise(each.text) for each in known], "words", _CANDIDATES)
    shared = {at: _shared(wanted, facts.units(known[at].text)) for at in near}
    for at in sorted(shared, key=lambda at: -shared[at])[:_SHOWN]:
        each = known[at]
        lines.append(f"  {folder / each.file}:{each.line}: {each.text}  ({shared[at]:.0%} of the words in common)")
    return "\n".join(lines)


def _understood(what: str, found: Understanding, kind: str) -> Iterator[str]:
    if found.best is None:
        yield f"{what}: nothing in it that the data knows"
        return
    yield f"{what}: {found.score:.2f} sure of {kind}/{found.best}.toml"
    others = [label for label in found.nearest if label != found.best]
    if others:
        yield f"  next: {', '.join(f'{kind}/{label}.toml' for label in others)}"
    if found.strange:
        yield f"  words nobody uses there: {', '.join(found.strange)}"


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0
