"""The demo page: static files, and the websocket by which browsers take part in the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.page import demo_data, routes
from sandbox.page.hub import Hub
from sandbox.process import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import web

    from sandbox.page.hub import Restart
    from sandbox.server import Sandbox

__all__ = ["add_routes"]


# The announcement that the bot takes by itself.
ANNOUNCEMENT: Final = ROOT / "data"


def add_routes(
    app: web.Application,
    sandbox: Sandbox,
    *,
    restart: Restart | None = None,
    dressed: bool = True,
    announcement: Path = ANNOUNCEMENT,
) -> Hub:
    """Add the page to the sandbox's application, before it starts.

    `restart` restarts the bot (without it the page does not offer that); `dressed` gives the world
    topics, colours and a few messages to begin with, such as go with the bot's `announcement`.
    """
    demo = demo_data.read(announcement)
    if dressed:
        demo_data.dress(sandbox.world, demo)
    hub = Hub(sandbox, restart, demo.things)
    routes.add(app, sandbox, hub)
    return hub
