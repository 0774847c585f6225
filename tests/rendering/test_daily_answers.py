"""How /daily answers, where a moment decides that no test over the protocol can hold."""

from __future__ import annotations

import datetime as dt

from bot.domain.daily.bag import Bag
from bot.domain.daily.model import Schedule
from bot.domain.daily.rule import Occurrence
from bot.rendering.daily import planned
from bot.services.daily.shown import Planned
from tests.support.daily import START, wish

DAY = dt.timedelta(days=1)


def test_only_a_post_that_is_due_comes_at_once() -> None:
    posts = tuple(Occurrence((START + n * DAY).date(), START + n * DAY) for n in range(3))
    plan = Planned(Schedule(1, 1, wish(), Bag(7)), "all quotes", dt.timedelta(), START, posts, ())
    (box,) = planned(plan, "Changed").to_components()
    text = "\n".join(part.get("content", "") for part in box["components"])
    first, second = (int(post.instant.timestamp()) for post in posts[:2])
    assert f"1. <t:{first}:F> (due, it comes at once)\n2. <t:{second}:F> (<t:{second}:R>)\n" in text
