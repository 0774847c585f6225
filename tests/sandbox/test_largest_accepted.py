"""The other side of the limits: the largest that Discord takes is taken; and how changes of messages add up."""

import io
import json
from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
from tests.sandbox.tiny import Raw

V2 = 1 << 15
FIRE = {"name": "🔥"}
MEDIA = {"url": "https://example.org"}


def button(custom_id: str, **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "x" * 80, "custom_id": custom_id.ljust(100, "-"), **more}


def options(count: int) -> list[dict[str, Any]]:
    return [
        {"label": "l" * 100, "value": str(number).ljust(100, "v"), "description": "d" * 100} for number in range(count)
    ]


def upload(payload: dict[str, Any], *files: tuple[str, bytes]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(payload), content_type="application/json")
    for spot, (name, data) in enumerate(files):
        form.add_field(f"files[{spot}]", io.BytesIO(data), filename=name)
    return form


@pytest.fixture
def base(sb: Sandbox) -> str:
    return f"/channels/{sb.world.channel('general').id}/messages"


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2000, "nonce": "n" * 25, "tts": False},
        {"content": "😀" * 2000},
        {"content": "x", "nonce": 2**62, "flags": 4 | 4096},
        {"embeds": [{"title": "t" * 256, "description": "d" * 4096, "footer": {"text": "f" * 1648}}]},
        {"embeds": [{"author": {"name": "a" * 256, "url": "https://example.org"}}]},
        {"embeds": [{"fields": [{"name": "n" * 40, "value": "v" * 200, "inline": True}] * 25}]},
        {"embeds": [{"description": "d" * 600, "color": 0xFFFFFF, "url": "https://example.org"}] * 10},
        {"embeds": [{"image": {"url": "https://example.org/a.png"}, "thumbnail": {"url": "attachment://a.png"}}]},
        {"components": [{"type": 1, "components": [button(f"{r}{n}") for n in range(5)]} for r in range(5)]},
        {
            "components": [
                {
                    "type": 1,
                    "components": [
                        {
                            "type": 3,
                            "custom_id": "s" * 100,
                            "placeholder": "p" * 150,
                            "options": options(25),
                            "min_values": 0,
                            "max_values": 25,
                        }
                    ],
                }
            ]
        },
        {"components": [{"type": 1, "components": [{"type": 5, "custom_id": "s"}]}]},
        {"components": [{"type": 1, "components": [{"type": 2, "style": 5, "label": "x", "url": "https://x.org"}]}]},
        {
            "components": [
                {"type": 1, "components": [{"type": 2, "style": 1, "emoji": {"name": "x"}, "custom_id": "e"}]}
            ]
        },
        {"flags": V2, "components": [{"type": 10, "content": "x" * 4000}]},
        {"flags": V2, "components": [{"type": 10, "content": "x"}] * 40},
        {"flags": V2, "components": [{"type": 17, "components": [{"type": 10, "content": "x"}] * 39, "spoiler": True}]},
        {
            "flags": V2,
            "components": [
                {"type": 12, "items": [{"media": {"url": "https://x.org"}, "description": "d" * 1024}] * 10}
            ],
        },
        {"flags": V2, "components": [{"type": 14, "spacing": 2, "divider": False}, {"type": 10, "content": "x"}]},
        {
            "flags": V2,
            "components": [
                {
                    "type": 9,
                    "components": [{"type": 10, "content": "x"}] * 3,
                    "accessory": {"type": 11, "media": {"url": "https://x.org"}, "description": "d" * 1024},
                }
            ],
        },
        {"content": "x", "allowed_mentions": {"parse": ["users", "roles", "everyone"], "replied_user": True}},
        {"content": "x", "allowed_mentions": {"users": [str(each) for each in range(1, 101)]}},
        {"content": "x", "components": [], "embeds": [], "attachments": []},
    ],
)
async def test_messages_up_to_the_limits(raw: Raw, base: str, body: dict[str, Any]) -> None:
    made = await raw.ok("POST", base, body)
    assert await raw.ok("GET", f"{base}/{made['id']}") == made


async def test_ten_files_and_ten_mebibytes(raw: Raw, base: str) -> None:
    files = [(f"{number}.txt", b"x") for number in range(9)] + [("large.bin", b"x" * 10 * 1024 * 1024)]
    made = await raw.ok("POST", base, data=upload({}, *files))
    assert [each["filename"] for each in made["attachments"]] == [name for name, _ in files]
    assert made["attachments"][9]["size"] == 10 * 1024 * 1024


async def test_what_a_change_does_not_name_stays(raw: Raw, base: str) -> None:
    row = {"type": 1, "components": [button("a")]}
    body = {"content": "one", "embeds": [{"title": "kept"}], "components": [row]}
    made = await raw.ok("POST", base, data=upload(body, ("a.txt", b"a")))
    path = f"{base}/{made['id']}"
    changes: tuple[dict[str, Any], ...] = (
        {"content": "two"},
        {"flags": 4},
        {"allowed_mentions": {"parse": []}},
        {"content": None},
    )
    for change in changes:
        made = await raw.ok("PATCH", path, change)
        assert made["embeds"][0]["title"] == "kept"
        assert made["components"][0]["components"][0]["label"] == "x" * 80
        assert [each["filename"] for each in made["attachments"]] == ["a.txt"]
    assert made["content"] == ""
    assert made["flags"] == 4
    assert (await raw.ok("PATCH", path, {"flags": 0}))["flags"] == 0
    bare = await raw.ok("PATCH", path, {"embeds": None, "components": None})
    assert (bare["embeds"], bare["components"]) == ([], [])
    assert await raw.code("PATCH", path, {"attachments": []}) == 50006


async def test_files_are_added_kept_and_dropped_by_a_change(raw: Raw, base: str) -> None:
    made = await raw.ok("POST", base, data=upload({}, ("a.txt", b"a"), ("b.txt", b"b")))
    path = f"{base}/{made['id']}"
    keep = made["attachments"][1]
    change = {"attachments": [{"id": keep["id"]}, {"id": 0, "description": "third"}]}
    made = await raw.ok("PATCH", path, data=upload(change, ("c.txt", b"c")))
    assert [each["filename"] for each in made["attachments"]] == ["b.txt", "c.txt"]
    assert made["attachments"][1]["description"] == "third"
    made = await raw.ok("PATCH", path, data=upload({}, ("d.txt", b"d")))
    assert [each["filename"] for each in made["attachments"]] == ["b.txt", "c.txt", "d.txt"]
    assert "attachments.0.id" in await raw.wrong("PATCH", path, {"attachments": [{"id": 0}]})


async def test_a_picture_stays_with_its_layout(raw: Raw, base: str) -> None:
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://card.png"}}]}
    made = await raw.ok("POST", base, data=upload({"flags": V2, "components": [gallery]}, ("card.png", b"x")))
    path = f"{base}/{made['id']}"
    text = {"type": 10, "content": "more"}
    changed = await raw.ok("PATCH", path, {"components": [text, gallery]})
    media = changed["components"][1]["items"][0]["media"]
    assert media["attachment_id"] == made["attachments"][0]["id"]
    other = gallery | {"items": [{"media": {"url": "attachment://other.png"}}]}
    assert "components.0.items.0.media.url" in await raw.wrong("PATCH", path, {"components": [other]})


async def test_pings_follow_a_change(sb: Sandbox, raw: Raw, base: str) -> None:
    mina, timo = sb.world.user("Mina"), sb.world.user("Timo")
    made = await raw.ok("POST", base, {"content": f"<@{mina.id}>"})
    path = f"{base}/{made['id']}"
    changed = await raw.ok("PATCH", path, {"content": f"<@{timo.id}> <@!{timo.id}>"})
    assert [each["username"] for each in changed["mentions"]] == ["timo"]
    quiet = await raw.ok("PATCH", path, {"content": f"<@{mina.id}>", "allowed_mentions": {"parse": []}})
    assert quiet["mentions"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x" * 32, "description": "d" * 100},
        {"name": "X " * 16, "type": 3},
        {"name": "Who is it?", "type": 2, "description": ""},
        {"name": "q", "description": "d", "contexts": [0, 1, 2], "integration_types": [0, 1]},
        {"name": "q", "description": "d", "default_member_permissions": 0, "nsfw": True},
        {
            "name": "q",
            "description": "d",
            "name_localizations": {"de": "zitat"},
            "description_localizations": {"de": "D"},
        },
        {
            "name": "q",
            "description": "d",
            "options": [
                {"type": 3, "name": "o" * 32, "description": "d" * 100, "required": True, "autocomplete": True},
                {"type": 4, "name": "n", "description": "d", "min_value": 0, "max_value": 5, "autocomplete": True},
                {"type": 7, "name": "c", "description": "d", "channel_types": [0, 5, 15]},
            ],
        },
        {
            "name": "q",
            "description": "d",
            "options": [
                {
                    "type": 2,
                    "name": "group",
                    "description": "d",
                    "options": [{"type": 1, "name": f"s{n}", "description": "d"} for n in range(25)],
                },
                {"type": 1, "name": "single", "description": "d", "options": []},
            ],
        },
    ],
)
async def test_commands_up_to_the_limits(sb: Sandbox, raw: Raw, body: dict[str, Any]) -> None:
    base = f"/applications/{sb.application_id}/commands"
    made = await raw.ok("POST", base, body)
    for key, value in body.items():
        if key not in ("options", "default_member_permissions"):
            assert made[key] == value
    assert await raw.ok("GET", f"{base}/{made['id']}") == made
