"""/quiz: something to guess at."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client.controls import show, usable_anywhere
from bot.client.views import QUIZ, WHO_SAID_IT, marked, quiz, read_choice
from bot.errors import UserError
from bot.quotes.quiz import CLAIM, WHO

if TYPE_CHECKING:
    from random import Random

    from bot.client import Canonkeeper
    from bot.client.controls import Actions
    from bot.quotes import QuizService


class QuizCog(commands.Cog):
    """Questions to guess at. Nothing is kept of them, nor of who answered what."""

    def __init__(
        self, quiz: QuizService, actions: Actions, tree: app_commands.CommandTree[Any], chance: Random
    ) -> None:
        self._quiz = quiz
        self._tree = tree
        self._chance = chance
        titles = {WHO: WHO_SAID_IT, CLAIM: quiz.title}
        offered = [titles[kind] for kind in quiz.kinds]
        # A cog's decorators don't know what the announcement has enough for, and how it calls that.
        self._command = app_commands.Command[Any, Any, None](
            name="quiz",
            description=f"{' '.join(offered)} Guess, and see the quote that tells",
            callback=self._ask,
        )
        app_commands.describe(kind="Which quiz; leave it out for either", private="Show the question only to me")(
            self._command
        )
        app_commands.choices(kind=[app_commands.Choice(name=titles[kind], value=kind) for kind in quiz.kinds])(
            self._command
        )
        usable_anywhere(self._command)
        actions.register(QUIZ, self._answer, read_choice)

    async def cog_load(self) -> None:
        self._tree.add_command(self._command)

    async def cog_unload(self) -> None:
        self._tree.remove_command(self._command.name)

    async def _ask(self, interaction: discord.Interaction[Any], kind: str | None = None, private: bool = False) -> None:
        """Answer /quiz."""
        kind = kind or self._chance.choice(self._quiz.kinds)
        if kind not in self._quiz.kinds:
            raise UserError("This announcement has too little for that quiz. Leave `kind` out, and I'll pick another.")
        await show(interaction, quiz(self._quiz.draw(kind, self._chance)), private=private)

    async def _answer(self, interaction: discord.Interaction[Any], choice: tuple[str, str, str]) -> None:
        """Tell who pressed, and nobody else, whether that was right: others may still want to guess."""
        answer = self._quiz.answer(*choice)
        if answer is None:
            raise UserError("The announcement has changed since then. Please use /quiz again.")
        await interaction.response.send_message(view=marked(answer), ephemeral=True)


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses, unless the announcement has nothing to guess at."""
    if bot.services.quiz.kinds:
        await bot.add_cog(QuizCog(bot.services.quiz, bot.actions, bot.tree, SystemRandom()))
