"""/quote over the real protocol."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.announcement import load
from bot.quotes.search import Found
from sandbox import Sandbox, SandboxError
from tests.conftest import Chat, connected, settings_for
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Reply

FOOTER = re.compile(r"-# (.+) · quote (\d+) · (\d+) of (\d+)$")
LISTED = [quote.id for quote in load(SECOND).quotes if quote.listed]


def footer(reply: Reply) -> tuple[str, str, str, int, int]:
    """Return source, number, id, place and count of a quote of the tiny announcement; the id does not show."""
    found = FOOTER.search(reply.text)
    assert found, reply.text
    quote = LISTED[int(found[2]) - 1]
    assert quote not in reply.text
    return found[1], found[2], quote, int(found[3]), int(found[4])


async def test_the_real_announcement(chat: Chat) -> None:
    mina = chat.person("Mina")
    reply = await mina.slash("quote", query="Konietzko")
    assert "**Bryan Konietzko**" in reply.text
    assert not reply.ephemeral
    reply = await mina.slash("quote", query="bumpy ride")
    assert "bumpy ride" in reply.text
    assert "Tenzin, quoted by Michael Dante DiMartino" in reply.text


@pytest.mark.parametrize(
    ("query", "heading", "words"),
    [
        ("holding hands at the very end", "No quote has all of those words. The closest:", "held hands"),
        ("korra and mako broke up", "No quote has those words. The closest in meaning:", "Mako and Korra"),
        ("who composed the tender, romantic and sublime music for the last two minutes of it " * 2, None, "Zuckerman"),
    ],
)
async def test_what_does_not_have_the_very_words_says_so(
    chat: Chat, query: str, heading: str | None, words: str
) -> None:
    mina = chat.person("Mina")
    reply = await mina.slash("quote", query=query)
    assert words in reply.text
    heading = heading or reply.text.splitlines()[0].removeprefix("-# ")
    assert reply.text.startswith(f"-# {heading}\n")
    assert "closest" in heading
    if "Next quote" in reply.buttons:
        turned = await mina.press(reply, "Next")
        assert turned.text.startswith(f"-# {heading}\n")


async def test_a_quote_tells_whose_post_it_is_from_and_no_id(chat: Chat) -> None:
    mina = chat.person("Mina")
    reply = await mina.slash("quote", query="first korrasami shipper")
    assert re.search(r"-# Bryan Konietzko's post “Korrasami is canon\.” · quote \d+ · 1 of 1$", reply.text)
    reply = await mina.slash("quote", query="smooth out that ride")
    assert reply.text.endswith("-# Michael Dante DiMartino's post “Korrasami Confirmed” · 1 of 1")
    card = await mina.press(reply, "Card")
    assert card.text.endswith("-# Michael Dante DiMartino's post “Korrasami Confirmed”")
    context = await mina.press(reply, "Context")
    assert context.text.endswith("-# Michael Dante DiMartino's post “Korrasami Confirmed”")


# -- what is shown -----------------------------------------------------------------------------------


async def test_a_quote_with_its_speaker_source_number_and_place(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("quote", query="a-wrong-note")
    assert reply.text.splitlines() == [
        "> We met over a wrong note in the Brahms, and neither of us has admitted it since.",
        "— **Ines Falk**",
        "-# The conductor's letter · quote 9 · 1 of 1",
    ]
    assert list(reply.buttons) == ["Context of quote 9", "Card of quote 9"]
    assert not reply.ephemeral


async def test_the_chain_of_who_quotes_whom(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("quote", query="largest instrument")
    assert "— **Clara Voss, quoted by Ines Falk**" in reply.text


async def test_what_would_be_markup_in_a_quote_shows_as_it_was_written(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("quote", query="the-kettle")
    assert r"We call the place \*the kettle\*, and it is \`pier\_nine\` on the plan." in reply.text


@pytest.mark.parametrize("query", ["falk", "random", "the move"])
async def test_private_answers_are_for_the_asker_alone(second_chat: Chat, query: str) -> None:
    mina = second_chat.person("Mina")
    assert (await mina.slash("quote", query=query, private=True)).ephemeral
    assert not (await mina.slash("quote", query=query, private=False)).ephemeral
    assert not (await mina.slash("quote", query=query)).ephemeral


async def test_nobody_is_ever_pinged(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    await mina.slash("quote", query="@everyone <@&1> falk")
    await mina.slash("quote", query="falk")
    sent = second_chat.sandbox.journal.find("POST", "/interactions/{interaction_id}/{interaction_token}/callback")
    bodies = [exchange.request["data"] for exchange in sent]
    assert all(body["allowed_mentions"] == {"parse": []} for body in bodies)


# -- buttons -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("query", "count"), [("random", 14), ("falk", 6), ("gasworks", 7)])
async def test_another_never_repeats_until_all_were_shown(second_chat: Chat, query: str, count: int) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("quote", query=query)
    message = reply.message
    seen = [footer(reply)[2]]
    for _ in range(count - 1):
        reply = await mina.press(reply, "Another")
        assert reply.message is message
        seen.append(footer(reply)[2])
    assert len(set(seen)) == count
    assert [footer(reply)[3], footer(reply)[4]] == [count, count]
    reply = await mina.press(reply, "Another")
    assert footer(reply)[2:] == (seen[0], 1, count)


async def test_another_keeps_to_one_speaker(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("quote", query="random", speaker="brandt")
    seen = {footer(reply)[2]}
    for _ in range(5):
        reply = await mina.press(reply, "Another")
        seen.add(footer(reply)[2])
    assert seen == {"nobody-forced-us", "the-kettle", "a-facade"}


@pytest.mark.parametrize(("query", "drawn"), [("random", True), ("falk", True), ("gasworks", True), ("hall", False)])
async def test_chance_has_another_and_an_order_has_previous_and_next(
    second_chat: Chat, query: str, drawn: bool
) -> None:
    reply = await second_chat.person("Mina").slash("quote", query=query)
    turns = [label for label in reply.buttons if not label.startswith(("Context", "Card"))]
    assert turns == (["Another quote"] if drawn else ["Previous quote", "Next quote"])


async def test_buttons_of_several_answers_can_be_told_apart(chat: Chat) -> None:
    mina = chat.person("Mina")
    labels = []
    for query in ("tenzin-bumpy-ride", "smooth out that ride", "first korrasami shipper"):
        labels += list((await mina.slash("quote", query=query)).buttons)
    assert len(labels) == len(set(labels)) == 6
    assert 'Context of “As Tenzin says, "Life…”' in labels


async def test_previous_and_next_among_words(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("quote", query="hall")
    assert footer(reply)[2:] == ("eleven-hundred", 1, 2)
    assert reply.buttons["Previous quote"]["disabled"]
    reply = await mina.press(reply, "Next")
    assert footer(reply)[2:] == ("tune-it-first", 2, 2)
    assert reply.buttons["Next quote"]["disabled"]
    reply = await mina.press(reply, "Previous")
    assert footer(reply)[2:] == ("eleven-hundred", 1, 2)
    with pytest.raises(SandboxError, match="disabled"):
        await mina.press(reply, "Previous")


async def test_a_long_query_finds_the_same_again(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    query = "the   the the a it in the the the the the the the the in it a the the the the the the a it in"
    first = second_chat.bot.services.quotes.find(query, None, 0)
    assert isinstance(first, Found)
    reply = await mina.slash("quote", query=query)
    count = footer(reply)[4]
    seen = [footer(reply)[2]]
    for _ in range(count - 1):
        reply = await mina.press(reply, "Next")
        assert footer(reply)[4] == count
        seen.append(footer(reply)[2])
    assert count > 1
    assert seen == [quote.id for quote in first.quotes]


async def test_anybody_may_turn_the_pages_of_a_public_answer(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("quote", query="random")
    turned = await second_chat.person("Timo").press(reply, "Another")
    assert footer(turned)[3] == 2


async def test_context_shows_the_passage_to_the_asker_alone(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("quote", query="tune-it-first")
    context = await mina.press(reply, "Context")
    assert context.ephemeral
    assert context.message is not reply.message
    before, passage, after = (f"> {each.text}" for each in second_chat.bot.services.library.passages[1:4])
    quote = "A hall is the largest instrument in the room. Tune it first."
    assert context.text.splitlines() == [
        "-# Ines Falk",
        before,
        "**Ines Falk**",
        passage.replace(quote, f"**{quote}**"),
        "-# Ines Falk",
        after,
        "-# The conductor's letter · quote 6",
    ]


async def test_context_at_either_end(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    for query in ("leaves-the-exchange", "on-sale-in-august"):
        context = await mina.press(await mina.slash("quote", query=query), "Context")
        assert context.text.count("\n> ") == 2


async def test_buttons_work_after_a_restart(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        settings = settings_for(sandbox, second_path, ANNOUNCEMENT_PATH=str(SECOND))
        mina = sandbox.person("Mina")
        async with connected(sandbox, settings):
            reply = await mina.slash("quote", query="random")
            missing = await mina.slash("quote", query="tikkkketts")
            seen = {footer(reply)[2]}
        async with connected(sandbox, settings):
            for _ in range(13):
                reply = await mina.press(reply, "Another")
                seen.add(footer(reply)[2])
            assert len(seen) == 14
            assert (await mina.press(reply, "Context")).ephemeral
            assert footer(await mina.press(missing, "Tickets"))[2] == "on-sale-in-august"


# -- nothing found -----------------------------------------------------------------------------------


async def test_nothing_found_is_told_to_the_asker_alone_with_the_nearest(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("quote", query="acouzzticks", private=False)
    assert reply.ephemeral
    assert reply.text.startswith("Nothing found for “acouzzticks”.\n")
    assert len(reply.buttons) == 6
    assert "The sound" in reply.buttons
    shown = await mina.press(reply, "The sound")
    assert shown.message is reply.message
    assert footer(shown)[2] in {"clapped-once", "tune-it-first", "third-symphony"}
    assert "Another quote" in shown.buttons


async def test_nothing_found_within_a_speaker(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("quote", query="kettle", speaker="office")
    assert reply.ephemeral
    assert reply.text.startswith("Nothing found for “kettle” by that speaker.")


async def test_a_speaker_whom_nobody_knows(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("quote", query="kettle", speaker="Ludwig")
    assert reply.ephemeral
    assert reply.text.startswith("Nobody called “Ludwig” is quoted in this announcement.")


@pytest.mark.parametrize(
    ("custom_id", "told"),
    [
        ("b|quote|+|1|5||zebra", "The announcement has changed since then. Please use /quote again."),
        ("b|quote-first|zebra", "The announcement has changed since then. Please use /quote again."),
        ("b|context|gone", "That quote is no longer in the announcement's data."),
        ("b|card|gone", "That quote is no longer in the announcement's data."),
    ],
)
async def test_buttons_of_an_older_announcement(second_chat: Chat, custom_id: str, told: str) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("quote", query="falk")
    next(iter(reply.buttons.values()))["custom_id"] = custom_id
    answer = await mina.press(reply, custom_id)
    assert (answer.ephemeral, answer.text) == (True, told)


# -- completions -------------------------------------------------------------------------------------


async def test_completions(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    offered = await mina.complete("quote", "query", "")
    assert offered[:2] == [
        ("A random quote", "random"),
        ("The orchestra's office", "The orchestra's office"),
    ]
    assert ("Clara Voss, quoted by Ines Falk", "Clara Voss") in await mina.complete("quote", "query", "clra")
    assert ("About Tickets", "Tickets") in await mina.complete("quote", "query", "tikcets")
    assert [value for _, value in await mina.complete("quote", "speaker", "")] == [
        "The orchestra's office",
        "Ines Falk",
        "Tomas Brandt",
        "Clara Voss",
    ]
    assert (await mina.complete("quote", "speaker", "brnadt", query="x"))[0][1] == "Tomas Brandt"


async def test_completions_of_the_real_announcement_fit(chat: Chat) -> None:
    mina = chat.person("Mina")
    for typed in ("", "k", "ko", "the", "bumpy", "zz", "ก็", "x" * 100):
        offered = await mina.complete("quote", "query", typed)
        assert len(offered) <= 25
        assert all(1 <= len(name) <= 100 and 1 <= len(value) <= 100 for name, value in offered)


@pytest.mark.parametrize("options", [{"query": ""}, {"query": "x" * 201}, {"query": "x", "speaker": "x" * 101}])
async def test_what_the_client_does_not_let_through(second_chat: Chat, options: dict[str, str]) -> None:
    with pytest.raises(SandboxError):
        await second_chat.person("Mina").slash("quote", **options)


@pytest.mark.parametrize("query", ["quote 9", "no. 9", "9.", "№ 9"])
async def test_a_number_as_the_bot_prints_it(second_chat: Chat, query: str) -> None:
    reply = await second_chat.person("Mina").slash("quote", query=query)
    assert "We met over a wrong note" in reply.text
    assert "quote 9" in reply.text


@pytest.mark.parametrize("query", ["-1", "0", "999"])
async def test_a_number_that_no_quote_has(second_chat: Chat, query: str) -> None:
    reply = await second_chat.person("Mina").slash("quote", query=query)
    assert reply.ephemeral
    assert reply.text.replace("\\", "") == f"There's no quote “{query}”. They're numbered 1 to 14."
    assert reply.buttons == {}
