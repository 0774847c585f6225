"""A server on loopback that answers what a test says, byte for byte, as what stands between us and Discord may."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Edge:
    """`answers` are given one a request, the last one again and again; an empty one closes the connection."""

    def __init__(self) -> None:
        self.answers: deque[bytes] = deque()
        self.requests: list[str] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request to its end, answer it, and close."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lengths = [line.split(":")[1] for line in head.splitlines() if line.lower().startswith("content-length:")]
            await reader.readexactly(int(lengths[0]) if lengths else 0)
            self.requests.append(head.splitlines()[0])
            writer.write(self.answers.popleft() if len(self.answers) > 1 else self.answers[0])
            await writer.drain()
        writer.close()


def answer(
    status: int,
    body: str | dict[str, Any] | list[Any] = "<html><head><title>Cloudflare</title></head></html>",
    *,
    kind: str | None = None,
    cut: int = 0,
    **headers: str,
) -> bytes:
    """Return a raw answer; `cut` leaves off the body's last bytes. Underscores in headers' names stand for hyphens."""
    text = body if isinstance(body, str) else json.dumps(body)
    kind = kind or ("text/html; charset=UTF-8" if isinstance(body, str) else "application/json")
    given = {"Content-Type": kind, "Content-Length": str(len(text.encode())), "Connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in given.items())]
    raw = "\r\n".join(lines).encode() + b"\r\n\r\n" + text.encode()
    return raw[: len(raw) - cut]


@contextlib.asynccontextmanager
async def edge() -> AsyncIterator[Edge]:
    """Yield an edge; its `url` takes the place of Discord's API."""
    one = Edge()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    async with server:
        one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/v10"
        yield one
