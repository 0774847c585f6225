"""What check-data remarks on without refusing it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from bot.announcement import load, remarks
from bot.announcement.checking import FEW
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SECOND, tmp_path / "announcement")


def phrased(folder: Path, fact: str, *texts: str, writer: str = "another") -> None:
    with (folder / "facts" / f"{fact}.toml").open("a", encoding="utf-8") as file:
        file.write(f"{writer} = [{', '.join(repr(text) for text in texts)}]\n")


def test_a_text_under_two_facts_and_one_that_is_out_of_scope(folder: Path) -> None:
    phrased(folder, "where-to", "Reason for the move?", "How old is the conductor")
    told = remarks(load(folder))
    both = "it can belong to only one of them"
    assert f"'reason for the move' is in facts/where-to.toml and in facts/why-leave.toml: {both}" in told
    assert f"'how old is the conductor' is in facts/where-to.toml and in out_of_scope/: {both}" in told


def test_passages_that_no_quote_is_from(folder: Path) -> None:
    unused = "passages.toml: passage 'facade': no quote is taken from it, so nothing can be shown of it"
    assert unused not in remarks(load(folder))
    quotes = folder / "quotes.toml"
    before, _, rest = quotes.read_text(encoding="utf-8").partition('[[quote]]\nid = "a-facade"')
    quotes.write_text(before + rest[rest.index("[[quote]]") :], encoding="utf-8")
    assert unused in remarks(load(folder))


def test_repeats(folder: Path) -> None:
    assert not any("repeat" in line for line in remarks(load(folder)))
    phrased(folder, "where-to", "Where is the new hall?", "where do they move TO")
    assert any(line.startswith("2 phrasings repeat") for line in remarks(load(folder)))


def test_facts_with_few_phrasings(folder: Path) -> None:
    assert f"facts/where-to.toml: 6 phrasings; with {FEW} it's found far more often" in remarks(load(folder))
    phrased(folder, "where-to", *(f"to which place, version {n}" for n in range(4)))
    assert not any(line.startswith("facts/where-to.toml") for line in remarks(load(folder)))


def test_nothing_out_of_scope(folder: Path) -> None:
    shutil.rmtree(folder / "out_of_scope")
    assert any(line.startswith("out_of_scope/: is empty") for line in remarks(load(folder)))


def test_many_of_a_kind_are_counted(folder: Path) -> None:
    for n in range(12):
        phrased(folder, "where-to", f"said {n} times", writer=f"w{n}")
        phrased(folder, "why-leave", f"said {n} times", writer=f"w{n}")
    told = [line for line in remarks(load(folder)) if "times'" in line or "more like" in line]
    assert len(told) == 11
    assert told[-1] == "... and 2 more like the last one"
