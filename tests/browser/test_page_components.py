"""What bots can send, shown and used on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Demo]:
    """The page with a bot that shows everything."""
    base = discord.http.Route.BASE
    async with serving() as one, running(one.sandbox, puppet.build()):
        yield one
    discord.http.Route.BASE = base


async def test_components_are_shown_as_what_they_are(stage: Demo, visit: Visit) -> None:
    mina = await visit(stage, "Mina")
    await mina.command("board")
    board = await mina.sees("Pressed 0 times")
    await expect(board.locator(".md-h3")).to_have_text("Pressed 0 times")
    await expect(board.get_by_role("button", name="Aside")).to_be_disabled()
    await expect(board.get_by_role("link", name="Site")).to_have_attribute("href", "https://example.org/")
    # A moment of the world in the viewer's own zone and language.
    await expect(board.locator("time.md-time")).to_have_text("Friday, 15 January 2027 at 08:00")
    hidden = board.get_by_role("button", name="Spoiler")
    await hidden.click()
    await expect(board.get_by_text("hidden")).to_be_visible()
    accent = await board.locator(".c-container").evaluate("one => one.style.getPropertyValue('--accent-bar')")
    assert accent == "#7a4ea3"


async def test_buttons_change_the_message_in_its_place(stage: Demo, visit: Visit) -> None:
    mina, timo = await visit(stage, "Mina"), await visit(stage, "Timo")
    await mina.command("board")
    board = await mina.sees("Pressed 0 times")
    await board.get_by_role("button", name="Again").click()
    await expect(mina.last).to_contain_text("Pressed 1 times")
    await expect(timo.last).to_contain_text("Pressed 1 times")


async def test_a_press_that_nobody_answers(stage: Demo, visit: Visit) -> None:
    mina = await visit(stage, "Mina")
    await mina.go("daily-quotes")  # where no older board stands
    await mina.command("board")
    await mina.last.get_by_role("button", name="Silent").click()
    await expect(mina.last.locator(".is-busy")).to_be_visible()
    await expect(mina.last.locator(".interaction-failed")).to_have_text("This interaction failed")


async def test_a_command_that_nobody_answers(stage: Demo, visit: Visit) -> None:
    mina = await visit(stage, "Mina")
    await mina.command("never")
    pending = mina.page.locator(".log-pending .message")
    await expect(pending).to_contain_text("Sending command")
    await expect(pending).to_contain_text("The application did not respond")
    await expect(pending).to_contain_text("Only you can see this")
    await pending.get_by_role("button", name="Dismiss message").click()
    await expect(pending).to_have_count(0)


async def test_thinking_then_the_answer_then_an_edit(stage: Demo, visit: Visit) -> None:
    mina = await visit(stage, "Mina")
    await mina.command("slow")
    await expect(mina.last).to_contain_text("Canonkeeper is thinking…")
    await expect(mina.last).to_contain_text("There you are")
    await expect(mina.last).to_contain_text("There you are, again(edited)")


async def test_a_modal_is_checked_filled_in_and_sent(stage: Demo, visit: Visit) -> None:
    mina = await visit(stage, "Mina")
    await mina.go("announcements")
    await mina.command("board")
    await mina.last.get_by_role("button", name="Form").click()
    form = mina.page.get_by_role("dialog", name="Tell us more")
    await expect(form.get_by_label("Name")).to_be_focused()
    await form.get_by_role("button", name="Submit").click()
    await expect(form.get_by_text("This field is required.")).to_be_visible()
    await mina.keyboard.type("Mina")
    await form.get_by_label("Story").fill("Once")
    await form.get_by_role("combobox", name="Colour").click()
    await mina.page.get_by_role("option", name="Red").click()
    await form.get_by_role("button", name="Submit").click()
    await mina.sees("Thank you: Mina, Once, Red")
    await expect(form).to_have_count(0)


async def test_selects_by_mouse_and_by_keyboard(stage: Demo, visit: Visit) -> None:
    mina = await visit(stage, "Mina")
    await mina.command("board")
    board = await mina.sees("Pressed 0 times")
    await board.get_by_role("combobox", name="Pick an entry").click()
    await mina.page.get_by_role("option", name="Entry 2").click()
    await mina.sees("You chose 2")
    several = board.get_by_role("combobox", name="Channels")
    await several.focus()
    await mina.keyboard.press("ArrowDown")
    await mina.keyboard.press("Enter")
    await mina.keyboard.press("ArrowDown")
    await mina.keyboard.press("Enter")
    await mina.keyboard.press("Escape")
    await mina.sees("You chose general, canon-talk")
    await board.get_by_role("combobox", name="People").click()
    await mina.page.get_by_role("option", name="Timo").click()
    await mina.sees("You chose timo")


async def test_pictures_have_their_alt_text_and_open_large(stage: Demo, visit: Visit) -> None:
    mina = await visit(stage, "Mina")
    await mina.command("picture")
    image = mina.last.get_by_role("img", name=puppet.ALT)
    await expect(image).to_be_visible()
    assert await image.evaluate("one => one.complete && one.naturalWidth") == 600
    await mina.last.get_by_role("button", name=f"Enlarge: {puppet.ALT}").click()
    large = mina.page.get_by_role("dialog", name="Picture")
    await expect(large.get_by_text(puppet.ALT)).to_be_visible()
    await mina.keyboard.press("Escape")
    await expect(large).to_have_count(0)


async def test_every_type_of_option_has_its_picker(stage: Demo, visit: Visit) -> None:
    mina = await visit(stage, "Mina")
    await mina.write("/pick ")
    await expect(mina.chip("channel")).to_be_focused()
    await mina.keyboard.type("canon")
    await expect(mina.options.first).to_have_text("canon-talk")
    await mina.keyboard.press("Tab")
    await expect(mina.chip("mood")).to_be_focused()
    await mina.keyboard.press("ArrowDown")
    await mina.keyboard.press("Enter")
    await mina.keyboard.type("maybe")
    await mina.keyboard.press("Enter")
    await expect(mina.page.locator(".panel-error")).to_have_text("Choose one of the listed values from the list.")
    await mina.chip("loud").fill("")
    await mina.keyboard.type("f")
    await mina.keyboard.press("Enter")
    # The required ones are done; the optional ones are offered now.
    await expect(mina.options).to_have_count(2)
    await mina.keyboard.type("role:")
    await mina.keyboard.type("quote")
    await mina.keyboard.press("Enter")
    await mina.keyboard.type("count:")
    await mina.keyboard.type("12")
    await mina.keyboard.press("Enter")
    await expect(mina.page.locator(".panel-error")).to_have_text("This must be at most 9.")
    await mina.keyboard.press("Backspace")
    await mina.keyboard.press("Enter")
    await mina.sees("#canon-talk fierce False @Quote fans 1")


async def test_optional_options_go_with_backspace(stage: Demo, visit: Visit) -> None:
    mina = await visit(stage, "Mina")
    await mina.write("/pick ")
    await mina.page.locator(".chip-tail").focus()
    await mina.keyboard.type("count:")
    await expect(mina.chip("count")).to_be_focused()
    await mina.keyboard.press("Backspace")
    await expect(mina.chip("count")).to_have_count(0)
    await mina.keyboard.press("Escape")
    await mina.keyboard.press("Escape")
    await expect(mina.box).to_be_focused()


async def test_the_message_menu_by_keyboard_and_the_inspector(stage: Demo, visit: Visit) -> None:
    mina = await visit(stage, "Mina")
    await mina.say("Look at *this*")
    said = await mina.sees("Look at this")
    await expect(said.locator("em")).to_have_text("this")
    await mina.box.focus()
    await mina.keyboard.press("ArrowUp")
    await expect(said).to_be_focused()
    await mina.keyboard.press("Enter")
    await expect(mina.page.get_by_role("menuitem", name="Reply")).to_be_focused()
    await mina.keyboard.press("End")
    await mina.keyboard.press("Enter")
    answer = await mina.sees("It says: Look at this")
    await answer.focus()
    await mina.keyboard.press("Shift+F10")
    await mina.keyboard.type("s")
    await mina.keyboard.press("Enter")
    inspector = mina.page.get_by_role("dialog", name="What went over the wire")
    await expect(inspector.locator("summary").first).to_contain_text("INTERACTION_CREATE")
    await expect(inspector.locator("summary").nth(1)).to_contain_text("/callback")
    await expect(inspector.locator(".json-key", has_text='"target_id"')).to_have_count(1)
    await mina.keyboard.press("Escape")
    await expect(inspector).to_have_count(0)


async def test_a_reply_shows_what_it_answers(stage: Demo, visit: Visit) -> None:
    mina, timo = await visit(stage, "Mina"), await visit(stage, "Timo")
    await mina.say("What do you say?")
    await timo.menu(await timo.sees("What do you say?"), "Reply")
    await expect(timo.page.locator(".composer-reply")).to_contain_text("Replying to Mina")
    await timo.keyboard.type("Nothing")
    await timo.keyboard.press("Enter")
    await expect(mina.last.locator(".message-context")).to_contain_text("What do you say?")
    # Somebody spoke to Mina: her page marks it.
    await expect(mina.last).to_have_class("message mentions-me")
