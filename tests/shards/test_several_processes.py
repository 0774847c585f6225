"""Processes of their own on one store, which share the shards out among themselves."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bench import fleet as bench
from bench.fleet import Plan, storm_of
from bot.shards.keeper import TIMING
from tests.support.seeded import content_of

if TYPE_CHECKING:
    from pathlib import Path

    from bench.fleet import Result
    from tests.support.postgres import Server


def fine(result: Result) -> None:
    """Nothing went wrong; their clocks are two minutes apart, and Discord refuses what comes too soon."""
    assert (result.lost, result.doubled, result.paused, result.wrong) == (0, 0, 0, [])
    assert result.refused_starts == 0


@pytest.mark.timeout(300)
async def test_two_processes_make_each_post_once(second_path: Path) -> None:
    result = await storm_of(second_path, Plan(processes=2, shards=2, seed=3, buckets=2), posts=200)
    assert result.posts == 200
    fine(result)


@pytest.mark.timeout(300)
async def test_from_one_to_four_and_two_and_one_of_these_killed(second_path: Path) -> None:
    plan = Plan(processes=4, shards=4, seed=4, buckets=4)
    async with bench.fleet(second_path, plan) as fleet:
        await fleet.begin(1)
        async with fleet.busy():
            for number in (1, 2, 3):
                fleet.start(number)
            await fleet.divided(1, 1, 1, 1)
            for number in (1, 3):
                await fleet.stop(number)
            await fleet.divided(2, 2)
            assert fleet.twice < 0.5
            began = time.monotonic()
            await fleet.kill(0)
            await fleet.divided(4)
            # Two shards of other buckets: neither waits for the other's IDENTIFY. The rest is for a busy machine.
            assert time.monotonic() - began < (TIMING.lease + TIMING.beat).total_seconds() + 5.25 + 10
        fine(await fleet.finish(Counter(), within=60))


@pytest.mark.timeout(300)
async def test_a_server_that_restarts_in_the_storm_loses_nothing(postgres: Server, second_path: Path) -> None:
    settings = {"LEARNT_PATH": str(content_of(second_path))}
    plan = Plan(processes=2, shards=2, seed=5, buckets=2, apart=None, settings=settings)
    async with bench.fleet(postgres.emptied(), plan) as fleet:
        await fleet.begin()
        async with fleet.busy():
            for _ in range(2):
                await asyncio.sleep(1)
                await asyncio.to_thread(postgres.stop)
                asked = time.monotonic()
                told = await fleet.moderator(0).slash("daily list")
                assert not told.failed
                assert "database is busy" in told.text, told.text
                assert time.monotonic() - asked < 3
                await asyncio.to_thread(postgres.start)
            await fleet.divided(1, 1)
        fine(await fleet.finish(Counter(), within=180))
