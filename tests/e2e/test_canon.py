"""/canon and the menu's Canon check over the real protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bot.services import Services
    from tests.conftest import Chat

# What the accent colours stand for: one for each kind of answer.
GREEN, RED, AMBER, GREY = 0x2E8B57, 0xB5432F, 0xC98A1B, 0x6B7280


@pytest.mark.parametrize(
    ("subject", "verdict", "accent", "strength"),
    [
        ("Tomines", "Confirmed", GREEN, "Stated by a creator"),
        ("ines 💙 tomas", "Confirmed", GREEN, "Stated by a creator"),
        ("antines", "Ended", RED, "Stated by a creator"),
        ("clara", "Mentioned in the announcement", AMBER, "Stated by a creator"),
        ("tomines is not canon", "Confirmed", GREEN, "Stated by a creator"),
        ("nobody forced them out", "Contradicted", RED, "Stated by a creator"),
        ("tomas x greta", "Not addressed", GREY, None),
        ("the moon is cheese", "Not addressed", GREY, None),
    ],
)
async def test_a_ruling(second_chat: Chat, subject: str, verdict: str, accent: int, strength: str | None) -> None:
    reply = await second_chat.person("Mina").slash("canon", subject=subject)
    assert not reply.ephemeral
    # The verdict stands alone in its line.
    assert f"## {verdict}" in reply.text.splitlines()
    assert reply.components[0]["accent_color"] == accent
    if strength:
        assert f"\n-# {strength} · " in reply.text
    else:
        assert ">" not in reply.text


async def test_the_verdict_our_line_the_evidence_and_its_strength(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("canon", subject="tomines")
    assert reply.text.splitlines() == [
        "\u201cTomines is real: Ines Falk and Tomas Brandt are engaged.\u201d",
        "## Confirmed",
        "The conductor writes that she and the first cello are engaged.",
        "> And yes, Tomas and I are engaged.",
        "— **Ines Falk**",
        "-# Stated by a creator · The conductor's letter (no. 8)",
    ]


async def test_a_statement_that_is_only_the_nearest_says_so(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("canon", subject="the city forced the orchestra out with tear gas")
    assert reply.text.splitlines()[:3] == [
        "The closest thing I know:",
        "\u201cThe city council forced the orchestra out.\u201d",
        "## Contradicted",
    ]


async def test_what_is_not_addressed_is_said_once(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("canon", subject="tomas x greta")
    assert reply.text.splitlines() == [
        "## Not addressed",
        "The announcement says nothing about Tomas Brandt and Greta Holm as a couple.",
    ]


async def test_two_ships_at_once(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("canon", subject="tomines or antines?")
    verdicts = [line for line in reply.text.splitlines() if line.startswith("## ")]
    assert verdicts == ["## Confirmed", "## Ended"]


async def test_half_a_pair_is_asked_after_and_checked_by_a_button(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("canon", subject="ines x prandt")
    assert reply.text.startswith("Did you mean **Ines Falk x Tomas Brandt**?")
    assert "## " not in reply.text
    checked = await second_chat.person("Timo").press(reply, "Check Ines Falk x Tomas Brandt")
    assert checked.ephemeral
    assert "## Confirmed" in checked.text


@pytest.mark.parametrize(("private", "ephemeral"), [(True, True), (False, False)])
async def test_private(second_chat: Chat, private: bool, ephemeral: bool) -> None:
    reply = await second_chat.person("Mina").slash("canon", subject="tomines", private=private)
    assert reply.ephemeral is ephemeral


async def test_completions(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    assert ("Tomines", "Tomines") in await mina.complete("canon", "subject", "")
    offered = await mina.complete("canon", "subject", "tomnies")
    assert offered[:2] == [("tomnies", "tomnies"), ("Tomines", "Tomines")]
    long = "is it really true that the city council of this town forced them out of the house in which they had played?"
    assert all(len(name) <= 100 for name, _ in await mina.complete("canon", "subject", long))
    assert all(name.strip() for name, _ in await mina.complete("canon", "subject", "\u200b"))


@pytest.mark.parametrize(
    ("subject", "verdict"),
    [
        ("Korrasami", "Confirmed"),
        ("Korra x Asami", "Confirmed"),
        ("asami/korra", "Confirmed"),
        ("💙korra💙asami💙", "Confirmed"),
        ("Ｋｏｒｒａｓａｍｉ", "Confirmed"),
        ("Коrrаsаmi", "Confirmed"),
        ("Kor\u200brasami", "Confirmed"),
        ("k̶o̶r̶r̶a̶s̶a̶m̶i̶", "Confirmed"),
        ("korasami", "Confirmed"),
        ("is korrasami canon???", "Confirmed"),
        ("Makorra", "Ended"),
        ("mako and korra", "Ended"),
        ("korrasami is not canon", "Confirmed"),
        ("korrasami isn't canon", "Confirmed"),
        ("they are just friends", "Contradicted"),
        ("the network forbade it", "Contradicted"),
        ("was it endgame from the start?", "Contradicted"),
        ("irosami", "Not addressed"),
        ("wuko", "Not addressed"),
        ("korvira", "Not addressed"),
        ("asami x bolin", "Not addressed"),
        ("tenzin/miyazaki", "Not addressed"),
        ("bryan x mike", "Not addressed"),
        ("bubbline", "Not addressed"),
        ("naruto x sasuke", "Not addressed"),
        ("asdfgh", "Not addressed"),
    ],
)
def test_the_real_announcement(real: Services, subject: str, verdict: str) -> None:
    (ruling,) = real.canon.check(subject).rulings
    assert ruling.label == verdict


# -- a message's menu --------------------------------------------------------------------------------


async def test_a_message_that_names_a_ship(second_chat: Chat) -> None:
    timo, mina = second_chat.person("Timo"), second_chat.person("Mina")
    message = await timo.say("I tell you, Tomines is real!")
    reply = await mina.menu("Canon check", message)
    assert reply.ephemeral
    assert "## Confirmed" in reply.text


async def test_a_message_that_names_several(second_chat: Chat) -> None:
    timo, mina = second_chat.person("Timo"), second_chat.person("Mina")
    message = await timo.say("Tomines, antines and claranes: who is with whom?")
    reply = await mina.menu("Canon check", message)
    assert reply.ephemeral
    verdicts = [line for line in reply.text.splitlines() if line.startswith("## ")]
    assert verdicts == ["## Confirmed", "## Ended", "## Not addressed"]
    assert reply.text.count("\n> ") == 2


@pytest.mark.parametrize("content", ["good morning", "💙", "https://example.com/a_b_c", "@everyone"])
async def test_a_message_that_names_nothing(second_chat: Chat, content: str) -> None:
    timo, mina = second_chat.person("Timo"), second_chat.person("Mina")
    reply = await mina.menu("Canon check", await timo.say(content))
    assert reply.ephemeral
    assert reply.text == "I don't see a ship or a claim in that message that the announcement settles."


async def test_a_message_of_the_bot_has_no_words(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    shown = await mina.slash("canon", subject="tomines")
    assert shown.message is not None
    assert (await mina.menu("Canon check", shown.message)).ephemeral
