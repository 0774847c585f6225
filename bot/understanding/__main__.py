"""Learning as a program: a lesson in MessagePack on standard input, what was learnt on standard output."""

from __future__ import annotations

import gc
import sys

import msgspec

from bot.understanding.engine import Lesson
from bot.understanding.training import learn

if __name__ == "__main__":
    # It ends soon, and keeps nearly all that it makes: looking for garbage would be for nothing.
    gc.disable()
    sys.stdout.buffer.write(learn(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Lesson)))
