"""Stores with content beside them: learning takes long, so that is kept between runs while nothing changed."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import shutil
import tempfile
from pathlib import Path

from bot import announcement
from bot.announcement import words
from bot.seeding import learn
from bot.settings import ANNOUNCEMENT, Settings
from bot.store.sqlite import SqliteDatabase

ROOT = Path(__file__).resolve().parents[2]
SECOND = ROOT / "tests" / "announcement" / "second"
NIGHT_TRAIN = ROOT / "examples" / "night-train"
_KEPT = 4
# What is learnt depends on this, besides the announcement: the code that learns, and the one that writes.
_CODE = (
    "announcement/words.py",
    "understanding",
    "canon",
    "fuzzy.py",
    "text.py",
    "seeding.py",
    "store/content.py",
    "store/content.sql",
    "store/migrations",
)


def seeded(folder: Path, cache: Path) -> Path:
    """Return a new store with the content of `folder` beside it. Never write to it, copy it: workers share it."""
    name = "real" if folder == ANNOUNCEMENT else folder.name
    store = cache / f"{name}-{_fingerprint(folder)}.sqlite3"
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not store.exists():
            with tempfile.TemporaryDirectory(dir=cache) as making:
                asyncio.run(_seed(Path(making) / "store.sqlite3", folder))
                content_of(Path(making) / "store.sqlite3").rename(content_of(store))
                (Path(making) / "store.sqlite3").rename(store)
            stores = (path for path in cache.glob(f"{name}-*.sqlite3") if content_of(path).exists())
            for old in sorted(stores, key=lambda path: path.stat().st_mtime)[:-_KEPT]:
                old.unlink()
                content_of(old).unlink()
    return store


def content_of(store: Path) -> Path:
    """Return where a start looks for the content beside a store."""
    return Settings(token=None, database_path=store).content_path


def copied(store: Path, to: Path) -> Path:
    """Copy a store and the content beside it, and return the copy."""
    shutil.copy(content_of(store), content_of(to))
    return Path(shutil.copy(store, to))


def _fingerprint(folder: Path) -> str:
    """Return a hash over all that a seeded store depends on."""
    digest = hashlib.sha256(f"{announcement.checksum(folder)} {words.digest()}".encode())
    for part in _CODE:
        path = ROOT / "bot" / part
        for file in sorted(
            [path] if path.is_file() else [*path.rglob("*.py"), *path.rglob("*.sql"), *path.rglob("*.txt")]
        ):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


async def _seed(path: Path, folder: Path) -> None:
    async with await SqliteDatabase.open(path):
        await learn(folder, content_of(path))
