"""The demo's own parts: the bot's process, its database, the arguments."""

import asyncio
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sandbox import Sandbox, __main__, ids, process
from sandbox.process import BotProcess
from sandbox.server import make_token

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('on', flush=True); time.sleep(60)",
)


async def test_a_process_is_started_restarted_and_stopped() -> None:
    ended: list[int] = []
    bot = BotProcess({"A": "b"}, ended.append, SLEEPER)
    assert not bot.running
    await bot.start()
    assert bot.running
    await bot.restart()
    assert bot.running
    await bot.stop()
    assert not bot.running
    await bot.stop()
    assert ended == []


async def test_a_process_that_ends_by_itself_is_told_of() -> None:
    ended: asyncio.Queue[int] = asyncio.Queue()
    code = "import os, sys; sys.exit(3 if os.environ['COLOUR'] == 'blue' else 4)"
    bot = BotProcess({"COLOUR": "blue"}, ended.put_nowait, (sys.executable, "-c", code))
    await bot.start()
    assert await asyncio.wait_for(ended.get(), 10) == 3
    await bot.stop()


async def test_a_process_that_does_not_want_to_stop(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sandbox.process._PATIENCE", 0.05)
    bot = BotProcess({}, lambda _: None, STUBBORN)
    await bot.start()
    while "on" not in capfd.readouterr().out:  # noqa: ASYNC110 - the process says when it is ready
        await asyncio.sleep(0.01)
    await bot.stop()
    assert not bot.running


def test_each_demo_begins_with_the_copy(tmp_path: Path) -> None:
    database = tmp_path / "var" / "demo.sqlite3"
    process.prepare(database)
    process.take(database)
    assert not process.copy_of(database).exists()
    with closing(sqlite3.connect(database)) as one:
        one.execute("CREATE TABLE learnt (what TEXT)")
        one.commit()
        process.take(database)
        one.execute("INSERT INTO learnt VALUES ('something of an earlier demo')")
        one.commit()
    process.prepare(database)
    with closing(sqlite3.connect(database)) as one:
        assert one.execute("SELECT count(*) FROM learnt").fetchone() == (0,)


def test_the_bot_is_told_where_its_discord_is() -> None:
    sandbox = Sandbox()
    sandbox.world.root = "http://127.0.0.1:1"
    given = __main__.settings(sandbox, Path("x.sqlite3"))
    assert given == {
        "DISCORD_TOKEN": sandbox.token,
        "DISCORD_API_BASE": "http://127.0.0.1:1/api/v10",
        "DATABASE_PATH": "x.sqlite3",
        "CLOCK_URL": "http://127.0.0.1:1/demo/clock",
    }


TELLER = (
    "import os, pathlib; pathlib.Path(os.environ['DATABASE_PATH']).open('a').write(os.environ['DISCORD_TOKEN'] + '\\n')"
)


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "0", "--keep"]])
async def test_each_demo_is_another_application(tmp_path: Path, arguments: list[str]) -> None:
    """The bot notes what it has registered, and for whom; this Discord begins without commands each time."""
    tokens = []
    for number in range(2):
        told, stop = tmp_path / f"{number}.txt", asyncio.Event()
        given, command = __main__.parser().parse_args(arguments), (sys.executable, "-c", TELLER)
        running = asyncio.create_task(__main__.demo(given, stop, told, command))
        async with asyncio.timeout(10):
            while not (told.exists() and told.read_text().endswith("\n")):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.01)
        stop.set()
        await running
        tokens.append(told.read_text().strip())
    assert tokens[0] != tokens[1]


def test_a_demos_bot_was_made_when_it_began() -> None:
    one = Sandbox(application_id=__main__.new_application_id(1_800_000_000.5))
    assert ids.seconds(one.bot_user_id) == 1_800_000_000.5
    assert one.world.bot.id == one.application_id == one.bot_user_id
    assert one.token == make_token(one.application_id)
    assert one.world.ids.next() != one.application_id


async def test_the_demo_runs_until_it_is_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "demo.sqlite3"
    said = ""
    for arguments in (["--port", "0"], ["--port", "0", "--keep"], ["--port", "0", "--no-bot"]):
        stop = asyncio.Event()
        running = asyncio.create_task(__main__.demo(__main__.parser().parse_args(arguments), stop, database, SLEEPER))
        said = ""
        while "The demo is at http://127.0.0.1:" not in said:
            await asyncio.sleep(0.01)
            assert not running.done()
            said += capsys.readouterr().out
        stop.set()
        await running
    assert "DISCORD_TOKEN=" in said + capsys.readouterr().out


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert __main__.main(["--port", str(taken.getsockname()[1]), "--no-bot"]) == 2
    assert "can't be used" in capsys.readouterr().out
