"""The program as people run it: arguments in, exit codes and words out."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import socket
import sys
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import _bar, _neutral, main, parser
from sandbox import Sandbox
from sandbox.faults import Rule
from tests.support.edge import answer, edge
from tests.support.program import end, program, running
from tests.support.seeded import ROOT, SECOND, content_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

# Only the form of a token: its first part is a number in base64.
TOKEN = f"MTA5ODc2NTQzMjEwOTg3NjU0Mw.GabcDe.{'not-a-secret-' * 3}"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(journal_size=None) as opened:
        yield opened


def of(sandbox: Sandbox) -> dict[str, str]:
    return {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}


# -- without Discord at all --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("quote", "wrong", "note"),
            (
                "We met over a wrong note in the Brahms, and neither of us has admitted it since.\n"
                "  -- Ines Falk, The conductor's letter · quote 9 · 1 of 1\n"
            ),
        ),
        (
            ("quote", "tune-it-first"),
            (
                "A hall is the largest instrument in the room. Tune it first.\n"
                "  -- Clara Voss, quoted by Ines Falk, The conductor's letter · quote 6 · 1 of 1\n"
            ),
        ),
        (
            ("quote", "acouzzticks"),
            'Nothing found for "acouzzticks". Try: ',
        ),
        (
            ("canon", "tomas x ines"),
            (
                "Tomines is real: Ines Falk and Tomas Brandt are engaged.\n"
                "Confirmed: The conductor writes that she and the first cello are engaged.\n"
                "(Stated by a creator)\n\n"
                "And yes, Tomas and I are engaged.\n"
                "  -- Ines Falk, The conductor's letter · quote 8\n"
            ),
        ),
        (
            ("canon", "tomas", "and", "greta"),
            "Not addressed: The announcement says nothing about Tomas Brandt and Greta Holm as a couple.\n",
        ),
        (
            ("ask", "how many seats are there?"),
            (
                "Eleven hundred people.\n\n"
                "The hall seats eleven hundred people.\n"
                "  -- The orchestra's office, The notice at the Old Exchange · quote 3\n"
            ),
        ),
        (
            ("ask", "who plays the harp"),
            "I couldn't find that in the announcement. It does answer these:\n- Where will the orchestra play?",
        ),
        (
            ("ask", "where is the hall located now"),
            "I couldn't find an exact answer. The closest passage:\n\nFrom October it will play in the gasworks",
        ),
        (("ask", "is antines canon"), "Antines\nEnded: "),
        (("check", "antines"), "Antines\nEnded: "),
        (
            ("canon", "all"),
            (
                "Ships at a glance:\n"
                "- Tomines (Tomas Brandt and Ines Falk): Confirmed\n"
                "- Antines (Anton Reuter and Ines Falk): Ended\n"
            ),
        ),
        (("ask", "hi"), "Ask me about the announcement. For example:\n- "),
        (("ask", "thanks"), "Ask me about the announcement.\n"),
    ],
)
def test_answers_in_a_terminal(second_path: Path, arguments: tuple[str, ...], told: str) -> None:
    ended = program(*arguments, store=second_path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(told)


@pytest.mark.parametrize(
    ("words", "typed", "meant"),
    [
        ('[check]\ncommand = "hall"\n', ["hall", "x"], ["check", "x"]),
        ('[check]\ncommand = "hall"\n', ["canon", "x"], ["canon", "x"]),
        ('[check]\ncommand = "hall"\n', ["quote", "hall"], ["quote", "hall"]),
        ('[check]\ncommand = "hall"\n', ["corridor", "x"], ["corridor", "x"]),
        ('[check]\ncommand = "the hall"\n', ["hall", "x"], ["hall", "x"]),
        ('[check]\ncommand = "hall"\n', ["--help"], ["--help"]),
        ("", [], []),
    ],
)
def test_the_announcement_s_name_for_checks_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, typed: list[str], meant: list[str]
) -> None:
    (tmp_path / "words.toml").write_text(words)
    monkeypatch.setenv("ANNOUNCEMENT_PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    made = parser()
    assert _neutral(typed, made.get_default("known")) == meant
    assert made.parse_args(["canon", "x"]).command == made.parse_args(["check", "x"]).command == "check"


def test_why_a_text_is_understood_as_it_is(second_path: Path) -> None:
    ended = program("why", "how", "many", "seats", "does", "the", "hall", "have", store=second_path)
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0] == "/ask answers with confidence."
    assert lines[1].startswith("As a question: ")
    assert lines[1].endswith(" sure of facts/how-many-seats.toml")
    at = lines.index("The closest phrasings:")
    file, line, text = lines[at + 1].split("  (")[0].strip().split(":", 2)
    assert file == str(SECOND / "facts" / "how-many-seats.toml")
    assert text.strip() in (SECOND / "facts" / "how-many-seats.toml").read_text().splitlines()[int(line) - 1]


def test_why_a_text_is_not_understood(second_path: Path) -> None:
    ended = program("why", "zzz", store=second_path)
    assert ended.out.startswith(
        "/ask answers that it couldn't find anything.\n"
        "As a question: nothing in it that the data knows\nAs a claim: nothing in it"
    )


def test_a_terminal_that_cannot_show_every_character(second_path: Path) -> None:
    ended = program("quote", "♥ acouzzticks", store=second_path, PYTHONIOENCODING="ascii")
    assert (ended.code, ended.out[:22]) == (0, 'Nothing found for "? a')


def test_the_first_time_it_says_that_it_learns(tmp_path: Path) -> None:
    ended = program("ask", "where does the orchestra play from october?", store=tmp_path / "var" / "new.sqlite3")
    assert ended.code == 0
    assert "gasworks" in ended.out
    first, *progress = ended.err.splitlines()
    assert "learning from" in first
    told = [int(percent) for line in progress for percent in re.findall(r" learning: ([0-9]+) %$", line)]
    assert told == sorted(set(told))
    assert len(told) > 2
    assert told[-1] == 100


def test_learning_ahead(tmp_path: Path) -> None:
    file = tmp_path / "learnt.sqlite3"
    learnt = program("learn", store=tmp_path / "none.sqlite3", LEARNT_PATH=str(file))
    assert (learnt.code, learnt.out) == (0, f"{file}: learnt\n")
    assert learnt.err.endswith(" learning: 100 %\n")
    again = program("learn", str(file), store=tmp_path / "none.sqlite3")
    assert (again.code, again.out) == (0, f"{file}: nothing new to learn\n")
    file.chmod(0o444)
    answered = program("ask", "how many seats are there?", store=tmp_path / "new.sqlite3", LEARNT_PATH=str(file))
    assert (answered.code, answered.err) == (0, "")
    assert answered.out.startswith("Eleven hundred people.")
    assert not (tmp_path / "none.sqlite3").exists()


def test_a_bar_grows(capsys: pytest.CaptureFixture[str]) -> None:
    for share in (0.1, 1.0):
        _bar(share)
    assert capsys.readouterr().err == f"\rlearning [###{' ' * 27}]  10%\rlearning [{'#' * 30}] 100%\n"


def test_another_working_directory_does_no_harm(tmp_path: Path, second_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / ".env").write_text("LOG_LEVEL=ERROR\n")
    assert program("quote", "kettle", store=second_path, cwd=folder).code == 0
    assert [each.name for each in folder.iterdir()] == [".env"]


# -- check-data --------------------------------------------------------------------------------------


def test_data_without_mistakes(tmp_path: Path) -> None:
    ended = program("check-data", str(SECOND), store=tmp_path / "none.sqlite3")
    assert (ended.code, ended.err) == (0, "")
    *remarks, last = ended.out.splitlines()
    assert last == f"{SECOND}: no mistakes; 14 quotes, 6 facts"
    assert len(remarks) == 6
    assert "facts/where-to.toml: 6 phrasings; with 10 it's found far more often" in remarks
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_the_settings_is_checked(tmp_path: Path) -> None:
    assert f"{SECOND}: no mistakes" in program("check-data", store=tmp_path / "none.sqlite3").out


def test_every_mistake_has_its_line(tmp_path: Path) -> None:
    folder = shutil.copytree(SECOND, tmp_path / "wrong")
    (folder / "topics.toml").unlink()
    (folder / "people.toml").write_text("[[person]]\nid = 5\n")
    ended = program("check-data", str(folder), store=tmp_path / "none.sqlite3")
    assert (ended.code, ended.out) == (2, "")
    assert "topics.toml: the file is missing; every announcement needs it\n" in ended.err
    assert "people.toml: person number 1: " in ended.err


def test_a_start_is_stopped_by_mistakes_in_the_data(tmp_path: Path) -> None:
    folder = shutil.copytree(SECOND, tmp_path / "wrong")
    (folder / "topics.toml").unlink()
    ended = program("run", store=tmp_path / "new.sqlite3", DISCORD_TOKEN=TOKEN, ANNOUNCEMENT_PATH=str(folder))
    assert ended.code == 2
    assert ended.err == "topics.toml: the file is missing; every announcement needs it\n"


# -- settings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "sync"])
def test_no_token(tmp_path: Path, command: str) -> None:
    ended = program(command, store=tmp_path / "none.sqlite3")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("DISCORD_TOKEN is missing: ")
    assert ended.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_malformed_setting(tmp_path: Path) -> None:
    ended = program("quote", "kettle", store=tmp_path / "none.sqlite3", LOG_LEVEL="LOUD")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR; it is 'LOUD'\n"


@pytest.mark.parametrize("arguments", [(), ("dance",), ("quote",), ("check-data", "a", "b")])
def test_arguments_that_are_not_known(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = program(*arguments, store=tmp_path / "none.sqlite3")
    assert ended.code == 2
    assert "usage: python -m bot" in ended.err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["--help"])
    assert raised.value.code == 0
    told = capsys.readouterr().out
    for command in ("run", "sync", "check-data", "quote", "canon", "ask"):
        assert command in told


# -- with Discord ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "sync"])
async def test_a_token_that_discord_refuses(sandbox: Sandbox, second_path: Path, command: str) -> None:
    async with running(command, store=second_path, **of(sandbox) | {"DISCORD_TOKEN": TOKEN}) as process:
        ended = await end(process)
    assert ended.code == 2
    assert ended.err.splitlines()[-1].startswith("DISCORD_TOKEN was refused by Discord: create a new token")
    assert TOKEN not in ended.err
    assert "Traceback" not in ended.err


# Tries again as often as ever, and waits a tenth of the time between.
HASTY = (
    "-c",
    """
import sys
from bot.__main__ import main
from bot.client import client
client._WAITS = tuple(seconds / 10 for seconds in client._WAITS)
sys.exit(main())
""",
)


async def test_a_discord_that_cannot_be_reached(second_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        base = f"http://127.0.0.1:{taken.getsockname()[1]}/api/v10"
        settings = {"DISCORD_TOKEN": TOKEN, "DISCORD_API_BASE": base}
        async with running("run", store=second_path, start=HASTY, **settings) as process:
            ended = await end(process)
    assert ended.code == 2
    assert ended.err.splitlines()[-1].startswith("Discord can't be reached")
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_when_told_to(sandbox: Sandbox, second_path: Path, signum: int) -> None:
    async with running("run", store=second_path, **of(sandbox)) as process:
        await sandbox.bot_connected(commands=True)
        ended = await end(process, signum, within=5)
    assert (ended.code, ended.out) == (0, "")
    assert "Traceback" not in ended.err
    assert not sandbox.gateway.connected
    assert {each.name for each in second_path.parent.iterdir()} == {second_path.name, content_of(second_path).name}


# What the event loops of Windows do when they are asked to handle a signal.
LIKE_WINDOWS = """
import asyncio, sys
del asyncio.SelectorEventLoop.add_signal_handler
from bot.__main__ import _bar, main
sys.exit(main())
"""


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_when_told_to_where_the_event_loop_knows_no_signals(
    sandbox: Sandbox, second_path: Path, signum: int
) -> None:
    async with running("run", store=second_path, start=("-c", LIKE_WINDOWS), **of(sandbox)) as process:
        await sandbox.bot_connected(commands=True)
        ended = await end(process, signum, within=5)
    assert (ended.code, ended.out) == (0, "")
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("delay", [0, 0.5])
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_when_told_to_while_it_still_learns(
    sandbox: Sandbox, tmp_path: Path, signum: int, delay: float
) -> None:
    async with running("run", store=tmp_path / "new.sqlite3", **of(sandbox)) as process:
        assert process.stderr is not None
        assert b"learning from" in await process.stderr.readline()
        await asyncio.sleep(delay)
        ended = await end(process, signum, within=5)
    assert ended.code == 0
    assert all(" learning: " in line for line in ended.err.splitlines())
    assert len(sandbox.journal) == 0


async def test_an_answer_in_the_terminal_can_be_interrupted(tmp_path: Path) -> None:
    async with running("ask", "why?", store=tmp_path / "new.sqlite3") as process:
        assert process.stderr is not None
        assert b"learning from" in await process.stderr.readline()
        ended = await end(process, signal.SIGINT, within=5)
    assert (ended.code, ended.out) == (0, "")


async def test_it_ends_when_told_to_while_discord_does_not_answer(sandbox: Sandbox, second_path: Path) -> None:
    sandbox.faults.add(Rule("timeout", seconds=30, times=None))
    async with running("run", store=second_path, **of(sandbox)) as process:
        while not sandbox.faults.rules[0].struck:  # noqa: ASYNC110 - a request in another process
            await asyncio.sleep(0.05)
        ended = await end(process, signal.SIGTERM, within=5)
    assert ended.code == 0
    assert "Traceback" not in ended.err


async def test_sync_registers_the_commands_and_ends(sandbox: Sandbox, second_path: Path) -> None:
    registered = []
    for _ in range(2):
        async with running("sync", store=second_path, **of(sandbox)) as process:
            ended = await end(process)
        assert ended.code == 0
        assert ended.out == f"{len(sandbox.world.commands)} commands registered\n"
        registered.append(len(sandbox.journal.find("PUT")))
    assert registered == [1, 2]  # whether or not they changed


async def test_the_token_is_in_no_log(sandbox: Sandbox, second_path: Path) -> None:
    async with running("run", store=second_path, LOG_LEVEL="DEBUG", **of(sandbox)) as process:
        await sandbox.bot_connected(commands=True)
        await sandbox.person("Mina").slash("quote", query="kettle")
        ended = await end(process, signal.SIGTERM, within=5)
    assert ended.code == 0
    assert " DEBUG   discord" in ended.err
    assert sandbox.token not in ended.err
    assert sandbox.token.rpartition(".")[2] not in ended.err


# -- what Discord refuses ----------------------------------------------------------------------------


async def told(sandbox: Sandbox, store: Path, command: str = "run", **more: str) -> str:
    """Run the program until it ends by itself, which must be with one line that says what to do."""
    async with running(command, store=store, start=HASTY, **of(sandbox) | more) as process:
        ended = await end(process)
    assert ended.code == 2
    assert "Traceback" not in ended.err
    assert ended.out == ""
    return ended.err.splitlines()[-1]


@pytest.mark.parametrize(("route", "status"), [("/users/@me", 403), ("/users/@me", 429), ("/gateway/bot", 403)])
async def test_a_page_of_the_edge_that_stays(sandbox: Sandbox, second_path: Path, route: str, status: int) -> None:
    sandbox.faults.add(Rule("edge", status=status, route=route, times=None))
    line = await told(sandbox, second_path)
    assert line.startswith(f"Discord is having trouble right now (it answers {status})")
    assert len(sandbox.journal.find("GET", route)) == 4


@pytest.mark.parametrize(("status", "code"), [(403, 40333), (404, 0)])
async def test_what_the_edge_says_in_json_is_as_passing(
    sandbox: Sandbox, second_path: Path, status: int, code: int
) -> None:
    sandbox.faults.add(Rule("error", status=status, code=code, route="/users/@me", times=None))
    line = await told(sandbox, second_path)
    assert line.startswith(f"Discord is having trouble right now (it answers {status})")


@pytest.mark.parametrize("page", [answer(200), answer(200, "[]", kind="application/json"), answer(200, {"id": "x"})])
async def test_something_else_that_answers_in_the_place_of_discord(
    sandbox: Sandbox, second_path: Path, page: bytes
) -> None:
    async with edge() as front:
        front.answers.append(page)
        line = await told(sandbox, second_path, DISCORD_API_BASE=front.url)
    assert line.startswith("Something else answers in the place of Discord: check this machine's connection")


@pytest.mark.parametrize(
    ("route", "status"),
    [("/users/@me", 403), ("/gateway/bot", 429), ("/applications/{application_id}/commands", 429)],
)
async def test_a_page_of_the_edge_that_passes(sandbox: Sandbox, second_path: Path, route: str, status: int) -> None:
    sandbox.faults.add(Rule("edge", status=status, route=route, times=2))
    async with running("run", store=second_path, **of(sandbox)) as process:
        await sandbox.bot_connected(commands=True)
        ended = await end(process, signal.SIGTERM, within=5)
    assert ended.code == 0
    assert ended.err.count(f"couldn't reach Discord (it answers {status}); trying again in ") == 2
    assert "Unclosed" not in ended.err
    assert "Traceback" not in ended.err


async def test_a_server_for_developers_that_the_bot_is_not_in(sandbox: Sandbox, second_path: Path) -> None:
    guild = sandbox.world.add_guild("Elsewhere", with_bot=False)
    for code, status in ((50001, 403), (10004, 404)):
        sandbox.faults.add(Rule("error", method="PUT", status=status, code=code))
        line = await told(sandbox, second_path, DEV_GUILD_ID=str(guild.id))
        assert line.startswith(f"DEV_GUILD_ID {guild.id} is a server the bot isn't in: invite it there")


async def test_no_more_commands_today(sandbox: Sandbox, second_path: Path) -> None:
    """The bot runs with those that Discord has, and the next start registers the others."""
    rule = sandbox.faults.add(Rule("error", method="PUT", status=400, code=30034, times=None))
    async with running("run", store=second_path, **of(sandbox)) as process:
        await sandbox.bot_connected()
        ended = await end(process, signal.SIGTERM, within=5)
    assert ended.code == 0
    assert "Discord accepts no more commands from this application today" in ended.err
    assert "Traceback" not in ended.err
    assert (await told(sandbox, second_path, "sync")).startswith(
        "Discord accepts no more commands from this application"
    )
    sandbox.faults.clear()
    async with running("run", store=second_path, **of(sandbox)) as process:
        await sandbox.bot_connected(commands=True)
        await end(process, signal.SIGTERM, within=5)
    assert rule.struck == 2
    assert sandbox.world.commands


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (4004, "DISCORD_TOKEN was refused by Discord: create a new token"),
        (4010, "Discord refused a connection as one too many (4010): start again"),
        (4011, "Discord wants more connections for this many servers (4011): start again"),
        (4012, "Discord no longer supports this version of its gateway (4012): install the latest"),
        (4013, "Discord doesn't recognise what Canonkeeper asks for (4013): install the latest"),
        (4014, "Discord refused what Canonkeeper asks for as privileged (4014)"),
    ],
)
async def test_a_gateway_that_closes_for_good(sandbox: Sandbox, second_path: Path, code: int, words: str) -> None:
    sandbox.gateway.refuse(code)
    assert (await told(sandbox, second_path)).startswith(words)


async def test_a_token_that_is_replaced_while_it_runs(sandbox: Sandbox, second_path: Path) -> None:
    async with running("run", store=second_path, **of(sandbox)) as process:
        await sandbox.bot_connected(commands=True)
        await sandbox.gateway.disconnect(4004)
        ended = await end(process)
    assert ended.code == 2
    assert ended.err.splitlines()[-1].startswith("DISCORD_TOKEN was refused by Discord")
    assert "Traceback" not in ended.err


async def test_several_settings_that_are_wrong(tmp_path: Path) -> None:
    ended = program("run", store=tmp_path / "none.sqlite3", LOG_LEVEL="LOUD", DEV_GUILD_ID="5")
    assert ended.code == 2
    assert [line.partition(" ")[0] for line in ended.err.splitlines()] == ["DISCORD_TOKEN", "LOG_LEVEL", "DEV_GUILD_ID"]


async def test_a_fault_is_told_with_its_traceback(sandbox: Sandbox, second_path: Path) -> None:
    sandbox.faults.add(Rule("error", method="PUT", status=400, times=None))
    async with running("run", store=second_path, **of(sandbox)) as process:
        ended = await end(process)
    assert ended.code == 1
    assert "Traceback" in ended.err


def test_it_needs_no_discord_library_for_what_needs_no_discord() -> None:
    code = (
        "import sys; from bot.__main__ import main; "
        f"main(['check-data', {str(SECOND)!r}]); sys.exit('discord' in sys.modules)"
    )
    import subprocess  # noqa: PLC0415 - for this one test

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True)  # noqa: S603
    assert done.returncode == 0
