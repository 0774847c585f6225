"""How tests look at pictures."""

from __future__ import annotations

import io
from importlib import resources
from typing import TYPE_CHECKING

from PIL import Image, ImageFont

from bot.announcement import Quote, Source, Speaker
from bot.pictures.canvas import channels

if TYPE_CHECKING:
    from bot.pictures.canvas import Sheet
    from bot.pictures.typesetting import Face

BLUE = 0x2F6DB5


def quote(text: str, *, colour: int = BLUE, name: str = "Aya", attribution: str = "Aya", source: str = "Post") -> Quote:
    """A quote as the store would give it."""
    return Quote(
        "a-quote",
        "passage",
        text,
        (),
        speaker=Speaker("aya", name, "", f"#{colour:06X}"),
        attribution=attribution,
        source=Source("post", source, "aya"),
        start=0,
        number=1,
    )


def picture(png: bytes) -> Image.Image:
    """The pixels of a PNG."""
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image.convert("RGB")


def fault(sheet: Sheet) -> str | None:
    """What is wrong with the layout: text out of the safe area, or over other text; None for nothing."""
    for at, (text, box) in enumerate(sheet.texts):
        if not box.within(sheet.safe):
            return f"{text!r} at {box} leaves {sheet.safe}"
        for other, taken in sheet.texts[at + 1 :]:
            # Letters that follow each other may touch.
            if box._replace(right=box.right - 2).overlaps(taken):
                return f"{text!r} overlaps {other!r}"
    return None


def stained_margin(sheet: Sheet, png: bytes, *, left: int) -> bool:
    """Whether anything but the ground's colour stands above, right of, or below the safe area.

    `left` is how many pixels at the left edge are not looked at.
    """
    image = picture(png)
    width, height = image.size
    right, bottom = int(sheet.safe.right), int(sheet.safe.bottom)
    edges = ((left, 0, width, int(sheet.safe.top)), (right, 0, width, height), (left, bottom, width, height))
    ground = channels(sheet.ground)
    return any(
        max(abs(one - two) for one, two in zip(colour, ground, strict=True)) > 2
        for edge in edges
        for _, colour in image.crop(edge).getcolors(1 << 20) or ()
        if isinstance(colour, tuple)
    )


def unknown_letters(text: str, face: Face) -> set[str]:
    """The characters of a text that the face draws as it draws what it has no letter for."""
    file = resources.files("font_source_serif_pro") / "files" / face.value
    font = ImageFont.truetype(io.BytesIO(file.read_bytes()), 64, layout_engine=ImageFont.Layout.BASIC)
    nothing = bytes(font.getmask("\U0010ffff"))
    return {letter for letter in text if letter != " " and bytes(font.getmask(letter)) == nothing}
