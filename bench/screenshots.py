"""Pictures of the demo page in its main states, for the README: `make screenshots` writes docs/images.

Each scene is played by somebody at a browser, as in the browser tests, with the real bot behind the page. One of them,
`moments`, moves: it is made of stills that each stand long enough to be read.
"""

from __future__ import annotations

import asyncio
import io
import itertools
import re
import shutil
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.async_api import Page, async_playwright

from sandbox import Sandbox, page, process
from sandbox.page import demo_data
from sandbox.process import LEARN, ROOT, RUN, BotProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Browser, BrowserContext

    from sandbox.page.hub import Hub

if TYPE_CHECKING:
    Scene = Callable[[Page], Awaitable[None]]

IMAGES = ROOT / "docs" / "images"
DATABASE = ROOT / "var" / "screenshots.sqlite3"
ARGUMENTS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
# The bot takes the same plan only once.
HOURS = itertools.cycle(("9:00", "18:30"))
WIDE, NARROW = (1280, 800), (360, 740)
# As wide as a README shows it, so that it can be read there.
FILM = (740, 620)
# Where the pointer is on nothing: over the header's empty middle.
NOTHING = (200, 8)
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
    await tab.locator(".composer-text").focus()


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
    # Until then the list may be that of fewer letters.
    await tab.get_by_role("option", name="About the network").first.wait_for()
    await tab.wait_for_timeout(1000)
    await tab.keyboard.press("ArrowDown")
    await tab.locator(".option.is-active").wait_for()


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
    await tab.wait_for_timeout(1000)  # until the answer's answer is written down, too
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


class Film:
    """Stills of a page, each with the milliseconds for which it is shown."""

    def __init__(self, tab: Page) -> None:
        self._tab = tab
        self._stills: list[tuple[Image.Image, int]] = []

    async def hold(self, seconds: float) -> None:
        """Add what the page shows now."""
        await self._tab.wait_for_timeout(400)
        still = Image.open(io.BytesIO(await self._tab.screenshot()))
        self._stills.append((still.convert("RGB"), round(seconds * 1000)))

    def save(self, path: Path) -> None:
        first, *others = (still for still, _ in self._stills)
        lasting = [lasts for _, lasts in self._stills]
        first.save(path, save_all=True, append_images=others, duration=lasting, loop=0, quality=85, method=6)


async def _point_at(tab: Page, name: str, film: Film) -> None:
    """Let one see what is pressed before it is."""
    button = tab.get_by_role("button", name=name)
    await button.hover()
    await film.hold(1.5)
    await button.click()
    await tab.mouse.move(0, 0)


async def moments(tab: Page, film: Film) -> None:
    """Press what a first visit is offered: a ruling, an answer, a week of daily quotes."""
    await tab.locator(".welcome-thing").first.wait_for()
    await film.hold(3)
    for name, command in (("Settle an argument", "/canon"), ("Ask a question", "/ask")):
        await _point_at(tab, name, film)
        await tab.locator("article.message", has_text=f"used {command}").last.wait_for()
        await film.hold(6)
    await _point_at(tab, "Watch a week of daily quotes", film)
    await tab.locator(".command-name").wait_for()
    await film.hold(3)
    said = tab.locator(".week-words")
    await said.filter(has_text="Scheduled: ").wait_for()
    await film.hold(5)
    for day in range(1, 8):
        await said.filter(has_text=re.compile(rf"^Day {day} of 7: \w+day, ")).wait_for()
        # Three of them show how it goes.
        if day in (1, 2, 3, 7):
            await film.hold(4)
    await said.filter(has_text="A week has passed").wait_for()
    await film.hold(5)


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


async def _context(browser: Browser, size: tuple[int, int], scheme: str, scale: float) -> BrowserContext:
    return await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/London",
        device_scale_factor=scale,
    )


async def _visit(context: BrowserContext, hub: Hub, person: str) -> Page:
    tab = await context.new_page()
    tab.set_default_timeout(30_000)
    await tab.goto(f"{hub.world.root}/?as={person}")
    await tab.locator("article.message, .start").first.wait_for()
    await tab.wait_for_timeout(800)
    return tab


async def _take(browser: Browser, hub: Hub, scene: Scene, size: tuple[int, int], scheme: str) -> None:
    _afresh(hub)
    context = await _context(browser, size, scheme, 2 if size is NARROW else 1)
    tab = await _visit(context, hub, "Mo")
    await scene(tab)
    if scene is not message_menu:
        # Under the pointer, what nobody means would look chosen.
        await tab.mouse.move(*NOTHING)
    await tab.wait_for_timeout(700)
    shape = "narrow" if size is NARROW else "wide"
    path = IMAGES / f"{scene.__name__.replace('_', '-')}-{shape}-{scheme}.png"
    await tab.screenshot(path=path)
    await context.close()
    print(path.relative_to(ROOT))


async def _film(browser: Browser, scheme: str) -> None:
    """Take the moving picture, in a demo of its own: the week moves the clock, and is scheduled once."""
    async with _demo() as hub:
        context = await _context(browser, FILM, scheme, 1.5)
        tab = await _visit(context, hub, "Mina")
        film = Film(tab)
        await moments(tab, film)
        await context.close()
    path = IMAGES / f"moments-{scheme}.webp"
    film.save(path)
    print(path.relative_to(ROOT))


async def main(wanted: list[str]) -> int:
    """Take all pictures, or those of the scenes named."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("There is no browser: install Debian's package chromium.")
        return 2
    Path(IMAGES).mkdir(parents=True, exist_ok=True)
    scenes = [each for each in SCENES if not wanted or each[0].__name__ in wanted]
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=ARGUMENTS.split())
        if scenes:
            async with _demo() as hub:
                for scene, size, schemes in scenes:
                    for scheme in schemes:
                        await _take(browser, hub, scene, size, scheme)
        for scheme in BOTH if not wanted or moments.__name__ in wanted else ():
            await _film(browser, scheme)
        await browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
