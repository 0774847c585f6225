"""The REST routes that the sandbox imitates."""

from sandbox.rest import channels, commands, guilds, interactions, messages, meta, threads, webhooks
from sandbox.routes import Route

ROUTES: list[Route] = [
    *meta.ROUTES,
    *guilds.ROUTES,
    *channels.ROUTES,
    *messages.ROUTES,
    *threads.ROUTES,
    *commands.ROUTES,
    *interactions.ROUTES,
    *webhooks.ROUTES,
]
