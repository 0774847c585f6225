"""The real announcement, read from a store that learnt nothing: pictures only need the words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot import announcement as announcements
from bot.library import Library, read_library
from bot.pictures.typesetting import Faces
from bot.settings import ANNOUNCEMENT
from bot.store.content import Content, write_content
from bot.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return asyncio.run(_read(tmp_path_factory.mktemp("words") / "store.sqlite3"))


async def _read(path: Path) -> Library:
    async with await SqliteDatabase.open(path) as database:
        await write_content(database, announcements.load(ANNOUNCEMENT), "", {})
        return await read_library(Content(database))


@pytest.fixture(scope="session")
def faces() -> Faces:
    return Faces()
