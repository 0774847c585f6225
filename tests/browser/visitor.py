"""Somebody in front of the page, in the words of what they do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

# The machine that runs the tests may be busy with much else.
PATIENCE = 15_000.0
expect.set_options(timeout=PATIENCE)


class Visitor:
    """One browser tab."""

    def __init__(self, page: Page, problems: list[str]) -> None:
        self.page = page
        self.problems = problems
        self.keyboard = page.keyboard
        page.set_default_timeout(PATIENCE)

    async def arrive(self, address: str, person: str | None) -> None:
        await self.page.goto(f"{address}/?as={person}" if person else address)
        await expect(self.box).to_be_enabled()
        await expect(self.box).to_have_attribute("placeholder", re.compile("^Message "))

    # -- what there is ------------------------------------------------------------------------------

    @property
    def box(self) -> Locator:
        return self.page.locator(".composer-text")

    @property
    def messages(self) -> Locator:
        return self.page.locator("article.message")

    @property
    def last(self) -> Locator:
        return self.messages.last

    @property
    def options(self) -> Locator:
        return self.page.locator(".composer-panel [role=option]:not(.listbox-empty)")

    def message(self, text: str) -> Locator:
        return self.messages.filter(has_text=text).last

    def button(self, name: str | re.Pattern[str], **more: Any) -> Locator:
        return self.page.get_by_role("button", name=name, **more)

    # -- doing --------------------------------------------------------------------------------------

    async def write(self, text: str) -> None:
        """Type into the composer, as with fingers."""
        await self.box.focus()
        await self.keyboard.type(text, delay=5)

    async def say(self, text: str) -> None:
        await self.write(text)
        await self.keyboard.press("Enter")

    async def command(self, name: str, **options: str) -> None:
        """Type a command and its options with the keyboard alone, and send it."""
        await self.write("/")
        # The list comes from the bot: wait until the command is in it.
        await expect(self.options.filter(has_text=f"/{name}").first).to_be_visible()
        await self.keyboard.type(f"{name} ", delay=5)
        await expect(self.page.locator(".command-name")).to_have_text(f"/{name}")
        for option, value in options.items():
            chip = self.chip(option)
            if await chip.count() == 0:
                await self.page.locator(".chip-tail").focus()
                await self.keyboard.type(f"{option}:", delay=5)
            await chip.focus()
            await self.keyboard.type(value, delay=5)
        await self.keyboard.press("Enter")

    def chip(self, name: str) -> Locator:
        return self.page.locator(f'.chip-input[data-option="{name}"]')

    async def go(self, channel: str) -> None:
        opener = self.button("Servers and channels")
        if await opener.is_visible() and await opener.get_attribute("aria-expanded") == "false":
            await opener.click()
        await self.page.locator("#channels").get_by_role("button", name=channel, exact=True).click()
        await expect(self.page.locator(".head-name")).to_have_text(channel)

    async def menu(self, message: Locator, action: str) -> None:
        """Right click on a message and choose."""
        await message.locator(".message-head, .message-text").first.click(button="right")
        await self.page.get_by_role("menuitem", name=action).click()

    # -- seeing -------------------------------------------------------------------------------------

    async def sees(self, text: str) -> Locator:
        """Wait until a message with this text is there, and give it."""
        found = self.message(text)
        await expect(found).to_be_visible()
        return found

    async def findings(self, where: str) -> list[str]:
        """Tell what axe-core finds in the page as it is now, of any severity (contrast of less than 4.5:1 is one)."""
        results = await Axe().run(self.page)
        return [
            f"{where}: {each['impact']}: {each['id']}: {node['html'][:160]} ({node['failureSummary'][:300]})"
            for each in results.response["violations"]
            for node in each["nodes"]
        ]

    async def focused(self) -> str:
        """Tell what has the focus: its label or text."""
        return str(
            await self.page.evaluate(
                "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.dataset.option"
                " ?? document.activeElement.textContent"
            )
        )
