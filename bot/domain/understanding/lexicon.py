"""Concepts: phrases that mean the same are folded to one token."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from bot.domain.understanding.normal import stem, tokens

# First letter of a concept token: no folded word begins with it.
MARK: Final = "@"


class Lexicon:
    """Replaces the longest known phrases of a token list by concept tokens (`@id`)."""

    def __init__(self, concepts: Iterable[tuple[str, Sequence[str]]]) -> None:
        meanings: dict[tuple[str, ...], list[str]] = {}
        for concept, forms in concepts:
            for form in forms:
                key = tuple(stem(token) for token in tokens(form))
                if key and MARK + concept not in meanings.setdefault(key, []):
                    meanings[key].append(MARK + concept)
        self._meanings = {key: tuple(ids) for key, ids in meanings.items()}
        # For each first word, how long the phrases are that begin with it, longest first.
        self._lengths = {
            first: sorted({len(key) for key in keys}, reverse=True)
            for first, keys in groupby(sorted(meanings), key=itemgetter(0))
        }

    def units(self, stems: Sequence[str]) -> list[str]:
        """Return the stems with each longest matching phrase replaced by its concept tokens."""
        found: list[str] = []
        at = 0
        while at < len(stems):
            for length in self._lengths.get(stems[at], ()):
                ids = self._meanings.get(tuple(stems[at : at + length]))
                if ids:
                    found.extend(ids)
                    at += length
                    break
            else:
                found.append(stems[at])
                at += 1
        return found
