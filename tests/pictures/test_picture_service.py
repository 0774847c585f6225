"""Pictures beside the event loop: drawn once, kept within bounds, never in its way."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from bot.pictures import PictureService, Step, Tie
from bot.pictures import service as drawing
from bot.pictures.card import draw_card
from tests.pictures.looking import picture, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.announcement import Quote
    from bot.pictures.canvas import Sheet
    from bot.pictures.typesetting import Faces


@pytest.fixture
def pictures() -> Iterator[PictureService]:
    with PictureService(kept=3) as made:
        yield made


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of the cards that were really drawn, with the threads that drew them checked."""
    texts: list[str] = []

    def draw(faces: Faces, each: Quote) -> Sheet:
        assert threading.current_thread() is not threading.main_thread()
        texts.append(each.text)
        if each.text == "fault":
            raise MemoryError
        return draw_card(faces, each)

    monkeypatch.setattr(drawing, "draw_card", draw)
    return texts


async def test_each_kind_of_picture_is_a_png(pictures: PictureService) -> None:
    card = await pictures.card(quote("Words."))
    line = await pictures.timeline("Line", (Step("Then", "Something", "Aya", 0x2F6DB5),))
    ships = await pictures.pairs("Ships", "All", (Tie("Aya", "Bo", "Ayabo", "Confirmed", 0x2E8B57),))
    for png in (card, line, ships):
        assert png is not None
        assert picture(png).width == 1200


async def test_a_picture_is_drawn_once_for_all_who_ask(pictures: PictureService, drawn: list[str]) -> None:
    first, second = await asyncio.gather(pictures.card(quote("Words.")), pictures.card(quote("Words.")))
    assert first is second
    assert await pictures.card(quote("Words.")) is first
    assert drawn == ["Words."]


async def test_the_same_words_in_another_colour_are_another_picture(pictures: PictureService) -> None:
    assert await pictures.card(quote("Words.")) != await pictures.card(quote("Words.", colour=0xB5432F))


async def test_what_was_used_last_is_kept_and_the_rest_forgotten(pictures: PictureService, drawn: list[str]) -> None:
    for text in ("a", "b", "c", "a", "d"):
        await pictures.card(quote(text))
    assert drawn == ["a", "b", "c", "d"]
    await pictures.card(quote("a"))
    assert drawn == ["a", "b", "c", "d"]
    await pictures.card(quote("b"))
    assert drawn == ["a", "b", "c", "d", "b"]


async def test_what_cannot_be_drawn_is_none_and_not_tried_again(pictures: PictureService, drawn: list[str]) -> None:
    assert await pictures.card(quote("สวัสดี")) is None
    assert await pictures.card(quote("สวัสดี")) is None
    assert drawn == ["สวัสดี"]


async def test_a_fault_is_told_and_not_kept(pictures: PictureService, drawn: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(MemoryError):
            await pictures.card(quote("fault"))
    assert drawn == ["fault", "fault"]


async def test_one_who_stops_waiting_does_not_stop_the_others(pictures: PictureService, drawn: list[str]) -> None:
    impatient = asyncio.create_task(pictures.card(quote("Words.")))
    patient = asyncio.create_task(pictures.card(quote("Words.")))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient is not None
    assert impatient.cancelled()
    assert drawn == ["Words."]


async def test_the_event_loop_runs_on_while_pictures_are_drawn(pictures: PictureService) -> None:
    drawing_all = asyncio.gather(*(pictures.card(quote(f"Words {n}.")) for n in range(8)))
    turns = 0
    while not drawing_all.done():
        turns += 1
        await asyncio.sleep(0.001)
    assert turns > 8
    assert all(await drawing_all)
