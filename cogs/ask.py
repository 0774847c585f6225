"""/ask, mentions and direct messages; answers show our line first, the announcement's words visibly apart from it."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.client import panels, views
from bot.client.controls import COMPLETIONS, LABEL_LIMIT, button, choices, named, show, usable_anywhere
from bot.client.views import checked, guide, quote_buttons, source_line, spoken
from bot.errors import UserError
from bot.quotes import QUESTION_LIMIT, Answered, Closest, Greeted, Ruled, tier_of
from bot.text import cut

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from bot.announcement import Fact
    from bot.announcement.words import CheckWords
    from bot.client import Canonkeeper
    from bot.client.controls import Actions, Directory, Mention
    from bot.client.panels import Component, Panel
    from bot.library import Library
    from bot.quotes import AskService, NoAnswer, Reply
    from bot.understanding import SmallTalk

    # Is told of each question, with its reply, once that is sent.
    Told = Callable[[str, Reply], Awaitable[None]]

SUGGESTED = "ask"
_PRIVATE, _PUBLIC = "p", "o"

_GREETINGS: Final[dict[SmallTalk, str]] = {
    "greeting": "Hello!",
    "thanks": "You're welcome!",
    "farewell": "See you!",
    "self": "I'm Canonkeeper, a bot that answers from one announcement, word for word.",
}


def reply_view(
    reply: Reply,
    check: CheckWords | None,
    *,
    private: bool,
    question: str | None = None,
    mention: Mention = named,
    hint: bool = False,
) -> panels.Panel:
    """Return how a reply looks; `question` is shown above it where the channel would not show it otherwise.

    `check` is what the command that checks claims is called, None where there is none. `mention` mentions a command;
    `hint` adds what else can be done to a reply that has no answer.
    """
    if isinstance(reply, Answered):
        return answered(reply, private=private, question=question)
    if isinstance(reply, Closest):
        return _closest(reply, private=private, question=question)
    if isinstance(reply, Ruled):
        return checked(reply.rulings)
    if isinstance(reply, Greeted):
        return panels.Panel(
            f"**{_GREETINGS[reply.kind]}** Ask me about the announcement and I'll find its exact words. "
            f"{_commands(mention, check)} {mention('help')} shows what else I can do.",
            accent=panels.Accent.ABOUT,
            rows=_offered(reply.nearest, private=private),
        )
    helped = f"{mention('help')} shows what else I can do" if hint else None
    return _silent(reply, check, private=private, question=question, footer=helped)


def _commands(mention: Mention, check: CheckWords | None) -> str:
    """Return what two commands do, as far as there are these; more follows behind the 'and'."""
    checks = f", {mention(check.command)} {check.checks}, and" if check else ", and"
    return f"{mention('quote')} looks up quotes{checks}"


def answered(answer: Answered, *, private: bool, question: str | None = None) -> panels.Panel:
    """Return a sure answer."""
    buttons = quote_buttons(answer.quotes[0])
    if answer.runner_up is not None:
        buttons.append(suggestion(answer.runner_up, private=private))
    return panels.Panel(
        _asked(question),
        f"**{panels.escaped(answer.fact.answer)}**",
        panels.line(),
        *(spoken(quote) for quote in answer.quotes),
        accent=panels.Accent.ANSWER,
        footer=source_line(answer.quotes),
        rows=[buttons],
    )


def _closest(answer: Closest, *, private: bool, question: str | None) -> panels.Panel:
    """Return the closest passage: quieter than an answer, and without a line of ours that would claim to be one."""
    passages = "passage" if len(answer.quotes) == 1 else "passages"
    return panels.Panel(
        _asked(question),
        f"I couldn't find an exact answer. The closest {passages}:",
        *(spoken(quote) for quote in answer.quotes),
        accent=panels.Accent.SILENT,
        footer=source_line(answer.quotes),
        rows=[quote_buttons(answer.quotes[0]), *_offered(answer.nearest, private=private)],
    )


def _silent(
    answer: NoAnswer, check: CheckWords | None, *, private: bool, question: str | None, footer: str | None
) -> panels.Panel:
    """Return an honest nothing: it quotes nothing and offers what the announcement does answer."""
    claim = f"\nTo check a claim, try `/{check.command} {answer.claim.statement}`" if answer.claim and check else ""
    offer = "\nIt does answer these:" if answer.nearest else ""
    return panels.Panel(
        _asked(question),
        f"**I couldn't find that in the announcement.**{claim}{offer}",
        accent=panels.Accent.SILENT,
        footer=footer,
        rows=_offered(answer.nearest, private=private),
    )


def _offered(facts: Iterable[Fact], *, private: bool) -> list[list[Component]]:
    return [[suggestion(fact, private=private)] for fact in facts]


def _asked(question: str | None) -> str | None:
    asked = panels.safe(question or "")
    return f"-# Asked: {asked}" if asked else None


def suggestion(fact: Fact, *, private: bool) -> Component:
    """Return the button that answers one of the announcement's questions."""
    return button(SUGGESTED, f"{_PRIVATE if private else _PUBLIC}|{fact.id}", cut(fact.question, LABEL_LIMIT))


def read_suggestion(detail: str) -> tuple[bool, str]:
    """Return (private, fact id) as `suggestion` wrote them. Raises ValueError for anything else."""
    private, fact = detail.split("|", 1)
    if private not in {_PRIVATE, _PUBLIC}:
        raise ValueError("this is no suggestion")
    return private == _PRIVATE, fact


_log = logging.getLogger(__name__)


class AskCog(commands.Cog):
    """Questions in people's own words."""

    def __init__(
        self,
        asking: AskService,
        told: Told,
        library: Library,
        check: CheckWords | None,
        actions: Actions,
        directory: Directory,
    ) -> None:
        self._asking = asking
        self._told = told
        self._library = library
        self._directory = directory
        self._check = check
        actions.register(SUGGESTED, self._suggested, read_suggestion)

    @app_commands.command(
        name="ask", description="Ask in your own words; I'll answer from the announcement, or tell you it doesn't say"
    )
    @app_commands.describe(question="Your question", private="Show the answer only to me")
    @usable_anywhere
    async def ask(
        self,
        interaction: discord.Interaction[Any],
        question: app_commands.Range[str, 1, QUESTION_LIMIT],
        private: bool = False,
    ) -> None:
        """Answer /ask; silence is told to the one who asked alone."""
        reply = self._asking.ask(question)
        found = isinstance(reply, Answered | Closest | Ruled)
        mention = named if found else await self._directory.mention()
        view = reply_view(reply, self._check, private=private, question=question, mention=mention)
        if found:
            await show(interaction, view, private=private)
        else:
            await interaction.response.send_message(view=view, ephemeral=True)
        await self._told(question, reply)

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
            text = text or next(iter(views.texts(message)), "")
        else:
            return
        question = " ".join(mentions.sub(" ", text).split())
        if not question:
            shown = await self._directory.shown(in_guild=message.guild is not None)
            await _send(message, guide(self._library, shown, self._directory.application_id, "Hello! "))
            return
        reply = self._asking.ask(question)
        # A reply stands beneath its question anyway.
        asked = None if _may_reply(message) else question
        # Who wrote a message may not know the commands.
        mention = await self._directory.mention()
        await _send(message, reply_view(reply, self._check, private=False, question=asked, mention=mention, hint=True))
        await self._told(question, reply)

    async def _suggested(self, interaction: discord.Interaction[Any], suggestion: tuple[bool, str]) -> None:
        """Answer a question that was offered: where it was asked, unless it was asked in private."""
        private, fact = suggestion
        answer = self._asking.fact(fact)
        if answer is None:
            raise UserError("The announcement has changed since then. Please use /ask again.")
        view = answered(answer, private=private, question=answer.fact.question)
        await show(interaction, view, private=private)

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
    services = bot.services

    async def told(question: str, reply: Reply) -> None:
        services.meter.asked(tier_of(reply))
        await services.unanswered.note(question, reply)

    check = services.canon.words.check if services.canon.offered else None
    await bot.add_cog(AskCog(services.asking, told, services.library, check, bot.actions, bot.directory))
