"""Draws what few examples achieve: right, wrong and false answers over the number of examples a fact, as an SVG."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.eval.scoring import Outcome
    from tests.eval.stages import Stage

FILE: Final = Path(__file__).resolve().parents[2] / "docs" / "images" / "examples.svg"
_PANEL, _GAP, _LEFT, _TOP, _HEIGHT = 300, 60, 48, 64, 220
_ANSWERABLE: Final[tuple[Outcome, ...]] = ("right_sure", "right_closest", "wrong", "silent")


class _Line(NamedTuple):
    """One of the lines: what it counts, its colour, and how it is dashed."""

    name: str
    outcomes: tuple[Outcome, ...]
    colour: str
    dash: str


# Colours that can be told apart by people who don't see all of them, on light and on dark.
_LINES: Final = (
    _Line("right, sure or closest", ("right_sure", "right_closest"), "#2E8B57", ""),
    _Line("right and sure", ("right_sure",), "#2F7FB8", "7 4"),
    _Line("wrong", ("wrong",), "#C0392B", ""),
    _Line("false: nothing answers it", ("false_sure",), "#C98A1B", "3 4"),
)


def drawn(measured: Mapping[str, Sequence[Stage]]) -> str:
    """Return the picture of how each announcement, by its name, does at its stages."""
    width = _LEFT + len(measured) * (_PANEL + _GAP)
    height = _TOP + _HEIGHT + 96
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13" role="img">',
        "<title>Right, wrong and false answers over the number of examples a fact</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for at, (name, stages) in enumerate(measured.items()):
        parts += _panel(_LEFT + at * (_PANEL + _GAP), name, stages)
    for at, line in enumerate(_LINES):
        x, y = _LEFT + (at % 2) * 230, _TOP + _HEIGHT + 60 + (at // 2) * 20
        parts.append(f'<path d="M{x} {y - 4}h28" {_stroke(line)}/>')
        parts.append(f'<text x="{x + 36}" y="{y}" fill="#222222">{escape(line.name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(left: int, name: str, stages: Sequence[Stage]) -> Iterator[str]:
    top = max(_count(stage, _ANSWERABLE) for stage in stages)
    yield f'<text x="{left}" y="{_TOP - 30}" fill="#222222" font-size="15" font-weight="bold">{escape(name)}</text>'
    yield f'<text x="{left}" y="{_TOP - 12}" fill="#555555">of {top} questions with an answer</text>'
    for mark in range(0, top + 1, 10):
        y = _y(mark, top)
        yield f'<path d="M{left} {y}h{_PANEL}" stroke="#dddddd"/>'
        yield f'<text x="{left - 8}" y="{y + 4}" text-anchor="end" fill="#555555">{mark}</text>'
    last = max(stage.examples for stage in stages) or 1
    places = [left + _PANEL * stage.examples / last for stage in stages]
    for x, stage in zip(places, stages, strict=True):
        yield (
            f'<text x="{x:.0f}" y="{_TOP + _HEIGHT + 20}" text-anchor="middle" fill="#555555">{stage.examples}</text>'
        )
    yield (
        f'<text x="{left + _PANEL / 2:.0f}" y="{_TOP + _HEIGHT + 38}" text-anchor="middle" fill="#555555">'
        f"examples of each fact</text>"
    )
    for line in _LINES:
        counts = [_count(stage, line.outcomes) for stage in stages]
        points = " ".join(f"{x:.0f},{_y(count, top):.0f}" for x, count in zip(places, counts, strict=True))
        yield f'<polyline points="{points}" {_stroke(line)}/>'
        for x, count in zip(places, counts, strict=True):
            yield f'<circle cx="{x:.0f}" cy="{_y(count, top):.0f}" r="3.5" fill="{line.colour}"/>'


def _count(stage: Stage, outcomes: tuple[Outcome, ...]) -> int:
    return sum(stage.questions.outcomes[outcome] for outcome in outcomes)


def _y(count: int, top: int) -> float:
    return _TOP + _HEIGHT - _HEIGHT * count / top


def _stroke(line: _Line) -> str:
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    return f'fill="none" stroke="{line.colour}" stroke-width="2.5"{dash}'
