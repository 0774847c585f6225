"""From raw text to folded tokens: any string whatever comes out as a short list of ASCII-ish words.

The steps: cut, NFKC, strip marks (zalgo), fold case and look-alikes, open contractions, write numbers as
words. Nothing here raises, whatever the text.
"""

import re
import unicodedata
from typing import Final

from bot.domain.understanding import english

# Characters looked at; a Discord question that needs more than this is not a question.
LONGEST: Final = 400
# Tokens kept: bounds the time of everything downstream.
MOST_TOKENS: Final = 60

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?")
_STRETCHED = re.compile(r"(.)\1{2,}")
_POINTS = re.compile(r"\b(?:[a-z]\.){2,}")


def fold(text: str) -> str:
    """Return the text in lower case, without marks, look-alikes or stretched letters; at most LONGEST long."""
    composed = unicodedata.normalize("NFKC", text[:LONGEST])
    bare = "".join(
        ch
        for ch in unicodedata.normalize("NFD", composed.casefold())
        if unicodedata.category(ch) not in ("Mn", "Cf", "Me")
    )
    return _STRETCHED.sub(r"\1\1", bare.translate(english.HOMOGLYPHS))[:LONGEST]


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


def tokens(text: str) -> list[str]:
    """Return the folded words of the text in order, at most MOST_TOKENS; words have no apostrophes."""
    folded = _POINTS.sub(lambda m: m.group().replace(".", ""), fold(text).replace("&", " and "))
    words: list[str] = []
    for match in _WORD.finditer(folded):
        token = english.NUMBERS.get(match.group()) or _opened(match.group())
        words.extend(part.replace("'", "") for part in token.split())
        if len(words) >= MOST_TOKENS:
            break
    return words[:MOST_TOKENS]


def stem(word: str) -> str:
    """Return the word without its commonest endings: a light cut of Porter's algorithm (1980), steps 1 and 5a.

    Over-stemming would join what tells two facts apart, so derivational endings stay.
    """
    irregular = english.IRREGULAR.get(word)
    if irregular is not None:
        return irregular
    size = len(word)
    if size <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and size > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if (
            word.endswith(ending)
            and len(word) - len(ending) >= 3
            and any(v in "aeiouy" for v in word[: -len(ending)])
        ):
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    else:
        if word.endswith("ly") and len(word) > 5:
            word = word[:-2]
    if word.endswith("e") and len(word) > 4:
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word
