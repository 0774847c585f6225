"""Registers the commands with Discord when they differ from those last registered."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import discord

from bot.domain.errors import CanonkeeperError, SettingError

if TYPE_CHECKING:
    from discord import app_commands

    from bot.store.synced import SyncedCommands

_log = logging.getLogger(__name__)

# Discord's docs, JSON Error Codes: missing access, unknown guild, and 200 commands made today.
_NO_ACCESS = frozenset({50001, 10004})
_DAILY_LIMIT = 30034
# How long the registration may take, in seconds. The daily limit may also come as a rate limit of many hours, which
# discord.py would wait for.
_PATIENCE = 60
_LIMITED = (
    "Discord takes no more commands from this application today (it allows 200 a day): those that it has stay, and "
    "the next start registers what has changed since"
)


class CommandLimitError(CanonkeeperError):
    """No more commands can be registered today."""


async def sync(
    tree: app_commands.CommandTree[Any],
    synced: SyncedCommands,
    *,
    guild: discord.Object | None = None,
    force: bool = False,
) -> bool:
    """Register the tree's commands, in `guild` alone when one is given; return whether Discord was asked.

    Discord's docs (Application Commands) limit how often commands may be made; a hash in the store keeps
    every start from doing it again. Where Discord takes no more commands today, those that it has stay, and a line
    in the log says so.

    Raises SettingError where `guild` is not the bot's, CommandLimitError where it was to be done at once and cannot,
    and discord.HTTPException when Discord refuses the commands.
    """
    application_id = tree.client.application_id
    assert application_id is not None, "commands are registered after login"  # noqa: S101
    scope = str(guild.id) if guild else "global"
    payload = [command.to_dict(tree) for command in tree.get_commands(guild=guild)]
    sha256 = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    if not force and await synced.get(application_id, scope) == sha256:
        return False
    try:
        async with asyncio.timeout(_PATIENCE):
            await tree.sync(guild=guild)
    except (discord.Forbidden, discord.NotFound) as error:
        if guild is not None and error.code in _NO_ACCESS:
            raise SettingError(
                f"DEV_GUILD_ID {guild.id} is a server that the bot is not in: invite it there with the scopes "
                "'bot' and 'applications.commands', or remove the setting"
            ) from error
        raise
    except (discord.HTTPException, TimeoutError) as error:
        if isinstance(error, discord.HTTPException) and error.code != _DAILY_LIMIT:
            raise
        if force:
            raise CommandLimitError(_LIMITED) from error
        _log.warning(_LIMITED)
        return False
    await synced.put(application_id, scope, sha256)
    _log.info("registered %d commands (%s)", len(payload), scope)
    return True
