"""A folder tried on a file of questions: a table of the replies, and a score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import AnnouncementError
from bot.terminal import Asked, read_questions, tried
from tests.support.program import program
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path

    from bot.client.client import Services

QUESTIONS = """\
# What the orchestra is asked
how many seats are there? => how-many-seats
how many seats are there? => where-to
where is the hall located now => where-to

who wrote the gasworks song => none
how many people does the hall seat? => none
is antines canon => antines, how-many-seats
zzzz => what-opens
hi
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "questions.txt"
    path.write_text(QUESTIONS, encoding="utf-8")
    return path


KNOWN = {"how-many-seats", "where-to", "antines", "what-opens"}


def test_the_form_of_the_file(file: Path) -> None:
    asked = read_questions(file, KNOWN)
    assert asked[0] == Asked("how many seats are there?", frozenset({"how-many-seats"}))
    assert asked[3] == Asked("who wrote the gasworks song", frozenset())
    assert asked[5].right == frozenset({"antines", "how-many-seats"})
    assert asked[-1] == Asked("hi", None)
    assert len(asked) == 8


def test_every_mistake_of_the_file(tmp_path: Path) -> None:
    def refused() -> tuple[str, ...]:
        with pytest.raises(AnnouncementError) as raised:
            read_questions(path, KNOWN)
        return raised.value.mistakes

    path = tmp_path / "questions.txt"
    assert "can't be read" in refused()[0]
    path.write_bytes(b"\xff\xfe")
    assert refused() == (f"{path}: the file isn't UTF-8 text; save it as UTF-8",)
    path.write_text("# nothing\n\n")
    assert refused() == (f"{path}: there's no question in it; write one on each line",)
    path.write_text("one => where\ntwo => where-to, \n")
    assert refused() == (
        f"{path}:1: 'where' is no fact, claim or subject",
        f"{path}:2: '' is no fact, claim or subject",
    )


async def test_a_table_and_a_score(second_services: Services, file: Path) -> None:
    heads, *lines = tried(second_services, read_questions(file, KNOWN)).splitlines()
    assert heads.split() == ["tier", "sure", "answer", "nearest", "question"]
    rows = [line.split()[:2] for line in lines[:7]]
    assert rows == [
        ["right", "sure"],
        ["wrong", "sure"],
        ["near", "closest"],
        ["right", "silent"],
        ["false", "sure"],
        ["right", "ruled"],
        ["missed", "silent"],
    ]
    assert lines[0].split()[3] == "how-many-seats"
    assert lines[0].endswith("how many seats are there?")
    assert lines[7].split()[0] == "greeted"
    assert lines[-1] == (
        "3 of 7 right; 1 with another answer, 1 with the right one only among the nearest, 1 missed, "
        "1 answered that nothing answers"
    )


async def test_without_what_is_right_there_is_no_score(second_services: Services) -> None:
    lines = tried(second_services, [Asked("tomas and greta", None), Asked("x " * 90, None)]).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("tier")
    assert lines[2].endswith("\u2026")


async def test_what_is_not_addressed_is_no_answer(second_services: Services) -> None:
    told = tried(second_services, [Asked("is claranes canon", frozenset())])
    assert told.splitlines()[1].split()[:2] == ["right", "ruled"]


def test_the_command(tmp_path: Path, file: Path) -> None:
    def run(folder: Path) -> tuple[int, str, str]:
        learnt = str(tmp_path / "learnt.sqlite3")
        ended = program("try", str(folder), str(file), store=tmp_path / "own.sqlite3", LEARNT_PATH=learnt)
        return ended.code, ended.out, ended.err

    assert run(tmp_path / "nowhere")[0] == 2
    code, out, _ = run(SECOND)
    assert code == 0
    assert out.splitlines()[1].split()[:2] == ["right", "sure"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["questions.txt", "tried.sqlite3"]
