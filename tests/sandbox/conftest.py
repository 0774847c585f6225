from collections.abc import AsyncIterator, Iterator

import aiohttp
import discord
import pytest

from sandbox import Sandbox
from tests.sandbox.tiny import Raw
from tests.support import openapi


@pytest.fixture(autouse=True)
def _base_restored() -> Iterator[None]:
    base = discord.http.Route.BASE
    yield
    discord.http.Route.BASE = base


@pytest.fixture
async def sb() -> AsyncIterator[Sandbox]:
    """A sandbox whose every good answer, and every request that it took, has to fit Discord's document."""
    async with Sandbox(journal_size=None) as one:
        yield one
        if openapi.available():
            fine = [each for each in one.journal if 200 <= each.status < 300]
            assert [problem for each in fine for problem in openapi.validate_response(each)] == []
            assert [problem for each in fine for problem in openapi.validate(each)] == []


@pytest.fixture
async def raw(sb: Sandbox) -> AsyncIterator[Raw]:
    async with aiohttp.ClientSession() as session:
        yield Raw(sb, session)
