"""The real bot's commands, typed in a browser as people type them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.conftest import Demo
    from tests.browser.visitor import Visitor

    Visit = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_a_slash_lists_the_commands_with_descriptions(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    await mina.write("/")
    await expect(mina.options.filter(has_text="/quote")).to_be_visible()
    assert await mina.options.locator(".option-description").count() == await mina.options.count()
    await mina.keyboard.type("timel")
    await expect(mina.options).to_have_count(1)
    await mina.keyboard.press("Escape")
    await expect(mina.options).to_have_count(0)


async def test_members_are_not_offered_what_is_for_moderators(demo: Demo, visit: Visit) -> None:
    mina, mo = await visit(demo, "Mina"), await visit(demo, "Mo")
    for one, count in ((mina, 0), (mo, 1)):
        await one.write("/")
        await expect(one.options.filter(has_text="/quote")).to_be_visible()
        await expect(one.options.filter(has_text="/daily schedule")).to_have_count(count)


async def test_quote_with_a_completion_chosen_by_keyboard(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    await mina.write("/quote koni")
    # Completions of what stood there before may still be on show for a moment.
    await expect(mina.options.first).to_have_text("Bryan Konietzko")
    await mina.keyboard.press("ArrowDown")
    if await mina.page.locator(".option.is-active").count() == 0:
        await mina.keyboard.press("ArrowDown")
    await mina.keyboard.press("Enter")
    await expect(mina.chip("query")).to_have_value("Bryan Konietzko")
    await mina.keyboard.press("Enter")
    answer = await mina.sees("— Bryan Konietzko")
    await expect(answer).to_contain_text("Mina used /quote")
    first = await answer.locator(".md-quote").inner_text()
    await answer.get_by_role("button", name="Another").click()
    await expect(answer.locator(".md-quote")).not_to_have_text(first)
    # The answer was replaced in its place, and the focus is where it was.
    assert await mina.focused() == "Another quote"
    await answer.get_by_role("button", name="Context").click()
    await expect(mina.last).to_contain_text("Only you can see this")


async def test_words_typed_freely_are_sent_as_they_are(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    await mina.command("quote", query="bumpy ride")
    await mina.sees("Life is one big bumpy ride")


async def test_options_named_in_the_text_get_boxes_of_their_own(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    await mina.write("/quote query:bumpy ride private:True")
    await expect(mina.chip("query")).to_have_value("bumpy ride")
    await expect(mina.chip("private")).to_have_value("True")
    await mina.keyboard.press("Enter")
    await mina.sees("Only you can see this")
    # Pasted, it is all there at once.
    await mina.box.focus()
    await mina.keyboard.insert_text("/ask what does note: mean private:False")
    await expect(mina.chip("question")).to_have_value("what does note: mean")
    await expect(mina.chip("private")).to_have_value("False")


async def test_the_inspector_shows_question_and_answer(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    await mina.command("quote", query="bumpy ride")
    await mina.menu(await mina.sees("bumpy ride"), "Show JSON")
    inspector = mina.page.get_by_role("dialog", name="What went over the wire")
    await expect(inspector.locator("summary").first).to_contain_text("INTERACTION_CREATE")
    await expect(inspector.locator("summary").nth(1)).to_contain_text("/callback")
    await expect(inspector.locator("summary").last).to_contain_text("The message as it is now")


async def test_canon_rules(demo: Demo, visit: Visit) -> None:
    timo = await visit(demo, "Timo")
    await timo.command("canon", subject="asami/korra")
    await timo.sees("Confirmed")
    await timo.command("canon", subject="the network forbade it")
    await timo.sees("Contradicted")


async def test_ask_quotes_and_is_silent(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    await mina.command("ask", question="Was it planned from the start?")
    await mina.sees("Was Korrasami")
    await mina.command("ask", question="What is the name of the composer's wife?")
    silent = await mina.sees("couldn't find that")
    suggestion = silent.get_by_role("button").filter(has_text="?").first
    await suggestion.click()
    await expect(mina.last).not_to_contain_text("couldn't find that")
    await expect(mina.last.locator(".md-quote").first).to_be_visible()


async def test_private_answers_are_seen_by_one_and_dismissed(demo: Demo, visit: Visit) -> None:
    mina, timo = await visit(demo, "Mina"), await visit(demo, "Timo")
    for one in (mina, timo):
        await one.go("canon-talk")
    await mina.command("quote", query="bumpy ride", private="True")
    answer = await mina.sees("Only you can see this")
    await expect(timo.message("bumpy ride")).to_have_count(0)
    await answer.get_by_role("button", name="Dismiss message").click()
    await expect(answer).to_have_count(0)


async def test_two_people_at_once(demo: Demo, visit: Visit) -> None:
    # Nobody says who they are: the second browser is another person.
    one, other = await visit(demo), await visit(demo)
    names = [await each.page.locator(".self-text strong").inner_text() for each in (one, other)]
    assert len(set(names)) == 2
    for each in (one, other):
        await each.go("daily-quotes")
    await one.say(f"Hello, I am {names[0]}")
    await other.sees(f"Hello, I am {names[0]}")
    await other.command("quote", query="random")
    await expect(one.last).to_contain_text(f"{names[1]} used /quote")
    await expect(one.page.locator(".person").filter(has_text=names[1])).not_to_have_class("person is-away")


async def test_about(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    await mina.command("about")
    await mina.sees("What I store")


async def test_the_message_command_by_mouse(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    await mina.go("canon-talk")
    await mina.menu(await mina.sees("just friends, change my mind"), "Canon check")
    await expect(mina.last).to_contain_text("Only you can see this")
    await expect(mina.last).to_contain_text("Contradicted")


async def test_a_mention_is_answered_with_a_reply(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    await mina.write("@can")
    await expect(mina.options).to_have_count(1)
    await mina.keyboard.press("Tab")
    await mina.say("was it planned?")
    await expect(mina.last.locator(".message-context")).to_contain_text("Mina")
    await expect(mina.last.locator(".md-quote").first).to_be_visible()


async def test_a_direct_message(demo: Demo, visit: Visit) -> None:
    timo = await visit(demo, "Timo")
    await timo.button("Direct messages").click()
    await timo.command("quote", query="random")
    await expect(timo.last).to_contain_text("Timo used /quote")


async def test_markup_typed_as_a_question_stays_text(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    text = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
    await mina.command("ask", question=text)
    await mina.sees("Mina used /ask")
    await mina.say(text)
    shown = await mina.sees("<script>document.title='owned'</script>")
    assert await shown.locator("script, img").count() == 0
    assert "owned" not in await mina.page.title()


async def test_what_is_required_is_asked_for(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    await mina.command("quote")
    await expect(mina.page.locator(".panel-error")).to_contain_text("This option is required.")
    await expect(mina.chip("query")).to_be_focused()
    await mina.keyboard.type("random")
    await expect(mina.page.locator(".panel-error")).to_have_count(0)
    await mina.keyboard.press("Escape")
    await mina.keyboard.press("Escape")
    await expect(mina.box).to_be_focused()


async def test_a_mentioned_command_begins_in_the_composer(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    form = mina.page.locator(".command-name")
    await mina.command("help")
    answer = await mina.sees("Mina used /help")
    await answer.get_by_role("button", name="/canon", exact=True).focus()
    await mina.keyboard.press("Enter")
    await expect(form).to_have_text("/canon")
    await expect(mina.chip("subject")).to_be_focused()
    await mina.keyboard.press("Escape")
    await mina.keyboard.press("Escape")

    # One that this person may not use here is there as if typed, and the list says what there is instead.
    await mina.say("I would use </daily schedule:1> and </nothing like it:2>")
    said = await mina.sees("I would use")
    await said.get_by_role("button", name="/nothing like it").click()
    await expect(mina.box).to_have_value("/nothing like it")
    await expect(mina.box).to_be_focused()
    await expect(mina.page.locator(".composer-panel")).to_contain_text("No command matches.")
    mo = await visit(demo, "Mo")
    await mo.say("Better </daily schedule:1>")
    await (await mo.sees("Better")).get_by_role("button", name="/daily schedule").click()
    await expect(mo.page.locator(".command-name")).to_have_text("/daily schedule")
