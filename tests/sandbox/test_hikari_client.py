"""An outside witness: a bot on hikari, which shares nothing with discord.py, finds here what it expects of Discord."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox import Sandbox
from tests.sandbox.tiny import until

hikari = pytest.importorskip("hikari", reason="the package hikari is not installed: make setup installs it")
pytestmark = [pytest.mark.timeout(120), pytest.mark.filterwarnings("ignore::DeprecationWarning:hikari")]


class Witness:
    """A small bot: answers `/ping` and mentions, and notes what happens."""

    def __init__(self, sb: Sandbox) -> None:
        intents = hikari.Intents.GUILDS | hikari.Intents.GUILD_MESSAGES
        self.bot = hikari.impl.GatewayBot(
            sb.token, banner=None, intents=intents, rest_url=sb.base_url, suppress_optimization_warning=True, logs=None
        )
        self.seen: list[str] = []
        self.replies: list[Any] = []
        self.bot.subscribe(hikari.Event, self._note)
        self.bot.subscribe(hikari.InteractionCreateEvent, self._answer)
        self.bot.subscribe(hikari.GuildMessageCreateEvent, self._reply)

    async def _note(self, event: Any) -> None:
        self.seen.append(type(event).__name__)

    async def _answer(self, event: Any) -> None:
        await event.interaction.create_initial_response(hikari.ResponseType.MESSAGE_CREATE, "pong")

    async def _reply(self, event: Any) -> None:
        if event.is_human and event.content:
            self.replies.append(await event.message.respond(f"You said {event.content!r}", reply=True))


@pytest.fixture
async def witness(sb: Sandbox) -> AsyncIterator[Witness]:
    one = Witness(sb)
    async with asyncio.timeout(60):
        await one.bot.start(check_for_updates=False, ignore_session_start_limit=False)
        await sb.bot_connected()
        await until(lambda: "StartedEvent" in one.seen, 10)
    try:
        yield one
    finally:
        async with asyncio.timeout(20):
            await one.bot.close()


async def test_it_logs_in_and_knows_its_servers(sb: Sandbox, witness: Witness) -> None:
    await until(lambda: len(witness.bot.cache.get_guilds_view()) == 2, 10)
    guild = witness.bot.cache.get_guild(sb.world.guild("Harbour Town").id)
    assert guild is not None
    assert {each.name for each in guild.get_channels().values()} >= {"general", "announcements"}
    assert any(each.bot_id == sb.bot_user_id for each in guild.get_roles().values())
    me = guild.get_my_member()
    assert me is not None
    sb.world.time_out(sb.world.guild("Harbour Town"), sb.world.now() + 600)
    await until(lambda: "MemberUpdateEvent" in witness.seen, 10)


async def test_it_answers_a_command(sb: Sandbox, witness: Witness) -> None:
    command = witness.bot.rest.slash_command_builder("ping", "Asks whether it is there")
    await witness.bot.rest.set_application_commands(sb.application_id, [command])
    reply = await sb.person("Mina").slash("ping")
    assert reply.text == "pong"


async def test_it_reads_what_it_may_and_resumes(sb: Sandbox, witness: Witness) -> None:
    mina = sb.person("Mina")
    await mina.say("nothing for it")
    first = await mina.say("<@bot> hello")
    await until(lambda: len(witness.replies) == 1, 10)
    assert witness.replies[0].referenced_message.id == first.id
    sessions = set(sb.gateway.sessions)
    await sb.gateway.disconnect(4000)
    missed = await mina.say("<@bot> did you miss me?")
    await until(lambda: "ShardResumedEvent" in witness.seen, 30)
    await until(lambda: len(witness.replies) == 2, 10)
    assert set(sb.gateway.sessions) == sessions
    assert witness.replies[1].referenced_message.id == missed.id
