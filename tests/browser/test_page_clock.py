"""A moderator plans daily quotes and moves the demo's clock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from sandbox.page import time_travel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.conftest import Demo
    from tests.browser.visitor import Visitor

if TYPE_CHECKING:
    Visit = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
NEXT, DAY, CHANGE = "Jump to the next daily post", "+1 day", "Jump past the next clock change"


async def test_without_a_plan_there_is_no_next_post(demo: Demo, visit: Visit) -> None:
    mo = await visit(demo, "Mo")
    before = demo.sandbox.clock.version
    await mo.button(NEXT).click()
    await expect(mo.page.locator(".toast")).to_contain_text("seen any daily post scheduled yet")
    assert demo.sandbox.clock.version == before


async def schedule(mo: Visitor) -> None:
    """Schedule a daily quote for nine o'clock in New York, where there is none yet."""
    await mo.write("/daily schedule ")
    await mo.keyboard.type("daily-q")
    await mo.keyboard.press("Tab")
    await mo.keyboard.type("9:00")
    await mo.keyboard.press("Tab")
    await expect(mo.chip("timezone")).to_be_focused()
    await mo.keyboard.type("new york")
    # The list may still be that of the letters before.
    await expect(mo.options.first).to_contain_text("New_York")
    await mo.keyboard.press("ArrowDown")
    await mo.keyboard.press("Enter")
    await mo.keyboard.press("Enter")


async def test_a_week_of_daily_posts_in_a_minute(demo: Demo, visit: Visit) -> None:
    mo, mina = await visit(demo, "Mo"), await visit(demo, "Mina")
    await schedule(mo)
    plan = await mo.sees("Only you can see this")
    await expect(plan.locator("time.md-time").first).to_be_visible()
    await expect(mina.messages.filter(has_text="daily schedule")).to_have_count(0)

    for each in (mo, mina):
        await each.go("daily-quotes")
    for days in range(1, 4):
        await mo.button(NEXT).click()
        await expect(mo.messages).to_have_count(days)
        await expect(mina.messages).to_have_count(days)
    # The three that the bot had named are posted; from here on the clock walks.
    await mo.button(NEXT).click()
    await expect(mo.messages).to_have_count(4)
    await mo.button(DAY).click()
    await expect(mo.messages).to_have_count(5)
    await expect(mo.button(DAY)).to_be_enabled()
    await expect(mo.page.locator(".demo-note")).to_contain_text("ahead of the real time")
    shown = [await one.get_attribute("title") for one in await mo.page.locator(".message .when").all()]
    assert all("at 14:00" in str(one) or "at 13:00" in str(one) for one in shown), shown


async def test_over_a_clock_change(demo: Demo, visit: Visit) -> None:
    mo = await visit(demo, "Mo", timezone_id="America/New_York")
    await mo.go("daily-quotes")
    await schedule(mo)
    await mo.sees("Only you can see this")
    change = time_travel.next_change(["America/New_York"], demo.sandbox.clock.now())
    await mo.button(CHANGE).click()
    # However long the bot takes over the day before: the walk is over when its button can be pressed again.
    await expect(mo.button(CHANGE)).to_be_enabled(timeout=120_000)
    assert demo.sandbox.clock.now() > change.at
    await mo.button(NEXT).click()
    await expect(mo.button(NEXT)).to_be_enabled(timeout=120_000)
    day = change.after
    same_morning = re.compile(rf"^{day:%A},? {day.day} {day:%B} {day.year} at 09:00$")
    # By the clocks of New York it is still nine.
    await expect(mo.last).to_contain_text("Daily quote")
    await expect(mo.last.locator(".when")).to_have_attribute("title", same_morning)


async def test_changes_of_the_clocks() -> None:
    winter = 1_767_225_600  # the first of January 2026, in UTC
    change = time_travel.next_change(["Asia/Tokyo", "Europe/London"], winter)
    assert change.zone == "Europe/London"
    assert change.told() == "Clocks in Europe/London went from 01:00 to 02:00 on Sunday, March 29."
    assert not time_travel.known("Mars/Olympus")
