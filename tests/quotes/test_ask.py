"""/ask, mentions and /about over the real protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from discord import RoleTags

from bot.client.views import PERMISSIONS
from bot.quotes.ask import Answered
from bot.text import sentences
from sandbox import Sandbox, SandboxError
from sandbox.faults import Rule
from sandbox.views import visible_text
from tests.conftest import Chat, connected, settings_for
from tests.support.daily import until
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path

    from bot.client.client import Services
    from sandbox import Reply

ANSWERED, SILENT = 0x7A4FB5, 0x6B7280
CAPITAL = "what is the capital of france"
NEAR = "who wrote the gasworks song"
TICKETS = [
    "-# Asked: when do tickets go on sale",
    "**In August.**",
    "> Tickets for the first night go on sale in August.",
    "— **The orchestra's office**",
    "-# The notice at the Old Exchange · quote 14",
]


async def test_our_line_and_the_words_that_back_it(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("ask", question="when do tickets go on sale")
    assert not reply.ephemeral
    assert reply.text.splitlines() == TICKETS
    assert reply.components[0]["accent_color"] == ANSWERED
    kinds = [part["type"] for part in reply.components[0]["components"]]
    assert kinds == [10, 10, 14, 10, 10, 1]  # a line stands between our words and theirs


async def test_private(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    assert (await mina.slash("ask", question="when do tickets go on sale", private=True)).ephemeral


async def test_silence_quotes_nothing_and_offers_what_is_answered(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("ask", question=NEAR, private=False)
    assert reply.ephemeral
    assert "**I couldn't find that in the announcement.**" in reply.text
    assert ">" not in reply.text
    assert reply.components[0]["accent_color"] == SILENT
    assert 1 <= len(reply.buttons) <= 3
    questions = {fact.question: fact for fact in second_chat.bot.services.library.facts}
    for label in reply.buttons:
        answer = await mina.press(reply, label)
        assert f"**{questions[label].answer}**" in answer.text
        assert f"-# Asked: {label}" in answer.text
        assert not answer.ephemeral


async def test_where_nothing_is_near_some_questions_are_offered(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("ask", question=CAPITAL)
    assert reply.ephemeral
    assert reply.text == (f"-# Asked: {CAPITAL}\n**I couldn't find that in the announcement.**\nIt does answer these:")
    questions = {fact.question for fact in second_chat.bot.services.library.facts}
    assert len(reply.buttons) == 3
    assert set(reply.buttons) <= questions


async def test_the_closest_passage_is_quieter_than_an_answer(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("ask", question="WHERE IS THE VENUE")
    assert not reply.ephemeral
    asked, told, words, *_ = reply.text.splitlines()
    assert asked == "-# Asked: WHERE IS THE VENUE"
    assert told == "I couldn't find an exact answer. The closest passages:"
    assert words.startswith("> From October it will play in the gasworks")
    assert reply.components[0]["accent_color"] == SILENT
    assert "Where will the orchestra play?" in reply.buttons
    assert (await mina.slash("ask", question="WHERE IS THE VENUE", private=True)).ephemeral


async def test_what_has_a_ruling_is_ruled_on(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("ask", question="is antines canon")
    assert not reply.ephemeral
    assert "Ended" in reply.text


@pytest.mark.parametrize(
    ("said", "word"),
    [("hi", "Hello!"), ("thank you!", "You're welcome!"), ("bye", "See you!"), ("who are you", "a bot")],
)
async def test_small_talk_is_answered_kindly_and_alone(second_chat: Chat, said: str, word: str) -> None:
    reply = await second_chat.person("Mina").slash("ask", question=said)
    assert reply.ephemeral
    assert word in reply.text
    assert "</canon:" in reply.text


async def test_a_suggestion_after_a_private_question_stays_private(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("ask", question=NEAR, private=True)
    assert (await mina.press(reply, next(iter(reply.buttons)))).ephemeral


async def test_suggestions_work_after_a_restart(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        settings = settings_for(sandbox, second_path, ANNOUNCEMENT_PATH=str(SECOND))
        mina = sandbox.person("Mina")
        async with connected(sandbox, settings):
            reply = await mina.slash("ask", question=NEAR)
        async with connected(sandbox, settings):
            answer = await mina.press(reply, next(iter(reply.buttons)))
    assert "\n> " in answer.text


async def test_a_suggestion_that_is_gone(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("ask", question=NEAR)
    label, button = next(iter(reply.buttons.items()))
    button["custom_id"] = "b|ask|o|gone"
    answer = await mina.press(reply, label)
    assert (answer.ephemeral, answer.text) == (True, "The announcement has changed since then. Please use /ask again.")


@pytest.mark.parametrize("question", ["", "x" * 301])
async def test_a_question_has_1_to_300_characters(second_chat: Chat, question: str) -> None:
    with pytest.raises(SandboxError):
        await second_chat.person("Mina").slash("ask", question=question)


async def test_completions(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    assert len(await mina.complete("ask", "question", "")) == 6
    offered = await mina.complete("ask", "question", "tickts on sal")
    assert offered[0] == ("tickts on sal", "tickts on sal")
    assert "When do tickets go on sale?" in [value for _, value in offered]


def test_at_most_three_sentences_are_quoted_and_all_verbatim(real: Services) -> None:
    texts = {passage.id: passage.text for passage in real.library.passages}
    for fact in real.library.facts:
        for answer in (real.asking.fact(fact.id), real.asking.ask(fact.question)):
            if isinstance(answer, Answered):
                assert 1 <= sum(len(sentences(quote.text)) for quote in answer.quotes) <= 3, fact.id
                for quote in answer.quotes:
                    assert quote.text in texts[quote.passage], fact.id


# -- mentions ----------------------------------------------------------------------------------------


async def test_a_mention_with_a_question_is_answered_as_a_reply(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    message = await mina.say("<@bot> when do tickets go on sale")
    (reply,) = await mina.wait_reply(message)
    assert visible_text(reply).splitlines() == TICKETS[1:]  # it stands beneath the question
    (sent,) = second_chat.sandbox.journal.find("POST", "/channels/{channel_id}/messages")
    assert sent.request["allowed_mentions"] == {"parse": [], "replied_user": False}
    assert not reply.mentions


@pytest.mark.parametrize("content", ["hey <@bot>: when do tickets go on sale", "when do tickets go on sale <@bot>"])
async def test_the_mention_may_stand_anywhere(second_chat: Chat, content: str) -> None:
    mina = second_chat.person("Mina")
    (reply,) = await mina.wait_reply(await mina.say(content))
    assert "**In August.**" in visible_text(reply)


@pytest.mark.parametrize("content", ["<@bot>", " <@bot>  <@bot> "])
async def test_a_mention_without_a_question_explains_the_commands(second_chat: Chat, content: str) -> None:
    mina = second_chat.person("Mina")
    (reply,) = await mina.wait_reply(await mina.say(content))
    told = visible_text(reply)
    assert told.startswith("## What I can do\nHello! ")
    assert all(mention in told for mention in mentions(second_chat))


async def test_a_mention_that_is_not_answered_offers_buttons(second_chat: Chat) -> None:
    mina, timo = second_chat.person("Mina"), second_chat.person("Timo")
    (reply,) = await mina.wait_reply(await mina.say(f"<@bot> {NEAR}"))
    labels = [button["label"] for row in reply.components[0]["components"][2:] for button in row["components"]]
    assert labels
    answer = await timo.press(reply, labels[0])
    assert "\n> " in answer.text


async def test_the_role_of_the_bot_is_the_bot(second_chat: Chat) -> None:
    """Clients offer the role that Discord made for the bot beside the bot itself."""
    mina = second_chat.person("Mina")
    assert mina.guild is not None
    role = second_chat.sandbox.world.add_role(mina.guild, "Canonkeeper", mentionable=True)
    await mina.slash("about")  # by now the bot has heard of the role
    known = second_chat.bot.get_guild(mina.guild.id)
    assert known is not None
    its_own = known.get_role(role.id)
    assert its_own is not None
    its_own.tags = RoleTags({"bot_id": str(second_chat.sandbox.bot_user_id)})
    (reply,) = await mina.wait_reply(await mina.say(f"<@&{role.id}> <@bot> when do tickets go on sale"))
    assert visible_text(reply).splitlines() == TICKETS[1:]  # it stands beneath the question


async def test_what_does_not_mention_the_bot_is_left_alone(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    shown = await mina.slash("about")
    for message in (
        await mina.say("when do tickets go on sale"),
        await mina.say("@everyone when do tickets go on sale"),
        await mina.say("when do tickets go on sale", reply_to=shown.message),
    ):
        assert await mina.wait_reply(message, timeout=0.2) == []


async def test_where_the_bot_may_not_write_it_is_silent(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    second_chat.sandbox.world.deny(mina.channel, "send_messages")
    message = await mina.say("<@bot> when do tickets go on sale")
    assert await mina.wait_reply(message, timeout=0.3) == []
    assert second_chat.sandbox.journal.find("POST", "/channels/{channel_id}/messages") == []


async def test_where_the_bot_may_not_read_back_it_answers_without_a_reply(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    second_chat.sandbox.world.deny(mina.channel, "read_message_history")
    message = await mina.say("<@bot> when do tickets go on sale")
    assert await mina.wait_reply(message, timeout=0.3) == []
    (sent,) = second_chat.sandbox.journal.find("POST", "/channels/{channel_id}/messages")
    assert sent.status == 200
    assert "message_reference" not in sent.request


async def test_in_a_thread(second_chat: Chat) -> None:
    mina = second_chat.person("Mina", channel="First impressions")
    (reply,) = await mina.wait_reply(await mina.say("<@bot> when do tickets go on sale"))
    assert "**In August.**" in visible_text(reply)
    assert mina.channel.parent is not None
    second_chat.sandbox.world.deny(mina.channel.parent, "send_messages_in_threads")
    message = await mina.say("<@bot> when do tickets go on sale")
    assert await mina.wait_reply(message, timeout=0.3) == []


# -- direct messages ---------------------------------------------------------------------------------


async def test_a_direct_message_is_answered_as_a_question(second_chat: Chat) -> None:
    mina = second_chat.person("Mina").in_dm()
    (reply,) = await mina.wait_reply(await mina.say("when do tickets go on sale"))
    assert visible_text(reply).splitlines() == TICKETS[1:]
    assert "**In August.**" in visible_text((await mina.wait_reply(await mina.say("<@bot> tickets on sale when?")))[0])


@pytest.mark.parametrize("content", ["hi", "Hello there!", "thank you!!", "good bot", "who are you?", "hey <@bot>"])
@pytest.mark.parametrize("direct", [True, False])
async def test_small_talk_is_answered_with_what_it_can_do(second_chat: Chat, content: str, direct: bool) -> None:
    mina = second_chat.person("Mina")
    mina = mina.in_dm() if direct else mina
    (reply,) = await mina.wait_reply(await mina.say(content if direct else f"<@bot> {content}"))
    told = visible_text(reply)
    assert "couldn't find" not in told
    assert {mention for mention in mentions(second_chat) if mention in told} == {
        mention for mention in mentions(second_chat) if mention[2:6] in {"quot", "cano", "help"}
    }


async def test_a_direct_message_that_says_nothing(second_chat: Chat) -> None:
    mina = second_chat.person("Mina").in_dm()
    (reply,) = await mina.wait_reply(await mina.say("<@bot>"))
    assert all(mention in visible_text(reply) for mention in mentions(second_chat) if "/daily" not in mention)
    assert "/daily" not in visible_text(reply)


async def test_bots_and_their_answers_are_left_alone(second_chat: Chat) -> None:
    """Two bots that answer each other would never end."""
    mina = second_chat.person("Mina").in_dm()
    (reply,) = await mina.wait_reply(await mina.say("hello"))
    assert await mina.wait_reply(reply, timeout=0.3) == []
    assert len(second_chat.sandbox.journal.find("POST", "/channels/{channel_id}/messages")) == 1
    timo = second_chat.person("Timo")
    timo.user.bot = True
    assert await timo.wait_reply(await timo.say("<@bot> hello"), timeout=0.3) == []


async def test_an_answer_that_cannot_be_sent_is_noted(second_chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    route = "/channels/{channel_id}/messages"
    second_chat.sandbox.faults.add(Rule("error", method="POST", route=route, status=403, code=50007))
    mina = second_chat.person("Mina").in_dm()
    message = await mina.say("hello")
    await until(lambda: "an answer to a message could not be sent: Forbidden" in caplog.text)
    assert await mina.wait_reply(message, timeout=0.1) == []
    assert "Traceback" not in caplog.text


# -- about -------------------------------------------------------------------------------------------


async def test_about(second_chat: Chat) -> None:
    reply = await second_chat.person("Mina").slash("about")
    assert not reply.ephemeral
    library, application = second_chat.bot.services.library, second_chat.sandbox.application_id
    assert library.head.about in reply.text
    assert "- The conductor's letter — Ines Falk" in reply.text
    assert all(source.title in reply.text for source in library.sources)
    assert "Nothing about members" in reply.text
    assert "14 quotes · The orchestra moves" in reply.text
    assert all(mention in reply.text for mention in mentions(second_chat))
    invited(reply, application)


def invited(reply: Reply, application: int) -> None:
    """Check the buttons that add the bot: to a server with what it needs, and to one's own account."""
    server, account = (reply.buttons[label] for label in ("Add me to a server", "Add me to your account"))
    assert {button["style"] for button in (server, account)} == {5}
    assert f"client_id={application}" in server["url"]
    assert f"permissions={PERMISSIONS.value}" in server["url"]
    assert f"client_id={application}" in account["url"]
    assert account["url"].endswith("&integration_type=1")


async def test_about_in_private(second_chat: Chat) -> None:
    assert (await second_chat.person("Mina").slash("about", private=True)).ephemeral


# -- help --------------------------------------------------------------------------------------------


def mentions(chat: Chat) -> list[str]:
    """What Discord makes clickable: each command, and each of a group's, with the id that it was registered under."""
    found = []
    for command in chat.sandbox.world.commands.values():
        parts = [option["name"] for option in command.body.get("options") or [] if option["type"] == 1]
        if command.body["type"] == 1:
            found += [f"</{command.name} {part}:{command.id}>" for part in parts] or [f"</{command.name}:{command.id}>"]
    return found


async def test_help_lists_every_command_to_be_clicked(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("help")
    assert not reply.ephemeral
    assert len(mentions(second_chat)) > 12
    for mention in mentions(second_chat):
        assert mention in reply.text
    for command in second_chat.sandbox.world.commands.values():
        assert (command.body.get("description") or f"**{command.name}**") in reply.text
    invited(reply, second_chat.sandbox.application_id)
    assert (await mina.slash("help", private=True)).ephemeral


async def test_help_tells_in_a_direct_message_what_works_there(second_chat: Chat) -> None:
    mina = second_chat.person("Mina").in_dm()
    for command in ("help", "about"):
        reply = await mina.slash(command)
        assert {mention for mention in mentions(second_chat) if mention in reply.text} == {
            mention for mention in mentions(second_chat) if not mention.startswith("</daily")
        }


async def test_commands_are_named_where_discord_does_not_tell_their_ids(second_chat: Chat) -> None:
    route = "/applications/{application_id}/commands"
    second_chat.sandbox.faults.add(Rule("error", method="GET", route=route, status=403, code=0, times=1))
    mina = second_chat.person("Mina")
    reply = await mina.slash("help")
    assert "- **/quote**: " in reply.text
    assert "**/daily list**" in reply.text
    assert mentions(second_chat)[0] in (await mina.slash("help")).text
    asked = second_chat.sandbox.journal.find("GET", route)
    await mina.slash("about")
    assert second_chat.sandbox.journal.find("GET", route) == asked


async def test_what_is_not_answered_leads_to_help(second_chat: Chat) -> None:
    mina = second_chat.person("Mina").in_dm()
    (reply,) = await mina.wait_reply(await mina.say("who wrote the gasworks song"))
    (help_,) = (mention for mention in mentions(second_chat) if mention.startswith("</help:"))
    assert visible_text(reply).endswith(f"-# {help_} shows what else I can do")
