"""A bot that shows everything a bot can show, for what the real one does not send (yet)."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import discord
from discord import app_commands, ui
from PIL import Image

from tests.sandbox.tiny import TinyBot

ALT = "A teal card with nothing on it"


class Form(ui.Modal, title="Tell us more"):
    """A modal with each kind of field."""

    name: ui.TextInput[Form] = ui.TextInput(label="Name", min_length=2)
    story: ui.Label[Form] = ui.Label(
        text="Story",
        description="As long as you like",
        component=ui.TextInput(style=discord.TextStyle.paragraph, required=False),
    )
    colour: ui.Label[Form] = ui.Label(
        text="Colour",
        component=ui.Select(options=[discord.SelectOption(label=one) for one in ("Teal", "Red")]),
    )

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        assert isinstance(self.story.component, ui.TextInput)
        assert isinstance(self.colour.component, ui.Select)
        said = f"{self.name.value}, {self.story.component.value}, {self.colour.component.values[0]}"
        await interaction.response.send_message(f"Thank you: {said}", ephemeral=True)


class Board(ui.LayoutView):
    """A container, every button, selects."""

    def __init__(self, times: int = 0) -> None:
        super().__init__(timeout=None)
        words = f"### Pressed {times} times\n> **bold** *it* ||hidden|| `code`"
        box: ui.Container[Board] = ui.Container(accent_colour=0x7A4EA3)
        box.add_item(ui.TextDisplay(words))
        box.add_item(ui.Section("At <t:1800000000:F>", accessory=ui.Button(label="Aside", disabled=True)))
        box.add_item(ui.Separator())
        box.add_item(ui.TextDisplay("-# a quiet footer"))
        self.add_item(box)
        row: ui.ActionRow[Board] = ui.ActionRow()
        looks = discord.ButtonStyle
        for label, style, callback in (
            ("Again", looks.primary, self.again),
            ("Form", looks.success, self.form),
            ("Silent", looks.danger, self.silent),
        ):
            one: ui.Button[Board] = ui.Button(label=label, style=style)
            one.callback = callback  # type: ignore[method-assign]  # discord.py's way
            row.add_item(one)
        row.add_item(ui.Button(label="Site", url="https://example.org/"))
        self.add_item(row)
        self.entries: ui.Select[Board] = ui.Select(
            placeholder="Pick an entry",
            options=[discord.SelectOption(label=f"Entry {n}", value=str(n)) for n in range(4)],
        )
        self.channels: ui.ChannelSelect[Board] = ui.ChannelSelect(placeholder="Channels", max_values=2)
        self.people: ui.UserSelect[Board] = ui.UserSelect(placeholder="People")
        for select in (self.entries, self.channels, self.people):
            select.callback = self.chosen  # type: ignore[method-assign]  # as above
            self.add_item(ui.ActionRow(select))
        self.times = times

    async def again(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(view=Board(self.times + 1))

    async def form(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form())

    async def silent(self, interaction: discord.Interaction) -> None:
        """Answer nothing."""

    async def chosen(self, interaction: discord.Interaction) -> None:
        data: Any = interaction.data
        used = data["custom_id"]
        select = next(one for one in (self.entries, self.channels, self.people) if one.custom_id == used)
        values = [one if isinstance(one, str) else one.name for one in select.values]
        await interaction.response.send_message(f"You chose {', '.join(values)}", ephemeral=True)


def build() -> TinyBot:
    """The bot with its commands."""
    bot = TinyBot()

    @bot.tree.command(description="Everything there is")
    async def board(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Board())

    @bot.tree.command(description="Takes its time")
    async def slow(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await asyncio.sleep(1.5)
        await interaction.followup.send("There you are")
        await asyncio.sleep(0.5)
        await interaction.edit_original_response(content="There you are, again")

    @bot.tree.command(description="Never answers")
    async def never(interaction: discord.Interaction) -> None:
        """Answer nothing."""

    @bot.tree.command(description="A picture")
    async def picture(interaction: discord.Interaction) -> None:
        data = io.BytesIO()
        Image.new("RGB", (600, 300), (20, 110, 100)).save(data, "PNG")
        data.seek(0)
        view: ui.LayoutView = ui.LayoutView()
        view.add_item(ui.MediaGallery(discord.MediaGalleryItem("attachment://card.png", description=ALT)))
        await interaction.response.send_message(view=view, file=discord.File(data, "card.png", description=ALT))

    @bot.tree.command(description="Options of every type")
    @app_commands.choices(mood=[app_commands.Choice(name=one, value=one.lower()) for one in ("Calm", "Fierce")])
    async def pick(
        interaction: discord.Interaction,
        channel: discord.TextChannel,
        mood: app_commands.Choice[str],
        *,
        loud: bool,
        role: discord.Role | None = None,
        count: app_commands.Range[int, 1, 9] | None = None,
    ) -> None:
        said = f"{channel.mention} {mood.value} {loud} {role.mention if role else '-'} {count}"
        await interaction.response.send_message(said)

    @bot.tree.command(description="A post in the forum")
    async def post(interaction: discord.Interaction) -> None:
        assert interaction.guild is not None
        await interaction.guild.forums[0].create_thread(name="Who flies best?", content="I wonder.")
        await interaction.response.send_message("Posted", ephemeral=True)

    @bot.tree.context_menu(name="Repeat")
    async def repeat(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"It says: {message.content}", ephemeral=True)

    return bot
