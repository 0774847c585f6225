"""`python -m bot forget SERVER_ID`, and that the privacy page tells of all that is kept."""

from __future__ import annotations

import datetime as dt
import signal
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.daily.worker import RETENTION
from sandbox import Sandbox
from tests.support.program import end, program, running
from tests.support.seeded import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Chat

GONE, STAYS = 900_000_000_000_000_011, 900_000_000_000_000_022
CHANNEL, ROLE, MESSAGE = 1, 2, 3


def fill(store: Path) -> None:
    """Put something of two servers into each table that holds any, the server's id in each of its numbers.

    All at once: a running bot that sees schedules of servers it isn't in notes their departure by itself.
    """
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN IMMEDIATE")
        for number, guild in enumerate((GONE, STAYS), 1):
            of = {"id": number, "guild": guild, "channel": guild + CHANNEL, "role": guild + ROLE,
                  "message": guild + MESSAGE, "scope": str(guild)}  # fmt: skip
            for statement in (
                """INSERT INTO schedule (id, guild, number, channel, place, minute, days, zone, role, seed, paused)
                VALUES (:id, :guild, 1, :channel, 'text', 60, 127, 'UTC', :role, 5, 'moderator')""",
                "INSERT INTO drawn (schedule, quote, round) VALUES (:id, 'kettle', 0)",
                """INSERT INTO delivery (id, schedule, date, due, state, nonce, channel, place, role, style, claimed_at,
                message, posted_in) VALUES (:id, :id, '2026-01-01', 5, 'sent', 'n', :channel, 'text', :role, 'text',
                5, :message, :channel)""",
                "INSERT INTO follow_up (delivery, kind, until, lease_until) VALUES (:id, 'publish', 5, 5)",
                "INSERT INTO notice (schedule, guild, since, lease_until) VALUES (:id, :guild, 5, 5)",
                "INSERT INTO told (schedule, what, at) VALUES (:id, 'left', 5)",
                "INSERT INTO departure (guild, left_at) VALUES (:guild, 5)",
                "INSERT INTO synced_commands (application_id, scope, sha256) VALUES (7, :scope, 'x')",
            ):
                connection.execute(statement, of)
        connection.execute("COMMIT")


def tables(store: Path) -> dict[str, list[str]]:
    """Return the tables of the schema, without the announcement's and SQLite's own, with their columns."""
    with closing(sqlite3.connect(store)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] for name in names}


def held(store: Path, guild: int) -> list[tuple[str, str]]:
    """Return where a value is that is one of a server's: its id, or one that `fill` made from it."""
    found = []
    with closing(sqlite3.connect(store)) as connection:
        for table, columns in tables(store).items():
            for column in columns:
                query = f'SELECT count(*) FROM "{table}" WHERE CAST("{column}" AS INTEGER) BETWEEN ? AND ?'
                if connection.execute(query, (guild, guild + MESSAGE)).fetchone()[0]:
                    found.append((table, column))
    return found


def in_bytes(folder: Path, store: Path, guild: int) -> list[str]:
    """Return which of the store's files hold the id, in SQLite's form or in digits."""
    wanted = struct.pack(">q", guild), str(guild).encode()
    return [each.name for each in folder.glob(f"{store.name}*") if any(one in each.read_bytes() for one in wanted)]


def test_everything_about_a_server_is_deleted_and_nothing_else(second_path: Path) -> None:
    fill(second_path)
    known = {table for table, _ in held(second_path, GONE)}
    assert known == {"schedule", "delivery", "notice", "departure", "synced_commands"}
    assert in_bytes(second_path.parent, second_path, GONE) == [second_path.name]
    ended = program("forget", str(GONE), store=second_path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"Nothing is kept about server {GONE} any more: there were 1 daily schedule. Backups")
    assert held(second_path, GONE) == []
    assert {table for table, _ in held(second_path, STAYS)} == known
    with closing(sqlite3.connect(second_path)) as connection:
        for table in ("schedule", "drawn", "delivery", "follow_up", "notice", "told", "departure", "synced_commands"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,), table
    again = program("forget", str(GONE), store=second_path)
    assert again.code == 0
    assert "there were no daily schedules." in again.out


def test_what_is_deleted_is_overwritten(second_path: Path) -> None:
    """SQLite would leave it in the file until the place is needed."""
    fill(second_path)
    program("forget", str(GONE), store=second_path)
    assert in_bytes(second_path.parent, second_path, GONE) == []
    assert in_bytes(second_path.parent, second_path, STAYS) == [second_path.name]


async def test_a_server_is_forgotten_while_the_bot_runs(second_path: Path) -> None:
    async with Sandbox() as sandbox:
        bot = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}
        async with running("run", store=second_path, **bot) as process:
            await sandbox.bot_connected(commands=True)
            fill(second_path)
            async with running("forget", str(GONE), store=second_path) as forgetting:
                assert (await end(forgetting)).code == 0
            assert held(second_path, GONE) == []
            ended = await end(process, signal.SIGTERM, within=8)
    assert (ended.code, "Traceback" in ended.err) == (0, False)
    assert in_bytes(second_path.parent, second_path, GONE) == []


@pytest.mark.parametrize("server", ["5", "everything", "-1", "٣" * 18, "9" * 21])
def test_what_is_no_server(second_path: Path, server: str) -> None:
    ended = program("forget", server, store=second_path)
    assert (ended.code, ended.out) == (2, "")
    assert "isn't a server's ID" in ended.err or "required" in ended.err


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A wrong path must not pass for a server about which nothing is kept."""
    ended = program("forget", str(GONE), store=tmp_path / "none.sqlite3")
    assert ended.code == 2
    assert ended.err == (
        f"DATABASE_PATH {tmp_path / 'none.sqlite3'} isn't there: set it to the database that the bot uses\n"
    )
    assert list(tmp_path.iterdir()) == []


# -- what is told of it ------------------------------------------------------------------------------

# What a table holds of people's servers, in the words of the privacy page. A new table has to be thought of here.
TOLD = {
    "schedule": "the IDs of the servers, channels and roles that moderators chose for daily quotes",
    "drawn": "which quote it was",
    "delivery": "the ID of the message",
    "follow_up": "how it went",
    "notice": "the IDs of the servers, channels and roles",
    "told": "how it went",
    "departure": "when the bot was removed from a server",
    "synced_commands": "which commands are registered with Discord",
    "unanswered": "the words of questions it couldn't answer",
}
# What the store notes about itself, and about the processes that share it.
OF_NOBODY = {"migration", "copied", "bag_listing", "process", "shard", "lease", "slot"}


def test_the_privacy_page_tells_of_each_table(second_path: Path) -> None:
    page = " ".join((ROOT / "docs" / "privacy.md").read_text(encoding="utf-8").split())
    assert program("check-data", store=second_path).code == 0
    program("quote", "kettle", store=second_path)
    known = {name for name in tables(second_path) if not name.startswith("sqlite_")}
    assert known == TOLD.keys() | OF_NOBODY
    assert [words for words in TOLD.values() if words not in page] == []
    assert dt.timedelta(days=7) == RETENTION
    assert "seven days after the bot is removed from the server" in page


async def test_about_links_to_the_privacy_policy_of_whoever_hosts_the_bot(second_chat: Chat) -> None:
    before = (await second_chat.person("Mina").slash("about")).components
    assert "Privacy policy" not in str(before)
    application = second_chat.bot.application
    assert application is not None
    second_chat.sandbox.world.application["privacy_policy_url"] = "https://example.org/privacy"
    application.privacy_policy_url = (await second_chat.bot.application_info()).privacy_policy_url
    shown = await second_chat.person("Mina").slash("about")
    links = [each for row in shown.components for each in _all(row) if each.get("style") == 5]
    assert [each["url"] for each in links if each["label"] == "Privacy policy"] == ["https://example.org/privacy"]


def _all(component: dict[str, object]) -> list[dict[str, object]]:
    inner = component.get("components")
    return [component, *(one for each in inner for one in _all(each))] if isinstance(inner, list) else [component]
