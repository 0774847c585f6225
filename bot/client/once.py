"""One request, made once, through discord.py's rate limits.

discord.py's HTTPClient.request (2.7.1, http.py) repeats a request up to five times by itself: after a 429,
and after 500, 502, 504 or 524, which may come although the message was created. For a post that must not
come twice, each attempt has to be ours: with its deadline, its place in the ledger, and for forum posts,
which have no nonce, a look at the forum before another one. The library reads the fields of a form anew
before each attempt, and right before it, after all waiting for limits: there it is stopped.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class StoppedError(Exception):
    """The library was about to make a request that must not be made. `asked` tells whether one was."""

    def __init__(self, *, asked: bool) -> None:
        self.asked = asked
        super().__init__("not asked again" if asked else "not asked: it is too late")


class Once:
    """The fields of a form that can be sent once, and only while `allowed` says so.

    `asked_at` is when that was, on the event loop's clock.
    """

    def __init__(self, fields: list[dict[str, Any]], allowed: Callable[[], bool]) -> None:
        self._fields = fields
        self._allowed = allowed
        self.asked_at: float | None = None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        asked = self.asked_at is not None
        if asked or not self._allowed():
            raise StoppedError(asked=asked)
        self.asked_at = asyncio.get_running_loop().time()
        return iter(self._fields)
