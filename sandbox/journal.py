"""The journal: every exchange between the bot and the sandbox, newest last, bounded in size."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


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

    def about(self, message_id: int) -> list[Exchange]:
        """List the exchanges that made, changed, read or removed one message."""
        wanted = str(message_id)
        return [each for each in self._ring if wanted in _ids(each)]

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
