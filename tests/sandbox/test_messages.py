"""Messages over plain HTTP: creation, lengths, permissions, replies, nonces, history, changes, removal."""

import io
from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.model import Channel, Message
from tests.sandbox.tiny import Raw


@pytest.fixture
def general(sb: Sandbox) -> Channel:
    return sb.world.channel("general")


@pytest.fixture
def base(general: Channel) -> str:
    return f"/channels/{general.id}/messages"


def by_mina(sb: Sandbox, channel: Channel, text: str = "hello") -> Message:
    return sb.acts.say(sb.world.user("Mina"), channel, text)


async def test_a_message_is_stored_and_given_back(sb: Sandbox, raw: Raw, general: Channel, base: str) -> None:
    made = await raw.ok("POST", base, {"content": "good news", "nonce": "7"})
    assert made["content"] == "good news"
    assert made["nonce"] == "7"
    assert made["author"] == {**made["author"], "id": str(sb.bot_user_id), "bot": True}
    assert general.messages[int(made["id"])].content == "good news"
    assert general.last_message_id == int(made["id"])
    assert await raw.ok("GET", f"{base}/{made['id']}") == made


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
        ({"content": 5}, "content", "STRING_TYPE_CONVERT"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "t"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
        ({"embeds": [{"fields": [{"name": "n"}]}]}, "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
        ({"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "embeds.0.footer.text", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"author": {"name": "x" * 257}}]}, "embeds.0.author.name", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"url": "ftp://x"}]}, "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
        ({"embeds": [{"image": {"url": "nowhere"}}]}, "embeds.0.image.url", "URL_TYPE_INVALID_URL"),
        ({"embeds": [{"color": 0x1000000}]}, "embeds.0.color", "NUMBER_TYPE_MAX"),
        ({"embeds": ["text"]}, "embeds.0", "MODEL_TYPE_CONVERT"),
        ({"content": "x", "nonce": "n" * 26}, "nonce", "NONCE_TYPE_TOO_LONG"),
        ({"content": "x", "nonce": []}, "nonce", "NONCE_TYPE_INVALID"),
        ({"content": "x", "enforce_nonce": "yes"}, "enforce_nonce", "BOOLEAN_TYPE_CONVERT"),
        ({"content": "x", "flags": "many"}, "flags", "NUMBER_TYPE_COERCE"),
        ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0", "BASE_TYPE_CHOICES"),
        (
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            "allowed_mentions",
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
        ({"content": "x", "allowed_mentions": {"roles": ["fans"]}}, "allowed_mentions.roles", "NUMBER_TYPE_COERCE"),
        (
            {"content": "x", "allowed_mentions": {"users": ["5", "5"]}},
            "allowed_mentions.users",
            "SET_TYPE_ALREADY_CONTAINS_VALUE",
        ),
        ({"content": "x", "attachments": [{"id": 0}]}, "attachments.0.id", "MESSAGE_ATTACHMENT_NOT_FOUND"),
        ({"content": "x", "message_reference": {"message_id": "1"}}, "message_reference", "REPLIES_UNKNOWN_MESSAGE"),
    ],
)
async def test_a_wrong_body_is_named_by_field(raw: Raw, base: str, body: dict[str, Any], field: str, code: str) -> None:
    assert (await raw.wrong("POST", base, body))[field] == [code]


async def test_an_empty_message_and_no_body(raw: Raw, base: str) -> None:
    assert await raw.code("POST", base, {"content": ""}) == 50006
    assert await raw.code("POST", base, {"content": None, "embeds": []}) == 50006
    assert await raw.code("POST", base) == 50109
    assert await raw.code("POST", base, data=b"{not json") == 50109


async def test_places_that_are_not_there_or_not_open(sb: Sandbox, raw: Raw, general: Channel, base: str) -> None:
    assert await raw.code("POST", "/channels/1/messages", {"content": "x"}) == 10003
    assert await raw.wrong("POST", "/channels/general/messages", {"content": "x"})
    forum = sb.world.channel("lore-questions")
    assert await raw.code("POST", f"/channels/{forum.id}/messages", {"content": "x"}) == 50008
    sb.world.deny(general, "send_messages")
    assert await raw.code("POST", base, {"content": "x"}) == 50013
    assert await raw.code("POST", f"/channels/{general.id}/typing") == 50013
    sb.world.deny(general, "view_channel")
    assert await raw.code("POST", base, {"content": "x"}) == 50001
    sb.world.allow(general, "view_channel", "send_messages")
    await raw.ok("POST", base, {"content": "x"})
    sb.world.delete_channel(general)
    assert await raw.code("POST", base, {"content": "x"}) == 10003


async def test_embeds_and_files_need_permissions(sb: Sandbox, raw: Raw, general: Channel, base: str) -> None:
    sb.world.deny(general, "embed_links", "attach_files")
    await raw.ok("POST", base, {"content": "x"})
    assert await raw.code("POST", base, {"embeds": [{"title": "t"}]}) == 50013
    assert await raw.code("POST", base, data=upload(b"data")) == 50013


def upload(data: bytes, payload: str = "{}", name: str = "files[0]") -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", payload)
    form.add_field(name, io.BytesIO(data), filename="note.txt", content_type="text/plain")
    return form


async def test_a_guild_without_the_bot_and_a_wrong_token(sb: Sandbox, raw: Raw, base: str) -> None:
    sb.world.kick_bot(sb.world.guild("Harbour Town"))
    assert await raw.code("POST", base, {"content": "x"}) == 50001
    raw.authorization = "Bot nonsense"
    assert await raw("POST", base, {"content": "x"}) == (401, {"message": "401: Unauthorized", "code": 0})


async def test_a_reply_refers_to_its_message(sb: Sandbox, raw: Raw, general: Channel, base: str) -> None:
    question = by_mina(sb, general)
    made = await raw.ok("POST", base, {"content": "hi", "message_reference": {"message_id": str(question.id)}})
    assert made["type"] == 19
    assert made["referenced_message"]["content"] == ""  # the bot has not asked for the content of others' messages
    sb.world.content_intent = True
    shown = await raw.ok("GET", f"{base}/{made['id']}")
    assert shown["referenced_message"]["content"] == "hello"
    assert [each["username"] for each in made["mentions"]] == ["mina"]
    quiet = {"parse": [], "replied_user": False}
    body = {"content": "hi", "message_reference": {"message_id": str(question.id)}, "allowed_mentions": quiet}
    assert (await raw.ok("POST", base, body))["mentions"] == []
    gone = {"message_id": "1", "fail_if_not_exists": False}
    assert (await raw.ok("POST", base, {"content": "hi", "message_reference": gone}))["type"] == 0
    sb.world.deny(general, "read_message_history")
    assert await raw.code("POST", base, body) == 160002


async def test_the_same_nonce_gives_the_same_message_for_some_minutes(sb: Sandbox, raw: Raw, base: str) -> None:
    body = {"content": "once", "nonce": "2026-03-08", "enforce_nonce": True}
    first = await raw.ok("POST", base, body)
    again = await raw.ok("POST", base, body | {"content": "twice"})
    assert (again["id"], again["content"]) == (first["id"], "once")
    loose = await raw.ok("POST", base, body | {"enforce_nonce": False})
    assert loose["id"] != first["id"]
    sb.clock.advance(301)
    assert (await raw.ok("POST", base, body))["id"] not in (first["id"], loose["id"])


async def test_history_goes_before_after_and_around(raw: Raw, base: str) -> None:
    ids = [(await raw.ok("POST", base, {"content": str(number)}))["id"] for number in range(7)]

    async def listed(query: str) -> list[str]:
        return [each["content"] for each in await raw.ok("GET", base + query)]

    assert await listed("") == ["6", "5", "4", "3", "2", "1", "0"]
    assert await listed("?limit=2") == ["6", "5"]
    assert await listed(f"?before={ids[3]}&limit=2") == ["2", "1"]
    assert await listed(f"?after={ids[3]}&limit=2") == ["5", "4"]
    assert await listed(f"?around={ids[3]}&limit=3") == ["4", "3", "2"]
    assert "limit" in await raw.wrong("GET", base + "?limit=101")
    assert "limit" in await raw.wrong("GET", base + "?limit=none")


async def test_without_read_history_nothing_is_to_be_read(sb: Sandbox, raw: Raw, general: Channel, base: str) -> None:
    made = await raw.ok("POST", base, {"content": "x"})
    sb.world.deny(general, "read_message_history")
    assert await raw.ok("GET", base) == []
    assert await raw.code("GET", f"{base}/{made['id']}") == 50013


async def test_changing_ones_own_messages_only(sb: Sandbox, raw: Raw, general: Channel, base: str) -> None:
    made = await raw.ok("POST", base, {"content": "one", "embeds": [{"title": "kept"}]})
    changed = await raw.ok("PATCH", f"{base}/{made['id']}", {"content": "two"})
    assert changed["content"] == "two"
    assert changed["edited_timestamp"]
    assert changed["embeds"][0]["title"] == "kept"
    assert await raw.code("PATCH", f"{base}/{made['id']}", {"content": "", "embeds": []}) == 50006
    assert await raw.code("PATCH", f"{base}/1", {"content": "x"}) == 10008
    assert await raw.code("PATCH", f"{base}/{by_mina(sb, general).id}", {"content": "x"}) == 50005


async def test_old_messages_take_few_edits_an_hour(sb: Sandbox, raw: Raw, base: str) -> None:
    made = await raw.ok("POST", base, {"content": "0"})
    sb.clock.advance(3601)
    for number in range(5):
        await raw.ok("PATCH", f"{base}/{made['id']}", {"content": str(number)})
    assert await raw.code("PATCH", f"{base}/{made['id']}", {"content": "more"}) == 30046
    sb.clock.advance(3601)
    await raw.ok("PATCH", f"{base}/{made['id']}", {"content": "more"})


async def test_removing(sb: Sandbox, raw: Raw, general: Channel, base: str) -> None:
    made = await raw.ok("POST", base, {"content": "x"})
    assert await raw("DELETE", f"{base}/{made['id']}") == (204, None)
    assert await raw.code("GET", f"{base}/{made['id']}") == 10008
    other = by_mina(sb, general)
    assert await raw.code("DELETE", f"{base}/{other.id}") == 50013
    sb.world.allow(general, "manage_messages")
    await raw.ok("DELETE", f"{base}/{other.id}")
    assert other.deleted


async def test_files_are_kept_and_served(sb: Sandbox, raw: Raw, base: str) -> None:
    payload = '{"content": "see", "attachments": [{"id": 0, "description": "a note", "filename": "n.txt"}]}'
    made = await raw.ok("POST", base, data=upload(b"air and water", payload))
    (file,) = made["attachments"]
    assert (file["filename"], file["size"], file["description"]) == ("n.txt", 13, "a note")
    async with aiohttp.ClientSession() as session:
        async with session.get(file["url"]) as answer:
            assert await answer.read() == b"air and water"
        async with session.get(file["url"] + "x") as answer:
            assert answer.status == 404
    shown = sb.journal[-1].request
    assert shown["payload_json"]["content"] == "see"
    assert shown["files"] == [{"spot": 0, "filename": "note.txt", "size": 13, "content_type": "text/plain"}]
    kept = await raw.ok("PATCH", f"{base}/{made['id']}", {"attachments": [{"id": file["id"]}]})
    assert [each["id"] for each in kept["attachments"]] == [file["id"]]
    bare = await raw.ok("PATCH", f"{base}/{made['id']}", {"attachments": []})
    assert bare["attachments"] == []


async def test_files_that_are_too_large_or_too_many(raw: Raw, base: str) -> None:
    assert await raw.code("POST", base, data=upload(b"x" * (10 * 1024 * 1024 + 1))) == 40005
    assert await raw.code("POST", base, data=upload(b"x", "{nonsense")) == 50109
    form = upload(b"x")
    for number in range(1, 11):
        form.add_field(f"files[{number}]", b"x", filename=f"{number}.txt")
    assert "attachments" in await raw.wrong("POST", base, data=form)
