"""A first visit's three suggestions lead to a ruling, an answer, and a week of daily quotes, by a press each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Locator

    from tests.browser.conftest import Demo
    from tests.browser.visitor import Visitor

    Visit = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
NARROW_DARK = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
WIDE_LIGHT = {"color_scheme": "light"}
NAMES = ["Settle an argument", "Ask a question", "Watch a week of daily quotes"]


def week(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="A week of daily quotes")


async def until(visitor: Visitor, words: str) -> None:
    """Let time pass, as fast as it can, until the page says these words."""
    told = week(visitor).get_by_role("status")
    for _ in range(600):
        if re.search(words, await told.inner_text()):
            return
        await visitor.page.clock.run_for(500)
        await visitor.page.wait_for_timeout(0)
    await expect(told).to_have_text(re.compile(words))


@pytest.mark.parametrize("shape", [WIDE_LIGHT, NARROW_DARK], ids=["wide-light", "narrow-dark"])
async def test_a_ruling_and_an_answer_by_one_key_each(demo: Demo, visit: Visit, shape: dict[str, object]) -> None:
    mina = await visit(demo, "Mina", **shape)
    things = mina.page.get_by_role("region", name="Things to try").get_by_role("listitem")
    await expect(things).to_have_count(3)
    assert [await one.locator(".welcome-title").inner_text() for one in await things.all()] == NAMES
    assert await mina.findings("three suggestions") == []
    await mina.button("Settle an argument").focus()
    await mina.keyboard.press("Enter")
    answer = await mina.sees("Mina used /canon")
    await expect(answer).to_contain_text("Contradicted")
    await expect(answer.get_by_text("Contradicted")).to_be_in_viewport()
    # What was tried has gone, and what is left takes less room.
    await expect(things).to_have_count(2)
    assert await mina.findings("two suggestions") == []
    await mina.button("Ask a question").focus()
    await mina.keyboard.press("Enter")
    await expect(await mina.sees("Mina used /ask")).to_contain_text("planned")
    await expect(things).to_have_count(1)
    await mina.button("Hide these").click()
    await expect(things).to_have_count(0)
    await mina.page.reload()
    await expect(mina.messages.last).to_be_visible()
    await expect(things).to_have_count(0)


async def test_a_week_passes_by_one_key(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina", **NARROW_DARK)
    await mina.page.clock.install()
    channel, before = demo.sandbox.world.channel("daily-quotes"), demo.sandbox.clock.now()
    await mina.button("Watch a week of daily quotes").focus()
    await mina.keyboard.press("Enter")
    # Whoever is no moderator becomes one, and is told so; the command is there to be read before it is sent.
    await until(mina, "^You are Mo now: moderators schedule daily quotes")
    await expect(mina.page.locator(".command-name")).to_have_text("/daily schedule")
    await expect(mina.button("Stop")).to_be_focused()
    await expect(mina.page.locator(".composer-panel")).to_be_hidden()
    await expect(mina.page.locator(".head-name")).to_have_text("daily-quotes")
    await until(mina, r"^Scheduled: a quote a day in #daily-quotes")
    await expect(mina.messages.filter(has_text="Only you can see this")).to_be_visible()
    for day in range(1, 8):
        await until(mina, rf"^Day {day} of 7: \w+day, \d+ \w+ \d+ at 09:00\.$")
        await expect(mina.page.get_by_role("progressbar")).to_have_attribute("value", str(day))
        assert await mina.messages.filter(has_text="Daily quote").count() == day
        await expect(mina.last).to_be_in_viewport()
    assert await mina.findings("the seventh day") == []
    await until(mina, "^A week has passed: 7 quotes, each of them once")
    assert len([one for one in channel.messages.values() if one.author.bot]) == 7
    assert 6 < (demo.sandbox.clock.now() - before) / 86_400 < 8
    await mina.button("Be Mina again").focus()
    await mina.keyboard.press("Enter")
    await expect(mina.page.locator(".self-text strong")).to_have_text("Mina")
    await expect(week(mina)).to_be_hidden()
    await expect(mina.button("Settle an argument")).to_be_visible()


async def test_a_week_can_be_stopped(demo: Demo, visit: Visit) -> None:
    mo = await visit(demo, "Mo", **WIDE_LIGHT)
    await mo.page.clock.install()
    await mo.button("Watch a week of daily quotes").click()
    await until(mo, r"^Day 1 of 7: \w+day")
    at = demo.sandbox.clock.version
    await mo.button("Stop").focus()
    await mo.keyboard.press("Enter")
    await expect(week(mo).get_by_role("status")).to_contain_text("The week was stopped.")
    await expect(mo.button("Close")).to_be_focused()
    await mo.page.clock.run_for(20_000)
    assert demo.sandbox.clock.version == at
    # A moderator stays who they are.
    await expect(mo.button(re.compile("^Be "))).to_have_count(0)
    await mo.keyboard.press("Enter")
    await expect(week(mo)).to_be_hidden()
    await expect(mo.box).to_be_focused()
