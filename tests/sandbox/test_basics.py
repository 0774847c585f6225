"""The thin line: a bot logs in, registers a command, is asked, completes, and is pressed."""

import discord
from discord import app_commands

from sandbox import Sandbox
from tests.sandbox.tiny import TinyBot, running


class Again(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Another", custom_id="again")
    async def again(self, interaction: discord.Interaction, _: discord.ui.Button["Again"]) -> None:
        await interaction.response.edit_message(content="another one")


def build() -> TinyBot:
    bot = TinyBot()

    @bot.tree.command(description="Find a quote")
    async def quote(interaction: discord.Interaction, query: str, private: bool = False) -> None:
        await interaction.response.send_message(f"about {query}", ephemeral=private, view=Again())

    @quote.autocomplete("query")
    async def queries(_: discord.Interaction, text: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=text.upper(), value=text)]

    return bot


async def test_a_bot_lives_in_the_sandbox(sb: Sandbox) -> None:
    async with running(sb, build()) as bot:
        assert bot.user is not None
        assert bot.user.id == sb.bot_user_id
        assert {guild.name for guild in bot.guilds} == {"Harbour Town", "The Lighthouse"}
        assert sb.world.commands

        mina = sb.person("Mina")
        reply = await mina.slash("quote", query="Konietzko", private=True)
        assert reply.text == "about Konietzko"
        assert reply.ephemeral
        assert list(reply.buttons) == ["Another"]

        assert await mina.complete("quote", "query", "koni") == [("KONI", "koni")]

        pressed = await mina.press(reply, "Another")
        assert pressed.updated
        assert reply.text == "another one"
        assert not bot.failures
