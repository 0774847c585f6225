"""Everything that a member typed is shown as typed: escaped, on one line, and cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rendering.frame import safe
from sandbox.views import visible_text

if TYPE_CHECKING:
    from tests.conftest import Chat

MARKUP = "**bold** __under__ ~~gone~~ ||hidden|| `code` [link](https://example.com) # head"
NASTY = [
    (MARKUP, [r"\*\*bold\*\*", r"\_\_under\_\_", r"\~\~gone\~\~", r"\|\|hidden\|\|", r"\`code\`"]),
    ("@everyone @here <@123456789012345678> <@&123456789012345678>", ["@\u200beveryone", "@\u200bhere"]),
    ("<#123456789012345678> <:a:123456789012345678> <t:1> </quote:1> <a:b:1>", [r"\<#123", r"\<:a", r"\<t:1", r"\</q"]),
    ("```py\nprint(1)\n```", [r"\`\`\`py print(1) \`\`\`"]),
    ("> quoted", ["quoted"]),
    ("\u202eright to left\u202c \u2067turned\u2069 שלום", ["right to left turned שלום"]),
    ("ทดสอบภาษาไทยที่ไม่มีช่องว่าง" * 12, ["ทดสอบ"]),
    ("x" * 300, ["x" * 60]),
    ("word " * 60, ["word word"]),
    ("a\u0301\u0302\u0303" * 75, ["a"]),
]


@pytest.mark.parametrize(("typed", "parts"), NASTY)
async def test_in_answers_to_questions(second_chat: Chat, typed: str, parts: list[str]) -> None:
    reply = await second_chat.person("Mina").slash("ask", question=typed[:300])
    _check(reply.text.splitlines()[0].removeprefix("-# Asked: "), parts, 200)


@pytest.mark.parametrize(("typed", "parts"), NASTY)
async def test_in_canon_checks(second_chat: Chat, typed: str, parts: list[str]) -> None:
    reply = await second_chat.person("Mina").slash("canon", subject=typed)
    _check(reply.text.splitlines()[0].removeprefix("-# "), parts, 200)


@pytest.mark.parametrize(("typed", "parts"), NASTY)
async def test_where_nothing_was_found(second_chat: Chat, typed: str, parts: list[str]) -> None:
    reply = await second_chat.person("Mina").slash("quote", query=typed[:200], speaker=typed[:100])
    said = reply.text.splitlines()[0]
    assert said.startswith("Nobody called “")
    _check(said.removeprefix("Nobody called “").partition("” is quoted")[0], parts[:1], 80)


async def test_an_answer_to_a_mention_repeats_nothing(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    (reply,) = await mina.wait_reply(await mina.say(f"<@bot> {MARKUP} @everyone"))
    assert "bold" not in visible_text(reply)
    assert "everyone" not in visible_text(reply)


async def test_an_answer_that_is_no_reply_shows_the_question(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    second_chat.sandbox.world.deny(mina.channel, "read_message_history")
    message = await mina.say(f"<@bot> {MARKUP} @everyone")
    assert await mina.wait_reply(message, timeout=0.3) == []
    answer = list(mina.channel.messages.values())[-1]
    _check(visible_text(answer).splitlines()[0].removeprefix("-# Asked: "), NASTY[0][1], 200)
    assert "@everyone" not in visible_text(answer)


def _check(shown: str, parts: list[str], limit: int) -> None:
    for part in parts[:1] if len(shown) < limit // 2 else parts:
        assert part[: limit // 2] in shown
    assert len(shown) <= 3 * limit
    assert not set(shown) & set("\u202e\u202d\u2066\u2067\u2068")
    for raw in ("@everyone", "@here", "```"):
        assert raw not in shown


@given(st.text(max_size=400))
@example("`" * 300)
@example("<" * 300)
@example("||" * 100)
def test_any_text_is_one_line_and_has_an_end(text: str) -> None:
    shown = safe(text)
    assert len(shown.splitlines()) <= 1
    assert len(shown) <= 2 * 200 + 200
    assert "@everyone" not in shown
    assert "<#" not in shown.replace(r"\<#", "")
