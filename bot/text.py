"""Small helpers for text: one spelling for comparison, sentences, and cutting to a length."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

# Letters that look like Latin ones, after case folding: of other scripts (Unicode's confusables.txt, the part met in
# chats), with a stroke, and small capitals; and what is typed for an apostrophe. Why no library knows them for us is
# told in docs/decisions/text.md.
_LOOKALIKES: Final = str.maketrans(
    {
        look_alike: letter
        for letter, look_alikes in {
            "a": "аαɑᴀ", "b": "вβʙ", "c": "сᴄ", "d": "ԁđᴅ", "e": "еεᴇ", "f": "ꜰ", "g": "ɡɢ", "h": "һнʜ",
            "i": "іιıɪ", "j": "јᴊ", "k": "кκᴋ", "l": "ӏłʟ", "m": "мᴍ", "n": "пηɴ", "o": "оοøᴏ", "p": "рρᴘ",
            "q": "ԛ", "r": "ʀ", "s": "ѕꜱ", "t": "тτᴛ", "u": "υᴜ", "v": "νѵᴠ", "w": "ԝᴡ", "x": "хχ", "y": "уʏ",
            "z": "ᴢ", "'": "`\u2018\u2019\u02bc\u2032\u00b4",
        }.items()
        for look_alike in look_alikes
    }
)  # fmt: skip
# Marks that stand on other characters, and signs that are not seen (Unicode's general categories). A few marks
# have a category of their own, but a combining class like the others.
_UNSEEN = frozenset({"Mn", "Me", "Cf"})
# How much of a text is looked at: as much as a message of Discord's holds at most.
LONGEST: Final = 4_000
# By how much folding may make a text longer: signs that stand for words do, and none needs more than this.
_GROWTH, _LEAST = 2, 32
_NOT_WORD = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# Characters of which is remembered whether they are marks: a text has few different ones.
_REMEMBERED = 4_096
# A full stop after one of these ends no sentence.
_ABBREVIATION = re.compile(r"\b(?:vs|mr|mrs|ms|dr|st|jr|e\.g|i\.e)\.$", re.IGNORECASE)
# So many letters are enough to tell: the longest of them, its full stop, and what stands before it.
_ABBREVIATED = 5
_SENTENCE = re.compile(r"(?<=[.?!\u2026])[\"\u201d'\u2019)\]]*\s+")
# What ends a part of a typed message, and what ends no more than a clause of one.
SENTENCE_ENDS: Final = ".!?;"
CLAUSE_ENDS: Final = f"{SENTENCE_ENDS}:,"


def fold(text: str, longest: int = LONGEST) -> str:
    """Return `text` in small letters without diacritics, invisible signs, width forms and look-alike letters.

    Of what is seen the first `longest` characters count, and no more come out, so that no text takes long: one
    character may become 18 (U+FDFA), and the marks on one letter are sorted in quadratic time (UAX #15).
    """
    if text.isascii():
        return text[:longest].lower().translate(_LOOKALIKES)
    longest = min(longest, _GROWTH * len(text) + _LEAST)
    seen = (character for character in text[:LONGEST] if not is_mark(character))
    # An acute accent that stands alone is an apostrophe, which is lost when it is decomposed.
    bare = "".join(itertools.islice(seen, longest)).translate(_LOOKALIKES)
    # Decomposed before and after: some width forms are capitals only once they are decomposed.
    decomposed = unicodedata.normalize("NFKD", bare)[:longest].casefold()
    decomposed = unicodedata.normalize("NFKD", decomposed)
    plain = "".join(character for character in decomposed if not is_mark(character))
    return plain.translate(_LOOKALIKES)[:longest]


@functools.lru_cache(_REMEMBERED)
def is_mark(character: str) -> bool:
    """Tell whether a character stands on another one, or is not seen."""
    return unicodedata.category(character) in _UNSEEN or unicodedata.combining(character) != 0


def normalise(text: str, longest: int = LONGEST) -> str:
    """Return the words of `text` folded and joined by one space: the form in which names are compared.

    Of what is seen the first `longest` characters count.
    """
    return _NOT_WORD.sub(" ", fold(text, longest).replace("'", "")).strip()


def words(text: str, longest: int = LONGEST) -> list[str]:
    """Return the words of `text`, folded, with the apostrophes in them; the first `longest` characters count."""
    return _WORD.findall(fold(text, longest))


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of prose, split after . ? ! or an ellipsis with its closing marks.

    Joined by the white space that stood between them, they give the text again.
    """
    found, start = [], 0
    for match in _SENTENCE.finditer(text):
        # What follows a sentence's end starts a new one only with a capital, a digit or a quotation mark.
        following = text[match.end() : match.end() + 1]
        if following and not (following.isupper() or following.isdigit() or following in "\"\u201c'\u2018(["):
            continue
        if _ABBREVIATION.search(text[max(start, match.start() - _ABBREVIATED) : match.start()]):
            continue
        found.append(text[start : match.end()].rstrip())
        start = match.end()
    if rest := text[start:].strip():
        found.append(rest)
    return tuple(found)


def message_parts(text: str, ends: str = SENTENCE_ENDS) -> list[str]:
    """Return the parts of a typed message, split after the marks in `ends` and where lines end.

    Unlike in prose, what follows need not begin with a capital.
    """
    return [part for part in re.split(rf"(?<=[{ends}])\s+|\n+", text.strip()) if part]


def counted(number: int, what: str) -> str:
    """Return how many there are of something whose plural is regular: '1 hour', '2 hours'."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def fitting(lines: Sequence[str], room: int) -> Sequence[str]:
    """Return the first of `lines` that fit whole into `room` characters, each with the line break after it."""
    shown = 0
    while shown < len(lines) and len(lines[shown]) < room:
        room -= len(lines[shown]) + 1
        shown += 1
    return lines[:shown]


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, cut at the end of a word and ended by an ellipsis."""
    if len(text) <= max(limit, 0):
        return text
    if limit < 1:
        return ""
    head = text[: limit - 1]
    whole = text[limit - 1].isspace() or head[-1:].isspace()
    at_word = head.rsplit(None, 1)[0] if not whole and " " in head[limit // 2 :] else head
    return at_word.rstrip(" ,;:\u2013\u2014-") + "\u2026"


def tail(text: str, limit: int) -> str:
    """Return the end of `text` in at most `limit` characters, begun by an ellipsis where something is left out."""
    if len(text) <= max(limit, 0):
        return text
    if limit < 1:
        return ""
    end = text[len(text) - limit + 1 :]
    whole = text[len(text) - limit].isspace() or end[:1].isspace()
    at_word = end.split(None, 1)[1] if not whole and " " in end[: limit // 2].rstrip() else end
    return "\u2026" + at_word.lstrip()
