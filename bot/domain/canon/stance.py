"""Whether a text asserts a claim or denies it: decided explicitly, by its words and by learnt examples."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.domain.canon.roster import words_of
from bot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NEGATIONS: Final = frozenset(
    """
    not no never none nobody nothing neither nor without aint isnt arent wasnt werent dont doesnt didnt cant
    cannot couldnt wont wouldnt shouldnt hasnt havent hadnt false untrue wrong fake myth hardly nope nah lie
    lies denied refuted bs
    """.split()
)
# 'not only', 'no doubt', 'not just' assert what follows; so do questions that open with a negation.
_ASSERTING: Final = re.compile(
    r"\b(?:not (?:only|just)|no (?:doubt|denying|question|wonder|less)|cant deny|not a lie|no lie|why not)\b"
)
_AUXILIARY: Final = """
    isnt arent wasnt werent dont doesnt didnt cant couldnt wont wouldnt shouldnt hasnt havent hadnt aint
    """.split()
_OPENING: Final = re.compile(rf"(?:^|\b(?:but|so|and|wait|hey|like|um|ok) )(?:{'|'.join(_AUXILIARY)}) ")
_INVERTED: Final = re.compile(
    r"(?:^|\b(?:but|so|and|wait|hey|ok) )(?:is|are|was|were|do|does|did|can|could|has|have|had) (?:\w+ ){1,4}?not\b"
)
_TAGGED: Final = re.compile(r"(?:,\s*(?:\w+(?:n't|nt)?\s+(?:it|they|he|she|we|you)|right|no|correct)|\bor not)\s*\?*$")
# How much agreeing on negation counts against sharing a word.
_NEGATION_WEIGHT = 3.0


def negated(text: str) -> bool:
    """Return whether the text as a whole denies: an odd number of negations, tags and polite forms aside."""
    plain = _TAGGED.sub("", fold(text).strip())
    words = " ".join(words_of(plain))
    words = _ASSERTING.sub(" ", words)
    words = _OPENING.sub(" ", words)
    if "?" in text:
        words = _INVERTED.sub(" ", words)
    return sum(word in _NEGATIONS for word in words.split()) % 2 == 1


class Stances:
    """Examples of one claim's assertions and denials, to which a text is compared."""

    def __init__(self, asserting: Iterable[str], denying: Iterable[str], folds: Mapping[str, str]) -> None:
        self._folds = folds
        self._examples = [(self._bag(text), negated(text), False) for text in asserting]
        self._examples += [(self._bag(text), negated(text), True) for text in denying]

    def denies(self, text: str) -> bool:
        """Return whether `text` denies the claim: as its nearest example does."""
        bag, negative = self._bag(text), negated(text)
        scored = [
            (_likeness(bag, other) * (_NEGATION_WEIGHT if negative == other_negative else 1.0), denial)
            for other, other_negative, denial in self._examples
        ]
        best = sorted(scored, key=lambda pair: -pair[0])[:3]
        weight = sum(score if denial else -score for score, denial in best)
        return weight > 0 if weight else negative

    def _bag(self, text: str) -> frozenset[str]:
        return frozenset(self._folds.get(word, word) for word in words_of(text) if word not in _NEGATIONS)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the Jaccard index of two sets of words, 0 to 1."""
    union = len(one | other)
    return len(one & other) / union if union else 0.0
