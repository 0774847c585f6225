"""The private parts of discord.py that we touch, in this module alone."""

from __future__ import annotations

from typing import Any

from discord import VoiceClient
from discord.gateway import DiscordWebSocket
from discord.http import Route
from discord.state import AutoShardedConnectionState
from yarl import URL

from bot.daily.guilds import on_shard


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


# Dispatched with (shard, shards, ids of the servers): `on_shard_guilds`.
EVENT = "shard_guilds"


class ComparingState(AutoShardedConnectionState[Any]):
    """discord.py's state of the connection, which lets go of servers that a READY no longer lists."""

    def parse_ready(self, data: Any) -> None:
        """Take a READY: servers that are gone leave as by GUILD_DELETE, and all that are there are told of."""
        shard, shards = data.get("shard", (0, 1))
        listed = frozenset(int(guild["id"]) for guild in data["guilds"])
        for known in [guild.id for guild in self.guilds]:
            if on_shard(known, shard, shards) and known not in listed:
                self.parse_guild_delete({"id": str(known)})
        super().parse_ready(data)
        self.dispatch(EVENT, shard, shards, listed)
