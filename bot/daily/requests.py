"""Requests of our own: made once and for a limited time, under Discord's limits and by its clock."""

from __future__ import annotations

import asyncio
import datetime as dt
import email.utils
import logging
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp

from bot.daily.ports import EPOCH, NOTHING_KNOWN, Span

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping

    from bot.clock import Clock
    from bot.daily.schedule import Target
    from bot.meter import Meter

_TOO_MANY = 429
_API = "/api"


class StoppedError(Exception):
    """The library was about to make a request that must not be made. `asked` tells whether one was."""

    def __init__(self, *, asked: bool) -> None:
        self.asked = asked
        super().__init__("not asked again" if asked else "not asked: it is too late")


class SingleRequest:
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


def tracing(clock: DiscordClock, meter: Meter) -> aiohttp.TraceConfig:
    """Return what tells `clock` of each answer's time, and a form given as `trace_request_ctx` how its request goes.

    `meter` counts the requests to the API that left.
    """

    async def starts(_session: aiohttp.ClientSession, context: Any, _params: aiohttp.TraceRequestStartParams) -> None:
        if isinstance(context.trace_request_ctx, SingleRequest):
            await context.trace_request_ctx.starts()

    async def leaves(
        _session: aiohttp.ClientSession, context: Any, _params: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        context.sent = asyncio.get_running_loop().time()
        if isinstance(context.trace_request_ctx, SingleRequest):
            context.trace_request_ctx.leaves()

    async def ends(_session: aiohttp.ClientSession, context: Any, params: aiohttp.TraceRequestEndParams) -> None:
        headers = params.response.headers
        # What a cache kept has the time at which it was made (RFC 9111, 5.1), and only the API's time counts.
        if params.url.path.startswith(_API) and "Age" not in headers:
            clock.dated(headers.get("Date"), context.sent, asyncio.get_running_loop().time())
        if isinstance(context.trace_request_ctx, SingleRequest):
            context.trace_request_ctx.answered(params.response.status, headers)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(starts)
    config.on_request_headers_sent.append(leaves)
    config.on_request_end.append(ends)
    _count(config, meter)
    return config


def _count(config: aiohttp.TraceConfig, meter: Meter) -> None:
    """Let `meter` count the requests to the API by what was answered."""

    async def ends(_session: aiohttp.ClientSession, _context: Any, params: aiohttp.TraceRequestEndParams) -> None:
        if params.url.path.startswith(_API):
            meter.requested(params.method, params.response.status)

    async def fails(_session: aiohttp.ClientSession, context: Any, params: aiohttp.TraceRequestExceptionParams) -> None:
        # What never left was no request.
        if params.url.path.startswith(_API) and hasattr(context, "sent"):
            meter.requested(params.method, None)

    config.on_request_end.append(ends)
    config.on_request_exception.append(fails)


_Answer = TypeVar("_Answer")


class Deadlines:
    """Waits for requests, each for a limited time; what goes on after that holds its target back."""

    def __init__(self) -> None:
        self._let_go: dict[Target, set[asyncio.Task[Any]]] = {}

    async def wait(
        self,
        target: Target,
        work: Callable[[], Coroutine[Any, Any, _Answer]],
        seconds: float,
        form: SingleRequest | None = None,
        answer_seconds: float = 0.0,
    ) -> _Answer:
        """Return what `work` returns within `seconds`, or raise what it raises; StoppedError when it does not.

        Of a form that was sent within this time, the answer is awaited for `answer_seconds` at least; with a 429
        the wait ends at once. Work without a form may have asked at any time.
        """
        if target in self._let_go:
            raise StoppedError(asked=False)
        task = asyncio.create_task(work(), name=f"request for {target.channel}")
        ends: set[asyncio.Future[Any]] = {task} if form is None else {task, form.limited}
        try:
            await asyncio.wait(ends, timeout=max(seconds, 0.0), return_when=asyncio.FIRST_COMPLETED)
            if form is not None and form.left_at is not None:
                left = form.left_at + answer_seconds - asyncio.get_running_loop().time()
                await asyncio.wait(ends, timeout=max(left, 0.0), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if task.done():
            return task.result()
        if form is not None and form.left_at is None:
            # Also while it waits for a connection: what was told to be not asked must not go out later.
            task.cancel()
            raise StoppedError(asked=False)
        self._let_go.setdefault(target, set()).add(task)
        task.add_done_callback(lambda ended: self._ended(target, ended))
        raise StoppedError(asked=True)

    def _ended(self, target: Target, task: asyncio.Task[Any]) -> None:
        self._let_go[target].discard(task)
        if not self._let_go[target]:
            del self._let_go[target]
        if not task.cancelled():
            # Asked for, so that asyncio does not complain that nobody did.
            task.exception()


PER_SECOND = 49
INVALID = frozenset({401, 403, 429})
# 6,000 in ten minutes, which leaves room for what others ask from the same address.
_INVALID_PER_SECOND = 10
# How much of the time that was lost to a busy machine is made up for, and how densely.
_MADE_UP = 0.5
_DENSEST = 1 / 3
# So many slots are taken at a time: each costs a transaction, and those that are not used are lost to all.
_BLOCK = 10
# By so many seconds a request may come after its slot begins.
_MISSED = 0.03


class RateLimiter:
    """Lets one request go every so often, in the order in which they ask, and no more than so many in any second.

    `gate` returns an event that is set while requests may go: Discord closes it when it refuses one. Nothing
    piles up behind it, for a burst at its opening would be refused again. `waiting` is how many requests wait.

    Where other processes make requests too, `slots` takes some that are nobody else's, as many as it is given at most,
    and returns in how many seconds each begins. One that was missed is dropped: others have theirs right after it.
    """

    def __init__(
        self,
        gate: Callable[[], asyncio.Event | None],
        per_second: int = PER_SECOND,
        slots: Callable[[int], Awaitable[Iterable[float]]] | None = None,
    ) -> None:
        self._gate = gate
        self.per_second = per_second
        self.waiting = 0
        self._interval = 1.0 / per_second
        self._slot = 0.0
        self._went: deque[float] = deque(maxlen=per_second)
        self._attempt = asyncio.Lock()
        self._take_slots = slots
        self._slots: deque[float] = deque()

    async def wait(self) -> None:
        """Return when the next request may go."""
        self.waiting += 1
        try:
            await self._wait()
        finally:
            self.waiting -= 1

    def lately(self) -> int:
        """Return how many requests went in the last second."""
        now = asyncio.get_running_loop().time()
        return sum(now - went <= 1.0 for went in self._went)

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        async with self._attempt:
            while True:
                gate = self._gate()
                if gate is not None and not gate.is_set():
                    await gate.wait()
                elif (left := self._next() - loop.time()) > 0:
                    await asyncio.sleep(left)
                elif self._take_slots is None or await self._slot_of_all(self._take_slots):
                    break
            now = loop.time()
            self._slot = max(self._slot + self._interval, now - _MADE_UP)
            self._went.append(now)

    async def _slot_of_all(self, take: Callable[[int], Awaitable[Iterable[float]]]) -> bool:
        """Wait for the next slot that is this process's; return whether it was met, and the gate is open still."""
        loop = asyncio.get_running_loop()
        if not self._slots:
            begins = await take(min(self.waiting, _BLOCK))
            now = loop.time()
            self._slots.extend(now + seconds for seconds in begins)
        at = self._slots.popleft()
        await asyncio.sleep(max(at - loop.time(), 0.0))
        gate = self._gate()
        return loop.time() - at <= _MISSED and (gate is None or gate.is_set())

    def invalid(self) -> None:
        """Take note of an answer that counts as invalid: as many as come go out at ten a second."""
        self._slot = max(self._slot, asyncio.get_running_loop().time()) + 1.0 / _INVALID_PER_SECOND - self._interval

    def _next(self) -> float:
        """Return when the next request may go, on the event loop's clock."""
        if not self._went:
            return self._slot
        soonest = max(self._slot, self._went[-1] + self._interval * _DENSEST)
        full = len(self._went) == self._went.maxlen
        return max(soonest, self._went[0] + 1.0) if full else soonest


_log = logging.getLogger(__name__)

_RESOLUTION = 1.0
# By more than this, people see that posts do not come at their times.
_TELL = 60.0


class DiscordClock:
    """Bounds for Discord's time. `ticks` is a monotonic clock in seconds, `clock` ours, which may step."""

    def __init__(self, clock: Clock, ticks: Callable[[], float]) -> None:
        self._clock = clock
        self._ticks = ticks
        # Discord's clock less `ticks`, in seconds since Discord's epoch; when that was learnt, on both our clocks.
        self._low: float | None = None
        self._high: float | None = None
        self._at: tuple[float, dt.datetime] | None = None
        self._told = False

    def now(self) -> Span:
        """Return where Discord's clock stands.

        A machine that was asleep wakes with a monotonic clock that stood still, and ours has gone on: so the later
        bound goes on with whichever went further.
        """
        ticks = self._ticks()
        if self._low is None or self._at is None:
            return NOTHING_KNOWN
        earliest = _instant(self._low + ticks)
        if self._high is None:
            return Span(earliest, NOTHING_KNOWN.latest)
        passed = (self._clock.now() - self._at[1]).total_seconds() - (ticks - self._at[0])
        return Span(earliest, _instant(self._high + ticks + max(passed, 0.0)))

    def dated(self, header: str | None, sent: float, received: float) -> None:
        """Learn from the `Date` of an answer to a request that was `sent` and `received` at these ticks."""
        written = _written(header or "")
        if written is None:
            return
        self._learn(written - received, written + _RESOLUTION - sent)

    def created(self, at: dt.datetime, received: float) -> None:
        """Learn from a message that existed when an answer was received, by its id created `at`."""
        low = (at - EPOCH).total_seconds() - received
        if self._low is None or low > self._low:
            high = self._high
            self._low = low
            self._high = high if high is None or high >= low else low + _RESOLUTION
            self._at = self._at or (received, self._clock.now())

    def _learn(self, low: float, high: float) -> None:
        known_low, known_high = self._low, self._high
        if known_low is not None and known_high is not None and known_low <= high and low <= known_high:
            low, high = max(low, known_low), min(high, known_high)
        # Else the two clocks have gone apart since, or an answer was wrong: the newest counts.
        self._low, self._high = low, high
        self._at = (self._ticks(), self._clock.now())
        self._tell()

    def _tell(self) -> None:
        """Say in the log, once, that our clock is wrong: by it posts come too early or too late."""
        there, here = self.now(), self._clock.now()
        ahead = (here - there.latest).total_seconds()
        behind = (there.earliest - here).total_seconds()
        if max(ahead, behind) > _TELL and not self._told:
            which, by = ("ahead of", ahead) if ahead > behind else ("behind", behind)
            _log.warning(
                "this machine's clock is %.0f s %s Discord's: daily posts depend on it, so please set it right",
                by,
                which,
            )
            self._told = True


@lru_cache(1)  # answers come many a second, and a date has no parts of one
def _written(header: str) -> float | None:
    """Return what a `Date` says, in seconds since Discord's epoch; None for what is no date after that."""
    try:
        date = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    return (date - EPOCH).total_seconds() if date.tzinfo is not None and date > EPOCH else None


def _instant(seconds: float) -> dt.datetime:
    return EPOCH + dt.timedelta(seconds=seconds)
