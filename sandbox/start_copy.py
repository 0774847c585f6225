"""The demo's database: each demo begins like the first one, without the bot having to learn again.

An old database will not do: its demo may have moved the clock ahead. So a copy is taken when the bot has
first come online, before anybody has done anything, and the next demo begins with the copy.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def copy_of(database: Path) -> Path:
    """Tell where the copy lies."""
    return database.with_name(f"{database.stem}-start{database.suffix}")


def prepare(database: Path) -> None:
    """Put the copy, if there is one, in the place of what an earlier demo has left."""
    database.parent.mkdir(parents=True, exist_ok=True)
    for ending in ("", "-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    if copy_of(database).exists():
        shutil.copyfile(copy_of(database), database)


def take(database: Path) -> None:
    """Take the copy while the bot is at work (SQLite's own backup sees to its being whole)."""
    if not database.exists():
        return
    made = copy_of(database).with_suffix(".new")
    made.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(made)) as target:
        source.backup(target)
    made.replace(copy_of(database))
