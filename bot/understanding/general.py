"""What every lesson learns besides its own: texts about other matters, and everyday words that mean much the same.

Both are lists beside this module that came with the program and are about no announcement.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.understanding.reading import stem, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TEXTS: Final = Path(__file__).with_name("general.txt")
_THESAURUS: Final = Path(__file__).with_name("thesaurus.txt")
# Stands before the name of a general concept: no announcement's own has this name.
_MARK: Final = "~"

Concept = tuple[str, tuple[str, ...]]


def digest() -> str:
    """Return a hash over both lists: who learnt from others learns again."""
    return hashlib.blake2b(_TEXTS.read_bytes() + _THESAURUS.read_bytes(), digest_size=8).hexdigest()


def texts() -> tuple[str, ...]:
    """Return texts that no announcement answers: questions, chatter, and what people say, true and false."""
    return tuple(_lines(_TEXTS))


def concepts(own: Iterable[tuple[str, Sequence[str]]]) -> tuple[Concept, ...]:
    """Return the concepts of everyday English, without the forms that an announcement's `own` concepts have."""
    taken = {_key(form) for _, forms in own for form in forms}
    found = []
    for line in _lines(_THESAURUS):
        name, _, listed = line.partition(": ")
        forms = tuple(form for form in listed.split(", ") if _key(form) not in taken)
        found.append((_MARK + name, forms))
    return tuple(found)


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def _key(form: str) -> tuple[str, ...]:
    return tuple(map(stem, tokens(form)))
