"""What an announcement of another matter gets with few examples: the promises of docs/decisions/understanding.md."""

from __future__ import annotations

import pytest

from bot.announcement import load
from tests.eval.__main__ import shown
from tests.eval.stages import FOLDER, folders, measured, reduced

pytestmark = pytest.mark.unmeasured

LIBRARY = FOLDER / "library"


@pytest.mark.parametrize(("examples", "right", "wrong"), [(0, 20, 1), (10, 32, 2)])
def test_few_examples_give_few_answers_and_hardly_a_false_one(examples: int, right: int, wrong: int) -> None:
    stage = measured(LIBRARY, examples, shown)
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
    assert LIBRARY in list(folders())
