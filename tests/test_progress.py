"""How far long work is, in a terminal and elsewhere."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.progress import progress
from tests.support.seeded import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def lines(parts: list[float], total: float) -> list[str]:
    written = io.StringIO()
    with progress("counting", total, written) as advance:
        for part in parts:
            advance(part)
    return written.getvalue().splitlines()


def test_a_line_for_each_tenth_where_there_is_no_terminal() -> None:
    told = lines([1] * 40, 40)
    assert [re.sub(r"\d+ s$", "0 s", each) for each in told] == [f"counting: {n} %, 0 s" for n in range(10, 101, 10)]


def test_few_large_parts_are_told_one_by_one() -> None:
    assert [each.split(",")[0] for each in lines([1] * 3, 3)] == ["counting: 30 %", "counting: 60 %", "counting: 100 %"]


@given(st.lists(st.floats(0.001, 1000), min_size=1, max_size=50))
def test_whatever_the_parts_it_rises_and_ends_with_all(parts: list[float]) -> None:
    told = [int(each.split()[1]) for each in lines(parts, sum(parts))]
    assert told == sorted(set(told))
    assert told[-1] == 100
    assert len(told) <= 10


PROGRAM = """
from tests.support.progress import progress
with progress("counting", 4) as advance:
    for number in range(4):
        print("result", number)
        advance(1)
"""


@pytest.mark.parametrize("piped", [True, False], ids=["results in a file", "results in the terminal"])
def test_a_bar_in_a_terminal_leaves_the_results_alone(tmp_path: Path, *, piped: bool) -> None:
    pty = pytest.importorskip("pty", reason="there are no such terminals here")
    ours, its = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    file = tmp_path / "results"
    with file.open("w") as results:
        process = subprocess.Popen(  # noqa: S603 - a program of this test
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=results if piped else its,
            stderr=its,
        )
        os.close(its)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # the terminal has lost its program
            pass
        assert process.wait(30) == 0
    os.close(ours)
    assert b"counting" in shown
    assert b"100%" in shown
    wanted = [f"result {number}" for number in range(4)]
    if piped:
        assert file.read_text().splitlines() == wanted
        assert b"result" not in shown
    else:
        assert re.findall(r"result \d", shown.decode()) == wanted
