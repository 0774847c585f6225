"""Which answers back each other: facts whose quotes share sentences do no harm in each other's place."""

import re
from collections.abc import Sequence

import numpy as np

from bot.domain.understanding.vocabulary import Floats

_END = re.compile(r"(?<=[.!?…])[\"”']?\s+(?=[\"“'(A-Z–—])")


def sentences(text: str) -> frozenset[str]:
    """Return the text's sentences with white space made plain."""
    return frozenset(part.strip(' "“”') for part in _END.split(" ".join(text.split())) if part.strip(' "“”'))


def backing(quotes: Sequence[Sequence[str]]) -> Floats:
    """Return a square matrix: how much (0 to 1) of what answer `column` shows is shown by answer `row` too.

    `quotes` holds each answer's quote texts. An answer without quotes backs only itself.
    """
    shown = [frozenset[str]().union(*map(sentences, texts)) for texts in quotes]
    matrix = np.eye(len(shown), dtype=np.float32)
    for row, mine in enumerate(shown):
        for column, theirs in enumerate(shown):
            if theirs and row != column:
                matrix[row, column] = len(mine & theirs) / len(theirs)
    return matrix
