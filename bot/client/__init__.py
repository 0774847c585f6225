"""The bot's face to Discord: one connection, as few intents as will do, and command registration."""

from __future__ import annotations

from bot.client.client import Canonkeeper

__all__ = ["Canonkeeper"]
