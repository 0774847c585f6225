"""Reading along: what comes into view, what is heard, forums, and pictures as large as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser import puppet
from tests.browser.conftest import serving
from tests.sandbox.tiny import running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.browser.conftest import Demo
    from tests.browser.visitor import Visitor

    Visit = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
SHAPES = pytest.mark.parametrize(
    "shape",
    [{"color_scheme": "light"}, {"viewport": {"width": 360, "height": 640}, "color_scheme": "dark"}],
    ids=["wide-light", "narrow-dark"],
)


@pytest_asyncio.fixture(loop_scope="module")
async def room() -> AsyncIterator[Demo]:
    """A small Discord of the test's own, with a bot that answers to order."""
    base = discord.http.Route.BASE
    async with serving() as one, running(one.sandbox, puppet.build()):
        yield one
    discord.http.Route.BASE = base


async def fill(visitor: Visitor) -> None:
    for number in range(4):
        await visitor.say(f"Line {number}")
        await visitor.keyboard.press("Shift+Enter")
    await visitor.box.fill("\n".join(["A long story"] * 60))
    await visitor.keyboard.press("Enter")
    await visitor.sees("A long story")


async def scroll_up(visitor: Visitor) -> None:
    await visitor.page.locator("#log").evaluate("one => { one.scrollTop = 0; }")
    await visitor.page.wait_for_function("() => document.querySelector('#log').scrollTop === 0")


@SHAPES
async def test_ones_own_comes_into_view_and_others_raise_a_bar(room: Demo, visit: Visit, shape: dict[str, Any]) -> None:
    mina, timo = await visit(room, "Mina", **shape), await visit(room, "Timo")
    await fill(mina)
    bar = mina.button(re.compile("new message"))
    await expect(bar).to_have_count(0)

    await scroll_up(mina)
    await timo.say("Look at this")
    await expect(bar).to_have_text("1 new message")
    await timo.say("And at this")
    await expect(bar).to_have_text("2 new messages")
    await expect(mina.message("And at this")).not_to_be_in_viewport()
    await bar.focus()
    await mina.keyboard.press("Enter")
    await expect(mina.message("And at this")).to_be_in_viewport()
    await expect(mina.last).to_be_focused()
    await expect(bar).to_have_count(0)

    await scroll_up(mina)
    await mina.command("picture")
    await expect(mina.last.get_by_role("img", name=puppet.ALT)).to_be_in_viewport()

    await scroll_up(mina)
    await mina.say("And what I say myself")
    await expect(mina.message("And what I say myself")).to_be_in_viewport()


async def test_a_message_is_heard_with_what_it_says(room: Demo, visit: Visit) -> None:
    mina, timo = await visit(room, "Mina"), await visit(room, "Timo")
    await timo.say("**Hello** to <@1>, _all_ of you")
    log = mina.page.get_by_role("log", name="Messages")
    await expect(
        log.get_by_role("article", name=re.compile(r"^Timo, .*: Hello to @unknown-user, all of you$"))
    ).to_have_count(1)
    await mina.command("picture")
    await expect(log.get_by_role("article", name=re.compile(re.escape(puppet.ALT)))).to_have_count(1)


async def test_a_reply_names_whom_the_message_mentions(room: Demo, visit: Visit) -> None:
    mina, timo = await visit(room, "Mina"), await visit(room, "Timo")
    await mina.say("@Timo what is ||the end||?")
    asked = await timo.sees("what is")
    await timo.menu(asked, "Reply")
    await timo.keyboard.type("You will see")
    await timo.keyboard.press("Enter")
    line = (await mina.sees("You will see")).locator(".context-jump")
    await expect(line).to_have_text("@Timo what is (spoiler)?")


async def test_who_was_in_a_deleted_channel_lands_in_the_same_server(room: Demo, visit: Visit) -> None:
    mina = await visit(room, "Mina")
    await mina.go("canon-talk")
    world = room.sandbox.world
    here = world.channel("canon-talk")
    assert here.guild is not None
    here.guild.system_channel_id = world.channel("daily-quotes").id
    mo = await visit(room, "Mo")
    await mo.go("canon-talk")
    await mo.button("Delete this channel").click()
    await mo.button("Delete #canon-talk? Press again").click()
    await expect(mina.page.locator(".head-name")).to_have_text("daily-quotes")


@SHAPES
async def test_a_picture_opens_large_and_can_be_moved_about_in(room: Demo, visit: Visit, shape: dict[str, Any]) -> None:
    mina = await visit(room, "Mina", **shape)
    await mina.command("picture")
    opener = mina.last.get_by_role("button", name=f"Enlarge: {puppet.ALT}")
    await opener.focus()
    await mina.keyboard.press("Enter")
    large = mina.page.get_by_role("dialog", name="Picture")
    image = large.get_by_role("img", name=puppet.ALT)
    shown = await image.evaluate("one => [one.offsetWidth, one.naturalWidth, innerWidth]")
    assert shown[0] <= min(shown[1], shown[2])
    alt = large.locator(".lightbox-alt")
    assert await alt.evaluate("one => one.offsetHeight < 2 * parseFloat(getComputedStyle(one).lineHeight)")

    zoom = large.get_by_role("button", name="Show full size")
    await zoom.click()
    assert await image.evaluate("one => one.offsetWidth === one.naturalWidth")
    frame = large.get_by_role("group", name=re.compile("^Picture"))
    if await frame.evaluate("one => one.scrollWidth > one.clientWidth"):
        await frame.evaluate("one => one.scrollTo(0, 0)")
        await frame.focus()
        await mina.keyboard.press("ArrowRight")
        await mina.page.wait_for_function("() => document.querySelector('.lightbox-frame').scrollLeft > 0")
    await large.get_by_role("button", name="Fit to the window").click()
    assert await image.evaluate("one => one.offsetWidth <= innerWidth")
    await mina.keyboard.press("Escape")
    await expect(large).to_have_count(0)
    await expect(opener).to_be_focused()


@SHAPES
async def test_a_forum_opens_on_its_posts(room: Demo, visit: Visit, shape: dict[str, Any]) -> None:
    mina, timo = await visit(room, "Mina", **shape), await visit(room, "Timo")
    if "viewport" in shape:
        await mina.button("Servers and channels").click()
    await mina.go("lore-questions")
    await expect(mina.page.locator("#log")).to_contain_text("Nobody has posted here yet")
    await expect(mina.box).to_be_disabled()
    await expect(mina.box).to_have_attribute("placeholder", "Open a post to write in it.")
    await timo.command("post")
    await mina.page.get_by_role("list", name="Posts").get_by_role("button", name="Who flies best?").click()
    await expect(mina.page.locator(".head-name")).to_have_text("Who flies best?")
    await mina.sees("I wonder.")
