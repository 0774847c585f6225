"""The interaction callback over plain HTTP: every refusal with its code, and the token's life."""

from typing import Any

import pytest

from sandbox import Sandbox
from tests.sandbox.tiny import Raw
from tests.sandbox.workbench import ROW, Bench, hook, path
from tests.support.given import given

CUSTOM = "data.components.0.components.0"
FIELD = {"type": 4, "style": 1, "custom_id": "f", "label": "Field"}


def line(**more: Any) -> dict[str, Any]:
    return {"type": 1, "components": [FIELD | more]}


@pytest.fixture
async def bench(sb: Sandbox, raw: Raw) -> Bench:
    one = Bench(sb, raw)
    await one.register()
    return one


async def test_the_answer_describes_the_response(raw: Raw, bench: Bench) -> None:
    one = bench.slash()
    body = {"type": 4, "data": {"content": "x", "flags": 64}}
    answer = await raw.ok("POST", path(one) + "?with_response=true", body)
    assert answer["interaction"]["id"] == str(one.id)
    assert answer["interaction"]["response_message_ephemeral"] is True
    assert answer["interaction"]["response_message_loading"] is False
    message = answer["resource"]["message"]
    assert message["id"] == answer["interaction"]["response_message_id"]
    assert (message["flags"], message["type"], message["interaction"]["name"]) == (64, 20, "quote")
    assert await raw("POST", path(bench.slash()), body) == (204, None)
    later = await raw.ok("POST", path(bench.slash()) + "?with_response=true", {"type": 5})
    assert later["interaction"]["response_message_loading"] is True


async def test_once_in_time_and_with_the_right_token(sb: Sandbox, raw: Raw, bench: Bench) -> None:
    body = {"type": 4, "data": {"content": "x"}}
    one = bench.slash()
    assert await raw.code("POST", f"/interactions/{one.id}/wrong/callback", body) == 10062
    assert await raw.code("POST", f"/interactions/1/{one.token}/callback", body) == 10062
    await raw.ok("POST", path(one), body)
    assert await raw.code("POST", path(one), body) == 40060
    late = bench.slash()
    sb.clock.advance(3.1)
    assert await raw.code("POST", path(late), body) == 10062


@pytest.mark.parametrize("kind", [0, 2, 3, 6, 7, 8, 99, None, "4"])
async def test_answers_that_do_not_fit_a_command(raw: Raw, bench: Bench, kind: Any) -> None:
    assert "type" in await raw.wrong("POST", path(bench.slash()), {"type": kind, "data": {"content": "x"}})


@pytest.mark.parametrize("kind", [4, 5, 7, 9])
async def test_answers_that_do_not_fit_autocomplete(raw: Raw, bench: Bench, kind: int) -> None:
    assert "type" in await raw.wrong("POST", path(bench.typing()), {"type": kind, "data": {"content": "x"}})


async def test_a_refused_answer_leaves_the_interaction_open(raw: Raw, bench: Bench) -> None:
    one = bench.slash()
    assert await raw.wrong("POST", path(one), {"type": 4, "data": {"content": "x" * 2001}})
    assert await raw.code("POST", path(one), {"type": 4, "data": {}}) == 50006
    assert await raw.code("POST", path(one), [4]) == 50109
    await raw.ok("POST", path(one), {"type": 4, "data": {"content": "x"}})


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        ([{"name": "n", "value": "v"}] * 26, "data.choices"),
        ([{"name": "", "value": "v"}], "data.choices.0.name"),
        ([{"name": "n" * 101, "value": "v"}], "data.choices.0.name"),
        ([{"name": "n", "value": "v" * 101}], "data.choices.0.value"),
        ([{"name": "n", "value": 5}], "data.choices.0.value"),
        ([{"name": "n"}], "data.choices.0.value"),
        (None, "data.choices"),
    ],
)
async def test_choices_that_discord_refuses(raw: Raw, bench: Bench, choices: Any, field: str) -> None:
    assert field in await raw.wrong("POST", path(bench.typing()), {"type": 8, "data": {"choices": choices}})


async def test_choices_are_of_the_options_type(raw: Raw, bench: Bench) -> None:
    one = bench.typing(4, "count")
    body = {"type": 8, "data": {"choices": [{"name": "n", "value": "v"}]}}
    assert "data.choices.0.value" in await raw.wrong("POST", path(one), body)
    await raw.ok("POST", path(one), {"type": 8, "data": {"choices": [{"name": "n", "value": 7}]}})
    assert await bench.sb.person("Mina").choices(one) == [("n", 7)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "x" * 46}, "data.title"),
        ({"title": None}, "data.title"),
        ({"custom_id": "x" * 101}, "data.custom_id"),
        ({"components": []}, "data.components"),
        (
            {"components": [line(custom_id=str(n)) for n in range(6)]},
            "data.components",
        ),
        ({"components": [FIELD]}, "data.components.0.type"),
        ({"components": [{"type": 1, "components": [FIELD, FIELD]}]}, "data.components.0.components"),
        (
            {"components": [{"type": 1, "components": [FIELD | {"label": "x" * 46}]}]},
            CUSTOM + ".label",
        ),
        ({"components": [{"type": 1, "components": [FIELD | {"style": 3}]}]}, CUSTOM + ".style"),
        (
            {"components": [{"type": 1, "components": [FIELD | {"min_length": 9, "max_length": 5}]}]},
            CUSTOM + ".min_length",
        ),
        ({"components": [{"type": 18, "label": "x" * 46, "component": FIELD}]}, "data.components.0.label"),
        ({"components": [{"type": 18, "label": "x", "component": ROW}]}, "data.components.0.component.type"),
        ({"components": [{"type": 10, "content": ""}]}, "data.components.0.content"),
        (
            {
                "components": [
                    {"type": 18, "label": "a", "component": FIELD},
                    {"type": 18, "label": "b", "component": FIELD},
                ]
            },
            "data.components",
        ),
    ],
)
async def test_modals_that_discord_refuses(raw: Raw, bench: Bench, change: Any, field: str) -> None:
    data = {"title": "Form", "custom_id": "form", "components": [{"type": 1, "components": [FIELD]}]}
    assert field in await raw.wrong("POST", path(bench.slash()), {"type": 9, "data": data | change})
    await raw.ok("POST", path(bench.slash()), {"type": 9, "data": data})


async def test_a_modal_cannot_open_from_a_modal(sb: Sandbox, raw: Raw, bench: Bench) -> None:
    data = {"title": "Form", "custom_id": "form", "components": [{"type": 1, "components": [FIELD]}]}
    one = bench.slash()
    await raw.ok("POST", path(one), {"type": 9, "data": data})
    sent = sb.acts.submit(one, "form", [])
    assert "type" in await raw.wrong("POST", path(sent), {"type": 9, "data": data})
    assert "type" in await raw.wrong("POST", path(sent), {"type": 7, "data": {"content": "x"}})
    await raw.ok("POST", path(sent), {"type": 4, "data": {"content": "thanks"}})


async def test_updating_the_message_of_a_button(sb: Sandbox, raw: Raw, bench: Bench) -> None:
    message = await bench.message()
    one = bench.press(message)
    answer = await raw.ok("POST", path(one) + "?with_response=1", {"type": 7, "data": {"content": "y"}})
    assert answer["resource"]["message"]["content"] == "y"
    assert message.content == "y"
    assert message.components
    quiet = bench.press(message)
    await raw.ok("POST", path(quiet), {"type": 6})
    await raw.ok("PATCH", hook(sb, quiet, "/messages/@original"), {"content": "z", "components": []})
    assert (message.content, message.components) == ("z", [])


async def test_follow_ups_live_for_fifteen_minutes(sb: Sandbox, raw: Raw, bench: Bench) -> None:
    one = bench.slash()
    body = {"content": "more"}
    assert await raw.code("POST", hook(sb, one), body) == 10015
    assert await raw.code("PATCH", hook(sb, one, "/messages/@original"), body) == 10015
    await raw.ok("POST", path(one), {"type": 4, "data": {"content": "x"}})
    made = await raw.ok("POST", hook(sb, one), body)
    assert made["interaction_metadata"]["original_response_message_id"] == str(given(one.original).id)
    assert (await raw.ok("GET", hook(sb, one, f"/messages/{made['id']}")))["content"] == "more"
    assert (await raw.ok("GET", hook(sb, one, "/messages/@original")))["content"] == "x"
    sb.clock.advance(15 * 60 - 1)
    await raw.ok("PATCH", hook(sb, one, f"/messages/{made['id']}"), {"content": "most"})
    sb.clock.advance(2)
    assert await raw.code("POST", hook(sb, one), body) == 50027
    assert await raw.code("POST", f"/webhooks/1/{one.token}", body) == 10015
    assert await raw.code("POST", f"/webhooks/{sb.application_id}/wrong", body) == 10015


async def test_removing_answers(sb: Sandbox, raw: Raw, bench: Bench) -> None:
    one = bench.slash()
    await raw.ok("POST", path(one), {"type": 4, "data": {"content": "x", "flags": 64}})
    assert await raw("DELETE", hook(sb, one, "/messages/@original")) == (204, None)
    assert await raw.code("GET", hook(sb, one, "/messages/@original")) == 10008
    assert await raw.code("DELETE", hook(sb, one, "/messages/1")) == 10008


async def test_ephemeral_answers_are_no_part_of_the_channel(sb: Sandbox, raw: Raw, bench: Bench) -> None:
    one = bench.slash()
    await raw.ok("POST", path(one), {"type": 4, "data": {"content": "x", "flags": 64}})
    assert one.original is not None
    assert sb.world.message(one.original.id) is one.original
    raw.authorization = f"Bot {sb.token}"
    base = f"/channels/{bench.place.id}/messages"
    assert await raw.ok("GET", base) == []
    assert await raw.code("GET", f"{base}/{one.original.id}") == 10008


async def test_answers_need_no_channel_permissions_but_a_channel(sb: Sandbox, raw: Raw, bench: Bench) -> None:
    sb.world.deny(bench.place, "view_channel", "send_messages")
    one = bench.slash()
    await raw.ok("POST", path(one), {"type": 4, "data": {"content": "x"}})
    await raw.ok("POST", hook(sb, one), {"content": "more"})
    sb.world.delete_channel(bench.place)
    assert await raw.code("POST", hook(sb, one), {"content": "more"}) == 10003


async def test_things_not_imitated_are_noted(sb: Sandbox, raw: Raw, bench: Bench) -> None:
    upload = {"type": 18, "label": "l", "component": {"type": 19}}
    for body in (
        {"type": 12},
        {"type": 4, "data": {"content": "x", "poll": {"question": {"text": "?"}}}},
        {
            "type": 9,
            "data": {
                "title": "t",
                "custom_id": "c",
                "components": [upload],
            },
        },
    ):
        status, _ = await raw("POST", path(bench.slash()), body)
        assert status == 501
    assert len(sb.unknown) == 3
    sb.unknown.clear()


async def test_old_interactions_are_forgotten(sb: Sandbox, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sb.desk, "_keep", 2)
    for _ in range(3):
        bench.slash()
    sb.clock.advance(3600)
    bench.slash()
    assert len(sb.world.interactions) == 1
