"""Requests: the routes that they are found by, their bodies, and the journal of all exchanges."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import BodyPartReader

from sandbox.errors import fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiohttp import web

_decode = msgspec.json.Decoder().decode
_FILE = re.compile(r"files\[(\d{1,9})\]")
FILE_LIMIT = 10 * 1024 * 1024  # Discord's docs, "Uploading files": 10 MiB for each file


@dataclass(slots=True)
class Upload:
    """One uploaded file; `spot` is the n of its part's name, `files[n]`."""

    spot: int
    filename: str
    content_type: str
    data: bytes


async def read_body(request: web.Request) -> tuple[Any, list[Upload], Any]:
    """Read a body; give the decoded payload (or the error that it deserves), the files, and the journal's view."""
    kind = request.content_type
    if kind == "multipart/form-data":
        return await _read_multipart(request)
    raw = await request.read()
    if not raw:
        return None, [], None
    try:
        body = _decode(raw)
    except msgspec.DecodeError:
        return fault(50109), [], raw.decode(errors="replace")
    return body, [], body


async def _read_multipart(request: web.Request) -> tuple[Any, list[Upload], Any]:
    try:
        return await _read_parts(request)
    except ValueError:  # no parts, or none that are well formed
        return fault(50109), [], None


async def _read_parts(request: web.Request) -> tuple[Any, list[Upload], Any]:
    payload: Any = {}
    files: list[Upload] = []
    too_large = False
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        name = part.name or ""
        data = bytes(await part.read())
        if name == "payload_json":
            try:
                payload = _decode(data)
            except msgspec.DecodeError:
                return fault(50109), [], data.decode(errors="replace")
        elif (spot := _FILE.fullmatch(name)) is not None:
            too_large = too_large or len(data) > FILE_LIMIT
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files.append(Upload(int(spot[1]), part.filename or "unknown", kind, data))
    shown = {
        "payload_json": payload,
        "files": [
            {"spot": each.spot, "filename": each.filename, "size": len(each.data), "content_type": each.content_type}
            for each in files
        ],
    }
    return (fault(40005) if too_large else payload), files, shown


@dataclass(slots=True, frozen=True)
class Route:
    """One route. `template` is as the published API writes it; `auth`: needs the bot's token."""

    method: str
    template: str
    handler: Callable[[Any], Any]
    auth: bool = True
    status: int = 200


@dataclass(slots=True, frozen=True)
class Match:
    """What a path turned out to be; `route` is None for one that is not known."""

    route: Route | None
    template: str
    params: dict[str, str]


@dataclass(slots=True)
class _Node:
    fixed: dict[str, _Node] = field(default_factory=dict)
    variable: _Node | None = None
    routes: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)


class Router:
    """A tree of path segments; a fixed segment goes before a variable one."""

    def __init__(self, routes: list[Route]) -> None:
        self._root = _Node()
        for each in routes:
            self._add(each)

    def _add(self, route: Route) -> None:
        node = self._root
        names = []
        for part in route.template.strip("/").split("/"):
            if part.startswith("{"):
                names.append(part[1:-1])
                if node.variable is None:
                    node.variable = _Node()
                node = node.variable
            else:
                node = node.fixed.setdefault(part, _Node())
        node.routes[route.method] = (route, tuple(names))

    def find(self, method: str, path: str) -> Match:
        node: _Node | None = self._root
        values = []
        for part in path.strip("/").split("/"):
            if node is None:
                break
            after = node.fixed.get(part)
            if after is None:
                values.append(part)
                after = node.variable
            node = after
        known = None if node is None else node.routes.get(method)
        if known is None:
            return Match(None, path, {})
        route, names = known
        return Match(route, route.template, dict(zip(names, values, strict=True)))


@dataclass(slots=True)
class Exchange:
    """One request and its answer.

    `route` is the template; `request` of a multipart upload holds `payload_json` and `files`;
    `status` is 0 where the connection was dropped without an answer.
    """

    method: str
    path: str
    route: str
    query: dict[str, str]
    request: Any
    status: int
    response: Any
    at: float


class Journal:
    """A ring of exchanges: the oldest go when it is full (`size=None`: never)."""

    def __init__(self, size: int | None = 5000) -> None:
        self._ring: deque[Exchange] = deque(maxlen=size)
        self.total = 0

    def add(self, exchange: Exchange) -> None:
        """Write one down."""
        self._ring.append(exchange)
        self.total += 1

    def clear(self) -> None:
        """Start with an empty page."""
        self._ring.clear()

    def find(self, method: str | None = None, route: str | None = None) -> list[Exchange]:
        """List the exchanges of one method and/or one route."""
        return [
            each
            for each in self._ring
            if (method is None or each.method == method) and (route is None or each.route == route)
        ]

    def about(self, message_id: int, interaction_id: int | None = None) -> list[Exchange]:
        """List the exchanges that made, changed, read or removed one message.

        An interaction's callback need not say which message it made: so its id counts, too.
        """
        wanted = {str(message_id), str(interaction_id)}
        return [each for each in self._ring if wanted & _ids(each)]

    def __iter__(self) -> Iterator[Exchange]:
        return iter(tuple(self._ring))

    def __len__(self) -> int:
        return len(self._ring)

    def __getitem__(self, index: int) -> Exchange:
        return self._ring[index]


def _ids(exchange: Exchange) -> set[str]:
    found = set(exchange.path.split("/"))
    answer = exchange.response
    if isinstance(answer, dict):
        for part in (answer, answer.get("interaction") or {}, (answer.get("resource") or {}).get("message") or {}):
            found.update(str(part[key]) for key in ("id", "response_message_id") if key in part)
    return found
