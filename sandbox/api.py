"""The way of a request: found by its route, let in, read, answered, written into the journal."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from sandbox.bodies import Upload, read_body
from sandbox.errors import ApiError, SandboxError, UnsupportedError, fault, invalid
from sandbox.journal import Exchange
from sandbox.routes import Match, Route, Router

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.faults import Faults
    from sandbox.interactions import Interactions
    from sandbox.journal import Journal
    from sandbox.limits import Limits
    from sandbox.world import World

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
PREFIX = "/api/v10"


@dataclass(slots=True)
class Call:
    """One request, read and let in, as a route's handler gets it."""

    world: World
    desk: Interactions
    params: dict[str, str]
    query: dict[str, str]
    body: Any
    files: list[Upload] = field(default_factory=list)
    gateway_url: str = ""

    def id(self, name: str) -> int:
        """Give a path's parameter as an id."""
        value = self.params[name]
        if not value.isdecimal():
            raise invalid((name,), "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        return int(value)

    def object(self) -> dict[str, Any]:
        """Give the body, which has to be an object."""
        if not isinstance(self.body, dict):
            raise fault(50109)
        return self.body


class Api:
    """Everything under /api/v10."""

    def __init__(
        self,
        world: World,
        desk: Interactions,
        journal: Journal,
        faults: Faults,
        routes: list[Route],
        token: str,
    ) -> None:
        self._world = world
        self._desk = desk
        self._journal = journal
        self._faults = faults
        self._router = Router(routes)
        self._token = token
        self.limits: Limits | None = None
        self.wait: Callable[[], Any] | None = None
        self.unknown: list[tuple[str, str]] = []
        self.gateway_url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        path = request.path.removeprefix(PREFIX)
        match = self._router.find(request.method, path)
        query = dict(request.query)
        body, files, shown = await read_body(request)
        exchange = Exchange(request.method, path, match.template, query, shown, 0, None, self._world.now())
        before = await self._faults.before(exchange)
        if before is not None:
            return self._finish(exchange, before.status, before.body, {})
        headers: dict[str, str] = {}
        try:
            if match.route is not None and match.route.auth:
                self._let_in(request)
            if self.limits is not None:
                headers = self.limits.take(match, query, authorized=bool(match.route and match.route.auth))
            call = Call(self._world, self._desk, match.params, query, body, files, self.gateway_url)
            status, answer = self._answer(match, call)
        except ApiError as error:
            status, answer = error.status, error.body()
            headers |= getattr(error, "headers", {})
        except UnsupportedError as reason:
            status, answer = self._unsupported(exchange, str(reason))
        if self.wait is not None:
            await self.wait()
        if await self._faults.after(exchange, request):
            exchange.response = answer
            self._journal.add(exchange)
            return web.Response(status=502)  # goes nowhere: the connection is gone
        return self._finish(exchange, status, answer, headers)

    def _answer(self, match: Match, call: Call) -> tuple[int, Any]:
        route = match.route
        if route is None:
            raise UnsupportedError("no such route here")
        if isinstance(call.body, ApiError):
            raise call.body
        answer = route.handler(call)
        if isinstance(answer, tuple):
            return answer
        return (204, None) if answer is None else (route.status, answer)

    def _let_in(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {self._token}":
            raise fault(0)

    def _unsupported(self, exchange: Exchange, reason: str) -> tuple[int, Any]:
        _log.error("not imitated: %s %s (%s)", exchange.method, exchange.path, reason)
        self.unknown.append((exchange.method, exchange.path))
        return 501, {"message": f"The sandbox does not imitate this: {reason}", "code": 0}

    def _finish(self, exchange: Exchange, status: int, answer: Any, headers: dict[str, str]) -> web.Response:
        exchange.status = status
        exchange.response = answer
        self._journal.add(exchange)
        if answer is None:
            return web.Response(status=status, headers=headers)
        return web.Response(body=_encode(answer), status=status, headers=headers | {"Content-Type": "application/json"})


def strict_check(unknown: list[tuple[str, str]]) -> None:
    """Raise if anything was asked for that the sandbox does not imitate."""
    if unknown:
        asked = ", ".join(f"{method} {path}" for method, path in unknown)
        raise SandboxError(f"asked for what the sandbox does not imitate: {asked}")
