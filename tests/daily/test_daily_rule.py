"""The rule of time: known changes of the clocks, properties, and a random part of the sweep."""

from __future__ import annotations

import datetime as dt
import random
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.daily.schedule import (
    EVERY_DAY,
    Change,
    Effect,
    Rule,
    changes,
    effect,
    following,
    instant_on,
    offset_at,
    offset_text,
    upcoming,
    zone_info,
    zone_names,
)
from tests.support.sweep import differences

ZONES = sorted(zone_names())
instants = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2037, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=dt.UTC)
)
rules = st.builds(Rule, st.integers(0, 1439), st.integers(1, EVERY_DAY), st.sampled_from(ZONES))


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def test_an_ordinary_day() -> None:
    assert instant_on(Rule(9 * 60, EVERY_DAY, "Europe/Berlin"), dt.date(2026, 1, 5)) == utc("2026-01-05 08:00")
    assert instant_on(Rule(9 * 60, EVERY_DAY, "Europe/Berlin"), dt.date(2026, 7, 5)) == utc("2026-07-05 07:00")


def test_clocks_go_forward_over_the_time() -> None:
    # New York, 8 March 2026: 02:00 becomes 03:00 at 07:00 UTC.
    for minute in (120, 150, 179):
        assert instant_on(Rule(minute, EVERY_DAY, "America/New_York"), dt.date(2026, 3, 8)) == utc("2026-03-08 07:00")


def test_clocks_go_back_over_the_time() -> None:
    # New York, 1 November 2026: 01:30 comes at 05:30 and again at 06:30 UTC.
    rule = Rule(90, EVERY_DAY, "America/New_York")
    assert instant_on(rule, dt.date(2026, 11, 1)) == utc("2026-11-01 05:30")
    # Between the two, the next one is tomorrow's.
    assert next(upcoming(rule, utc("2026-11-01 06:00"))).date == dt.date(2026, 11, 2)


def test_a_gap_over_midnight_gives_both_dates_their_post() -> None:
    # Nuuk, 28 March 2026: 23:00 on Saturday becomes 00:00 on Sunday at 01:00 UTC.
    late, early = Rule(23 * 60 + 30, EVERY_DAY, "America/Nuuk"), Rule(0, EVERY_DAY, "America/Nuuk")
    assert instant_on(late, dt.date(2026, 3, 28)) == utc("2026-03-29 01:00")
    assert instant_on(early, dt.date(2026, 3, 29)) == utc("2026-03-29 01:00")
    dates = [post.date for post in islice(upcoming(late, utc("2026-03-28 00:00")), 4)]
    assert dates == [dt.date(2026, 3, 27), dt.date(2026, 3, 28), dt.date(2026, 3, 29), dt.date(2026, 3, 30)]


def test_a_skipped_day_has_no_post() -> None:
    # Samoa went from 29 to 31 December 2011.
    rule = Rule(9 * 60, EVERY_DAY, "Pacific/Apia")
    assert instant_on(rule, dt.date(2011, 12, 30)) is None
    assert following(rule, dt.date(2011, 12, 29)).date == dt.date(2011, 12, 31)


def test_a_date_that_had_its_post_is_not_offered_again() -> None:
    rule = Rule(21 * 60, EVERY_DAY, "UTC")
    assert next(upcoming(rule, utc("2026-05-01 10:00"))).date == dt.date(2026, 5, 1)
    assert next(upcoming(rule, utc("2026-05-01 10:00"), last=dt.date(2026, 5, 1))).date == dt.date(2026, 5, 2)


@pytest.mark.parametrize("days", [0, 128])
def test_a_rule_without_weekdays_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="weekday"):
        following(Rule(0, days, "UTC"), dt.date(2026, 1, 1))


@given(rules, instants)
def test_the_next_post_is_later_on_a_right_day_and_within_nine_days(rule: Rule, instant: dt.datetime) -> None:
    post = next(upcoming(rule, instant))
    assert post.instant > instant
    assert rule.has(post.date)
    # Seven days to the weekday, a day that a zone skipped, and a day's change of offset.
    assert post.instant - instant <= dt.timedelta(days=15)


@given(rules, instants)
def test_going_from_post_to_post_gives_the_same_as_asking_from_an_instant(rule: Rule, instant: dt.datetime) -> None:
    first, second, third = islice(upcoming(rule, instant), 3)
    assert following(rule, first.date) == second
    assert following(rule, second.date) == third
    assert first.date < second.date < third.date
    assert first.instant <= second.instant <= third.instant


@given(rules, instants)
def test_the_local_time_of_a_post_is_the_rules_or_the_first_after_it(rule: Rule, instant: dt.datetime) -> None:
    post = next(upcoming(rule, instant))
    local = post.instant.astimezone(zone_info(rule.zone)).replace(tzinfo=None)
    wanted = dt.datetime.combine(post.date, dt.time(rule.minute // 60, rule.minute % 60))
    assert local >= wanted
    assert local - wanted < dt.timedelta(hours=24)
    just_before = (post.instant - dt.timedelta(seconds=1)).astimezone(zone_info(rule.zone))
    assert just_before.replace(tzinfo=None) < wanted


def test_a_random_part_of_the_sweep() -> None:
    """Other zones, times and weekdays in each run; the message of a failure names them."""
    chance = random.Random()
    for zone in chance.sample(ZONES, 12):
        year = chance.randrange(1990, 2035)
        minutes = chance.sample(range(1440), 6)
        days = chance.randint(1, EVERY_DAY)
        compared, wrong = differences(zone, dt.date(year, 1, 1), dt.date(year + 2, 12, 31), minutes, days)
        assert compared
        assert wrong == []


@pytest.mark.parametrize(
    ("zone", "year"),
    [
        ("Pacific/Apia", 2010),  # a day skipped
        ("Pacific/Kwajalein", 1992),  # another
        ("America/Nuuk", 2025),  # a gap over midnight
        ("Africa/Casablanca", 2026),  # four changes a year
        ("Antarctica/Troll", 2026),  # two hours at once
        ("Australia/Lord_Howe", 2026),  # half an hour
        ("America/Caracas", 2014),  # a change of half an hour for good
        ("Asia/Pyongyang", 2017),  # and back over midnight
    ],
)
def test_zones_with_rare_changes(zone: str, year: int) -> None:
    compared, wrong = differences(zone, dt.date(year, 1, 1), dt.date(year + 2, 12, 31), range(0, 1440, 30))
    assert compared > 48 * 3 * 364
    assert wrong == []


SIXTY = dt.timedelta(days=60)
HOUR = dt.timedelta(hours=1)


def test_changes_are_told_within_sixty_days() -> None:
    (change,) = changes("America/New_York", utc("2026-02-01 00:00"), SIXTY)
    assert change == Change(utc("2026-03-08 07:00"), -5 * HOUR, -4 * HOUR)
    # The last instant of the sixty days counts; the one that they are counted from does not.
    assert list(changes("America/New_York", utc("2026-01-07 07:00"), SIXTY)) == [change]
    assert list(changes("America/New_York", utc("2026-01-07 06:59"), SIXTY)) == []
    assert list(changes("America/New_York", utc("2026-03-08 07:00"), SIXTY)) == []
    assert list(changes("Asia/Tokyo", utc("2026-02-01 00:00"), SIXTY)) == []


@pytest.mark.parametrize(
    ("zone", "instant", "at"),
    [
        # Morocco goes back for Ramadan, and forward again after it.
        ("Africa/Casablanca", "2026-02-01 00:00", ["2026-02-15 02:00", "2026-03-22 02:00"]),
        ("Africa/El_Aaiun", "2025-02-10 09:30", ["2025-02-23 02:00", "2025-04-06 02:00"]),
        ("Africa/Casablanca", "2026-02-15 02:00", ["2026-03-22 02:00"]),
        # Egypt did so in the midst of summer time.
        ("Africa/Cairo", "2014-06-20 00:00", ["2014-06-26 21:00", "2014-07-31 22:00"]),
    ],
)
def test_all_changes_of_the_sixty_days_are_told_in_order(zone: str, instant: str, at: list[str]) -> None:
    found = list(changes(zone, utc(instant), SIXTY))
    assert [change.at for change in found] == [utc(each) for each in at]
    assert all(one.after == other.before for one, other in pairwise(found))


def test_offsets() -> None:
    assert offset_at("Asia/Kathmandu", utc("2026-01-01 00:00")) == dt.timedelta(hours=5, minutes=45)


@pytest.mark.parametrize(
    ("minute", "instant", "expected"),
    [
        (150, "2026-02-01 00:00", Effect.GAP),
        (119, "2026-02-01 00:00", Effect.NONE),
        (180, "2026-02-01 00:00", Effect.NONE),
        (60, "2026-10-01 00:00", Effect.TWICE),
        (120, "2026-10-01 00:00", Effect.NONE),
    ],
)
def test_what_a_change_does_to_a_time(minute: int, instant: str, expected: Effect) -> None:
    (change,) = changes("America/New_York", utc(instant), SIXTY)
    assert effect(Rule(minute, EVERY_DAY, "America/New_York"), change) is expected


def test_a_change_on_another_weekday_does_nothing() -> None:
    (change,) = changes("America/New_York", utc("2026-02-01 00:00"), SIXTY)
    assert effect(Rule(150, 0b001_1111, "America/New_York"), change) is Effect.NONE


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, "UTC"), (-300, "UTC-5"), (330, "UTC+5:30"), (-210, "UTC-3:30"), (840, "UTC+14")]
)
def test_offsets_in_words(minutes: int, expected: str) -> None:
    assert offset_text(dt.timedelta(minutes=minutes)) == expected
