"""Keeps our own requests under Discord's global limit, so that it never has to refuse one.

Discord's docs (Rate Limits): a bot may make 50 requests a second in all; answers to interactions are not
counted. A little is left for the requests that discord.py makes by itself.
"""

from __future__ import annotations

import asyncio

PER_SECOND = 48.8


class Pace:
    """Lets one request go every so often, in the order in which they ask; a pause is not made up for."""

    def __init__(self, per_second: float = PER_SECOND) -> None:
        self._interval = 1.0 / per_second
        self._next = 0.0

    async def wait(self) -> None:
        """Return when the next request may go."""
        now = asyncio.get_running_loop().time()
        # A turn of the event loop that came late by up to one interval is made up for.
        slot = max(self._next, now - self._interval)
        self._next = slot + self._interval
        if slot > now:
            await asyncio.sleep(slot - now)
