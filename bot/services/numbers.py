"""A quote's number as people write it: '18', '#18', 'no. 18' (as the bot prints it), 'quote 18', '№ 18'."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 40
_NAMED = r"(?:quotes?|numbers?|num|nos?|nr|n°)\.?"
_NUMBER = re.compile(
    rf"(?:the\s+)?(?P<said>(?:{_NAMED}\s*)*#?)\s*(?P<minus>[-\u2212\u2013])?\s*(?P<number>[0-9]{{1,9}})\s*[.)]?"
)
# A bare number of more digits is rather a year, or whatever else stands in a text.
_BARE = 3


def quote_number(query: str) -> int | None:
    """Return the number of the quote that a query asks for, which need not exist; None for any other query."""
    written = _written(query)
    return int(written["number"]) * (-1 if written["minus"] else 1) if written else None


def may_be_words(query: str) -> bool:
    """Return whether a number may stand for the words of a text, too, as a year does."""
    written = _written(query)
    return written is None or not (written["said"] or written["minus"] or len(written["number"]) <= _BARE)


def _written(query: str) -> re.Match[str] | None:
    if len(query) > _LONGEST:
        return None
    return _NUMBER.fullmatch(unicodedata.normalize("NFKC", query).casefold().strip())
