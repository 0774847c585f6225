"""Whether a text asserts a claim or denies it: decided explicitly, by negations and by what was learnt.

Logistic regression over hashed features (Weinberger et al. 2009, 'Feature hashing'), learnt from the sentences
in the data that assert or deny each claim. It knows both what denies anything ('not', 'never') and what denies
one claim ('let them' where the claim is that they were forbidden).
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final, Literal, Self

import numpy as np

from bot.domain.canon.roster import words_of
from bot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Stance = Literal["asserts", "denies", "unclear"]

_NEGATIONS: Final = frozenset(
    """
    not no never none nobody nothing neither nor without aint isnt arent wasnt werent dont doesnt didnt cant
    cannot couldnt wont wouldnt shouldnt hasnt havent hadnt false untrue wrong fake myth hardly nope nah lie
    lies denied refuted bs
    """.split()
)
# 'not only', 'no doubt', 'not just' assert what follows; so do questions that open with a negation.
_ASSERTING: Final = re.compile(
    r"\b(?:not (?:only|just)|no (?:doubt|debate|denying|question|wonder|less)|cant deny|not a lie|no lie|why not)\b"
)
_AUXILIARY: Final = """
    isnt arent wasnt werent dont doesnt didnt cant couldnt wont wouldnt shouldnt hasnt havent hadnt aint
    """.split()
_OPENING: Final = re.compile(rf"(?:^|\b(?:but|so|and|wait|hey|like|um|ok) )(?:{'|'.join(_AUXILIARY)}) ")
_INVERTED: Final = re.compile(
    r"(?:^|\b(?:but|so|and|wait|hey|ok) )(?:is|are|was|were|do|does|did|can|could|has|have|had) (?:\w+ ){1,4}?not\b"
)
_TAGGED: Final = re.compile(r"(?:,\s*(?:\w+(?:n't|nt)?\s+(?:it|they|he|she|we|you)|right|no|correct)|\bor not)\s*\?*$")

_QUESTION: Final = re.compile(r"(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would)\b|.*\?$", re.DOTALL)

# Features fall into so many places; of a few tens of thousands of features, hardly two that matter meet.
_PLACES: Final = 1 << 17
# How many words after a negation are taken to be negated by it.
_SCOPE: Final = 3
# How far from even the odds must be to be believed, as their logarithm: 0.5 is 62 to 38.
_CLEAR: Final = 0.5
_CLEAR_IN_QUESTION: Final = 2.0
_STEM: Final = 6
_ROUNDS: Final = 250
_DECAY: Final = 1e-7
# Denials are the fewer; missing one weighs as much more.
_DENIAL_WEIGHT: Final = 1.3


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
    """What was learnt of how claims are asserted and denied.

    `folds` leads from a word to its concept, so that words that mean the same count as one.
    """

    def __init__(self, weights: npt.NDArray[np.floating], folds: Mapping[str, str]) -> None:
        self._weights = weights
        self._folds = folds

    @classmethod
    def from_bytes(cls, blob: bytes, folds: Mapping[str, str]) -> Self:
        """Read what `learn_stances` gave."""
        return cls(np.frombuffer(blob, np.float16), folds)

    def of(self, text: str, claim: str) -> Stance:
        """Return whether `text` asserts or denies the claim with this id."""
        places = _places(text, claim, self._folds)
        odds = float(self._weights[places].astype(np.float64).sum() / np.sqrt(len(places)))
        # Who asks without a 'not' hardly ever denies.
        bar = _CLEAR_IN_QUESTION if _QUESTION.match(fold(text).strip()) and not negated(text) else _CLEAR
        if -_CLEAR < odds < bar:
            return "unclear"
        return "denies" if odds > 0 else "asserts"


def learn_stances(examples: Sequence[tuple[str, str, bool]], folds: Mapping[str, str]) -> bytes:
    """Return the weights learnt from (text, claim id, whether it denies the claim), as 16-bit floats.

    Equal examples give equal bytes: there is no chance in it. AdaGrad (Duchi et al. 2011) over all at once.
    """
    weights = np.zeros(_PLACES)
    if not examples:
        return weights.astype(np.float16).tobytes()
    rows = [_places(text, claim, folds) for text, claim, _ in examples]
    row_of = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    places = np.concatenate(rows)
    share = np.concatenate([np.full(len(row), 1 / np.sqrt(len(row))) for row in rows])
    denies = np.array([denial for _, _, denial in examples], np.float64)
    importance = np.where(denies == 1, _DENIAL_WEIGHT, 1.0)
    seen = np.full(_PLACES, 1e-8)
    for _ in range(_ROUNDS):
        odds = np.bincount(row_of, share * weights[places], len(rows))
        error = (1 / (1 + np.exp(-odds)) - denies) * importance
        slope = np.bincount(places, share * error[row_of], _PLACES) + _DECAY * len(rows) * weights
        seen += slope * slope
        weights -= slope / np.sqrt(seen)
    return weights.astype(np.float16).tobytes()


def _places(text: str, claim: str, folds: Mapping[str, str]) -> npt.NDArray[np.int64]:
    hashed = {zlib.crc32(feature.encode()) % _PLACES for feature in _features(text, claim, folds)}
    return np.array(sorted(hashed), np.int64)


def _features(text: str, claim: str, folds: Mapping[str, str]) -> Iterator[str]:
    """Yield what may tell a denial: for any claim, and for this one."""
    words = [folds.get(word, word) for word in words_of(text)]
    negative = negated(text)
    yield from ("bias", f"claim {claim}", f"negated {negative}", f"negated {negative} {claim}", f"asks {'?' in text}")
    yield f"negations {sum(word in _NEGATIONS for word in words)}"
    yield f"first {words[0] if words else ''}"
    scope = 0
    for at, word in enumerate(words):
        stem, following = word[:_STEM], words[at + 1][:_STEM] if at + 1 < len(words) else "$"
        yield from (f"word {stem}", f"word {stem} {claim}", f"{negative} {stem} {claim}")
        yield from (f"pair {stem} {following}", f"pair {stem} {following} {claim}")
        if word in _NEGATIONS:
            scope = _SCOPE
            yield f"negation {word} {claim}"
        elif scope:
            scope -= 1
            yield from (f"within {stem}", f"within {stem} {claim}")
        else:
            yield f"without {stem} {claim}"
