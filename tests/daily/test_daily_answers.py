"""How /daily answers, where a moment decides that no test over the protocol can hold."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.daily.bag import Bag
from bot.daily.commands import Line, Planned
from bot.daily.jobs import NoticeJob, PausedSchedule
from bot.daily.messages import standing
from bot.daily.posts import notice_view
from bot.daily.schedule import (
    ChannelKind,
    Delivery,
    ExtraLoss,
    MentionLoss,
    Occurrence,
    Pause,
    Reason,
    Schedule,
    State,
    Style,
    Target,
)
from cogs.daily import overview, planned
from tests.support.daily import START, spec
from tests.support.panels import box

DAY = dt.timedelta(days=1)


def test_only_a_post_that_is_due_comes_at_once() -> None:
    posts = tuple(Occurrence((START + n * DAY).date(), START + n * DAY) for n in range(3))
    plan = Planned(Schedule(1, 1, spec(), Bag(7)), "all quotes", dt.timedelta(), START, posts, ())
    parts = box(planned(plan, "Changed"))["components"]
    text = "\n".join(part.get("content", "") for part in parts)
    first, second = (int(post.instant.timestamp()) for post in posts[:2])
    assert f"1. <t:{first}:F> (due now, so it comes right away)\n2. <t:{second}:F> (<t:{second}:R>)\n" in text


@pytest.mark.parametrize("place", list(ChannelKind))
@pytest.mark.parametrize("reason", [*Pause, *MentionLoss, *ExtraLoss])
def test_every_reason_has_its_sentence_and_one_step(
    reason: Pause | MentionLoss | ExtraLoss, place: ChannelKind
) -> None:
    for name in (None, "daily_quotes"):
        told = standing(PausedSchedule(1, 7, 2001, reason, place, Style.CARD, 55, name))
        assert told.endswith(".")
        assert "{" not in told
        assert "7" in told
        steps = ("`/daily edit 7`", "`/daily resume 7`", "grant me **", "Reopen", "Turn ", "Invite ")
        assert sum(step in told for step in steps) == 1, told
        if reason is Pause.CHANNEL_GONE:
            # A deleted channel cannot be put right, and its mention shows nothing.
            assert "<#" not in told
            assert ("daily" in told.split("was deleted")[0]) is (name is not None)


def test_a_notice_of_many_schedules_is_cut_between_them() -> None:
    far = 2**62
    told = tuple(PausedSchedule(n, n, far + n, MentionLoss.NOT_MENTIONABLE, role=far) for n in range(1, 26))
    job = NoticeJob(
        id=1, target=Target(1, 0, ChannelKind.TEXT), nonce="dn1", lease_until=START, latest=START, schedules=told
    )
    parts = box(notice_view(job))["components"]
    heading, text, _ = (part["content"] for part in parts)
    *shown, more = text.split("\n")
    assert heading == "**25 daily quotes need a look**"
    assert shown == [standing(each) for each in told[: len(shown)]]
    assert more == f"…and {25 - len(shown)} more: `/daily list` shows them."
    assert 15 < len(shown) < 25
    assert sum(len(part["content"]) for part in parts) <= 4000


def test_every_end_of_a_post_is_told_in_words() -> None:
    for reason in [*(each.value for each in Reason), *(each.value for each in Pause)]:
        for state in (State.FAILED, State.UNCONFIRMED, State.SKIPPED):
            schedule = Schedule(1, 1, spec(), Bag(7), next_date=START.date(), next_due=START)
            last = Delivery(1, 1, START.date(), START, state, "n", reason=reason)
            parts = box(overview([Line(schedule, "all quotes", dt.timedelta(), last, {})], 0))["components"]
            text = "\n".join(part.get("content", "") for part in parts)
            assert reason == "refused" or f": {reason}" not in text
            assert "Last:" in text
