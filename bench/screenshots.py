"""Pictures of the demo page in its main states, for the README: `make screenshots` writes docs/images/*.png.

Each scene is played by somebody at a browser, as in the browser tests, with the real bot behind the page.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import Page, async_playwright

from sandbox import Sandbox, page, process
from sandbox.page import demo_data
from sandbox.process import LEARN, ROOT, RUN, BotProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Browser

    from sandbox.page.hub import Hub

if TYPE_CHECKING:
    Scene = Callable[[Page], Awaitable[None]]

IMAGES = ROOT / "docs" / "images"
DATABASE = ROOT / "var" / "screenshots.sqlite3"
ARGUMENTS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
# The bot takes the same plan only once.
HOURS = itertools.cycle(("9:00", "18:30"))
WIDE, NARROW = (1280, 800), (360, 740)
# Learning from the announcement takes its time when nothing has been learnt yet.
FIRST_START = 300.0


async def _type(tab: Page, text: str) -> None:
    await tab.locator(".composer-text").focus()
    await tab.keyboard.type(text, delay=5)


async def _send(tab: Page, text: str, answer: str) -> None:
    await _type(tab, text)
    await tab.keyboard.press("Enter")
    await tab.locator("article.message", has_text=answer).last.wait_for()


async def _go(tab: Page, channel: str) -> None:
    if await tab.get_by_role("button", name="Servers and channels").is_visible():
        await tab.get_by_role("button", name="Servers and channels").click()
    await tab.locator("#channels").get_by_role("button", name=channel, exact=True).click()
    await tab.locator(".head-name", has_text=channel).wait_for()


async def first_visit(tab: Page) -> None:
    """Show what somebody sees who has done nothing yet."""
    await tab.locator(".welcome-thing").first.wait_for()


async def quote(tab: Page) -> None:
    """Look up a quote."""
    await _send(tab, "/quote unambiguous", "unambiguous")


async def card(tab: Page) -> None:
    """Ask for a quote's card."""
    await quote(tab)
    await tab.get_by_role("button", name="Card").last.click()
    await tab.locator(".c-picture img").last.wait_for()


async def canon(tab: Page) -> None:
    """Settle an argument."""
    await _go(tab, "canon-talk")
    await _send(tab, "/canon they are just friends", "Contradicted")


async def ask(tab: Page) -> None:
    """Ask one question that the announcement answers, and one that it does not."""
    await _send(tab, "/ask Did the network limit them?", "used /ask")
    await _send(tab, "/ask Who voices Korra in the Dutch dub?", "couldn't find that")


async def commands(tab: Page) -> None:
    """List the commands."""
    await _type(tab, "/")
    await tab.get_by_role("option", name="/quote").first.wait_for()


async def completion(tab: Page) -> None:
    """Let the bot complete an option."""
    await _type(tab, "/quote net")
    await tab.locator(".composer-panel [role=option]:not(.listbox-empty)").first.wait_for()
    await tab.keyboard.press("ArrowDown")


async def options(tab: Page) -> None:
    """Fill in a command with many options."""
    await _fill_in_schedule(tab)
    await tab.keyboard.type("about:")
    await tab.locator(".composer-panel [role=option]:not(.listbox-empty)").first.wait_for()


async def _fill_in_schedule(tab: Page) -> None:
    await _type(tab, "/daily schedule ")
    for text in ("daily-quotes", next(HOURS), "America/New_York"):
        await tab.keyboard.type(text, delay=5)
        await tab.locator(".composer-panel [role=option]:not(.listbox-empty)").first.wait_for()
        await tab.wait_for_timeout(600)
        await tab.keyboard.press("Tab")


async def daily(tab: Page) -> None:
    """Plan daily quotes and move the clock to the first of them."""
    await _go(tab, "daily-quotes")
    await _fill_in_schedule(tab)
    await tab.keyboard.press("Enter")
    await tab.get_by_text("Only you can see this").last.wait_for()
    await tab.get_by_role("button", name="Jump to the next daily post").click()
    await tab.locator(".toast").wait_for()
    await tab.locator(".toast").wait_for(state="detached")


async def inspector(tab: Page) -> None:
    """Open the JSON behind an answer."""
    await _send(tab, "/quote bumpy ride", "bumpy ride")
    await tab.locator("article.message").last.focus()
    await tab.keyboard.press("Enter")
    await tab.get_by_role("menuitem", name="Show JSON").click()
    await tab.locator(".exchange summary").nth(1).click()


async def message_menu(tab: Page) -> None:
    """Open the menu of a message, with the bot's command on it."""
    await _go(tab, "canon-talk")
    await tab.locator("article.message", has_text="just friends").locator(".message-text").click(button="right")
    await tab.get_by_role("menuitem", name="Canon check").hover()


async def channels(tab: Page) -> None:
    """Open the drawer with the channels."""
    await tab.get_by_role("button", name="Servers and channels").click()
    await tab.wait_for_timeout(300)


BOTH = ("light", "dark")
SCENES: tuple[tuple[Scene, tuple[int, int], tuple[str, ...]], ...] = (
    *((scene, WIDE, BOTH) for scene in (first_visit, quote, card, canon, ask, commands, completion, options)),
    *((scene, WIDE, BOTH) for scene in (inspector, message_menu)),
    *((scene, NARROW, BOTH) for scene in (first_visit, quote, canon, completion, options, channels)),
    (daily, WIDE, BOTH),  # the last one: it moves the clock
)


@asynccontextmanager
async def _demo() -> AsyncIterator[Hub]:
    """Run the page with the real bot; it registers its commands anew with each new small Discord."""
    process.remove(DATABASE)
    sandbox = Sandbox(strict=False)
    hub = page.add_routes(sandbox.app, sandbox, restart=_not_here)
    async with sandbox:
        settings = {
            "DISCORD_TOKEN": sandbox.token,
            "DISCORD_API_BASE": sandbox.base_url,
            "DATABASE_PATH": str(DATABASE),
            "CLOCK_URL": f"{sandbox.world.root}/demo/clock",
        }
        commands = (LEARN, (sys.executable, "-m", "bot", "sync"), RUN)
        bot = BotProcess(settings, lambda code: print(f"the bot has ended with {code}"), commands, hub.learns)
        try:
            await bot.start()
            await sandbox.bot_connected(timeout=FIRST_START)
            yield hub
        finally:
            await bot.stop()


async def _not_here() -> None:
    """Let the page offer a restart, which no scene asks for."""


def _afresh(hub: Hub) -> None:
    """Bring the channels back to how a demo begins."""
    hub.private.clear()
    for channel in hub.world.channels.values():
        channel.messages.clear()
    demo_data.dress(hub.world, demo_data.read(page.ANNOUNCEMENT))


async def _take(browser: Browser, hub: Hub, scene: Scene, size: tuple[int, int], scheme: str) -> None:
    _afresh(hub)
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/London",
        device_scale_factor=2 if size is NARROW else 1,
    )
    tab = await context.new_page()
    tab.set_default_timeout(30_000)
    await tab.goto(f"{hub.world.root}/?as=Mo")
    await tab.locator("article.message, .start").first.wait_for()
    await tab.wait_for_timeout(800)
    await scene(tab)
    await tab.wait_for_timeout(700)
    shape = "narrow" if size is NARROW else "wide"
    path = IMAGES / f"{scene.__name__.replace('_', '-')}-{shape}-{scheme}.png"
    await tab.screenshot(path=path)
    await context.close()
    print(path.relative_to(ROOT))


async def main(wanted: list[str]) -> int:
    """Take all pictures, or those of the scenes named."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("There is no browser: install Debian's package chromium.")
        return 2
    Path(IMAGES).mkdir(parents=True, exist_ok=True)
    async with _demo() as hub, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=ARGUMENTS.split())
        for scene, size, schemes in SCENES:
            if not wanted or scene.__name__ in wanted:
                for scheme in schemes:
                    await _take(browser, hub, scene, size, scheme)
        await browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
