"""Nothing is asked for, read or kept that no answer needs: that was most of what an answer cost."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.client.library_parts import read_json, write_json

if TYPE_CHECKING:
    import discord

    from tests.conftest import Chat

CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_json_is_read_and_written_as_by_the_standard_library(value: object) -> None:
    assert json.loads(write_json(value)) == value
    assert read_json(json.dumps(value)) == value


@pytest.mark.parametrize("text", ['"\\ud83d"', "NaN", '{"a": "\\udc00 b"}'])
def test_what_only_the_standard_library_reads_is_read(text: str) -> None:
    assert repr(read_json(text)) == repr(json.loads(text))


def test_what_only_the_standard_library_writes_is_written() -> None:
    class Number(int):
        pass

    assert write_json(["\ud83d", Number(3)]) == '["\\ud83d",3]'


@pytest.mark.parametrize("text", ["<html>", "", '{"a": 1'])
def test_what_is_no_json_is_refused_as_by_the_standard_library(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        read_json(text)
    with pytest.raises(TypeError):
        write_json({"a": object()})


async def test_discord_is_not_asked_for_what_an_answer_became(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("quote", query="hall")
    await second_chat.person("Mina").press(reply, "Context")
    answers = second_chat.sandbox.journal.find("POST", CALLBACK)
    assert [(each.query, each.status) for each in answers] == [({}, 204), ({}, 204)]


async def test_nothing_is_kept_of_an_answer(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("quote", query="random", private=True)
    assert reply.ephemeral
    # discord.py would let a task wait a quarter of an hour for presses on each answer that one person sees alone.
    assert [task for task in asyncio.all_tasks() if "View" in repr(task.get_coro())] == []
    assert list(second_chat.bot.persistent_views) == []


async def test_messages_that_say_nothing_to_the_bot_are_passed_by(second_chat: Chat) -> None:
    seen: list[discord.Message] = []

    async def on_message(message: discord.Message) -> None:
        seen.append(message)

    second_chat.bot.add_listener(on_message)
    mina = second_chat.person("Mina")
    await mina.say("Nothing that is meant for you.")
    asked = await mina.say("<@bot> when was the hall built?")
    assert await mina.wait_reply(asked)
    direct = await mina.in_dm().say("when was the hall built?")
    assert await mina.in_dm().wait_reply(direct)
    # Neither the first one nor the bot's own answers.
    assert [message.id for message in seen] == [asked.id, direct.id]
