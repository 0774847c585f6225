"""Processes of their own on one store, which share the shards out among themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.fleet import storm_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(300)
async def test_two_processes_make_each_post_once(second_path: Path) -> None:
    """Their clocks are two minutes apart, and Discord refuses what comes too soon."""
    result = await storm_of(second_path, processes=2, posts=200, shards=2, seed=3)
    assert (result.posts, result.lost, result.doubled, result.paused, result.wrong) == (200, 0, 0, 0, [])
    # One may be held up on its way where the machine stands still; then the next one comes too soon after it.
    assert result.refused_starts <= 1
