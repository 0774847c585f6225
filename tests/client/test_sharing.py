"""A private answer that its reader posts to the channel, over the real protocol."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from sandbox import Sandbox
from sandbox.faults import Rule
from sandbox.views import buttons, visible_text
from tests.conftest import Chat, connected, settings_for
from tests.support.daily import until
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Person, Reply
    from sandbox.model import Message

SHARED = "shared this"


def public(person: Person) -> list[Message]:
    """What the bot has posted in somebody's channel."""
    return [each for each in person.channel.messages.values() if each.author.bot and not each.ephemeral]


async def share(person: Person, reply: Reply) -> Message:
    """Share an answer; give what was posted."""
    assert reply.ephemeral
    before = len(public(person))
    await person.press(reply, "Share")
    assert len(public(person)) == before + 1
    await until(lambda: "Share" not in reply.buttons)  # the button goes once that is posted
    return public(person)[-1]


async def test_a_private_answer_is_posted_in_the_name_of_who_asked(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("quote", query="a-wrong-note", private=True)
    said = reply.text
    posted = await share(mina, reply)
    assert visible_text(posted) == f"-# <@{mina.user.id}> {SHARED}\n{said}"
    assert not posted.mentions
    (sent,) = second_chat.sandbox.journal.find("POST", "/webhooks/{webhook_id}/{webhook_token}")
    assert sent.request["allowed_mentions"] == {"parse": []}
    # Shared once is enough; what else was there stays.
    assert list(reply.buttons) == ["Context of quote 9", "Card of quote 9"]
    assert reply.text == said
    timo = second_chat.person("Timo")
    assert (await timo.press(posted, "Context")).ephemeral


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("quote", {"query": "random"}),
        ("canon", {"subject": "tomines"}),
        ("canon", {"subject": "all"}),
        ("ask", {"question": "when do tickets go on sale"}),
        ("timeline", {}),
        ("about", {}),
        ("help", {}),
    ],
)
async def test_every_private_answer_can_be_shared(second_chat: Chat, command: str, options: dict[str, str]) -> None:
    mina = second_chat.person("Mina")
    assert "Share" not in (await mina.slash(command, **options)).buttons
    reply = await mina.slash(command, private=True, **options)
    posted = await share(mina, reply)
    assert visible_text(posted).partition("\n")[2] == reply.text
    assert posted.components[0]["accent_color"] == reply.components[0]["accent_color"]
    assert reply.message is not None
    pictures = [(each.filename, each.description, each.data) for each in reply.message.attachments]
    assert [(each.filename, each.description, each.data) for each in posted.attachments] == pictures
    assert {each.get("label") for each in buttons(posted.components)} <= set(reply.buttons)


async def test_what_opens_for_one_alone_can_be_shared(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    quote = await mina.slash("quote", query="a-wrong-note")
    line, ships = await mina.slash("timeline"), await mina.slash("canon", subject="all")
    said = await second_chat.person("Timo").say("I tell you, Tomines is real!")
    for reply in (
        await mina.press(quote, "Context"),
        await mina.press(line, "Read all steps as text"),
        await mina.choose(line, "Pick a step…", [second_chat.bot.services.timeline.entries[0].entry.id]),
        await mina.choose(ships, "Pick a ship…", [second_chat.bot.services.overview.pairs[0].id]),
        await mina.menu("Canon check", said),
    ):
        assert SHARED in visible_text(await share(mina, reply))


async def test_a_page_that_was_turned_to_is_what_is_shared(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.press(await mina.slash("quote", query="hall", private=True), "Next")
    assert "2 of 2" in reply.text
    posted = await share(mina, reply)
    assert "2 of 2" in visible_text(posted)
    # What was shared stays as it was: nobody turns it to another page.
    assert [each["label"].split()[0] for each in buttons(posted.components)] == ["Context", "Card"]
    assert list(reply.buttons)[:2] == ["Previous quote", "Next quote"]


async def test_a_card_is_shared_with_its_alt_text(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    card = await mina.press(await mina.slash("quote", query="a-wrong-note", private=True), "Card")
    posted = await share(mina, card)
    (picture,) = posted.attachments
    assert "We met over a wrong note" in (picture.description or "")


async def test_nothing_to_share(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    for reply in (
        await mina.slash("quote", query="acouzzticks", private=True),
        await mina.slash("ask", question="who wrote the gasworks song", private=True),
        await mina.slash("canon", subject="ines x prandt", private=True),
        await mina.menu("Canon check", await mina.say("good morning")),
    ):
        assert reply.ephemeral
        assert "Share" not in reply.buttons


async def test_it_works_after_a_restart(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        settings = settings_for(sandbox, second_path, ANNOUNCEMENT_PATH=str(SECOND))
        async with connected(sandbox, settings):
            mina = sandbox.person("Mina")
            reply = await mina.slash("canon", subject="tomines", private=True)
        async with connected(sandbox, settings):
            assert "Tomines is real" in visible_text(await share(mina, reply))


# -- who may -----------------------------------------------------------------------------------------


async def refused(person: Person, reply: Reply) -> str:
    """Press 'Share' where that must not post; give what is told."""
    before = len(public(person))
    answer = await person.press(reply, "Share")
    assert answer.ephemeral
    assert len(public(person)) == before
    return answer.text


async def test_who_may_not_write_here_shares_nothing(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("canon", subject="tomines", private=True)
    second_chat.sandbox.world.deny(mina.channel, "send_messages", user=mina.user)
    assert await refused(mina, reply) == "You can't post in this channel, so I can't post there for you."


async def test_where_the_bot_may_not_write_it_shares_nothing(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("canon", subject="tomines", private=True)
    second_chat.sandbox.world.deny(mina.channel, "send_messages")
    assert "grant me **Send Messages**." in await refused(mina, reply)


async def test_a_picture_needs_its_own_permission(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("timeline", private=True)
    second_chat.sandbox.world.deny(mina.channel, "attach_files")
    assert "grant me **Attach Files**." in await refused(mina, reply)


async def test_in_a_thread_its_own_permission_counts(second_chat: Chat) -> None:
    mina = second_chat.person("Mina", channel="First impressions")
    reply = await mina.slash("canon", subject="tomines", private=True)
    assert mina.channel.parent is not None
    second_chat.sandbox.world.deny(mina.channel.parent, "send_messages_in_threads", user=mina.user)
    assert "You can't post in this channel" in await refused(mina, reply)


async def test_who_is_timed_out_shares_nothing(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("canon", subject="tomines", private=True)
    assert mina.guild is not None
    second_chat.sandbox.world.time_out(mina.guild, time.time() + 600, mina.user)
    assert "You can't post in this channel" in await refused(mina, reply)


async def test_in_a_server_without_the_bot(second_chat: Chat) -> None:
    world = second_chat.sandbox.world
    mina = second_chat.person("Mina")
    guild = world.add_guild("Elsewhere", with_bot=False)
    world.add_member(guild, mina.user)
    there = second_chat.sandbox.person("Mina", guild).install()
    reply = await there.slash("canon", subject="tomines", private=True)
    assert SHARED in visible_text(await share(there, reply))
    other = await there.slash("canon", subject="antines", private=True)
    world.deny(there.channel, "use_external_apps", user=mina.user)
    assert "to you alone" in await refused(there, other)


async def test_in_a_direct_message(second_chat: Chat) -> None:
    mina = second_chat.person("Mina").in_dm()
    assert SHARED in visible_text(await share(mina, await mina.slash("canon", subject="tomines", private=True)))


async def test_what_is_public_is_not_shared_again(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("quote", query="a-wrong-note")
    next(iter(reply.buttons.values()))["custom_id"] = "b|share|"
    assert (await mina.press(reply, "b|share|")).text == "That's already there for everyone to see."


async def test_what_discord_refuses_is_told_and_can_be_tried_again(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await mina.slash("canon", subject="tomines", private=True)
    route = "/webhooks/{webhook_id}/{webhook_token}"
    second_chat.sandbox.faults.add(Rule("error", method="POST", route=route, status=403, code=50013, times=1))
    answer = await mina.press(reply, "Share")
    assert "Discord won't let me do that here" in answer.followups[0].components[0]["components"][0]["content"]
    assert "Share" in reply.buttons
    assert SHARED in visible_text(await share(mina, reply))
