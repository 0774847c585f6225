"""Nothing of the announcement in data/ is in the program: whoever it names, only data/ names, and no word of fandom."""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

import pytest

from bot.announcement import load
from bot.announcement.words import preset
from bot.settings import ANNOUNCEMENT
from bot.text import fold
from tests.support.seeded import ROOT, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

# Words that mean something else too, in a program.
_COMMON = frozenset({"the", "and", "writer", "article", "post", "posts", "author", "narrator", "site", "publication"})


def names(folder_names: list[str]) -> set[str]:
    """Return the single words by which somebody or something is named."""
    words = {word for name in folder_names for word in re.findall(r"\w+", fold(name))}
    return {word for word in words if len(word) > 2 and not word.isdigit()} - _COMMON


@pytest.fixture(scope="module")
def named() -> set[str]:
    announcement = load(ANNOUNCEMENT)
    ships = [subject for subject in announcement.subjects if announcement.words.is_pair(subject.kind)]
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


# Words that only a fandom uses so, or only of who is with whom; they stand in its preset.
FANDOM = frozenset(
    "ship ships shipped shipper shippers shipping couple couples otp fandom fandoms fanon headcanon romance romantic "
    "romantically lover lovers endgame canonical uncanon creator creators".split()
)
# Canon is a word of the code's own: what is checked, in the product's name, a room's and its classes'. Nobody who uses
# the bot is to read it where the data say otherwise.
SHOWN = frozenset({"canon", "canonically", "cannon"})
# What is neither read by anybody nor to be changed: ids in the buttons of messages that are out, a name in the store,
# the preset of folders without a words.toml.
KEPT = frozenset(
    {
        ("bot/quotes/quiz.py", '"canon"'),
        ("cogs/canon.py", '"ship"'),
        ("bot/seeding.py", '"canon"'),
        ("bot/app.py", '"cogs.canon"'),
        ("bot/announcement/words.py", '"fandom"'),
    }
)


def tokens_of(package: str) -> Iterator[tuple[str, tokenize.TokenInfo]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            yield path.relative_to(ROOT).as_posix(), token


def words_in(text: str) -> set[str]:
    """Return the words of a text or a name, also those that an underscore or a capital joins."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return set(re.findall(r"[a-z]+", parted.lower()))


@pytest.mark.parametrize("package", ["bot", "cogs"])
def test_no_word_of_fandom_is_in_the_program(package: str) -> None:
    found = [
        f"{path}:{token.start[0]}: {', '.join(sorted(met))}"
        for path, token in tokens_of(package)
        if (path, token.string) not in KEPT
        and (met := words_in(token.string) & (FANDOM | (SHOWN if is_text(token) else frozenset())))
    ]
    assert found == []


def is_text(token: tokenize.TokenInfo) -> bool:
    """Whether people may read this: strings are, but for docstrings."""
    middle = tokenize.FSTRING_MIDDLE if hasattr(tokenize, "FSTRING_MIDDLE") else tokenize.STRING
    name = re.fullmatch('"[A-Z][A-Za-z]+"', token.string)  # what a room offers to others, in its __all__
    return token.type in (tokenize.STRING, middle) and not name and not token.string.startswith('"""')


def test_the_words_of_fandom_are_the_preset_s() -> None:
    words = preset("fandom")
    assert {"ship", "ships"} == {words.pair.name, words.pair.plural}
    assert words.check.command in SHOWN
    assert words_in("OPEN_SHIP = drawShips('ship-at-sea')") >= {"ship", "ships"}
