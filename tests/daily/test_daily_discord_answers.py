"""What Discord's answers to a post mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.daily.ports import LONGEST_WAIT, UNSAID_WAIT, Answer, NotNow, Refused, Unsure, lasting, meaning, wait_of
from bot.daily.schedule import Pause, Reason, Setback

LASTING = {10003, 10004, 40058, 40067, 50001, 50008, 50013, 50024, 50083, 160005}
EDGE = NotNow(0.0, Setback.EDGE)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 411, 413, 415, 421, 431, 451, 499, 301, 302, 308])
def test_a_page_of_the_edge_is_a_no_for_now(status: int) -> None:
    assert meaning(Answer(status)) == EDGE


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520, 522, 524, 530, 200, 201, 204])
def test_what_says_nothing_of_the_message_leaves_it_unsure(status: int) -> None:
    assert meaning(Answer(status)) == Unsure()


@pytest.mark.parametrize(
    ("status", "code", "pause"),
    [
        (404, 10003, Pause.CHANNEL_GONE),
        (404, 10004, Pause.NO_ACCESS),
        (403, 50001, Pause.NO_ACCESS),
        (403, 50013, Pause.NO_PERMISSION),
        (400, 40067, Pause.NEEDS_TAG),
        (400, 160005, Pause.ARCHIVED),
        (400, 50024, Pause.WRONG_KIND),
    ],
)
def test_codes_of_a_lasting_refusal_pause(status: int, code: int, pause: Pause) -> None:
    assert meaning(Answer(status, code)) == Refused(pause)
    assert lasting(Answer(status, code))


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [(400, 200000, Reason.BLOCKED), (400, 240000, Reason.BLOCKED), (400, 50035, Reason.REFUSED)],
)
def test_no_to_one_message_does_not_pause(status: int, code: int, reason: Reason) -> None:
    assert meaning(Answer(status, code)) == Refused(reason)
    assert not lasting(Answer(status, code))


@pytest.mark.parametrize(
    ("status", "code", "setback"),
    [
        (403, 40333, Setback.EDGE),
        (404, 0, Setback.EDGE),
        (403, 0, Setback.EDGE),
        (400, 987654, Setback.EDGE),
        (403, 40060, Setback.EDGE),
        (400, 20028, Setback.LIMIT),
        (400, 160006, Setback.FULL),
        (400, 40006, Setback.OUTAGE),
        (503, 130000, None),
    ],
)
def test_all_else_is_tried_again(status: int, code: int, setback: Setback | None) -> None:
    said = meaning(Answer(status, code))
    assert said == (Unsure() if setback is None else NotNow(0.0, setback))


def test_one_route_that_does_not_accept_the_token_is_not_the_end() -> None:
    assert meaning(Answer(401)) == NotNow(UNSAID_WAIT, Setback.TOKEN)


def test_a_rate_limit_is_a_sure_no() -> None:
    assert meaning(Answer(429)) == NotNow(UNSAID_WAIT, Setback.LIMIT)
    assert meaning(Answer(429, wait=0.3)) == NotNow(0.3, Setback.LIMIT)
    assert meaning(Answer(429, 50013, 7.0)) == NotNow(7.0, Setback.LIMIT)


@given(st.integers(100, 999), st.integers(0, 600000), st.none() | st.floats(0, LONGEST_WAIT))
def test_nothing_but_the_known_codes_ever_pauses(status: int, code: int, wait: float | None) -> None:
    said = meaning(Answer(status, code, wait))
    if isinstance(said, Refused) and isinstance(said.reason, Pause):
        assert code in LASTING
        assert 400 <= status < 500
        assert status not in {408, 429}
    if status == 429:
        assert isinstance(said, NotNow)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "2"}, 2.0),
        ({"Retry-After": "0.35"}, 0.35),
        ({"Retry-After": "-5"}, 0.0),
        ({"Retry-After": "1e300"}, LONGEST_WAIT),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "soon", "Date": "Mon, 05 Jan 2026 09:00:00 GMT"}, None),
        ({"Retry-After": "Mon, 05 Jan 2026 09:01:00 GMT", "Date": "Mon, 05 Jan 2026 09:00:00 GMT"}, 60.0),
        ({"Retry-After": "Mon, 05 Jan 2026 09:01:00 GMT"}, None),
        ({"X-RateLimit-Reset-After": "1.5"}, 1.5),
        ({"Retry-After": "inf", "X-RateLimit-Reset-After": "4"}, 4.0),
    ],
)
def test_how_long_an_answer_forbids_to_ask_again(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_of(headers) == seconds


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_header_gives_a_wait_within_bounds_or_none(given_: str, date: str) -> None:
    wait = wait_of({"Retry-After": given_, "Date": date})
    assert wait is None or 0.0 <= wait <= LONGEST_WAIT
