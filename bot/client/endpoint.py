"""Where Discord is: discord.py keeps its addresses in class attributes, set here and nowhere else."""

from __future__ import annotations

from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL


def use_api(base: str) -> None:
    """Send REST requests to `base`."""
    Route.BASE = base


def use_gateway(url: str) -> None:
    """Connect to the gateway at `url`, which is what `GET {base}/gateway/bot` says.

    discord.py asks for it only the first time: when a session cannot be resumed, it goes to this attribute.
    """
    DiscordWebSocket.DEFAULT_GATEWAY = URL(url)
