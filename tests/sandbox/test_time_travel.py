"""Moving the clock with a bot that takes its time."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sandbox import Sandbox
from sandbox.page import time_travel
from sandbox.page.hub import Hub
from tests.sandbox.tiny import Raw

NINE = 1_800_003_600.0 // time_travel.DAY * time_travel.DAY + 9 * time_travel.HOUR


async def post_daily(sb: Sandbox, raw: Raw, due: float) -> None:
    """Post each day at this time, as a bot on a busy machine does: a while after the clock has told it."""
    while True:
        while sb.clock.now() < due:  # noqa: ASYNC110 - as a bot sees it, by looking
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        await raw.ok("POST", f"/channels/{sb.world.channel('daily-quotes').id}/messages", {"content": "a quote"})
        due += time_travel.DAY


@pytest.fixture
async def hub(sb: Sandbox, raw: Raw) -> AsyncIterator[Hub]:
    sb.clock.move_to(NINE - time_travel.DAY / 2)
    await raw.ok("POST", f"/channels/{sb.world.channel('general').id}/messages", {"content": f"next: <t:{NINE:.0f}:F>"})
    posting = asyncio.create_task(post_daily(sb, raw, NINE))
    yield Hub(sb, None)
    posting.cancel()


async def test_posts_come_when_they_are_due_however_busy_the_bot_is(sb: Sandbox, hub: Hub) -> None:
    """The first time is one that the bot has named; then the clock walks on to the same time of other days."""
    for _ in range(3):
        await time_travel.go(hub, {"to": "next-daily"})
    await time_travel.go(hub, {"to": "+1d"})
    posts = sb.world.channel("daily-quotes").messages.values()
    assert [round((each.at - NINE) / time_travel.HOUR, 1) for each in posts] == [0.0, 24.0, 48.0, 72.0]
