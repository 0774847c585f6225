"""What a person means by a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fuzzy import Names, near, only, slips_in

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


@pytest.mark.parametrize(
    ("typed", "slips", "found"),
    [
        ("brandt", 1, [("brandt", 0), ("brand", 1), ("brantd", 1)]),
        ("brnad", 1, [("brand", 1)]),
        ("falc", 1, [("falk", 1)]),
        ("falc", 0, []),
        ("xyz", 2, []),
        ("", 3, []),
    ],
)
def test_names_within_some_slips_come_nearest_first(typed: str, slips: int, found: list[tuple[str, int]]) -> None:
    names = ["falk", "brand", "brandt", "brantd"]
    assert [(each.name, each.slips) for each in near(typed, names, slips)] == found
    assert all(names[each.at] == each.name for each in near(typed, names, slips))


def test_a_short_name_must_be_right() -> None:
    assert [slips_in(word) for word in ("", "ann", "anna", "sigourney", "xxxxxxxxxxxx")] == [0, 0, 1, 2, 3]


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        ([], None),
        ([("anna", 1)], "anna"),
        ([("anna", 1), ("anne", 1)], None),
        ([("anna", 2), ("anne", 1)], "anne"),
        ([("anna", 2), ("anna", 1), ("anne", 2)], "anna"),
    ],
)
def test_of_things_that_are_as_near_none_is_meant(found: list[tuple[str, int]], meant: str | None) -> None:
    assert only(found) == meant
