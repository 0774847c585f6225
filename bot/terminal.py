"""The same answers without Discord, as plain text; and why a text is understood as it is."""

from __future__ import annotations

import re
import secrets
import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.announcement import Meaning, read_text
from bot.canon import NEAREST
from bot.errors import AnnouncementError
from bot.fuzzy import most_alike
from bot.quotes import Answered, Closest, Greeted, Missing, Ruled, tier_of
from bot.text import cut, normalise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from bot.announcement import Quote
    from bot.canon import CanonRuling
    from bot.client.client import Services
    from bot.quotes import Reply, Tier
    from bot.understanding import Engine, Understanding


async def answer(opening: AbstractAsyncContextManager[Services], command: str, text: str) -> str:
    """Return the answer to one of the commands quote, check and ask."""
    async with opening as services:
        if command == "quote":
            return await _quote(services, text)
        if command == "check":
            return _check(services, text)
        return _ask(services, text)


async def _quote(services: Services, text: str) -> str:
    found = services.quotes.find(text, None, secrets.randbelow(2**31))
    if isinstance(found, Missing):
        names = [speaker.name for speaker in found.speakers] + [topic.name for topic in found.topics]
        return f'Nothing found for "{text}". Try: {", ".join(names)}.'
    return _quotes(found.quotes[:1], f"1 of {len(found.quotes)}")


def _check(services: Services, text: str) -> str:
    overview = services.overview
    if overview.is_meant(text):
        return "\n".join((f"{overview.words.heading}:", *(f"- {pair.told}" for pair in overview.pairs)))
    checked = services.canon.check(text)
    return f"Did you mean {checked.meant.name}?" if checked.meant else _rulings(checked.rulings)


def _rulings(rulings: Iterable[CanonRuling]) -> str:
    return "\n\n".join(part for ruling in rulings for part in (_ruling(ruling), _quotes(ruling.quotes)) if part)


def _ruling(ruling: CanonRuling) -> str:
    lines = (
        "" if ruling.direct else NEAREST,
        ruling.statement,
        f"{ruling.label}: {ruling.line}",
        f"({ruling.strength})" if ruling.strength else "",
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
    "ruled": "with a ruling",
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

    `tier` is how /ask answers it, which also looks at rulings and names.
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


# What stands between a question and what is right for it, and for a question that nothing answers.
_RIGHT: Final = "=>"
_NOTHING: Final = "none"
_WIDEST: Final = 60


class Asked(NamedTuple):
    """A question to be tried, and what is right: ids of facts, claims or subjects, empty for no answer at all.

    None where the file doesn't say.
    """

    question: str
    right: frozenset[str] | None


def read_questions(file: Path, known: Collection[str]) -> tuple[Asked, ...]:
    """Return the questions in `file`, one a line; `=> id, id` or `=> none` says what is right, `#` begins a comment.

    Raises AnnouncementError with every mistake: an unreadable file, one without questions, ids that aren't `known`.
    """
    asked, mistakes = [], []
    for number, line in enumerate(read_text(file).splitlines(), 1):
        question, said, right = (part.strip() for part in line.partition(_RIGHT))
        if question and not question.startswith("#"):
            ids = frozenset(part.strip() for part in right.split(",")) if said else None
            unknown = sorted((ids or frozenset()) - {*known, _NOTHING})
            mistakes += [f"{file}:{number}: '{each}' is no fact, claim or subject" for each in unknown]
            asked.append(Asked(question, None if ids is None else ids - {_NOTHING}))
    if not asked:
        mistakes.append(f"{file}: there's no question in it; write one on each line")
    if mistakes:
        raise AnnouncementError(tuple(mistakes))
    return tuple(asked)


def tried(services: Services, asked: Iterable[Asked]) -> str:
    """Ask all the questions, and return a table of the replies, with a score where it is told what is right."""
    rows, marks = [], []
    for question, right in asked:
        reply = services.asking.ask(question)
        understood = services.facts.understand(question)
        given, nearest = _given(reply)
        mark = "" if right is None else _mark(right, given, nearest)
        marks.append(mark)
        others = ", ".join(each for each in nearest if each not in given) or "-"
        answer = ", ".join(given) or "-"
        rows.append((mark, tier_of(reply), f"{understood.score:.2f}", answer, others, question))
    table = _table([("", "tier", "sure", "answer", "nearest", "question"), *rows])
    return "\n".join([*table, *_score(marks)])


def _given(reply: Reply) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of what a reply states as such, and of what it offers as near."""
    if isinstance(reply, Answered):
        return (reply.fact.id,), (reply.runner_up.id,) if reply.runner_up else ()
    if isinstance(reply, Ruled):
        # Where the announcement is silent, to say so is no answer.
        ruled = [ruling for ruling in reply.rulings if ruling.means is not Meaning.SILENT]
        ids = (each for ruling in ruled for each in (ruling.claim, ruling.subject) if each)
        return tuple(dict.fromkeys(ids)), ()
    return (), tuple(fact.id for fact in reply.nearest)


def _mark(right: frozenset[str], given: tuple[str, ...], nearest: tuple[str, ...]) -> str:
    """Return how a reply compares with what is right; empty `right`: nothing answers."""
    if not right:
        return "false" if given else "right"
    if given:
        return "right" if right & {*given} else "wrong"
    return "near" if right & {*nearest} else "missed"


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [min(_WIDEST, max(map(len, column))) for column in zip(*rows, strict=True)]
    # Without a score, the first column is empty.
    shown = [at for at, width in enumerate(widths) if width]
    for row in rows:
        yield "  ".join(cut(row[at], _WIDEST).ljust(widths[at]) for at in shown).rstrip()


def _score(marks: Iterable[str]) -> Iterator[str]:
    times = Counter(mark for mark in marks if mark)
    if times:
        yield ""
        yield (
            f"{times['right']} of {times.total()} right; {times['wrong']} with another answer, "
            f"{times['near']} with the right one only among the nearest, {times['missed']} missed, "
            f"{times['false']} answered that nothing answers"
        )
