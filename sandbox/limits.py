"""Rate limits as Discord's (docs, "Rate limits"): a global one per second, and one per channel.

The figures of single routes are not published; the defaults here are those commonly observed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.routes import Match


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


@dataclass(slots=True)
class _Window:
    ends: float = 0.0
    used: int = 0


@dataclass(slots=True)
class Limits:
    """`per_second` requests in all; `per_channel` message posts in `window` seconds in each channel.

    Routes that need no token (interaction callbacks, follow-ups) are not counted in the global limit.
    """

    per_second: int = 50
    per_channel: int = 5
    window: float = 5.0
    now: Callable[[], float] = time.time
    _all: _Window = field(default_factory=_Window)
    _channels: dict[str, _Window] = field(default_factory=dict)
    refused: int = 0

    def take(self, match: Match, _query: dict[str, str], *, authorized: bool) -> dict[str, str]:
        """Count a request; give its headers, or raise 429."""
        now = self.now()
        if authorized:
            self._count(self._all, self.per_second, 1.0, now)
        if match.template != "/channels/{channel_id}/messages" or not match.route or match.route.method != "POST":
            return {}
        window = self._channels.setdefault(match.params["channel_id"], _Window())
        if window.ends <= now:
            window.ends, window.used = now + self.window, 0
        allowed = window.used < self.per_channel
        window.used += allowed
        left = window.ends - now
        headers = {
            "X-RateLimit-Limit": str(self.per_channel),
            "X-RateLimit-Remaining": str(self.per_channel - window.used),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": "80c17d2f203122d936070c88c8d10f33",
        }
        if not allowed:
            self.refused += 1
            raise RateLimitedError(left, headers, everywhere=False)
        return headers

    def _count(self, window: _Window, most: int, length: float, now: float) -> None:
        if window.ends <= now:
            window.ends, window.used = now + length, 0
        window.used += 1
        if window.used > most:
            self.refused += 1
            raise RateLimitedError(window.ends - now, {}, everywhere=True)
