"""/healthz and /readyz: each cause of ill health is told, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sqlite3
import time
from typing import TYPE_CHECKING, Any

import pytest

from bot import app
from bot.client import client
from bot.errors import SettingError, StoreBrokenError, StoreError, StoreFullError
from bot.operators import health
from bot.store.sqlite import SqliteDatabase
from sandbox import Sandbox
from tests.conftest import connected, settings_for
from tests.support.asking import ask, fetch, until
from tests.support.program import end, program, running
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.client import Canonkeeper


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture
def address() -> str:
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(journal_size=None) as opened:
        yield opened


@pytest.fixture
async def bot(sandbox: Sandbox, second_path: Path, address: str) -> AsyncIterator[Canonkeeper]:
    settings = settings_for(sandbox, second_path, ANNOUNCEMENT_PATH=str(SECOND), HEALTH_ADDRESS=address)
    async with connected(sandbox, settings) as bot:
        await until(address, "/readyz", lambda answer: answer.status == 200)
        yield bot


async def is_well(address: str) -> bool:
    answer = await until(address, "/healthz", lambda answer: answer.status == 200)
    return answer.checks == {}


# -- when all is well --------------------------------------------------------------------------------


async def test_all_is_well(bot: Canonkeeper, address: str) -> None:
    assert bot.is_ready()
    for path in ("/healthz", "/readyz"):
        answer = await ask(address, path)
        assert (answer.status, answer.checks) == (200, {})
        for check in ("loop", "shards", "store", "poster"):
            assert f'"{check}": {{' in answer.body
    assert await ask(address, "/healthz", "HEAD") == (200, "")
    assert (await ask(address, "/healthz", "POST")).status == 405
    assert (await ask(address, "/")).status == 404
    # Many who ask at once are told at once.
    assert {each.status for each in await asyncio.gather(*(ask(address, "/healthz") for _ in range(20)))} == {200}


async def test_nothing_listens_and_nothing_is_loaded_by_default(second_path: Path) -> None:
    code = "import bot.app, bot.client.client, sys; print(*(name in sys.modules for name in sys.argv[1:]))"
    start = ("-c", code, "prometheus_client", "aiohttp.web", "bot.operators.health")
    async with running(start=start, store=second_path) as process:
        assert (await end(process)).out == "False False False\n"


async def test_a_bot_that_starts_is_well_but_not_ready(second_path: Path) -> None:
    async with health.monitored(("127.0.0.1", port := free_port()), second_path):
        address = f"127.0.0.1:{port}"
        assert (await ask(address, "/healthz")).status == 200
        ready = await ask(address, "/readyz")
        assert ready.status == 503
        assert ready.body.count('"starting"') == 3
        assert "canonkeeper_ready 0.0" in (await ask(address, "/metrics")).body
    # The address is free again.
    socket.create_server(("127.0.0.1", port)).close()


async def test_a_start_that_takes_too_long_is_no_start(
    sandbox: Sandbox, second_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(sandbox, second_path, ANNOUNCEMENT_PATH=str(SECOND), HEALTH_ADDRESS=address)
    async with app.client(settings) as bot:
        # Logged in, and not connected.
        answer = await ask(address, "/healthz")
        assert (answer.status, '"starting: 0 of 1 connected"' in answer.body) == (200, True)
        assert (await ask(address, "/readyz")).status == 503
        monkeypatch.setattr(health, "START_SECONDS", -10.0)
        assert (await ask(address, "/healthz")).checks == {"shards": "starting: 0 of 1 connected"}
        assert not bot.is_ready()


async def test_a_bot_that_stops_is_well_but_not_ready(bot: Canonkeeper, second_path: Path) -> None:
    async with health.monitored(("127.0.0.1", port := free_port()), second_path) as monitor:
        address = f"127.0.0.1:{port}"
        with monitor.watching(bot):
            assert "stopping" not in (await ask(address, "/readyz")).body
        answer = await ask(address, "/readyz")
        assert (answer.status, answer.body.count('"stopping"')) == (503, 3)
        assert (await ask(address, "/healthz")).status == 200


# -- each cause, and its end -------------------------------------------------------------------------


async def test_a_frozen_loop(bot: Canonkeeper, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bot.is_ready()
    monkeypatch.setattr(health, "FROZEN_SECONDS", 1.0)
    monkeypatch.setattr(health, "TOLD_SECONDS", 2.0)
    asking = asyncio.create_task(ask(address, "/healthz"))
    measuring = asyncio.create_task(ask(address, "/metrics"))
    await asyncio.sleep(0)
    # A call that blocks: whoever asks meanwhile is answered all the same.
    time.sleep(3.0)  # noqa: ASYNC251
    answer = await asking
    assert answer.status == 503
    assert [*answer.checks] == ["loop"]
    assert answer.checks["loop"].startswith("the event loop has been blocked for ")
    assert 'canonkeeper_healthy{check="loop"} 0.0' in (await measuring).body
    after = await until(address, "/healthz", lambda answer: "just now" in answer.body, 5.0)
    assert after.checks == {"loop": "the event loop stood still for 3 s just now"}
    assert await is_well(address)


async def test_a_held_store(bot: Canonkeeper, address: str, second_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "STORE_SECONDS", 0.3)
    with contextlib.closing(sqlite3.connect(second_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = await ask(address, "/healthz")
        assert (answer.status, answer.checks) == (503, {"store": "another program holds it, or it is too slow"})
        assert (await ask(address, "/readyz")).status == 503
        assert "canonkeeper_store_write_seconds" not in (await ask(address, "/metrics")).body
    assert await is_well(address)
    assert bot.is_ready()


async def test_a_lost_store(bot: Canonkeeper, address: str, second_path: Path) -> None:
    aside = second_path.rename(second_path.with_name("aside"))
    answer = await ask(address, "/healthz")
    assert answer.checks == {"store": "its file was deleted or replaced"}
    aside.rename(second_path)
    assert await is_well(address)
    assert bot.is_ready()


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (StoreFullError("x"), "its disk is full"),
        (StoreBrokenError("x"), "its file is damaged"),
        (StoreError("x"), "it can't be written to"),
    ],
)
async def test_a_store_in_other_trouble(
    bot: Canonkeeper, address: str, monkeypatch: pytest.MonkeyPatch, error: StoreError, why: str
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise error

    database = bot.services.daily.deliveries._database
    assert isinstance(database, SqliteDatabase)
    with monkeypatch.context() as patched:
        patched.setattr(type(database._writer), "execute", fail)
        answer = await ask(address, "/healthz")
    assert answer.checks == {"store": why}
    assert await is_well(address)


async def test_a_store_that_never_answers(bot: Canonkeeper, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FROZEN_SECONDS", 1.0)
    held = asyncio.Event()
    database = bot.services.daily.deliveries._database

    async def wait(*_: object) -> None:
        await held.wait()

    with monkeypatch.context() as patched:
        patched.setattr(database, "_wait_at_most", wait)
        answer = await ask(address, "/healthz")
        assert answer.status == 503
        assert answer.checks == {"store": "it doesn't answer"}
        held.set()
    assert await is_well(address)


async def test_a_closed_shard(bot: Canonkeeper, sandbox: Sandbox, address: str) -> None:
    async with sandbox.gateway.lost():
        answer = await until(address, "/healthz", lambda answer: answer.status == 503)
        assert answer.checks == {"shards": "1 of 1 not connected: no. 0"}
        assert (await ask(address, "/readyz")).status == 503
        page = (await ask(address, "/metrics")).body
        assert 'canonkeeper_shards{state="down"} 1.0' in page
        assert "canonkeeper_gateway_latency_seconds{" not in page
    assert await is_well(address)
    assert 'canonkeeper_shards{state="up"} 1.0' in (await ask(address, "/metrics")).body
    assert bot.is_ready()


async def test_one_closed_shard_of_two(
    sandbox: Sandbox, second_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(*_: object, **__: object) -> None:
        """Discord wants five seconds between two shards; the local one does not mind."""

    monkeypatch.setattr(client.Canonkeeper, "before_identify_hook", at_once)
    sandbox.world.shards = 2
    settings = settings_for(sandbox, second_path, ANNOUNCEMENT_PATH=str(SECOND), HEALTH_ADDRESS=address)
    async with connected(sandbox, settings):
        await until(address, "/readyz", lambda answer: answer.status == 200)
        async with sandbox.gateway.lost(shard=1):
            answer = await until(address, "/healthz", lambda answer: answer.status == 503)
            assert answer.checks == {"shards": "1 of 2 not connected: no. 1"}
            page = (await ask(address, "/metrics")).body
            assert 'canonkeeper_shards{state="up"} 1.0' in page
            assert 'canonkeeper_gateway_latency_seconds{shard="0"}' in page
            assert 'shard="1"' not in page
        assert await is_well(address)


async def test_a_session_that_is_resumed(bot: Canonkeeper, sandbox: Sandbox, address: str) -> None:
    await sandbox.gateway.disconnect(4000)
    await sandbox.bot_connected()
    assert await is_well(address)
    assert bot.is_ready()


async def test_a_stuck_poster(bot: Canonkeeper, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "STUCK_SECONDS", 0.5)
    assert await is_well(address)
    deliveries, held = bot.services.daily.deliveries, asyncio.Event()
    wake = deliveries.next_wake

    async def never(retention: dt.timedelta) -> dt.datetime | None:
        await held.wait()
        return await wake(retention)

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "next_wake", never)
        bot.daily.worker.poke()
        answer = await until(address, "/healthz", lambda answer: answer.status == 503)
        assert answer.checks["poster"].startswith("the posting task hasn't run for ")
        held.set()
    assert await is_well(address)


async def test_a_poster_that_fails(bot: Canonkeeper, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    deliveries = bot.services.daily.deliveries

    async def fail(_retention: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "next_wake", fail)
        bot.daily.worker.poke()
        answer = await until(address, "/healthz", lambda answer: answer.status == 503)
        assert answer.checks == {"poster": "can't check which posts are due; see the log"}
    bot.daily.worker.poke()
    assert await is_well(address)


# -- the address -------------------------------------------------------------------------------------


async def test_an_address_that_is_taken_is_told(second_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(SettingError, match=f"^HEALTH_ADDRESS 127.0.0.1:{port} can't be listened at"):
            async with health.monitored(("127.0.0.1", port), second_path):
                pass
        async with Sandbox(journal_size=None) as sandbox:
            given: dict[str, Any] = {
                "DISCORD_TOKEN": sandbox.token,
                "DISCORD_API_BASE": sandbox.base_url,
                "HEALTH_ADDRESS": f"127.0.0.1:{port}",
            }
            ended = await asyncio.to_thread(program, "run", store=second_path, **given)
            assert (ended.code, ended.out) == (2, "")
            assert len([line for line in ended.err.splitlines() if "HEALTH_ADDRESS" in line]) == 1
            # The bot that has the address goes on; beside it, commands can be registered.
            assert (await asyncio.to_thread(program, "sync", store=second_path, **given)).code == 0


async def test_an_address_of_ipv6(second_path: Path) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as listening:
            port = listening.getsockname()[1]
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    async with health.monitored(("::1", port), second_path):
        assert (await asyncio.to_thread(fetch, f"[::1]:{port}", "/healthz")).status == 200
