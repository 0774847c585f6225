"""A browser, the page, and a bot behind it. Each module has its own small Discord, on a port of its own."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from sandbox import Sandbox, page
from tests.browser.visitor import Visitor
from tests.conftest import connected, settings_for
from tests.support.seeded import copied

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from playwright.async_api import Browser

    from sandbox.page.hub import Hub

CHROMIUM = shutil.which("chromium")
# What keeps a fresh Chromium from talking to anybody but this machine, and from wanting a sandbox of its own.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(reason="there is no browser: install Debian's package chromium")
    for item in items:
        if item.get_closest_marker("browser") and CHROMIUM is None:
            item.add_marker(missing)


class Demo:
    """A small Discord with the page, and whatever bot `start` connects."""

    def __init__(self, sandbox: Sandbox, hub: Hub) -> None:
        self.sandbox = sandbox
        self.hub = hub

    @property
    def address(self) -> str:
        return self.sandbox.world.root


@asynccontextmanager
async def serving(restart: Callable[[], Awaitable[None]] | None = None, port: int = 0) -> AsyncIterator[Demo]:
    """A small Discord with the page, without a bot."""
    sandbox = Sandbox(port=port)
    hub = page.add_routes(sandbox.app, sandbox, restart=restart)
    async with sandbox:
        yield Demo(sandbox, hub)


class Runner:
    """Runs the real bot in a task of its own, so that the page can restart it."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._task: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self.sandbox: Sandbox

    async def _run(self, ready: asyncio.Event, stop: asyncio.Event) -> None:
        clock = f"{self.sandbox.world.root}/demo/clock"
        async with connected(self.sandbox, settings_for(self.sandbox, self._store, CLOCK_URL=clock)):
            ready.set()
            await stop.wait()

    async def start(self) -> None:
        ready, self._stop = asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(self._run(ready, self._stop))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            await self._task

    async def stop(self) -> None:
        self._stop.set()
        if self._task is not None:
            await self._task

    async def restart(self) -> None:
        await self.stop()
        await self.start()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """The demo as people start it: the page, with the real bot connected."""
    store = copied(seeded, tmp_path_factory.mktemp("demo") / "store.sqlite3")
    runner = Runner(store)
    async with serving(runner.restart) as one:
        runner.sandbox = one.sandbox
        await runner.start()
        yield one
        await runner.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        one = await driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield one
        await one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser) -> AsyncIterator[Callable[..., Awaitable[Visitor]]]:
    """Opens the page as somebody.

    At the end no page may have had an error or refused a script or picture, and none may be hard to use for anybody, in
    the state that the test has brought it to.
    """
    async with AsyncExitStack() as stack:
        problems: list[str] = []
        visitors: list[Visitor] = []

        async def come(demo: Demo, person: str | None = None, **options: Any) -> Visitor:
            settings = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "timezone_id": "Europe/London"}
            # A colour on its way to another one would be measured as what it is in between.
            settings |= {"reduced_motion": "reduce"}
            context = await browser.new_context(**(settings | options))
            stack.push_async_callback(context.close)
            tab = await context.new_page()
            tab.on("pageerror", lambda error: problems.append(str(error)))
            tab.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
            visitor = Visitor(tab, problems)
            await visitor.arrive(demo.address, person)
            visitors.append(visitor)
            return visitor

        yield come
        assert problems == []
        assert [found for each in visitors for found in await each.findings("at the end")] == []
