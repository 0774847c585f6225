"""Keeps our own requests under Discord's global limit, so that it never has to refuse one.

Discord's docs (Rate Limits): a bot may make 50 requests a second in all; answers to interactions are not
counted. A little is left for the requests that discord.py makes by itself. And whoever makes 10,000 invalid requests
in ten minutes (answered with 401, 403 or 429) is locked out: so each of those makes the next one wait.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PER_SECOND = 49
INVALID = frozenset({401, 403, 429})
# 6,000 in ten minutes, which leaves room for what others ask from the same address.
_INVALID_PER_SECOND = 10
# How much of the time that was lost to a busy machine is made up for, and how densely.
_MADE_UP = 0.5
_DENSEST = 1 / 3


class Pace:
    """Lets one request go every so often, in the order in which they ask, and no more than so many in any second.

    `gate` returns an event that is set while requests may go: Discord closes it when it refuses one. Nothing
    piles up behind it, for a burst at its opening would be refused again.
    """

    def __init__(self, gate: Callable[[], asyncio.Event | None], per_second: int = PER_SECOND) -> None:
        self._gate = gate
        self._interval = 1.0 / per_second
        self._slot = 0.0
        self._went: deque[float] = deque(maxlen=per_second)
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Return when the next request may go."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            while True:
                gate = self._gate()
                if gate is not None and not gate.is_set():
                    await gate.wait()
                elif (left := self._next() - loop.time()) > 0:
                    await asyncio.sleep(left)
                else:
                    break
            now = loop.time()
            self._slot = max(self._slot + self._interval, now - _MADE_UP)
            self._went.append(now)

    def invalid(self) -> None:
        """Take note of an answer that counts as invalid: as many as come go out at ten a second."""
        self._slot = max(self._slot, asyncio.get_running_loop().time()) + 1.0 / _INVALID_PER_SECOND - self._interval

    def _next(self) -> float:
        """Return when the next request may go, on the event loop's clock."""
        if not self._went:
            return self._slot
        soonest = max(self._slot, self._went[-1] + self._interval * _DENSEST)
        full = len(self._went) == self._went.maxlen
        return max(soonest, self._went[0] + 1.0) if full else soonest
