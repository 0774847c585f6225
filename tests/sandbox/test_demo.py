"""The demo's own parts: the bot's process, its database, the arguments."""

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from sandbox import Sandbox, __main__, ids
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
    bot = BotProcess({"A": "b"}, ended.append, [SLEEPER])
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
    bot = BotProcess({"COLOUR": "blue"}, ended.put_nowait, [(sys.executable, "-c", code)])
    await bot.start()
    assert await asyncio.wait_for(ended.get(), 10) == 3
    await bot.stop()


async def test_a_process_that_does_not_want_to_stop(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sandbox.process._PATIENCE", 0.05)
    bot = BotProcess({}, lambda _: None, [STUBBORN])
    await bot.start()
    while "on" not in capfd.readouterr().out:  # noqa: ASYNC110 - the process says when it is ready
        await asyncio.sleep(0.01)
    await bot.stop()
    assert not bot.running


async def test_what_the_bot_needs_is_done_before_it(capfd: pytest.CaptureFixture[str]) -> None:
    ended: asyncio.Queue[int] = asyncio.Queue()
    percents: list[int] = []
    learning = "import sys; print('INFO learning: 40 %', file=sys.stderr); print('learning: 100 %', file=sys.stderr)"
    commands = [(sys.executable, "-c", learning), (sys.executable, "-c", "print('the bot'); import sys; sys.exit(4)")]
    bot = BotProcess({}, ended.put_nowait, commands, percents.append)
    await bot.start()
    assert await asyncio.wait_for(ended.get(), 10) == 4
    assert percents == [40, 100]
    shown = capfd.readouterr()
    assert (shown.out, shown.err) == ("the bot\n", "INFO learning: 40 %\nlearning: 100 %\n")
    await bot.stop()


async def test_without_what_it_needs_the_bot_is_not_started(capfd: pytest.CaptureFixture[str]) -> None:
    ended: asyncio.Queue[int] = asyncio.Queue()
    commands = [(sys.executable, "-c", "import sys; sys.exit(2)"), (sys.executable, "-c", "print('the bot')")]
    bot = BotProcess({}, ended.put_nowait, commands)
    await bot.start()
    assert await asyncio.wait_for(ended.get(), 10) == 2
    assert not bot.running
    await bot.stop()
    assert capfd.readouterr().out == ""


async def test_a_bot_that_still_learns_can_be_stopped() -> None:
    ended: list[int] = []
    bot = BotProcess({}, ended.append, [SLEEPER, SLEEPER])
    await bot.start()
    assert bot.running
    await bot.stop()
    assert not bot.running
    assert ended == []


async def test_demos_beside_each_other_have_their_own_databases(tmp_path: Path) -> None:
    stop = asyncio.Event()
    given = __main__.parser().parse_args(["--port", "0"])
    both = [asyncio.create_task(__main__.demo(given, stop, tmp_path, [(sys.executable, "-c", TELLER)])) for _ in "ab"]
    async with asyncio.timeout(20):
        while len(told := [*tmp_path.glob("demo-*.sqlite3")]) < 2:  # noqa: ASYNC110 - other processes write them
            await asyncio.sleep(0.01)
    assert len(told) == 2
    for database in told:
        # What a bot leaves that had to learn by itself.
        database.with_suffix(".learnt.sqlite3").touch()
    stop.set()
    await asyncio.gather(*both)
    # Another demo gets another port: nobody could carry on with these.
    assert not [*tmp_path.glob("demo-*")]


async def test_a_demo_at_a_port_begins_anew_or_carries_on(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    told = tmp_path / f"demo-{port}.sqlite3"
    lines = []
    for arguments in ([], ["--keep"], []):
        before = {*_lines(told)}
        stop, given = asyncio.Event(), __main__.parser().parse_args(["--port", port, *arguments])
        running = asyncio.create_task(__main__.demo(given, stop, tmp_path, [(sys.executable, "-c", TELLER)]))
        async with asyncio.timeout(10):
            while not {*_lines(told)} - before:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.01)
        stop.set()
        await running
        lines.append(len(_lines(told)))
    assert lines == [1, 2, 1]


def _lines(file: Path) -> list[str]:
    """Return the lines that are written in full."""
    text = file.read_text() if file.exists() else ""
    return text[: text.rfind("\n") + 1].splitlines()


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
        folder, stop = tmp_path / str(number), asyncio.Event()
        folder.mkdir()
        given, commands = __main__.parser().parse_args(arguments), [(sys.executable, "-c", TELLER)]
        running = asyncio.create_task(__main__.demo(given, stop, folder, commands))
        text = ""
        async with asyncio.timeout(10):
            while not text.endswith("\n"):
                await asyncio.sleep(0.01)  # another process writes it
                text = "".join(told.read_text() for told in folder.glob("demo-*"))
        stop.set()
        await running
        tokens.append(text.strip())
    assert tokens[0] != tokens[1]


def test_a_demos_bot_was_made_when_it_began() -> None:
    one = Sandbox(application_id=__main__.new_application_id(1_800_000_000.5))
    assert ids.seconds(one.bot_user_id) == 1_800_000_000.5
    assert one.world.bot.id == one.application_id == one.bot_user_id
    assert one.token == make_token(one.application_id)
    assert one.world.ids.next() != one.application_id


async def test_the_demo_runs_until_it_is_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = ""
    for arguments in (["--port", "0"], ["--port", "0", "--keep"], ["--port", "0", "--no-bot"]):
        stop = asyncio.Event()
        running = asyncio.create_task(__main__.demo(__main__.parser().parse_args(arguments), stop, tmp_path, [SLEEPER]))
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


def test_another_announcement_has_what_is_learnt_from_it_beside_the_first(tmp_path: Path) -> None:
    sandbox = Sandbox()
    assert "ANNOUNCEMENT_PATH" not in __main__.settings(sandbox, tmp_path / "demo.sqlite3")
    chosen = __main__.settings(sandbox, tmp_path / "demo.sqlite3", tmp_path / "night-train")
    assert chosen["ANNOUNCEMENT_PATH"] == str(tmp_path / "night-train")
    assert Path(chosen["LEARNT_PATH"]).name == "learnt-night-train.sqlite3"


def test_an_announcement_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["--announcement", str(tmp_path / "none")]) == 2
    assert "There's no folder" in capsys.readouterr().out
