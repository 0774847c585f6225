"""What discord.py keeps in class attributes, set here and nowhere else: where Discord is, and talk of voice."""

from __future__ import annotations

from discord import VoiceClient
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL


def use_api(base: str) -> None:
    """Send REST requests to `base`."""
    Route.BASE = base
    # This bot has no voice: whoever starts it need not be warned that libraries for that are missing.
    VoiceClient.warn_nacl = VoiceClient.warn_dave = False


def use_gateway(url: str) -> None:
    """Connect to the gateway at `url`, which is what `GET {base}/gateway/bot` says.

    discord.py asks for it only the first time: when a session cannot be resumed, it goes to this attribute.
    """
    DiscordWebSocket.DEFAULT_GATEWAY = URL(url)
