"""One request, made once, through discord.py's rate limits, and what was seen of it on its way.

discord.py's HTTPClient.request (2.7.1, http.py) repeats a request up to five times by itself: after a 429,
and after 500, 502, 504 or 524, which may come although the message was created. For a post that must not
come twice, each attempt has to be ours: with its deadline, its place in the ledger, and for forum posts,
which have no nonce, a look at the forum before another one. The library reads the fields of a form anew
before each attempt, and right before it, after all waiting for limits: there it is stopped.

What the library makes of an answer is not enough to tell what became of a message: it sleeps on a 429 for as
long as that says, raises KeyError for one without `retry_after`, and does not tell a connection that was never
made from one that was lost. So aiohttp's tracing, which discord.py offers (`http_trace`), notes it in the form.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from bot.client.discord_clock import DiscordClock

_TOO_MANY = 429


class StoppedError(Exception):
    """The library was about to make a request that must not be made. `asked` tells whether one was."""

    def __init__(self, *, asked: bool) -> None:
        self.asked = asked
        super().__init__("not asked again" if asked else "not asked: it is too late")


class Once:
    """The fields of a form that can be sent once, and only while `allowed` says so.

    `asking` is awaited right before the request leaves; when it returns False, nothing is sent. `left_at` is when that
    was, on the event loop's clock; `status` and `headers` are those of the answer, and `limited` is
    set when it is a 429, which the library keeps to itself.
    """

    def __init__(
        self, fields: list[dict[str, Any]], allowed: Callable[[], bool], asking: Callable[[], Awaitable[bool]]
    ) -> None:
        self._fields = fields
        self._allowed = allowed
        self._asking = asking
        self._asked = False
        self.left_at: float | None = None
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self.limited: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if self._asked or not self._allowed():
            raise StoppedError(asked=self._asked)
        self._asked = True
        return iter(self._fields)

    async def starts(self) -> None:
        """Note down that the request is about to be made; raises StoppedError when it may not be."""
        if not await self._asking() or not self._allowed():
            raise StoppedError(asked=False)

    def leaves(self) -> None:
        """Note that the first byte is about to be sent: from now on the message may be created."""
        self.left_at = asyncio.get_running_loop().time()

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Note the answer's head; its body is still to come."""
        self.status, self.headers = status, headers
        if status == _TOO_MANY and not self.limited.done():
            self.limited.set_result(None)


def tracing(clock: DiscordClock) -> aiohttp.TraceConfig:
    """Return what tells `clock` of each answer's time, and a form given as `trace_request_ctx` how its request goes."""

    async def starts(_session: aiohttp.ClientSession, context: Any, _params: aiohttp.TraceRequestStartParams) -> None:
        if isinstance(context.trace_request_ctx, Once):
            await context.trace_request_ctx.starts()

    async def leaves(
        _session: aiohttp.ClientSession, context: Any, _params: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        context.sent = asyncio.get_running_loop().time()
        if isinstance(context.trace_request_ctx, Once):
            context.trace_request_ctx.leaves()

    async def ends(_session: aiohttp.ClientSession, context: Any, params: aiohttp.TraceRequestEndParams) -> None:
        headers = params.response.headers
        # What a cache kept has the time at which it was made (RFC 9111, 5.1), and only the API's time counts.
        if params.url.path.startswith("/api") and "Age" not in headers:
            clock.dated(headers.get("Date"), context.sent, asyncio.get_running_loop().time())
        if isinstance(context.trace_request_ctx, Once):
            context.trace_request_ctx.answered(params.response.status, headers)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(starts)
    config.on_request_headers_sent.append(leaves)
    config.on_request_end.append(ends)
    return config
