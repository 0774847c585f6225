"""What Discord's answers tell of its clock."""

from __future__ import annotations

import datetime as dt
import email.utils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.daily.ports import EPOCH, NOTHING_KNOWN
from bot.daily.requests import DiscordClock
from tests.support.clock import FakeClock

NOW = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


class World:
    """Discord's clock is `ahead` of ours; both go on with the monotonic one, and ours may step."""

    def __init__(self, ahead: dt.timedelta = dt.timedelta()) -> None:
        self.ticks = 1000.0
        self.here = FakeClock(NOW)
        self.there = NOW + ahead
        self.clock = DiscordClock(self.here, lambda: self.ticks)

    def passes(self, seconds: float) -> None:
        self.ticks += seconds
        self.there += dt.timedelta(seconds=seconds)
        self.here.move(seconds=seconds)

    def sleeps(self, seconds: float) -> None:
        """The machine is suspended: its monotonic clock stands still."""
        self.there += dt.timedelta(seconds=seconds)
        self.here.move(seconds=seconds)

    def answer(self, way: float = 0.1, back: float = 0.1) -> None:
        sent = self.ticks
        self.passes(way)
        date = email.utils.format_datetime(self.there.replace(microsecond=0), usegmt=True)
        self.passes(back)
        self.clock.dated(date, sent, self.ticks)

    @property
    def right(self) -> bool:
        known = self.clock.now()
        return known.earliest <= self.there <= known.latest


def test_before_any_answer_nothing_is_known() -> None:
    assert World().clock.now() == NOTHING_KNOWN


@pytest.mark.parametrize("ahead", [0, 400, -400, 7200, -7200, 86400 * 365])
def test_a_date_tells_it_to_a_second_or_two_whatever_ours_says(ahead: int) -> None:
    world = World(dt.timedelta(seconds=ahead))
    world.answer()
    known = world.clock.now()
    assert world.right
    assert known.latest - known.earliest <= 1.3 * SECOND


def test_more_answers_tell_it_better() -> None:
    world = World()
    for _ in range(30):
        world.answer(0.02, 0.02)
        world.passes(0.37)
    known = world.clock.now()
    assert world.right
    assert known.latest - known.earliest < 0.3 * SECOND


def test_a_step_of_our_clock_changes_nothing_but_to_the_safe_side() -> None:
    world = World()
    world.answer()
    world.here.move(hours=-3)
    assert world.right
    world.here.move(hours=9)
    assert world.right
    assert world.clock.now().latest >= world.there + dt.timedelta(hours=5)
    world.answer()
    assert world.clock.now().latest <= world.there + 2 * SECOND


def test_a_machine_that_slept_does_not_take_it_for_earlier_than_it_is() -> None:
    world = World()
    world.answer()
    world.sleeps(600)
    assert world.clock.now().latest >= world.there
    world.answer()
    assert world.right


def test_a_wrong_answer_does_not_last() -> None:
    world = World()
    world.clock.dated("Mon, 05 Jan 2015 09:00:00 GMT", world.ticks - 1, world.ticks)
    world.answer()
    assert world.right


@pytest.mark.parametrize(
    "header", [None, "", "yesterday", "Mon, 05 Jan 2026 09:00:00", "Thu, 01 Jan 1970 00:00:00 GMT"]
)
def test_what_is_no_date_teaches_nothing(header: str | None) -> None:
    world = World()
    world.clock.dated(header, world.ticks, world.ticks)
    assert world.clock.now() == NOTHING_KNOWN


def test_a_message_that_is_there_is_not_from_the_future() -> None:
    world = World(dt.timedelta(hours=2))
    world.clock.created(world.there, world.ticks)
    known = world.clock.now()
    assert (known.earliest, known.latest) == (world.there, NOTHING_KNOWN.latest)
    world.clock.created(world.there - dt.timedelta(hours=1), world.ticks)
    assert world.clock.now().earliest == world.there
    world.answer()
    assert world.right
    world.clock.created(world.there + dt.timedelta(minutes=1), world.ticks)
    assert world.clock.now().latest > world.there + dt.timedelta(minutes=1)


def test_a_clock_that_is_wrong_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World(dt.timedelta(minutes=-7))
    world.answer()
    world.answer()
    assert [record.message for record in caplog.records] == [
        "this machine's clock is 419 s ahead of Discord's: daily posts depend on it, so please set it right"
    ]
    behind = World(dt.timedelta(minutes=7))
    behind.answer()
    assert "behind Discord's" in caplog.records[-1].message


def test_a_clock_that_is_right_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    World(20 * SECOND).answer()
    assert caplog.records == []


@given(
    st.integers(-(10**7), 10**7),
    st.lists(
        st.tuples(st.sampled_from(["passes", "answer", "steps"]), st.floats(0, 5000), st.floats(0, 10)), max_size=20
    ),
)
def test_whatever_happens_discords_time_is_within_the_bounds(
    ahead: int, happens: list[tuple[str, float, float]]
) -> None:
    world = World(dt.timedelta(seconds=ahead))
    for what, one, other in happens:
        if what == "answer":
            world.answer(one % 30, other)
        elif what == "passes":
            world.passes(one)
        else:
            world.here.move(seconds=one - 2500)
    known = world.clock.now()
    slack = dt.timedelta(milliseconds=1)  # of floats
    assert known.earliest - slack <= world.there <= known.latest + (slack if known != NOTHING_KNOWN else EPOCH - EPOCH)
