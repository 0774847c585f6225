"""Components: what Discord takes, with and without the Components V2 flag, and how it gives them back."""

import io
from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
from tests.sandbox.tiny import Raw

V2 = 1 << 15


def button(custom_id: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Press", "custom_id": custom_id, **more}


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def text(content: str = "words") -> dict[str, Any]:
    return {"type": 10, "content": content}


def box(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": 17, "components": list(parts), **more}


def section(*parts: dict[str, Any], accessory: Any = None) -> dict[str, Any]:
    return {"type": 9, "components": list(parts), "accessory": accessory or button()}


def select(**more: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "s", "options": [{"label": "One", "value": "1"}], **more}


PICTURE = {"media": {"url": "https://example.org/a.png"}}


@pytest.fixture
def base(sb: Sandbox) -> str:
    return f"/channels/{sb.world.channel('general').id}/messages"


@pytest.mark.parametrize(
    ("components", "field", "code"),
    [
        ([text()], "components.0.type", "BASE_TYPE_CHOICES"),
        ([row()], "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        ([row(button(str(n))) for n in range(6)], "components", "BASE_TYPE_MAX_LENGTH"),
        ([row(*(button(str(n)) for n in range(6)))], "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        ([row(button(), button("b")), row(button())], "components", "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ([row(button(id=4), button("b", id=4))], "components", "COMPONENT_ID_DUPLICATED"),
        ([row(button("x" * 101))], "components.0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH"),
        ([row(button(label="x" * 81))], "components.0.components.0.label", "BASE_TYPE_MAX_LENGTH"),
        ([row(button(label=None))], "components.0.components.0", "BUTTON_COMPONENT_NO_LABEL"),
        ([row(button(style=9))], "components.0.components.0.style", "BASE_TYPE_CHOICES"),
        ([row({"type": 2, "style": 1, "label": "x"})], "components.0.components.0.custom_id", "BASE_TYPE_REQUIRED"),
        (
            [row(button(url="https://x.org"))],
            "components.0.components.0.url",
            "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
        ),
        (
            [row(button(style=5, url="https://x.org"))],
            "components.0.components.0.custom_id",
            "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
        ),
        (
            [row({"type": 2, "style": 5, "label": "x", "url": "gopher://x"})],
            "components.0.components.0.url",
            "URL_TYPE_INVALID_SCHEME",
        ),
        ([row({"type": 2, "style": 6})], "components.0.components.0.sku_id", "BASE_TYPE_REQUIRED"),
        ([row(select(), button())], "components.0.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        ([row(select(options=[]))], "components.0.components.0.options", "BASE_TYPE_BAD_LENGTH"),
        (
            [row(select(options=[{"label": "a", "value": "1"}] * 2))],
            "components.0.components.0.options.1.value",
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        ),
        (
            [row(select(options=[{"label": "x" * 101, "value": "1"}]))],
            "components.0.components.0.options.0.label",
            "BASE_TYPE_BAD_LENGTH",
        ),
        ([row(select(placeholder="x" * 151))], "components.0.components.0.placeholder", "BASE_TYPE_MAX_LENGTH"),
        ([row(select(max_values=2))], "components.0.components.0.max_values", "SELECT_COMPONENT_VALUES_INVALID"),
        ([row(select(min_values=2))], "components.0.components.0.min_values", "SELECT_COMPONENT_VALUES_INVALID"),
        (["text"], "components.0", "MODEL_TYPE_CONVERT"),
        ("text", "components", "LIST_TYPE_CONVERT"),
    ],
)
async def test_rows_that_discord_refuses(raw: Raw, base: str, components: Any, field: str, code: str) -> None:
    assert (await raw.wrong("POST", base, {"content": "x", "components": components}))[field] == [code]


@pytest.mark.parametrize(
    ("components", "field", "code"),
    [
        ([button()], "components.0.type", "BASE_TYPE_CHOICES"),
        ([box(box(text()))], "components.0.components.0.type", "BASE_TYPE_CHOICES"),
        ([box()], "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        ([box(text(), accent_color=0x1000000)], "components.0.accent_color", "NUMBER_TYPE_MAX"),
        ([text("")], "components.0.content", "BASE_TYPE_BAD_LENGTH"),
        ([{"type": 10}], "components.0.content", "BASE_TYPE_REQUIRED"),
        ([text("x" * 2001), text("y" * 2000)], "components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
        ([box(*[text()] * 20), box(*[text()] * 19)], "components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
        ([section(text(), text(), text(), text())], "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        ([section(row(button()))], "components.0.components.0.type", "BASE_TYPE_CHOICES"),
        ([{"type": 9, "components": [text()]}], "components.0.accessory", "BASE_TYPE_REQUIRED"),
        ([section(text(), accessory=text())], "components.0.accessory.type", "BASE_TYPE_CHOICES"),
        ([section(text(), accessory={"type": 11})], "components.0.accessory.media", "BASE_TYPE_REQUIRED"),
        ([{"type": 11, **PICTURE}], "components.0.type", "BASE_TYPE_CHOICES"),
        ([{"type": 12, "items": []}], "components.0.items", "BASE_TYPE_BAD_LENGTH"),
        ([{"type": 12, "items": [PICTURE] * 11}], "components.0.items", "BASE_TYPE_BAD_LENGTH"),
        (
            [{"type": 12, "items": [PICTURE | {"description": "x" * 1025}]}],
            "components.0.items.0.description",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            [{"type": 12, "items": [{"media": {"url": "attachment://card.png"}}]}],
            "components.0.items.0.media.url",
            "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
        ),
        ([{"type": 13, "file": {"url": "https://x.org/a"}}], "components.0.file.url", "URL_TYPE_INVALID_SCHEME"),
        ([{"type": 14, "spacing": 3}], "components.0.spacing", "BASE_TYPE_CHOICES"),
        (
            [section(text(), accessory=button()), row(button())],
            "components",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
    ],
)
async def test_layouts_that_discord_refuses(raw: Raw, base: str, components: Any, field: str, code: str) -> None:
    assert (await raw.wrong("POST", base, {"flags": V2, "components": components}))[field] == [code]


async def test_forty_components_and_four_thousand_characters_fit(raw: Raw, base: str) -> None:
    parts = [box(*(text("x" * 102) for _ in range(38))), text("y" * 124)]
    made = await raw.ok("POST", base, {"flags": V2, "components": parts})
    assert made["flags"] & V2
    assert sum(len(each["content"]) for each in made["components"][0]["components"]) == 3876


async def test_a_layout_stands_alone(raw: Raw, base: str) -> None:
    legacy = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
    body = {"flags": V2, "components": [text()]}
    assert await raw.wrong("POST", base, body | {"content": "x"}) == {"content": [legacy]}
    assert await raw.wrong("POST", base, body | {"embeds": [{"title": "x"}]}) == {"embeds": [legacy]}
    assert await raw.code("POST", base, {"flags": V2}) == 50006


async def test_a_message_becomes_a_layout_only_without_its_old_content(raw: Raw, base: str) -> None:
    made = await raw.ok("POST", base, {"content": "old"})
    body = {"flags": V2, "components": [text("new")]}
    assert "content" in await raw.wrong("PATCH", f"{base}/{made['id']}", body)
    changed = await raw.ok("PATCH", f"{base}/{made['id']}", body | {"content": None})
    assert changed["content"] == ""
    assert changed["components"][0]["content"] == "new"
    assert "content" in await raw.wrong("PATCH", f"{base}/{made['id']}", {"content": "back", "flags": 0})


async def test_every_kind_of_component_comes_back_complete(raw: Raw, base: str) -> None:
    parts = [
        box(section(text(), accessory={"type": 11, **PICTURE}), accent_color=5),
        {"type": 14},
        {"type": 12, "items": [PICTURE | {"description": "a picture"}]},
        row(button(id=2), button("b", style=3, emoji={"name": "🔥"})),
        row(select(custom_id="t")),
        row({"type": 8, "custom_id": "c", "channel_types": [0]}),
        row({"type": 2, "style": 5, "label": "Page", "url": "https://example.org"}),
    ]
    made = (await raw.ok("POST", base, {"flags": V2, "components": parts}))["components"]
    assert made[0]["id"] == 1
    assert made[0]["components"][0]["id"] == 3  # 2 is taken by a button further down
    assert made[0]["spoiler"] is False
    assert made[0]["components"][0]["accessory"]["media"]["url"] == "https://example.org/a.png"
    assert (made[1]["divider"], made[1]["spacing"]) == (True, 1)
    assert made[4]["components"][0]["min_values"] == 1


async def test_uploaded_pictures_resolve(sb: Sandbox, raw: Raw, base: str) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (640).to_bytes(4) + (360).to_bytes(4) + b"\x08\x02\0\0\0"
    payload = (
        '{"flags": 32768, "components": [{"type": 12, "items": [{"media": {"url": "attachment://card.png"},'
        ' "description": "a card"}]}, {"type": 13, "file": {"url": "attachment://card.png"}}]}'
    )
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", payload)
    form.add_field("files[0]", io.BytesIO(png), filename="card.png", content_type="image/png")
    made = await raw.ok("POST", base, data=form)
    media = made["components"][0]["items"][0]["media"]
    assert (media["width"], media["height"]) == (640, 360)
    assert media["attachment_id"] == made["attachments"][0]["id"]
    assert media["url"].startswith(sb.world.root + "/attachments/")
    assert made["components"][1]["size"] == len(png)
