"""/metrics: what is counted equals what the ledger and Discord hold, and none of it tells of anybody."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from bot import app
from sandbox.faults import Rule
from tests.operators.test_health import free_port
from tests.support import failing
from tests.support.asking import ask, samples, values
from tests.support.daily_chat import daily_chat
from tests.support.seeded import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sandbox import Sandbox
    from tests.support.daily_chat import DailyChat

POSTS = "/channels/{channel_id}/messages"
# What people typed, in many places.
TYPED = "zzyzxian"


@pytest.fixture
def address() -> str:
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
async def chat(second_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DailyChat]:
    """The bot with one cog more, which fails."""
    monkeypatch.setattr(app, "EXTENSIONS", (*app.EXTENSIONS, failing.__name__))
    async with daily_chat(second_path, HEALTH_ADDRESS=address) as one:
        yield one


def ledger(store: Path) -> dict[tuple[str, str], float]:
    with contextlib.closing(sqlite3.connect(store)) as connection:
        rows = connection.execute("SELECT state, late, count(*) FROM delivery GROUP BY state, late").fetchall()
    return {(state, "yes" if late else "no"): count for state, late, count in rows}


def lateness(store: Path) -> tuple[int, float]:
    with contextlib.closing(sqlite3.connect(store)) as connection:
        query = "SELECT count(*), sum(max(sent_at - due, 0)) / 1000.0 FROM delivery WHERE state = 'sent'"
        count, seconds = connection.execute(query).fetchone()
    return count, seconds


def journal(sandbox: Sandbox) -> dict[tuple[str, str], float]:
    """Return how often each method was answered with each status; none where the connection was dropped."""
    told = Counter((each.method, str(each.status) if each.status else "none") for each in sandbox.journal)
    return dict(told)


async def settle(chat: DailyChat, store: Path) -> None:
    """Let time pass until nothing is due or under way."""
    for _ in range(60):
        await asyncio.sleep(0.3)
        with contextlib.closing(sqlite3.connect(store)) as connection:
            claimed = "SELECT count(*) FROM delivery WHERE state = 'claimed'"
            follow_ups = "SELECT count(*) FROM follow_up WHERE failed IS NULL"
            left = [connection.execute(query).fetchone()[0] for query in (claimed, follow_ups)]
        due, _ = await chat.bot.services.daily.deliveries.outstanding(chat.bot.services.clock.now())
        if not any((*left, due, chat.bot.daily.worker.in_flight)):
            return
        await chat.move(seconds=45)
    raise AssertionError("posts are left")


async def test_a_storm_with_faults_is_counted_as_it_was(chat: DailyChat, second_path: Path, address: str) -> None:
    for minute in range(8):
        assert "Scheduled" in (await chat.schedule(time=f"9:0{minute}")).text
    chat.sandbox.faults.add(Rule("error", "POST", POSTS, status=500))
    chat.sandbox.faults.add(Rule("edge", "POST", POSTS, status=403))
    chat.sandbox.faults.add(Rule("error", "POST", POSTS, status=400, code=200000))
    chat.sandbox.faults.add(Rule("error", "POST", POSTS, status=429, retry_after=0.2))
    chat.sandbox.faults.add(Rule("drop", "POST", POSTS))
    chat.sandbox.faults.add(Rule("edge", "POST", POSTS, status=502, done=True))
    await chat.move(hours=1, minutes=10)
    await settle(chat, second_path)
    # Two days are missed, and so are skipped; the third is made late.
    chat.sandbox.faults.add(Rule("slow", "POST", POSTS, seconds=0.2))
    await chat.move(days=3)
    await settle(chat, second_path)

    found = await samples(address)
    counted = values(found, "canonkeeper_daily_posts_total", "state", "late")
    assert counted == ledger(second_path)
    assert {state for state, _ in counted} == {"sent", "failed", "skipped"}
    count, seconds = lateness(second_path)
    assert values(found, "canonkeeper_daily_post_lateness_seconds_count") == {(): count}
    assert found["canonkeeper_daily_post_lateness_seconds_sum", frozenset()] == pytest.approx(seconds)
    requests = values(found, "canonkeeper_discord_requests_total", "method", "status")
    assert requests == journal(chat.sandbox)
    assert {("POST", status) for status in ("200", "400", "403", "429", "500", "502", "none")} <= requests.keys()
    for gauge in ("due", "open", "in_flight"):
        assert found[f"canonkeeper_daily_posts_{gauge}", frozenset()] == 0
    assert found["canonkeeper_pace_waiting", frozenset()] == 0


async def test_what_is_due_and_under_way_is_shown(chat: DailyChat, address: str) -> None:
    assert "Scheduled" in (await chat.schedule()).text
    chat.sandbox.faults.add(Rule("slow", "POST", POSTS, seconds=2.0))
    await chat.move(hours=2)
    await chat.until(lambda: chat.bot.daily.worker.in_flight)
    found = await samples(address)
    assert found["canonkeeper_daily_posts_in_flight", frozenset()] == 1
    assert found["canonkeeper_daily_posts_open", frozenset()] == 1
    assert found["canonkeeper_daily_posts_due", frozenset()] == 0
    await chat.until_recorded("sent")
    async with chat.bot.services.daily.deliveries._database.transaction():
        # Nothing can be claimed while another writes.
        await chat.move(days=1)
        assert (await chat.bot.services.daily.deliveries.outstanding(chat.bot.services.clock.now()))[0] == 1


async def test_commands_are_counted_by_name_and_outcome(chat: DailyChat, address: str) -> None:
    mina = chat.sandbox.person("Mina")
    quote = await mina.slash("quote", query="falk")
    await mina.press(quote, "Context")
    await mina.complete("quote", "query", TYPED)
    await mina.slash("about")
    await mina.slash("quote", query=TYPED)
    await chat.daily("pause", schedule="77")
    for how in ("user", "unknown", "timeout"):
        await mina.slash("fail", how=how)
    await mina.slash("never")
    await mina.complete("fail", "how", "x")
    shown = await mina.slash("fail", how="unknown", first="button")
    await mina.press(shown, "Fail")
    await mina.press(shown, "Gone")
    target = await mina.say(TYPED)
    await mina.menu("Canon check", target)

    found = await samples(address)
    assert values(found, "canonkeeper_commands_total", "kind", "name", "outcome") == {
        ("command", "quote", "answered"): 2,
        ("control", "context", "answered"): 1,
        ("completion", "quote", "answered"): 1,
        ("command", "about", "answered"): 1,
        ("command", "daily pause", "refused"): 1,
        ("command", "fail", "refused"): 1,
        ("command", "fail", "failed"): 2,
        ("command", "fail", "answered"): 1,
        ("command", "never", "refused"): 1,
        ("completion", "fail", "failed"): 1,
        ("control", "fail", "failed"): 1,
        ("control", "unknown", "refused"): 1,
        ("command", "Canon check", "answered"): 1,
    }
    times = values(found, "canonkeeper_command_seconds_count", "kind", "name")
    assert times["command", "fail"] == 4
    assert found["canonkeeper_command_seconds_sum", frozenset({("kind", "command"), ("name", "quote")})] > 0


async def test_questions_are_counted_by_how_surely_they_were_answered(chat: DailyChat, address: str) -> None:
    mina = chat.sandbox.person("Mina")
    for question in (
        "who wrote the gasworks song",
        "where is the hall located now",
        "how many seats are there?",
        "hello",
    ):
        await mina.slash("ask", question=question)
    await mina.slash("ask", question="is antines canon")
    await mina.wait_reply(await mina.say("<@bot> how many seats are there?"))

    async def told() -> dict[Any, float]:
        return values(await samples(address), "canonkeeper_answers_total", "tier")

    expected = {"silent": 1, "closest": 1, "sure": 2, "greeted": 1, "ruled": 1}
    async with asyncio.timeout(10):
        while await told() != expected:  # noqa: ASYNC110 - a reply is counted when it was sent
            await asyncio.sleep(0.05)


async def test_no_metric_tells_of_anybody(chat: DailyChat, second_path: Path, address: str) -> None:
    mina = chat.sandbox.person("Mina")
    await mina.slash("ask", question=f"who is {TYPED}")
    await mina.slash("quote", query=TYPED)
    await mina.slash("canon", subject=f"{TYPED} is canon")
    await mina.complete("quote", "query", TYPED)
    await mina.wait_reply(await mina.say(f"<@bot> {TYPED}?"))
    await chat.schedule()
    await chat.move(hours=2)
    await settle(chat, second_path)
    for accept in ("", "application/openmetrics-text; version=1.0.0"):
        page = (await ask(address, "/metrics", Accept=accept)).body
        assert "canonkeeper_commands_total" in page
        assert TYPED not in page.lower()
        assert chat.sandbox.token not in page
        assert not any(part in page for part in chat.sandbox.token.split(".") if len(part) > 4)
        labels = re.findall(r'="([^"]*)"', page)
        assert [value for value in labels if re.search(r"\d{6}", value)] == []
        guilds = chat.sandbox.world.guilds.values()
        ids = {str(each) for guild in guilds for each in (guild.id, *guild.channels)}
        assert not any(each in page for each in ids)
        assert page.rstrip().endswith("# EOF") == accept.startswith("application/openmetrics-text")


async def test_the_docs_name_every_metric(chat: DailyChat, address: str) -> None:
    mina = chat.sandbox.person("Mina")
    await mina.slash("about")
    page = (await ask(address, "/metrics")).body
    told = set(re.findall(r"^# TYPE (canonkeeper_\w+)", page, re.MULTILINE))
    docs = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(canonkeeper_\w+)` \|(.*)$", docs, re.MULTILINE))
    assert rows.keys() == told
    # What the rules ask for exists, too.
    asked = set(re.findall(r"(canonkeeper_\w+)", docs)) - rows.keys()
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked} <= told
    for family in re.findall(r"^(canonkeeper_\w+){([^}]*)}", page, re.MULTILINE):
        name = re.sub(r"_(bucket|sum|count)$", "", family[0])
        for label in re.findall(r'(\w+)="', family[1]):
            assert label == "le" or f"`{label}`" in rows[name], (name, label)
