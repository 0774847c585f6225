"""The bags of schedules in the store: what was posted when, and quotes whose post failed."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.daily.bag import Bag, predict
from bot.daily.jobs import Delivered, NotDelivered, PostJob
from bot.daily.schedule import Pause, Reason, State
from bot.store import migrate
from bot.store.sqlite import SqliteDatabase
from tests.support.clock import FakeClock
from tests.support.daily import CHANNEL, START, Office, office, spec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.daily.schedule import Occurrence, Schedule
    from tests.support.postgres import Place

pytestmark = pytest.mark.both_engines

DUE = START + dt.timedelta(hours=1)
UNSENT = [(State.FAILED, Reason.REFUSED), (State.FAILED, Pause.NO_ACCESS), (State.SKIPPED, Reason.STOPPED)]


@pytest.fixture
async def here(place: Place) -> AsyncIterator[Office]:
    async with office(place, FakeClock(START)) as one:
        await one.add()
        yield one


async def claimed(here: Office, day: int) -> PostJob:
    """Claim the post of a day, counted from 0."""
    here.clock.set(DUE + dt.timedelta(days=day))
    jobs = [job for job in await here.take() if isinstance(job, PostJob) and job.tries == 1]
    (job,) = jobs
    return job


async def posted(here: Office, day: int) -> str:
    job = await claimed(here, day)
    await here.store.deliveries.record([Delivered(job, day + 1, CHANNEL, here.clock.now())], here.clock.now())
    return job.quote


async def fail(
    here: Office, *jobs: PostJob, state: State = State.FAILED, reason: Reason | Pause = Reason.REFUSED
) -> None:
    await here.store.deliveries.record([NotDelivered(job, state, reason) for job in jobs], here.clock.now())


async def bag(here: Office) -> Bag:
    schedule = await here.store.schedules.get(1)
    assert schedule is not None
    return schedule.bag


def told(here: Office, count: int) -> list[str]:
    return list(predict(Bag(7), here.filters.matching(None), count))


async def test_a_round_after_an_edit_to_a_topic_and_back_misses_nothing(here: Office) -> None:
    def at_the_same_time(schedule: Schedule) -> Occurrence:
        raise AssertionError(schedule)  # the rule stays

    seen = []
    for day, about in enumerate([None, None, *["topic:music"] * 4, *[None] * 5]):
        await here.store.schedules.change(1, spec(about=about), at_the_same_time)
        seen.append(await posted(here, day))
    everything = set(here.filters.matching(None))
    unseen = everything - set(seen[:6])
    assert set(seen[6 : 6 + len(unseen)]) == unseen


async def test_the_bag_is_kept_with_the_round_of_each_quote(here: Office) -> None:
    seen = [await posted(here, day) for day in range(9)]
    assert seen == told(here, 9)
    rounds = dict.fromkeys(seen[:7], 0) | dict.fromkeys(seen[7:], 1)
    assert await bag(here) == Bag(7, 1, rounds, seen[-1])


@pytest.mark.parametrize(("state", "reason"), UNSENT)
async def test_a_quote_whose_post_failed_comes_next(here: Office, state: State, reason: Reason | Pause) -> None:
    first = await posted(here, 0)
    before = await bag(here)
    await fail(here, await claimed(here, 1), state=state, reason=reason)
    assert await bag(here) == before
    assert [first, *[await posted(here, day) for day in range(2, 15)]] == told(here, 14)


async def test_between_tests_no_quote_comes_twice_in_a_row(here: Office) -> None:
    """Neither the quote of a test comes next, nor the one that was posted before it, though a round ends there."""
    just_shown: set[str] = set()
    for day in range(60):
        quote = await posted(here, day)
        assert quote not in just_shown
        tested = await here.store.schedules.draw_next(1, here.filters.matching(None))
        assert tested is not None
        assert tested.quote != quote
        just_shown = {quote, tested.quote}


async def test_the_first_of_a_round_goes_back_into_the_round_before(here: Office) -> None:
    seen = [await posted(here, day) for day in range(7)]
    await fail(here, await claimed(here, 7))
    assert await bag(here) == Bag(7, 1, dict.fromkeys(seen, 0), seen[-1])
    assert [*seen, *[await posted(here, day) for day in range(8, 15)]] == told(here, 14)


async def test_the_very_first_post_that_fails_leaves_no_last(here: Office) -> None:
    await fail(here, await claimed(here, 0))
    assert await bag(here) == Bag(7)


async def test_an_unconfirmed_post_counts_as_posted(here: Office) -> None:
    job = await claimed(here, 0)
    await fail(here, job, state=State.UNCONFIRMED, reason=Reason.UNKNOWABLE)
    assert await bag(here) == Bag(7, 0, {job.quote: 0}, job.quote)


async def test_a_turn_that_is_not_the_latest_puts_nothing_back(here: Office) -> None:
    job = await claimed(here, 0)
    before = await bag(here)
    here.clock.set(job.lease_until)
    (newer,) = await here.take()
    await fail(here, job)
    assert await bag(here) == before
    assert isinstance(newer, PostJob)
    await here.store.deliveries.record([Delivered(job, 1, CHANNEL, DUE)], here.clock.now())
    await fail(here, newer)
    assert await bag(here) == before


async def test_a_quote_that_fails_twice_in_a_row_waits_for_the_next_round(here: Office) -> None:
    first = await posted(here, 0)
    twice = [await claimed(here, 1)]
    await fail(here, *twice)
    twice.append(await claimed(here, 2))
    await fail(here, *twice[1:])
    assert [job.quote for job in twice] == [told(here, 2)[1]] * 2
    assert await bag(here) == Bag(7, 0, {first: 0, twice[0].quote: 0}, first)
    assert [await posted(here, day) for day in range(3, 8)] == told(here, 7)[2:]


@pytest.mark.parametrize("turned", [False, True])
async def test_two_posts_of_one_schedule_fail_at_once(here: Office, turned: bool) -> None:
    first = await posted(here, 0)
    before = await bag(here)
    jobs = [await claimed(here, 1)]
    # The first one is searched for in the channel's history until the next is due.
    async with here.database.transaction() as tx:
        await tx.execute("UPDATE delivery SET lease_until = lease_until + 100000000 WHERE state = 'claimed'")
    jobs.append(await claimed(here, 2))
    await fail(here, *(reversed(jobs) if turned else jobs))
    assert await bag(here) == before
    assert [first, *[await posted(here, day) for day in range(3, 10)]] == told(here, 8)


async def test_one_that_fails_late_stays_drawn_where_it_came_again(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.store.schedules.change(1, spec(about="topic:music"), lambda _: pytest.fail("the rule stays"))
    monkeypatch.setattr(here.filters, "matching", lambda _: ("quote-3",))
    job = await claimed(here, 0)
    async with here.database.transaction() as tx:
        await tx.execute("UPDATE delivery SET lease_until = lease_until + 100000000 WHERE state = 'claimed'")
    await posted(here, 1)
    await fail(here, job)
    assert await bag(here) == Bag(7, 1, {"quote-3": 1}, "quote-3")


@pytest.mark.sqlite
async def test_quotes_drawn_before_rounds_were_kept_are_of_the_present_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, steps = tmp_path / "older.sqlite3", migrate.migrations()
    monkeypatch.setattr(migrate, "migrations", lambda: steps[:3])
    async with await SqliteDatabase.open(path):
        pass
    with closing(sqlite3.connect(path)) as older, older:
        older.execute(
            "INSERT INTO schedule (guild, number, channel, place, minute, days, zone, seed, round, last_quote, "
            "next_date, next_due) VALUES (1001, 1, 2001, 'text', 540, 127, 'UTC', 7, 5, 'quote-2', '2026-01-05', ?)",
            (int(DUE.timestamp() * 1000),),
        )
        older.executemany("INSERT INTO drawn VALUES (1, ?)", [("quote-1",), ("quote-2",)])
        older.execute(
            "INSERT INTO delivery (schedule, date, due, state, quote, nonce, channel, place, style, claimed_at, "
            "tries, owner, lease_until) VALUES (1, '2026-01-04', 0, 'claimed', 'quote-2', 'n', 2001, 'text', 'text', "
            "0, 1, 'gone', ?)",
            (int(START.timestamp() * 1000),),
        )
    monkeypatch.undo()
    async with office(path, FakeClock(START)) as here:
        assert await bag(here) == Bag(7, 5, {"quote-1": 5, "quote-2": 5}, "quote-2")
        (job,) = await here.take()
        assert isinstance(job, PostJob)
        await fail(here, job)
        assert await bag(here) == Bag(7, 5, {"quote-1": 5}, None)
