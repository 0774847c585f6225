"""Learning as a program: a lesson in MessagePack on standard input, what was learnt on standard output."""

import gc
import sys

import msgspec

from bot.domain.understanding.learning import learn
from bot.domain.understanding.types import Lesson

if __name__ == "__main__":
    # It ends soon, and keeps nearly all that it makes: looking for garbage would be for nothing.
    gc.disable()
    sys.stdout.buffer.write(learn(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Lesson)))
