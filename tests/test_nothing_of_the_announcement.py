"""Nothing of the announcement in data/ is in the program: whoever it names, only data/ names."""

from __future__ import annotations

import re

import pytest

from bot.announcement import load
from bot.settings import ANNOUNCEMENT
from bot.text import fold
from tests.support.seeded import ROOT, SECOND

# Words that mean something else too, in a program.
_COMMON = frozenset({"the", "and", "writer", "article", "post", "posts", "author", "narrator", "site", "publication"})


def names(folder_names: list[str]) -> set[str]:
    """Return the single words by which somebody or something is named."""
    words = {word for name in folder_names for word in re.findall(r"\w+", fold(name))}
    return {word for word in words if len(word) > 2 and not word.isdigit()} - _COMMON


@pytest.fixture(scope="module")
def named() -> set[str]:
    announcement = load(ANNOUNCEMENT)
    ships = [subject for subject in announcement.subjects if subject.kind == "ship"]
    people = [person.name for person in announcement.people]
    speakers = [speaker.name for speaker in announcement.speakers]
    return names([*people, *speakers, *(ship.name for ship in ships), announcement.head.id])


@pytest.mark.parametrize("package", ["bot", "cogs", "sandbox"])
def test_no_name_of_the_announcement_is_in_the_program(package: str, named: set[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {word}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for word in re.findall(r"[^\W_]+", fold(line))
        if word in named
    ]
    assert found == []


def test_the_names_are_looked_for(named: set[str]) -> None:
    assert len(named) > 20
    assert len(load(SECOND).quotes) > 10
