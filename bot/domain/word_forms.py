"""Texts found by the words that carry meaning, in whatever form they stand: 'holding hands' in 'they held hands'."""

from __future__ import annotations

from itertools import pairwise
from math import log
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.domain.understanding import english
from bot.domain.understanding.normal import stem, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

_STOP: Final = frozenset(stem(word) for word in english.STOP) | english.STOP | {"else"}
# What makes another verb of a verb: to break up is not to break.
_PARTICLES: Final = frozenset("up out off down back away".split())
# A text that lacks some of the words is near when it holds this many of them, and this much of their weight.
_FEWEST: Final = 2
_MOST: Final = 0.6


class Held(NamedTuple):
    """The places of the texts that hold the words, best first; `whole` says that each holds all of them.

    `chatty` says that most of what was typed carries no meaning: a sentence, of which a few words say little.
    """

    places: tuple[int, ...]
    whole: bool
    chatty: bool = False


class WordForms:
    """An index of texts by the stems of their words, without those that carry no subject."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._lengths = [len(text) for text in texts]
        self._places: dict[str, set[int]] = {}
        for place, text in enumerate(texts):
            for form in _forms(text):
                self._places.setdefault(form, set()).add(place)

    def search(self, text: str) -> Held:
        """Return the texts with all words of `text`, or else those with most of them; none for stop words alone.

        A word weighs the more the fewer texts hold it, and most when none does: what is special about a search
        must not be what is missing.
        """
        wanted = meaningful(text)
        met: dict[int, float] = {}
        counts: dict[int, int] = {}
        total = 0.0
        for form in wanted:
            places = self._places.get(form, set())
            weight = log((len(self._lengths) + 1) / (len(places) + 1))
            total += weight
            for place in places:
                met[place] = met.get(place, 0.0) + weight
                counts[place] = counts.get(place, 0) + 1
        whole = [place for place in met if counts[place] == len(wanted)]
        near = [place for place in met if counts[place] >= _FEWEST and met[place] >= _MOST * total]
        # Of equal ones the shortest says it most plainly.
        best = sorted(whole or near, key=lambda place: (-met[place], self._lengths[place], place))
        return Held(tuple(best), bool(whole), 2 * len(wanted) < len(tokens(text)))


def _forms(text: str) -> frozenset[str]:
    """Return the stems of a text that carry meaning, and its verbs with their particles."""
    stems = [stem(word) for word in tokens(text)]
    return frozenset((*(form for form in stems if form not in _STOP), *_verbs(stems).values()))


def meaningful(text: str) -> frozenset[str]:
    """Return what a text must hold to be found: of a verb with a particle, both together."""
    stems = [stem(word) for word in tokens(text)]
    verbs = _verbs(stems)
    return frozenset(verbs.get(at, form) for at, form in enumerate(stems) if at in verbs or form not in _STOP)


def _verbs(stems: Sequence[str]) -> dict[int, str]:
    """Return the verbs that have a particle after them, both in one, by their places."""
    return {
        at: f"{form} {after}"
        for at, (form, after) in enumerate(pairwise(stems))
        if after in _PARTICLES and form not in _STOP
    }
