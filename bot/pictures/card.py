"""The quote card: the words set large, who said them and where, in the speaker's colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.pictures.canvas import MARGIN, WIDTH, Sheet, UndrawableError, ink, mix, paper, quiet, readable
from bot.pictures.typesetting import Box, Face, Style, fit, hung, typographic

if TYPE_CHECKING:
    from bot.announcement import Quote
    from bot.pictures.typesetting import Block, Faces

# Pixels. 16:9, which Discord shows whole in a message.
HEIGHT = 675
_BAND = 16
_LEFT, _RIGHT = 176, 1104
_TOP, _BOTTOM = 64, 488
# Base lines of the attribution, and the hair line above it.
_HAIR, _NAME, _SOURCE = 528, 579, 621
# Discord shows a card about 550 pixels wide on a desktop: the smallest of these is then 13 pixels high.
SIZES = (84, 76, 68, 62, 56, 51, 46, 42, 39, 36, 33, 30, 28)
_NAME_SIZES = (34, 32, 30, 28, 26)
_SOURCE_SIZES = (28, 27, 26, 25, 24)
_MARK = Style(Face.STRONG, 210)


def draw_card(faces: Faces, quote: Quote) -> Sheet:
    """Return the card of a quote. Raises UndrawableError where its words cannot be set legibly."""
    colour = quote.speaker.accent
    ground = paper(colour)
    sheet = Sheet(faces, WIDTH, HEIGHT, ground, MARGIN)
    sheet.bar(Box(0, 0, _BAND, HEIGHT), colour)
    words = typographic(quote.text)
    block = fit(faces, words, Face.TEXT, width=_RIGHT - _LEFT, height=_BOTTOM - _TOP, sizes=SIZES)
    if block is None or not words:
        raise UndrawableError("That quote is too long for a card, or holds no words.")
    _set_words(sheet, block, colour)
    sheet.bar(Box(_LEFT, _HAIR, _RIGHT, _HAIR + 1.5), mix(ground, colour, 0.35))
    _set_attribution(sheet, quote)
    return sheet


def _set_words(sheet: Sheet, block: Block, colour: int) -> None:
    """Set the lines in the middle of their space, and the large mark beside the first."""
    faces, style = sheet.faces, block.style
    # From the top of the first line's capitals to the last base line: what the eye takes for the block.
    capital = -faces.box("H", style).top
    height = capital + (len(block.lines) - 1) * block.leading
    first = (_TOP + _BOTTOM - height) / 2 + capital
    mark = faces.box("\u201c", _MARK)
    sheet.ornament((_LEFT - 34 - mark.right, first - capital - mark.top), "\u201c", _MARK, colour)
    for at, line in enumerate(block.lines):
        x = _LEFT - hung(faces, line, style)
        sheet.text((x, first + at * block.leading), line, style, ink(colour))


def _set_attribution(sheet: Sheet, quote: Quote) -> None:
    """Set the speaker in their colour with the chain behind, and beneath it the source and number."""
    colour, faces = quote.speaker.accent, sheet.faces
    name = typographic(quote.speaker.name)
    chain = typographic(quote.attribution).removeprefix(name)
    size = _widest(faces, ((name, Face.STRONG), (chain, Face.TEXT)), _NAME_SIZES)
    end = sheet.text((_LEFT, _NAME), name, Style(Face.STRONG, size), readable(colour, sheet.ground))
    if chain:
        sheet.text((_LEFT + end, _NAME), chain, Style(Face.TEXT, size), ink(colour))
    source, number = typographic(quote.source.cited), f"Quote {quote.number}" if quote.number else ""
    size = _widest(faces, ((source, Face.TITLE), (f"    {number}", Face.TEXT)), _SOURCE_SIZES)
    sheet.text((_LEFT, _SOURCE), source, Style(Face.TITLE, size), quiet(colour))
    if number:
        sheet.text((_RIGHT, _SOURCE), number, Style(Face.TEXT, size), quiet(colour), align="right")


def _widest(faces: Faces, parts: tuple[tuple[str, Face], ...], sizes: tuple[int, ...]) -> int:
    """Return the largest size at which the parts fit one line together."""
    for size in sizes:
        if sum(faces.width(text, Style(face, size)) for text, face in parts) <= _RIGHT - _LEFT:
            return size
    raise UndrawableError("The speaker's or source's name is too long for a card.")
