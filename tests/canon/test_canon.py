"""/canon and the menu's Canon check over the real protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bot.client.client import Services
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
        "### \u201cTomines is real: Ines Falk and Tomas Brandt are engaged.\u201d",
        "## Confirmed",
        "The conductor writes that she and the first cello are engaged.",
        "> And yes, Tomas and I are engaged.",
        "— **Ines Falk**",
        "-# Stated by a creator · The conductor's letter · quote 8",
    ]


async def test_a_statement_that_is_only_the_nearest_says_so(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("canon", subject="the city forced the orchestra out with tear gas")
    assert reply.text.splitlines()[:3] == [
        "The closest thing I know:",
        "### \u201cThe city council forced the orchestra out.\u201d",
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
    assert verdicts == ["## Confirmed: Tomines", "## Ended: Antines"]


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
    assert verdicts == ["## Confirmed: Tomines", "## Ended: Antines", "## Not addressed: Claranes"]
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


# -- what people see of a message --------------------------------------------------------------------

POLL = {
    "question": {"text": "Who will marry?"},
    "answers": [
        {"answer_id": 1, "poll_media": {"text": "Tomines"}},
        {"answer_id": 2, "poll_media": {"text": "No, antines"}},
        {"answer_id": 3, "poll_media": {"text": "Nobody", "emoji": {"name": "💔"}}},
    ],
    "expiry": "2030-01-01T00:00:00+00:00",
    "allow_multiselect": False,
    "layout_type": 1,
}
TEXT = {"type": 10, "id": 3, "content": "**Tomines** is real"}
EMBEDS = [
    {"type": "rich", "title": "Tomines"},
    {"type": "rich", "description": "I tell you, Tomines is real!"},
    {"type": "rich", "fields": [{"name": "The ship", "value": "Tomines", "inline": False}]},
    {"type": "rich", "author": {"name": "Tomines"}},
    {"type": "rich", "footer": {"text": "Tomines"}},
]


def forwarded(**snapshot: Any) -> dict[str, Any]:
    """Return what a forwarded message holds (Discord's docs, Message Snapshot Object)."""
    empty = {"content": "", "embeds": [], "attachments": [], "components": [], "mentions": [], "mention_roles": []}
    times = {"timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None}
    return {"message_snapshots": [{"message": {"type": 0, "flags": 0, **empty, **times, **snapshot}}]}


@pytest.mark.parametrize(
    ("more", "verdicts"),
    [
        *(({"embeds": [embed]}, ["Confirmed"]) for embed in EMBEDS),
        ({"embeds": [*EMBEDS, {"type": "rich", "description": "antines"}]}, ["Confirmed", "Ended"]),
        ({"components": [TEXT]}, ["Confirmed"]),
        ({"components": [{"type": 17, "id": 2, "components": [TEXT]}]}, ["Confirmed"]),
        (
            {
                "components": [
                    {
                        "type": 17,
                        "id": 1,
                        "components": [
                            {
                                "type": 9,
                                "id": 2,
                                "components": [TEXT],
                                "accessory": {
                                    "type": 2,
                                    "id": 4,
                                    "style": 5,
                                    "label": "x",
                                    "url": "https://example.com",
                                },
                            }
                        ],
                    }
                ]
            },
            ["Confirmed"],
        ),
        ({"more": {"poll": POLL}}, ["Confirmed", "Ended"]),
        ({"more": forwarded(content="Tomines is real")}, ["Confirmed"]),
        ({"more": forwarded(embeds=[EMBEDS[0]])}, ["Confirmed"]),
        ({"more": forwarded(components=[TEXT])}, ["Confirmed"]),
        ({"more": {}}, []),
    ],
)
async def test_what_people_see_is_what_is_read(second_chat: Chat, more: dict[str, Any], verdicts: list[str]) -> None:
    timo, mina = second_chat.person("Timo"), second_chat.person("Mina")
    message = await timo.say("see here")
    message.content = ""
    for name, value in more.items():
        setattr(message, name, value)
    reply = await mina.menu("Canon check", message)
    assert reply.ephemeral
    headings = [line[3:].partition(":")[0] for line in reply.text.splitlines() if line.startswith("## ")]
    assert headings == verdicts


async def test_a_message_with_very_much_in_it(second_chat: Chat) -> None:
    timo, mina = second_chat.person("Timo"), second_chat.person("Mina")
    message = await timo.say("x" * 2000)
    field = {"name": "n" * 256, "value": "tomines " * 120, "inline": False}
    message.embeds = [{"type": "rich", "description": "d" * 4000, "fields": [field] * 25} for _ in range(10)]
    assert not (await mina.menu("Canon check", message)).failed
