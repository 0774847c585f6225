"""What the bot is doing just now, seen from outside: needed to move the clock no faster than it can follow."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

_CLOCK = "/demo/clock"
_BOT = ("/api/", "/gateway", _CLOCK)


class Traffic:
    """Watches requests; between `cut` and `mend` none of the bot's gets through."""

    def __init__(self) -> None:
        self._up = asyncio.Event()
        self._up.set()
        self._under_way = 0
        self._seen_version = 0
        self._polls = False
        self._changed = asyncio.Event()

    @property
    def down(self) -> bool:
        """Whether nothing gets through."""
        return not self._up.is_set()

    def cut(self) -> None:
        """Let nothing of the bot's through."""
        self._up.clear()

    def mend(self) -> None:
        """Let everything through again."""
        self._up.set()

    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request through, counting those of the bot."""
        path = request.path
        if not path.startswith(_BOT):
            return await handler(request)
        if path == _CLOCK:
            # Asking for what comes after a version says that this version has arrived.
            self._polls = True
            self._seen_version = max(self._seen_version, _number(request.query.get("after")))
            self._note()
            return await handler(request)
        if not path.startswith("/api/"):
            # A client that comes back to the gateway is left waiting, as at an overloaded server.
            await self._up.wait()
            return await handler(request)
        if self.down:
            return web.json_response({"message": "503: Service Unavailable", "code": 0}, status=503)
        self._under_way += 1
        try:
            return await handler(request)
        finally:
            self._under_way -= 1
            self._note()

    def _note(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def caught_up(self, version: int, quiet: float, longest: float) -> None:
        """Wait until the bot knows this version of the clock and has asked for nothing for a while."""
        try:
            async with asyncio.timeout(longest):
                while self._polls and self._seen_version < version:
                    await self._changed.wait()
                while True:
                    changed = self._changed
                    await asyncio.sleep(quiet)
                    if not self._under_way and changed is self._changed:
                        return
        except TimeoutError:
            return  # A bot that hangs must not hold up the clock for ever.


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 0
