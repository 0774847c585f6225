"""What a person sees: text, controls, and where they can see at all; and how a reply shows it."""

from typing import Any

import pytest

from sandbox import Reply, Sandbox
from sandbox.components import find, texts, walk
from sandbox.model import Interaction, Message
from sandbox.people import Modal
from sandbox.views import buttons, can_see, selects, visible_text

LAYOUT: list[dict[str, Any]] = [
    {"type": 10, "content": "head"},
    {
        "type": 17,
        "components": [
            {
                "type": 9,
                "components": [{"type": 10, "content": "one"}, {"type": 10, "content": "two"}],
                "accessory": {"type": 2, "label": "Aside", "custom_id": "a", "style": 1},
            },
            {"type": 14},
            {
                "type": 1,
                "components": [
                    {"type": 2, "emoji": {"name": "🔥"}, "custom_id": "b", "style": 2},
                    {"type": 2, "custom_id": "c", "style": 2},
                ],
            },
            {"type": 1, "components": [{"type": 3, "custom_id": "d", "placeholder": "choose"}]},
        ],
    },
]


@pytest.fixture
def message(sb: Sandbox) -> Message:
    one = sb.acts.say(sb.world.user("Mina"), sb.world.channel("general"), "words")
    one.components = LAYOUT
    return one


def interaction(sb: Sandbox, **more: Any) -> Interaction:
    place = sb.world.channel("general")
    return Interaction(1, "t", 2, sb.world.user("Mina"), place, 0.0, {}, 0, {}, **more)


def test_components_are_walked_in_reading_order() -> None:
    assert [each["type"] for each in walk(LAYOUT)] == [10, 17, 9, 10, 10, 2, 14, 1, 2, 2, 1, 3]
    assert texts(LAYOUT) == ["head", "one", "two"]
    assert find(LAYOUT, "d") is LAYOUT[1]["components"][3]["components"][0]
    assert find(LAYOUT, "none") is None
    assert [each["custom_id"] for each in buttons(LAYOUT)] == ["a", "b", "c"]
    assert [each["custom_id"] for each in selects(LAYOUT)] == ["d"]
    form = [{"type": 18, "label": "x", "component": {"type": 4, "custom_id": "f"}}]
    assert find(form, "f") == {"type": 4, "custom_id": "f"}


def test_all_text_is_seen(message: Message) -> None:
    message.embeds = [
        {
            "title": "title",
            "description": "description",
            "author": {"name": "author"},
            "fields": [{"name": "field", "value": "value"}],
            "footer": {"text": "footer"},
        },
        {},
    ]
    seen = "words title description author field value footer head one two".split()
    assert visible_text(message).split("\n") == seen


def test_a_reply_shows_its_message(sb: Sandbox, message: Message) -> None:
    reply = Reply(interaction(sb, original=message, callback=4))
    assert list(reply.buttons) == ["Aside", "🔥", "c"]
    assert list(reply.selects) == ["d"]
    assert not reply.failed
    assert not reply.ephemeral
    assert reply.modal is None
    assert "answered" in repr(reply)
    message.loading = True
    assert reply.thinking
    assert "thinking" in repr(reply)
    message.content = "changed since"
    assert reply.text.startswith("changed since")


def test_a_reply_without_a_message(sb: Sandbox) -> None:
    reply = Reply(interaction(sb))
    assert (reply.failed, reply.text, reply.buttons, reply.selects) == (True, "", {}, {})
    assert (reply.ephemeral, reply.thinking, reply.components) == (False, False, [])
    data = {"title": "Form", "custom_id": "f", "components": []}
    modal = Reply(interaction(sb, callback=9, answer=data)).modal
    assert isinstance(modal, Modal)
    assert (modal.title, modal.custom_id, modal.components) == ("Form", "f", [])


def test_who_sees_a_message(sb: Sandbox, message: Message) -> None:
    mina, timo = sb.world.user("Mina"), sb.world.user("Timo")
    assert can_see(sb.world, timo, message)
    sb.world.deny(message.channel, "view_channel", user=timo)
    assert not can_see(sb.world, timo, message)
    assert can_see(sb.world, mina, message)
    private = sb.acts.say(mina, sb.world.dm(mina, sb.world.bot), "x")
    assert can_see(sb.world, mina, private)
    assert not can_see(sb.world, timo, private)
    message.addressee = mina.id
    assert can_see(sb.world, mina, message)
    assert not can_see(sb.world, timo, message)
    message.deleted = True
    assert not can_see(sb.world, mina, message)
    gone = sb.acts.say(mina, message.channel, "y")
    del message.channel.messages[gone.id]
    assert not can_see(sb.world, mina, gone)
    assert sb.world.message(gone.id) is None
    assert sb.world.message(private.id) is private
