"""The overview picture: who is tied to whom, and what the announcement rules on it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from bot.services.pictures.colour import mix, readable
from bot.services.pictures.faces import Box, Face, Style
from bot.services.pictures.look import MARGIN, NEUTRAL, WIDTH, ink, paper, quiet
from bot.services.pictures.marks import typographic
from bot.services.pictures.places import groups, shape
from bot.services.pictures.sheet import Sheet, UndrawableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.services.pictures.faces import Faces
    from bot.services.pictures.places import Group, Point

# Pixels.
_SIDE = 64
_TITLE, _NOTE, _FIRST_ROW = 112, 152, 200
_GROUP_HEIGHT, _GROUP_GROWTH, _GROUP_MOST = 370, 40, 1400
_GROUP_GAP, _ROW_GAP = 40, 56
_NAME_HEIGHT, _NAME_PAD = 54, 22
_LABEL_PAD, _LABEL_LINE = 8, 29
_SOLID, _DASHED = 5, 4
_HEADING = Style(Face.STRONG, 50)
_NOTE_STYLE = Style(Face.TITLE, 26)
_NAME = Style(Face.STRONG, 27)
_SHIP = Style(Face.STRONG, 25)
_VERDICT = Style(Face.TITLE, 23)
# Where on a tie its label may stand, as shares of the way from one to the other; the middle is best.
_SPOTS = (0.5, 0.56, 0.44, 0.62, 0.38, 0.68, 0.32, 0.74, 0.26)


class Tie(NamedTuple):
    """A ship: its two people, its name, its verdict in words, the verdict's colour, and how its line is drawn.

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


def draw_ships(faces: Faces, heading: str, note: str, ties: Sequence[Tie]) -> Sheet:
    """Return the picture of all ties. Raises UndrawableError where they cannot be set legibly."""
    if not ties:
        raise UndrawableError("There is nothing to draw.")
    found = groups([(tie.one, tie.other) for tie in ties])
    rows = _rows([_arranged(faces, group, [tie for tie in ties if tie.one in group.people]) for group in found])
    heights = [max(each.box.bottom - each.box.top for each in row) for row in rows]
    height = round(_FIRST_ROW + sum(heights) + _ROW_GAP * len(rows))
    sheet = Sheet(faces, WIDTH, height, paper(NEUTRAL), MARGIN)
    sheet.text((_SIDE, _TITLE), typographic(heading), _HEADING, ink(NEUTRAL))
    sheet.text((_SIDE, _NOTE), typographic(note), _NOTE_STYLE, quiet(NEUTRAL))
    top = float(_FIRST_ROW)
    for row, row_height in zip(rows, heights, strict=True):
        free = WIDTH - 2 * _SIDE - sum(each.box.right - each.box.left for each in row)
        left = _SIDE + free / (2 * len(row))
        for each in row:
            _draw_group(sheet, each, (left - each.box.left, top + row_height / 2))
            left += each.box.right - each.box.left + free / len(row)
        top += row_height + _ROW_GAP
    return sheet


def _rows(sets: list[_Set]) -> list[list[_Set]]:
    rows: list[list[_Set]] = [[]]
    used = 0.0
    for each in sets:
        width = each.box.right - each.box.left + _GROUP_GAP
        if rows[-1] and used + width > WIDTH - 2 * _SIDE + _GROUP_GAP:
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
            if box.right - box.left <= WIDTH - 2 * _SIDE:
                return _Set(people, labels, box)
    raise UndrawableError("There are too many ships for one picture.")


def _label_boxes(faces: Faces, tie: Tie, people: dict[str, Point]) -> Iterator[tuple[Point, Box]]:
    """Yield the places where a tie's label may stand, with the box it takes there."""
    one, other = people[tie.one], people[tie.other]
    half, high = _label_half(faces, tie), _LABEL_LINE + _LABEL_PAD
    for share in _SPOTS:
        x, y = _between(one, other, share)
        yield (x, y), Box(x - half, y - high, x + half, y + high)


def _label_half(faces: Faces, tie: Tie) -> float:
    """Return half the width of a tie's label."""
    name, verdict = typographic(tie.name), typographic(tie.verdict)
    return max(faces.width(name, _SHIP), faces.width(verdict, _VERDICT)) / 2 + _LABEL_PAD


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
    sheet.text((x, y - 5), typographic(tie.name), _SHIP, colour, align="middle")
    sheet.text((x, y + _LABEL_LINE - 5), typographic(tie.verdict), _VERDICT, colour, align="middle")
