"""Why a text was understood as it was: what the engine made of it, and the nearest phrasings, with file and line.

For those who keep the data: a wrong answer is mended where its nearest phrasings are.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import fuzz, process

from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.domain.understanding import Engine, Understanding

# A string of TOML, basic or literal, on one line.
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_FOLDERS: Final = ("facts", "claims", "out_of_scope")
_SHOWN: Final = 6
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


def explain(text: str, folder: Path, facts: Engine, claims: Engine) -> str:
    """Return, in lines for a person, how `text` is understood as a question and as a claim, and what is near to it."""
    known = list(phrasings(folder))
    lines = [
        *_understood("As a question", facts.understand(text), "facts"),
        *_understood("As a claim", claims.understand(text), "claims"),
        "The nearest phrasings:",
    ]
    wanted = facts.units(text)
    near = process.extract(
        normalise(text), [normalise(each.text) for each in known], scorer=fuzz.token_sort_ratio, limit=_CANDIDATES
    )
    ranked = sorted(
        ((_shared(wanted, facts.units(known[at].text)), likeness, -at) for _, likeness, at in near), reverse=True
    )
    for shared, _, at in ranked[:_SHOWN]:
        each = known[-at]
        lines.append(f"  {folder / each.file}:{each.line}: {each.text}  ({shared:.0%} of the words in common)")
    return "\n".join(lines)


def _understood(what: str, found: Understanding, kind: str) -> Iterator[str]:
    if found.best is None:
        yield f"{what}: nothing in it that the data know"
        return
    yield f"{what}: {found.outcome}, {found.score:.2f} sure of {kind}/{found.best}.toml"
    others = [label for label in found.nearest if label != found.best]
    if others:
        yield f"  next: {', '.join(f'{kind}/{label}.toml' for label in others)}"
    if found.strange:
        yield f"  said there by nobody: {', '.join(found.strange)}"


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0
