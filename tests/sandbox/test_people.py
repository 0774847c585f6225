"""People: what the client offers them where, what they write, whom the bot's answers ping."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands

from sandbox import Sandbox, SandboxError
from sandbox.model import Channel
from tests.sandbox.tiny import Raw, TinyBot, running, until


def build() -> TinyBot:
    bot = TinyBot()

    @bot.tree.command(description="Everywhere, for everybody")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def quote(interaction: discord.Interaction) -> None:
        owners = sorted(interaction._integration_owners)
        private = interaction.context.private_channel or interaction.context.dm_channel
        await interaction.response.send_message(f"{owners} {bool(private)} {interaction.user.display_name}")

    @bot.tree.command(description="For moderators of a server")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def schedule(interaction: discord.Interaction) -> None:
        assert isinstance(interaction.user, discord.Member)
        await interaction.response.send_message(str(interaction.permissions.manage_guild))

    @bot.tree.command(description="For administrators")
    @app_commands.default_permissions()
    async def secret(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("secret")

    @bot.tree.command(description="Six follow-ups")
    @app_commands.allowed_installs(guilds=True, users=True)
    async def chatty(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("1")
        for number in range(2, 8):
            await interaction.followup.send(str(number))

    @bot.event
    async def on_message(message: discord.Message) -> None:
        if bot.user in message.mentions and not message.author.bot:
            await message.reply("you called?", mention_author=False)

    return bot


@pytest.fixture
async def bot(sb: Sandbox) -> AsyncIterator[TinyBot]:
    async with running(sb, build()) as one:
        yield one


def offered(sb: Sandbox, name: str, channel: str | Channel = "general") -> set[str]:
    return {each.name for each in sb.person(name, channel=channel).commands()}


@pytest.mark.usefixtures("bot")
async def test_commands_are_offered_by_permission(sb: Sandbox) -> None:
    assert offered(sb, "Mina") == {"quote", "chatty"}
    assert offered(sb, "Mo") == {"quote", "chatty", "schedule"}
    city = sb.world.guild("Harbour Town")
    chief = sb.world.add_role(city, "Chief", 8)
    sb.world.set_roles(city, sb.world.user("Timo"), chief)
    assert offered(sb, "Timo") == {"quote", "chatty", "schedule", "secret"}
    assert (await sb.person("Mo").slash("schedule")).text == "True"
    with pytest.raises(SandboxError, match="not offered"):
        await sb.person("Mina").slash("schedule")
    general = sb.world.channel("general")
    sb.world.deny(general, "use_application_commands", user=sb.world.user("Mina"))
    assert offered(sb, "Mina") == set()
    command = sb.acts.find_command(sb.world.user("Timo"), general, "quote")
    with pytest.raises(SandboxError, match="not offered"):
        sb.acts.invoke(sb.world.user("Mina"), general, command, [], {})


@pytest.mark.usefixtures("bot")
async def test_commands_are_offered_by_place_and_installation(sb: Sandbox) -> None:
    mina, timo = sb.person("Mina"), sb.person("Timo")
    assert (await mina.slash("quote")).text == "[0] False Mina"
    assert (await mina.in_dm().slash("quote")).text == "[0] True Mina"
    assert {each.name for each in mina.in_dm().commands()} == {"quote", "chatty", "secret"}  # schedule: guilds only
    private = mina.in_dm(timo)
    assert private.commands() == []
    mina.install()
    assert (await private.slash("quote")).text == "[1] True Mina"
    assert (await mina.slash("quote")).text == "[0, 1] False Mina"
    sb.world.kick_bot(sb.world.guild("Harbour Town"))
    assert (await mina.slash("quote")).text == "[1] False Mina"
    assert timo.commands() == []
    stranger = sb.world.add_user("Varrick")
    city = sb.world.guild("Harbour Town")
    assert sb.person("Varrick", guild=city).commands() == []
    assert sb.person("Varrick").channel.type == 1
    assert stranger.name == "varrick"
    mina.install(installed=False)
    assert private.commands() == []


async def test_few_follow_ups_where_only_the_user_has_the_app(sb: Sandbox, bot: TinyBot) -> None:
    mina = sb.person("Mina").install()
    sb.world.kick_bot(sb.world.guild("Harbour Town"))
    reply = await mina.slash("chatty")
    await until(lambda: bot.failures)
    error = bot.failures[0]
    assert isinstance(error, discord.HTTPException)
    assert error.code == 40094
    assert [each.content for each in reply.followups] == ["2", "3", "4", "5", "6"]


@pytest.mark.usefixtures("bot")
async def test_mentioning_the_bot_gets_a_reply(sb: Sandbox) -> None:
    mina = sb.person("Mina")
    question = await mina.say("<@bot> are you there?")
    (reply,) = await mina.wait_reply(question)
    assert reply.content == "you called?"
    assert reply.mentions == []
    assert await mina.wait_reply(question) == [reply]
    quiet = await mina.say("nothing for you", reply_to=question)
    assert quiet.reply_to is question
    assert await mina.wait_reply(quiet, timeout=0.02) == []


async def test_writing_keeps_to_the_clients_rules(sb: Sandbox) -> None:
    mina = sb.person("Mina")
    for text in ("", "x" * 2001):
        with pytest.raises(SandboxError):
            await mina.say(text)
    sb.world.deny(mina.channel, "send_messages", user=mina.user)
    with pytest.raises(SandboxError, match="may not write"):
        await mina.say("hello")
    assert (await mina.at("canon-talk").say("hello")).content == "hello"
    assert (await mina.at(sb.world.channel("First impressions")).say("hello")).position == 0


@pytest.mark.parametrize(
    ("allowed", "users", "roles", "everyone"),
    [
        (None, ["mina"], ["Quote fans"], False),
        ({"parse": []}, [], [], False),
        ({"parse": ["users"]}, ["mina"], [], False),
        ({"parse": ["roles", "everyone"]}, [], ["Quote fans"], False),
        ({"users": ["Mina"]}, ["mina"], [], False),
        ({"users": ["Timo"]}, [], [], False),
        ({"roles": ["Quote fans"]}, [], ["Quote fans"], False),
        ({"roles": ["Quiet"]}, [], [], False),
    ],
)
async def test_who_is_pinged(
    sb: Sandbox, raw: Raw, allowed: dict[str, Any] | None, users: list[str], roles: list[str], everyone: bool
) -> None:
    city, general = sb.world.guild("Harbour Town"), sb.world.channel("general")
    fans, quiet = sb.world.role("Quote fans", city), sb.world.role("Quiet", city)
    text = f"<@{sb.world.user('Mina').id}> <@&{fans.id}> <@&{quiet.id}> @everyone <@5>"
    body: dict[str, Any] = {"content": text}
    if allowed is not None:
        ids = {"Mina": sb.world.user("Mina").id, "Timo": sb.world.user("Timo").id, "Quote fans": fans.id}
        ids["Quiet"] = quiet.id
        body["allowed_mentions"] = {
            key: value if key == "parse" else [str(ids[each]) for each in value] for key, value in allowed.items()
        }
    made = await raw.ok("POST", f"/channels/{general.id}/messages", body)
    assert [each["username"] for each in made["mentions"]] == users
    assert made["mention_roles"] == [str(sb.world.role(each, city).id) for each in roles]
    assert made["mention_everyone"] is everyone


async def test_the_mighty_ping_every_role_and_everyone(sb: Sandbox, raw: Raw) -> None:
    general, city = sb.world.channel("general"), sb.world.guild("Harbour Town")
    quiet = sb.world.role("Quiet", city)
    sb.world.allow(general, "mention_everyone")
    path = f"/channels/{general.id}/messages"
    layout = {"flags": 1 << 15, "components": [{"type": 10, "content": f"@here <@&{quiet.id}>"}]}
    made = await raw.ok("POST", path, layout)
    assert made["mention_everyone"] is True
    assert made["mention_roles"] == [str(quiet.id)]
    changed = await raw.ok("PATCH", f"{path}/{made['id']}", {"components": [{"type": 10, "content": "quiet"}]})
    assert (changed["mention_everyone"], changed["mention_roles"]) == (False, [])


async def test_names_that_do_not_exist(sb: Sandbox) -> None:
    city = sb.world.guild("Harbour Town")
    for look in (
        lambda: sb.person("Nobody"),
        lambda: sb.world.guild("Nowhere"),
        lambda: sb.world.channel("nowhere"),
        lambda: sb.world.role("None", city),
    ):
        with pytest.raises(SandboxError):
            look()
    assert sb.person("Mina", guild="The Lighthouse", channel="#lounge").channel.name == "lounge"
