"""/quote over the real protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Chat


async def test_a_speaker_gives_one_of_their_quotes(chat: Chat) -> None:
    reply = await chat.person("Mina").slash("quote", query="Konietzko")
    assert "Bryan Konietzko" in reply.text
    assert not reply.ephemeral


async def test_words_give_the_best_match(chat: Chat) -> None:
    reply = await chat.person("Mina").slash("quote", query="bumpy ride")
    assert "bumpy ride" in reply.text
