"""The sandbox against Discord's document, on bodies made up by chance: what it takes, the document has to allow.

The other way round does not hold: Discord checks more than its document says.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.checks.commands import check_command
from sandbox.checks.messages import check_message, check_modal, check_thread
from sandbox.errors import ApiError, UnsupportedError
from sandbox.requests import Exchange
from tests.support import openapi

pytestmark = pytest.mark.skipif(not openapi.available(), reason="Discord's document is not beside the repository")
CASUAL = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def mostly(sound: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Something sound, and once in a while something odd: bodies with one fault tell more than hopeless ones."""
    return st.integers(0, 29).flatmap(lambda roll: odd if roll == 29 else sound)


def length(least: int, most: int) -> st.SearchStrategy[Any]:
    """A text up to its limits, seldom beyond, seldom none."""
    odd = st.sampled_from(["x" * max(least - 1, 0), "x" * (most + 1), None, 5])
    return mostly(st.sampled_from(["x" * max(least, 1), "words", "words", "words", "x" * most]), odd)


def number(least: int, most: int) -> st.SearchStrategy[Any]:
    return mostly(st.sampled_from([least, most]), st.sampled_from([least - 1, most + 1, "many", 1.5]))


def among(sound: list[Any], *odd: Any) -> st.SearchStrategy[Any]:
    return mostly(st.sampled_from(sound), st.sampled_from(odd))


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


def sound(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with all of these fields."""
    return st.fixed_dictionaries(fields)


def several(part: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[list[Any]]:
    return mostly(st.lists(part, min_size=1, max_size=3), st.lists(part, min_size=most, max_size=most + 1))


IDS = st.uuids().map(str)
MEDIA = sound(url=among(["https://example.org/a.png"], "attachment://none.png", "ftp://x", "x"))
BUTTON = st.one_of(
    sound(type=st.just(2), style=st.sampled_from([1, 4]), label=length(1, 80), custom_id=mostly(IDS, length(1, 100))),
    sound(type=st.just(2), style=st.just(5), label=length(1, 80), url=among(["https://x.org"], "no")),
)
CHOICE = sound(label=length(1, 100), value=mostly(IDS, length(1, 100)), description=length(0, 100))
SELECT = st.one_of(
    sound(type=st.just(3), custom_id=IDS, options=several(CHOICE, 25), placeholder=length(0, 150)),
    sound(type=st.sampled_from([5, 6, 7, 8]), custom_id=IDS, min_values=number(0, 25), max_values=number(1, 25)),
)
ROW = sound(type=st.just(1), components=st.one_of(several(BUTTON, 5), st.lists(SELECT, min_size=1, max_size=1)))
TEXT = sound(type=st.just(10), content=length(1, 4000))
THUMBNAIL = sound(type=st.just(11), media=MEDIA, description=length(1, 1024))
SECTION = sound(type=st.just(9), components=several(TEXT, 3), accessory=mostly(st.one_of(BUTTON, THUMBNAIL), TEXT))
GALLERY = sound(type=st.just(12), items=several(sound(media=MEDIA, description=length(1, 1024)), 10))
SEPARATOR = some(type=st.just(14), spacing=number(1, 2), divider=among([True, None], "no"))
FILE = sound(type=st.just(13), file=MEDIA)
INNER = st.one_of(ROW, TEXT, SECTION, GALLERY, SEPARATOR, mostly(TEXT, FILE))
BOX = sound(type=st.just(17), components=several(INNER, 10), accent_color=number(0, 0xFFFFFF))
EMBED = some(
    title=length(0, 256),
    description=length(0, 4096),
    color=number(0, 0xFFFFFF),
    url=among(["https://x.org"], "no"),
    footer=some(text=length(0, 2048)),
    author=some(name=length(0, 256)),
    fields=several(sound(name=length(1, 256), value=length(1, 1024)), 25),
)
MENTIONS = some(
    parse=st.lists(among(["users", "roles", "everyone"], "all"), unique=True, max_size=3),
    users=st.lists(st.just("5"), max_size=2, unique=True),
    replied_user=among([True, None], "no"),
)
MESSAGE = some(
    content=length(0, 2000),
    embeds=several(EMBED, 10),
    components=several(ROW, 5),
    nonce=length(0, 25),
    enforce_nonce=among([True, None], "no"),
    allowed_mentions=MENTIONS,
    flags=st.sampled_from([0, 4, 4096, None]),
)
LAYOUT = sound(flags=st.just(1 << 15), components=several(st.one_of(BOX, INNER), 10))


def problems(method: str, route: str, body: Any) -> list[str]:
    return openapi.validate(Exchange(method, route, route, {}, body, 200, None, 0.0))


def taken(check: Any, body: Any) -> bool:
    """Whether the sandbox takes a body; a refusal has to be one of Discord's."""
    refused = None
    try:
        check(body)
    except UnsupportedError:
        return False
    except ApiError as error:
        refused = error
    assert refused is None or refused.code in (50006, 30032) or (refused.code == 50035 and refused.errors)
    return refused is None


@CASUAL
@given(MESSAGE)
def test_messages(body: dict[str, Any]) -> None:
    if taken(lambda given: check_message(given, []), body):
        assert problems("POST", "/channels/{channel_id}/messages", body) == []


@CASUAL
@given(LAYOUT)
def test_layouts(body: dict[str, Any]) -> None:
    if taken(lambda given: check_message(given, []), body):
        assert problems("POST", "/channels/{channel_id}/messages", body) == []


@CASUAL
@given(INNER)
def test_single_components(part: dict[str, Any]) -> None:
    body = {"flags": 1 << 15, "components": [part]}
    if taken(lambda given: check_message(given, []), body):
        assert problems("POST", "/channels/{channel_id}/messages", body) == []


@CASUAL
@given(EMBED)
def test_single_embeds(embed: dict[str, Any]) -> None:
    body = {"content": "x", "embeds": [embed]}
    if taken(lambda given: check_message(given, []), body):
        assert problems("POST", "/channels/{channel_id}/messages", body) == []


INPUT = sound(
    type=st.just(4),
    custom_id=mostly(IDS, length(1, 100)),
    style=among([1, 2], 3),
    label=length(1, 45),
    value=length(0, 4000),
    placeholder=length(0, 100),
    min_length=number(0, 4000),
)
LABEL = sound(type=st.just(18), label=length(1, 45), description=length(1, 100), component=st.one_of(INPUT, SELECT))
FORM = sound(
    title=length(1, 45),
    custom_id=length(1, 100),
    components=several(st.one_of(LABEL, TEXT, sound(type=st.just(1), components=several(INPUT, 1))), 5),
)


@CASUAL
@given(FORM)
def test_modals(data: dict[str, Any]) -> None:
    if taken(check_modal, data):
        route = "/interactions/{interaction_id}/{interaction_token}/callback"
        assert problems("POST", route, {"type": 9, "data": data}) == []


VALUE = sound(name=length(1, 100), value=length(1, 100))
OPTION = sound(
    type=st.sampled_from([3, 4, 5, 6, 7, 8, 10, 11]),
    name=mostly(st.from_regex(r"[a-z]{6,12}", fullmatch=True), length(1, 32)),
    description=length(1, 100),
    required=among([False, None], True),
)
WITH_CHOICES = sound(
    type=st.just(3),
    name=st.just("pick"),
    description=st.just("words"),
    choices=several(VALUE, 25),
    max_length=number(1, 6000),
)
SUB = sound(
    type=st.just(1),
    name=st.from_regex(r"[a-z]{6,12}", fullmatch=True),
    description=length(1, 100),
    options=several(OPTION, 25),
)
COMMAND = sound(
    name=length(1, 32),
    description=length(1, 100),
    options=st.one_of(several(OPTION, 25), st.lists(SUB, max_size=3), st.lists(WITH_CHOICES, max_size=1)),
    contexts=among([None, [0], [0, 1, 2]], [0, 0], [7], []),
    integration_types=among([None, [0, 1]], [], [2]),
)


@CASUAL
@given(COMMAND)
def test_commands(body: dict[str, Any]) -> None:
    if taken(check_command, body):
        assert problems("POST", "/applications/{application_id}/commands", body) == []


THREAD = some(
    name=length(1, 100),
    auto_archive_duration=among([60, None, 1440], 61),
    rate_limit_per_user=number(0, 21600),
    type=among([10, 11, 12, None], 0),
)


@CASUAL
@given(THREAD)
def test_threads(body: dict[str, Any]) -> None:
    if taken(check_thread, body):
        assert problems("POST", "/channels/{channel_id}/threads", body) == []
