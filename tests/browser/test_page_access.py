"""For everybody: keyboard alone, narrow windows, screen readers, contrast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.conftest import Demo
    from tests.browser.visitor import Visitor

    Visit = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
NARROW = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


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
    people = mina.button("People and demo")
    await people.click()
    await expect(mina.button("To the next daily post")).to_be_in_viewport()
    await mina.keyboard.press("Escape")
    await expect(people).to_be_focused()
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
async def test_axe_finds_nothing_serious(demo: Demo, visit: Visit, scheme: str, shape: dict[str, Any]) -> None:
    mo = await visit(demo, "Mo", color_scheme=scheme, reduced_motion="reduce", **shape)
    found = await serious(mo, "first visit")
    await mo.command("quote", query="bumpy ride", private="True")
    await mo.sees("bumpy ride")
    await mo.command("ask", question="Who voices Korra in the Dutch dub?")
    await mo.sees("couldn't find that")
    found += await serious(mo, "answers")
    await mo.write("/")
    await expect(mo.options.first).to_be_visible()
    found += await serious(mo, "commands")
    await mo.keyboard.type("quote ")
    await mo.keyboard.press("Enter")
    await expect(mo.page.locator(".panel-error")).to_be_visible()
    found += await serious(mo, "an error in the composer")
    await mo.keyboard.press("Escape")
    await mo.keyboard.press("Escape")
    await mo.last.focus()
    await mo.keyboard.press("Enter")
    found += await serious(mo, "menu")
    await mo.keyboard.type("s")
    await mo.keyboard.press("Enter")
    await expect(mo.page.locator(".exchange").first).to_be_visible()
    found += await serious(mo, "inspector")
    assert found == []


async def serious(visitor: Visitor, where: str) -> list[str]:
    """What axe-core finds that is serious or worse (contrast of less than 4.5:1 is)."""
    results = await Axe().run(visitor.page)
    return [
        f"{where}: {each['id']}: {node['html'][:160]} ({node['failureSummary'][:300]})"
        for each in results.response["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
