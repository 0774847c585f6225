"""The bot's face to Discord: one connection, as few intents as will do, and command registration."""

from bot.client.client import Canonkeeper

__all__ = ["Canonkeeper"]
