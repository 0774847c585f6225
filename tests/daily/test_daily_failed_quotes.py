"""Quotes whose post failed: what was really posted keeps its order."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from bot.daily.bag import Bag, predict
from bot.daily.jobs import PostJob
from bot.daily.ports import Refused
from bot.daily.schedule import Pause, Reason
from tests.support.clock import FakeClock
from tests.support.daily import GUILD, START, office

if TYPE_CHECKING:
    from tests.support.postgres import Place


async def test_posts_that_fail_leave_no_gap_in_what_is_posted(place: Place) -> None:
    async with office(place, FakeClock(START)) as here:
        await here.add()
        for day in range(24):
            # Every third post is refused, those of the end of a round and of the beginning of the next among them.
            here.clock.set(START + dt.timedelta(days=day))
            here.channel.plan.extend([Refused(Reason.REFUSED)] if day % 3 == 2 else [])
            async with here.at_work():
                await here.move(hours=1)
        states = [row["state"] for row in await here.ledger()]
        assert states == ["sent", "sent", "failed"] * 8
        assert [post.quote for post in here.channel.posts] == predict(Bag(7), here.filters.matching(None), 16)


async def test_the_quote_that_met_a_missing_permission_comes_when_it_is_resumed(place: Place) -> None:
    async with office(place, FakeClock(START)) as here:
        await here.add()
        shown = (await here.scheduler.preview(GUILD, "1")).quote.id
        here.channel.plan.append(Refused(Pause.NO_PERMISSION))
        async with here.at_work():
            await here.move(hours=1)
            assert here.channel.posts == []
            assert (await here.scheduler.preview(GUILD, "1")).quote.id == shown
            await here.scheduler.resume(GUILD, "1")
            await here.move(days=1)
            assert [post.quote for post in here.channel.posts] == [shown]


async def test_what_was_posted_last_stays_it_while_a_later_post_is_pending(place: Place) -> None:
    """A process dies with a post that it claimed; days later the next one is drawn before that one is given up."""
    async with office(place, FakeClock(START)) as here:
        for seed in range(24):
            await here.add(seed, time=f"09:{seed:02}", about="speaker:bo")
        async with here.at_work():
            await here.move(hours=2)
            # Of four quotes the last one of the round is pending then.
            await here.move(days=1)
            await here.move(days=1)
        before = {post.schedule: post.quote for post in here.channel.posts}
        here.clock.move(days=1)
        pending = {job.schedule: job.quote for job in await here.take() if isinstance(job, PostJob)}
        here.clock.move(days=3)
        after = {job.schedule: job.quote for job in await here.take() if isinstance(job, PostJob) and job.tries == 1}
        assert len(before) == len(pending) == len(after) == 24
        assert all(len({before[each], pending[each], after[each]}) == 3 for each in before)
