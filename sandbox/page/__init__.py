"""The demo page: static files, and the websocket by which browsers take part in the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.page import demo_data, routes
from sandbox.page.hub import Hub

if TYPE_CHECKING:
    from aiohttp import web

    from sandbox.page.hub import Restart
    from sandbox.server import Sandbox

__all__ = ["add_routes"]


def add_routes(app: web.Application, sandbox: Sandbox, *, restart: Restart | None = None, dressed: bool = True) -> Hub:
    """Add the page to the sandbox's application, before it starts.

    `restart` restarts the bot (without it the page does not offer that); `dressed` gives the world
    topics, colours and a few messages to begin with.
    """
    if dressed:
        demo_data.dress(sandbox.world)
    hub = Hub(sandbox, restart)
    routes.add(app, sandbox, hub)
    return hub
