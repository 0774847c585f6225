"""What people are told when something goes wrong: in an answer, or in a line at the start."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import discord
from discord import app_commands

from bot.client.panels import Accent, notice
from bot.errors import (
    CanonkeeperError,
    SettingError,
    StoreBrokenError,
    StoreFullError,
    StoreLostError,
    StoreUnavailableError,
    UnreachableError,
    UserError,
)
from bot.shards.rule import shard_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.meter import Outcome

_log = logging.getLogger(__name__)

# What Discord's edge answers without having asked Discord: it says nothing of the token, of permissions or of what is
# gone. A page is no JSON, so discord.py gives it the code 0; the other is Discord's 'internal network error'.
_PASSING: Final = frozenset({403, 404, 429})
_EDGE_CODES: Final = frozenset({0, 40333})

# Discord's docs, Opcodes and Status Codes: an interaction that is gone cannot be answered any more, nor one that has an
# answer (40060): another process gave it, as when this one was stopped for a while.
_GONE = {10062, 10015, 50027, 40060}


def _own_words(error: BaseException) -> str:
    return str(error)


_CHANGED = "This command has just changed. Please close Discord's command box and type it again."

# Resolved along the exception's MRO: the nearest class wins. Only words of ours are shown.
_TABLE: dict[type[BaseException], str | Callable[[BaseException], str]] = {
    UserError: _own_words,
    app_commands.MissingPermissions: "You need the **Manage Server** permission for this.",
    app_commands.NoPrivateMessage: "This only works in a server.",
    app_commands.CheckFailure: "You can't use this here.",
    app_commands.CommandSignatureMismatch: _CHANGED,
    app_commands.CommandNotFound: _CHANGED,
    app_commands.TransformerError: "I couldn't read one of the options. Please pick it from the list.",
    # What discord.py raises itself where Discord sends what the commands of this version do not know.
    app_commands.AppCommandError: _CHANGED,
    discord.Forbidden: "Discord won't let me do that here. Please check my permissions in this channel.",
    discord.NotFound: "That channel or message no longer exists.",
    discord.DiscordServerError: "Discord is having trouble right now. Please try again in a minute.",
    aiohttp.ClientConnectionError: "Discord is having trouble right now. Please try again in a minute.",
    TimeoutError: "That took too long. Please try again.",
    StoreUnavailableError: "My database is busy right now; nothing was changed. Please try again in a minute.",
    StoreFullError: "My disk is full, so I can't save anything; nothing was changed. Whoever hosts me needs to free "
    "some space.",
    StoreBrokenError: "My database is damaged; nothing was changed. Whoever hosts me needs to restore a copy of it.",
    StoreLostError: "My database file was deleted or replaced while I was running, so I can't read or change anything "
    "in it; nothing was changed. My log tells whoever hosts me what to do.",
    Exception: "Something went wrong on my end; nothing was changed. Please try again.",
}


def message_for(error: BaseException) -> tuple[str, bool]:
    """Return what the person is told, and whether the error is theirs to mend (and so needs no log entry)."""
    told_as = (
        discord.DiscordServerError if isinstance(error, discord.HTTPException) and is_passing(error) else type(error)
    )
    for kind in told_as.__mro__:
        if kind in _TABLE:
            words = _TABLE[kind]
            return (words if isinstance(words, str) else words(error)), _expected(kind)
    raise error


def _expected(kind: type[BaseException]) -> bool:
    return issubclass(kind, UserError | app_commands.AppCommandError)


def root(error: BaseException) -> BaseException:
    """Return the exception that a command raised, out of discord.py's wrapping."""
    while isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    return error


def outcome(error: BaseException) -> Outcome:
    """Return how what somebody used has ended that raised this."""
    return "refused" if message_for(root(error))[1] else "failed"


async def answer(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Tell the person what went wrong, to them alone, whether or not the interaction was answered before."""
    error = root(error)
    if isinstance(error, discord.HTTPException) and error.code in _GONE:
        _log.warning("an interaction was gone, or answered, before its answer: %s", _place(interaction))
        return
    words, expected = message_for(error)
    if (
        expected
        and isinstance(error, app_commands.AppCommandError)
        and not isinstance(error, app_commands.CheckFailure)
    ):
        # An old registration, most likely; were it a mistake of ours, this line would be the only trace of it.
        _log.warning("%s doesn't match what this version registers (%s)", _place(interaction), type(error).__name__)
    error_id = None
    if not expected:
        error_id = secrets.token_hex(4)
        known = {"error_id": error_id, "shard": _shard(interaction)}
        _log.error("error %s in %s", error_id, _place(interaction), exc_info=error, extra=known)
    await _send(interaction, words, error_id)


async def no_completions(interaction: discord.Interaction[Any]) -> None:
    """Answer with an empty list of completions, if Discord still takes it."""
    try:
        await interaction.response.autocomplete([])
    except (discord.HTTPException, aiohttp.ClientError, OSError) as unsent:
        _log.warning("could not send the empty list of completions in %s: %s", _place(interaction), unsent)


async def _send(interaction: discord.Interaction[Any], words: str, error_id: str | None) -> None:
    if interaction.type is discord.InteractionType.autocomplete:
        return  # a list of completions has no place for words
    if interaction.client.is_closed():
        return  # the bot stops: what it was about to say has no way out any more
    view = notice(words, accent=Accent.NO, footer=f"Error {error_id}" if error_id else None)
    try:
        if interaction.response.is_done():
            await _clear(interaction)
            await interaction.followup.send(view=view, ephemeral=True)
        else:
            await interaction.response.send_message(view=view, ephemeral=True)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as unsent:
        _log.warning("could not report an error in %s: %s", _place(interaction), unsent)


async def _clear(interaction: discord.Interaction[Any]) -> None:
    """Take away a '... is thinking' that all can see: so could they see what follows it, which takes its place."""
    if interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        original = await interaction.original_response()
        if original.flags.loading and not original.flags.ephemeral:
            await original.delete()


def _shard(interaction: discord.Interaction[Any]) -> int:
    """Return by which connection an interaction came (Discord's docs, Sharding): the first, for one of no server."""
    return shard_of(interaction.guild_id or 0, interaction.client.shard_count or 1)


def _place(interaction: discord.Interaction[Any]) -> str:
    """Return which command or button it was, for the log; nothing that a person typed."""
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    data: Any = interaction.data or {}
    # A custom id holds the action's name first; what follows may have been typed.
    return "|".join(str(data.get("custom_id", "an interaction")).split("|")[:2])[:40]


STATUS: Final = "https://discordstatus.com"
_REFUSED: Final = 401
_UNKNOWN: Final = (
    "DISCORD_TOKEN was refused by Discord: create a new token in the developer portal, on your application's 'Bot' "
    "page, and put it in .env"
)
# Close codes after which Discord takes no reconnection (Discord's docs, Gateway Close Event Codes).
_CLOSED: Final[dict[int, CanonkeeperError]] = {
    4004: SettingError(_UNKNOWN),
    4010: UnreachableError(
        "Discord refused a connection as one too many (4010): start again, and Canonkeeper asks how many it wants"
    ),
    4011: UnreachableError("Discord wants more connections for this many servers (4011): start again to open them"),
    4012: SettingError("Discord no longer supports this version of its gateway (4012): install the latest Canonkeeper"),
    4013: SettingError("Discord doesn't recognise what Canonkeeper asks for (4013): install the latest Canonkeeper"),
    4014: SettingError(
        "Discord refused what Canonkeeper asks for as privileged (4014), although it isn't: install the latest "
        "Canonkeeper, and check your application's 'Bot' page in the developer portal for restrictions"
    ),
}


def is_passing(error: BaseException) -> bool:
    """Whether an error of a request says nothing but that it did not get through, so that it may the next time."""
    if isinstance(error, discord.DiscordServerError | aiohttp.ClientError | TimeoutError | OSError):
        return True
    return isinstance(error, discord.HTTPException) and error.status in _PASSING and error.code in _EDGE_CODES


def in_short(error: BaseException) -> str:
    """Return an error of a request in a few words, without the page that may have come with it."""
    return (
        f"it answers {error.status}" if isinstance(error, discord.HTTPException) else str(error) or type(error).__name__
    )


def at_start(error: BaseException) -> CanonkeeperError | None:
    """Return what to tell of an error before the gateway; None for one that is a mistake of ours."""
    if isinstance(error, discord.LoginFailure) or getattr(error, "status", None) == _REFUSED:
        return SettingError(_UNKNOWN)
    if isinstance(error, discord.GatewayNotFound):
        return UnreachableError(f"Discord isn't saying where its gateway is: check {STATUS}, and start again later")
    if not is_passing(error):
        return None
    if isinstance(error, discord.HTTPException):
        return UnreachableError(
            f"Discord is having trouble right now ({in_short(error)}): wait a few minutes, check {STATUS}, and start "
            "again"
        )
    return UnreachableError(
        f"Discord can't be reached ({in_short(error)}): check this machine's internet connection, and start again"
    )


def at_gateway(error: BaseException) -> CanonkeeperError | None:
    """Return what to tell when the gateway closed for good; None for an error that is a mistake of ours."""
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return _CLOSED[4014]
    if isinstance(error, discord.ConnectionClosed):
        return closed(error.code)
    return None


def closed(code: int) -> CanonkeeperError:
    """Return what to tell of a connection that the gateway closed for good, with this code."""
    return _CLOSED.get(code) or UnreachableError(
        f"Discord closed the connection ({code}): check {STATUS}, and start again later"
    )
