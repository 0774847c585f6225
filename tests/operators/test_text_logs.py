"""The log that a host reads in a terminal: what passes by itself is told in a line."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from bot.operators.logs import TextFormatter, set_up
from bot.settings import read
from sandbox import Sandbox, page
from sandbox.page import faults
from tests.support.program import end, running

if TYPE_CHECKING:
    from pathlib import Path


async def test_while_discord_is_down_the_log_has_no_traceback(second_path: Path) -> None:
    sandbox = Sandbox(journal_size=None)
    hub = page.add_routes(sandbox.app, sandbox)
    lines: list[str] = []
    async with AsyncExitStack() as discord, asyncio.timeout(40):
        await discord.enter_async_context(sandbox)
        given = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}
        async with running("run", store=second_path, **given) as process:
            assert process.stderr is not None
            await sandbox.bot_connected(commands=True)
            await faults.cause(hub, {"kind": "outage", "seconds": 0.5}, None)
            await sandbox.gateway.wait_connected()
            # And now nobody answers at its address any more.
            await discord.aclose()
            while not lines or "Attempting a reconnect" not in lines[-1]:
                lines.append((await process.stderr.readline()).decode())
            ended = await end(process, signal.SIGTERM, within=10)
    assert ended.code == 0
    assert "Traceback" not in "".join(lines) + ended.err
    assert "WARNING" in lines[-1]
    assert lines[-1].rstrip().endswith(")")


@pytest.mark.parametrize(
    ("name", "message", "error", "told"),
    [
        ("discord.client", "Attempting a reconnect in %.2fs", OSError("refused\n<html>"), "1.00s (refused)"),
        ("discord.shard", "Attempting a reconnect in %.2fs", TimeoutError(), "1.00s (TimeoutError)"),
        ("discord.client", "Ignoring exception after %.2fs", OSError("refused"), "OSError: refused"),
        ("bot", "Attempting a reconnect in %.2fs", OSError("refused"), "OSError: refused"),
    ],
)
def test_only_what_is_tried_again_is_told_without_a_traceback(
    name: str, message: str, error: Exception, told: str
) -> None:
    record = logging.makeLogRecord(
        {"name": name, "msg": message, "args": (1.0,), "levelname": "ERROR", "exc_info": (type(error), error, None)}
    )
    text = TextFormatter("%(levelname)s %(message)s").format(record)
    assert text.endswith(told)
    assert text.startswith("ERROR") == ("\n" in text)
    assert record.exc_info is not None


def test_a_process_that_was_ended_while_it_was_made_is_no_news(capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    root.handlers = []
    try:
        set_up(read({}))
        logging.getLogger("asyncio").warning("Unknown child process pid %d, will report returncode 255", 7)
        logging.getLogger("asyncio").warning("A fault that is ours")
    finally:
        root.handlers, root.level = before
    told = capfd.readouterr().err
    assert "Unknown child" not in told
    assert "A fault that is ours" in told
