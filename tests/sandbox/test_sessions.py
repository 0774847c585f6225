"""Sessions by themselves: what is kept, what is replayed, what each shard and intent gets."""

import json
from typing import Any, cast

import pytest

from sandbox import Sandbox
from sandbox.gateway import Intent, Session, wants
from sandbox.model import Channel
from sandbox.registry import Event
from sandbox.render import without_content


class Socket:
    """Takes what is written to it."""

    def __init__(self) -> None:
        self.closed = False
        self.sent: list[dict[str, Any]] = []

    async def send_str(self, text: str) -> None:
        if self.sent and self.sent[-1].get("t") == "BROKEN":
            raise ConnectionResetError
        self.sent.append(json.loads(text))


def attach(session: Session, socket: Socket) -> None:
    stands_in: Any = socket
    session.attach(stands_in)


async def settle() -> None:
    import asyncio  # noqa: PLC0415

    for _ in range(5):
        await asyncio.sleep(0)


async def test_events_are_numbered_and_kept_while_nobody_listens() -> None:
    session, socket = Session("s", 0, 1, 0), Socket()
    attach(session, socket)
    session.dispatch("A", {"x": 1})
    await settle()
    session.detach()
    session.dispatch("B", {})
    session.dispatch("C", {})
    assert [each["t"] for each in socket.sent] == ["A"]
    assert session.can_replay(1)
    later = Socket()
    attach(session, later)
    session.replay(1)
    session.dispatch("RESUMED", {})
    await settle()
    assert [(each["t"], each["s"]) for each in later.sent] == [("B", 2), ("C", 3), ("RESUMED", 4)]
    session.detach()


def test_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.gateway._MISSED", 3)
    session = Session("s", 0, 1, 0)
    for _ in range(5):
        session.dispatch("A", {})
    assert [session.can_replay(number) for number in range(7)] == [False, False, True, True, True, True, False]


async def test_writing_stops_when_the_line_breaks() -> None:
    session, socket = Session("s", 0, 1, 0), Socket()
    attach(session, socket)
    session.dispatch("BROKEN", {})
    session.dispatch("LOST", {})
    await settle()
    assert len(socket.sent) == 1
    shut = Socket()
    shut.closed = True
    attach(session, shut)
    session.dispatch("A", {})
    await settle()
    assert shut.sent == []
    assert session.detach() is cast("Any", shut)
    assert not session.live
    assert session.detach() is None


def test_guilds_belong_to_shards_by_their_ids() -> None:
    shards = [Session(str(number), number, 3, 0) for number in range(3)]
    for number in range(9):
        guild_id = number << 22 | 77
        assert [each.covers(guild_id) for each in shards] == [number % 3 == shard for shard in range(3)]
    assert [each.covers(None) for each in shards] == [True, False, False]


@pytest.fixture
def general(sb: Sandbox) -> Channel:
    return sb.world.channel("general")


@pytest.mark.parametrize(
    ("name", "private", "needed"),
    [
        ("MESSAGE_CREATE", False, Intent.GUILD_MESSAGES),
        ("MESSAGE_UPDATE", True, Intent.DIRECT_MESSAGES),
        ("TYPING_START", False, Intent.GUILD_TYPING),
        ("TYPING_START", True, Intent.DIRECT_TYPING),
        ("GUILD_MEMBER_ADD", False, Intent.MEMBERS),
        ("GUILD_ROLE_CREATE", False, Intent.GUILDS),
        ("THREAD_UPDATE", False, Intent.GUILDS),
        ("CHANNEL_DELETE", False, Intent.GUILDS),
        ("INTERACTION_CREATE", False, 0),
    ],
)
def test_events_need_their_intent(sb: Sandbox, general: Channel, name: str, private: bool, needed: int) -> None:
    place = sb.world.dm(sb.world.user("Mina"), sb.world.bot) if private else general
    event = Event(name, {}, place.guild, place)
    assert wants(Session("s", 0, 1, needed), event, sb.world)
    others = Session("s", 0, 1, (1 << 25) - 1 & ~needed)
    assert wants(others, event, sb.world) == (needed == 0)


def test_events_of_places_out_of_sight(sb: Sandbox, general: Channel) -> None:
    everything = Session("s", 0, 1, (1 << 25) - 1)
    message = Event("MESSAGE_CREATE", {}, general.guild, general)
    assert wants(everything, message, sb.world)
    sb.world.deny(general, "view_channel")
    assert not wants(everything, message, sb.world)
    assert wants(everything, Event("CHANNEL_UPDATE", {}, general.guild, general), sb.world)
    others = sb.world.dm(sb.world.user("Mina"), sb.world.user("Timo"))
    assert not wants(everything, Event("MESSAGE_CREATE", {}, None, others), sb.world)
    assert general.guild is not None
    sb.world.kick_bot(general.guild)
    assert not wants(everything, Event("GUILD_ROLE_CREATE", {}, general.guild), sb.world)
    assert wants(everything, Event("GUILD_DELETE", {}, general.guild), sb.world)
    assert wants(everything, Event("INTERACTION_CREATE", {}, general.guild, general), sb.world)


def test_content_is_taken_out(sb: Sandbox, general: Channel) -> None:
    plain, full = Session("s", 0, 1, 0), Session("s", 0, 1, Intent.MESSAGE_CONTENT)
    mina = sb.world.user("Mina")
    body = {"content": "x", "embeds": [1], "attachments": [1], "components": [1], "id": "5"}
    empty = {"content": "", "embeds": [], "attachments": [], "components": [], "id": "5"}
    assert without_content(body) == empty
    said = sb.acts.say(mina, general, "x")
    event = Event("MESSAGE_CREATE", body, general.guild, general, said)
    assert plain.redact(event, body, sb.world.bot) == empty
    assert full.redact(event, body, sb.world.bot) == body
    called = sb.acts.say(mina, general, f"<@{sb.world.bot.id}>")
    assert plain.redact(Event("MESSAGE_CREATE", body, message=called), body, sb.world.bot) == body
    private = sb.acts.say(mina, sb.world.dm(mina, sb.world.bot), "x")
    assert plain.redact(Event("MESSAGE_CREATE", body, message=private), body, sb.world.bot) == body
    assert plain.redact(Event("GUILD_CREATE", body), body, sb.world.bot) == body
