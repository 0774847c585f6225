"""One error handler: what people are told, what the log holds, and who sees it."""

from __future__ import annotations

import asyncio
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING

import discord
import pytest
from discord import app_commands

from bot import app
from bot.client import errors
from bot.errors import (
    CanonkeeperError,
    StoreBrokenError,
    StoreBusyError,
    StoreConstraintError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
    UserError,
)
from sandbox import Sandbox
from sandbox.faults import Rule
from sandbox.views import visible_text
from tests.conftest import Chat, connected, settings_for
from tests.support import failing
from tests.support.failing import PRIVATE
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sandbox import Reply

WRONG = "Something went wrong on my end; nothing was changed. Please try again."
BUSY = "My database is busy right now; nothing was changed. Please try again in a minute."
FULL = "My disk is full, so I can't save anything; nothing was changed. Whoever hosts me needs to free some space."
BROKEN = "My database is damaged; nothing was changed. Whoever hosts me needs to restore a copy of it."


@pytest.fixture
async def chat(second_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chat]:
    """The real bot with one cog more, which fails."""
    monkeypatch.setattr(app, "EXTENSIONS", (*app.EXTENSIONS, failing.__name__))
    async with Sandbox(journal_size=None) as sandbox:
        settings = settings_for(sandbox, second_path, ANNOUNCEMENT_PATH=str(SECOND))
        async with connected(sandbox, settings) as bot:
            yield Chat(sandbox, bot, settings)


# -- the table ---------------------------------------------------------------------------------------


class _NearerError(UserError):
    """A class that the table does not name."""


@pytest.mark.parametrize(
    ("error", "words", "expected"),
    [
        (UserError("Do this."), "Do this.", True),
        (_NearerError("Do that."), "Do that.", True),
        (
            app_commands.MissingPermissions(["manage_guild"]),
            "You need the **Manage Server** permission for this.",
            True,
        ),
        (app_commands.NoPrivateMessage(), "This only works in a server.", True),
        (app_commands.CheckFailure("whatever"), "You can't use this here.", True),
        (app_commands.MissingAnyRole([1]), "You can't use this here.", True),
        (TimeoutError(), "That took too long. Please try again.", False),
        (StoreUnavailableError("disk I/O error"), BUSY, False),
        (StoreBusyError("database is locked"), BUSY, False),
        (StoreFullError("database or disk is full"), FULL, False),
        (StoreBrokenError("database disk image is malformed"), BROKEN, False),
        (StoreConstraintError("x"), WRONG, False),
        (StoreError("x"), WRONG, False),
        (CanonkeeperError("x"), WRONG, False),
        (ZeroDivisionError(), WRONG, False),
    ],
)
def test_the_nearest_class_wins(error: Exception, words: str, expected: bool) -> None:
    assert errors.message_for(error) == (words, expected)


def http_error(kind: type[discord.HTTPException], status: int, code: int) -> discord.HTTPException:
    """As discord.py raises it of an answer with this status and JSON code (0: it was a page)."""
    response = SimpleNamespace(status=status, reason="Whatever")
    return kind(response, {"code": code, "message": "whatever"} if code else "<html></html>")


@pytest.mark.parametrize(
    ("kind", "status", "code", "words"),
    [
        (discord.Forbidden, 403, 50013, "Discord won't let me do that here."),
        (discord.NotFound, 404, 10003, "That channel or message no longer exists"),
        (discord.Forbidden, 403, 0, "Discord is having trouble right now."),
        (discord.Forbidden, 403, 40333, "Discord is having trouble right now."),
        (discord.NotFound, 404, 0, "Discord is having trouble right now."),
        (discord.HTTPException, 429, 0, "Discord is having trouble right now."),
        (discord.DiscordServerError, 502, 0, "Discord is having trouble right now."),
    ],
)
def test_the_edge_is_not_taken_for_a_want_of_permission(
    kind: type[discord.HTTPException], status: int, code: int, words: str
) -> None:
    assert errors.message_for(http_error(kind, status, code))[0].startswith(words)


def test_what_is_no_error_of_ours_goes_on() -> None:
    with pytest.raises(KeyboardInterrupt):
        errors.message_for(KeyboardInterrupt())


def test_what_discord_py_wraps_is_unwrapped() -> None:
    @app_commands.command(description="x")
    async def command(_: discord.Interaction) -> None: ...

    inner = ZeroDivisionError()
    wrapped = app_commands.CommandInvokeError(command, app_commands.CommandInvokeError(command, inner))
    assert errors.root(wrapped) is inner


# -- in a chat ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("unknown", WRONG),
        ("busy", BUSY),
        ("timeout", "That took too long. Please try again."),
        ("nonsense", WRONG),
    ],
)
async def test_a_fault_has_an_id_that_is_in_the_log(
    chat: Chat, caplog: pytest.LogCaptureFixture, how: str, words: str
) -> None:
    reply = await chat.person("Mina").slash("fail", how=how)
    assert reply.ephemeral
    told, footer = reply.text.splitlines()
    assert told == words
    found = re.fullmatch(r"-# Error ([0-9a-f]{8})", footer)
    assert found
    (record,) = [record for record in caplog.records if found[1] in record.getMessage()]
    assert record.exc_info
    assert "/fail" in record.getMessage()
    assert PRIVATE not in reply.text
    if how != "nonsense":
        assert PRIVATE in caplog.text


@pytest.mark.parametrize(
    ("how", "words"), [("user", "Please try **another** one."), ("own", "Please try yet another one.")]
)
async def test_what_a_person_can_mend_needs_no_id(
    chat: Chat, caplog: pytest.LogCaptureFixture, how: str, words: str
) -> None:
    reply = await chat.person("Mina").slash("fail", how=how)
    assert (reply.ephemeral, reply.text) == (True, words)
    assert [record for record in caplog.records if record.name == "bot.client.errors"] == []


async def test_a_check_that_fails(chat: Chat) -> None:
    reply = await chat.person("Mina").slash("never")
    assert (reply.ephemeral, reply.text) == (True, "You can't use this here.")


async def test_after_an_answer_it_follows_to_that_person_alone(chat: Chat) -> None:
    reply = await chat.person("Mina").slash("fail", how="unknown", first="answer")
    assert reply.text == "Answered."
    assert await _followed(reply) == [WRONG]


async def test_after_a_deferred_answer_it_follows_to_that_person_alone(chat: Chat) -> None:
    reply = await chat.person("Mina").slash("fail", how="unknown", first="defer-answer")
    assert await _followed(reply) == [WRONG]
    assert reply.text == "Answered."


async def test_after_a_deferral_nobody_else_sees_it(chat: Chat) -> None:
    mina = chat.person("Mina")
    reply = await mina.slash("fail", how="unknown", first="defer")
    assert reply.deferred
    assert await _followed(reply) == [WRONG]
    assert list(mina.channel.messages) == []


async def test_after_a_private_deferral_it_takes_its_place(chat: Chat) -> None:
    reply = await chat.person("Mina").slash("fail", how="unknown", first="defer-private")
    assert reply.deferred
    assert reply.ephemeral
    assert reply.text.startswith(WRONG)


async def _followed(reply: Reply) -> list[str]:
    """Return what came after the answer; all of it must be for its addressee alone."""
    async with asyncio.timeout(3):
        while not reply.followups:  # noqa: ASYNC110 - it comes by itself
            await asyncio.sleep(0.01)
    assert all(message.ephemeral for message in reply.followups)
    return [visible_text(message).splitlines()[0] for message in reply.followups]


async def test_a_button_that_fails(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    mina = chat.person("Mina")
    shown = await mina.slash("fail", how="unknown", first="button")
    reply = await mina.press(shown, "Fail")
    assert reply.ephemeral
    assert reply.text.startswith(WRONG)
    assert "in b|fail" in caplog.text


async def test_a_button_that_nobody_knows_any_more(chat: Chat) -> None:
    mina = chat.person("Mina")
    shown = await mina.slash("fail", how="unknown", first="button")
    reply = await mina.press(shown, "Gone")
    assert (reply.ephemeral, reply.text) == (
        True,
        "This button is from an older version of me. Please use the command again.",
    )


async def test_what_a_person_typed_is_not_logged(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    mina = chat.person("Mina")
    shown = await mina.slash("fail", how="my diary", first="button")
    await mina.press(shown, "Fail")
    told = [record.getMessage() for record in caplog.records if record.name == "bot.client.errors"]
    assert told
    assert not any("diary" in message for message in told)


async def test_completions_that_fail_are_no_completions(chat: Chat) -> None:
    assert await chat.person("Mina").complete("fail", "how", "x") == []


async def test_where_the_bot_may_not_write(chat: Chat) -> None:
    mina = chat.person("Mina")
    chat.sandbox.world.deny(mina.channel, "send_messages")
    reply = await mina.slash("fail", how="forbidden")
    assert reply.ephemeral
    assert reply.text.startswith("Discord won't let me do that here. Please check my permissions in this channel.")


async def test_what_is_gone_from_discord(chat: Chat) -> None:
    chat.sandbox.faults.add(
        Rule("error", method="POST", route="/channels/{channel_id}/messages", status=404, code=10003)
    )
    reply = await chat.person("Mina").slash("fail", how="not-found")
    assert reply.text.startswith("That channel or message no longer exists.")


async def test_when_discord_has_a_problem(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(_: float) -> None:
        """discord.py's requests wait between their tries; here they do not, and all else waits as it should."""

    monkeypatch.setattr("discord.http.asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": at_once}))
    chat.sandbox.faults.add(
        Rule("error", method="POST", route="/channels/{channel_id}/messages", status=500, times=None)
    )
    reply = await chat.person("Mina").slash("fail", how="server")
    assert reply.text.startswith("Discord is having trouble right now. Please try again in a minute.")


async def test_an_interaction_that_is_gone_is_noted(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    await chat.person("Mina").slash("fail", how="gone")
    assert await _logged(caplog, "an interaction was gone, or answered, before its answer: /fail")


async def test_what_another_process_answered_is_noted_and_left_alone(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    reply = await chat.person("Mina").slash("fail", how="answered")
    assert await _logged(caplog, "an interaction was gone, or answered, before its answer: /fail")
    assert reply.text == "first"


async def test_an_answer_that_does_not_arrive_is_noted(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    chat.sandbox.faults.add(
        Rule("error", method="POST", route="/interactions/{interaction_id}/{interaction_token}/callback", status=400)
    )
    await chat.person("Mina").slash("fail", how="unknown")
    assert "could not report an error in /fail" in caplog.text


async def test_a_connection_that_breaks_is_noted(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    """What the handler raised itself would be told nowhere but by the event loop, when it finds it."""
    route = "/interactions/{interaction_id}/{interaction_token}/callback"
    chat.sandbox.faults.add(Rule("drop", method="POST", route=route, times=None))
    await chat.person("Mina").slash("fail", how="unknown")
    assert await _logged(caplog, "could not report an error in /fail")


async def _logged(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    for _ in range(200):
        if words in caplog.text:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_a_command_that_has_changed(chat: Chat) -> None:
    """Discord still offers what the bot took away a moment ago."""
    chat.bot.tree.remove_command("never")
    reply = await chat.person("Mina").slash("never")
    assert reply.ephemeral
    assert reply.text.startswith("This command has just changed.")


async def test_completions_of_a_command_that_has_changed(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    chat.bot.tree.remove_command("fail")
    assert await chat.person("Mina").complete("fail", "how", "x") == []
    assert "could not report" not in caplog.text


async def test_an_event_s_error_is_logged(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_message: discord.Message) -> None:
        raise ZeroDivisionError

    chat.bot.add_listener(broken, "on_message")
    await chat.person("Mina").say("<@bot> hello")
    assert await _logged(caplog, "error in on_message")
    assert "ZeroDivisionError" in caplog.text


async def test_an_answer_to_a_message_that_cannot_be_sent_is_noted(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    chat.sandbox.faults.add(Rule("error", method="POST", route="/channels/{channel_id}/messages", status=400))
    await chat.person("Mina").say("<@bot> hello")
    assert await _logged(caplog, "an answer to a message could not be sent: HTTPException")
