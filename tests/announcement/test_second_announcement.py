"""The whole bot on another announcement: nothing of the one in data/ is in the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Chat


async def test_quotes_are_its_own(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("quote", query="wrong note")
    assert "> We met over a wrong note in the Brahms" in reply.text
    assert "Ines Falk" in reply.text
    assert "The conductor's letter · quote 9 · 1 of 1" in reply.text
