"""Keeps our own requests under Discord's global limit, so that it never has to refuse one.

Discord's docs (Rate Limits): a bot may make 50 requests a second in all; answers to interactions are not
counted. A little is left for the requests that discord.py makes by itself.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PER_SECOND = 49.0


class Pace:
    """Lets one request go every so often, in the order in which they ask.

    Time that was lost, because the machine was busy or Discord closed its gate, is not made up for: a burst
    would be refused, and each refusal costs the rest of a second. `gate` returns an event that is set
    while requests may go.
    """

    def __init__(self, gate: Callable[[], asyncio.Event | None], per_second: float = PER_SECOND) -> None:
        self._gate = gate
        self._interval = 1.0 / per_second
        self._last = 0.0
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Return when the next request may go."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            while (left := self._last + self._interval - loop.time()) > 0 or self._closed():
                if (gate := self._gate()) is not None and not gate.is_set():
                    await gate.wait()
                else:
                    await asyncio.sleep(left)
            # A timer that fired late by less than an interval is made up for.
            self._last = max(self._last + self._interval, loop.time() - self._interval)

    def _closed(self) -> bool:
        gate = self._gate()
        return gate is not None and not gate.is_set()
