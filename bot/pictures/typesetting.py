"""Setting text: fonts, and lines that fit."""

from __future__ import annotations

import enum
import io
import re
import unicodedata
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PIL import ImageFont

# Pictures are set at twice their size and halved at the end: letters then stand at half pixels, evenly apart.
SCALE = 2
# A noncharacter of Unicode (section 23.7): no font has it, so it shows what stands for a missing letter.
_NOWHERE = "\U0010ffff"
# Letters are compared at this size, in pixels: large enough that no two differ only in what got lost.
_COMPARED = 48


class Face(enum.Enum):
    """A cut of the typeface, by its file."""

    TEXT = "SourceSerifPro-Regular.otf"
    TITLE = "SourceSerifPro-It.otf"
    STRONG = "SourceSerifPro-Semibold.otf"


class Style(NamedTuple):
    """A face at a size, in pixels of the finished picture."""

    face: Face
    size: int


class Box(NamedTuple):
    """A rectangle in pixels of the finished picture; `right` and `bottom` are just outside it."""

    left: float
    top: float
    right: float
    bottom: float

    def moved(self, x: float, y: float) -> Box:
        """Return the box moved by (x, y)."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def within(self, other: Box) -> bool:
        """Return whether all of this box lies in the other."""
        return (
            self.left >= other.left
            and self.top >= other.top
            and self.right <= other.right
            and self.bottom <= other.bottom
        )

    def overlaps(self, other: Box) -> bool:
        """Return whether the two boxes share any area."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class Faces:
    """The fonts that were opened so far. Not for two threads at once: FreeType's faces keep state."""

    def __init__(self) -> None:
        self._files: dict[Face, bytes] = {}
        self._fonts: dict[Style, ImageFont.FreeTypeFont] = {}
        self._plain: dict[Face, tuple[ImageFont.FreeTypeFont, bytes]] = {}
        self._has: dict[tuple[Face, str], bool] = {}

    def font(self, style: Style) -> ImageFont.FreeTypeFont:
        """Return the font for drawing, SCALE times as large as the style says."""
        if style not in self._fonts:
            from PIL import ImageFont  # noqa: PLC0415 - 4 MiB that only drawing needs

            self._fonts[style] = ImageFont.truetype(io.BytesIO(self._file(style.face)), style.size * SCALE)
        return self._fonts[style]

    def width(self, text: str, style: Style) -> float:
        """Return how far the text advances, in pixels."""
        return self.font(style).getlength(text) / SCALE

    def box(self, text: str, style: Style) -> Box:
        """Return where the text's ink lies about the start of its base line, in pixels."""
        return Box(*(edge / SCALE for edge in self.font(style).getbbox(text, anchor="ls")))

    def missing(self, text: str, face: Face) -> str:
        """Return the characters of the text that the face has no letter for, each once, in order."""
        return "".join(dict.fromkeys(character for character in text if not self._drawn(character, face)))

    def _drawn(self, character: str, face: Face) -> bool:
        if character == " ":
            return True
        if (face, character) not in self._has:
            if face not in self._plain:
                # Without shaping, which would hide letters that are meant to be unseen.
                from PIL import ImageFont  # noqa: PLC0415 - as above

                font = ImageFont.truetype(io.BytesIO(self._file(face)), _COMPARED, layout_engine=ImageFont.Layout.BASIC)
                self._plain[face] = font, _ink(font, _NOWHERE)
            font, nowhere = self._plain[face]
            self._has[face, character] = _ink(font, character) not in (nowhere, b"")
        return self._has[face, character]

    def _file(self, face: Face) -> bytes:
        if face not in self._files:
            self._files[face] = (resources.files("font_source_serif_pro") / "files" / face.value).read_bytes()
        return self._files[face]


def _ink(font: ImageFont.FreeTypeFont, character: str) -> bytes:
    """Return the character's drawn shape; nothing for one that leaves no ink."""
    mask = font.getmask(character)
    return bytes(mask) if mask.getbbox() else b""


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
            cost = ((width - used) / width) ** 2 + _penalty(pieces, start, end, used / width)
            options.append((cost + best[end][0], end))
        best[start] = min(options)
    breaks, at = [], best[0][1]
    while at < count:
        breaks.append(at)
        at = best[at][1]
    return breaks, best[0][0]


def _penalty(pieces: Sequence[Piece], start: int, end: int, filled: float) -> float:
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
