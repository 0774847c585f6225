"""A sheet to draw on: it measures what it is given and lets nothing out over its margin."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

from PIL import Image, ImageDraw

from bot.domain.errors import CanonkeeperError
from bot.services.pictures.colour import READABLE, channels, contrast
from bot.services.pictures.faces import SCALE, Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.pictures.faces import Faces, Style

# Flat colours and the soft edges of their letters: more colours than this the eye does not miss.
_PALETTE = 96
# zlib's usual level: level 9 takes four times as long for a twentieth of the size.
_COMPRESSION = 6


class UndrawableError(CanonkeeperError):
    """A text has letters that the typeface lacks, or is too long to be legible; it is better read as text."""


class Sheet:
    """A picture in the making. All measures are pixels of the finished picture."""

    def __init__(self, faces: Faces, width: int, height: int, ground: int, margin: int) -> None:
        self.faces = faces
        self.ground = ground
        self.safe = Box(margin, margin, width - margin, height - margin)
        self.texts: list[tuple[str, Box]] = []
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), channels(ground))
        self._draw = ImageDraw.Draw(self._image)

    def text(
        self,
        at: tuple[float, float],
        text: str,
        style: Style,
        colour: int,
        *,
        align: Literal["left", "middle", "right"] = "left",
        ground: int | None = None,
    ) -> float:
        """Set one line on the base line through `at`; return how far it advances.

        Raises UndrawableError where a letter is missing or the ink would leave the safe area, and
        AssertionError for a colour that could not be read on its ground: that is a mistake of the caller's.
        """
        if missing := self.faces.missing(text, style.face):
            raise UndrawableError(f"The card's typeface has no letter for {missing[:5]}.")
        assert contrast(colour, self.ground if ground is None else ground) >= READABLE, f"unreadable: {text}"  # noqa: S101
        advance = self.faces.width(text, style)
        x = at[0] - {"left": 0.0, "middle": advance / 2, "right": advance}[align]
        box = self.faces.box(text, style).moved(x, at[1])
        if not box.within(self.safe):
            raise UndrawableError("That text is too long for a picture.")
        self.texts.append((text, box))
        self._draw.text(
            (x * SCALE, at[1] * SCALE), text, font=self.faces.font(style), fill=channels(colour), anchor="ls"
        )
        return advance

    def ornament(self, at: tuple[float, float], mark: str, style: Style, colour: int) -> None:
        """Draw a mark that is there to be looked at, not read."""
        self._draw.text(
            (at[0] * SCALE, at[1] * SCALE), mark, font=self.faces.font(style), fill=channels(colour), anchor="ls"
        )

    def bar(self, box: Box, colour: int, radius: float = 0.0) -> None:
        """Fill a rectangle; `radius` rounds its corners. An empty one leaves no mark."""
        if box.right <= box.left or box.bottom <= box.top:
            return
        left, top, right, bottom = (edge * SCALE for edge in box)
        # Pillow counts the last pixel in.
        self._draw.rounded_rectangle((left, top, right - 1, bottom - 1), radius * SCALE, fill=channels(colour))

    def disc(self, centre: tuple[float, float], radius: float, colour: int) -> None:
        """Fill a circle."""
        x, y = centre
        self.bar(Box(x - radius, y - radius, x + radius, y + radius), colour, radius)

    def stroke(self, points: Sequence[tuple[float, float]], thickness: float, colour: int) -> None:
        """Draw a line through the points."""
        self._draw.line(
            [(x * SCALE, y * SCALE) for x, y in points], fill=channels(colour), width=round(thickness * SCALE)
        )

    def png(self) -> bytes:
        """Return the finished picture as PNG, in as few colours as it needs."""
        small = self._image.reduce(SCALE)
        few = small.quantize(_PALETTE, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        out = io.BytesIO()
        few.save(out, "PNG", compress_level=_COMPRESSION)
        return out.getvalue()
