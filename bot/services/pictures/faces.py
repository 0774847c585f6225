"""The serif faces, measured and checked for the letters they have.

Source Serif Pro by Frank Griesshammer for Adobe, under the SIL Open Font License 1.1; the licence lies beside the
files in the package `font-source-serif-pro`.
"""

from __future__ import annotations

import enum
import io
from importlib import resources
from typing import NamedTuple

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
