"""Snowflakes and timestamps (Discord's docs, "Snowflakes": 42 bits of milliseconds, then 22 others)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EPOCH_MS = 1_420_070_400_000  # Discord's epoch: the first second of 2015
_FOUNDED_MS = 1_672_531_200_000  # what stands at the start was made from 2023-01-01 on,
_GUILDS_MS = 1_640_995_200_000  # and guilds from 2022-01-01 on
_SHIFT = 22


class Ids:
    """Hands out ids that only ever grow: `next` by the clock, `founding` from a fixed date on."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = 0
        self._founded = _FOUNDED_MS - EPOCH_MS
        self._guilds = _GUILDS_MS - EPOCH_MS

    def next(self) -> int:
        """Give the id of something that comes to be now."""
        self._last = max(self._last + 1, at(self._now()))
        return self._last

    def founding(self) -> int:
        """Give the id of something that was there before: the same in every run."""
        self._founded += 1
        return self._founded << _SHIFT

    def guild(self) -> int:
        """Give the id of a guild that was there before.

        Each is a millisecond after the other: a guild's shard is `(id >> 22) % shards`, so they spread evenly.
        """
        self._guilds += 1
        return self._guilds << _SHIFT


def at(when: float) -> int:
    """Give the first id of an instant, in seconds since 1970."""
    return (int(when * 1000) - EPOCH_MS) << _SHIFT


def seconds(snowflake: int) -> float:
    """Tell when an id was made, in seconds since 1970."""
    return ((snowflake >> _SHIFT) + EPOCH_MS) / 1000


def iso(at: float) -> str:
    """Write a time as Discord does."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
