"""What understanding costs: time to answer, memory, learning, and an unchanged start."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.report import Figure, percentile, show
from bot import app, settings
from tests.support.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable

_QUESTIONS = Path("tests/eval/questions.json")


def main() -> None:
    """Measure on one core and print."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder, progress("understanding", 5) as advance:

        def run(*arguments: str) -> dict[str, float]:
            found = _run(*arguments)
            advance(1)
            return found

        # A copy, so that nobody edits the data while it is measured.
        data = shutil.copytree(settings.ANNOUNCEMENT, Path(folder) / "data")
        place = (str(Path(folder) / "bench.sqlite3"), str(data))
        seeding = run("seeding", *place)
        minimal = run("minimal")
        without, full = run("without-engine", *place), run("with-engine", *place)
        times = asyncio.run(_answer_times(*place))
        advance(1)
    show(
        "Understanding, on one core",
        [
            Figure("seeding with learning, processor time", seeding["cpu"], "s", 20),
            Figure("seeding with learning, wall clock", seeding["seconds"], "s"),
            Figure("an unchanged start: check, read and load what was learnt", full["unchanged"], "s", 0.3),
            Figure("time to answer, median", percentile(times, 0.5) * 1000, "ms", 1),
            Figure("time to answer, p99", percentile(times, 0.99) * 1000, "ms", 5),
            Figure("memory of a minimal discord.py bot", minimal["resident"], "MiB"),
            Figure("memory of this bot without the engines", without["resident"], "MiB"),
            Figure("memory of this bot with them", full["resident"], "MiB"),
            Figure("memory that the engines add", full["resident"] - without["resident"], "MiB", 40),
            Figure("memory, as a multiple of the minimal bot's", full["resident"] / minimal["resident"], "x"),
            Figure("start, as a multiple of the minimal bot's", full["seconds"] / minimal["seconds"], "x"),
        ],
    )


async def _answer_times(store: str, announcement: str) -> list[float]:
    """Return the seconds that each question of the set took, the best of three.

    What was asked lately is remembered, so each time another service is asked.
    """
    rounds = [await _once_each(store, announcement) for _ in range(3)]
    return [min(times) for times in zip(*rounds, strict=True)]


async def _once_each(store: str, announcement: str) -> list[float]:
    questions = [item["question"] for item in json.loads(_QUESTIONS.read_text(encoding="utf-8"))]
    async with app.services(settings.read({"DATABASE_PATH": store, "ANNOUNCEMENT_PATH": announcement})) as services:
        services.asking.ask("warm up")
        return [_timed(services.asking.ask, question) for question in questions]


def _timed(ask: Callable[[str], object], question: str) -> float:
    started = time.perf_counter()
    ask(question)
    return time.perf_counter() - started


def _run(*arguments: str) -> dict[str, float]:
    """Run one measured program in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.processes", *arguments], check=True, capture_output=True, text=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
