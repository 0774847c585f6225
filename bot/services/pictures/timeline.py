"""The timeline picture: one line through all entries, read row by row like a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.services.pictures.colour import WHITE, mix, readable
from bot.services.pictures.faces import Box, Face, Style
from bot.services.pictures.lines import Block, broken, fit, hung
from bot.services.pictures.look import MARGIN, NEUTRAL, WIDTH, ink, paper, quiet
from bot.services.pictures.marks import typographic
from bot.services.pictures.sheet import Sheet, UndrawableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.pictures.faces import Faces

# More than this would be a picture that nobody can take in; the text tells it better.
MOST = 40
_COLUMNS = 4

# Pixels.
_SIDE, _GUTTER = 64, 28
_TITLE_LINE, _FIRST_ROW = 112, 196
_RADIUS, _LINE = 18, 4
_BELOW_DISC, _BETWEEN, _ROW_GAP = 54, 8, 38
_LEGEND_TOP, _LEGEND_HEIGHT = 16, 40
_HEADING_SIZES = (50, 46, 42, 38, 34, 30)
_TITLE_SIZES = (27, 26, 25, 24, 23)
_WHEN = Style(Face.TITLE, 23)
_NUMBER = Style(Face.STRONG, 20)
_TOLD_BY = "Told by"
_LEGEND, _LEGEND_LABEL = Style(Face.TEXT, 24), Style(Face.TITLE, 24)
_LEGEND_DOT, _LEGEND_INDENT, _LEGEND_GAP = 8, 26, 40
_MOST_LINES = 6


class Step(NamedTuple):
    """An entry: when it was in the announcement's words, its title, who tells of it and in which colour."""

    when: str
    title: str
    teller: str
    colour: int


class _Cell(NamedTuple):
    when: Block
    title: Block

    @property
    def height(self) -> float:
        return _BELOW_DISC + self.when.height + _BETWEEN + self.title.height


def draw_timeline(faces: Faces, heading: str, steps: Sequence[Step]) -> Sheet:
    """Return the picture of the steps in order. Raises UndrawableError where they cannot be set legibly."""
    if not 0 < len(steps) <= MOST:
        raise UndrawableError("That is too long for one picture.")
    columns = min(_COLUMNS, len(steps))
    pitch = (WIDTH - 2 * _SIDE + _GUTTER) / columns
    cells = _set_cells(faces, steps, pitch - _GUTTER)
    rows = [range(at, min(at + columns, len(cells))) for at in range(0, len(cells), columns)]
    heights = [max(cells[at].height for at in row) for row in rows]
    legend = _legend(faces, steps)
    end = _FIRST_ROW + sum(heights) + _ROW_GAP * len(rows)
    height = round(end + len(legend) * _LEGEND_HEIGHT + MARGIN)
    sheet = Sheet(faces, WIDTH, height, paper(NEUTRAL), MARGIN)
    _set_heading(sheet, heading)
    top = float(_FIRST_ROW)
    for row, row_height in zip(rows, heights, strict=True):
        _draw_line(sheet, top, _middle(row, columns, pitch), first=row[0] == 0, last=row[-1] == len(cells) - 1)
        for at in row:
            _draw_cell(sheet, (_SIDE + at % columns * pitch, top), at + 1, steps[at], cells[at])
        top += row_height + _ROW_GAP
    _draw_legend(sheet, end, legend)
    return sheet


def _set_cells(faces: Faces, steps: Sequence[Step], width: float) -> list[_Cell]:
    """Return the texts broken into lines, the titles all at the one size that suits the longest."""
    size = _TITLE_SIZES[0]
    for step in steps:
        room = _MOST_LINES * _TITLE_SIZES[0]
        block = fit(faces, typographic(step.title), Face.STRONG, width=width, height=room, sizes=_TITLE_SIZES)
        if block is None:
            raise UndrawableError("A title is too long for the picture.")
        size = min(size, block.style.size)
    return [
        _Cell(
            _broken(faces, step.when, _WHEN, width),
            _broken(faces, step.title, Style(Face.STRONG, size), width),
        )
        for step in steps
    ]


def _broken(faces: Faces, text: str, style: Style, width: float) -> Block:
    block = broken(faces, typographic(text), style, width, split=True)
    if block is None:
        raise UndrawableError("A word is too long for the picture.")
    return block


def _set_heading(sheet: Sheet, heading: str) -> None:
    text = typographic(heading)
    fitting = fit(
        sheet.faces, text, Face.STRONG, width=WIDTH - 2 * _SIDE, height=_TITLE_LINE - MARGIN, sizes=_HEADING_SIZES
    )
    if fitting is None or len(fitting.lines) > 1:
        raise UndrawableError("The heading is too long for the picture.")
    sheet.text((_SIDE, _TITLE_LINE), text, fitting.style, ink(NEUTRAL))


def _middle(row: range, columns: int, pitch: float) -> tuple[float, float]:
    """Return the centres (x) of a row's first and last disc."""
    return _SIDE + _RADIUS, _SIDE + _RADIUS + (len(row) - 1) % columns * pitch


def _draw_line(sheet: Sheet, y: float, ends: tuple[float, float], *, first: bool, last: bool) -> None:
    """Draw a row's line: it runs out at the right edge and comes in again at the left."""
    left, right = ends[0] if first else 0.0, ends[1] if last else float(WIDTH)
    sheet.bar(Box(left, y - _LINE / 2, right, y + _LINE / 2), mix(sheet.ground, NEUTRAL, 0.45))


def _draw_cell(sheet: Sheet, at: tuple[float, float], number: int, step: Step, cell: _Cell) -> None:
    left, y = at
    colour = readable(step.colour, WHITE)
    centre = left + _RADIUS
    sheet.disc((centre, y), _RADIUS + 5, sheet.ground)
    sheet.disc((centre, y), _RADIUS, colour)
    figure = sheet.faces.box(str(number), _NUMBER)
    sheet.text((centre, y - figure.top / 2), str(number), _NUMBER, WHITE, align="middle", ground=colour)
    base = y + _BELOW_DISC
    _set_block(sheet, (left, base), cell.when, quiet(NEUTRAL))
    _set_block(sheet, (left, base + cell.when.height + _BETWEEN), cell.title, ink(NEUTRAL))


def _set_block(sheet: Sheet, at: tuple[float, float], block: Block, colour: int) -> None:
    left, base = at
    for number, line in enumerate(block.lines):
        x = left - hung(sheet.faces, line, block.style)
        sheet.text((x, base + number * block.leading), line, block.style, colour)


def _legend(faces: Faces, steps: Sequence[Step]) -> list[list[tuple[str, int, float]]]:
    """Return the tellers in order of appearance, as rows of (name, colour, x)."""
    indent = _SIDE + faces.width(_TOLD_BY, _LEGEND_LABEL) + _LEGEND_GAP / 2
    rows: list[list[tuple[str, int, float]]] = [[]]
    x = indent
    for teller, colour in dict.fromkeys((typographic(step.teller), step.colour) for step in steps):
        width = _LEGEND_INDENT + faces.width(teller, _LEGEND)
        if rows[-1] and x + width > WIDTH - _SIDE:
            rows.append([])
            x = indent
        rows[-1].append((teller, colour, x))
        x += width + _LEGEND_GAP
    return rows


def _draw_legend(sheet: Sheet, top: float, rows: list[list[tuple[str, int, float]]]) -> None:
    sheet.text((_SIDE, top + _LEGEND_TOP), _TOLD_BY, _LEGEND_LABEL, quiet(NEUTRAL))
    for at, row in enumerate(rows):
        base = top + _LEGEND_TOP + at * _LEGEND_HEIGHT
        for teller, colour, x in row:
            sheet.disc((x + _LEGEND_DOT, base - _LEGEND_DOT), _LEGEND_DOT, readable(colour, WHITE))
            sheet.text((x + _LEGEND_INDENT, base), teller, _LEGEND, quiet(NEUTRAL))
