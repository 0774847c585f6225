"""`python -m bot doctor`: each fault that it knows, with what to do about it, and the exit code."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import socket
import sqlite3
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import app
from bot.client.client import intents
from bot.daily.input import Zones
from bot.operators.doctor import Level, Machine, Needs, examine_all, report
from bot.settings import look
from sandbox import Sandbox
from sandbox.faults import Rule
from sandbox.permissions import BITS, bits
from tests.support.clock import FakeClock
from tests.support.edge import answer, edge
from tests.support.program import Ended, end, program, running
from tests.support.seeded import SECOND, content_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.operators.doctor import Finding
    from sandbox.model import Guild, Role

TOKEN = f"MTA5ODc2NTQzMjEwOTg3NjU0Mw.GabcDe.{'not-a-secret-' * 3}"
NEEDED = ("view_channel", "send_messages", "send_messages_in_threads", "create_public_threads", "manage_threads",
          "attach_files", "read_message_history")  # fmt: skip
AREAS = ("settings", "data", "store", "disk", "time zones", "token", "clock", "application", "invitation",
         "connections", "gateway", "servers")  # fmt: skip


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(journal_size=None) as opened:
        yield opened


def own_role(guild: Guild) -> Role:
    return next(role for role in guild.roles.values() if role.bot_id is not None)


def allow(sandbox: Sandbox, *names: str) -> None:
    """Let the bot do this and nothing else, in each of its servers."""
    for guild in sandbox.world.guilds.values():
        for role in guild.roles.values():
            role.permissions = bits(*names) if role.bot_id is not None else 0


def settings_of(sandbox: Sandbox, store: Path, **more: str) -> dict[str, str]:
    known = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url, "DATABASE_PATH": str(store)}
    return known | {"ANNOUNCEMENT_PATH": str(SECOND)} | more


def assert_secret(sandbox: Sandbox, told: str) -> None:
    for secret in (sandbox.token, sandbox.token.rpartition(".")[2], TOKEN.rpartition(".")[2]):
        assert secret not in told


async def doctor(sandbox: Sandbox, store: Path, **more: str) -> Ended:
    """Do what the program does, in this process; it may say all but the token."""
    told, fine = await app.examine(look(settings_of(sandbox, store, **more), token=True))
    assert_secret(sandbox, told)
    return Ended(0 if fine else 2, f"{told}\n", "")


async def as_a_program(sandbox: Sandbox, store: Path, *start: str, **more: str) -> Ended:
    """Run the program itself."""
    async with running(
        "doctor", store=store, start=start or ("-m", "bot"), **settings_of(sandbox, store, **more)
    ) as one:
        ended = await end(one)
    assert_secret(sandbox, ended.out + ended.err)
    assert ended.err == ""
    return ended


def lines(told: str) -> list[tuple[str, str, str]]:
    """Return what was told: (level, area, words) each."""
    found = re.findall(r"^(ok|note|warning|fault) +(\S+(?: \S+)?)  +(.+)$", told, re.MULTILINE)
    assert len(found) == len(told.splitlines()) - 2
    return found


def the_fault(ended: Ended) -> tuple[str, str]:
    """Return the one fault."""
    assert ended.code == 2
    assert ended.out.endswith("\n\nOne thing is wrong.\n")
    ((_, area, words),) = [each for each in lines(ended.out) if each[0] == "fault"]
    return area, words


@asynccontextmanager
async def found(
    sandbox: Sandbox, store: Path, free: int = 2**40, now: dt.datetime | None = None, **more: str
) -> AsyncIterator[list[Finding]]:
    """What is found in this process, with what the machine tells passed in."""
    clock = FakeClock(now or dt.datetime.now(dt.UTC))
    needs = Needs(intents().value, {name: BITS[name] for name in NEEDED})
    reading = look(settings_of(sandbox, store, **more), token=True)
    yield await examine_all(reading, needs, Machine(clock, lambda _: free, Zones.load))


def of(findings: list[Finding], area: str) -> Finding:
    (one,) = [finding for finding in findings if finding.what == area]
    return one


# -- nothing is wrong --------------------------------------------------------------------------------


async def test_all_is_well(sandbox: Sandbox, second_path: Path) -> None:
    allow(sandbox, *NEEDED)
    before = second_path.read_bytes()
    ended = await as_a_program(sandbox, second_path)
    assert ended.code == 0
    assert ended.out.endswith("\n\nNothing is wrong.\n")
    assert [(level, area) for level, area, _ in lines(ended.out)] == [("ok", area) for area in AREAS]
    assert "connected, with the intents that the bot asks for" in ended.out
    assert "14 quotes, 6 facts" in ended.out
    assert "0 daily schedules" in ended.out
    assert second_path.read_bytes() == before
    assert {each.name for each in second_path.parent.iterdir()} == {second_path.name, content_of(second_path).name}
    assert not sandbox.gateway.connected
    assert {exchange.method for exchange in sandbox.journal} == {"GET"}


async def test_while_the_bot_runs_it_is_not_disturbed(sandbox: Sandbox, second_path: Path) -> None:
    for guild in sandbox.world.guilds.values():
        own_role(guild).permissions |= bits(*NEEDED)
    bot = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}
    async with running("run", store=second_path, **bot) as process:
        await sandbox.bot_connected(commands=True)
        assert (await doctor(sandbox, second_path)).code == 0
        assert (await sandbox.person("Mina").slash("quote", query="kettle")).message is not None
        assert process.returncode is None


async def test_before_the_first_start(sandbox: Sandbox, tmp_path: Path) -> None:
    allow(sandbox, *NEEDED)
    ended = await doctor(sandbox, tmp_path / "var" / "new.sqlite3")
    assert ended.code == 0
    assert "new.sqlite3 doesn't exist yet; the first start creates it" in ended.out
    assert list(tmp_path.iterdir()) == []


# -- settings and the token --------------------------------------------------------------------------


async def test_settings_that_are_wrong_are_told_with_all_else(second_path: Path, tmp_path: Path) -> None:
    ended = program("doctor", store=second_path, LOG_LEVEL="LOUD", DEV_GUILD_ID="5")
    assert ended.code == 2
    told = lines(ended.out)
    assert [words.partition(" ")[0] for level, _, words in told if level == "fault"] == [
        "DISCORD_TOKEN",
        "LOG_LEVEL",
        "DEV_GUILD_ID",
    ]
    assert {area for level, area, _ in told if level == "ok"} == {"data", "store", "disk", "time zones"}
    assert ("note", "Discord", "not asked, since it needs the settings above") in told
    assert "3 things are wrong." in ended.out
    more = {"DISCORD_TOKEN": "hunter2", "ANNOUNCEMENT_PATH": ":x", "DATABASE_PATH": ":x"}
    wrong = Ended(2, (await app.examine(look(more, token=True)))[0], "")
    assert {area for _, area, _ in lines(wrong.out)} == {"settings", "time zones", "Discord"}
    assert "hunter2" not in wrong.out
    missing = program("doctor", store=second_path, DISCORD_TOKEN_FILE=str(tmp_path / "none"))
    assert the_fault(missing)[1].startswith("DISCORD_TOKEN_FILE ")


async def test_a_token_that_discord_refuses(sandbox: Sandbox, second_path: Path) -> None:
    area, words = the_fault(await as_a_program(sandbox, second_path, DISCORD_TOKEN=TOKEN))
    assert area == "token"
    assert words.startswith("Discord refused DISCORD_TOKEN: create a new one on your application's 'Bot' page")


async def test_a_token_in_a_file(sandbox: Sandbox, second_path: Path, tmp_path: Path) -> None:
    allow(sandbox, *NEEDED)
    (tmp_path / "token").write_text(f"{sandbox.token}\n")
    ended = await doctor(sandbox, second_path, DISCORD_TOKEN="", DISCORD_TOKEN_FILE=str(tmp_path / "token"))
    assert ended.code == 0


# -- the machine -------------------------------------------------------------------------------------


async def test_a_data_folder_with_mistakes(sandbox: Sandbox, second_path: Path, tmp_path: Path) -> None:
    allow(sandbox, *NEEDED)
    folder = shutil.copytree(SECOND, tmp_path / "wrong")
    (folder / "topics.toml").unlink()
    area, words = the_fault(await doctor(sandbox, second_path, ANNOUNCEMENT_PATH=str(folder)))
    assert (area, words) == ("data", f"{folder}: topics.toml: the file is missing; every announcement needs it")
    (folder / "people.toml").write_text("[[person]]\nid = 5\n")
    assert "python -m bot check-data lists all)" in the_fault(await doctor(
        sandbox, second_path, ANNOUNCEMENT_PATH=str(folder)))[1]  # fmt: skip
    assert the_fault(await doctor(sandbox, second_path, ANNOUNCEMENT_PATH=str(tmp_path / "none")))[0] == "data"


def broken(store: Path, how: str) -> None:
    with closing(sqlite3.connect(store)) as connection:
        if how == "newer":
            connection.execute("INSERT INTO migration VALUES (9999, 'later', 'x')")
        elif how == "another":
            connection.execute("DROP TABLE migration")
        connection.commit()
    if how == "damaged":
        store.write_bytes(store.read_bytes()[:30_000])
    if how == "text":
        store.write_text("Dear database, " * 100)
    if how == "folder":
        store.unlink()
        store.mkdir()


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("newer", "comes from a newer Canonkeeper (schema 9999, this program knows "),
        ("another", "is another program's database; name another file"),
        ("damaged", "is damaged; restore a copy"),
        ("text", "isn't an SQLite database; move it away"),
        ("folder", "is a folder; name a file in it"),
    ],
)
async def test_a_store_that_cannot_be_used(sandbox: Sandbox, second_path: Path, how: str, told: str) -> None:
    allow(sandbox, *NEEDED)
    broken(second_path, how)
    area, words = the_fault(await doctor(sandbox, second_path))
    assert area == "store"
    assert words.startswith(f"DATABASE_PATH {second_path} {told}")


@pytest.mark.parametrize("exclusive", [True, False])
async def test_a_store_that_another_program_holds(sandbox: Sandbox, second_path: Path, exclusive: bool) -> None:
    allow(sandbox, *NEEDED)
    with closing(sqlite3.connect(second_path, isolation_level=None)) as other:
        if exclusive:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        area, words = the_fault(await doctor(sandbox, second_path))
    assert area == "store"
    assert words == f"DATABASE_PATH {second_path} is in use by another program; stop that one, or wait, and start again"


async def test_a_store_of_an_older_version_and_an_empty_one(sandbox: Sandbox, tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite3"
    store.touch()
    async with found(sandbox, store) as findings:
        assert of(findings, "store").level is Level.OK
        assert "the next start brings it up to date" in of(findings, "store").line
    assert store.stat().st_size == 0


async def test_a_folder_in_which_no_store_can_be_made(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    async with found(sandbox, tmp_path / "file" / "store.sqlite3") as findings:
        assert of(findings, "store").level is Level.FAULT
        assert "can't be created" in of(findings, "store").line
    if os.geteuid():
        tmp_path.chmod(0o555)
        async with found(sandbox, tmp_path / "store.sqlite3") as findings:
            assert of(findings, "store").level is Level.FAULT
        tmp_path.chmod(0o755)


async def test_a_disk_that_is_nearly_full(sandbox: Sandbox, second_path: Path) -> None:
    async with found(sandbox, second_path, free=30 * 2**20) as findings:
        assert of(findings, "disk").level is Level.FAULT
        assert of(findings, "disk").line.startswith(
            f"nearly full: 30 MiB free in {second_path.parent}. Free up at least 70 MiB, or move DATABASE_PATH"
        )
    with second_path.open("r+b") as file:
        file.truncate(200 * 2**20)  # a hole, as far as the disk goes
    async with found(sandbox, second_path, free=300 * 2**20) as findings:
        # A damaged store is none that could be backed up; a whole one needs as much again.
        assert {of(findings, area).level for area in ("store", "disk")} == {Level.FAULT, Level.OK}


async def test_a_disk_that_tells_nothing(sandbox: Sandbox, second_path: Path) -> None:
    def refuse(_: Path) -> int:
        raise OSError(5, "Input/output error")

    reading = look({"DATABASE_PATH": str(second_path), "ANNOUNCEMENT_PATH": str(SECOND)}, token=True)
    findings = await examine_all(reading, Needs(0, {}), Machine(FakeClock(dt.datetime.now(dt.UTC)), refuse, Zones.load))
    assert of(findings, "disk").level is Level.NOTE
    assert sandbox.journal.find("GET") == []


WITHOUT_ZONES = """
import sys
from importlib.abc import MetaPathFinder
class Without(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] == "tzdata":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Without())
from bot.__main__ import main
sys.exit(main())
"""


async def test_zone_data_that_is_missing(sandbox: Sandbox, second_path: Path) -> None:
    allow(sandbox, *NEEDED)
    area, words = the_fault(await as_a_program(sandbox, second_path, "-c", WITHOUT_ZONES))
    assert area == "time zones"
    assert words.startswith("the zone data is missing or broken (ModuleNotFoundError): install the requirements again")


async def test_zone_data_that_is_old(sandbox: Sandbox, second_path: Path) -> None:
    allow(sandbox, *NEEDED)
    async with found(sandbox, second_path, now=dt.datetime(2040, 1, 1, tzinfo=dt.UTC)) as findings:
        assert of(findings, "time zones").level is Level.NOTE
        assert of(findings, "clock").level is Level.FAULT
        assert report(findings)[1] is False


@pytest.mark.parametrize(("by", "words"), [(-3600, "ahead of Discord's, so daily quotes come too early"),
                                           (3600, "behind Discord's, so daily quotes come too late")])  # fmt: skip
async def test_a_clock_that_is_wrong(sandbox: Sandbox, second_path: Path, by: int, words: str) -> None:
    allow(sandbox, *NEEDED)
    sandbox.clock.advance(by)
    area, told = the_fault(await doctor(sandbox, second_path))
    assert area == "clock"
    assert re.match(r"this machine's is 3,(59|60)\d s ", told)
    assert words in told


async def test_a_clock_that_is_a_little_wrong_is_right_enough(sandbox: Sandbox, second_path: Path) -> None:
    allow(sandbox, *NEEDED)
    sandbox.clock.advance(45)
    assert (await doctor(sandbox, second_path)).code == 0


# -- Discord -----------------------------------------------------------------------------------------


async def test_discord_cannot_be_reached(sandbox: Sandbox, second_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        base = f"http://127.0.0.1:{taken.getsockname()[1]}/api/v10"
        area, words = the_fault(await doctor(sandbox, second_path, DISCORD_API_BASE=base))
    assert area == "Discord"
    assert words.startswith("it can't be reached (")


@pytest.mark.parametrize("path", ["/applications/@me", "/gateway/bot", "/users/@me/guilds"])
async def test_discord_has_trouble(sandbox: Sandbox, second_path: Path, path: str) -> None:
    allow(sandbox, *NEEDED)
    sandbox.faults.add(Rule("edge", route=path, status=503, times=None))
    area, words = the_fault(await doctor(sandbox, second_path))
    assert area == "Discord"
    assert words.startswith("it is having trouble right now (it answers 503): wait a few minutes")


@pytest.mark.parametrize(
    "page",
    [
        answer(200),
        answer(200, "[]", kind="application/json"),
        answer(200, {"id": "x"}),
        answer(200, "\udcff".encode("utf-8", "surrogateescape").decode("latin-1"), kind="application/json"),
    ],
)
async def test_something_else_answers(sandbox: Sandbox, second_path: Path, page: bytes) -> None:
    async with edge() as front:
        front.answers.append(page)
        area, words = the_fault(await doctor(sandbox, second_path, DISCORD_API_BASE=front.url))
    assert (area, words.partition(":")[0]) == ("Discord", "something else answers in its place")


async def test_an_answer_without_a_date_or_a_gateway(sandbox: Sandbox, second_path: Path) -> None:
    async with edge() as front:
        front.answers.append(answer(200, {"id": "1098765432109876543", "name": "x"}))
        ended = await doctor(sandbox, second_path, DISCORD_API_BASE=front.url)
    assert ("note", "clock", "Discord's answer doesn't tell the time") in lines(ended.out)
    assert the_fault(ended)[0] == "Discord"


def portal(sandbox: Sandbox, **settings: Any) -> None:
    sandbox.world.application = settings


@pytest.mark.parametrize(
    ("settings", "area", "words"),
    [
        ({"interactions_endpoint_url": "https://example.org"}, "application", "clear 'Interactions Endpoint URL'"),
        ({"bot_require_code_grant": True}, "application", "turn off 'Requires OAuth2 Code Grant'"),
        ({"integration_types_config": {"1": {}}}, "application", "tick Guild Install on the page 'Installation'"),
        ({"integration_types_config": {"0": {}}}, "application", "tick User Install on the page 'Installation'"),
        ({"integration_types_config": {}}, "application", "tick Guild Install and User Install"),
        (
            {"install_params": {"scopes": ["bot"], "permissions": str(bits(*NEEDED))}},
            "invitation",
            "doesn't ask for the scope applications.commands: add that",
        ),
        (
            {
                "integration_types_config": {
                    "0": {"oauth2_install_params": {"scopes": ["bot", "applications.commands"], "permissions": "2048"}},
                    "1": {},
                }
            },
            "invitation",
            "doesn't ask for View Channel, Attach Files, Read Message History, Manage Threads, Create Public Threads, ",
        ),
    ],
)
async def test_an_application_that_lacks_something(
    sandbox: Sandbox, second_path: Path, settings: dict[str, Any], area: str, words: str
) -> None:
    allow(sandbox, *NEEDED)
    portal(sandbox, **settings)
    told = the_fault(await doctor(sandbox, second_path))
    assert told[0] == area
    assert words in told[1]


async def test_an_application_that_asks_for_all(sandbox: Sandbox, second_path: Path) -> None:
    allow(sandbox, *NEEDED)
    link = {"scopes": ["applications.commands", "bot"], "permissions": str(bits("administrator"))}
    portal(sandbox, bot_public=False, integration_types_config={"0": {"oauth2_install_params": link}, "1": None},
           name="Ke\x1b[31mper")  # fmt: skip
    ended = await doctor(sandbox, second_path)
    assert ended.code == 0
    assert "the application's own link asks for all that the bot needs" in ended.out
    assert "only you can invite it: for others, turn on 'Public Bot'" in ended.out
    assert "Ke?[31mper" in ended.out


async def test_connections_that_are_used_up(sandbox: Sandbox, second_path: Path) -> None:
    allow(sandbox, *NEEDED)
    sandbox.world.starts.left()
    sandbox.world.starts.used = 1000
    ended = await doctor(sandbox, second_path)
    area, words = the_fault(ended)
    assert area == "connections"
    assert words.startswith(
        "0 of 1,000 connections left today, and a start needs 1: leave the bot off until they reset "
    )
    assert ("note", "gateway", "not tried: that would use up one more connection") in lines(ended.out)
    sandbox.world.starts.used = 950
    ended = await doctor(sandbox, second_path)
    assert ended.code == 0
    assert "50 of 1,000 connections left today, and a start needs 1: find out why the bot starts so often" in ended.out


async def test_a_gateway_that_cannot_be_reached(sandbox: Sandbox, second_path: Path) -> None:
    allow(sandbox, *NEEDED)
    sandbox.faults.add(Rule("edge", status=403, route="websocket", times=None))
    area, words = the_fault(await doctor(sandbox, second_path))
    assert area == "gateway"
    assert words.startswith("it can't be reached (")
    assert "gateway.discord.gg on port 443" in words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (4004, "DISCORD_TOKEN was refused by Discord"),
        (4013, "Discord doesn't recognise what Canonkeeper asks for (4013): install the latest"),
        (4014, "Discord refused what Canonkeeper asks for as privileged (4014)"),
        (4900, "Discord closed the connection (4900): check"),
    ],
)
async def test_a_gateway_that_refuses(sandbox: Sandbox, second_path: Path, code: int, words: str) -> None:
    allow(sandbox, *NEEDED)
    sandbox.gateway.refuse(code)
    area, told = the_fault(await doctor(sandbox, second_path))
    assert area == "gateway"
    assert told.startswith(words)


@pytest.mark.parametrize("waits", [0.2, 60.0])
async def test_a_gateway_that_is_busy(
    sandbox: Sandbox, second_path: Path, waits: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(sandbox, *NEEDED)
    monkeypatch.setattr("bot.operators.doctor._PACE_SECONDS", 0.3)
    sandbox.world.starts.pace = waits
    sandbox.world.starts.take()
    async with found(sandbox, second_path) as findings:
        gateway = of(findings, "gateway")
    assert gateway.level is (Level.OK if waits < 1 else Level.NOTE)
    assert report(findings)[1]


async def test_a_gateway_that_asks_for_a_heartbeat_first(sandbox: Sandbox, second_path: Path) -> None:
    """Discord may ask for one at any time, and sends other things than READY."""
    allow(sandbox, *NEEDED)
    heard: list[dict[str, Any]] = []

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for sent in ({"op": 10, "d": {"heartbeat_interval": 41_250}}, {"op": 1, "d": None}):
            await socket.send_json(sent)
            heard.append(await socket.receive_json())
        for name in ("RESUMED", "READY"):
            await socket.send_json({"op": 0, "t": name, "s": 1, "d": {}})
        await socket.receive()
        heard.append({"closed": socket.close_code})
        return socket

    gateway = web.Application()
    gateway.router.add_get("/", serve)
    async with TestServer(gateway) as server:
        sandbox.api.gateway_url = str(server.make_url("/")).replace("http://", "ws://")
        async with found(sandbox, second_path) as findings:
            assert of(findings, "gateway").level is Level.OK
    assert [each.get("op", each) for each in heard] == [2, 1, {"closed": 1000}]
    assert heard[0]["d"]["shard"] == [0, 1]


async def test_servers_in_which_permissions_are_lacking(sandbox: Sandbox, second_path: Path) -> None:
    for number in range(7):
        sandbox.world.add_guild(f"Server {number}")
    allow(sandbox, *NEEDED)
    (first, *_) = (each for each in sandbox.world.guilds.values() if sandbox.world.bot.id in each.members)
    own_role(first).permissions &= ~bits("send_messages", "attach_files")
    ended = await doctor(sandbox, second_path)
    assert ended.code == 0
    assert ended.out.endswith(
        "\n\nNothing is wrong with the bot itself, but some servers need a hand: see the warning above.\n"
    )
    ((_, area, words),) = [each for each in lines(ended.out) if each[0] == "warning"]
    assert area == "servers"
    assert words.startswith("in 1 of 9 the bot lacks permissions. Grant them to its role, or invite it again with")
    assert words.endswith(f"{first.name} ({first.id}): Send Messages, Attach Files")
    own_role(first).permissions = bits("administrator")
    ended = await doctor(sandbox, second_path)
    assert (ended.code, "warning" in ended.out) == (0, False)
    # Everywhere: it was invited without them.
    allow(sandbox, "view_channel")
    assert the_fault(await doctor(sandbox, second_path))[1].endswith("; and 4 more")


async def test_more_servers_than_one_page(sandbox: Sandbox, second_path: Path) -> None:
    for number in range(401):
        sandbox.world.add_guild(f"Server {number}", channels=1)
    allow(sandbox, *NEEDED)
    async with found(sandbox, second_path) as findings:
        assert of(findings, "servers").line == "the bot may do all it needs to in each of 403"


async def test_no_server_at_all(second_path: Path) -> None:
    async with Sandbox(empty=True) as sandbox, found(sandbox, second_path) as findings:
        assert of(findings, "servers").level is Level.NOTE


async def test_what_the_program_needs_is_what_it_asks_for(sandbox: Sandbox, second_path: Path) -> None:
    """The names and bits that the program itself passes in."""
    allow(sandbox)
    area, words = the_fault(await doctor(sandbox, second_path))
    assert area == "servers"
    names = ("View Channel, Send Messages, Attach Files, Read Message History, Manage Threads, Create Public Threads, "
             "Send Messages in Threads")  # fmt: skip
    assert words.endswith(names)
