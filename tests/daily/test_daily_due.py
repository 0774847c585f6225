"""What is done with a schedule that is due: posted, late, skipped, paused."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.daily.bag import Bag, predict
from bot.daily.jobs import MISSED_LIMIT, plan
from bot.daily.schedule import EVERY_DAY, ChannelKind, Pause, Rule, Schedule, ScheduleSpec, Target, nonce

LIMIT = dt.timedelta(hours=6)
QUOTES = ("a", "b", "c")
MONDAY = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.UTC)


def schedule(due: dt.datetime | None = MONDAY, zone: str = "UTC") -> Schedule:
    spec = ScheduleSpec(Target(1, 2, ChannelKind.TEXT), Rule(9 * 60, EVERY_DAY, zone))
    return Schedule(5, 1, spec, Bag(11), next_date=due.date() if due else None, next_due=due)


def test_on_time() -> None:
    made = plan(schedule(), MONDAY, LIMIT, QUOTES)
    assert made.post is not None
    assert made.post.quote == predict(Bag(11), QUOTES, 1)[0]
    assert not made.post.late
    assert made.missed == ()
    assert made.next_ is not None
    assert made.next_.instant == MONDAY + dt.timedelta(days=1)


@pytest.mark.parametrize(("minutes", "late"), [(15, False), (16, True), (360, True)])
def test_a_post_that_comes_late_is_marked(minutes: int, late: bool) -> None:
    made = plan(schedule(), MONDAY + dt.timedelta(minutes=minutes), LIMIT, QUOTES)
    assert made.post is not None
    assert made.post.late is late


def test_too_late_is_skipped_and_the_next_one_comes_as_planned() -> None:
    made = plan(schedule(), MONDAY + dt.timedelta(hours=6, seconds=1), LIMIT, QUOTES)
    assert made.post is None
    assert [missed.date for missed in made.missed] == [MONDAY.date()]
    assert made.next_ is not None
    assert made.next_.instant == MONDAY + dt.timedelta(days=1)
    assert made.bag == Bag(11)


def test_days_of_downtime_end_in_one_post() -> None:
    made = plan(schedule(), MONDAY + dt.timedelta(days=3, hours=1), LIMIT, QUOTES)
    assert [missed.date.day for missed in made.missed] == [5, 6, 7]
    assert made.post is not None
    assert made.post.occurrence.date.day == 8
    assert made.post.late


def test_after_years_the_latest_missed_dates_are_written_down() -> None:
    made = plan(schedule(), MONDAY + dt.timedelta(days=1000, hours=12), LIMIT, QUOTES)
    assert len(made.missed) == MISSED_LIMIT
    assert made.post is None


def test_nothing_matches() -> None:
    made = plan(schedule(), MONDAY, LIMIT, ())
    assert (made.pause, made.post, made.next_) == (Pause.NO_QUOTES, None, None)


def test_a_zone_that_is_gone() -> None:
    assert plan(schedule(zone="Mars/Olympus"), MONDAY, LIMIT, QUOTES).pause is Pause.ZONE_GONE


def test_a_paused_schedule_is_never_due() -> None:
    with pytest.raises(ValueError, match="paused"):
        plan(schedule(None), MONDAY, LIMIT, QUOTES)


@given(st.integers(0, 60 * 24 * 40))
def test_never_two_posts_and_always_a_future_next_one(minutes: int) -> None:
    now = MONDAY + dt.timedelta(minutes=minutes)
    made = plan(schedule(), now, LIMIT, QUOTES)
    assert made.next_ is not None
    assert made.next_.instant > now
    assert all(now - missed.instant > LIMIT for missed in made.missed)
    dates = [missed.date for missed in made.missed] + ([made.post.occurrence.date] if made.post else [])
    assert dates == sorted(set(dates))


@given(st.integers(1, 2**63 - 1), st.dates())
def test_a_nonce_fits_and_tells_apart(schedule_id: int, date: dt.date) -> None:
    assert len(nonce(schedule_id, date)) <= 25
    assert nonce(schedule_id, date) == nonce(schedule_id, date)
    assert nonce(schedule_id, date) != nonce(schedule_id - 1, date)
