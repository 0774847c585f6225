"""What a person means by a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fuzzy import Names, Vocabulary

NAMES = Names(
    [
        ("falk", ("Ines Falk", "falk", "the conductor")),
        ("brandt", ("Tomas Brandt", "brandt")),
        ("voss", ("Clara Voss", "voss", "Vöß", "!!!")),
        ("anna", ("Anna",)),
        ("anne", ("Anne",)),
    ]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Ines Falk", "falk"), ("INES FALK!", "falk"), ("vöss", "voss"), ("falk, ines", None), ("", None), ("!!!", None)],
)
def test_exactly(typed: str, meant: str | None) -> None:
    assert NAMES.exact(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("flak", "falk"),
        ("tomas brant", "brandt"),
        ("the condutcor", "falk"),
        ("clara vos", "voss"),
        ("fal", None),
        ("xyzw", None),
        ("ann", None),
        ("annx", None),
        ("", None),
    ],
)
def test_with_a_slip(typed: str, meant: str | None) -> None:
    assert NAMES.near(typed) == meant


def test_a_name_of_its_own_is_no_slip_of_another() -> None:
    assert NAMES.near("anna") == "anna"


def test_the_first_to_bear_a_name_keeps_it() -> None:
    assert Names([("one", ("same",)), ("two", ("same",))]).exact("same") == "one"


@pytest.mark.parametrize(
    ("typed", "first"),
    [("", "falk"), ("bra", "brandt"), ("vos", "voss"), ("cond", "falk"), ("conudctor", "falk"), ("voß", "voss")],
)
def test_ranked(typed: str, first: str) -> None:
    assert NAMES.ranked(typed, 3)[0] == first


def test_what_resembles_nothing_ranks_nowhere() -> None:
    assert NAMES.ranked("qqqqqq", 5) == []
    assert NAMES.ranked("", 2) == ["falk", "brandt"]


def test_the_nearest_are_always_there_and_each_once() -> None:
    assert sorted(NAMES.nearest("qqqqqq", 5)) == ["anna", "anne", "brandt", "falk", "voss"]
    assert NAMES.nearest("vosss", 2)[0] == "voss"
    assert len(NAMES.nearest("", 3)) == 3


@given(st.text(max_size=60))
def test_any_text(typed: str) -> None:
    assert len(NAMES.ranked(typed, 3)) <= 3
    assert len(NAMES.nearest(typed, 3)) == 3
    exact = NAMES.exact(typed)
    assert exact is None or NAMES.near(typed) in {None, exact}


VOCABULARY = Vocabulary(["The hall seats eleven hundred people.", "A façade can't be mended."])


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("eleven hundrd poeple", "eleven hundred people"),
        ("HALL", "hall"),
        ("facade", "facade"),
        ("fasade", "facade"),
        ("zzzzzz", "zzzzzz"),
        ("hal", "hal"),
        ("can't", "can't"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_a_search_is_mended_word_by_word(typed: str, mended: str) -> None:
    assert VOCABULARY.corrected(typed) == mended
