"""Longer lives: restarts, many people at once, absence, shards, time that passes."""

import asyncio
import re

import discord
import pytest
from discord import app_commands

from sandbox import Sandbox, SandboxError
from tests.sandbox.tiny import TinyBot, running, until


class Vote(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"vote:(?P<id>\d+)"):
    """A button that works after a restart: its state is in its custom id."""

    def __init__(self, number: int) -> None:
        super().__init__(discord.ui.Button(label="Vote", custom_id=f"vote:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[discord.ui.View], match: re.Match[str]
    ) -> "Vote":
        assert isinstance(item, discord.ui.Button)
        return cls(int(match["id"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(Vote(self.number + 1))
        await interaction.response.edit_message(content=f"{self.number} votes", view=view)


def build() -> TinyBot:
    bot = TinyBot()
    bot.add_dynamic_items(Vote)

    @bot.tree.command(description="Start a vote")
    async def poll(interaction: discord.Interaction) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(Vote(1))
        await interaction.response.send_message("0 votes", view=view)

    @bot.tree.command(description="Says who asked")
    @app_commands.allowed_contexts(guilds=True, dms=True)
    async def whoami(interaction: discord.Interaction, wait: bool = False) -> None:
        if wait:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await asyncio.sleep(0.01)
            await interaction.edit_original_response(content=interaction.user.display_name)
        else:
            await interaction.response.send_message(interaction.user.display_name, ephemeral=True)

    return bot


async def test_buttons_live_on_after_a_restart(sb: Sandbox) -> None:
    mina = sb.person("Mina")
    async with running(sb, build()):
        reply = await mina.slash("poll")
        await mina.press(reply, "Vote")
        ids = set(sb.world.commands)
    assert reply.text == "1 votes"
    assert not sb.gateway.connected
    async with running(sb, build()):
        assert set(sb.world.commands) == ids
        await sb.person("Timo").press(reply, "Vote")
        assert reply.text == "2 votes"
        pressed = await mina.press(reply, "vote:3")
        assert pressed.updated
    assert reply.text == "3 votes"


async def test_nobody_answers_while_the_bot_is_away(sb: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    mina = sb.person("Mina")
    with pytest.raises(SandboxError, match="not offered"):
        await mina.slash("whoami")
    async with running(sb, build()):
        pass
    monkeypatch.setattr("sandbox.interactions.ANSWER_WITHIN", 0.02)
    monkeypatch.setattr("sandbox.people.ANSWER_WITHIN", 0.02)
    assert (await mina.slash("whoami")).failed


async def test_an_old_session_is_dropped_when_a_new_one_comes(sb: Sandbox) -> None:
    for _ in range(3):
        async with running(sb, build()):
            assert len(sb.gateway.sessions) == 1


async def test_what_was_asked_in_a_short_absence_is_answered_after_it(sb: Sandbox) -> None:
    async with running(sb, build()) as bot:
        await sb.gateway.disconnect(4000)
        reply = await sb.person("Mina").slash("whoami")
        assert reply.text == "Mina"
        await until(lambda: "shard_resumed" in bot.events)


async def test_many_people_at_once(sb: Sandbox) -> None:
    city = sb.world.guild("Harbour Town")
    names = [f"Bender {number}" for number in range(60)]
    for name in names:
        sb.world.add_member(city, sb.world.add_user(name))
    async with running(sb, build()) as bot:
        people = [sb.person(name) for name in names]
        replies = await asyncio.gather(*(each.slash("whoami", wait=spot % 2 == 0) for spot, each in enumerate(people)))
        assert [each.text for each in replies] == names
        assert all(each.ephemeral for each in replies)
        assert [each.deferred for each in replies] == [spot % 2 == 0 for spot in range(60)]
        assert bot.failures == []


async def test_votes_at_once_are_all_answered(sb: Sandbox) -> None:
    async with running(sb, build()):
        reply = await sb.person("Mina").slash("poll")
        presses = [sb.person(name).press(reply, "Vote") for name in ("Mina", "Timo", "Mo")]
        answers = await asyncio.gather(*presses)
        assert [each.failed for each in answers] == [False] * 3
        assert reply.text.endswith("votes")


async def test_interactions_reach_the_shard_of_their_guild(sb: Sandbox) -> None:
    mina = sb.world.user("Mina")
    guilds = [sb.world.add_guild(f"Village {number}") for number in range(4)]
    for guild in guilds:
        sb.world.add_member(guild, mina)
    sb.world.shards = 2
    async with running(sb, build()) as bot:
        for guild in guilds:
            assert (await sb.person("Mina", guild=guild).slash("whoami")).text == "Mina"
        assert (await sb.person("Mina").in_dm().slash("whoami")).text == "Mina"
        await sb.gateway.disconnect(4000, shard=1)
        await until(lambda: "shard_resumed" in bot.events)
        assert bot.events.count("shard_resumed") == 1


async def test_an_outage_of_the_whole_line(sb: Sandbox) -> None:
    async with running(sb, build()) as bot:
        for _ in range(3):
            bot.events.clear()
            await sb.gateway.disconnect(4000)
            await until(lambda: "shard_resumed" in bot.events)
        assert (await sb.person("Mina").slash("whoami")).text == "Mina"


async def test_follow_ups_after_the_tokens_life(sb: Sandbox) -> None:
    errors: list[int] = []
    bot = TinyBot()

    @bot.tree.command(description="Comes back much later")
    async def later(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("now")
        sb.clock.advance(14 * 60)
        await interaction.followup.send("in time")
        sb.clock.advance(2 * 60)
        try:
            await interaction.followup.send("too late")
        except discord.HTTPException as error:
            errors.append(error.code)

    async with running(sb, bot):
        reply = await sb.person("Mina").slash("later")
        await until(lambda: errors)
        assert errors == [50027]
        assert [each.content for each in reply.followups] == ["in time"]


async def test_a_late_answer_is_refused(sb: Sandbox) -> None:
    errors: list[int] = []
    bot = TinyBot()

    @bot.tree.command(description="Too slow")
    async def slow(interaction: discord.Interaction) -> None:
        sb.clock.advance(3.5)
        try:
            await interaction.response.send_message("late")
        except discord.NotFound as error:
            errors.append(error.code)
            sb.desk._give_up(next(iter(sb.world.interactions.values())))

    async with running(sb, bot):
        reply = await sb.person("Mina").slash("slow")
        assert reply.failed
        assert errors == [10062]


async def test_people_hear_of_what_happens(sb: Sandbox) -> None:
    heard: list[tuple[str, str | None]] = []
    stop = sb.world.events.listen(lambda event: heard.append((event.name, event.data.get("state"))))
    async with running(sb, build()):
        reply = await sb.person("Mina").slash("whoami")
        assert reply.message is not None
        sb.acts.dismiss(sb.world.user("Mina"), reply.message)
    stop()
    names = [each for each, _ in heard]
    assert ("INTERACTION_STATE", "thinking") in heard
    assert ("INTERACTION_STATE", "answered") in heard
    assert names.index("BOT_STATUS") < names.index("INTERACTION_CREATE") < names.index("MESSAGE_CREATE")
    assert "MESSAGE_DELETE" in names
    assert "COMMANDS" in names
    count = len(heard)
    await sb.person("Mina").say("unheard")
    stop()
    assert len(heard) == count


async def test_ephemeral_events_are_for_their_addressee(sb: Sandbox) -> None:
    only: list[int | None] = []
    sb.world.events.listen(lambda event: only.append(event.only) if event.name == "MESSAGE_CREATE" else None)
    async with running(sb, build()) as bot:
        await sb.person("Mina").slash("whoami")
        await sb.person("Mina").slash("poll")
        await until(lambda: bot.heard)
        assert only == [sb.world.user("Mina").id, None]
        assert [each.content for each in bot.heard] == ["0 votes"]
