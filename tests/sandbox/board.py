"""A bot with something of everything: buttons, menus, forms, deferrals, options of all kinds."""

import asyncio
import io
from typing import Any

import discord
from discord import app_commands

from tests.sandbox.tiny import TinyBot


class Form(discord.ui.Modal, title="Tell us"):
    name: discord.ui.TextInput["Form"] = discord.ui.TextInput(label="Your name", custom_id="name", max_length=10)
    more: discord.ui.Label["Form"] = discord.ui.Label(
        text="Which book", component=discord.ui.Select(custom_id="book", options=[discord.SelectOption(label="Air")])
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.more.component, discord.ui.Select)
        await interaction.response.send_message(f"{self.name.value} reads {self.more.component.values[0]}")


class Board(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(discord.ui.Button(label="Off", custom_id="off", disabled=True))
        self.add_item(discord.ui.Button(label="Page", url="https://example.org"))

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button["Board"]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="changed later", view=None)

    @discord.ui.button(label="Aside", custom_id="aside")
    async def aside(self, interaction: discord.Interaction, _: discord.ui.Button["Board"]) -> None:
        await interaction.response.send_message("only for you", ephemeral=True)

    @discord.ui.button(label="Form", custom_id="form")
    async def form(self, interaction: discord.Interaction, _: discord.ui.Button["Board"]) -> None:
        await interaction.response.send_modal(Form())

    @discord.ui.select(
        cls=discord.ui.Select, custom_id="element", options=[discord.SelectOption(label="Fire", value="f")]
    )
    async def element(self, interaction: discord.Interaction, chosen: discord.ui.Select["Board"]) -> None:
        await interaction.response.edit_message(content=f"chosen: {chosen.values[0]}")

    @discord.ui.select(cls=discord.ui.ChannelSelect, custom_id="where")
    async def where(self, interaction: discord.Interaction, chosen: discord.ui.ChannelSelect["Board"]) -> None:
        await interaction.response.edit_message(content=f"in {chosen.values[0].name}")


def build() -> TinyBot:  # noqa: C901 - a list of commands
    bot = TinyBot()
    tree = bot.tree

    @tree.command(description="Answers at once")
    async def board(interaction: discord.Interaction) -> None:
        answer = await interaction.response.send_message("board", view=Board())
        assert answer.message_id == (await interaction.original_response()).id

    @tree.command(description="Thinks first")
    async def slow(interaction: discord.Interaction, private: bool = False) -> None:
        await interaction.response.defer(ephemeral=private, thinking=True)
        await interaction.followup.send("thought about it", ephemeral=True)
        await interaction.followup.send("and once more", ephemeral=private)

    @tree.command(description="Edits and removes")
    async def restless(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        message = await interaction.edit_original_response(content="first")
        more = await interaction.followup.send("more", wait=True)
        await more.edit(content="more and more")
        assert (await interaction.followup.fetch_message(more.id)).content == "more and more"
        await more.delete()
        await message.delete()

    @tree.command(description="Says nothing")
    async def silent(_: discord.Interaction) -> None:
        await asyncio.sleep(0)

    @tree.command(description="Answers twice")
    async def twice(interaction: discord.Interaction) -> None:
        first = interaction.response
        await first.send_message("one")
        first._response_type = None  # as if the client had forgotten
        await first.send_message("two")

    @tree.command(description="Sends a picture")
    async def picture(interaction: discord.Interaction) -> None:
        class Gallery(discord.ui.LayoutView):
            box: discord.ui.Container[Any] = discord.ui.Container(
                discord.ui.TextDisplay("a card"),
                discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://card.png", description="words")),
            )

        file = discord.File(io.BytesIO(b"not really a picture"), "card.png")
        await interaction.response.send_message(view=Gallery(), file=file)

    @tree.command(description="Takes all kinds")
    async def kinds(  # noqa: PLR0917 - one of each
        interaction: discord.Interaction,
        text: app_commands.Range[str, 2, 5],
        number: app_commands.Range[int, 1, 9],
        member: discord.Member,
        channel: discord.TextChannel,
        role: discord.Role,
        file: discord.Attachment,
        share: float = 0.5,
    ) -> None:
        size = len(await file.read())
        await interaction.response.send_message(
            f"{text} {number} {member.display_name} {channel.name} {role.name} {size} {share}"
        )

    daily = app_commands.Group(name="daily", description="Each day")

    @daily.command(description="When")
    @app_commands.choices(
        day=[app_commands.Choice(name="Monday", value=1), app_commands.Choice(name="Tuesday", value=2)]
    )
    async def schedule(interaction: discord.Interaction, day: app_commands.Choice[int]) -> None:
        await interaction.response.send_message(f"on day {day.value}")

    tree.add_command(daily)

    @tree.context_menu(name="Canon check")
    async def check(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"about: {message.content}")

    @tree.context_menu(name="Who is it")
    async def who(interaction: discord.Interaction, user: discord.Member) -> None:
        await interaction.response.send_message(f"it is {user.name}", allowed_mentions=discord.AllowedMentions.none())

    return bot
