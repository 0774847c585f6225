"""Word to systemd (or whatever speaks its protocol) of a service of `Type=notify`: sd_notify(3).

A message is one datagram of lines NAME=VALUE to a unix socket. The watchdog is fed by a task on the event loop, so that
a loop that stands still feeds nobody and the program is started anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bot.settings import ServiceManager

_log = logging.getLogger(__name__)

# sd_watchdog_enabled(3): to be fed after half the time that it waits.
_FED_EARLY = 2
# Where the other end has too much to read just now, it is told that the program is ready again after so long.
_AGAIN_SECONDS = 0.5


class Notifier:
    """Sends messages to a service manager; without one, it does nothing. A message that can't be sent is left out."""

    def __init__(self, manager: ServiceManager | None) -> None:
        self._manager = manager
        self._failed = False

    def tell(self, *lines: str) -> bool:
        """Send one message. It never waits, and raises nothing; False where it may be sent later."""
        if self._manager is None:
            return True
        # A name that begins with @ is in Linux's abstract namespace (unix(7)).
        address = self._manager.socket
        address = f"\0{address[1:]}" if address.startswith("@") else address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
                sending.setblocking(False)
                sending.sendto("\n".join(lines).encode(), address)
        except BlockingIOError:
            return False
        except (OSError, AttributeError, ValueError) as error:
            if not self._failed:
                _log.warning("couldn't report to systemd (%s)", error)
            self._failed = True
        else:
            self._failed = False
        return True

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Feed the watchdog for as long as the block lasts, and then say that the program is stopping."""
        feeding = asyncio.create_task(self._feed(), name="watchdog")
        try:
            yield
        finally:
            feeding.cancel()
            self.tell("STOPPING=1", "STATUS=stopping")
            await asyncio.gather(feeding, return_exceptions=True)

    async def _feed(self) -> None:
        if self._manager is None or self._manager.watchdog is None:
            return
        while True:
            self.tell("WATCHDOG=1")
            await asyncio.sleep(self._manager.watchdog / _FED_EARLY)

    @contextlib.asynccontextmanager
    async def ready_after(self, ready: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
        """Say that the program is ready once `ready` is over, unless the block ends before."""

        async def wait() -> None:
            await ready()
            while not self.tell("READY=1", "STATUS=connected to Discord"):  # noqa: ASYNC110 - another process reads
                await asyncio.sleep(_AGAIN_SECONDS)

        self.tell("STATUS=connecting to Discord")
        waiting = asyncio.create_task(wait(), name="ready")
        try:
            yield
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
