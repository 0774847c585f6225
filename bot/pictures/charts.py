"""Charts: who is with whom, and how it came about."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from bot.pictures.canvas import MARGIN, NEUTRAL, WHITE, WIDTH, Sheet, UndrawableError, ink, mix, paper, quiet, readable
from bot.pictures.typesetting import Block, Box, Face, Style, broken, fit, hung, typographic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.pictures.typesetting import Faces

Point = tuple[float, float]

_PAIR = 2


class Group(NamedTuple):
    """People who are tied to each other, directly or through others, and the pairs that are."""

    people: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]


def groups(pairs: Sequence[tuple[str, str]]) -> list[Group]:
    """Return the groups, those with most people first; in each, neighbours follow each other where they can."""
    ties: dict[str, list[str]] = {}
    for one, other in pairs:
        ties.setdefault(one, []).append(other)
        ties.setdefault(other, []).append(one)
    found, seen = [], set[str]()
    for person in ties:
        if person not in seen:
            people = _walk(_start(_reached(person, ties), ties), ties)
            seen.update(people)
            found.append(Group(people, tuple(pair for pair in pairs if pair[0] in people)))
    return sorted(found, key=lambda group: -len(group.people))


def _reached(person: str, ties: dict[str, list[str]]) -> list[str]:
    reached = [person]
    for one in reached:
        reached.extend(other for other in dict.fromkeys(ties[one]) if other not in reached)
    return reached


def _start(people: list[str], ties: dict[str, list[str]]) -> str:
    """Return where to begin: at the end of a chain where there is one, else with whom most are tied to."""
    if _is_chain(people, ties):
        return next(person for person in people if len(set(ties[person])) == 1)
    return max(people, key=lambda person: len(set(ties[person])))


def _walk(start: str, ties: dict[str, list[str]]) -> tuple[str, ...]:
    """Return all that are tied to `start`, each followed by a neighbour where one is left."""
    order: list[str] = []
    ahead = [start]
    while ahead:
        person = ahead.pop()
        if person not in order:
            order.append(person)
            ahead.extend(reversed(ties[person]))
    return tuple(order)


def _is_chain(people: Iterable[str], ties: dict[str, list[str]]) -> bool:
    counts = sorted(len(set(ties[person])) for person in people)
    return counts[:_PAIR] == [1, 1] and all(count == _PAIR for count in counts[_PAIR:])


def shape(group: Group, height: float) -> dict[str, Point]:
    """Return each person's place about the middle of the group, `height` pixels from the top one to the lowest.

    A chain stands upright; others stand in a ring, the first on top.
    """
    people = group.people
    if len(set(map(frozenset, group.pairs))) == len(people) - 1 and _follows(group):
        step = height / (len(people) - 1)
        return {person: (0.0, at * step - height / 2) for at, person in enumerate(people)}
    angles = [math.tau * at / len(people) - math.tau / 4 for at in range(len(people))]
    ring = [(math.cos(angle), math.sin(angle)) for angle in angles]
    top, low = min(y for _, y in ring), max(y for _, y in ring)
    scale = height / (low - top)
    return {person: (x * scale, (y - (top + low) / 2) * scale) for person, (x, y) in zip(people, ring, strict=True)}


def _follows(group: Group) -> bool:
    tied = {frozenset(pair) for pair in group.pairs}
    return all(frozenset(pair) in tied for pair in zip(group.people, group.people[1:], strict=False))


# Pixels.
_PAIRS_SIDE = 64
_TITLE, _NOTE, _FIRST_PAIR_ROW = 112, 152, 200
_GROUP_HEIGHT, _GROUP_GROWTH, _GROUP_MOST = 370, 40, 1400
_GROUP_GAP, _PAIR_ROW_GAP = 40, 56
_NAME_HEIGHT, _NAME_PAD = 54, 22
_LABEL_PAD, _LABEL_LINE = 8, 29
_SOLID, _DASHED = 5, 4
_HEADING = Style(Face.STRONG, 50)
_NOTE_STYLE = Style(Face.TITLE, 26)
_NAME = Style(Face.STRONG, 27)
_PAIR_NAME = Style(Face.STRONG, 25)
_VERDICT = Style(Face.TITLE, 23)
# Where on a tie its label may stand, as shares of the way from one to the other; the middle is best.
_SPOTS = (0.5, 0.56, 0.44, 0.62, 0.38, 0.68, 0.32, 0.74, 0.26)


class Tie(NamedTuple):
    """A pair: its two people, its name, its verdict in words, the verdict's colour, and how its line is drawn.

    `dash` is the length of a line's strokes and gaps in pixels; 0 for an unbroken one.
    """

    one: str
    other: str
    name: str
    verdict: str
    colour: int
    dash: int = 0


class _Set(NamedTuple):
    """A group with places for its people and labels, about (0, 0)."""

    people: dict[str, Point]
    labels: list[tuple[Tie, Point]]
    box: Box


def draw_pairs(faces: Faces, heading: str, note: str, ties: Sequence[Tie]) -> Sheet:
    """Return the picture of all ties. Raises UndrawableError where they cannot be set legibly."""
    if not ties:
        raise UndrawableError("There is nothing to draw.")
    found = groups([(tie.one, tie.other) for tie in ties])
    rows = _rows([_arranged(faces, group, [tie for tie in ties if tie.one in group.people]) for group in found])
    heights = [max(each.box.bottom - each.box.top for each in row) for row in rows]
    height = round(_FIRST_PAIR_ROW + sum(heights) + _PAIR_ROW_GAP * len(rows))
    sheet = Sheet(faces, WIDTH, height, paper(NEUTRAL), MARGIN)
    sheet.text((_PAIRS_SIDE, _TITLE), typographic(heading), _HEADING, ink(NEUTRAL))
    sheet.text((_PAIRS_SIDE, _NOTE), typographic(note), _NOTE_STYLE, quiet(NEUTRAL))
    top = float(_FIRST_PAIR_ROW)
    for row, row_height in zip(rows, heights, strict=True):
        free = WIDTH - 2 * _PAIRS_SIDE - sum(each.box.right - each.box.left for each in row)
        left = _PAIRS_SIDE + free / (2 * len(row))
        for each in row:
            _draw_group(sheet, each, (left - each.box.left, top + row_height / 2))
            left += each.box.right - each.box.left + free / len(row)
        top += row_height + _PAIR_ROW_GAP
    return sheet


def _rows(sets: list[_Set]) -> list[list[_Set]]:
    rows: list[list[_Set]] = [[]]
    used = 0.0
    for each in sets:
        width = each.box.right - each.box.left + _GROUP_GAP
        if rows[-1] and used + width > WIDTH - 2 * _PAIRS_SIDE + _GROUP_GAP:
            rows.append([])
            used = 0.0
        rows[-1].append(each)
        used += width
    return rows


def _arranged(faces: Faces, group: Group, ties: Sequence[Tie]) -> _Set:
    """Return the group at the smallest height at which no label covers a name or another label."""
    for height in range(_GROUP_HEIGHT, _GROUP_MOST, _GROUP_GROWTH):
        people = shape(group, height)
        taken = [_name_box(faces, person, at) for person, at in people.items()]
        labels: list[tuple[Tie, Point]] = []
        for tie in ties:
            spot = _free(_label_boxes(faces, tie, people), taken)
            if spot is None:
                break
            taken.append(spot[1])
            labels.append((tie, spot[0]))
        else:
            edges = list(zip(*taken, strict=True))
            box = Box(min(edges[0]), min(edges[1]), max(edges[2]), max(edges[3]))
            if box.right - box.left <= WIDTH - 2 * _PAIRS_SIDE:
                return _Set(people, labels, box)
    raise UndrawableError("There are too many pairs for one picture.")


def _label_boxes(faces: Faces, tie: Tie, people: dict[str, Point]) -> Iterator[tuple[Point, Box]]:
    """Yield the places where a tie's label may stand, with the box it takes there."""
    one, other = people[tie.one], people[tie.other]
    half, high = _label_half(faces, tie), _LABEL_LINE + _LABEL_PAD
    for share in _SPOTS:
        x, y = _between(one, other, share)
        yield (x, y), Box(x - half, y - high, x + half, y + high)


def _label_half(faces: Faces, tie: Tie) -> float:
    name, verdict = typographic(tie.name), typographic(tie.verdict)
    return max(faces.width(name, _PAIR_NAME), faces.width(verdict, _VERDICT)) / 2 + _LABEL_PAD


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


def _free(spots: Iterator[tuple[Point, Box]], taken: list[Box]) -> tuple[Point, Box] | None:
    return next((spot for spot in spots if not any(spot[1].overlaps(box) for box in taken)), None)


def _name_box(faces: Faces, person: str, at: Point) -> Box:
    half = faces.width(typographic(person), _NAME) / 2 + _NAME_PAD
    return Box(at[0] - half, at[1] - _NAME_HEIGHT / 2, at[0] + half, at[1] + _NAME_HEIGHT / 2)


def _draw_group(sheet: Sheet, group: _Set, middle: Point) -> None:
    places = {person: (x + middle[0], y + middle[1]) for person, (x, y) in group.people.items()}
    for tie, _ in group.labels:
        _draw_tie(sheet, places[tie.one], places[tie.other], tie)
    for tie, (x, y) in group.labels:
        _draw_label(sheet, tie, (x + middle[0], y + middle[1]))
    for person, at in places.items():
        box = _name_box(sheet.faces, person, at)
        sheet.bar(box, ink(NEUTRAL), _NAME_HEIGHT / 2)
        base = at[1] - sheet.faces.box("x", _NAME).top / 2 + 1
        sheet.text((at[0], base), typographic(person), _NAME, sheet.ground, align="middle", ground=ink(NEUTRAL))


def _draw_tie(sheet: Sheet, one: Point, other: Point, tie: Tie) -> None:
    length = math.dist(one, other)
    stroke, step = (tie.dash, 2 * tie.dash) if tie.dash else (length, length)
    thickness = _DASHED if tie.dash else _SOLID
    at = 0.0
    while at < length:
        ends = (at / length, min(at + stroke, length) / length)
        points = [_between(one, other, share) for share in ends]
        sheet.stroke(points, thickness, mix(tie.colour, sheet.ground, 0.15))
        at += step


def _draw_label(sheet: Sheet, tie: Tie, at: Point) -> None:
    x, y = at
    half = _label_half(sheet.faces, tie)
    # The label's ground interrupts the line; the base lines stand a little high, to look centred.
    sheet.bar(Box(x - half, y - _LABEL_LINE - 4, x + half, y + _LABEL_LINE + 4), sheet.ground)
    colour = readable(tie.colour, sheet.ground)
    sheet.text((x, y - 5), typographic(tie.name), _PAIR_NAME, colour, align="middle")
    sheet.text((x, y + _LABEL_LINE - 5), typographic(tie.verdict), _VERDICT, colour, align="middle")


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
