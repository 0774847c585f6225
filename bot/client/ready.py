"""What READY says of a shard's servers, compared with those that were known before it.

Discord's docs (Gateway Events, Ready): `guilds` holds every server of the shard, also those that have an outage.
When a session cannot be resumed, another READY comes, and a server that removed the bot in between is not in it;
no other event ever tells. discord.py (2.7.1, state.py) keeps such a server as if nothing had happened.
"""

from __future__ import annotations

from typing import Any

from discord.state import AutoShardedConnectionState

from bot.domain.shards import on_shard

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
