"""Writes down what is about to be asked for, as late as can be, and several at a time.

What was noted and not answered when a process dies must be looked for, and where the history may not be read it
ends as unconfirmed. So it is noted right before the request leaves, not when it is claimed. While one write is
under way, what comes meanwhile gathers for the next: a slow disk keeps nobody waiting for long.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from bot.domain.daily.errand import PauseNotice, QuotePost
    from bot.store.deliveries import Deliveries

_log = logging.getLogger(__name__)


class Noting:
    """Notes errands in the ledger."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self._waiting: list[tuple[QuotePost | PauseNotice, dt.datetime, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def note(self, errand: QuotePost | PauseNotice, since: dt.datetime) -> bool:
        """Write that an errand is asked for, with `asked` as in Errand; return whether it may be.

        While the store cannot be used, nothing may: what is not written down is not sent.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((errand, since, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="daily noting")
        return await future

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            allowed: set[str] = set()
            try:
                allowed = await self._deliveries.asking([(errand, since) for errand, since, _ in batch])
            except sqlite3.OperationalError as error:
                _log.error("posts wait for the store, which cannot be used just now (%s)", error)
            finally:
                for errand, _, future in batch:
                    if not future.done():
                        future.set_result(errand.nonce in allowed)
