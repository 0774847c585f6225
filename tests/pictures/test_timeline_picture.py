"""The timeline picture: every entry whole, whatever their number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures.canvas import Sheet, UndrawableError
from bot.pictures.charts import MOST, Step, draw_timeline
from bot.pictures.typesetting import Face, Faces, typographic
from tests.pictures.looking import fault, picture, stained_margin, unknown_letters

if TYPE_CHECKING:
    from bot.library import Library

FACES = Faces()
PLAIN = Step("Then", "Something happens", "Aya", 0x2F6DB5)


def run_together(text: str) -> str:
    return re.sub(r"\s", "", typographic(text))


def all_of(sheet: Sheet) -> str:
    return run_together("".join(text for text, _ in sheet.texts))


def steps_of(library: Library) -> tuple[Step, ...]:
    speakers = [library.quote_by_id[entry.quote].speaker for entry in library.timeline]
    return tuple(
        Step(entry.when, entry.title, speaker.name, speaker.accent)
        for entry, speaker in zip(library.timeline, speakers, strict=True)
    )


def test_every_entry_is_whole_in_its_place_and_has_all_its_letters(library: Library, faces: Faces) -> None:
    sheet = draw_timeline(faces, library.head.timeline_title, steps_of(library))
    assert fault(sheet) is None
    told = all_of(sheet)
    assert told.startswith(run_together(library.head.timeline_title))
    for number, entry in enumerate(library.timeline, 1):
        assert f"{number}{run_together(entry.when)}{run_together(entry.title)}" in told
    for face in Face:
        assert not unknown_letters("".join(text for text, _ in sheet.texts), face)


def test_the_picture_is_1200_wide_with_clean_margins_above_and_below(library: Library, faces: Faces) -> None:
    sheet = draw_timeline(faces, library.head.timeline_title, steps_of(library))
    png = sheet.png()
    image = picture(png)
    assert image.width == 1200
    assert len(png) < 150_000
    # The line runs out at both sides; that of one entry has nowhere to go.
    alone = draw_timeline(faces, "One", (PLAIN,))
    assert not stained_margin(alone, alone.png(), left=0)


def test_the_tellers_are_named_once_in_their_colours() -> None:
    steps = (PLAIN, PLAIN._replace(teller="Bo", colour=0xB5432F), PLAIN)
    sheet = draw_timeline(FACES, "Line", steps)
    assert [text for text, _ in sheet.texts][-3:] == ["Told by", "Aya", "Bo"]


def test_many_tellers_take_more_rows() -> None:
    steps = tuple(PLAIN._replace(teller=f"A teller with quite a name, number {n}") for n in range(6))
    assert fault(draw_timeline(FACES, "Line", steps)) is None


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9, MOST])
def test_any_number_of_entries_fits(count: int) -> None:
    sheet = draw_timeline(FACES, "Line", (PLAIN,) * count)
    assert fault(sheet) is None
    assert str(count) in [text for text, _ in sheet.texts]


@pytest.mark.parametrize(
    ("heading", "steps"),
    [
        ("Line", ()),
        ("Line", (PLAIN,) * (MOST + 1)),
        ("A heading that does not end " * 9, (PLAIN,)),
        ("เส้น", (PLAIN,)),
        ("Line", (PLAIN._replace(title="ชื่อ"),)),
        ("Line", (PLAIN._replace(title="words and more words " * 12),) * 4),
    ],
)
def test_what_cannot_be_set_is_refused(heading: str, steps: tuple[Step, ...]) -> None:
    with pytest.raises(UndrawableError):
        draw_timeline(FACES, heading, steps)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.text("abc dé-–W'\"", min_size=1, max_size=60)] * 2), min_size=1, max_size=9))
def test_any_latin_entries_are_set_whole_or_refused(texts: list[tuple[str, str]]) -> None:
    steps = tuple(Step(when, title, "Aya", 0x2F6DB5) for when, title in texts)
    try:
        sheet = draw_timeline(FACES, "Line", steps)
    except UndrawableError:
        return
    assert fault(sheet) is None
    told = all_of(sheet)
    assert all(run_together(step.title) in told and run_together(step.when) in told for step in steps)
