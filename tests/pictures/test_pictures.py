"""Cards, the timeline and the overview over the real protocol."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.pictures import PictureService
from cogs import quote as quotes
from tests.pictures.looking import picture

if TYPE_CHECKING:
    from sandbox.people import Reply
    from tests.conftest import Chat


def shown(reply: Reply) -> tuple[Any, str]:
    """The one picture of a reply: its pixels and its alt text."""
    assert reply.message is not None
    (attachment,) = reply.message.attachments
    (box,) = reply.message.components
    (gallery,) = [part for part in box["components"] if part["type"] == 12]
    (item,) = gallery["items"]
    assert item["media"]["url"].endswith(attachment.filename)
    return picture(attachment.data), item["description"]


async def test_a_quote_has_a_card_that_says_all_of_it(chat: Chat) -> None:
    quote = chat.bot.services.quotes.context("tenzin-bumpy-ride")
    assert quote is not None
    mina = chat.person("Mina")
    reply = await mina.slash("quote", query="tenzin-bumpy-ride")
    card = await mina.press(reply, "Card")
    image, alt = shown(card)
    assert image.size == (1200, 675)
    assert quote.quote.text in alt
    assert quote.quote.attribution in alt
    assert quote.quote.text not in card.text
    assert not card.ephemeral


async def test_the_card_of_a_private_quote_is_private(chat: Chat) -> None:
    mina = chat.person("Mina")
    reply = await mina.slash("quote", query="Konietzko", private=True)
    assert (await mina.press(reply, "Card")).ephemeral


async def test_a_card_leads_to_its_context(chat: Chat) -> None:
    mina = chat.person("Mina")
    card = await mina.press(await mina.slash("quote", query="Konietzko"), "Card")
    assert (await mina.press(card, "Context")).ephemeral


async def test_the_timeline_is_told_in_order_with_its_picture(chat: Chat) -> None:
    library = chat.bot.services.library
    reply = await chat.person("Mina").slash("timeline")
    image, alt = shown(reply)
    assert image.width == 1200
    assert alt.startswith(library.head.timeline_title)
    assert not reply.ephemeral
    # One screen of a phone: the heading, the picture, the footer, the select and the button.
    assert len(reply.text.splitlines()) == 2
    whole = await chat.person("Timo").press(reply, "Read all steps as text")
    assert whole.ephemeral
    places = [whole.text.index(f"{number}. ") for number in range(1, len(library.timeline) + 1)]
    assert places == sorted(places)
    assert all(entry.line in whole.text.replace("\\", "") for entry in library.timeline)


async def test_an_entry_opens_its_quote_for_the_one_who_asks(chat: Chat) -> None:
    library = chat.bot.services.library
    mina = chat.person("Mina")
    reply = await mina.slash("timeline", private=True)
    assert reply.ephemeral
    entry = library.timeline[3]
    opened = await mina.choose(reply, "Pick a step…", [entry.id])
    assert opened.ephemeral
    assert library.quote_by_id[entry.quote].text in opened.text
    assert entry.line in opened.text.replace("\\", "")
    shown(await mina.press(opened, "Card"))


async def test_all_ships_stand_in_a_list_with_their_picture(chat: Chat) -> None:
    mina = chat.person("Mina")
    reply = await mina.slash("canon", subject="all")
    image, alt = shown(reply)
    assert image.width == 1200
    for ship in chat.bot.services.overview.pairs:
        assert ship.name in reply.text
        assert f"{ship.name} ({' and '.join(ship.members)}): {ship.label}" in alt
    assert "Confirmed" in reply.text


@pytest.mark.parametrize(("typed", "offered"), [("", True), ("al", True), ("korra", False)])
async def test_all_is_offered_where_it_may_be_meant(chat: Chat, typed: str, offered: bool) -> None:
    found = await chat.person("Mina").complete("canon", "subject", typed)
    assert ("All ships at once" in [name for name, _ in found]) is offered


async def test_a_ship_opens_its_ruling_for_the_one_who_asks(chat: Chat) -> None:
    mina = chat.person("Mina")
    reply = await mina.slash("canon", subject="All", private=True)
    ship = chat.bot.services.overview.pairs[0]
    ruling = await mina.choose(reply, "Pick a ship…", [ship.id])
    assert ruling.ephemeral
    assert ship.label in ruling.text
    assert ship.name in ruling.text


async def test_what_cannot_be_drawn_is_told_to_the_one_who_asked(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_to_draw(monkeypatch)
    mina = chat.person("Mina")
    refused = await mina.press(await mina.slash("quote", query="Konietzko"), "Card")
    assert "doesn't fit on a card" in refused.text
    assert refused.ephemeral


@pytest.mark.parametrize(("command", "options"), [("timeline", {}), ("canon", {"subject": "all"})])
async def test_the_words_are_there_where_the_picture_is_not(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, command: str, options: dict[str, str]
) -> None:
    refuse_to_draw(monkeypatch)
    reply = await chat.person("Mina").slash(command, **options)
    assert reply.message is not None
    assert not reply.message.attachments
    assert len(reply.text.splitlines()) > 5


async def test_a_drawing_that_takes_too_long_is_told(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> bytes | None:
        await asyncio.sleep(60)
        return None

    monkeypatch.setattr(PictureService, "card", never)
    monkeypatch.setattr(quotes, "PICTURE_SECONDS", 0.05)
    mina = chat.person("Mina")
    late = await mina.press(await mina.slash("quote", query="Konietzko"), "Card")
    assert "took too long" in late.text
    assert late.ephemeral


def refuse_to_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        return None

    for name in ("card", "timeline", "pairs"):
        monkeypatch.setattr(PictureService, name, refuse)
