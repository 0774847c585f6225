"""The bot as processes of their own: killed at random instants, and two at once on one store."""

from __future__ import annotations

import asyncio
import datetime as dt
import signal
from typing import TYPE_CHECKING

import pytest

from bench import storm, week
from bench.soak import soak
from sandbox import Sandbox
from tests.support.program import end, running

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unmeasured


@pytest.mark.timeout(300)
async def test_a_short_soak_loses_and_doubles_nothing(second_path: Path) -> None:
    result = await soak(second_path, kills=5, seed=3)
    assert (result.lost, result.doubled, result.paused, result.wrong) == (0, 0, 0, [])
    assert result.posts > 0
    assert result.struck > 0


@pytest.mark.timeout(400)
async def test_a_bad_week_at_discord(second_path: Path) -> None:
    days = await week.replay(second_path, servers=5)
    assert [each for each in days if not each.fine] == []
    assert len(days) == 7
    assert all(each.due + each.absent == 5 for each in days)
    assert sum(each.late for each in days) >= 3
    # Eight hours of an outage are more than a post may be late: it is told, and the next day is as any other.
    assert days[-1].skipped == 5
    assert "told" in week.table(days)


async def test_two_bots_on_one_store_make_each_post_once(second_path: Path) -> None:
    async with Sandbox(empty=True, journal_size=1) as sandbox:
        places = storm.channels(sandbox, guilds=4, each=5)
        storm.add_schedules(second_path, places, dt.datetime.now(dt.UTC), 0, 200)
        bot = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}
        async with running("run", store=second_path, **bot) as one, running("run", store=second_path, **bot) as other:
            async with asyncio.timeout(60):
                while storm.left(second_path):  # noqa: ASYNC110 - other processes work
                    await asyncio.sleep(0.2)
            for process in (one, other):
                assert (await end(process, signal.SIGTERM)).code == 0
        assert storm.disagreements(sandbox, second_path, 200) == (0, 0, [])
