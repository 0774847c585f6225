"""Which of the bot's gateway connections serves a server (Discord's docs, Gateway, Sharding)."""

from __future__ import annotations


def on_shard(guild: int, shard: int, shards: int) -> bool:
    """Tell whether connection number `shard` (from 0) of `shards` serves the server with this id."""
    return (guild >> 22) % shards == shard
