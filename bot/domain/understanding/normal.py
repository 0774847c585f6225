"""From raw text to folded tokens: any string whatever comes out as a short list of ASCII-ish words.

The steps: cut, NFKC, strip marks (zalgo), fold case and look-alikes, open contractions, write numbers as
words. Nothing here raises, whatever the text.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import islice
from typing import Final

from bot.domain.understanding import english

# Characters looked at; a Discord question that needs more than this is not a question.
LONGEST: Final = 400
# Characters looked for in a text, marks and all.
_SCANNED: Final = 4_000
# Tokens kept: bounds the time of everything downstream.
MOST_TOKENS: Final = 60

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?")
_STRETCHED = re.compile(r"(.)\1{2,}")
_POINTS = re.compile(r"\b(?:[a-z]\.){2,}")


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Cf", "Me") or unicodedata.combining(character) != 0


def fold(text: str) -> str:
    """Return the text in lower case, without marks, look-alikes or stretched letters; at most LONGEST long."""
    if text.isascii():
        return _STRETCHED.sub(r"\1\1", text[:LONGEST].lower().replace("`", "'"))
    # Marks go first, so that a text that is full of them is no shorter, nor takes long to put in order.
    seen = "".join(islice((ch for ch in text[:_SCANNED] if not _is_mark(ch)), LONGEST))
    composed = unicodedata.normalize("NFKC", seen)[:LONGEST]
    bare = "".join(ch for ch in unicodedata.normalize("NFD", composed.casefold()) if not _is_mark(ch))
    return _STRETCHED.sub(r"\1\1", bare.translate(english.HOMOGLYPHS))[:LONGEST]


# Words whose folding and stem are remembered: learning meets the same ones over and over.
_REMEMBERED: Final = 4_096


def _opened(token: str) -> str:
    whole = english.CONTRACTIONS.get(token)
    if whole is not None:
        return whole
    if "'" in token:
        for ending, opened in english.ENDINGS:
            if token.endswith(ending) and len(token) > len(ending):
                return token[: -len(ending)] + opened
        return token.replace("'", "")
    return english.CHAT.get(token, token)


@lru_cache(_REMEMBERED)
def _parts(token: str) -> tuple[str, ...]:
    opened = english.NUMBERS.get(token) or _opened(token)
    return tuple(part.replace("'", "") for part in opened.split())


def tokens(text: str) -> list[str]:
    """Return the folded words of the text in order, at most MOST_TOKENS; words have no apostrophes."""
    folded = fold(text).replace("&", " and ")
    if "." in folded:
        folded = _POINTS.sub(lambda m: m.group().replace(".", ""), folded)
    words: list[str] = []
    for token in _WORD.findall(folded):
        words.extend(_parts(token))
        if len(words) >= MOST_TOKENS:
            break
    return words[:MOST_TOKENS]


def is_number(word: str) -> bool:
    """Whether a folded word is a number, in digits or in letters."""
    return word.isdigit() or word in english.NUMERALS


# The least that an ending must leave of a word.
_LEAST_LEFT: Final = 3
_SHORT: Final = 4


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > _SHORT:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _bare(word: str) -> str:
    for ending in ("ing", "ed"):
        left = word.removesuffix(ending)
        if left != word and len(left) >= _LEAST_LEFT and any(letter in "aeiouy" for letter in left):
            return left[:-1] if len(left) > _LEAST_LEFT and left[-1] == left[-2] and left[-1] not in "lsz" else left
    return word.removesuffix("ly") if len(word) > _SHORT + 1 else word


@lru_cache(_REMEMBERED)
def stem(word: str) -> str:
    """Return the word without its commonest endings: a light cut of Porter's algorithm (1980), steps 1 and 5a.

    Over-stemming would join what tells two facts apart, so derivational endings stay.
    """
    irregular = english.IRREGULAR.get(word)
    if irregular is not None:
        return irregular
    if len(word) <= _LEAST_LEFT or not word.isalpha():
        return word
    word = _bare(_singular(word))
    if word.endswith("e") and len(word) > _SHORT:
        word = word[:-1]
    return word[:-1] + "i" if len(word) > _LEAST_LEFT and word.endswith("y") else word
