"""How far long work is, on standard error: a bar in a terminal, plain lines where there is none (a log, a pipe)."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    # Told of so much work that is done now.
    Advance = Callable[[float], None]

# Drawing more often would take time from what is measured.
_REDRAWN = 0.2


def silent(_: float) -> None:
    """Tell nobody how far work is."""


@contextmanager
def progress(what: str, total: float, stream: TextIO | None = None) -> Iterator[Advance]:
    """Show how far `what` is; yields what is to be told of each part of `total` that is done.

    What is printed meanwhile stands above the bar; a bar goes when the work ends.
    """
    stream = stream or sys.stderr
    console = Console(file=stream)
    if console.is_terminal and not console.is_dumb_terminal:
        yield from _bar(what, total, console)
    else:
        yield _Lines(what, total, stream)


def _bar(what: str, total: float, console: Console) -> Iterator[Advance]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )
    # What goes into a file or a pipe has to arrive there, and must not be taken for the terminal's.
    together = sys.stdout.isatty()
    bar = Progress(*columns, console=console, transient=True, auto_refresh=False, redirect_stdout=together)
    drawn = time.monotonic()

    def advance(done: float) -> None:
        nonlocal drawn
        bar.update(task, advance=done)
        if time.monotonic() - drawn >= _REDRAWN:
            drawn = time.monotonic()
            bar.refresh()

    with bar:
        task = bar.add_task(what, total=total)
        bar.refresh()
        yield advance
        bar.refresh()


class _Lines:
    """Writes a line for each tenth."""

    def __init__(self, what: str, total: float, stream: TextIO) -> None:
        self._what, self._total, self._stream = what, total, stream
        self._began = time.monotonic()
        self._done = 0.0
        self._tenths = 0

    def __call__(self, done: float) -> None:
        self._done += done
        # Parts of one add up to a little less.
        tenths = int(self._done / self._total * 10 + 1e-6)
        if tenths > self._tenths:
            self._tenths = tenths
            self._stream.write(f"{self._what}: {tenths * 10} %, {time.monotonic() - self._began:.0f} s\n")
            self._stream.flush()
