"""Interactions with a real client: answers, deferrals, follow-ups, edits, modals, menus, select menus."""

from collections.abc import AsyncIterator

import discord
import pytest

from sandbox import Sandbox, SandboxError, render
from tests.sandbox.board import build
from tests.sandbox.tiny import TinyBot, running, until
from tests.support.given import given

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture
async def bot(sb: Sandbox) -> AsyncIterator[TinyBot]:
    async with running(sb, build()) as one:
        yield one
        assert one.failures == []


async def test_deferred_with_an_edit(sb: Sandbox, bot: TinyBot) -> None:
    reply = await sb.person("Mina").slash("restless")
    await until(lambda: reply.message is not None and reply.message.deleted)
    assert reply.deferred
    assert reply.followups[0].deleted
    assert bot.heard[-1].content == "more and more"  # as edited since


async def test_the_first_follow_up_takes_the_place_of_the_thinking(sb: Sandbox) -> None:
    mina = sb.person("Mina")
    reply = await mina.slash("slow")
    assert reply.text == "thought about it"
    assert (reply.deferred, reply.thinking, reply.ephemeral) == (True, False, False)
    await until(lambda: reply.followups)
    assert reply.followups[0].content == "and once more"
    assert len(mina.channel.messages) == 2
    hidden = await mina.slash("slow", private=True)
    await until(lambda: hidden.followups)
    assert hidden.ephemeral
    assert hidden.followups[0].ephemeral
    assert len(mina.channel.messages) == 2


async def test_buttons_and_menus(sb: Sandbox) -> None:
    mina = sb.person("Mina")
    reply = await mina.slash("board")
    assert set(reply.buttons) == {"Off", "Page", "Later", "Aside", "Form"}
    assert set(reply.selects) == {"element", "where"}
    assert (await mina.choose(reply, "element", ["Fire"])).text == "chosen: f"
    there = sb.world.channel("canon-talk")
    assert (await mina.choose(reply, "where", [there])).text == "in canon-talk"
    assert (await mina.choose(reply, "where", [str(there.id)])).updated
    aside = await sb.person("Timo").press(reply, "Aside")
    assert (aside.text, aside.ephemeral, aside.updated) == ("only for you", True, False)
    changed = await mina.press(reply, "later")
    assert (changed.updated, changed.deferred, reply.text, reply.buttons) == (True, True, "changed later", {})


async def test_an_answers_command_is_named_with_its_subcommand(sb: Sandbox) -> None:
    mina = sb.person("Mina")
    planned = (await mina.slash("daily schedule", day="Monday")).message
    assert planned is not None
    others = [(await mina.slash("board")).message, (await mina.menu("Canon check", planned)).message]
    named = [render.message(each, "")["interaction"]["name"] for each in (planned, *others) if each]
    assert named == ["daily schedule", "board", "Canon check"]


async def test_what_the_client_does_not_let_one_do(sb: Sandbox) -> None:
    mina, timo = sb.person("Mina"), sb.person("Timo")
    reply = await mina.slash("board")
    aside = await mina.press(reply, "Aside")
    for wrong in (
        mina.press(reply, "Off"),
        mina.press(reply, "Page"),
        mina.press(reply, "Missing"),
        mina.choose(reply, "element", []),
        mina.choose(reply, "element", ["Water"]),
        mina.choose(reply, "missing", []),
        mina.choose(reply, "where", ["1"]),
        timo.press(aside, "anything"),
        mina.submit(reply.modal),
    ):
        with pytest.raises(SandboxError):
            await wrong
    with pytest.raises(SandboxError, match="does not see"):
        sb.acts.component(timo.user, given(aside.message), "x")
    sb.acts.dismiss(mina.user, given(aside.message))
    with pytest.raises(SandboxError):
        sb.acts.dismiss(timo.user, given(reply.message))


async def test_a_modal_opens_and_is_sent_off(sb: Sandbox) -> None:
    mina = sb.person("Mina")
    reply = await mina.press(await mina.slash("board"), "Form")
    assert reply.modal is not None
    assert reply.modal.title == "Tell us"
    for wrong in ({}, {"name": "x" * 11}, {"name": "Mina", "missing": 1}):
        with pytest.raises(SandboxError):
            await mina.submit(reply.modal, **wrong)
    sent = await mina.submit(reply.modal, name="Mina", book=["Air"])
    assert sent.text == "Mina reads Air"
    reply = await mina.press(await mina.slash("board"), "Form")
    again = await mina.submit(reply.modal, your_name="Jinora", which_book=["Air"])
    assert again.text == "Jinora reads Air"
    metadata = sb.journal[-1].response["resource"]["message"]["interaction_metadata"]
    assert metadata["triggering_interaction_metadata"]["type"] == 3


async def test_no_answer_in_three_seconds(sb: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.interactions.ANSWER_WITHIN", 0.05)
    reply = await sb.person("Mina").slash("silent")
    assert reply.failed
    assert reply.text == ""
    assert "failed" in repr(reply)


async def test_a_second_answer_is_refused(sb: Sandbox, bot: TinyBot) -> None:
    assert (await sb.person("Mina").slash("twice")).text == "one"
    await until(lambda: bot.failures)
    error = bot.failures.pop()
    assert isinstance(error, discord.HTTPException)
    assert error.code == 40060


async def test_a_layout_with_a_file(sb: Sandbox) -> None:
    reply = await sb.person("Mina").slash("picture")
    assert reply.text == "a card"
    assert reply.message is not None
    assert reply.message.attachments[0].filename == "card.png"


async def test_options_of_all_kinds(sb: Sandbox) -> None:
    mina = sb.person("Mina")
    assert mina.guild is not None
    given = {
        "text": "abc",
        "number": 3,
        "member": sb.world.user("Timo"),
        "channel": sb.world.channel("canon-talk"),
        "role": sb.world.role("Quiet", mina.guild),
        "file": ("a.txt", b"12345"),
    }
    assert (await mina.slash("kinds", **given)).text == "abc 3 Timo canon-talk Quiet 5 0.5"
    assert (await mina.slash("kinds", **given, share=0.25)).text.endswith("0.25")
    assert (await mina.slash("kinds", **(given | {"member": mina.guild.members[mina.user.id]}))).text
    for name, value in {
        "text": "a",
        "number": 10,
        "member": "Timo",
        "channel": sb.world.channel("lore-questions"),
        "role": 5,
        "file": b"bytes",
        "share": "half",
        "extra": 1,
    }.items():
        with pytest.raises(SandboxError, match=name):
            await mina.slash("kinds", **(given | {name: value}))
    del given["text"]
    with pytest.raises(SandboxError, match="This option is required"):
        await mina.slash("kinds", **given)
    with pytest.raises(SandboxError, match="5 characters or fewer"):
        await mina.slash("kinds", text="abcdef", **given)


async def test_subcommands_and_choices(sb: Sandbox) -> None:
    mina = sb.person("Mina")
    assert (await mina.slash("daily schedule", day="Tuesday")).text == "on day 2"
    assert (await mina.slash("/daily schedule", day=1)).text == "on day 1"
    for name, options in (("daily", {}), ("daily never", {}), ("daily schedule", {"day": "Sunday"}), ("nothing", {})):
        with pytest.raises(SandboxError):
            await mina.slash(name, **options)


async def test_context_menus(sb: Sandbox) -> None:
    mina = sb.person("Mina")
    message = await mina.say("it was Katara")
    reply = await mina.menu("Canon check", message)
    assert reply.text == "about: it was Katara"
    assert reply.message is not None
    assert reply.message.type == 23
    assert (await mina.menu("Who is it", sb.world.user("Timo"))).text == "it is timo"


async def test_a_thread_is_a_place_too(sb: Sandbox) -> None:
    thread = sb.world.channel("First impressions")
    reply = await sb.person("Mina", channel=thread).slash("board")
    assert reply.message is not None
    assert reply.message.channel is thread
