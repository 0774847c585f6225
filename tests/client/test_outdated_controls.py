"""Buttons, menus, forms, options and commands of another version: always an answer, in words, for that person alone."""

from __future__ import annotations

import logging
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import views
from sandbox.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL

if TYPE_CHECKING:
    from sandbox import Person, Reply
    from sandbox.model import Message
    from tests.conftest import Chat

BUTTON, SELECT, USER_SELECT = 2, 3, 5
OLDER_BUTTON = "This button is from an older version of me. Please use the command again."
OLDER_MENU = "This menu is from an older version of me. Please use the command again."
OLDER_FORM = "This form is from an older version of me. Please use the command again."
OLDER_COMMAND = "This command has just changed. Please close Discord's command box and type it again."


async def used(who: Person, message: Message, custom_id: str, kind: int = BUTTON, **data: Any) -> Reply:
    """Use a control that the message need not hold, as a message of another version would."""
    sent = {"custom_id": custom_id, "component_type": kind, "id": 1, **data}
    return await who.answer(who._acts.desk.open(COMPONENT, who.user, message.channel, sent, message=message))


async def typed(who: Person, name: str, options: list[dict[str, Any]], kind: int = COMMAND, **data: Any) -> Reply:
    """Use a command as another version registered it."""
    sent = {"id": "1", "name": name, "type": 1, "options": options, **data}
    return await who.answer(who._acts.desk.open(kind, who.user, who.channel, sent))


def option(name: str, value: Any, kind: int = 3) -> dict[str, Any]:
    return {"name": name, "type": kind, "value": value}


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info]


@pytest.fixture
async def shown(second_chat: Chat) -> Message:
    message = (await second_chat.person("Mo").slash("about")).message
    assert message is not None
    return message


async def controls(chat: Chat) -> dict[str, int]:
    """Collect the custom ids of all that the bot shows, with their kinds."""
    mo = chat.person("Mo")
    here = mo.channel
    for _ in range(6):
        await mo.slash("daily schedule", channel=here, time=f"{_ + 1}:00", timezone="UTC")
    replies = [
        await mo.slash("quote", query="Ines Falk"),
        await mo.slash("quote", query="hall"),
        await mo.slash("quote", query="acouzzticks"),
        await mo.slash("ask", question="who wrote the gasworks song"),
        await mo.slash("canon", subject="all"),
        await mo.slash("timeline"),
        await mo.slash("quiz", kind="who"),
        await mo.slash("quiz", kind="canon"),
        await mo.slash("canon", subject="tomines", private=True),
        await mo.slash("daily list"),
        await mo.slash("daily preview", schedule="1"),
    ]
    found: dict[str, int] = {}
    for reply in replies:
        assert reply.message is not None
        for control in (*views.buttons(reply.components), *views.selects(reply.components)):
            found[control["custom_id"]] = control["type"]
    return found


def mangled(custom_id: str, chance: Random) -> str:
    """Change an id as versions, bugs and vandals do."""
    at = chance.randrange(len(custom_id))
    parts = custom_id.split("|")
    ways = [
        custom_id[:at],
        custom_id[:at] + custom_id[at + 1 :],
        custom_id[:at] + chance.choice("|=,-+0 \n\u0661\u200b💙x") + custom_id[at:],
        "|".join(parts[:2]),
        "|".join([*parts[:2], ""]),
        "|".join([*parts, "more"]),
        "|".join([*parts[:2], *reversed(parts[2:])]),
        "|".join(parts[:2] + ["9" * chance.randrange(1, 80)] * (len(parts) - 2)),
        "|".join(parts[:2] + ["-1"] * (len(parts) - 2)),
        "|".join([parts[0], parts[1].upper(), *parts[2:]]),
        "|".join([{"b": "s", "s": "b"}[parts[0]], *parts[1:]]),
    ]
    return chance.choice(ways)[:100]


async def test_whatever_an_id_holds_it_is_answered(second_chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    ids = await controls(second_chat)
    seen = {custom_id.split("|")[1] for custom_id in ids}
    assert len(seen) > 6
    ids |= {f"b|{name}|x": BUTTON for name in second_chat.bot.actions.names - seen}
    mo, chance = second_chat.person("Mo"), Random(11)
    about = (await mo.slash("about")).message
    assert about is not None
    for custom_id, kind in ids.items():
        for _ in range(6):
            other = mangled(custom_id, chance) or "x"
            wrong = chance.choice([kind, kind, kind, BUTTON, SELECT, USER_SELECT])
            data = {} if wrong == BUTTON else {"values": chance.choice([[], ["gone"], ["\u0661" * 100]])}
            reply = await used(mo, about, other, wrong, **data)
            assert not reply.failed, other
            assert "Error" not in reply.text, other
    assert faults(caplog) == []


@pytest.mark.parametrize(
    "custom_id", ["b|gone|x", "b|quote|x", "b|quote", "quote", "b|QUOTE|+|0|1||x", "|", "s|ship|1"]
)
async def test_a_button_of_another_version(
    second_chat: Chat, shown: Message, caplog: pytest.LogCaptureFixture, custom_id: str
) -> None:
    reply = await used(second_chat.person("Mina"), shown, custom_id)
    assert (reply.ephemeral, reply.text) == (True, OLDER_BUTTON)
    assert faults(caplog) == []


async def test_a_menu_of_another_version(second_chat: Chat, shown: Message) -> None:
    reply = await used(second_chat.person("Mina"), shown, "s|gone|x", SELECT, values=["a"])
    assert (reply.ephemeral, reply.text) == (True, OLDER_MENU)


@pytest.mark.parametrize("data", [{}, {"values": []}])
@pytest.mark.parametrize("custom_id", ["s|ship|1", "s|timeline|1"])
async def test_a_menu_without_a_choice(
    second_chat: Chat, shown: Message, caplog: pytest.LogCaptureFixture, custom_id: str, data: dict[str, Any]
) -> None:
    reply = await used(second_chat.person("Mina"), shown, custom_id, SELECT, **data)
    assert (reply.ephemeral, reply.text) == (True, "Nothing was picked. Please choose from the menu again.")
    assert faults(caplog) == []


@pytest.mark.parametrize("custom_id", ["s|ship|1", "s|timeline|1"])
async def test_a_choice_that_is_gone(second_chat: Chat, shown: Message, custom_id: str) -> None:
    reply = await used(second_chat.person("Mina"), shown, custom_id, SELECT, values=["gone"])
    assert reply.ephemeral
    assert reply.text.startswith("The announcement has changed since then. Please use /")


async def test_a_form(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    sent = {"custom_id": "feedback", "components": []}
    reply = await mina.answer(mina._acts.desk.open(MODAL, mina.user, mina.channel, sent))
    assert (reply.ephemeral, reply.text) == (True, OLDER_FORM)


@pytest.mark.parametrize(
    ("name", "options", "data"),
    [
        ("shipping", [], {}),
        ("shipping", [], {"type": 3, "target_id": "1"}),
        ("Canon check", [], {"type": 3, "target_id": "1"}),
        ("ask", [], {}),
        ("ask", [option("query", "why")], {}),
        ("daily", [], {}),
        ("daily", [{"name": "gone", "type": 1, "options": []}], {}),
        ("ask", [{"name": "gone", "type": 1, "options": []}], {}),
    ],
)
async def test_a_command_of_another_version(
    second_chat: Chat,
    caplog: pytest.LogCaptureFixture,
    name: str,
    options: list[dict[str, Any]],
    data: dict[str, Any],
) -> None:
    reply = await typed(second_chat.person("Mo"), name, options, **data)
    assert (reply.ephemeral, reply.text) == (True, OLDER_COMMAND)
    assert faults(caplog) == []


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("shipping", [option("query", "x") | {"focused": True}]),
        ("ask", [option("query", "x") | {"focused": True}]),
        ("ask", [option("private", "x", 5) | {"focused": True}]),
        ("ask", []),
        ("daily", [{"name": "gone", "type": 1, "options": [option("x", "x") | {"focused": True}]}]),
    ],
)
async def test_a_completion_of_another_version(second_chat: Chat, name: str, options: list[dict[str, Any]]) -> None:
    reply = await typed(second_chat.person("Mo"), name, options, AUTOCOMPLETE)
    assert reply.interaction.answer == {"choices": []}


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (option("style", "poster"), "I don't know that style. Please pick one from the list: text, card or quiz."),
        (option("style", 5, 4), "I don't know that style. Please pick one from the list: text, card or quiz."),
        (option("role", "no id", 8), OLDER_COMMAND),
        (option("role", "5", 8), "That role no longer exists. Please choose another, or none."),
    ],
)
async def test_an_option_outside_its_choices(
    second_chat: Chat, caplog: pytest.LogCaptureFixture, extra: dict[str, Any], words: str
) -> None:
    mo = second_chat.person("Mo")
    here = str(mo.channel.id)
    given = [option("channel", here, 7), option("time", "9:00"), option("timezone", "UTC"), extra]
    resolved = {"channels": {here: {"id": here, "name": "x", "type": 0, "permissions": "0"}}}
    reply = await typed(mo, "daily", [{"name": "schedule", "type": 1, "options": given}], resolved=resolved)
    assert (reply.ephemeral, reply.text) == (True, words)
    assert faults(caplog) == []
