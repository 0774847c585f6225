"""The shuffled bag: nothing twice before all were posted, nothing twice at the seam, told in advance."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.daily.bag import Bag, draw, drop, foretell

ids = st.lists(st.text("abcdef", min_size=1, max_size=4), min_size=1, max_size=30, unique=True)
seeds = st.integers(0, 2**63 - 1)


@given(seeds, ids, st.integers(1, 4))
def test_each_round_holds_every_quote_once(seed: int, quotes: list[str], rounds: int) -> None:
    told = foretell(Bag(seed), quotes, rounds * len(quotes))
    for start in range(0, len(told), len(quotes)):
        assert sorted(told[start : start + len(quotes)]) == sorted(quotes)


@given(seeds, ids, st.integers(2, 100))
def test_never_the_same_twice_in_a_row(seed: int, quotes: list[str], count: int) -> None:
    told = foretell(Bag(seed), quotes, count)
    if len(quotes) > 1:
        assert all(one != other for one, other in pairwise(told))


@given(seeds, ids, st.integers(1, 40))
def test_what_was_told_in_advance_is_what_comes(seed: int, quotes: list[str], count: int) -> None:
    bag, drawn = Bag(seed), []
    told = foretell(bag, quotes, count)
    for _ in range(count):
        quote, bag = draw(bag, list(reversed(quotes)))  # the order in which the store lists them is no matter
        drawn.append(quote)
    assert drawn == list(told)


@given(seeds, ids, st.integers(0, 30), st.sets(st.text("xyz", min_size=1, max_size=3), max_size=5), st.data())
def test_quotes_that_come_and_go_change_nothing_else(
    seed: int, quotes: list[str], drawn: int, new: set[str], data: st.DataObject
) -> None:
    bag = Bag(seed)
    seen = []
    for _ in range(min(drawn, len(quotes) - 1)):
        quote, bag = draw(bag, quotes)
        seen.append(quote)
    gone = data.draw(st.sets(st.sampled_from(quotes)))
    after = sorted((set(quotes) - gone) | new)
    left = [quote for quote in after if quote not in seen]
    # What is left of the round comes before anything that was seen, new quotes included.
    assert sorted(foretell(bag, after, len(left))) == sorted(left)
    # And those that were there keep their order.
    before = [quote for quote in foretell(bag, quotes, len(quotes) - len(seen)) if quote in left]
    assert [quote for quote in foretell(bag, after, len(left)) if quote in before] == before or bag.last in new


@given(seeds, ids)
def test_an_edit_and_back_repeats_nothing(seed: int, quotes: list[str]) -> None:
    bag, seen = Bag(seed), []
    some = quotes[: max(1, len(quotes) // 2)]
    for matching in (quotes, some, quotes):
        for _ in range(len(matching) // 4):
            quote, bag = draw(bag, matching)
            seen.append(quote)
    if set(some) - set(seen):
        assert len(seen) == len(set(seen))


@given(seeds, ids, st.lists(st.booleans(), max_size=60))
def test_a_dropped_quote_does_not_come_next_and_keeps_the_seam(seed: int, quotes: list[str], drops: list[bool]) -> None:
    bag, posted = Bag(seed), []
    for dropping in drops:
        if dropping and len(quotes) > 1:
            gone, bag = drop(bag, quotes)
            assert draw(bag, quotes)[0] != gone
        else:
            quote, bag = draw(bag, quotes)
            posted.append(quote)
    if len(quotes) > 2:
        assert all(one != other for one, other in pairwise(posted))


def test_nothing_to_draw_from() -> None:
    assert foretell(Bag(1), [], 3) == []
    with pytest.raises(ValueError, match="nothing"):
        draw(Bag(1), [])


def test_seeds_give_other_orders() -> None:
    quotes = [f"quote-{number}" for number in range(20)]
    assert len({tuple(foretell(Bag(seed), quotes, 20)) for seed in range(50)}) == 50
