"""Stores seeded once: learning takes long, so what was learnt is kept between runs while nothing changed."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import tempfile
from pathlib import Path

from bot import announcement
from bot.announcement import words
from bot.seeding import bring_up_to_date
from bot.settings import ANNOUNCEMENT
from bot.store.sqlite import SqliteDatabase

ROOT = Path(__file__).resolve().parents[2]
SECOND = ROOT / "tests" / "announcement" / "second"
_KEPT = 4
# What a seeded store depends on, besides the announcement: the code that learns, and the one that writes.
_CODE = ("announcement/words.py", "understanding", "canon", "fuzzy.py", "text.py", "seeding.py", "store/content.py")


def seeded(folder: Path, cache: Path) -> Path:
    """Return a store seeded from `folder`; never written to: copy it. Parallel workers share one."""
    name = "real" if folder == ANNOUNCEMENT else folder.name
    store = cache / f"{name}-{_fingerprint(folder)}.sqlite3"
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not store.exists():
            with tempfile.TemporaryDirectory(dir=cache) as making:
                asyncio.run(_seed(Path(making) / "store.sqlite3", folder))
                (Path(making) / "store.sqlite3").rename(store)
            kept = sorted(cache.glob(f"{name}-*.sqlite3"), key=lambda path: path.stat().st_mtime)
            for old in kept[:-_KEPT]:
                old.unlink()
    return store


def _fingerprint(folder: Path) -> str:
    """Return a hash over all that a seeded store depends on."""
    digest = hashlib.sha256(f"{announcement.checksum(folder)} {words.digest()}".encode())
    for part in (*_CODE, "store/migrations"):
        path = ROOT / "bot" / part
        for file in sorted([path] if path.is_file() else [*path.rglob("*.py"), *path.rglob("*.sql")]):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


async def _seed(path: Path, folder: Path) -> None:
    async with await SqliteDatabase.open(path) as database:
        await bring_up_to_date(database, folder)
