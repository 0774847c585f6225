"""The way of a request: found by its route, let in, read, answered, written into the journal."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from sandbox import render
from sandbox.errors import ApiError, SandboxError, UnsupportedError, fault, invalid, snowflake
from sandbox.faults import INSTEAD, Answer, Spot, answer
from sandbox.limits import PUBLISH, Limits
from sandbox.requests import Exchange, Match, Route, Router, Upload, read_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.faults import Faults, Rule
    from sandbox.interactions import Interactions
    from sandbox.model import Message
    from sandbox.requests import Journal
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
        return snowflake(self.params[name], name)

    def asked(self, name: str) -> int | None:
        """Give an id of the query, None if it is not there."""
        return snowflake(self.query[name], name) if name in self.query else None

    def limit(self, most: int = 100, least: int = 1, usual: int = 50) -> int:
        """Give the query's `limit`, within its bounds."""
        given = self.query.get("limit", str(usual))
        if not given.isdecimal() or not given.isascii():
            raise invalid(("limit",), "NUMBER_TYPE_COERCE", f'Value "{given}" is not int.')
        if not least <= int(given) <= most:
            raise invalid(("limit",), "NUMBER_TYPE_MAX", f"int value should be between {least} and {most}.")
        return int(given)

    def show(self, message: Message) -> dict[str, Any]:
        """Render a message as the bot may read it."""
        world = self.world
        body = render.message(message, world.root)
        return render.for_bot(message, body, world.bot, content=world.content_intent)

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
        self._counted = Limits(now=world.now, refusing=False)
        self.limits: Limits | None = None
        self.wait: Callable[[], Any] | None = None
        self.unknown: list[tuple[str, str]] = []
        self.broken: list[tuple[str, str, str]] = []
        self.gateway_url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        match = self._router.find(request.method, path)
        query = dict(request.query)
        body, files, shown = await read_body(request)
        exchange = Exchange(request.method, path, match.template, query, shown, 0, None, self._world.now())
        spot = self._spot(match)
        instead = await self._faults.before(exchange, spot)
        if instead is not None:
            return self._instead(exchange, instead)
        headers: dict[str, str] = {}
        try:
            if match.route is not None and match.route.auth:
                self._let_in(request)
            headers = self._limit(match)
            call = Call(self._world, self._desk, match.params, query, body, files, self.gateway_url)
            status, done = self._answer(match, call)
        except ApiError as error:
            status, done = error.status, error.body()
            headers |= getattr(error, "headers", {})
        except UnsupportedError as reason:
            status, done = self._unsupported(exchange, str(reason))
        except Exception as error:  # noqa: BLE001 - whatever it is
            # A mistake of the sandbox's own: answered as Discord answers its own, and told at the end.
            _log.exception("broke on %s %s", exchange.method, exchange.path)
            self.broken.append((exchange.method, exchange.path, repr(error)))
            status, done = 500, {"message": "500: Internal Server Error", "code": 0}
        if self.wait is not None:
            await self.wait()
        rule = self._faults.after(exchange, spot)
        if rule is not None:
            return await self._spoil(rule, request, exchange, status, done, headers)
        return self._finish(exchange, status, done, headers)

    def _limit(self, match: Match) -> dict[str, str]:
        """Count a request in its bucket. What publishing uses up is kept while other limits come and go."""
        route = match.route
        publishing = route is not None and (route.method, route.template) == PUBLISH
        limits = self._counted if self.limits is None or publishing else self.limits
        return limits.take(match, authorized=route is not None and route.auth)

    def _spot(self, match: Match) -> Spot:
        """Tell which channel and server a request is about: by its path, or by its interaction."""
        world, params = self._world, match.params
        channel_id, guild_id = _number(params.get("channel_id")), _number(params.get("guild_id"))
        cause = world.interactions.get(params.get("interaction_token") or params.get("webhook_token") or "")
        channel = world.channels.get(channel_id or 0) if cause is None else cause.channel
        if channel is None:
            return Spot(channel_id, None, guild_id)
        parent = None if channel.parent is None else channel.parent.id
        return Spot(channel.id, parent, None if channel.guild is None else channel.guild.id)

    def _instead(self, exchange: Exchange, given: Answer) -> web.Response:
        """Answer what a rule says, from Discord or from its edge."""
        if not isinstance(given.body, str) and not given.edge:
            return self._finish(exchange, given.status, given.body, given.headers)
        exchange.status, exchange.response = given.status, given.body
        self._journal.add(exchange)
        kind = "application/json"
        if isinstance(given.body, str):
            kind = "text/html; charset=UTF-8" if given.body.startswith("<") else "text/plain; charset=UTF-8"
        body = given.body.encode() if isinstance(given.body, str) else _encode(given.body)
        # The edge names itself, and nothing of Discord's servers behind it, which `Via` would.
        own = {"Content-Type": kind, "Server": "cloudflare", "CF-RAY": "7f0c0ffee0ddba11-FRA", "Date": self._date()}
        return web.Response(body=body, status=given.status, headers=own | given.headers)

    async def _spoil(
        self, rule: Rule, request: web.Request, exchange: Exchange, status: int, done: Any, headers: dict[str, str]
    ) -> web.StreamResponse:
        """Let the answer to what was done come late, in part, not at all, or as another one."""
        if rule.kind == "slow":
            await asyncio.sleep(rule.seconds)
            return self._finish(exchange, status, done, headers)
        if rule.kind in INSTEAD:
            return self._instead(exchange, await answer(rule))
        exchange.response = done
        self._journal.add(exchange)
        transport = request.transport
        whole = b"" if done is None else _encode(done)
        if rule.kind == "cut" and whole and transport is not None and not transport.is_closing():
            half = web.StreamResponse(
                status=status, headers=headers | self._own() | {"Content-Length": str(len(whole))}
            )
            await half.prepare(request)
            await half.write(whole[: len(whole) // 2])
            transport.close()
            return half
        if transport is not None:
            transport.abort()
        return web.Response(status=502)  # goes nowhere: the connection is gone

    def _date(self) -> str:
        """Give the sandbox's time as a Date header: it is Discord's, not this machine's."""
        return formatdate(self._world.now(), usegmt=True)

    def _own(self) -> dict[str, str]:
        """Give the headers that all answers of Discord's servers have, by way of its edge."""
        return {
            "Content-Type": "application/json",
            "Date": self._date(),
            "Server": "cloudflare",
            "Via": "1.1 google",
        }

    def _answer(self, match: Match, call: Call) -> tuple[int, Any]:
        route = match.route
        if route is None:
            raise UnsupportedError("no such route here")
        if isinstance(call.body, ApiError):
            raise call.body
        given = route.handler(call)
        if isinstance(given, tuple):
            return given
        return (204, None) if given is None else (route.status, given)

    def _let_in(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {self._token}":
            raise fault(0)

    def _unsupported(self, exchange: Exchange, reason: str) -> tuple[int, Any]:
        _log.error("not imitated: %s %s (%s)", exchange.method, exchange.path, reason)
        self.unknown.append((exchange.method, exchange.path))
        return 501, {"message": f"The sandbox does not imitate this: {reason}", "code": 0}

    def _finish(self, exchange: Exchange, status: int, done: Any, headers: dict[str, str]) -> web.Response:
        exchange.status = status
        exchange.response = done
        self._journal.add(exchange)
        own = self._own()
        if done is None:
            del own["Content-Type"]
            return web.Response(status=status, headers=own | headers)
        return web.Response(body=_encode(done), status=status, headers=own | headers)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def strict_check(unknown: list[tuple[str, str]], broken: list[tuple[str, str, str]]) -> None:
    """Raise if anything was asked for that the sandbox does not imitate, or that broke it."""
    if unknown:
        asked = ", ".join(f"{method} {path}" for method, path in unknown)
        raise SandboxError(f"asked for what the sandbox does not imitate: {asked}")
    if broken:
        raise SandboxError("the sandbox broke on " + ", ".join(" ".join(each) for each in broken))
