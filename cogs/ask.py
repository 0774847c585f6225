"""/ask, and questions put to the bot by mentioning it or in a direct message."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.client import reading
from bot.domain.errors import UserError
from bot.rendering import ask as rendering
from bot.rendering.about import explanation
from bot.rendering.choices import COMPLETIONS, choices
from bot.services.asking import QUESTION_LIMIT, Answered, Closest, Ruled

if TYPE_CHECKING:
    from bot.client import Canonkeeper
    from bot.rendering.actions import Actions
    from bot.rendering.frame import Panel
    from bot.services.asking import AskService
    from bot.services.library import Library

_log = logging.getLogger(__name__)


class AskCog(commands.Cog):
    """Questions in people's own words."""

    def __init__(self, asking: AskService, library: Library, actions: Actions) -> None:
        self._asking = asking
        self._library = library
        actions.register(rendering.SUGGESTED, self._suggested, rendering.read_suggestion)

    @app_commands.command(
        name="ask", description="Ask in your own words; the announcement answers, or I say that it does not"
    )
    @app_commands.describe(question="Your question", private="Answer only to me")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def ask(
        self,
        interaction: discord.Interaction[Any],
        question: app_commands.Range[str, 1, QUESTION_LIMIT],
        private: bool = False,
    ) -> None:
        """Answer /ask; silence is told to the one who asked alone."""
        view, found = self._answer(question, private=private)
        await interaction.response.send_message(view=view, ephemeral=private or not found)

    @ask.autocomplete("question")
    async def _complete(self, _interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        facts = self._asking.complete(typed, COMPLETIONS)
        # What was typed stays the first choice: a completion must not push a question aside.
        own = [(typed, typed)] if typed.strip() else []
        return choices([*own, *((fact.question, fact.question) for fact in facts)])

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer what is said to the bot, as a reply: by mentioning it in a server, or in a direct message."""
        # Bots and webhooks could answer for ever, and what Discord itself notes (a pin, a new member) asks nothing.
        if message.author.bot or message.webhook_id is not None or message.is_system():
            return
        text = message.content
        if message.guild is not None:
            mentions = self._mentions(message.guild.me, message.guild.self_role)
            if not mentions.search(text) or not _may_answer(message):
                return
        elif isinstance(message.channel, discord.DMChannel):
            mentions = self._mentions(message.channel.me, None)
            text = text or next(iter(reading.texts(message)), "")
        else:
            return
        question = " ".join(mentions.sub(" ", text).split())
        if question:
            view, _ = self._answer(question, private=False, replied=_may_reply(message))
        else:
            view = explanation(self._library)
        await _send(message, view)

    def _answer(self, question: str, *, private: bool, replied: bool = False) -> tuple[Panel, bool]:
        """Return the answer and whether there is one; a reply stands beneath its question anyway."""
        asked = None if replied else question
        reply = self._asking.ask(question)
        found = isinstance(reply, Answered | Closest | Ruled)
        return rendering.replied(reply, private=private, question=asked), found

    async def _suggested(self, interaction: discord.Interaction[Any], suggestion: tuple[bool, str]) -> None:
        """Answer a question that was offered: where it was asked, unless it was asked in private."""
        private, fact = suggestion
        answer = self._asking.fact(fact)
        if answer is None:
            raise UserError("The announcement has changed since; please use /ask again.")
        view = rendering.answered(answer, private=private, question=answer.fact.question)
        await interaction.response.send_message(view=view, ephemeral=private)

    @staticmethod
    def _mentions(me: discord.abc.User, role: discord.Role | None) -> re.Pattern[str]:
        """Return the mention of the bot; clients also offer the role of the same name that Discord gave it."""
        names = [rf"<@!?{me.id}>", *([rf"<@&{role.id}>"] if role else [])]
        return re.compile("|".join(names))


def _may_answer(message: discord.Message) -> bool:
    """Whether the bot may write where it was spoken to; if not, silence is all that is left."""
    permissions = _permissions(message)
    in_thread = isinstance(message.channel, discord.Thread)
    return permissions.send_messages_in_threads if in_thread else permissions.send_messages


def _may_reply(message: discord.Message) -> bool:
    """Whether the bot may reply: who may read what was written (Discord's docs, Create Message)."""
    return message.guild is None or _permissions(message).read_message_history


async def _send(message: discord.Message, view: Panel) -> None:
    try:
        if _may_reply(message):
            await message.reply(view=view, mention_author=False)
        else:
            await message.channel.send(view=view)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as unsent:
        # The message or the channel is gone by now, or its author takes no direct messages: there is nobody to tell.
        _log.warning("an answer to a message could not be sent: %s", type(unsent).__name__)


def _permissions(message: discord.Message) -> discord.Permissions:
    assert message.guild is not None  # noqa: S101 - asked for messages in servers only
    return message.channel.permissions_for(message.guild.me)


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses."""
    await bot.add_cog(AskCog(bot.services.asking, bot.services.library, bot.actions))
