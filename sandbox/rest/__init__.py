"""The REST routes that the sandbox imitates."""

from sandbox.rest import commands, interactions, meta
from sandbox.routes import Route

ROUTES: list[Route] = [*meta.ROUTES, *commands.ROUTES, *interactions.ROUTES]
