"""Faults by plain HTTP, for programs that run beside the sandbox: GET, POST and DELETE /demo/faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from sandbox.faults import Faults, Rule

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

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
