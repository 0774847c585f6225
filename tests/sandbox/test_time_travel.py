"""Moving the clock with a bot that takes its time."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest

from sandbox import Sandbox
from sandbox.page import time_travel
from sandbox.page.hub import Hub
from tests.sandbox.tiny import Raw

NINE = 1_800_003_600.0 // time_travel.DAY * time_travel.DAY + 9 * time_travel.HOUR


NEW_YORK = ZoneInfo("America/New_York")
# The day before the clocks go forward there.
SATURDAY = dt.datetime(2027, 3, 13, 9, tzinfo=NEW_YORK)


async def post_daily(sb: Sandbox, raw: Raw, due: dt.datetime) -> None:
    """Post each day at this time, as a bot on a busy machine does: a while after the clock has told it."""
    while True:
        while sb.clock.now() < due.timestamp():  # noqa: ASYNC110 - as a bot sees it, by looking
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        await raw.ok("POST", f"/channels/{sb.world.channel('daily-quotes').id}/messages", {"content": "a quote"})
        due += dt.timedelta(days=1)


@pytest.fixture
async def hub(sb: Sandbox, raw: Raw) -> AsyncIterator[Hub]:
    sb.clock.move_to(NINE - time_travel.DAY / 2)
    await raw.ok("POST", f"/channels/{sb.world.channel('general').id}/messages", {"content": f"next: <t:{NINE:.0f}:F>"})
    posting = asyncio.create_task(post_daily(sb, raw, dt.datetime.fromtimestamp(NINE, dt.UTC)))
    yield Hub(sb, None)
    posting.cancel()


async def test_posts_come_when_they_are_due_however_busy_the_bot_is(sb: Sandbox, hub: Hub) -> None:
    """The first time is one that the bot has named; then the clock walks on to the same time of other days."""
    for _ in range(3):
        await time_travel.go(hub, {"to": "next-daily"})
    await time_travel.go(hub, {"to": "+1d"})
    posts = sb.world.channel("daily-quotes").messages.values()
    assert [round((each.at - NINE) / time_travel.HOUR, 1) for each in posts] == [0.0, 24.0, 48.0, 72.0]


async def test_after_a_clock_change_a_post_is_waited_for_at_the_same_hour(sb: Sandbox, raw: Raw) -> None:
    """The bot has named the zone and the hour: on the next day that hour comes sooner, and a busy bot as slowly."""
    sb.clock.move_to(SATURDAY.timestamp() - time_travel.HOUR)
    told = f"09:00 America/New_York, next: <t:{SATURDAY.timestamp():.0f}:F>"
    await raw.ok("POST", f"/channels/{sb.world.channel('general').id}/messages", {"content": told})
    posting = asyncio.create_task(post_daily(sb, raw, SATURDAY))
    hub = Hub(sb, None)
    await time_travel.go(hub, {"to": "next-change"})
    for _ in range(2):
        await time_travel.go(hub, {"to": "next-daily"})
    posting.cancel()
    posts = sb.world.channel("daily-quotes").messages.values()
    shown = [f"{dt.datetime.fromtimestamp(each.at, NEW_YORK):%a %H:%M}" for each in posts]
    assert shown == ["Sat 09:00", "Sun 09:00", "Mon 09:00"]
