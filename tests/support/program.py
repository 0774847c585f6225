"""Runs `python -m bot` as people do: a process of its own, with an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.seeded import ROOT, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass
class Ended:
    """How it ended, and what it printed."""

    code: int
    out: str
    err: str


def environment(store: Path, **more: str) -> dict[str, str]:
    """Return an environment with the tiny announcement, and nothing of the one in which the tests run."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "COVERAGE_PROCESS_START") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error,ignore::DeprecationWarning",  # discord.py 2.7 imports audioop
        "DATABASE_PATH": str(store),
        "ANNOUNCEMENT_PATH": str(SECOND),
        **more,
    }


def program(
    *arguments: str, store: Path, before_start: Callable[[], None] | None = None, cwd: Path | None = None, **more: str
) -> Ended:
    """Run the program with these arguments until it ends by itself."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", *arguments],
        env=environment(store, **more),
        cwd=cwd or store.parent if (cwd or store.parent).is_dir() else ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=before_start,
    )
    return Ended(done.returncode, done.stdout, done.stderr)
