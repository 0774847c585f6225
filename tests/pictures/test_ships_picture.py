"""The overview picture: every ship with its label, nothing over anything else."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures.canvas import UndrawableError
from bot.pictures.charts import Tie, draw_pairs, groups, shape
from bot.pictures.typesetting import Face, Faces, typographic
from tests.pictures.looking import fault, picture, stained_margin, unknown_letters

if TYPE_CHECKING:
    from bot.library import Library

FACES = Faces()


def tie(one: str, other: str, name: str = "Ship", dash: int = 0) -> Tie:
    return Tie(one, other, name, "Confirmed", 0x2E8B57, dash)


def test_every_ship_of_the_data_could_stand_in_the_picture(library: Library, faces: Faces) -> None:
    names = {person.id: person.name for person in library.people}
    ties = [
        Tie(names[ship.members[0]], names[ship.members[1]], ship.name, "Mentioned, no ruling", 0xC98A1B, 6)
        for ship in library.subjects
        if ship.kind == "ship" and ship.verdict != "not-addressed"
    ]
    sheet = draw_pairs(faces, "Ships at a glance", "Ships", ties)
    assert fault(sheet) is None
    told = [text for text, _ in sheet.texts]
    for each in ties:
        assert {typographic(each.name), each.verdict, each.one, each.other} <= set(told)
    assert len(told) == 2 + 2 * len(ties) + len({person for each in ties for person in (each.one, each.other)})
    for face in Face:
        assert not unknown_letters("".join(told), face)
    png = sheet.png()
    assert picture(png).width == 1200
    assert not stained_margin(sheet, png, left=0)


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "b")],
        [("a", "b"), ("b", "c")],
        [("a", "b"), ("b", "c"), ("c", "a")],
        [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")],
        [("a", "b"), ("a", "c"), ("a", "d"), ("a", "e")],
        [("a", "b"), ("c", "d"), ("e", "f"), ("g", "h"), ("i", "j"), ("k", "l"), ("m", "n")],
        [("a", "b"), ("a", "b"), ("b", "a")],
        [*itertools.combinations("abcd", 2)],
    ],
)
def test_any_shape_of_ties_is_set_without_overlaps(pairs: list[tuple[str, str]]) -> None:
    ties = [tie(f"Person {one}", f"Person {other}", f"Ship {one}{other}", dash=6) for one, other in pairs]
    assert fault(draw_pairs(FACES, "Ships", "All", ties)) is None


@pytest.mark.parametrize(
    "ties",
    [
        [],
        [tie("อา", "Bo")],
        [tie("A name without an end " * 6, "Bo")],
        [tie(f"Person {one}", f"Person {other}") for one, other in itertools.combinations(range(12), 2)],
    ],
)
def test_what_cannot_be_set_is_refused(ties: list[Tie]) -> None:
    with pytest.raises(UndrawableError):
        draw_pairs(FACES, "Ships", "All", ties)


def test_groups_are_those_who_are_tied_the_largest_first() -> None:
    found = groups([("a", "b"), ("c", "d"), ("d", "e")])
    assert [set(group.people) for group in found] == [{"c", "d", "e"}, {"a", "b"}]
    assert found[0].pairs == (("c", "d"), ("d", "e"))


def test_a_chain_stands_upright_in_its_order() -> None:
    (group,) = groups([("b", "a"), ("c", "b")])
    places = shape(group, 300)
    assert {x for x, _ in places.values()} == {0.0}
    assert sorted(places, key=lambda person: places[person][1]) in (["a", "b", "c"], ["c", "b", "a"])
    assert sorted(y for _, y in places.values()) == [-150.0, 0.0, 150.0]


def test_a_ring_has_the_one_with_most_ties_on_top() -> None:
    (group,) = groups([("a", "b"), ("c", "b"), ("d", "b"), ("a", "c")])
    places = shape(group, 300)
    assert min(places, key=lambda person: places[person][1]) == "b"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("hijklmn")), min_size=1, max_size=9))
def test_everybody_has_a_place_of_their_own(pairs: list[tuple[str, str]]) -> None:
    found = groups(pairs)
    assert sorted(person for group in found for person in group.people) == sorted({p for pair in pairs for p in pair})
    assert sum(len(group.pairs) for group in found) == len(pairs)
    for group in found:
        places = shape(group, 300)
        assert all(math.dist(one, other) > 10 for one, other in itertools.combinations(places.values(), 2))
        assert max(y for _, y in places.values()) - min(y for _, y in places.values()) == pytest.approx(300)
