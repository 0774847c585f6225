"""What answering a slash command costs beside the smallest bot that answers one at all.

Both are processes of their own, each connected to a local Discord of its own, and they take turns, so that whatever
else the machine does meets both. The smallest bot answers its one command with the text that it was given: all its
time is discord.py's and the network's. Throughput and medians hold the local Discord's part as well, which is the
same for both; the processor time does not.

Usage: python -m bench commands, or python -m bench.commands [ROUNDS [COUNT]].
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.report import Figure, show
from bot.settings import ANNOUNCEMENT
from sandbox import Sandbox
from tests.support.progress import progress, silent
from tests.support.seeded import seeded

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Sequence

    from tests.support.progress import Advance

ROUNDS, COUNT = 7, 150
# People who use a command at the same moment, while its throughput is measured.
_AT_ONCE: Final = 8
# Texts that come before those that are measured.
_WARM_UP: Final = 30
# How long a bot is left alone after it has connected, in seconds.
_SETTLED: Final = 3.0
_SETS: Final = Path("tests/eval")
READY_MIB: Final = 85.0


@dataclass(frozen=True)
class Asked:
    """A command, the option that is filled in, what is typed there, and what is aimed at.

    At `least` this share of the smallest bot's throughput, and at `most` this many times its median.
    """

    command: str
    option: str
    texts: Sequence[str]
    least: float
    most: float


def asked() -> tuple[Asked, ...]:
    """Return the commands that are measured, with texts as people type them."""
    queries = (each["text"] or each["speaker"] for each in _of("quote.json", "query"))
    # One look-up in two is left to chance.
    looked_up = [text for query in queries for text in (query, "random")]
    return (
        Asked("quote", "query", looked_up, 0.75, 2),
        Asked("canon", "subject", _of("canon.json", "query"), 0.75, 2),
        Asked("ask", "question", _of("questions.json", "question"), 0.5, 2.5),
    )


def _of(name: str, key: str) -> list[Any]:
    return [item[key] for item in json.loads((_SETS / name).read_text(encoding="utf-8"))]


# The smallest bot's.
_SMALLEST: Final = ("quote", "query")


@dataclass
class Times:
    """What rounds of one command took, a value a round: commands a second, and of one command seconds.

    `median` is of commands that come one after the other, `cpu` the processor time of those that come together.
    """

    rate: list[float] = field(default_factory=list)
    median: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


class Bot:
    """A bot in a process of its own, and somebody who uses it."""

    def __init__(self, sandbox: Sandbox, process: Process) -> None:
        self._process = process
        guild = sandbox.world.add_guild("A server", channels=1)
        sandbox.world.add_member(guild, sandbox.world.add_user("Somebody"))
        self._somebody = sandbox.person("Somebody")

    @property
    def resident(self) -> float:
        """Its resident memory in MiB."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    @property
    def cpu(self) -> float:
        """The processor time in seconds that its threads have used so far."""
        threads = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text(encoding="ascii").split()[0]) for thread in threads) / 1e9

    async def _use(self, command: str, option: str, text: str) -> float:
        began = time.perf_counter()
        reply = await self._somebody.slash(command, **{option: text})
        if reply.failed:
            raise RuntimeError(f"/{command} {text!r} was not answered")
        return time.perf_counter() - began

    async def round(self, command: str, option: str, texts: Sequence[str], times: Times) -> None:
        """Use a command with half of the texts one after the other, then with the others by several people at once."""
        half = len(texts) // 2
        times.median.append(statistics.median([await self._use(command, option, text) for text in texts[:half]]))
        left, began, cpu = iter(texts[half:]), time.perf_counter(), self.cpu

        async def one_of_several() -> None:
            for text in left:
                await self._use(command, option, text)

        await asyncio.gather(*(one_of_several() for _ in range(_AT_ONCE)))
        times.rate.append((len(texts) - half) / (time.perf_counter() - began))
        times.cpu.append((self.cpu - cpu) / (len(texts) - half))


@contextlib.asynccontextmanager
async def running(*arguments: str, store: Path | None = None, **more: str) -> AsyncIterator[Bot]:
    """Yield a bot that is connected to a local Discord of its own, with `more` settings; it ends with the block."""
    async with Sandbox(empty=True, journal_size=1) as sandbox:
        environment = {
            "PATH": os.environ["PATH"],
            "DISCORD_TOKEN": sandbox.token,
            "DISCORD_API_BASE": sandbox.base_url,
            "LOG_LEVEL": "ERROR",
            **more,
        } | ({} if store is None else {"DATABASE_PATH": str(store)})
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, env=environment)
        try:
            bot = Bot(sandbox, process)
            await sandbox.bot_connected(commands=True, timeout=180)
            await asyncio.sleep(_SETTLED)
            yield bot
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


@dataclass
class Measured:
    """What was measured: memory at ready in MiB, and of each command our times and the smallest bot's."""

    ready: float
    ready_smallest: float
    times: dict[str, tuple[Times, Times]]


async def measured(store: Path, rounds: int, count: int, advance: Advance = silent) -> Measured:
    """Alternate between the two bots: for each command `rounds` rounds, of `count` texts each."""
    async with (
        running("-m", "bench.processes", "minimal-bot") as smallest,
        running("-m", "bot", "run", store=store) as ours,
    ):
        found = Measured(ours.resident, smallest.resident, {})
        for each in asked():
            texts = itertools.cycle(each.texts)
            found.times[each.command] = mine, its = Times(), Times()
            for times, size in ((None, _WARM_UP), *(((mine, its), count) for _ in range(rounds))):
                part = list(itertools.islice(texts, size))
                here, there = times or (Times(), Times())
                await smallest.round(*_SMALLEST, part, there)
                await ours.round(each.command, each.option, part, here)
                advance(1)
        return found


def figures(found: Measured) -> list[Figure]:
    """Return the figures, each ratio as the median of the rounds' ratios: both bots' rounds lie side by side."""
    middle = statistics.median
    shown = [
        Figure("memory at ready", found.ready, "MiB", READY_MIB),
        Figure("memory at ready, the smallest bot", found.ready_smallest, "MiB"),
    ]
    for each in asked():
        mine, its = found.times[each.command]
        name = f"/{each.command}"
        shown += [
            Figure(f"{name}, throughput", middle(mine.rate), "/s"),
            Figure(f"{name}, throughput, the smallest bot", middle(its.rate), "/s"),
            Figure(f"{name}, throughput, ratio", _ratio(mine.rate, its.rate), "x", least=each.least),
            Figure(f"{name}, median", middle(mine.median) * 1000, "ms"),
            Figure(f"{name}, median, the smallest bot", middle(its.median) * 1000, "ms"),
            Figure(f"{name}, median, ratio", _ratio(mine.median, its.median), "x", each.most),
            Figure(f"{name}, processor time", middle(mine.cpu) * 1000, "ms"),
            Figure(f"{name}, processor time, the smallest bot", middle(its.cpu) * 1000, "ms"),
            Figure(f"{name}, processor time, ratio", _ratio(mine.cpu, its.cpu), "x"),
        ]
    return shown


def _ratio(mine: Sequence[float], its: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(mine, its, strict=True))


def main(rounds: int = ROUNDS, count: int = COUNT) -> None:
    with tempfile.TemporaryDirectory() as folder, progress("commands", 1 + len(asked()) * (1 + rounds)) as advance:
        store = seeded(ANNOUNCEMENT, Path(folder))
        advance(1)
        found = asyncio.run(measured(store, rounds, count, advance))
    show("Commands, beside the smallest bot", figures(found))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
