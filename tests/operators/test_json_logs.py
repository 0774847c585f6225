"""LOG_FORMAT=json: an object on each line, with what helps to find the cause and nothing that people typed."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import signal
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from bench import storm
from bot.operators.logs import JsonFormatter
from sandbox import Sandbox
from sandbox.faults import Rule
from tests.support.program import end, program, running

if TYPE_CHECKING:
    from pathlib import Path

TYPED = "xylograph-of-mine"


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def logged(name: str, message: str, *args: Any, **more: Any) -> dict[str, Any]:
    """Return how one record is written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    logger = logging.Logger(name)  # noqa: LOG001 - one that no other test meets
    logger.addHandler(handler)
    logger.error(message, *args, **more)
    ((line,),) = (lines(written.getvalue()),)
    assert set(line) >= {"time", "level", "logger", "message"}
    return dict(line)


# -- one record --------------------------------------------------------------------------------------


def test_a_record_of_ours() -> None:
    line = logged("bot.daily.worker", "an attempt of %s failed\n%d", "d1", 2, extra={"nonce": "d1", "shard": 0})
    assert line["message"] == "an attempt of d1 failed\n2"
    assert (line["level"], line["logger"], line["nonce"], line["shard"]) == ("error", "bot.daily.worker", "d1", 0)
    assert line["time"].endswith("+00:00")
    assert "error_id" not in line


def test_an_argument_by_name() -> None:
    assert logged("bot.x", "%(what)s", {"what": "that"})["message"] == "that"
    assert logged("other", "%(what)s, %(number)d", {"what": TYPED, "number": 3})["message"] == "…, 3"


@pytest.mark.parametrize(
    ("message", "args", "told"),
    [
        ("event %s of %s: %.1f", ({"content": TYPED}, 12, 1.5), "event … of 12: 1.5"),
        ("%d", (TYPED,), "%d"),
        (f"first\nfuture: <Task {TYPED}>", (), "first"),
        ("100 %", (), "100 %"),
    ],
)
def test_a_record_of_another_library_keeps_its_numbers_alone(message: str, args: tuple[Any, ...], told: str) -> None:
    assert logged("discord.gateway", message, *args)["message"] == told


@pytest.mark.parametrize(
    ("message", "args", "shard"),
    [
        ("Shard ID %s has connected to Gateway (Session ID: %s).", (3, "abc"), 3),
        ("Got a request to %s the websocket at Shard ID %s.", ("RESUME", 4), 4),
        ("WebSocket in shard ID %s is ratelimited, waiting %.2f seconds", (0, 1.0), 0),
        ("100%% of Shard ID %s", (2,), 2),
        ("Shard ID %s", ("none",), None),
        ("Shard ID %s", (), None),
        ("Another", (1,), None),
    ],
)
def test_which_shard_discord_s_library_speaks_of(message: str, args: tuple[Any, ...], shard: int | None) -> None:
    assert logged("discord.gateway", message, *args).get("shard") == shard


def test_an_exception_is_told_by_its_kind_and_its_place() -> None:
    def typed() -> None:
        try:
            int(TYPED)
        except ValueError as error:
            raise sqlite3.OperationalError(TYPED) from error

    with pytest.raises(sqlite3.OperationalError) as caught:
        typed()
    line = logged("bot.x", "it failed: %s", caught.value, exc_info=caught.value)
    assert TYPED not in json.dumps(line)
    assert line["message"] == "it failed: OperationalError"
    assert [each["kind"] for each in line["exception"]] == ["sqlite3.OperationalError", "builtins.ValueError"]
    assert line["exception"][0]["at"][-1].endswith(" typed")
    assert line["exception"][0]["at"][-1].startswith(__file__)


def test_an_error_that_led_to_itself_ends() -> None:
    error = ValueError("one")
    error.__context__ = other = KeyError("two")
    other.__context__ = error
    assert [each["kind"] for each in logged("bot.x", "it", exc_info=error)["exception"]] == [
        "builtins.ValueError",
        "builtins.KeyError",
    ]
    assert "exception" not in logged("bot.x", "no error here", exc_info=True)


# -- the program -------------------------------------------------------------------------------------


async def test_all_that_a_life_logs_is_json_without_what_people_typed(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        bot = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}
        settings = {"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG", "PYTHONASYNCIODEBUG": "1"}
        async with running("run", store=second_path, **bot, **settings) as process:
            await sandbox.bot_connected(commands=True)
            mina, mo = sandbox.person("Mina"), sandbox.person("Mo")
            await mina.slash("quote", query=TYPED)
            await mina.slash("canon", subject=TYPED)
            await mina.slash("ask", question=f"{TYPED}?")
            await mina.complete("quote", "query", TYPED)
            await mo.slash("daily schedule", channel=mo.channel, time=TYPED, timezone=TYPED)
            # A command that fails: Discord refuses its answer, and says why in words that hold what was sent.
            sandbox.faults.add(Rule("error", "POST", "/interactions/{interaction_id}/{interaction_token}/callback",
                                    status=400, code=50035, message=f"Invalid Form Body: {TYPED}"))  # fmt: skip
            failed = await mina.slash("quote", query=TYPED)
            ended = await end(process, signal.SIGTERM, within=8)
    assert ended.code == 0
    assert ended.out == ""
    assert TYPED not in ended.err
    assert sandbox.token not in ended.err
    assert sandbox.token.rpartition(".")[2] not in ended.err
    told = lines(ended.err)
    assert {line["level"] for line in told} >= {"debug", "info", "error"}
    assert any(line["message"].startswith("registered ") for line in told)
    (error,) = [line for line in told if line.get("error_id")]
    assert error["message"] == f"error {error['error_id']} in /quote"
    assert error["error_id"] in str(failed.message.components if failed.message else failed)
    assert error["shard"] == 0
    assert error["exception"][0]["kind"].startswith("discord.")
    assert any(line.get("shard") == 0 and line["logger"].startswith("discord.") for line in told)


def test_a_start_that_is_refused_is_told_as_json(second_path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(second_path)) as store:
        store.execute("INSERT INTO migration VALUES (9999, 'later', 'x')")
        store.commit()
    ended = program("quote", "kettle", store=second_path, LOG_FORMAT="json")
    assert ended.code == 2
    (line,) = lines(ended.err)
    assert line["level"] == "critical"
    assert line["message"].startswith(f"DATABASE_PATH {second_path} comes from a newer Canonkeeper")
    folder = tmp_path / "nothing"
    folder.mkdir()
    ended = program("check-data", str(folder), store=second_path, LOG_FORMAT="json")
    assert ended.code == 2
    assert len(lines(ended.err)) > 1


async def test_a_fault_of_ours_is_told_as_json(second_path: Path) -> None:
    async with Sandbox() as sandbox:
        sandbox.faults.add(Rule("error", method="PUT", status=400, times=None))
        bot = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}
        async with running("run", store=second_path, LOG_FORMAT="json", **bot) as process:
            ended = await end(process)
    assert ended.code == 1
    last = lines(ended.err)[-1]
    assert (last["level"], last["message"]) == ("critical", "stopped by an unexpected error")
    assert last["exception"][0]["at"]


async def test_what_discord_answers_to_a_post_bears_its_nonce(second_path: Path) -> None:
    """`tests/daily` shows the post itself; here, that its lines can be found."""
    async with Sandbox(empty=True) as sandbox:
        places = storm.channels(sandbox, guilds=1, each=1)
        storm.add_schedules(second_path, places, dt.datetime.now(dt.UTC), 0, 1)
        sandbox.faults.add(Rule("error", "POST", "/channels/{channel_id}/messages", status=500))
        bot = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}
        async with running("run", store=second_path, LOG_FORMAT="json", **bot) as process:
            while storm.left(second_path):
                import asyncio  # noqa: PLC0415

                await asyncio.sleep(0.1)
            ended = await end(process, signal.SIGTERM, within=8)
    with closing(sqlite3.connect(second_path)) as store:
        ((nonce,),) = store.execute("SELECT nonce FROM delivery").fetchall()
    (line,) = [line for line in lines(ended.err) if line.get("nonce")]
    assert line["nonce"] == nonce
    assert line["message"] == f"Discord answered {nonce} with 500 (code 0)"
