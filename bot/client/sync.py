"""Registers the commands with Discord when they differ from those last registered."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import discord
    from discord import app_commands

    from bot.store.synced import SyncedCommands

_log = logging.getLogger(__name__)


async def sync(
    tree: app_commands.CommandTree[Any],
    synced: SyncedCommands,
    *,
    guild: discord.Object | None = None,
    force: bool = False,
) -> bool:
    """Register the tree's commands, in `guild` alone when one is given; return whether Discord was asked.

    Discord's docs (Application Commands) limit how often commands may be made; a hash in the store keeps
    every start from doing it again. Raises discord.HTTPException when Discord refuses them.
    """
    application_id = tree.client.application_id
    assert application_id is not None, "commands are registered after login"  # noqa: S101
    scope = str(guild.id) if guild else "global"
    payload = [command.to_dict(tree) for command in tree.get_commands(guild=guild)]
    sha256 = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    if not force and await synced.get(application_id, scope) == sha256:
        return False
    await tree.sync(guild=guild)
    await synced.put(application_id, scope, sha256)
    _log.info("registered %d commands (%s)", len(payload), scope)
    return True
