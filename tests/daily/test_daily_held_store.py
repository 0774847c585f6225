"""/daily while the store cannot be used: an answer within three seconds, and nothing done that was not told."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.client import controls
from sandbox import Sandbox
from sandbox.views import visible_text
from tests.support.daily_chat import START, DailyChat, daily_chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from sandbox import Reply


@pytest.fixture
async def chat(second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path) as one:
        yield one


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Let another program hold the store for the block."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def busy(writer: Any, seconds: float) -> None:
    """Keep a connection's thread busy."""
    await writer._execute(time.sleep, seconds)


def stored(path: Path) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as other:
        schedules = other.execute("SELECT id, minute, role, place, paused, last_quote, round FROM schedule").fetchall()
        drawn = other.execute("SELECT schedule, quote, round FROM drawn").fetchall()
        return [*schedules, *drawn]


async def said(chat: DailyChat, reply: Reply) -> str:
    await chat.until(lambda: reply.text or reply.followups)
    return reply.text or "\n".join(visible_text(each) for each in reply.followups)


WRITES = {
    "edit": {"schedule": "1", "time": "10:00"},
    "skip": {"schedule": "1"},
    "pause": {"schedule": "1"},
    "remove": {"schedule": "1"},
    "resume": {"schedule": "2"},
}


async def test_whatever_writes_is_answered_in_time_and_does_nothing_while_the_store_is_held(
    chat: DailyChat, second_path: Path
) -> None:
    await chat.schedule()
    await chat.schedule(time="11:00")
    await chat.daily("pause", schedule="2")
    before = stored(second_path)
    with held(second_path):
        for name, options in WRITES.items():
            began = time.monotonic()
            reply = await chat.daily(name, **options)
            assert time.monotonic() - began < 3, name
            assert "My database is busy right now; nothing was changed" in await said(chat, reply), name
        reply = await chat.schedule(time="12:00")
        assert "My database is busy right now" in await said(chat, reply)
        assert "**2**" in (await chat.daily("list")).text
    await asyncio.sleep(0.2)
    assert stored(second_path) == before
    assert "Changed" in (await chat.daily("edit", **WRITES["edit"])).text


async def test_a_write_behind_a_long_one_of_our_own_is_given_up(chat: DailyChat, second_path: Path) -> None:
    database = chat.bot.services.daily.deliveries._database
    async with database.transaction():
        reply = await chat.schedule()
        assert "My database is busy right now" in await said(chat, reply)
    await asyncio.sleep(0.2)
    assert stored(second_path) == []


async def test_a_slow_commit_is_announced_and_then_told_truly(
    chat: DailyChat, second_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that takes four seconds to write."""
    writer = chat.file._writer
    commit = writer.commit

    async def slowly() -> None:
        await busy(writer, 4.0)
        await commit()

    monkeypatch.setattr(writer, "commit", slowly)
    reply = await chat.schedule()
    assert reply.deferred
    assert reply.ephemeral
    assert "Scheduled" in await said(chat, reply)
    assert len(stored(second_path)) == 1


async def test_a_slow_thread_stores_nothing_after_its_time(
    chat: DailyChat, second_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = chat.file._writer
    fetch = writer.execute_fetchall

    async def slowly(sql: str, parameters: object = None) -> object:
        if "INSERT INTO schedule" in sql:
            await busy(writer, 2.5)
        return await fetch(sql, parameters)

    monkeypatch.setattr(writer, "execute_fetchall", slowly)
    reply = await chat.schedule()
    assert "My database is busy right now; nothing was changed" in await said(chat, reply)
    await asyncio.sleep(0.2)
    assert stored(second_path) == []


async def test_a_button_whose_work_is_slow_is_answered_too(
    chat: DailyChat, second_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chat.schedule()
    shown = await chat.daily("preview", schedule="1")
    with held(second_path):
        reply = await chat.mo.press(shown, "Skip this quote")
        await chat.until(lambda: reply.text or reply.followups)
        texts = [reply.text, *(visible_text(each) for each in reply.followups)]
        assert any("My database is busy right now" in text for text in texts)
    monkeypatch.setattr(controls, "PROMPT_SECONDS", 0.0)
    monkeypatch.setattr(controls.reply, "__kwdefaults__", {"edit": False, "prompt": 0.0})
    shown = await chat.daily("preview", schedule="1")
    assert "Skipped" in (await chat.mo.press(shown, "Skip this quote")).text


@pytest.mark.parametrize("way", ["deleted", "replaced", "moved", "log"])
async def test_a_store_that_is_lost_is_said_at_once(
    second_path: Path, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        async with daily_chat(second_path, sandbox=sandbox) as chat:
            await chat.schedule()
            if way == "deleted":
                second_path.unlink()
            elif way == "replaced":
                copy = shutil.copy(second_path, second_path.with_name("copy"))
                Path(copy).replace(second_path)
            elif way == "moved":
                second_path.rename(second_path.with_name("elsewhere"))
            else:
                second_path.with_name(f"{second_path.name}-wal").unlink()
            for name, options in WRITES.items():
                assert "My database file was deleted or replaced" in await said(chat, await chat.daily(name, **options))
            assert "My database file was deleted or replaced" in await said(chat, await chat.daily("list"))
            assert "My database file was deleted or replaced" in await said(chat, await chat.schedule(time="10:00"))
            assert await chat.mo.complete("daily pause", "schedule", "") == []
            await chat.until(lambda: "start me again" in caplog.text, 6)
            (record,) = [each for each in caplog.records if "start me again" in each.message]
            assert record.levelno == logging.ERROR
            saved = second_path.with_name(f"{second_path.name}.saved-1")
            assert str(saved) in record.message
        # Nothing is lost: what it held is there, and a new start goes on with it.
        async with daily_chat(saved, sandbox=sandbox) as chat:
            assert "**1**" in (await chat.daily("list")).text


async def test_a_file_that_comes_back_lets_everything_go_on(
    second_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with daily_chat(second_path) as chat:
        elsewhere = second_path.with_name("elsewhere")
        second_path.rename(elsewhere)
        assert "My database file was deleted" in await said(chat, await chat.schedule())
        await chat.until(lambda: "start me again" in caplog.text, 6)
        elsewhere.rename(second_path)
        assert "Scheduled" in (await chat.schedule()).text
        await chat.until(lambda: "everything carries on" in caplog.text, 6)


async def test_a_stop_lets_commands_under_way_end(second_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        async with daily_chat(second_path, sandbox=sandbox) as chat:
            await chat.schedule()
            await chat.until(lambda: not chat.bot._under_way)
            sandbox.set_latency(0.7)
            press = asyncio.create_task(chat.daily("preview", schedule="1"))
            ask = asyncio.create_task(sandbox.person("Mina").slash("quote", query="wrong note"))
            await chat.until(lambda: len(chat.bot._under_way) == 2)
        assert "Next in" in (await press).text
        assert "wrong note" in (await ask).text
    assert [record for record in caplog.records if record.exc_info or record.levelno >= logging.WARNING] == []


async def test_a_stop_waits_no_longer_than_the_grace_time(
    second_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.app.FINISH_SECONDS", 0.2)
    async with Sandbox(journal_size=None) as sandbox:
        sandbox.clock.move_to(START.timestamp())
        async with daily_chat(second_path, sandbox=sandbox) as chat:
            await chat.schedule()
            await chat.until(lambda: not chat.bot._under_way)
            sandbox.set_latency(2.5)
            task = asyncio.create_task(chat.daily("preview", schedule="1"))
            await chat.until(lambda: len(chat.bot._under_way) == 1)
            began = time.monotonic()
        assert time.monotonic() - began < 5
        sandbox.set_latency(0)
        await task
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == [
        "answers that didn't finish in time and were dropped: 1"
    ]
