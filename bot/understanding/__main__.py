"""Learning as a program: a lesson in MessagePack on standard input, what was learnt on standard output.

Before it come lines that say how far learning is, in percent; the last of them is 100.
"""

from __future__ import annotations

import gc
import sys

import msgspec

from bot.understanding.engine import Lesson
from bot.understanding.training import learn


class Progress:
    """Writes each percentage once."""

    def __init__(self) -> None:
        self._written = 0

    def __call__(self, share: float) -> None:
        percent = int(share * 100)
        if percent > self._written:
            self._written = percent
            sys.stdout.buffer.write(b"%d\n" % percent)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    # It ends soon, and keeps nearly all that it makes: looking for garbage would be for nothing.
    gc.disable()
    progress = Progress()
    learnt = learn(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Lesson), progress=progress)
    progress(1)
    sys.stdout.buffer.write(learnt)
