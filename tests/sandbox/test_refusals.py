"""What Discord refuses though its form is right: empty things, ranges upside down, twice the same, wrong defaults."""

import json
from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox, SandboxError
from sandbox.components import CHANNEL_SELECT, MENTIONABLE_SELECT, ROLE_SELECT, STRING_SELECT, USER_SELECT
from sandbox.people import check_filled, fill_in
from tests.sandbox.tiny import Raw
from tests.sandbox.workbench import Bench, path

ONE_USER = {"id": "1", "type": "user"}
OPTIONS = [{"label": each, "value": each} for each in "abc"]


@pytest.fixture
def base(sb: Sandbox) -> str:
    return f"/channels/{sb.world.channel('general').id}/messages"


@pytest.mark.parametrize("text", [" ", "\n\n", "\t \u2003", ""])
async def test_text_of_white_space_alone(raw: Raw, base: str, text: str) -> None:
    assert await raw.code("POST", base, {"content": text}) == 50006
    made = await raw.ok("POST", base, {"content": f"{text}words{text}"})
    assert made["content"] == "words"
    assert await raw.code("PATCH", f"{base}/{made['id']}", {"content": text}) == 50006


@pytest.mark.parametrize(
    ("embed", "field", "code"),
    [
        ({}, "description", "BASE_TYPE_REQUIRED"),
        ({"color": 5}, "description", "BASE_TYPE_REQUIRED"),
        ({"title": ""}, "description", "BASE_TYPE_REQUIRED"),
        ({"fields": [{"name": " ", "value": "x"}]}, "fields.0.name", "BASE_TYPE_REQUIRED"),
        ({"fields": [{"name": "x", "value": "\n"}]}, "fields.0.value", "BASE_TYPE_REQUIRED"),
        ({"fields": [{"value": "x"}]}, "fields.0.name", "BASE_TYPE_REQUIRED"),
    ],
)
async def test_embeds_with_nothing_in_them(raw: Raw, base: str, embed: Any, field: str, code: str) -> None:
    found = await raw.wrong("POST", base, {"content": "x", "embeds": [embed]})
    assert found[f"embeds.0.{field}"] == [code]


async def test_text_displays_of_white_space(raw: Raw, base: str) -> None:
    body = {"flags": 1 << 15, "components": [{"type": 10, "content": " \n "}]}
    assert (await raw.wrong("POST", base, body))["components.0.content"] == ["BASE_TYPE_REQUIRED"]


def select(kind: int, **more: Any) -> dict[str, Any]:
    return {"content": "x", "components": [{"type": 1, "components": [{"type": kind, "custom_id": "s", **more}]}]}


def chosen(*names: str) -> list[dict[str, Any]]:
    return [each | {"default": each["value"] in names} for each in OPTIONS]


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        (USER_SELECT, {"default_values": [{"id": "1", "type": "role"}]}, "default_values.0.type"),
        (ROLE_SELECT, {"default_values": [{"id": "1", "type": "user"}]}, "default_values.0.type"),
        (CHANNEL_SELECT, {"default_values": [{"id": "1", "type": "user"}]}, "default_values.0.type"),
        (MENTIONABLE_SELECT, {"default_values": [{"id": "1", "type": "channel"}]}, "default_values.0.type"),
        (USER_SELECT, {"default_values": [{"id": "me", "type": "user"}]}, "default_values.0.id"),
        (USER_SELECT, {"default_values": [{"type": "user"}]}, "default_values.0.id"),
        (USER_SELECT, {"default_values": ["1"]}, "default_values.0"),
        (USER_SELECT, {"default_values": [{"id": each, "type": "user"} for each in "12"]}, "default_values"),
        (USER_SELECT, {"default_values": [ONE_USER], "min_values": 2, "max_values": 3}, "default_values"),
        (STRING_SELECT, {"options": chosen("a", "b")}, "options"),
        (STRING_SELECT, {"options": chosen("a"), "min_values": 2, "max_values": 3}, "options"),
        (STRING_SELECT, {"options": OPTIONS, "min_values": 3, "max_values": 2}, "min_values"),
        (STRING_SELECT, {"options": OPTIONS, "disabled": "yes"}, "disabled"),
    ],
)  # fmt: skip
async def test_selects(raw: Raw, base: str, kind: int, more: Any, field: str) -> None:
    assert f"components.0.components.0.{field}" in await raw.wrong("POST", base, select(kind, **more))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (MENTIONABLE_SELECT, {"default_values": [{"id": "2", "type": "role"}, ONE_USER], "max_values": 2}),
        (CHANNEL_SELECT, {"default_values": [{"id": "1", "type": "channel"}]}),
        (STRING_SELECT, {"options": chosen("a", "c"), "max_values": 3}),
        (STRING_SELECT, {"options": chosen()}),
    ],
)  # fmt: skip
async def test_selects_that_are_right(raw: Raw, base: str, kind: int, more: Any) -> None:
    await raw.ok("POST", base, select(kind, **more))


def command(kind: int, **more: Any) -> dict[str, Any]:
    return {"name": "x", "description": "x", "options": [{"type": kind, "name": "o", "description": "x", **more}]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (command(3, choices=[{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]), "choices.1.name"),
        (command(4, choices=[{"name": "a", "value": 1.5}]), "choices.0.value"),
        (command(4, choices=[{"name": "a", "value": True}]), "choices.0.value"),
        (command(3, min_length=5, max_length=2), "min_length"),
        (command(4, min_value=5, max_value=2), "min_value"),
        (command(10, min_value=0.5, max_value=0.25), "min_value"),
        (command(4, min_value=0.5), "min_value"),
        (command(10, max_value="many"), "max_value"),
    ],
)
async def test_options_of_commands(sb: Sandbox, raw: Raw, body: Any, field: str) -> None:
    assert f"0.options.0.{field}" in await raw.wrong("PUT", f"/applications/{sb.application_id}/commands", [body])


# -- modals ------------------------------------------------------------------------------------------


def field(**more: Any) -> dict[str, Any]:
    inner = {"type": STRING_SELECT, "custom_id": "s", "options": OPTIONS, **more}
    return {"type": 18, "label": "Which?", "component": inner}


async def test_a_required_select_that_may_be_empty(sb: Sandbox, raw: Raw) -> None:
    bench = Bench(sb, raw)
    await bench.register()
    for more, fine in (({"min_values": 0}, False), ({"min_values": 0, "required": False}, True)):
        data = {"custom_id": "m", "title": "t", "components": [field(**more)]}
        status, answer = await raw("POST", path(bench.slash()), {"type": 9, "data": data})
        assert (status == 204) is fine, answer


@pytest.mark.parametrize("values", [[], ["a", "b"], ["a", "a"], ["d"]])
def test_what_the_client_does_not_send_off(values: list[str]) -> None:
    with pytest.raises(SandboxError):
        fill_in([field()], {"s": values})
    sent = [{"type": 18, "component": {"type": STRING_SELECT, "custom_id": "s", "values": values}}]
    with pytest.raises(SandboxError):
        check_filled([field()], sent)


def test_what_the_client_sends_off() -> None:
    assert fill_in([field()], {"s": ["a"]})[0]["component"]["values"] == ["a"]
    assert fill_in([field(required=False)], {})[0]["component"]["values"] == []
    text = {"type": 1, "components": [{"type": 4, "custom_id": "t", "label": "Words", "style": 1}]}
    check_filled([text], [{"type": 1, "components": [{"type": 4, "custom_id": "t", "value": "x"}]}])


# -- attachments in embeds ---------------------------------------------------------------------------


async def test_files_of_a_message_in_its_embeds(raw: Raw, base: str) -> None:
    form = aiohttp.FormData(quote_fields=False)
    embed = {
        "title": "x",
        "image": {"url": "attachment://note.txt"},
        "thumbnail": {"url": "https://example.org/a.png"},
        "footer": {"text": "x", "icon_url": "attachment://note.txt"},
        "author": {"name": "x"},
    }
    form.add_field("payload_json", json.dumps({"embeds": [embed]}))
    form.add_field("files[0]", b"x", filename="note.txt")
    made = await raw.ok("POST", base, data=form)
    (shown,) = made["embeds"]
    url = made["attachments"][0]["url"]
    assert url.startswith("http://127.0.0.1")
    assert shown["image"]["url"] == shown["image"]["proxy_url"] == shown["footer"]["icon_url"] == url
    assert shown["thumbnail"]["url"] == "https://example.org/a.png"
    assert "icon_url" not in shown["author"]
    changed = await raw.ok("PATCH", f"{base}/{made['id']}", {"embeds": [embed]})
    assert changed["embeds"][0]["image"]["url"] == url


async def test_user_commands_name_a_user_and_message_commands_a_message(sb: Sandbox, raw: Raw) -> None:
    bench = Bench(sb, raw)
    raw.authorization = f"Bot {sb.token}"
    for name, kind in (("Look", 2), ("Read", 3)):
        await raw.ok("POST", f"/applications/{sb.application_id}/commands", {"name": name, "type": kind})
    said = await sb.person("Mina").say("x")
    look, read = (
        sb.acts.find_command(bench.user, bench.place, name, kind) for name, kind in (("Look", 2), ("Read", 3))
    )
    for one, present, absent in (
        (sb.acts.menu(bench.user, bench.place, look, sb.world.user("Timo")), "target_user", "target_message_id"),
        (sb.acts.menu(bench.user, bench.place, read, said), "target_message_id", "target_user"),
    ):
        answer = await raw.ok("POST", path(one) + "?with_response=true", {"type": 4, "data": {"content": "x"}})
        metadata = answer["resource"]["message"]["interaction_metadata"]
        assert present in metadata
        assert absent not in metadata
