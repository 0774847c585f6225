"""Ends an attempt at its deadline although discord.py waits on for a rate limit.

discord.py (2.7.1, http.py) sleeps within a request for as long as a 429 says, and a global 429 closes a gate
that only that same sleep opens again. So a request that was made is not cancelled but let go: it ends by
itself, and until then nothing more is asked for the same target, which is what the 429 demands.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from bot.client.once import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.client.once import Once
    from bot.domain.daily.model import Target

_Answer = TypeVar("_Answer")


class Patience:
    """Waits for requests, each for a limited time; what goes on after that holds its target back."""

    def __init__(self) -> None:
        self._let_go: dict[Target, set[asyncio.Task[Any]]] = {}

    async def wait(
        self,
        target: Target,
        work: Callable[[], Coroutine[Any, Any, _Answer]],
        seconds: float,
        form: Once | None = None,
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
