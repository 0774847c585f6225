"""What an announcement of another matter gets with few examples: the promises of docs/decisions/understanding.md."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import msgspec
import pytest

from bot.announcement import load
from bot.text import normalise
from tests.eval.__main__ import shown
from tests.eval.plot import drawn
from tests.eval.scoring import Tally
from tests.eval.sets import Item
from tests.eval.stages import FOLDER, Stage, announcement_of, folders, measured, reduced

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unmeasured

LIBRARY = FOLDER / "library"
NIGHT_TRAIN = FOLDER / "night-train"


@pytest.mark.parametrize("folder", [LIBRARY, NIGHT_TRAIN], ids=["library", "night-train"])
@pytest.mark.parametrize(("examples", "right", "wrong"), [(0, 20, 1), (10, 32, 2)])
def test_few_examples_give_few_answers_and_hardly_a_false_one(
    folder: Path, examples: int, right: int, wrong: int
) -> None:
    stage = measured(folder, examples, shown)
    outcomes = stage.questions.outcomes
    assert outcomes["right_sure"] + outcomes["right_closest"] >= right
    assert outcomes["wrong"] <= wrong
    assert outcomes["false_sure"] <= 1
    assert (stage.rulings["off topic"], stage.rulings["other"], stage.answered) == (0, 0, 0)
    assert "off topic  0" in stage.line()


def test_an_announcement_is_reduced_to_so_many_examples_a_fact() -> None:
    announcement = load(LIBRARY)
    for examples, outside in ((0, 0), (3, 18), (10, 60)):
        voices = reduced(announcement, examples).phrasings
        for fact in announcement.facts:
            assert sum(len(voice.facts.get(fact.id, ())) for voice in voices) == examples
        assert sum(len(voice.out_of_scope) for voice in voices) == outside


def test_the_announcements_are_found() -> None:
    assert list(folders()) == [LIBRARY, NIGHT_TRAIN]


@pytest.mark.parametrize("folder", [LIBRARY, NIGHT_TRAIN], ids=["library", "night-train"])
def test_none_of_the_questions_is_in_the_data(folder: Path) -> None:
    announcement = announcement_of(folder)
    taught = {
        normalise(text)
        for voice in announcement.phrasings
        for texts in (
            *voice.facts.values(),
            voice.out_of_scope,
            *((*each.agree, *each.deny, *each.ask) for each in voice.claims.values()),
        )
        for text in texts
    }
    asked = msgspec.json.decode((folder / "questions.json").read_bytes(), type=tuple[Item, ...])
    assert len(asked) == 60
    assert [each.question for each in asked if normalise(each.question) in taught] == []


def stage(examples: int, **outcomes: int) -> Stage:
    return Stage(examples, Tally(outcomes=Counter(outcomes)), Counter(), 0)  # type: ignore[arg-type]


def test_the_picture_has_a_line_for_each_count_of_each_announcement() -> None:
    picture = drawn(
        {
            "one <&>": [stage(0, right_closest=20, silent=20), stage(10, right_sure=30, silent=9, wrong=1)],
            "two": [stage(0, right_sure=5, silent=5, false_sure=2)],
        }
    )
    root = ET.fromstring(picture)  # noqa: S314 - drawn by ourselves
    lines = root.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 8
    first = [tuple(map(float, point.split(","))) for point in lines[0].attrib["points"].split()]
    assert first[1][1] < first[0][1]  # more are right with more examples, and that is higher up
    assert "one &lt;&amp;&gt;" in picture
