"""The page's routes, and who may use them: this machine's own browser pages and nobody else's.

A page of the open web can send requests to loopback. So every request has to name this server in its
Host header (against DNS that points elsewhere names at us), and one that carries an Origin has to
come from this page; a websocket always carries one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.page.operations import Client

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from sandbox.page.hub import Hub
    from sandbox.server import Sandbox

STATIC = Path(__file__).parent / "static"
NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
# Nothing from outside, nothing inline: a page of text and own scripts needs no more.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


def add(app: web.Application, sandbox: Sandbox, hub: Hub) -> None:
    """Add the routes and the checks."""

    async def page(_: web.Request) -> web.StreamResponse:
        return _file("index.html")

    async def static(request: web.Request) -> web.StreamResponse:
        return _file(request.match_info["path"])

    async def socket(request: web.Request) -> web.StreamResponse:
        if "Origin" not in request.headers:
            raise web.HTTPForbidden(text="This socket is for the demo page.")
        return await Client(hub).serve(request)

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not named_here(request.headers.get("Host", ""), sandbox.port):
            raise web.HTTPMisdirectedRequest(text="This server only answers at its loopback address.")
        origin = request.headers.get("Origin")
        if origin is not None and not from_here(origin, sandbox.port):
            raise web.HTTPForbidden(text="Requests from other pages aren't accepted.")
        return await hub.traffic.watch(request, handler)

    app.middlewares.append(guard)
    app.router.add_get("/", page)
    app.router.add_get("/page/{path:.+}", static)
    app.router.add_get("/demo/socket", socket)
    app.on_shutdown.append(lambda _: hub.close())


def named_here(host: str, port: int) -> bool:
    """Tell whether a Host header names this server."""
    try:
        parts = urlsplit(f"//{host}")
        named = parts.port or 80
    except ValueError:
        return False
    return parts.hostname in NAMES and named == port


def from_here(origin: str, port: int) -> bool:
    """Tell whether an Origin header names this server's pages."""
    scheme, _, host = origin.partition("://")
    return scheme == "http" and named_here(host, port)


def _file(name: str) -> web.Response:
    path = (STATIC / name).resolve()
    if not path.is_relative_to(STATIC) or path.suffix not in TYPES or not path.is_file():
        raise web.HTTPNotFound
    # Small files of this very package: reading them does not hold up the loop.
    return web.Response(body=path.read_bytes(), headers=HEADERS | {"Content-Type": TYPES[path.suffix]})
