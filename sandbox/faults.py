"""Faults on purpose: what Discord, its edge and the network do on a bad day; by plan or by chance (seeded).

Each fault is a `Rule`: what happens (`kind`), to which requests (method, route, channel, server), and how often or
how long. `Sandbox` takes them from a test (`sandbox.faults.add(Rule(...))`), from another process (GET, POST and DELETE
/demo/faults), and from the demo's panel.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from sandbox.errors import message_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.requests import Exchange

INSTEAD = frozenset({"error", "edge", "timeout"})
AFTERWARDS = frozenset({"drop", "cut", "slow"})
KINDS = INSTEAD | AFTERWARDS
SOCKET = "websocket"  # the route by which a rule strikes the gateway's handshake; no other rule does
_USUAL = -1
_RATE_LIMITED = 429
# Above this, Cloudflare's pages are about the server behind it; below, about who asks.
_SERVER_ERRORS = 500


@dataclass(slots=True)
class Rule:
    """One fault.

    `kind`: what is asked is not done and
    - "error": is answered with `status` and JSON: `code` (0 where Discord has none), and `message` (by default the
      usual one), `retry_after` where given;
    - "edge": is answered with `status` and a page of the edge (Cloudflare's): text, no JSON, none of Discord's
      headers; with `retry_after` in a header where given. An "error" with the code 40333 comes from the edge too;
    - "timeout": nothing for `seconds`, then 504;

    or it is done and
    - "drop": the connection is closed before the answer;
    - "cut": the connection is closed in the middle of the answer;
    - "slow": the answer takes `seconds` longer.

    `done`: of the first three, that what was asked is done all the same, and the answer lost on the way.

    It strikes requests of a `method`, `route` (the template, or "websocket" for the gateway's handshake), `channel`
    (threads and posts in it too) and `guild` (ids; None: any), so many `times` (None: always), with a `probability`,
    and for so long as it `lasts` (seconds by the sandbox's clock from when it is added; None: for ever). `times` is
    1 unless it is given or the rule lasts for some time.
    """

    kind: str
    method: str | None = None
    route: str | None = None
    status: int = 500
    seconds: float = 0.0
    times: int | None = _USUAL
    probability: float = 1.0
    code: int = 0
    message: str | None = None
    retry_after: float | None = None
    channel: int | None = None
    guild: int | None = None
    lasts: float | None = None
    done: bool = False
    struck: int = 0
    ends: float | None = None

    def __post_init__(self) -> None:
        if self.times == _USUAL:
            self.times = None if self.lasts is not None else 1

    @property
    def instead(self) -> bool:
        """Whether what was asked is not done."""
        return self.kind in INSTEAD and not self.done


@dataclass(slots=True)
class Answer:
    """What is answered instead; `body` is JSON or the text of a page."""

    status: int
    body: dict[str, Any] | str
    headers: dict[str, str] = field(default_factory=dict)
    edge: bool = False


@dataclass(slots=True, frozen=True)
class Spot:
    """Where a request is about: a channel, the one that it is in (of threads), a server; None: nothing of it."""

    channel: int | None = None
    parent: int | None = None
    guild: int | None = None


_NOWHERE = Spot()


@dataclass(slots=True)
class Faults:
    """The rules in force. `now` tells the sandbox's time."""

    seed: int = 0
    rules: list[Rule] = field(default_factory=list)
    now: Callable[[], float] = time.time
    _chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)  # noqa: S311 - repeatable on purpose

    def add(self, rule: Rule) -> Rule:
        """Put a rule in force; ValueError if there is no such kind."""
        if rule.kind not in KINDS:
            raise ValueError(f"a fault is one of {sorted(KINDS)}")
        if rule.lasts is not None:
            rule.ends = self.now() + rule.lasts
        self.rules.append(rule)
        return rule

    def remove(self, rule: Rule) -> None:
        """Take a rule out of force."""
        self.rules = [each for each in self.rules if each is not rule]

    def clear(self) -> None:
        """Let everything go well again."""
        self.rules.clear()

    def in_force(self) -> list[Rule]:
        """List the rules that may still strike."""
        return [each for each in self.rules if not self._spent(each)]

    def _spent(self, rule: Rule) -> bool:
        used_up = rule.times is not None and rule.struck >= rule.times
        return used_up or (rule.ends is not None and self.now() >= rule.ends)

    def _strikes(self, rule: Rule, exchange: Exchange, spot: Spot) -> bool:
        if self._spent(rule) or rule.method not in (None, exchange.method):
            return False
        if rule.route != exchange.route and (rule.route is not None or exchange.route == SOCKET):
            return False
        if rule.channel is not None and rule.channel not in (spot.channel, spot.parent):
            return False
        if rule.guild not in (None, spot.guild):
            return False
        if rule.probability < 1.0 and self._chance.random() >= rule.probability:
            return False
        rule.struck += 1
        return True

    async def before(self, exchange: Exchange, spot: Spot = _NOWHERE) -> Answer | None:
        """Tell what is answered instead of doing what was asked."""
        for rule in tuple(self.rules):
            if rule.instead and self._strikes(rule, exchange, spot):
                return await answer(rule)
        return None

    def after(self, exchange: Exchange, spot: Spot = _NOWHERE) -> Rule | None:
        """Give the rule that strikes a request which has been carried out, if one does."""
        return next((each for each in self.rules if not each.instead and self._strikes(each, exchange, spot)), None)


async def answer(rule: Rule) -> Answer:
    """Give the answer of a rule that answers something else, when it is time."""
    if rule.kind == "timeout":
        await asyncio.sleep(rule.seconds)
        return Answer(504, {"message": "504: Gateway Timeout", "code": 0})
    headers = {} if rule.retry_after is None else {"Retry-After": f"{rule.retry_after:.0f}"}
    if rule.kind == "edge":
        return Answer(rule.status, page(rule.status), headers, edge=True)
    body: dict[str, Any] = {"message": rule.message or _message(rule), "code": rule.code}
    if rule.status == _RATE_LIMITED:  # Discord's own always says how long
        after = 1.0 if rule.retry_after is None else rule.retry_after
        headers = {"Retry-After": f"{after:.0f}", "X-RateLimit-Scope": "user"}
        body |= {"retry_after": after, "global": False}
    return Answer(rule.status, body, headers, edge=rule.code == _BLOCKED)


_BLOCKED = 40333  # Discord's docs, "JSON error codes": "Cloudflare is blocking your request"


def _message(rule: Rule) -> str:
    if rule.code:
        return message_of(rule.code)
    if rule.status == _RATE_LIMITED:
        return "You are being rate limited."
    return f"{rule.status}: {reason(rule.status)}"


def reason(status: int) -> str:
    """Name a status, Cloudflare's own ones too."""
    own = {520: "Web server is returning an unknown error", 522: "Connection timed out", 524: "A timeout occurred"}
    return own.get(status) or HTTPStatus(status).phrase


def page(status: int) -> str:
    """Write a page as Cloudflare does: of its firewall, of its rate limit, or about the server behind it."""
    name = reason(status)
    if status == _RATE_LIMITED:
        return "error code: 1015"
    if status < _SERVER_ERRORS:
        title = "Attention Required! | Cloudflare" if status == HTTPStatus.FORBIDDEN else f"{status} {name}"
        return (
            f'<!DOCTYPE html>\n<html lang="en-US">\n<head><title>{title}</title></head>\n<body>\n'
            f"<h1>{name}</h1><p>Cloudflare Ray ID: <strong>7f0c0ffee0ddba11</strong></p>\n</body>\n</html>\n"
        )
    return (
        f"<html>\r\n<head><title>{status} {name}</title></head>\r\n<body>\r\n"
        f"<center><h1>{status} {name}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
    )


PATH = "/demo/faults"


def add_routes(app: web.Application, faults: Faults) -> None:
    """Add the routes: list the rules in force, add one (an object with the fields of `Rule`), end them all."""

    async def listed(_: web.Request) -> web.Response:
        return _json(faults.in_force())

    async def add(request: web.Request) -> web.Response:
        try:
            rule = msgspec.json.decode(await request.read(), type=Rule, strict=False)
            return _json(faults.add(rule), 201)
        except (msgspec.ValidationError, msgspec.DecodeError, ValueError) as error:
            return _json({"message": str(error)}, 400)

    async def clear(_: web.Request) -> web.Response:
        faults.clear()
        return web.Response(status=204)

    app.router.add_get(PATH, _for_programs(listed))
    app.router.add_post(PATH, _for_programs(add))
    app.router.add_delete(PATH, _for_programs(clear))


def _for_programs(
    handler: Callable[[web.Request], Awaitable[web.Response]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Let programs in and pages of the web out: a browser always says from which page it comes."""

    async def guarded(request: web.Request) -> web.Response:
        if "Origin" in request.headers:
            raise web.HTTPForbidden(text="This is for programs beside the sandbox.")
        return await handler(request)

    return guarded


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")
