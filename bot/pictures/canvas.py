"""What pictures are drawn on: the sheet, its colours, and its look."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

from bot.errors import CanonkeeperError
from bot.pictures.typesetting import SCALE, Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.pictures.typesetting import Faces, Style

WHITE = 0xFFFFFF
BLACK = 0x000000
# WCAG 2.2, success criterion 1.4.3: the contrast of text, as a ratio to 1.
READABLE = 4.5

# sRGB's transfer curve and the weights of its primaries (WCAG 2.2, 'relative luminance').
_LINEAR_BELOW, _LINEAR_SLOPE = 0.04045, 12.92
_OFFSET, _GAMMA = 0.055, 2.4
_WEIGHTS = (0.2126, 0.7152, 0.0722)
_STEPS = 50


def channels(colour: int) -> tuple[int, int, int]:
    """Return red, green and blue, each 0 to 255."""
    return colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF


def mix(colour: int, other: int, share: float) -> int:
    """Return `colour` with a share (0 to 1) of the other in it."""
    red, green, blue = (
        round(one + (two - one) * share) for one, two in zip(channels(colour), channels(other), strict=True)
    )
    return red << 16 | green << 8 | blue


def contrast(one: int, other: int) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, 'contrast ratio')."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: int, ground: int, wanted: float = READABLE) -> int:
    """Return `colour`, darkened on a light ground or lightened on a dark one just as far as text needs."""
    towards = BLACK if contrast(BLACK, ground) >= contrast(WHITE, ground) else WHITE
    return next(
        shade
        for step in range(_STEPS + 1)
        if contrast(shade := mix(colour, towards, step / _STEPS), ground) >= wanted or step == _STEPS
    )


def _luminance(colour: int) -> float:
    return sum(weight * _linear(channel / 255) for weight, channel in zip(_WEIGHTS, channels(colour), strict=True))


def _linear(channel: float) -> float:
    if channel <= _LINEAR_BELOW:
        return channel / _LINEAR_SLOPE
    return float(((channel + _OFFSET) / (1 + _OFFSET)) ** _GAMMA)


# Pixels. Discord shows a picture about 550 of them wide on a desktop, and whole with one press: no words are set
# smaller than 23, which is then 10 or 11.
WIDTH = 1200
MARGIN = 40

_WARM = 0xFFFDF9
_NIGHT = 0x17181C
# The colour of what belongs to nobody in particular.
NEUTRAL = 0x6B7280


def paper(colour: int) -> int:
    """Return the ground: a warm white with a breath of the colour."""
    return mix(_WARM, colour, 0.05)


def ink(colour: int) -> int:
    """Return near black, leaning towards the colour."""
    return mix(_NIGHT, colour, 0.12)


def quiet(colour: int) -> int:
    """Return the ink for what is read second; readable on the paper of the same colour."""
    ground = paper(colour)
    return readable(mix(ink(colour), ground, 0.35), ground)


# Flat colours and the soft edges of their letters: more colours than this the eye does not miss.
_PALETTE = 96
# zlib's usual level: level 9 takes four times as long for a twentieth of the size.
_COMPRESSION = 6


class UndrawableError(CanonkeeperError):
    """A text has letters that the typeface lacks, or is too long to be legible; it is better read as text."""


class Sheet:
    """A picture in the making. All measures are pixels of the finished picture."""

    def __init__(self, faces: Faces, width: int, height: int, ground: int, margin: int) -> None:
        from PIL import Image, ImageDraw  # noqa: PLC0415 - 4 MiB that only drawing needs

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
        x, y = centre
        self.bar(Box(x - radius, y - radius, x + radius, y + radius), colour, radius)

    def stroke(self, points: Sequence[tuple[float, float]], thickness: float, colour: int) -> None:
        """Draw a line through the points."""
        self._draw.line(
            [(x * SCALE, y * SCALE) for x, y in points], fill=channels(colour), width=round(thickness * SCALE)
        )

    def png(self) -> bytes:
        """Return the finished picture as PNG, in as few colours as it needs."""
        from PIL import Image  # noqa: PLC0415 - as above

        small = self._image.reduce(SCALE)
        few = small.quantize(_PALETTE, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        out = io.BytesIO()
        few.save(out, "PNG", compress_level=_COMPRESSION)
        return out.getvalue()
