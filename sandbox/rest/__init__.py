"""The REST routes that the sandbox imitates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.rest import channels, commands, interactions, messages, threads

if TYPE_CHECKING:
    from sandbox.requests import Route

ROUTES: list[Route] = [
    *channels.BOT_ROUTES,
    *channels.GUILD_ROUTES,
    *channels.CHANNEL_ROUTES,
    *messages.ROUTES,
    *threads.ROUTES,
    *commands.ROUTES,
    *interactions.ROUTES,
    *interactions.WEBHOOK_ROUTES,
]
