"""What systemd is told, on a unix datagram socket as it has one: sd_notify(3)."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.operators.systemd import Notifier
from bot.settings import ServiceManager
from sandbox import Sandbox
from tests.support.program import end, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no datagram sockets of the unix kind there")


class Systemd:
    """The other end of the socket."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self._socket.setblocking(False)
        self.address = address
        self.told: list[str] = []

    def read(self) -> list[str]:
        """Return what has come since, a line each."""
        new: list[str] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                new += self._socket.recv(4096).decode().split("\n")
        self.told += new
        return new

    async def wait_for(self, line: str) -> None:
        async with asyncio.timeout(30):
            while line not in self.told:
                self.read()
                await asyncio.sleep(0.02)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def systemd(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Systemd]:
    if request.param == "abstract" and sys.platform != "linux":
        pytest.skip("Linux alone has an abstract namespace")
    one = Systemd(str(tmp_path / "notify") if request.param == "path" else f"@canonkeeper-{time.time_ns()}")
    yield one
    one.close()


async def test_a_life_of_the_program(systemd: Systemd, second_path: Path) -> None:
    async with Sandbox() as sandbox:
        bot = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}
        manager = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "400000"}
        async with running("run", store=second_path, **bot, **manager) as process:
            await systemd.wait_for("READY=1")
            assert sandbox.gateway.connected
            before = systemd.told.index("READY=1")
            assert "STATUS=connecting to Discord" in systemd.told[:before]
            assert systemd.told[before + 1] == "STATUS=connected to Discord"
            systemd.read()
            del systemd.told[:]
            await asyncio.sleep(1.1)
            assert systemd.read().count("WATCHDOG=1") >= 3
            ended = await end(process, signal.SIGTERM, within=8)
    assert ended.code == 0
    assert systemd.read()[-2:] == ["STOPPING=1", "STATUS=stopping"]
    assert "Traceback" not in ended.err


async def test_it_is_not_ready_while_it_is_not_connected(tmp_path: Path, second_path: Path) -> None:
    systemd = Systemd(str(tmp_path / "notify"))
    async with Sandbox() as sandbox, sandbox.gateway.lost():
        bot = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}
        manager = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "800000"}
        async with running("run", store=second_path, **bot, **manager) as process:
            await systemd.wait_for("STATUS=connecting to Discord")
            for _ in range(20):
                await asyncio.sleep(0.05)
                systemd.read()
            ended = await end(process, signal.SIGTERM, within=8)
    systemd.read()
    assert ended.code == 0
    assert "READY=1" not in systemd.told
    assert "WATCHDOG=1" in systemd.told
    assert systemd.told[-2:] == ["STOPPING=1", "STATUS=stopping"]
    systemd.close()


async def test_a_loop_that_stands_still_feeds_nobody(tmp_path: Path) -> None:
    systemd = Systemd(str(tmp_path / "notify"))
    async with Notifier(ServiceManager(systemd.address, 0.1)).serving():
        await asyncio.sleep(0.2)
        assert "WATCHDOG=1" in systemd.read()
        time.sleep(0.4)  # noqa: ASYNC251 - the loop is to stand still
        assert systemd.read() == []
        await asyncio.sleep(0.1)
        assert "WATCHDOG=1" in systemd.read()
    systemd.close()


async def test_without_a_watchdog_nobody_is_fed(tmp_path: Path) -> None:
    systemd = Systemd(str(tmp_path / "notify"))
    async with Notifier(ServiceManager(systemd.address)).serving():
        await asyncio.sleep(0.2)
    assert systemd.read() == ["STOPPING=1", "STATUS=stopping"]
    systemd.close()


@pytest.mark.parametrize("address", ["{folder}/nobody", "x" * 300, "@"])
async def test_a_manager_that_does_not_listen_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    notifier = Notifier(ServiceManager(address.format(folder=tmp_path), 0.05))
    async with notifier.serving(), notifier.ready_after(partial(asyncio.sleep, 0)):
        await asyncio.sleep(0.2)
    assert [record.getMessage()[:28] for record in caplog.records] == ["couldn't report to systemd ("]


async def test_it_is_told_again_once_it_listens(tmp_path: Path) -> None:
    notifier = Notifier(ServiceManager(str(tmp_path / "notify")))
    notifier.tell("STATUS=lost")
    systemd = Systemd(str(tmp_path / "notify"))
    notifier.tell("STATUS=found")
    assert systemd.read() == ["STATUS=found"]
    systemd.close()


async def test_a_manager_with_too_much_to_read_is_told_later_that_the_program_is_ready(tmp_path: Path) -> None:
    systemd = Systemd(str(tmp_path / "notify"))
    notifier = Notifier(ServiceManager(systemd.address))
    filled = 0
    while notifier.tell("STATUS=filling"):
        filled += 1
        assert filled < 100_000
    async with notifier.ready_after(partial(asyncio.sleep, 0)):
        await asyncio.sleep(0.1)
        assert "READY=1" not in systemd.read()
        await systemd.wait_for("READY=1")
    systemd.close()
