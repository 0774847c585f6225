"""Stores seeded once: learning takes long, so what was learnt is kept between runs while nothing changed."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
from pathlib import Path

from bot.domain import announcement
from bot.services.seeding import bring_up_to_date
from bot.settings import ANNOUNCEMENT
from bot.store.database import Database

ROOT = Path(__file__).resolve().parents[2]
SECOND = ROOT / "tests" / "announcements" / "second"
_KEPT = 4


def seeded(folder: Path, cache: Path) -> Path:
    """Return a store seeded from `folder`; never written to: copy it. Parallel workers share one."""
    name = "real" if folder == ANNOUNCEMENT else folder.name
    store = cache / f"{name}-{_fingerprint(folder)}.sqlite3"
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not store.exists():
            making = cache / f"{name}-making.sqlite3"
            making.unlink(missing_ok=True)
            asyncio.run(_seed(making, folder))
            making.rename(store)
            kept = sorted(cache.glob(f"{name}-*.sqlite3"), key=lambda path: path.stat().st_mtime)
            for old in kept[:-_KEPT]:
                old.unlink()
    return store


def _fingerprint(folder: Path) -> str:
    """Return what a seeded store depends on: the announcement, and the code that reads and learns."""
    digest = hashlib.sha256(announcement.checksum(folder).encode())
    for part in ("bot/domain", "bot/store", "bot/services/seeding.py"):
        path = ROOT / part
        for file in sorted([path] if path.is_file() else [*path.rglob("*.py"), *path.rglob("*.sql")]):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


async def _seed(path: Path, folder: Path) -> None:
    async with await Database.open(path) as database:
        await bring_up_to_date(database, folder)
