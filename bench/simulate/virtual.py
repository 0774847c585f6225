"""Virtual time, and event loops that live in it: one for each simulated process.

All that happens waits in one queue, by its instant and then by the order in which it was put there. So a run depends
on nothing but its inputs. A process has an event loop of its own, so that it can be killed as the system kills one:
from then on nothing of it runs.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, Unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator
    from contextvars import Context

# So many steps of one process at one instant: it does not wait for anything any more.
_BUSY = 200_000
_TICK = 1e-6
# A process that ends is let out of its `finally` blocks, which can do nothing any more, within so many steps.
_UNWINDING = 20_000


_Answer = TypeVar("_Answer")
_Args = TypeVarTuple("_Args")


class BusyError(Exception):
    """A process goes round and round without waiting."""


class Time:
    """The queue of all that will happen. `now` counts seconds from the beginning."""

    def __init__(self) -> None:
        self.now = 0.0
        self._queue: list[tuple[float, int, Callable[..., object], tuple[Any, ...]]] = []
        self._order = itertools.count()
        self.steps = 0

    def at(self, when: float, call: Callable[..., object], *args: Any) -> None:
        """Let `call` happen at `when`, or now when that is past."""
        heapq.heappush(self._queue, (max(when, self.now), next(self._order), call, args))

    def after(self, seconds: float, call: Callable[..., object], *args: Any) -> None:
        """Let `call` happen in so many seconds."""
        self.at(self.now + seconds, call, *args)

    def run(self, until: float) -> None:
        """Let happen what is due up to `until`."""
        queue = self._queue
        while queue and queue[0][0] <= until:
            when, _, call, args = heapq.heappop(queue)
            self.now = when
            self.steps += 1
            call(*args)
        self.now = until

    def alone(self) -> bool:
        """Tell whether nothing else happens at this instant."""
        return not self._queue or self._queue[0][0] > self.now


class NumberedTask(asyncio.Task[Any]):
    """A task whose place in a set does not depend on its address in memory."""

    def __init__(self, number: int, coro: Any, **given: Any) -> None:
        # Before all else: asyncio keeps every task in a set, and a hash that all of them shared would fill one place.
        self.number = number
        super().__init__(coro, **given)

    def __hash__(self) -> int:
        return self.number


class Loop(asyncio.AbstractEventLoop):
    """The event loop of one process. `trouble` is told of what asyncio would print."""

    def __init__(self, time: Time, trouble: Callable[[dict[str, Any]], None]) -> None:
        self._time = time
        self._trouble = trouble
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._tasks: dict[int, NumberedTask] = {}
        self._order = itertools.count()
        self._awake = False
        self._here, self._count = 0.0, 0
        self.dead = False

    def time(self) -> float:
        return self._time.now

    # Nothing is debugged. It is asked with every call and every task, so no code of Python's answers.
    get_debug = bool

    def is_running(self) -> bool:
        """Return True: it is asked from within."""
        return True

    def is_closed(self) -> bool:
        """Tell whether the process is dead."""
        return self.dead

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
        *,
        name: str | None = None,
        context: Context | None = None,
    ) -> NumberedTask:
        """Return a task with a number of its own."""
        task = NumberedTask(next(self._order), coro, loop=self, name=name, context=context)
        self._tasks[task.number] = task
        task.add_done_callback(lambda _: self._tasks.pop(task.number, None))
        return task

    def call_soon(
        self, callback: Callable[[Unpack[_Args]], object], *args: *_Args, context: Context | None = None
    ) -> asyncio.Handle:
        """Call when the present step is over."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        if not self._awake and not self.dead:
            self._awake = True
            self._time.at(self._time.now, self._step)
        return handle

    call_soon_threadsafe = call_soon

    def call_later(
        self,
        delay: float,
        callback: Callable[[Unpack[_Args]], object],
        *args: *_Args,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call in so many seconds."""
        # Time goes on by a microsecond at least, as it does on a machine: less is lost in the sum.
        return self.call_at(
            self._time.now + (max(delay, _TICK) if delay > 0 else 0.0), callback, *args, context=context
        )

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[_Args]], object],
        *args: *_Args,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call at an instant of virtual time."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        if self.dead:
            heapq.heappush(self._timers, (when, next(self._order), handle))
        else:
            self._time.at(when, self._ring, handle)
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Do nothing: a cancelled timer rings unheard."""

    def run_in_executor(
        self, _executor: object, func: Callable[[Unpack[_Args]], _Answer], *args: *_Args
    ) -> asyncio.Future[_Answer]:
        """Run `func` at once: there are no threads here."""
        future: asyncio.Future[_Answer] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - what it raises belongs to whoever awaits it
            future.set_exception(error)
        return future

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Tell what nobody heard of."""
        if not self.dead:
            self._trouble(context)

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Tell what nobody heard of."""
        self.call_exception_handler(context)

    def _ring(self, handle: asyncio.TimerHandle) -> None:
        if not handle.cancelled() and not self.dead:
            self._ready.append(handle)
            if not self._awake:
                self._awake = True
                self._step()

    def _step(self) -> None:
        """Run what is ready. Where something else happens at this instant, that has its turn in between."""
        if self.dead:
            return
        ready, now = self._ready, self._time.now
        if now != self._here:
            self._here, self._count = now, 0
        asyncio._set_running_loop(self)
        try:
            while ready:
                for _ in range(len(ready)):
                    self._count += 1
                    handle = ready.popleft()
                    if not handle._cancelled:
                        handle._run()
                    if self.dead:
                        return
                if self._count > _BUSY:
                    raise BusyError(str(ready[0]) if ready else "busy")
                if ready and not self._time.alone():
                    self._time.at(now, self._step)
                    return
        finally:
            asyncio._set_running_loop(None)
        self._awake = False

    def unwind(self) -> None:
        """End all tasks of a process that was killed. It cannot do anything by now: see Process.kill."""
        self.dead = True
        asyncio._set_running_loop(self)
        try:
            for _ in range(_UNWINDING):
                for task in list(self._tasks.values()):
                    task.cancel()
                if not self._tasks and not self._ready:
                    break
                for _ in range(len(self._ready)):
                    handle = self._ready.popleft()
                    if not handle.cancelled():
                        handle._run()
                if self._timers and not self._ready:
                    handle = heapq.heappop(self._timers)[2]
                    if not handle.cancelled():
                        self._ready.append(handle)
        finally:
            asyncio._set_running_loop(None)
        self._ready.clear()
        self._tasks.clear()
