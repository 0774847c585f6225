"""Times, days and zones as moderators write them."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import tomllib
import zoneinfo
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.daily import schedule
from bot.daily.input import (
    POPULAR,
    Zones,
    complete_days,
    complete_time,
    complete_zone,
    days_text,
    parse_days,
    parse_time,
    time_text,
)
from bot.daily.schedule import EVERY_DAY, offset_text, zone_info, zone_names, zone_text
from bot.errors import UserError

NOW = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("UTC+5:30", "UTC+5:30"), ("utc +05:30", "UTC+5:30"), ("+05:30", "UTC+5:30"), ("+0530", "UTC+5:30")),
        *(("GMT+5.5", "UTC+5:30"), ("UTC\u22129:30", "UTC-9:30"), ("-3", "Etc/GMT+3"), ("GMT-3", "Etc/GMT+3")),
        *(("utc+14", "Etc/GMT-14"), ("utc+0", "Etc/GMT-0"), ("UTC-0:00", "Etc/GMT-0"), ("Z", "UTC"), ("zulu", "UTC")),
        *(("utc+5:45", "UTC+5:45"), ("UTC", "UTC"), ("Etc/GMT-2", "Etc/GMT-2")),
    ],
)
def test_offsets(zones: Zones, text: str, expected: str) -> None:
    assert zones.parse(text) == expected
    assert zones.find(text)[0] == expected


@given(st.integers(-48, 56))
def test_an_offset_that_the_bot_prints_is_read_back(zones: Zones, quarters: int) -> None:
    offset = dt.timedelta(minutes=15 * quarters)
    zone = zones.parse(offset_text(offset))
    assert dt.datetime(2026, 1, 1, tzinfo=zone_info(zone)).utcoffset() == offset
    assert zone_text(zone) == offset_text(offset)


@pytest.mark.parametrize("typed", ["", "UTC+5:30", "new york", "india", "brazil", "utc+0", "Argentina", "-3"])
def test_a_zone_as_the_bot_prints_it_is_read_back(zones: Zones, typed: str) -> None:
    for label, zone in complete_zone(zones, typed, NOW, 25):
        meant = zones.parse(label)
        assert NOW.astimezone(zone_info(meant)).utcoffset() == NOW.astimezone(zone_info(zone)).utcoffset(), label
    assert zones.parse("Asia/Kolkata (UTC+5:30 today)") == "Asia/Kolkata"
    assert zones.parse("London (UTC+0)") == "Europe/London"


@pytest.mark.parametrize("text", ["utc+15", "-12:15", "UTC+5:20", "+99", "utc+5:60"])
def test_offsets_that_no_clocks_have(zones: Zones, text: str) -> None:
    assert zones.find(text) == []
    with pytest.raises(UserError, match="such as"):
        zones.parse(text)


@pytest.mark.parametrize("text", ["", "zzzzzz", "utc+99", "???"])
def test_no_single_zone(zones: Zones, text: str) -> None:
    with pytest.raises(UserError, match="such as '"):
        zones.parse(text)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        *(("australia", "Australia/Sydney"), ("samoa", "Pacific/Apia"), ("usa", "America/New_York")),
        *(("America", "America/New_York"), ("russia", "Europe/Moscow"), ("Brazil", "America/Sao_Paulo")),
        *(("canada", "America/Toronto"), ("mexico", "America/Mexico_City"), ("indonesia", "Asia/Jakarta")),
        *(("congo", "Africa/Kinshasa"), ("DRC", "Africa/Kinshasa"), ("Portugal", "Europe/Lisbon")),
        *(("spain", "Europe/Madrid"), ("chile", "America/Santiago"), ("new zealand", "Pacific/Auckland")),
        *(("ist", "Asia/Kolkata"), ("CST", "America/Chicago"), ("georgia", "America/New_York")),
        *(("texas", "America/Chicago"), ("ecuador", "America/Guayaquil"), ("mongolia", "Asia/Ulaanbaatar")),
        *(("kiribati", "Pacific/Tarawa"), ("greenland", "America/Nuuk"), ("papua new guinea", "Pacific/Port_Moresby")),
    ],
)
def test_a_place_with_several_clocks_is_a_choice(zones: Zones, text: str, first: str) -> None:
    assert zones.find(text)[0] == first
    with pytest.raises(UserError, match=f"Choose one: '{first}'") as refusal:
        zones.parse(text)
    for zone in re.findall(r"'([^']+)'", str(refusal.value)):
        assert zones.parse(zone) == zone


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("ukraine", "Europe/Kyiv"), ("kazakhstan", "Asia/Almaty"), ("argentina", "America/Argentina/Buenos_Aires")),
        *(("malaysia", "Asia/Kuala_Lumpur"), ("cyprus", "Asia/Nicosia"), ("germany", "Europe/Berlin")),
        *(("uzbekistan", "Asia/Tashkent"), ("palestine", "Asia/Hebron"), ("uk", "Europe/London")),
        *(("south korea", "Asia/Seoul"), ("korea", "Asia/Seoul"), ("crimea", "Europe/Simferopol")),
        *(("St Kitts and Nevis", "America/St_Kitts"), ("saint lucia", "America/St_Lucia"), ("burma", "Asia/Yangon")),
        *(("Japan", "Asia/Tokyo"), ("Turkey", "Europe/Istanbul"), ("EST5EDT", "America/New_York")),
        *(
            ("COT", "America/Bogota"),
            ("BOT", "America/La_Paz"),
            ("PST", "America/Los_Angeles"),
            ("CET", "Europe/Berlin"),
        ),
    ],
)
def test_a_place_with_the_same_clocks_everywhere(zones: Zones, text: str, expected: str) -> None:
    assert zones.parse(text) == expected
    assert zones.find(text)[0] == expected


@pytest.mark.parametrize("text", ["lon", "abi", "gabo", "mosc", "be"])
def test_a_beginning_under_five_letters_is_offered_and_not_taken(zones: Zones, text: str) -> None:
    assert zones.find(text)
    with pytest.raises(UserError, match="Choose one from the list"):
        zones.parse(text)


def test_a_beginning_of_five_letters_is_taken(zones: Zones) -> None:
    assert zones.parse("londo") == "Europe/London"
    assert zones.parse("new yo") == "America/New_York"


def test_every_zone_is_found_by_its_own_name(zones: Zones) -> None:
    for zone in zone_names():
        if "/" in zone or zone == "UTC":
            assert zones.parse(zone) == zone
            assert zones.find(zone)[0] == zone
        else:
            # 'Portugal', 'EST': the database keeps these names for old programs.
            assert zones.find(zone)


def test_every_name_beside_the_database_leads_to_zones_of_it(zones: Zones) -> None:
    tables = tomllib.loads((Path(schedule.__file__).parent / "zones.toml").read_text(encoding="utf-8"))
    for table, entries in tables.items():
        for name, meant in entries.items():
            assert len(set(meant)) == len(meant) > 0, name
            for each in meant:
                assert each in zone_names() or (table == "called" and re.fullmatch("[A-Z]{2}", each)), name
            if table != "countries":
                assert zones.find(name), name


@given(st.one_of(st.text(max_size=20), st.sampled_from(["new york", "utc+5:30", "samoa", "Portugal", "londo", "ist"])))
def test_what_is_typed_and_what_is_offered_agree(zones: Zones, text: str) -> None:
    found = zones.find(text)
    with contextlib.suppress(UserError):
        assert zones.parse(text) == (found[0] if found else None)
    for zone in found:
        assert zones.parse(zone) == zone


def test_the_zones_of_the_machine_are_never_used(tmp_path: Path) -> None:
    """A machine whose Vancouver is Tokyo."""
    (tmp_path / "America").mkdir()
    with resources.files("tzdata.zoneinfo").joinpath("Asia", "Tokyo").open("rb") as file:
        (tmp_path / "America" / "Vancouver").write_bytes(file.read())
    zoneinfo.reset_tzpath([tmp_path])
    try:
        zoneinfo.ZoneInfo.clear_cache()
        zone_info.cache_clear()
        december = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
        assert december.astimezone(zoneinfo.ZoneInfo("America/Vancouver")).hour == 21
        assert december.astimezone(zone_info("America/Vancouver")).hour in {4, 5}
    finally:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../tzdata.zi", "/etc/passwd", "UTC+5:20", "UTC+2", "utc"])
def test_what_is_no_zone(name: str) -> None:
    with pytest.raises(zoneinfo.ZoneInfoNotFoundError):
        zone_info(name)


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
