"""Concepts: phrases that mean the same are folded to one token."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.domain.understanding.normal import stem, tokens

# First letter of a concept token: no folded word begins with it.
MARK: Final = "@"


class Lexicon:
    """Replaces the longest known phrases of a token list by concept tokens (`@id`)."""

    def __init__(self, concepts: Iterable[tuple[str, Sequence[str]]]) -> None:
        self._phrases: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        meanings: dict[tuple[str, ...], list[str]] = {}
        for concept, forms in concepts:
            for form in forms:
                key = tuple(stem(token) for token in tokens(form))
                if key and MARK + concept not in meanings.setdefault(key, []):
                    meanings[key].append(MARK + concept)
        for key, ids in sorted(meanings.items(), key=lambda item: (-len(item[0]), item[0])):
            self._phrases.setdefault(key[0], []).append((key, tuple(ids)))
        self.words = frozenset(token for key in meanings for token in key)

    def units(self, stems: Sequence[str]) -> list[str]:
        """Return the stems with each longest matching phrase replaced by its concept tokens."""
        found: list[str] = []
        at = 0
        while at < len(stems):
            for key, ids in self._phrases.get(stems[at], ()):
                if tuple(stems[at : at + len(key)]) == key:
                    found.extend(ids)
                    at += len(key)
                    break
            else:
                found.append(stems[at])
                at += 1
        return found
