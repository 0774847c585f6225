"""The real announcement, of which nothing was learnt: pictures only need the words."""

from __future__ import annotations

import pytest

from bot import announcement as announcements
from bot.library import Library, read_library
from bot.pictures.typesetting import Faces
from bot.settings import ANNOUNCEMENT
from bot.store.content import Content


@pytest.fixture(scope="session")
def library() -> Library:
    with Content.make(announcements.load(ANNOUNCEMENT), "", {}) as content:
        return read_library(content)


@pytest.fixture(scope="session")
def faces() -> Faces:
    return Faces()
