"""Breaks a text into lines of even length, and finds the largest size at which it fits a box.

The breaks minimise a cost over all ways to break (after Knuth and Plass, 'Breaking Paragraphs into Lines', 1981),
here for ragged lines: what is left empty counts by its square, so that lines come out alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from bot.services.pictures.faces import Style
from bot.services.pictures.marks import hang

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.services.pictures.faces import Face, Faces

# A line may end after a dash or slash within a word, where two letters stand before it.
_WITHIN_WORD = re.compile(r"(?<=\w\w[-\u2013\u2014/])(?=\w)|(?<=[\u2013\u2014]{2})(?=\w)")

# What the eye minds, against 1.0 for a line that is all empty.
_LONE_WORD = 0.8
_SHORT_LAST_LINE = 0.4
_WITHIN = 0.15
_SMALL_WORD = 0.012
# A last line is short below this share of the width; a small word has at most so many letters.
_SHORT = 0.3
_SMALL = 2


class Piece(NamedTuple):
    """What stays together: a word, or a part of one up to its dash. `joined` has no space before it."""

    text: str
    width: float
    joined: bool


class Block(NamedTuple):
    """A text broken into lines; `leading` is the distance of base lines, `cost` what the eye minds."""

    lines: tuple[str, ...]
    style: Style
    leading: float
    cost: float

    @property
    def height(self) -> float:
        """The height in pixels, a full leading for each line."""
        return len(self.lines) * self.leading


def leading(size: int) -> float:
    """Return the distance of base lines for a size: small text needs relatively more."""
    return round(size * (1.42 - min(max(size - 28, 0), 56) * 0.0039), 1)


def fit(faces: Faces, text: str, face: Face, *, width: float, height: float, sizes: Sequence[int]) -> Block | None:
    """Return the text in the largest of the sizes (large to small) that fits, or in the next when it breaks better.

    Words are split only at the smallest size. None where even that does not fit.
    """
    found: Block | None = None
    for size in sizes:
        block = broken(faces, text, Style(face, size), width, split=size == sizes[-1])
        if block is None or block.height > height:
            continue
        if found is not None:
            return block if block.cost < found.cost - _SHORT_LAST_LINE / 2 else found
        found = block
    return found


def broken(faces: Faces, text: str, style: Style, width: float, *, split: bool = False) -> Block | None:
    """Return the text in lines of at most `width`; None where a word is wider and may not be split."""
    pieces = [piece for word in text.split(" ") for piece in _pieces(faces, word, style)]
    if split:
        pieces = [part for piece in pieces for part in _split(faces, piece, style, width)]
    if any(piece.width > width for piece in pieces):
        return None
    breaks, cost = _cheapest(pieces, faces.width(" ", style), width)
    lines = tuple(_line(pieces[start:end]) for start, end in zip([0, *breaks], [*breaks, len(pieces)], strict=True))
    return Block(lines, style, leading(style.size), cost)


def _pieces(faces: Faces, word: str, style: Style) -> Iterable[Piece]:
    for at, part in enumerate(_WITHIN_WORD.split(word)):
        yield Piece(part, faces.width(part, style), joined=at > 0)


def _split(faces: Faces, piece: Piece, style: Style, width: float) -> Iterable[Piece]:
    """Yield the piece in parts that fit, each as long as may be."""
    rest, joined = piece.text, piece.joined
    while faces.width(rest, style) > width and len(rest) > 1:
        low, high = 1, len(rest)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if faces.width(rest[:middle], style) <= width else (low, middle)
        yield Piece(rest[:low], faces.width(rest[:low], style), joined)
        rest, joined = rest[low:], True
    yield Piece(rest, faces.width(rest, style), joined)


def _cheapest(pieces: Sequence[Piece], space: float, width: float) -> tuple[list[int], float]:
    """Return where the cheapest breaks are (the index of each line's first piece but the first), and their cost."""
    count = len(pieces)
    best: list[tuple[float, int]] = [(0.0, count)] * (count + 1)
    for start in range(count - 1, -1, -1):
        used, options = 0.0, []
        for end in range(start + 1, count + 1):
            piece = pieces[end - 1]
            used += piece.width + (0.0 if end - 1 == start or piece.joined else space)
            if used > width and end > start + 1:
                break
            cost = ((width - used) / width) ** 2 + _minded(pieces, start, end, used / width)
            options.append((cost + best[end][0], end))
        best[start] = min(options)
    breaks, at = [], best[0][1]
    while at < count:
        breaks.append(at)
        at = best[at][1]
    return breaks, best[0][0]


def _minded(pieces: Sequence[Piece], start: int, end: int, filled: float) -> float:
    """Return what the eye minds in a line from `start` to `end` besides its emptiness."""
    if end < len(pieces):
        if pieces[end].joined:
            return _WITHIN
        return _SMALL_WORD if len(pieces[end - 1].text) <= _SMALL else 0.0
    if start == 0:
        return 0.0
    words = sum(not piece.joined for piece in pieces[start:end])
    return (_LONE_WORD if words <= 1 else 0.0) + (_SHORT_LAST_LINE if filled < _SHORT else 0.0)


def _line(pieces: Sequence[Piece]) -> str:
    return "".join(("" if piece.joined or at == 0 else " ") + piece.text for at, piece in enumerate(pieces))


def hung(faces: Faces, line: str, style: Style) -> float:
    """Return how far the line's opening marks stand out into the margin, in pixels."""
    marks = hang(line)
    return faces.width(marks, style) if marks and marks != line else 0.0
