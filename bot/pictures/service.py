"""Draws pictures beside the event loop, one at a time, and keeps what was drawn last."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from bot.pictures.canvas import UndrawableError
from bot.pictures.card import draw_card
from bot.pictures.charts import draw_pairs, draw_timeline
from bot.pictures.typesetting import Faces

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Self

    from bot.announcement import Quote
    from bot.pictures.canvas import Sheet
    from bot.pictures.charts import Step, Tie

# At some 35 kB each: every card of a large announcement, in about 9 MB.
KEPT = 256


class PictureService:
    """Pictures as PNG, by what they show. Each is drawn once for all who ask for it at the same time.

    A picture is None where its text has letters that the typeface lacks or cannot be set legibly: the text
    is then better read as text. Close it to end its thread.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")
        self._faces = Faces()
        self._kept = kept
        self._drawn: OrderedDict[Hashable, asyncio.Future[bytes | None]] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the thread once the picture in hand is done; what waits behind it is given up."""
        self._pool.shutdown(cancel_futures=True)

    async def card(self, quote: Quote) -> bytes | None:
        return await self._once(("card", quote), lambda: draw_card(self._faces, quote))

    async def timeline(self, heading: str, steps: tuple[Step, ...]) -> bytes | None:
        return await self._once(("timeline", heading, steps), lambda: draw_timeline(self._faces, heading, steps))

    async def pairs(self, heading: str, note: str, ties: tuple[Tie, ...]) -> bytes | None:
        """Return the picture of who is tied to whom; `note` stands beneath the heading."""
        return await self._once(("pairs", heading, note, ties), lambda: draw_pairs(self._faces, heading, note, ties))

    async def _once(self, key: Hashable, draw: Callable[[], Sheet]) -> bytes | None:
        """Return what is kept under `key`, drawing it where it is not."""
        future = self._drawn.get(key)
        if future is None:
            future = asyncio.get_running_loop().run_in_executor(self._pool, _png, draw)
            future.add_done_callback(lambda done: self._forget_failed(key, done))
            self._drawn[key] = future
            while len(self._drawn) > self._kept:
                self._drawn.popitem(last=False)
        self._drawn.move_to_end(key)
        # One who stops waiting does not take the picture from the others.
        return await asyncio.shield(future)

    def _forget_failed(self, key: Hashable, done: asyncio.Future[bytes | None]) -> None:
        if (done.cancelled() or done.exception() is not None) and self._drawn.get(key) is done:
            del self._drawn[key]


def _png(draw: Callable[[], Sheet]) -> bytes | None:
    try:
        return draw().png()
    except UndrawableError:
        return None
