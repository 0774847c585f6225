"""What bots on discord.py usually do, as its own examples do it: here it has to work as it does at Discord."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands, tasks

from sandbox import Sandbox
from tests.sandbox.tiny import TinyBot, running, until

READS = discord.Intents(guilds=True, guild_messages=True, message_content=True, members=True)


class Chatty(TinyBot):
    """A bot with prefix commands, which needs to read what people write."""

    def __init__(self) -> None:
        super().__init__(intents=READS)
        self.command_prefix = "?"

    async def on_message(self, message: discord.Message) -> None:
        await super().on_message(message)
        await self.process_commands(message)


@pytest.fixture
async def chatty(sb: Sandbox) -> AsyncIterator[Chatty]:
    bot = Chatty()

    @bot.command()
    async def add(ctx: commands.Context[Any], left: int, right: int) -> None:
        await ctx.send(str(left + right))

    @bot.command()
    async def joined(ctx: commands.Context[Any], member: discord.Member) -> None:
        await ctx.send(f"{member.display_name} came in {discord.utils.utcnow().year}")

    @bot.command()
    async def guess(ctx: commands.Context[Any]) -> None:
        await ctx.send("A number from 1 to 10?")

        def theirs(message: discord.Message) -> bool:
            return message.author == ctx.author and message.content.isdigit()

        said = await bot.wait_for("message", check=theirs, timeout=5)
        await ctx.reply("Right!" if said.content == "7" else "It was 7.")

    @bot.command()
    async def edit(ctx: commands.Context[Any]) -> None:
        message = await ctx.send("10")
        await asyncio.sleep(0)
        await message.edit(content="40")

    @bot.command()
    async def gone(ctx: commands.Context[Any]) -> None:
        await ctx.send("Goodbye", delete_after=0.05)

    async with running(sb, bot):
        yield bot


def said_by(sb: Sandbox, channel: str = "general") -> list[str]:
    return [each.content for each in sb.world.channel(channel).messages.values() if each.author is sb.world.bot]


async def test_prefix_commands_with_converters(sb: Sandbox, chatty: Chatty) -> None:
    mina, timo = sb.person("Mina"), sb.world.user("Timo")
    await mina.say("?add 40 2")
    await mina.say(f"?joined <@{timo.id}>")
    await until(lambda: len(said_by(sb)) == 2)
    assert sorted(said_by(sb)) == sorted(["42", f"Timo came in {discord.utils.utcnow().year}"])
    await until(lambda: len(chatty.heard) >= 4)
    assert len(chatty.heard) == 4


async def test_a_guessing_game_waits_for_the_answer(sb: Sandbox, chatty: Chatty) -> None:
    mina = sb.person("Mina")
    await mina.say("?guess")
    await until(lambda: said_by(sb))
    await sb.person("Timo").say("3")
    answer = await mina.say("7")
    (reply,) = await mina.wait_reply(next(iter(sb.world.channel("general").messages.values())), 5)
    assert reply.content == "Right!"
    assert answer.content == "7"
    assert chatty.failures == []


async def test_messages_that_are_edited_and_deleted_are_told(sb: Sandbox, chatty: Chatty) -> None:
    mina = sb.person("Mina")
    await mina.say("?edit")
    await until(lambda: "message_edit" in chatty.events)
    assert said_by(sb) == ["40"]
    await mina.say("?gone")
    await until(lambda: "message_delete" in chatty.events)
    assert said_by(sb) == ["40"]


async def test_new_members_are_greeted(sb: Sandbox, chatty: Chatty) -> None:
    greeted = asyncio.Event()

    async def on_member_join(member: discord.Member) -> None:
        assert member.guild.system_channel is not None
        await member.guild.system_channel.send(f"Welcome {member.mention}!")
        greeted.set()

    chatty.add_listener(on_member_join)
    rohan = sb.world.add_user("Rohan")
    sb.world.add_member(sb.world.guild("Harbour Town"), rohan)
    await asyncio.wait_for(greeted.wait(), 5)
    assert said_by(sb) == [f"Welcome <@{rohan.id}>!"]


async def test_something_in_the_background(sb: Sandbox) -> None:
    bot, numbers = TinyBot(), itertools.count(1)

    @tasks.loop(seconds=0.02, count=3)
    async def counting() -> None:
        channel = bot.get_channel(sb.world.channel("general").id)
        assert isinstance(channel, discord.TextChannel)
        await channel.send(str(next(numbers)))

    async with running(sb, bot):
        counting.start()
        await until(lambda: len(said_by(sb)) == 3)
    assert said_by(sb) == ["1", "2", "3"]


class Counter(discord.ui.View):
    """A button that stays good after a restart: its custom id is all that it needs."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="0", style=discord.ButtonStyle.red, custom_id="count")
    async def count(self, interaction: discord.Interaction, button: discord.ui.Button[Any]) -> None:
        shown = discord.ui.View.from_message(interaction.message) if interaction.message else self
        before = next(each for each in shown.children if isinstance(each, discord.ui.Button)).label
        button.label = str(int(before or 0) + 1)
        await interaction.response.edit_message(view=self)


async def test_a_button_that_outlives_the_bot(sb: Sandbox) -> None:
    first = TinyBot()
    async with running(sb, first):
        channel = first.get_channel(sb.world.channel("general").id)
        assert isinstance(channel, discord.TextChannel)
        made = await channel.send("Press!", view=Counter())
    message = sb.world.channel("general").messages[made.id]
    again = TinyBot()
    async with running(sb, again):
        again.add_view(Counter())
        mina = sb.person("Mina")
        assert "1" in (await mina.press(message, "count")).buttons
        assert "2" in (await mina.press(message, "count")).buttons


class Colours(discord.ui.Select[Any]):
    """A drop-down."""

    def __init__(self) -> None:
        options = [discord.SelectOption(label=each) for each in ("Red", "Green", "Blue")]
        super().__init__(placeholder="A colour…", options=options, custom_id="colours")

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"{self.values[0]} it is", ephemeral=True)


class Feedback(discord.ui.Modal, title="Feedback"):
    """A form."""

    name = discord.ui.TextInput[Any](label="Name", custom_id="name")
    words = discord.ui.TextInput[Any](label="Words", custom_id="words", style=discord.TextStyle.long, required=False)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Thanks, {self.name}!", ephemeral=True)


async def test_commands_with_choices_menus_forms_and_drop_downs(sb: Sandbox) -> None:
    bot = TinyBot()

    @bot.tree.command(description="Adds")
    @app_commands.rename(left="first", right="second")
    @app_commands.describe(left="One number", right="Another")
    async def add(interaction: discord.Interaction, left: int, right: app_commands.Range[int, 0, 9]) -> None:
        await interaction.response.send_message(str(left + right))

    @bot.tree.command(description="Picks")
    @app_commands.choices(what=[app_commands.Choice(name=name, value=name.lower()) for name in ("Tea", "Cake")])
    async def pick(interaction: discord.Interaction, what: app_commands.Choice[str]) -> None:
        view = discord.ui.View()
        view.add_item(Colours())
        await interaction.response.send_message(what.value, view=view)

    @bot.tree.command(description="Asks")
    async def feedback(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Feedback())

    @bot.tree.context_menu(name="Report")
    async def report(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"Reported: {message.content}", ephemeral=True)

    @bot.tree.context_menu(name="When did they come?")
    async def when(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(member.display_name, ephemeral=True)

    async with running(sb, bot):
        mina = sb.person("Mina")
        assert (await mina.slash("add", first=40, second=2)).text == "42"
        picked = await mina.slash("pick", what="Cake")
        assert picked.text == "cake"
        chosen = await mina.choose(picked, "colours", ["Blue"])
        assert (chosen.text, chosen.ephemeral) == ("Blue it is", True)
        asked = await mina.slash("feedback")
        assert (await mina.submit(asked.modal, name="Mina")).text == "Thanks, Mina!"
        # A command on a message brings its text, whatever the intents.
        rude = await sb.person("Timo").say("something rude")
        assert (await mina.menu("Report", rude)).text == "Reported: something rude"
        assert (await mina.menu("When did they come?", sb.world.user("Timo"))).text == "Timo"
        assert bot.failures == []
