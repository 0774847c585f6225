"""The typographic form of a text: the same words, with the marks that a typesetter would use for them."""

from __future__ import annotations

import re
import unicodedata

# A straight mark opens at the start, after white space, and after an opening bracket, dash or mark.
_OPENING = re.compile(r"(^|[\s(\[{\u2013\u2014/\u201c\u2018-])(['\"])(?=\S)")
_OPEN = {"'": "\u2018", '"': "\u201c"}
_CLOSED = str.maketrans({"'": "\u2019", '"': "\u201d"})
# Marks that hang into the margin, so that the letters behind them stand in line.
HANGING = "\u201c\u2018\"'"


def typographic(text: str) -> str:
    """Return the text composed (NFC), on one line, its straight quotation marks and apostrophes curled."""
    one_line = " ".join(unicodedata.normalize("NFC", text).split())
    # Twice: of two marks in a row the second opens only once the first is known to.
    for _ in range(2):
        one_line = _OPENING.sub(lambda match: match[1] + _OPEN[match[2]], one_line)
    return one_line.translate(_CLOSED)


def hang(line: str) -> str:
    """Return the marks at the line's start that hang into the margin; '' for none."""
    return line[: len(line) - len(line.lstrip(HANGING))]
