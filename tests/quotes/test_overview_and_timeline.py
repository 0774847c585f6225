"""The overview of ships and the timeline, as services over small announcements."""

from __future__ import annotations

from typing import Any, cast

import pytest

from bot.announcement import Entry, Head, Person, Subject
from bot.announcement.words import preset
from bot.library import Library
from bot.pictures import PictureService, Step, Tie
from bot.quotes.overview import OverviewService, TimelineService
from tests.pictures.looking import quote


class Remembered:
    """A picture service that remembers what it was asked for instead of drawing it."""

    def __init__(self, png: bytes | None = b"png") -> None:
        self.png = png
        self.asked: list[tuple[Any, ...]] = []

    async def timeline(self, *given: Any) -> bytes | None:
        self.asked.append(given)
        return self.png

    async def pairs(self, *given: Any) -> bytes | None:
        self.asked.append(given)
        return self.png


def subject(name: str, verdict: str, kind: Any = "ship", members: tuple[str, ...] = ("aya", "bo")) -> Subject:
    return Subject(
        id=name.lower(),
        kind=kind,
        name=name,
        members=members,
        verdict=verdict,
        line="A line.",
        strength="creator",
    )


def library(*subjects: Subject, timeline: tuple[Entry, ...] = ()) -> Library:
    people = (Person(id="aya", name="Aya", kind="character"), Person(id="bo", name="Bo", kind="character"))
    return Library(
        head=Head(id="a", title="Title", about="About", timeline_title="How it came about"),
        sources=(),
        speakers=(),
        topics=(),
        passages=(),
        quotes=(quote("The words."),),
        people=people,
        subjects=subjects,
        claims=(),
        facts=(),
        timeline=timeline,
        words=preset(),
    )


def entry(name: str) -> Entry:
    return Entry(id=name, when="Then", title=f"Title of {name}", quote="a-quote", line="A line.")


def overview(*subjects: Subject, pictures: Remembered | None = None) -> OverviewService:
    return OverviewService(library(*subjects), cast("PictureService", pictures or Remembered()))


def test_ships_are_listed_clearest_verdict_first_and_silence_not_at_all() -> None:
    listed = overview(
        subject("Said", "mentioned"),
        subject("Over", "ended"),
        subject("Never", "not-addressed"),
        subject("Person", "confirmed", kind="person", members=("aya",)),
        subject("True", "confirmed"),
        subject("Too", "confirmed"),
    )
    assert [(ship.name, ship.label) for ship in listed.pairs] == [
        ("True", "Confirmed"),
        ("Too", "Confirmed"),
        ("Over", "Ended"),
        ("Said", "Mentioned, no ruling"),
    ]
    assert listed.pairs[0].members == ("Aya", "Bo")


def test_a_ship_is_found_by_its_id() -> None:
    listed = overview(subject("True", "confirmed"), subject("Never", "not-addressed"))
    found = listed.pair("true")
    assert found is not None
    assert found.name == "True"
    assert listed.pair("never") is None
    assert listed.pair("") is None


@pytest.mark.parametrize(
    ("typed", "meant", "offered"),
    [
        ("all", True, True),
        (" ALL! ", True, True),
        ("a", False, True),
        ("", False, True),
        ("all ships", False, False),
        ("Aya", False, False),
    ],
)
def test_all_is_understood_and_offered(typed: str, meant: bool, offered: bool) -> None:
    listed = overview(subject("True", "confirmed"))
    assert listed.is_meant(typed) is meant
    assert bool(listed.complete(typed)) is offered


def test_all_means_nothing_where_there_are_no_pairs() -> None:
    listed = overview(subject("Person", "confirmed", kind="person", members=("aya",)))
    assert listed.pairs == ()
    assert not listed.is_meant("all")
    assert listed.complete("all") == []


@pytest.mark.parametrize("png", [b"png", None])
async def test_the_overviews_picture_shows_each_ship_with_its_stroke(png: bytes | None) -> None:
    pictures = Remembered(png)
    assert await overview(subject("True", "confirmed"), subject("Over", "ended"), pictures=pictures).picture() is png
    ((_, _, ties),) = pictures.asked
    assert ties[0] == Tie("Aya", "Bo", "True", "Confirmed", 0x2E8B57, 0)
    assert ties[1].verdict == "Ended"
    assert ties[1].dash > 0


def test_entries_are_numbered_and_carry_their_quotes() -> None:
    line = TimelineService(library(timeline=(entry("one"), entry("two"))), cast("PictureService", Remembered()))
    assert [(told.number, told.entry.id, told.quote.text) for told in line.entries] == [
        (1, "one", "The words."),
        (2, "two", "The words."),
    ]
    found = line.entry("two")
    assert found is line.entries[1]
    assert line.entry("three") is None


@pytest.mark.parametrize("png", [b"png", None])
async def test_the_timelines_picture_shows_each_entry_in_its_tellers_colour(png: bytes | None) -> None:
    pictures = Remembered(png)
    line = TimelineService(library(timeline=(entry("one"),)), cast("PictureService", pictures))
    assert await line.picture() is png
    assert pictures.asked == [("How it came about", (Step("Then", "Title of one", "Aya", 0x2F6DB5),))]
