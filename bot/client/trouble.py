"""What keeps the bot from starting or staying connected, in a line that says what to do."""

from __future__ import annotations

from typing import Final

import aiohttp
import discord

from bot.domain.errors import CanonkeeperError, SettingError, UnreachableError

STATUS: Final = "https://discordstatus.com"
# What Discord's edge answers without having asked Discord: it says nothing of the token or of permissions.
_PASSING: Final = frozenset({403, 429})
_REFUSED: Final = 401
_UNKNOWN: Final = (
    "DISCORD_TOKEN was refused by Discord: make a new one in the developer portal, under your application's 'Bot', "
    "and put it into .env"
)
# Close codes after which Discord takes no reconnection (Discord's docs, Gateway Close Event Codes).
_CLOSED: Final[dict[int, CanonkeeperError]] = {
    4004: SettingError(_UNKNOWN),
    4010: UnreachableError(
        "Discord refused a connection as one too many (4010): start again, which asks how many it wants"
    ),
    4011: UnreachableError("Discord wants more connections for so many servers (4011): start again, which opens them"),
    4012: SettingError("Discord no longer speaks this version of its gateway (4012): install the newest Canonkeeper"),
    4013: SettingError("Discord does not know what Canonkeeper asks of it (4013): install the newest Canonkeeper"),
    4014: SettingError(
        "Discord refused what Canonkeeper asks of it as privileged (4014), which it should not: install the newest "
        "Canonkeeper, and look in the developer portal, under your application's 'Bot', whether it was restricted"
    ),
}


def is_passing(error: BaseException) -> bool:
    """Whether an error of a request says nothing but that it did not get through, so that it may the next time."""
    if isinstance(error, discord.DiscordServerError | aiohttp.ClientError | TimeoutError | OSError):
        return True
    # An edge's page is no JSON; discord.py gives such an answer the code 0.
    return isinstance(error, discord.HTTPException) and error.status in _PASSING and not error.code


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
        return UnreachableError(f"Discord does not say where its gateway is: see {STATUS}, and start again later")
    if not is_passing(error):
        return None
    if isinstance(error, discord.HTTPException):
        return UnreachableError(
            f"Discord has a problem just now ({in_short(error)}): wait a few minutes, see {STATUS}, and start again"
        )
    return UnreachableError(
        f"Discord cannot be reached ({in_short(error)}): check this machine's connection to the Internet, and start "
        "again"
    )


def at_gateway(error: BaseException) -> CanonkeeperError | None:
    """Return what to tell when the gateway closed for good; None for an error that is a mistake of ours."""
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return _CLOSED[4014]
    if isinstance(error, discord.ConnectionClosed):
        return _CLOSED.get(error.code) or UnreachableError(
            f"Discord closed the connection ({error.code}): see {STATUS}, and start again later"
        )
    return None
