"""One browser's websocket: frames in, operations out, events back."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from sandbox.errors import ApiError, SandboxError
from sandbox.page import ops

if TYPE_CHECKING:
    from sandbox.model import User
    from sandbox.page.hub import Hub

_log = logging.getLogger(__name__)
_LARGEST = 256 * 1024
_WAITING = 2000


class Client:
    """A browser. It has a person from `hello` on."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.user: User | None = None
        self.nonces: dict[str, str] = {}
        self._socket = web.WebSocketResponse(max_msg_size=_LARGEST, heartbeat=30.0)
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue(_WAITING)
        self._work: set[asyncio.Task[None]] = set()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve the socket from its opening to its end."""
        await self._socket.prepare(request)
        self.hub.clients.add(self)
        writer = asyncio.create_task(self._write())
        try:
            async for frame in self._socket:
                if frame.type is WSMsgType.TEXT:
                    # Each on its own: a completion that takes long must not hold up a press.
                    task = asyncio.create_task(self._receive(frame.data))
                    self._work.add(task)
                    task.add_done_callback(self._work.discard)
        finally:
            self.hub.clients.discard(self)
            for task in (writer, *self._work):
                task.cancel()
            self.hub.tell_people()
        return self._socket

    async def close(self) -> None:
        """Close the socket, as the server ends."""
        await self._socket.close(code=1001)

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await self._socket.send_json(await self._out.get())

    def _send(self, frame: dict[str, Any]) -> None:
        try:
            self._out.put_nowait(frame)
        except asyncio.QueueFull:
            # A browser that reads nothing is let go; it comes back with a fresh state.
            task = asyncio.create_task(self.close())
            self._work.add(task)
            task.add_done_callback(self._work.discard)

    def tell(self, name: str, data: dict[str, Any]) -> None:
        """Send an event."""
        self._send({"t": name, "d": data})

    def interaction(self, data: dict[str, Any]) -> None:
        """Tell how an interaction stands, if this browser has begun it."""
        nonce = self.nonces.get(data["id"])
        if nonce is None or data["state"] == "thinking":
            return
        self.tell("interaction", {"nonce": nonce, "interaction_id": data["id"], **data})

    async def _receive(self, text: str) -> None:
        number = None
        try:
            frame = json.loads(text)
            number, name, data = frame["n"], frame["op"], frame.get("d") or {}
            answer = await ops.run(self, name, data)
            self._send({"re": number, "ok": True, "d": answer})
        except ApiError as error:
            body = error.body()
            self._refuse(number, str(body.get("message")), body.get("code"))
        except SandboxError as error:
            self._refuse(number, str(error)[:1].upper() + str(error)[1:])
        except (KeyError, TypeError, ValueError) as error:
            _log.warning("a frame that was not understood", exc_info=error)
            self._refuse(number, "The demo server did not understand this.")

    def _refuse(self, number: Any, message: str, code: int | None = None) -> None:
        self._send({"re": number, "ok": False, "error": {"message": message, "code": code}})
