"""Whatever is sent, the answer is JSON in Discord's form: never a page, never an error of the sandbox's own."""

import asyncio
import random
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import Sandbox, SandboxError, rest
from sandbox.model import Channel, Interaction
from tests.sandbox.tiny import Raw


@pytest.fixture
def general(sb: Sandbox) -> Channel:
    return sb.world.channel("general")


@pytest.mark.parametrize("key", ["before", "after", "around"])
@pytest.mark.parametrize("value", ["abc", "-1", "1.5", "", "٣", "9" * 30])
async def test_a_place_in_history_that_is_none(raw: Raw, general: Channel, key: str, value: str) -> None:
    assert key in await raw.wrong("GET", f"/channels/{general.id}/messages", params={key: value})


@pytest.mark.parametrize("value", ["abc", "0", "101", "-5", "", "1.5"])
async def test_a_limit_that_is_none(raw: Raw, general: Channel, value: str) -> None:
    assert "limit" in await raw.wrong("GET", f"/channels/{general.id}/messages", params={"limit": value})


@pytest.mark.parametrize(
    ("reference", "field"),
    [
        ({"message_id": "abc"}, "message_reference.message_id"),
        ({"message_id": None}, "message_reference.message_id"),
        ({"message_id": [1]}, "message_reference.message_id"),
        ({}, "message_reference.message_id"),
        ("abc", "message_reference"),
        ({"message_id": "5"}, "message_reference"),
    ],
)
async def test_a_reply_to_nothing(raw: Raw, general: Channel, reference: Any, field: str) -> None:
    body = {"content": "x", "message_reference": reference}
    assert field in await raw.wrong("POST", f"/channels/{general.id}/messages", body)


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[1]", b"null", b'"x"', b"5", b'{"content": '])
async def test_bad_json(sb: Sandbox, general: Channel, data: bytes) -> None:
    headers = {"Authorization": f"Bot {sb.token}", "Content-Type": "application/json"}
    url = f"{sb.base_url}/channels/{general.id}/messages"
    async with aiohttp.ClientSession() as session, session.post(url, data=data, headers=headers) as answer:
        assert answer.status == 400
        assert (await answer.json())["code"] == 50109


async def test_uploads_that_are_none(sb: Sandbox, general: Channel) -> None:
    headers = {"Authorization": f"Bot {sb.token}"}
    url = f"{sb.base_url}/channels/{general.id}/messages"
    async with aiohttp.ClientSession() as session:
        for name, data in (("files[x]", "x"), ("files[]", "x"), ("payload_json", "{"), ("payload_json", "5")):
            form = aiohttp.FormData(quote_fields=False)
            form.add_field(name, data, filename="x" if name.startswith("files") else None)
            async with session.post(url, data=form, headers=headers) as answer:
                assert answer.status == 400, name
                assert (await answer.json())["code"] in {50006, 50035, 50109}
        headers["Content-Type"] = "multipart/form-data; boundary=none"
        async with session.post(url, data=b"no parts at all", headers=headers) as answer:
            assert answer.status == 400


async def test_archived_threads_before_an_instant(sb: Sandbox, raw: Raw, general: Channel) -> None:
    for name in ("one", "two", "three"):
        made = await raw.ok("POST", f"/channels/{general.id}/threads", {"name": name, "type": 11})
        sb.clock.advance(1)
        await raw.ok("PATCH", f"/channels/{made['id']}", {"archived": True})
    path = f"/channels/{general.id}/threads/archived/public"
    first = await raw.ok("GET", path, params={"limit": "2"})
    assert [each["name"] for each in first["threads"]] == ["three", "two"]
    assert first["has_more"] is True
    before = first["threads"][-1]["thread_metadata"]["archive_timestamp"]
    rest = await raw.ok("GET", path, params={"before": before})
    assert [each["name"] for each in rest["threads"]] == ["one"]
    assert rest["has_more"] is False
    assert "before" in await raw.wrong("GET", path, params={"before": "yesterday"})


async def test_what_breaks_the_sandbox_is_json_and_told_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox()
    monkeypatch.setattr(sandbox.world, "bot", None)
    with pytest.raises(SandboxError, match="broke on GET /users/@me"):
        async with sandbox, aiohttp.ClientSession() as session:
            assert await Raw(sandbox, session)("GET", "/users/@me") == (
                500,
                {"message": "500: Internal Server Error", "code": 0},
            )


_KEYS = (
    "content embeds components attachments allowed_mentions message_reference nonce flags type name options message "
    "applied_tags archived locked data recipient_id enforce_nonce auto_archive_duration default_member_permissions "
    "contexts integration_types description rate_limit_per_user choices custom_id title sticker_ids"
).split()
_INNER = (
    "type components component accessory content options default_values media url items label value id custom_id title "
    "min_values max_values style fields name author footer image thumbnail parse users roles filename description file "
    "default emoji choices min_value max_value channel_types autocomplete required color icon_url replied_user flags"
).split()
_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 20) | st.floats(allow_nan=False) | st.text(max_size=6) | st.just("1"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_INNER), inner, max_size=5),
    max_leaves=12,
)
_BODIES = st.dictionaries(st.sampled_from(_KEYS), _JUNK, max_size=5) | st.lists(
    st.dictionaries(st.sampled_from(_KEYS), _JUNK, max_size=4), max_size=2
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_and_no_path_breaks_it(data: st.DataObject) -> None:
    asyncio.run(_all_routes(data.draw(_BODIES), data.draw(st.integers(0, 2**32))))


def _ask(sb: Sandbox, place: Channel) -> Interaction:
    return sb.desk.open(2, sb.world.user("Mina"), place, {"id": "1", "name": "x", "type": 1})


async def _all_routes(body: Any, seed: int) -> None:
    """Send a body to every route, with ids that exist and some that do not."""
    chance = random.Random(seed)
    async with Sandbox(strict=False) as sb, aiohttp.ClientSession() as session:
        raw = Raw(sb, session)
        world = sb.world
        channel = chance.choice(list(world.channels.values()))
        said = await sb.person("Mina", channel="general").say("x")
        asked = [_ask(sb, said.channel) for _ in range(2)]
        known: dict[str, Any] = {
            "channel_id": channel.id,
            "guild_id": world.guild("Harbour Town").id,
            "message_id": said.id,
            "user_id": said.author.id,
            "application_id": sb.application_id,
            "webhook_id": sb.application_id,
            "interaction_id": asked[0].id,
            "interaction_token": asked[0].token,
            "webhook_token": asked[1].token,
        }
        await raw("POST", f"/interactions/{asked[1].id}/{asked[1].token}/callback", {"type": 5})
        kind = chance.choice([4, 5, 6, 7, 8, 9])
        for route in rest.ROUTES:
            path = route.template
            for name, value in known.items():
                given = chance.choice([value, value, "abc", "1", "9" * 25])
                path = path.replace(f"{{{name}}}", str(given))
            path = path.replace("{", "").replace("}", "")
            sent = {"type": kind, "data": body} if "interactions" in path else body
            await raw(route.method, path, None if route.method == "GET" else sent)
        assert sb.api.broken == [], sb.api.broken
