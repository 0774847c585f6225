"""The connection, the faults, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
from playwright.async_api import expect

from sandbox.page.routes import from_here, named_here
from tests.browser.conftest import serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.conftest import Demo
    from tests.browser.visitor import Visitor

if TYPE_CHECKING:
    Visit = Callable[..., Awaitable[Visitor]]

pytestmark = pytest.mark.asyncio(loop_scope="module")
needs_browser = pytest.mark.browser


@needs_browser
async def test_the_connection_lost_and_regained(visit: Visit) -> None:
    async with serving() as first:
        mina = await visit(first, "Mina")
        await mina.write("A draft that must survive")
        port = first.sandbox.port
    banner = mina.page.locator("#banner")
    await expect(banner).to_contain_text("connection to the demo server was lost")
    await mina.keyboard.press("Enter")
    await expect(mina.page.locator(".composer-notice")).to_contain_text("no connection")
    await expect(mina.box).to_have_value("A draft that must survive")
    async with serving(port=port):
        await mina.button("Try now").click()
        await expect(banner).not_to_contain_text("lost")
        await mina.box.focus()
        await mina.keyboard.press("Enter")
        await mina.sees("A draft that must survive")
    # Refused connections are what this test is about; anything else would be a problem.
    assert all("WebSocket" in each for each in mina.problems)
    mina.problems.clear()


@needs_browser
async def test_the_banner_tells_how_far_learning_is(visit: Visit) -> None:
    async with serving() as one:
        mina = await visit(one, "Mina")
        banner = mina.page.get_by_role("status").filter(has_text="The bot is")
        await expect(banner).to_contain_text("The bot is starting.")
        for percent in (40, 90):
            one.hub.learns(percent)
            await expect(banner).to_have_text(f"The bot is learning… {percent} %")


@needs_browser
async def test_the_bot_is_restarted_and_old_buttons_still_work(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    await mina.command("quote", query="Konietzko")
    answer = await mina.sees("— Bryan Konietzko")
    await mina.button("Restart the bot").click()
    await expect(mina.page.locator("#banner")).to_contain_text("isn't connected")
    await expect(mina.page.locator("#banner")).to_be_hidden()
    first = await answer.locator(".md-quote").inner_text()
    await answer.get_by_role("button", name="Another").click()
    await expect(answer.locator(".md-quote")).not_to_have_text(first)


@needs_browser
async def test_discord_is_down_for_a_while(demo: Demo, visit: Visit) -> None:
    mina = await visit(demo, "Mina")
    await mina.button("Discord goes down for 10 s").click()
    await expect(mina.page.locator(".toast")).to_contain_text("Discord is down for 10 s")
    await expect(mina.page.locator("#banner")).to_contain_text("isn't connected")
    await mina.command("quote", query="random")
    await expect(mina.page.locator(".log-pending")).to_contain_text("The application did not respond")
    # It comes back by itself; how soon after the ten seconds is up to the bot's patience.
    await expect(mina.page.locator("#banner")).to_be_hidden(timeout=60_000)
    await mina.command("quote", query="bumpy ride")
    await mina.sees("bumpy ride")


@needs_browser
async def test_permission_to_post_is_taken_and_given_back(demo: Demo, visit: Visit) -> None:
    mo = await visit(demo, "Mo")
    await mo.go("daily-quotes")
    take, give = "Take away the bot's permission to post here", "Give the bot its permission back"
    await mo.button(take).click()
    await expect(mo.button(give)).to_be_visible()
    channel = demo.sandbox.world.channel("daily-quotes")
    assert not demo.sandbox.world.may(channel, demo.sandbox.world.bot, "send_messages")
    await mo.button(give).click()
    await expect(mo.button(take)).to_be_visible()
    assert demo.sandbox.world.may(channel, demo.sandbox.world.bot, "send_messages")


@needs_browser
async def test_the_bot_is_timed_out_and_the_edge_answers_for_discord(demo: Demo, visit: Visit) -> None:
    mo = await visit(demo, "Mo")
    guild = demo.sandbox.world.guild("Republic City")
    await mo.button("Time the bot out for ten minutes").click()
    await expect(mo.page.locator(".toast")).to_contain_text("has timed the bot out")
    assert guild.members[demo.sandbox.bot_user_id].timed_out_until is not None
    await mo.button("Remove the bot's timeout").click()
    await expect(mo.button("Time the bot out for ten minutes")).to_be_visible()
    await mo.button("The edge answers 403 for ten minutes").click()
    await expect(mo.page.locator(".toast").last).to_contain_text("just a page, with no reason given")
    await mo.button("Everything works again").click()
    await expect(mo.button("Everything works again")).to_have_count(0)
    assert demo.sandbox.faults.rules == []


@needs_browser
async def test_a_channel_is_deleted_under_everybody(visit: Visit) -> None:
    async with serving() as one:
        mo, mina = await visit(one, "Mo"), await visit(one, "Mina")
        for each in (mo, mina):
            await each.go("canon-talk")
        await mo.button("Delete this channel").click()
        await mo.button("Delete #canon-talk? Press again").click()
        for each in (mo, mina):
            await expect(each.page.locator(".head-name")).to_have_text("general")
            await expect(each.page.locator("#channels").get_by_role("button", name="canon-talk")).to_have_count(0)
            await expect(each.page.locator("#channels").get_by_role("button", name="Book One")).to_have_count(0)


async def test_nothing_is_fetched_from_outside_or_run_inline() -> None:
    async with serving() as one, aiohttp.ClientSession() as session, session.get(one.address) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        text = await answer.text()
        assert "http" not in text
        assert "<style" not in text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Host": "127.0.0.1:x"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_who_may_ask(headers: dict[str, str], status: int) -> None:
    async with serving() as one, aiohttp.ClientSession() as session:
        async with session.get(one.address, headers=headers) as answer:
            assert answer.status == status
        async with session.get(f"{one.address}/demo/clock", headers=headers) as answer:
            assert answer.status == status


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "https://127.0.0.1:{port}"])
async def test_the_socket_is_for_the_page_only(origin: str | None) -> None:
    async with serving() as one, aiohttp.ClientSession() as session:
        headers = {} if origin is None else {"Origin": origin.format(port=one.sandbox.port)}
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(f"{one.address}/demo/socket", headers=headers)


@pytest.mark.parametrize("path", ["..%2Fhub.py", "js/..%2F..%2F..%2Fhub.py", "js", "nothing.js", "%2Fetc%2Fpasswd"])
async def test_only_the_pages_own_files_are_served(path: str) -> None:
    async with (
        serving() as one,
        aiohttp.ClientSession() as session,
        session.get(f"{one.address}/page/{path}") as answer,
    ):
        assert answer.status == 404


async def test_names_of_this_server() -> None:
    assert named_here("localhost:8765", 8765)
    assert named_here("[::1]:8765", 8765)
    assert not named_here("localhost", 8765)
    assert from_here("http://127.0.0.1:8765", 8765)
    assert not from_here("https://127.0.0.1:8765", 8765)
    assert not from_here("", 8765)
