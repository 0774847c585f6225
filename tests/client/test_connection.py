"""How the bot connects: what it asks for and registers, where it is offered, and when it refuses to start."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from discord.ext import commands

from bot import app
from bot.client import client
from sandbox import Sandbox, SandboxError
from sandbox.gateway import Intent
from tests.conftest import Chat, connected, settings_for
from tests.support import broken, failing
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import discord

    from bot.client import Canonkeeper

GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
EVERYWHERE = ["quote", "canon", "ask", "timeline", "about", "help", "quiz", "Canon check"]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(journal_size=None) as opened:
        yield opened


@asynccontextmanager
async def started(sandbox: Sandbox, store: Path, **more: str) -> AsyncIterator[Canonkeeper]:
    async with connected(sandbox, settings_for(sandbox, store, ANNOUNCEMENT_PATH=str(SECOND), **more)) as bot:
        yield bot


def registrations(sandbox: Sandbox) -> int:
    return len(sandbox.journal.find("PUT"))


# -- the gateway -------------------------------------------------------------------------------------


async def test_three_intents_and_no_privileged_one(sandbox: Sandbox, second_path: Path) -> None:
    sandbox.gateway.privileged = Intent(0)  # Discord refuses every privileged intent
    async with started(sandbox, second_path):
        (session,) = sandbox.gateway.sessions.values()
        assert session.intents == GUILDS | GUILD_MESSAGES | DIRECT_MESSAGES


async def test_no_member_and_no_message_is_kept(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    await mina.wait_reply(await mina.say("<@bot> when do tickets go on sale"))
    await mina.slash("quote", query="falk")
    assert list(second_chat.bot.cached_messages) == []
    assert [member for guild in second_chat.bot.guilds for member in guild.members] == [
        guild.me for guild in second_chat.bot.guilds
    ]


async def test_two_shards(sandbox: Sandbox, second_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(*_: object, **__: object) -> None:
        """Discord wants five seconds between two shards; the local one does not mind."""

    monkeypatch.setattr(client.Canonkeeper, "before_identify_hook", at_once)
    sandbox.world.shards = 2
    async with started(sandbox, second_path) as bot:
        assert sorted(session.shard for session in sandbox.gateway.sessions.values()) == [0, 1]
        assert len(bot.guilds) == 2
        for guild in ("Harbour Town", "The Lighthouse"):
            mina = sandbox.person("Mina", guild)
            assert "1 of 1" in (await mina.slash("quote", query="kettle")).text


async def test_a_lost_connection_is_taken_up_again(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    await second_chat.sandbox.gateway.disconnect(4000)
    await second_chat.sandbox.bot_connected()
    assert "1 of 1" in (await mina.slash("quote", query="kettle")).text


# -- registering the commands ------------------------------------------------------------------------


async def test_commands_are_registered_once(sandbox: Sandbox, second_path: Path) -> None:
    for _ in range(2):
        async with started(sandbox, second_path):
            assert registrations(sandbox) == 1
    (put,) = sandbox.journal.find("PUT")
    assert put.route == "/applications/{application_id}/commands"


async def test_changed_commands_are_registered_again(
    sandbox: Sandbox, second_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started(sandbox, second_path):
        pass
    monkeypatch.setattr(app, "EXTENSIONS", (*app.EXTENSIONS, failing.__name__))
    async with started(sandbox, second_path):
        assert registrations(sandbox) == 2
        assert "fail" in {command.name for command in sandbox.world.commands.values()}


async def test_in_one_server_alone(sandbox: Sandbox, second_path: Path) -> None:
    guild = sandbox.world.guild("The Lighthouse")
    async with started(sandbox, second_path, DEV_GUILD_ID=str(guild.id)):
        (put,) = sandbox.journal.find("PUT")
        assert put.route == "/applications/{application_id}/guilds/{guild_id}/commands"
        assert {command.guild_id for command in sandbox.world.commands.values()} == {guild.id}
        assert "1 of 1" in (await sandbox.person("Mina", guild).slash("quote", query="kettle")).text
        with pytest.raises(SandboxError, match="is not offered"):
            await sandbox.person("Mina", "Harbour Town").slash("quote", query="kettle")


async def test_another_scope_is_registered_on_its_own(sandbox: Sandbox, second_path: Path) -> None:
    guild = sandbox.world.guild("The Lighthouse")
    async with started(sandbox, second_path):
        pass
    async with started(sandbox, second_path, DEV_GUILD_ID=str(guild.id)):
        pass
    async with started(sandbox, second_path):
        assert registrations(sandbox) == 2


# -- what stops a start ------------------------------------------------------------------------------


async def test_a_cog_that_fails_stops_the_start(
    sandbox: Sandbox, second_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "EXTENSIONS", (*app.EXTENSIONS, broken.__name__))
    with pytest.raises(commands.ExtensionFailed, match="this cog is broken"):
        async with started(sandbox, second_path):
            pytest.fail("it started")
    assert not sandbox.gateway.sessions
    assert registrations(sandbox) == 0


async def test_a_cog_that_is_missing_stops_the_start(
    sandbox: Sandbox, second_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "EXTENSIONS", (*app.EXTENSIONS, "cogs.missing"))
    with pytest.raises(commands.ExtensionNotFound):
        async with started(sandbox, second_path):
            pytest.fail("it started")


async def test_an_action_has_one_handler(second_chat: Chat) -> None:
    async def another(_interaction: discord.Interaction[Any], _detail: str) -> None:
        pytest.fail("it ran")

    with pytest.raises(ValueError, match="the action quote is registered already"):
        second_chat.bot.actions.register("quote", another)


async def test_a_cog_can_be_unloaded(second_chat: Chat) -> None:
    await second_chat.bot.remove_cog("CanonCog")
    assert second_chat.bot.tree.get_command("canon") is None
    assert [command.name for command in second_chat.bot.tree.get_commands()].count("Canon check") == 0


# -- where the commands are offered ------------------------------------------------------------------


async def test_in_a_server(second_chat: Chat) -> None:
    mo = second_chat.person("Mo")
    assert sorted(command.name for command in mo.commands()) == sorted([*EVERYWHERE, "daily"])


async def test_members_are_not_offered_daily_quotes(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    assert sorted(command.name for command in mina.commands()) == sorted(EVERYWHERE)


async def test_in_a_dm_with_the_bot(second_chat: Chat) -> None:
    mina = second_chat.person("Mina").in_dm()
    assert sorted(command.name for command in mina.commands()) == sorted(EVERYWHERE)
    reply = await mina.slash("quote", query="random")
    assert "Another quote" in reply.buttons
    assert "2 of 14" in (await mina.press(reply, "Another")).text
    assert "## Confirmed" in (await mina.slash("canon", subject="tomines")).text
    assert "**In August.**" in (await mina.slash("ask", question="when do tickets go on sale")).text
    assert (await mina.complete("quote", "query", ""))[0][1] == "random"
    assert (await mina.slash("about")).text


async def test_installed_for_oneself_in_a_server_without_the_bot(second_chat: Chat) -> None:
    world = second_chat.sandbox.world
    mina = second_chat.person("Mina")
    guild = world.add_guild("Elsewhere", with_bot=False)
    world.add_member(guild, mina.user)
    there = second_chat.sandbox.person("Mina", guild).install()
    assert sorted(command.name for command in there.commands()) == sorted(EVERYWHERE)
    reply = await there.slash("quote", query="hall")
    assert "2 of 2" in (await there.press(reply, "Next")).text
    message = await there.say("tomines is real")
    assert (await there.menu("Canon check", message)).ephemeral


async def test_installed_for_oneself_in_a_dm_with_somebody_else(second_chat: Chat) -> None:
    mina = second_chat.person("Mina").install()
    together = mina.in_dm(second_chat.person("Timo"))
    assert sorted(command.name for command in together.commands()) == sorted(EVERYWHERE)
    assert "1 of 1" in (await together.slash("quote", query="kettle")).text


async def test_every_command_but_daily_can_be_private(second_chat: Chat) -> None:
    commands = {command.name: command.body for command in second_chat.sandbox.world.commands.values()}
    for name, body in commands.items():
        options = {option["name"]: option for option in body.get("options") or []}
        if name in {"daily", "Canon check"}:
            assert "private" not in options
        else:
            assert list(options)[-1] == "private"
            assert not options["private"].get("required", False)


async def test_the_order_of_the_options_is_fixed(second_chat: Chat) -> None:
    commands = {command.name: command.body for command in second_chat.sandbox.world.commands.values()}
    names = {name: [option["name"] for option in body.get("options") or []] for name, body in commands.items()}
    assert names["quote"] == ["query", "speaker", "private"]
    assert names["canon"] == ["subject", "private"]
    assert names["ask"] == ["question", "private"]
    assert names["about"] == ["private"]
    assert commands["daily"]["contexts"] == [0]
    assert commands["daily"]["default_member_permissions"] == str(1 << 5)
