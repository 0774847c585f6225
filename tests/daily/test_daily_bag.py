"""The shuffled bag: nothing twice before all were posted, nothing twice at the seam, told in advance."""

from __future__ import annotations

import itertools
from collections import deque
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.daily.bag import FAILURES, Bag, draw, drop, predict, put_back

ids = st.lists(st.text("abcdef", min_size=1, max_size=4), min_size=1, max_size=30, unique=True)
seeds = st.integers(0, 2**63 - 1)
# What an edited `about` matches, and for how many posts.
edits = st.lists(st.tuples(st.sets(st.sampled_from("abcdefgh"), min_size=1), st.integers(1, 12)), max_size=8)


def after(seed: int, edits: list[tuple[set[str], int]]) -> Bag:
    """Return a bag with a past: so many posts of each of these."""
    bag = Bag(seed)
    for matching, count in edits:
        for _ in range(count):
            _, bag = draw(bag, matching)
    return bag


@given(seeds, ids, st.integers(1, 4))
def test_each_round_holds_every_quote_once(seed: int, quotes: list[str], rounds: int) -> None:
    told = predict(Bag(seed), quotes, rounds * len(quotes))
    for start in range(0, len(told), len(quotes)):
        assert sorted(told[start : start + len(quotes)]) == sorted(quotes)


@given(seeds, ids, st.integers(2, 100))
def test_never_the_same_twice_in_a_row(seed: int, quotes: list[str], count: int) -> None:
    told = predict(Bag(seed), quotes, count)
    if len(quotes) > 1:
        assert all(one != other for one, other in pairwise(told))


@given(seeds, ids, st.integers(1, 40))
def test_what_was_told_in_advance_is_what_comes(seed: int, quotes: list[str], count: int) -> None:
    bag, drawn = Bag(seed), []
    told = predict(bag, quotes, count)
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
    assert sorted(predict(bag, after, len(left))) == sorted(left)
    # And those that were there keep their order.
    before = [quote for quote in predict(bag, quotes, len(quotes) - len(seen)) if quote in left]
    assert [quote for quote in predict(bag, after, len(left)) if quote in before] == before or bag.last in new


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


def test_all_then_a_topic_then_all_repeats_nothing_before_the_rest() -> None:
    everything, topic = [f"quote-{number}" for number in range(30)], [f"quote-{number}" for number in range(8)]
    bag, seen = Bag(5), []
    for matching, count in ((everything, 10), (topic, 9)):
        for _ in range(count):
            quote, bag = draw(bag, matching)
            seen.append(quote)
    rest = set(everything) - set(seen)
    assert set(predict(bag, everything, len(rest))) == rest


@given(seeds, edits)
def test_what_waits_longest_comes_first_whatever_was_edited(seed: int, edits: list[tuple[set[str], int]]) -> None:
    """No quote comes while one that matches too was posted in an earlier round, or never: but the one posted last."""
    bag, rounds = Bag(seed), dict[str, int]()
    for matching, count in edits:
        for _ in range(count):
            others = matching - {bag.last} or matching
            quote, bag = draw(bag, matching)
            assert quote in others
            assert rounds.get(quote, -1) == min(rounds.get(other, -1) for other in others)
            rounds[quote] = bag.round


@given(seeds, edits, st.sets(st.sampled_from("abcdefgh"), min_size=1))
def test_after_any_past_the_round_is_ended_and_then_each_holds_all(
    seed: int, edits: list[tuple[set[str], int]], matching: set[str]
) -> None:
    bag, size = after(seed, edits), len(matching)
    waiting = {quote for quote in matching if bag.drawn.get(quote) != bag.round}
    told = predict(bag, matching, len(waiting) + 3 * size)
    assert set(told[: len(waiting)]) == waiting
    for start in range(len(waiting), len(told), size):
        assert set(told[start : start + size]) == matching
    for start in range(len(told) - 2 * size + 2):
        assert set(told[start : start + 2 * size - 1]) == matching


@given(seeds, edits, st.sets(st.sampled_from("uvwxyz"), min_size=1))
def test_new_quotes_come_first_and_once(seed: int, edits: list[tuple[set[str], int]], new: set[str]) -> None:
    bag, old = after(seed, edits), set("abcdefgh")
    waiting = {quote for quote in old if bag.drawn.get(quote) != bag.round}
    told = predict(bag, old | new, len(new | waiting))
    assert set(told) == new | waiting
    assert set(told[: len(new)]) <= new | (old - bag.drawn.keys())


@given(seeds, edits, st.sets(st.sampled_from("abcdefgh"), min_size=1))
def test_a_post_that_failed_leaves_the_order_as_it_was(
    seed: int, edits: list[tuple[set[str], int]], matching: set[str]
) -> None:
    bag = after(seed, edits)
    quote, claimed = draw(bag, matching)
    back = put_back(claimed, quote, bag.drawn.get(quote), bag.last, [])
    assert predict(back, matching, 20) == predict(bag, matching, 20)


@given(seeds, st.lists(st.tuples(st.sets(st.sampled_from("abcdef"), min_size=1), st.booleans()), max_size=80))
def test_what_was_posted_keeps_the_promise_though_posts_fail(seed: int, posts: list[tuple[set[str], bool]]) -> None:
    bag, rounds, last = Bag(seed), dict[str, int](), None
    before = deque[str](maxlen=FAILURES - 1)
    for matching, fails in posts:
        mark = bag.drawn
        quote, bag = draw(bag, matching)
        if fails and quote not in [*before][:2]:
            bag = put_back(bag, quote, mark.get(quote), last, list(before))
        else:
            others = matching - {last} or matching
            assert quote in others
            assert rounds.get(quote, -1) == min(rounds.get(other, -1) for other in others)
            rounds[quote], last = bag.round, quote
        before.appendleft(quote)


@given(seeds, st.sampled_from(["abc", "abcd", "abcde"]), st.lists(st.integers(0, 25), max_size=30))
def test_however_often_posts_fail_none_comes_twice_in_a_row(seed: int, quotes: str, failures: list[int]) -> None:
    bag, last = Bag(seed), None
    before = deque[str](maxlen=FAILURES - 1)
    for fails in itertools.chain.from_iterable([*itertools.repeat(True, count), False] for count in failures):
        mark = bag.drawn
        quote, bag = draw(bag, quotes)
        if fails:
            bag = put_back(bag, quote, mark.get(quote), last, list(before))
        else:
            assert quote != last
            last = quote
        before.appendleft(quote)


@given(seeds, st.sets(st.sampled_from("abcdef"), min_size=2))
def test_a_quote_that_always_fails_does_not_keep_the_others_back(seed: int, quotes: set[str]) -> None:
    bag, last, posted = Bag(seed), None, list[str]()
    before = deque[str](maxlen=FAILURES - 1)
    bad = min(quotes)
    for _ in range(3 * (len(quotes) + 3)):
        mark = bag.drawn
        quote, bag = draw(bag, quotes)
        if quote == bad:
            bag = put_back(bag, quote, mark.get(quote), last, list(before))
        else:
            posted.append(quote)
            last = quote
        before.appendleft(quote)
    assert all(posted.count(quote) > 1 for quote in quotes - {bad})


def test_who_fails_again_and_again_comes_later_and_in_the_end_not_again() -> None:
    bag = Bag(1, 4, {"a": 4, "b": 4, "c": 3}, "a")
    assert put_back(bag, "a", 3, "b", ["c", "b"]) == Bag(1, 4, {"a": 3, "b": 4, "c": 3}, "b")
    assert put_back(bag, "a", None, "b", []) == Bag(1, 4, {"b": 4, "c": 3}, "b")
    assert put_back(bag, "a", 3, "b", ["a", "b"]) == Bag(1, 4, bag.drawn, "b")
    assert put_back(bag, "a", 3, "b", ["a", "a"]) == Bag(1, 4, bag.drawn, "b")
    ended = msgspec.structs.replace(bag, drawn={"a": 4, "b": 4, "c": 4})
    assert put_back(ended, "a", 3, "b", ["a", "a"]) == Bag(1, 4, {"a": 5, "b": 4, "c": 4}, "b")
    assert put_back(bag, "a", 3, "b", ["a"] * 3).last == "b"
    assert put_back(bag, "a", 3, "b", ["a"] * 4) == bag
    # Another one was drawn meanwhile.
    assert put_back(bag, "b", 3, "c", ["c"]) == Bag(1, 4, {"a": 4, "b": 3, "c": 3}, "a")


def test_nothing_to_draw_from() -> None:
    assert predict(Bag(1), [], 3) == []
    with pytest.raises(ValueError, match="nothing"):
        draw(Bag(1), [])


def test_seeds_give_other_orders() -> None:
    quotes = [f"quote-{number}" for number in range(20)]
    assert len({tuple(predict(Bag(seed), quotes, 20)) for seed in range(50)}) == 50
