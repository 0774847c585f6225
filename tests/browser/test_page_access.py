"""For everybody: keyboard alone, narrow windows, screen readers, contrast."""

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
from tests.support.given import given

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Locator

    from tests.browser.conftest import Demo
    from tests.browser.visitor import Visitor

    Visit = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
NARROW = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
NARROW_BOTH = pytest.mark.parametrize("scheme", ["light", "dark"])
SHAPES = pytest.mark.parametrize(
    "shape", [{"color_scheme": "light"}, NARROW | {"color_scheme": "dark"}], ids=["wide-light", "narrow-dark"]
)
# Values that fill a phone's width, one of the longest names of a time zone among them.
LONG_VALUES = ("America/New_York", "Bryan Konietzko", "America/Argentina/Buenos_Aires")


async def test_from_channel_to_answer_by_keyboard_alone(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    press = mina.keyboard.press
    await press("Tab")
    assert await mina.focused() == "Skip to the message box"
    await press("Tab")  # the servers: one stop
    assert await mina.focused() == "Republic City"
    await press("Tab")  # the channels: one stop, arrows within
    assert await mina.focused() == "general"
    await press("ArrowDown")
    await press("Enter")
    await expect(mina.page.locator(".head-name")).to_have_text("canon-talk")
    await press("Escape")
    await mina.page.locator(".skip").focus()
    await press("Enter")
    await mina.box.focus()
    await mina.keyboard.type("/quo")
    await expect(mina.options.first).to_contain_text("/quote")
    await press("Tab")
    await mina.keyboard.type("bumpy ride")
    await press("Enter")
    answer = await mina.sees("one big bumpy ride")
    await press("ArrowUp")
    await expect(answer).to_be_focused()
    # From the message into its buttons, and to a private answer.
    await press("Tab")
    assert await answer.evaluate("one => one !== document.activeElement && one.contains(document.activeElement)")
    await answer.get_by_role("button", name="Context").focus()
    await press("Enter")
    note = await mina.sees("Only you can see this")
    await note.get_by_role("button", name="Dismiss message").focus()
    await press("Enter")
    await expect(note).to_have_count(0)
    await answer.focus()
    await press("Escape")
    await expect(mina.box).to_be_focused()


async def test_the_focus_can_be_seen(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    for _ in range(12):
        await mina.keyboard.press("Tab")
        seen = await mina.page.evaluate(
            "() => { const one = document.activeElement; const look = getComputedStyle(one);"
            " const box = one.closest('.composer-box');"
            " return look.outlineStyle !== 'none' || (box && getComputedStyle(box).borderColor !== 'transparent'); }"
        )
        assert seen, await mina.focused()


async def test_narrow_windows_have_drawers(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina", **NARROW)
    opener = mina.button("Servers and channels")
    await expect(mina.page.locator("#channels")).not_to_be_in_viewport()
    await opener.click()
    await expect(mina.page.locator("#channels")).to_be_in_viewport()
    await mina.go("canon-talk")
    await expect(mina.page.locator("#channels")).not_to_be_in_viewport()
    await mina.command("canon", subject="they are just friends")
    await mina.sees("Contradicted")
    await mina.write("/")
    await expect(mina.options.first).to_be_in_viewport()
    widths = await mina.page.evaluate(
        "() => ['html', '#log', '.composer', '.composer-panel'].map((one) => document.querySelector(one))"
        ".map((one) => one.scrollWidth - one.clientWidth)"
    )
    assert widths == [0, 0, 0, 0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shape", [{}, NARROW], ids=["wide", "narrow"])
async def test_axe_finds_nothing(demo: Demo, visit: Visit, scheme: str, shape: dict[str, Any]) -> None:
    mo = await visit(demo, "Mo", color_scheme=scheme, **shape)
    found = await mo.findings("first visit")
    await mo.command("quote", query="bumpy ride", private="True")
    await mo.sees("bumpy ride")
    await mo.command("ask", question="Who voices Korra in the Dutch dub?")
    await mo.sees("couldn't find that")
    await mo.command("timeline")
    await expect(mo.last.locator(".c-picture img")).to_be_visible()
    found += await mo.findings("answers")
    await mo.last.locator(".alt-tag").click()
    await mo.last.get_by_role("combobox").click()
    await expect(mo.page.get_by_role("listbox")).to_be_visible()
    found += await mo.findings("an alt text and a list")
    await mo.keyboard.press("Escape")
    await mo.write("/")
    await expect(mo.options.first).to_be_visible()
    found += await mo.findings("commands")
    await mo.keyboard.type("quote ")
    await mo.keyboard.press("Enter")
    await expect(mo.page.locator(".panel-error")).to_be_visible()
    found += await mo.findings("an error in the composer")
    await mo.keyboard.press("Escape")
    await mo.keyboard.press("Escape")
    await mo.last.focus()
    await mo.keyboard.press("Enter")
    found += await mo.findings("menu")
    await mo.keyboard.type("s")
    await mo.keyboard.press("Enter")
    await expect(mo.page.locator(".exchange").first).to_be_visible()
    found += await mo.findings("inspector")
    await mo.keyboard.press("Escape")
    for door in ("Servers and channels", "People", "Clock and faults") if shape else ():
        await mo.button(door, exact=True).click()
        found += await mo.findings(door)
        await mo.keyboard.press("Escape")
    assert found == []


@pytest_asyncio.fixture(loop_scope="module")
async def stage() -> AsyncIterator[Demo]:
    """A page of the test's own, with a bot that shows everything."""
    base = discord.http.Route.BASE
    async with serving() as one, running(one.sandbox, puppet.build()):
        yield one
    discord.http.Route.BASE = base


@SHAPES
async def test_axe_finds_nothing_in_what_bots_can_send(stage: Demo, visit: Visit, shape: dict[str, Any]) -> None:
    mina = await visit(stage, "Mina", **shape)
    await mina.command("board")
    board = await mina.sees("Pressed 0 times")
    found = await mina.findings("components")
    await board.get_by_role("combobox", name="Channels").click()
    found += await mina.findings("a list of several")
    await mina.keyboard.press("Escape")
    await board.get_by_role("button", name="Form").click()
    form = mina.page.get_by_role("dialog", name="Tell us more")
    await form.get_by_role("button", name="Submit").click()
    await expect(form.get_by_text("This field is required.")).to_be_visible()
    found += await mina.findings("a form")
    await mina.keyboard.press("Escape")
    await mina.command("picture")
    await mina.last.get_by_role("button", name="Enlarge").click()
    await expect(mina.page.get_by_role("dialog", name="Picture")).to_be_visible()
    found += await mina.findings("a picture")
    await mina.keyboard.press("Escape")
    await mina.command("never")
    await expect(mina.page.locator(".log-pending")).to_contain_text("The application did not respond")
    await mina.say("Hello to @Mina and <#1>: ||hidden||, `code`, **bold**\n> quoted")
    await mina.menu(await mina.sees("Hello to"), "Reply")
    found += await mina.findings("a failure and a reply")
    await mina.go("lore-questions")
    found += await mina.findings("a forum")
    assert found == []


async def test_what_a_screen_reader_is_told_of_the_page(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina", **NARROW)
    headings = [
        f"{await one.evaluate('one => one.tagName')} {await one.inner_text()}"
        for one in await mina.page.get_by_role("heading").all()
    ]
    assert headings[:2] == ["H1 general", "H2 Welcome to #general"]
    assert headings[-1] == "H2 New here? Try one of these"
    await mina.box.fill("/")
    told = mina.page.locator("#announcer")
    await expect(told).to_have_text(re.compile(r"^Commands: \d+\. The arrow keys choose\.$"))
    await mina.keyboard.press("ArrowDown")
    chosen = await mina.box.get_attribute("aria-activedescendant")
    await expect(mina.page.locator(f"#{chosen}")).to_have_attribute("aria-selected", "true")
    # What floats belongs to the part of the page that it was opened from.
    await mina.keyboard.press("Escape")
    await mina.messages.first.focus()
    await mina.keyboard.press("Enter")
    await expect(mina.page.get_by_role("main").get_by_role("menu", name="Message actions")).to_be_visible()


@NARROW_BOTH
async def test_at_once_at_the_clock_and_the_faults(demo: Demo, visit: Visit, scheme: str) -> None:
    mo = await visit(demo, "Mo", color_scheme=scheme, **NARROW)
    for _ in range(12):
        await mo.keyboard.press("Tab")
        if await mo.focused() == "Clock and faults":
            break
    await mo.keyboard.press("Enter")
    await expect(mo.button("Jump to the next daily post")).to_be_focused()
    for name in ("+1 day", "Jump past the next clock change", "Delete this channel", "Discord goes down for 10 s"):
        await expect(mo.button(name)).to_be_in_viewport(ratio=1)
    await expect(mo.page.locator("#people")).to_be_hidden()
    await mo.keyboard.press("Escape")
    await expect(mo.button("Clock and faults")).to_be_focused()
    await mo.keyboard.press("Shift+Tab")
    await mo.keyboard.press("Enter")
    people = mo.page.get_by_role("region", name="People")
    await expect(people).to_be_focused()
    await expect(people.get_by_text("Timo")).to_be_in_viewport()
    await expect(mo.page.locator("#demo")).to_be_hidden()


@NARROW_BOTH
async def test_nothing_lies_on_anything_else(demo: Demo, visit: Visit, scheme: str) -> None:
    """The time of a grouped message, the ALT beside a picture, and what is typed, where there is little room."""
    mina = await visit(demo, "Mina", color_scheme=scheme, locale="en-US", **NARROW)
    await mina.go("announcements")
    await mina.command("quote", query="bumpy ride")
    await (await mina.sees("bumpy ride")).get_by_role("button", name="Card").click()
    image = mina.last.locator(".c-picture img")
    await expect(image).to_be_visible()
    await expect(mina.last).to_have_class("message continues")
    card, time = mina.last.locator(".c-container"), mina.last.locator(".message-side")
    assert re.fullmatch(r"\d+:\d\d [AP]M", (await time.inner_text()).replace("\n", " "))
    assert await time.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert await right(time) <= await left(card)
    # The badge is below the picture, and the frame as large as it.
    tag = mina.last.get_by_text("ALT")
    frame = await mina.last.locator(".c-picture").bounding_box()
    assert frame == await image.bounding_box()
    assert frame is not None
    assert given(await tag.bounding_box())["y"] >= frame["y"] + frame["height"]
    await tag.click()
    await expect(mina.last.locator(".alt-text")).to_contain_text("bumpy ride")

    await mina.write("/quote ")
    for name in LONG_VALUES:
        await mina.chip("query").fill(name)
        assert await mina.chip("query").evaluate("one => one.scrollWidth <= one.clientWidth"), name
    sizes = await mina.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert sizes[0] <= sizes[1]


async def right(one: Locator) -> float:
    box = given(await one.bounding_box())
    return box["x"] + box["width"]


async def left(one: Locator) -> float:
    return given(await one.bounding_box())["x"]
