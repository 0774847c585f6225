"""The sheet: what is put on it stands where it was put, and nothing bad gets on."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot.pictures.canvas import Sheet, UndrawableError, channels
from bot.pictures.typesetting import Box, Face, Faces, Style
from tests.pictures.looking import picture

FACES = Faces()
STYLE = Style(Face.TEXT, 40)
INK, RED, WHITE = 0x101010, 0xB5432F, 0xFFFFFF


@pytest.fixture
def sheet() -> Sheet:
    return Sheet(FACES, 400, 200, WHITE, 20)


def near(pixel: object, colour: int) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - two) <= 6 for one, two in zip(pixel, channels(colour), strict=True))


def inked(sheet: Sheet) -> tuple[int, int, int, int]:
    """The box of all that is not ground, as pixels tell."""
    grey = picture(sheet.png()).convert("L").point(lambda value: 255 if value < 200 else 0)
    box = grey.getbbox()
    assert box is not None
    return box


def test_text_is_drawn_where_it_was_measured(sheet: Sheet) -> None:
    sheet.text((50, 100), "Mitte", STYLE, INK)
    ((text, box),) = sheet.texts
    assert text == "Mitte"
    left, top, right, bottom = inked(sheet)
    assert left >= box.left - 1
    assert top >= box.top - 1
    assert right <= box.right + 1
    assert bottom <= box.bottom + 1
    assert bottom == pytest.approx(100, abs=1)


def test_text_stands_left_of_in_the_middle_of_and_right_of_its_place() -> None:
    edges = {}
    for align in ("left", "middle", "right"):
        sheet = Sheet(FACES, 400, 200, WHITE, 20)
        sheet.text((200, 100), "HHHH", STYLE, INK, align=align)
        edges[align] = inked(sheet)[0]
    width = FACES.width("HHHH", STYLE)
    assert edges["left"] - edges["middle"] == pytest.approx(width / 2, abs=1.5)
    assert edges["middle"] - edges["right"] == pytest.approx(width / 2, abs=1.5)


def test_the_advance_tells_where_to_go_on(sheet: Sheet) -> None:
    assert sheet.text((50, 100), "words", STYLE, INK) == FACES.width("words", STYLE)


@pytest.mark.parametrize("at", [(0, 100), (390, 100), (50, 10), (50, 195)])
def test_text_over_the_margin_is_refused(sheet: Sheet, at: tuple[float, float]) -> None:
    with pytest.raises(UndrawableError, match="too long"):
        sheet.text(at, "words", STYLE, INK)
    assert sheet.texts == []


def test_missing_letters_are_named(sheet: Sheet) -> None:
    with pytest.raises(UndrawableError, match="ก"):
        sheet.text((50, 100), "aก", STYLE, INK)


def test_text_that_could_not_be_read_is_a_mistake(sheet: Sheet) -> None:
    with pytest.raises(AssertionError, match="unreadable"):
        sheet.text((50, 100), "words", STYLE, 0xDDDDDD)
    with pytest.raises(AssertionError, match="unreadable"):
        sheet.text((50, 100), "words", STYLE, INK, ground=0x222222)
    sheet.text((50, 100), "words", STYLE, WHITE, ground=0x222222)


def test_bars_and_discs_fill_just_what_they_should(sheet: Sheet) -> None:
    sheet.bar(Box(20, 20, 40, 60), RED)
    sheet.disc((200, 100), 30, INK)
    image = picture(sheet.png())
    assert all(near(image.getpixel(at), RED) for at in ((20, 20), (39, 59)))
    assert all(near(image.getpixel(at), WHITE) for at in ((19, 20), (40, 59), (39, 60)))
    assert all(near(image.getpixel(at), INK) for at in ((200, 100), (172, 100), (200, 128)))
    assert all(near(image.getpixel(at), WHITE) for at in ((168, 100), (178, 78), (200, 132)))


@pytest.mark.parametrize("box", [Box(50, 50, 50, 90), Box(50, 50, 90, 50), Box(50, 50, 40, 90)])
def test_an_empty_bar_leaves_no_mark(sheet: Sheet, box: Box) -> None:
    sheet.bar(box, RED)
    assert picture(sheet.png()).getcolors() == [(400 * 200, channels(WHITE))]


def test_strokes_and_ornaments_are_drawn_without_being_text(sheet: Sheet) -> None:
    sheet.stroke([(100, 50), (300, 50)], 6, RED)
    sheet.ornament((20, 190), "“", Style(Face.STRONG, 100), INK)
    image = picture(sheet.png())
    assert near(image.getpixel((200, 50)), RED)
    assert near(image.getpixel((200, 60)), WHITE)
    assert sheet.texts == []
    assert inked(sheet)[0] < 60


def test_a_picture_has_a_palette_and_its_ground_is_exact(sheet: Sheet) -> None:
    sheet.text((50, 100), "words", STYLE, INK)
    image = Image.open(io.BytesIO(sheet.png()))
    assert image.mode == "P"
    assert image.size == (400, 200)
    assert near(picture(sheet.png()).getpixel((0, 0)), WHITE)
