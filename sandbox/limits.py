"""Rate limits as Discord's (docs, "Rate limits"): a global one per second, and buckets of routes.

Every answer carries the headers of its bucket. The figures of single routes are not published; those here are
commonly observed. They are kept track of, but a request beyond them is refused on demand alone (`Limits`): without,
a window begins anew before it is used up, so that a client has no reason to wait. What holds always is the limit of
publishing, ten an hour in a channel.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sandbox.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.requests import Match

_MESSAGES = "/channels/{channel_id}/messages"
_ONE = _MESSAGES + "/{message_id}"
POST = ("POST", _MESSAGES)
PUBLISH = ("POST", _ONE + "/crosspost")


class RateLimitedError(ApiError):
    """429, with the headers that go with it."""

    def __init__(self, retry_after: float, headers: dict[str, str], *, everywhere: bool) -> None:
        super().__init__(429, 0, "You are being rate limited.")
        self._retry_after = retry_after
        self._everywhere = everywhere
        self.headers = headers | {
            "Retry-After": str(int(retry_after) + 1),
            "X-RateLimit-Scope": "global" if everywhere else "user",
        }
        if everywhere:
            self.headers["X-RateLimit-Global"] = "true"

    def body(self) -> dict[str, object]:
        """Give the JSON of a 429."""
        return {"message": self.message, "retry_after": self._retry_after, "global": self._everywhere}


class Bucket(NamedTuple):
    """So many requests in so many seconds, for each channel, server or webhook."""

    most: int
    seconds: float


_USUAL = Bucket(5, 5.0)
_BUCKETS: dict[tuple[str, str], Bucket] = {
    ("DELETE", _ONE): Bucket(5, 1.0),
    ("PATCH", "/channels/{channel_id}"): Bucket(5, 15.0),
    ("POST", _ONE + "/threads"): Bucket(50, 300.0),
    ("POST", "/channels/{channel_id}/threads"): Bucket(50, 300.0),
    PUBLISH: Bucket(10, 3600.0),
    ("GET", "/users/@me"): Bucket(30, 30.0),
    ("GET", "/gateway/bot"): Bucket(2, 5.0),
    ("POST", "/webhooks/{webhook_id}/{webhook_token}"): Bucket(5, 2.0),
}
_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_id")


@dataclass(slots=True)
class _Window:
    ends: float = 0.0
    used: int = 0


@dataclass(slots=True)
class Limits:
    """What is counted, and refused: above `per_second` requests in all, `per_channel` posts in `window` seconds.

    `refusing` False counts only; `everything` refuses by the buckets of all other routes, too; `most` takes the place
    of all buckets' figures (publishing apart). Routes that need no token (interaction callbacks, follow-ups) are not
    counted in the global limit. `now` is in seconds since 1970.
    """

    per_second: int = 50
    per_channel: int = 5
    window: float = 5.0
    now: Callable[[], float] = time.time
    refusing: bool = True
    everything: bool = False
    most: int | None = None
    refused: int = 0
    _all: _Window = field(default_factory=_Window)
    _windows: dict[tuple[str, ...], _Window] = field(default_factory=dict)

    def take(self, match: Match, *, authorized: bool) -> dict[str, str]:
        """Count a request; give the headers of its bucket, or raise 429."""
        now = self.now()
        if authorized and self.refusing:
            self._count_all(now)
        route = match.route
        if route is None:
            return {}
        key = (route.method, match.template)
        bucket = Bucket(self.per_channel, self.window) if key == POST else _BUCKETS.get(key, _USUAL)
        if self.most is not None and key != PUBLISH:
            bucket = Bucket(self.most, bucket.seconds)
        strict = key == PUBLISH or (self.refusing and (self.everything or key == POST))
        window = self._window((*key, *(match.params.get(each, "") for each in _MAJOR)), bucket, now, strict=strict)
        allowed = window.used < bucket.most
        window.used += allowed
        headers = _headers(key, bucket, window, now)
        if not allowed:
            self.refused += 1
            raise RateLimitedError(window.ends - now, headers, everywhere=False)
        return headers

    def _window(self, key: tuple[str, ...], bucket: Bucket, now: float, *, strict: bool) -> _Window:
        """Give a bucket's window; a new one when it is over, or nearly used up where nothing is refused."""
        window = self._windows.setdefault(key, _Window())
        over = not now < window.ends <= now + bucket.seconds  # the clock may have been moved, also back
        if over or (not strict and window.used + 1 >= bucket.most):
            window.ends, window.used = now + bucket.seconds, 0
        return window

    def _count_all(self, now: float) -> None:
        if self._all.ends <= now:
            self._all.ends, self._all.used = now + 1.0, 0
        self._all.used += 1
        if self._all.used > self.per_second:
            self.refused += 1
            raise RateLimitedError(self._all.ends - now, {}, everywhere=True)


def _headers(key: tuple[str, str], bucket: Bucket, window: _Window, now: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(bucket.most),
        "X-RateLimit-Remaining": str(bucket.most - window.used),
        "X-RateLimit-Reset": f"{window.ends:.3f}",
        "X-RateLimit-Reset-After": f"{window.ends - now:.3f}",
        "X-RateLimit-Bucket": hashlib.sha256(" ".join(key).encode()).hexdigest()[:32],
    }


@dataclass(slots=True)
class Starts:
    """The identifies of a day (Discord's docs, "Session start limit"); `total` of them are allowed.

    With `pace`, in seconds, sessions of a bucket may only begin so far apart (Discord: 5 s), whoever begins them; a
    shard's bucket is its number modulo `max_concurrency` (the same, "Sharding for large bots"). Without, as here by
    default, they may begin at once, so that tests need not wait. `refused` counts those that came too soon.
    """

    now: Callable[[], float]
    total: int = 1000
    pace: float = 0.0
    max_concurrency: int = 1
    used: int = 0
    ends: float = 0.0
    refused: int = 0
    _last: dict[int, float] = field(default_factory=dict)

    def left(self) -> int:
        """Tell how many are left."""
        if not self.now() < self.ends <= self.now() + _DAY:
            self.used, self.ends = 0, self.now() + _DAY
        return max(0, self.total - self.used)

    def take(self, shard: int = 0) -> bool:
        """Count one; False if it comes too soon after the last of its bucket."""
        self.left()
        self.used += 1
        bucket, now = shard % self.max_concurrency, self.now()
        too_soon = 0 <= now - self._last.get(bucket, -self.pace) < self.pace
        self._last[bucket] = now
        self.refused += too_soon
        return not too_soon

    def state(self) -> dict[str, int]:
        """Give what GET /gateway/bot tells of it."""
        left = self.left()
        reset = int((self.ends - self.now()) * 1000)
        return {"total": self.total, "remaining": left, "reset_after": reset, "max_concurrency": self.max_concurrency}


_DAY = 86400.0
