"""Greetings, thanks, goodbyes and questions to the bot itself: what is said to a bot that asks nothing of a text.

Only a text that consists of nothing else is small talk: 'hi' is, 'hi, who wrote it?' is not.
"""

from collections.abc import Sequence
from typing import Final, Literal

from bot.domain.understanding import english

SmallTalk = Literal["greeting", "thanks", "farewell", "self"]

# More words than this are hardly a greeting.
LONGEST: Final = 14


def small_talk(words: Sequence[str]) -> SmallTalk | None:
    """Return what kind of small talk the folded words are; None for anything else."""
    if not 0 < len(words) <= LONGEST:
        return None
    left = _without_phrases(tuple(words))
    kinds = [word.kind for word in left if isinstance(word, _Said)]
    kinds += [kind for word in left if isinstance(word, str) and (kind := english.SMALL_TALK.get(word))]
    strange = [
        word
        for word in left
        if isinstance(word, str) and word not in english.SMALL_TALK and word not in english.ADDRESS
    ]
    if strange or not kinds:
        return None
    # 'Hi, who are you?' wants to know, and 'hi, thanks, bye' is a goodbye: the kind that says most.
    return max(kinds, key=_WEIGHT.__getitem__)


_WEIGHT: Final[dict[SmallTalk, int]] = {"greeting": 0, "thanks": 1, "farewell": 2, "self": 3}


class _Said:
    """A phrase of small talk in the place of its words."""

    def __init__(self, kind: SmallTalk) -> None:
        self.kind: SmallTalk = kind


def _without_phrases(words: tuple[str, ...]) -> list[str | _Said]:
    """Return the words with each known phrase, the longest first, put together."""
    found: list[str | _Said] = []
    at = 0
    while at < len(words):
        for length in range(min(english.LONGEST_PHRASE, len(words) - at), 1, -1):
            kind = english.SMALL_PHRASES.get(words[at : at + length])
            if kind is not None:
                found.append(_Said(kind))
                at += length
                break
        else:
            found.append(words[at])
            at += 1
    return found
