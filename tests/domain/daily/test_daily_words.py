"""Times, days and zones as moderators write them."""

from __future__ import annotations

import contextlib
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.daily.days import complete_days, days_text, parse_days
from bot.domain.daily.rule import EVERY_DAY
from bot.domain.daily.times import complete_time, parse_time, time_text
from bot.domain.daily.zones import POPULAR, Zones
from bot.domain.errors import UserError


@pytest.fixture(scope="module")
def zones() -> Zones:
    return Zones.load()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("9:00", "09:00"), ("09:00", "09:00"), ("9am", "09:00"), ("9 a.m.", "09:00"), ("21:30", "21:30")),
        *(("9.30 pm", "21:30"), ("930pm", "21:30"), ("0900", "09:00"), ("21h30", "21:30"), ("9", "09:00")),
        *(
            ("noon", "12:00"),
            ("12 noon", "12:00"),
            ("12pm", "12:00"),
            ("12am", "00:00"),
            ("midnight", "00:00"),
        ),
        *(
            ("  9:05 PM ", "21:05"),
            ("at 7", "07:00"),
            ("7 o'clock", "07:00"),
            ("\uff19:\uff10\uff10", "09:00"),
        ),
    ],
)
def test_times(text: str, expected: str) -> None:
    assert time_text(parse_time(text)) == expected


@pytest.mark.parametrize("text", ["", "soon", "25:00", "24:00", "12:60", "13pm", "0am", "9:5", "-1", "9:00-10:00"])
def test_no_times(text: str) -> None:
    with pytest.raises(UserError, match=r"\d"):
        parse_time(text)


@given(st.integers(0, 1439))
def test_a_time_is_read_back_as_written(minute: int) -> None:
    assert parse_time(time_text(minute)) == minute


@given(st.text(max_size=12))
def test_any_text_is_a_time_or_a_clear_refusal(text: str) -> None:
    with contextlib.suppress(UserError):
        assert 0 <= parse_time(text) < 1440
    for label, value in complete_time(text):
        assert parse_time(value) == parse_time(label.split()[0])


def test_completed_times() -> None:
    assert ("09:00 (9 am)", "09:00") in complete_time("")
    assert [value for _, value in complete_time("9")][:2] == ["09:00", "21:00"]
    assert complete_time("9:30 p") == [("21:30 (9:30 pm)", "21:30")]
    assert complete_time("9:x")[0] == ("09:00 (9 am)", "09:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((None, "every day"), ("", "every day"), ("daily", "every day"), ("Every day", "every day")),
        *(("weekdays", "weekdays"), ("mon-fri", "weekdays"), ("mon to fri", "weekdays")),
        *(("weekends", "weekends"), ("sat & sun", "weekends"), ("mon,wed,fri", "Mon, Wed, Fri")),
        *(("Tuesdays and Thursdays", "Tue, Thu"), ("fri-mon", "Mon, Fri, Sat, Sun"), ("wendesday", "Wed")),
        *(("weekends, mon", "Mon, Sat, Sun"), ("every monday", "Mon"), ("mo tu", "Mon, Tue")),
    ],
)
def test_days(text: str | None, expected: str) -> None:
    assert days_text(parse_days(text)) == expected


@pytest.mark.parametrize("text", ["m", "someday", "1-5", ",", "mon,funday"])
def test_no_days(text: str) -> None:
    with pytest.raises(UserError, match="weekdays"):
        parse_days(text)


@given(st.integers(1, EVERY_DAY))
def test_days_are_read_back_as_written(days: int) -> None:
    assert parse_days(days_text(days)) == days


@given(st.text(max_size=12))
def test_completed_days_can_be_sent(text: str) -> None:
    assert complete_days(text)
    for _, value in complete_days(text):
        parse_days(value)


def test_completed_days() -> None:
    assert complete_days("mon,fri")[0] == ("Monday, Friday", "mon,fri")
    assert complete_days("thu")[0] == ("Thursdays only", "thu")
    assert complete_days("")[0] == ("Every day", "daily")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("new york", "America/New_York"), ("New_York", "America/New_York"), ("nyc", "America/New_York")),
        *(
            ("america/new_york", "America/New_York"),
            ("EST", "America/New_York"),
        ),
        *(("london", "Europe/London"), ("UTC", "UTC"), ("gmt", "UTC"), ("germany", "Europe/Berlin")),
        *(("São Paulo", "America/Sao_Paulo"), ("sao paulo", "America/Sao_Paulo")),
        *(("India", "Asia/Kolkata"), ("utc+2", "Etc/GMT-2"), ("GMT-5", "Etc/GMT+5"), ("UTC+0", "Etc/GMT-0")),
    ],
)
def test_zones(zones: Zones, text: str, expected: str) -> None:
    assert zones.parse(text) == expected
    assert zones.find(text)


@pytest.mark.parametrize("text", ["", "zzzzzz", "america", "utc+99", "???"])
def test_no_single_zone(zones: Zones, text: str) -> None:
    if text == "america":
        assert zones.parse(text) == "America/New_York"
        return
    with pytest.raises(UserError, match="such as '"):
        zones.parse(text)


def test_every_zone_is_found_by_its_own_name(zones: Zones) -> None:
    meant_otherwise = {"EST", "MST", "CET", "GMT", "Zulu", "Turkey"}
    for zone in zoneinfo.available_timezones() - {"Factory", "localtime"} - meant_otherwise:
        assert zones.parse(zone) == zone
        assert zone in zones.find(zone) or zone.startswith("GMT")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        *(("new yrok", "America/New_York"), ("tokio", "Asia/Tokyo"), ("berln", "Europe/Berlin")),
        *(("sydny", "Australia/Sydney"), ("los angelos", "America/Los_Angeles"), ("rmoe", "Europe/Rome")),
        *(("amsterdm", "Europe/Amsterdam"), ("sao paolo", "America/Sao_Paulo"), ("melborune", "Australia/Melbourne")),
        *(("new york city", "America/New_York"), ("ho chi minh city", "Asia/Ho_Chi_Minh")),
    ],
)
def test_a_slip_is_offered_and_not_taken(zones: Zones, text: str, near: str) -> None:
    assert zones.find(text)[0] == near
    with pytest.raises(UserError, match=near):
        zones.parse(text)


def test_one_slip_anywhere_in_a_name_is_found(zones: Zones) -> None:
    for name, zone in (("london", "Europe/London"), ("toronto", "America/Toronto"), ("chicago", "America/Chicago")):
        for at in range(len(name)):
            assert zone in zones.find(name[:at] + name[at + 1 :])
            assert zone in zones.find(f"{name[:at]}q{name[at + 1 :]}")
            assert zone in zones.find(name[:at] + name[at : at + 2][::-1] + name[at + 2 :])


@pytest.mark.parametrize(
    "text", ["narnia", "asdf", "moon", "hogwarts", "xyz", "wakanda", "gotham", "here", "blah", "mordor", "my house"]
)
def test_nonsense_is_like_no_zone(zones: Zones, text: str) -> None:
    assert zones.find(text) == []


def test_an_empty_box_offers_the_popular_zones(zones: Zones) -> None:
    assert tuple(zones.find("")) == POPULAR
    assert zones.find("new")[0] == "America/New_York"


@given(st.text(max_size=20))
def test_any_text_can_be_searched(zones: Zones, text: str) -> None:
    assert len(zones.find(text)) <= 25
