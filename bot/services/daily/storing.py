"""Storing what comes only once: tried again for as long as the store cannot be used."""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.clock import Clock

_log = logging.getLogger(__name__)

STORE_PAUSE = dt.timedelta(seconds=5)


async def until_stored(what: str, store: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Call `store` until it is done; `what` names it in the log, where trouble is told once.

    Another process holds the store, or the disk is full: that ends. Whatever else `store` raises is let through.
    """
    told = False
    while True:
        try:
            await store()
        except sqlite3.OperationalError as error:
            if not told:
                _log.error("%s waits for the store, which cannot be used just now (%s)", what, error)
            told = True
        else:
            return
        await clock.sleep_until(clock.now() + STORE_PAUSE)
