"""How frames go over a websocket: as text, or compressed (Discord's docs, "Encoding and compression")."""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

ZLIB_STREAM = "zlib-stream"
_LARGE = 4096  # bytes; Discord does not publish from what size it compresses single payloads


class Transport:
    """One connection's way out: `stream` compresses all frames together, `payloads` the large ones each by itself."""

    def __init__(self, socket: web.WebSocketResponse, *, stream: bool = False) -> None:
        self.socket = socket
        self.payloads = False
        self._stream = zlib.compressobj() if stream else None
        self._turn = asyncio.Lock()  # a stream is read in the order in which it was compressed

    @property
    def closed(self) -> bool:
        """Whether the websocket is closed."""
        return self.socket.closed

    @property
    def compressed(self) -> bool:
        """Whether all frames go out compressed."""
        return self._stream is not None

    async def send_str(self, text: str) -> None:
        """Send a frame; ConnectionError if the other side has gone."""
        async with self._turn:
            if self._stream is not None:
                whole = self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)
                await self.socket.send_bytes(whole)
            elif self.payloads and len(text) > _LARGE:
                await self.socket.send_bytes(zlib.compress(text.encode()))
            else:
                await self.socket.send_str(text)
