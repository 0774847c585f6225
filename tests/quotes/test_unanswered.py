"""Questions without a sure answer: what is kept of them, for how long, and how they are shown to who keeps the data."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import re
import shutil
import sqlite3
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import announcement
from bot.quotes.unanswered import LENGTH, Unanswered, grouped, kept_words, shown
from bot.store import unanswered as table
from bot.store.sqlite import SqliteDatabase
from bot.store.unanswered import KeptQuestion, UnansweredQuestions
from sandbox import Sandbox
from tests.support.clock import FakeClock
from tests.support.daily import START
from tests.support.daily_chat import daily_chat
from tests.support.program import program
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path

    from bot.client.client import Services
    from tests.support.daily_chat import DailyChat

SILENT, CLOSEST, SURE = "who wrote the gasworks song", "WHERE IS THE VENUE", "how many seats are there?"


def rows(store: Path) -> list[tuple[str, str]]:
    with contextlib.closing(sqlite3.connect(store)) as connection:
        return connection.execute("SELECT tier, text FROM unanswered ORDER BY id").fetchall()


async def kept(chat: DailyChat, store: Path, count: int) -> list[tuple[str, str]]:
    await chat.until(lambda: len(rows(store)) == count)
    return rows(store)


# -- what is kept ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("who  made\nthis?", "who made this?"),
        ("does <@1098765432109876543> know <@!1> or <@&22> in <#33>", "does know or in"),
        ("</ask:44> <:smile:5555555> <a:wave:6> <t:1700000000:R> when", "when"),
        ("see https://example.org/a?b=c and <https://example.org> why", "see and why"),
        ("[the letter](https://example.org/me) says?", "the letter says?"),
        ("join discord.gg/abcd or (www.example.zz) or example.com, ok?", "join or or ok?"),
        ("ｈｔｔｐｓ：／／example.org/wide why", "why"),
        ("ht\u200btps://exam\u200bple.org why", "why"),
        ("am I @mina or mina@example.org, @everyone?", "am I or"),
        ("call +49 (30) 123-456-78 or 1098765432109876543 in 2014", "call or in 2014"),
        ("is it Mr. Brandt? yes.no", "is it Mr. Brandt? yes.no"),
    ],
)
def test_the_words_alone_are_kept(typed: str, words: str) -> None:
    assert kept_words(typed) == words


@pytest.mark.parametrize("typed", ["", "<@1098765432109876543>", "https://example.org", "?!", "12 345", "\u200b"])
def test_nothing_is_kept_of_what_has_no_word(typed: str) -> None:
    assert kept_words(typed) is None


def test_what_is_long_is_cut() -> None:
    words = kept_words("why " * 1_000)
    assert words is not None
    assert len(words) <= LENGTH
    assert words.endswith("why\u2026")


_PIECES = st.sampled_from(
    ["<@", ">", "http", "://", "www.", "@", "[", "](", ")", "12345678", ".com", "/", "a", " ", "é"]
)


@given(st.lists(_PIECES | st.text(max_size=5), max_size=40).map("".join))
def test_whatever_is_typed_no_mention_link_or_number_is_kept(typed: str) -> None:
    words = kept_words(typed)
    if words is not None:
        assert 0 < len(words) <= LENGTH
        assert words.splitlines() == [words]
        assert not re.search(r"<@\d|://|\bwww\.|@\w|\d{6}", words)


# -- in the chat -------------------------------------------------------------------------------------


async def ask_all(chat: DailyChat) -> None:
    """Ask what is met by silence, by the closest passage and by an answer, in every way there is."""
    mina = chat.sandbox.person("Mina")
    for question in (SILENT, CLOSEST, SURE, "hello"):
        await mina.slash("ask", question=question)
    await mina.wait_reply(await mina.say(f"<@bot> {SILENT}, <@{mina.user.id}>?"))


async def test_nothing_is_kept_by_default(second_path: Path) -> None:
    async with daily_chat(second_path) as chat:
        await ask_all(chat)
        about = (await chat.mo.slash("about")).text
        assert "no names, no messages, no questions." in about
    assert rows(second_path) == []
    assert b"gasworks," not in second_path.read_bytes()


async def test_what_met_silence_or_the_closest_passage_is_kept_for_so_long(second_path: Path) -> None:
    async with daily_chat(second_path, KEEP_UNANSWERED="30d") as chat:
        assert "I keep the words of such questions for 30 days" in (await chat.mo.slash("about")).text
        await ask_all(chat)
        expected = [("silent", SILENT), ("closest", CLOSEST), ("silent", f"{SILENT},")]
        assert [(tier, text.rstrip(" ?")) for tier, text in await kept(chat, second_path, 3)] == expected
        with contextlib.closing(sqlite3.connect(second_path)) as connection:
            (hour,) = connection.execute("SELECT DISTINCT hour FROM unanswered").fetchone()
            assert [column[1] for column in connection.execute("PRAGMA table_info(unanswered)")] == [
                "id",
                "hour",
                "tier",
                "text",
            ]
        assert dt.datetime.fromtimestamp(hour * 3600, dt.UTC) == START
        await chat.move(days=29, hours=23)
        assert len(await chat.bot.services.unanswered.kept()) == 3
        await chat.move(hours=1)
        assert await chat.bot.services.unanswered.kept() == []
        await kept(chat, second_path, 0)


async def test_all_is_deleted_when_nothing_is_to_be_kept_any_more(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        async with daily_chat(second_path, sandbox=sandbox, KEEP_UNANSWERED="12h") as chat:
            await chat.mo.slash("ask", question="who painted the zeppelin")
            await kept(chat, second_path, 1)
            assert "for 12 hours" in (await chat.mo.slash("about")).text
        assert b"zeppelin" in second_path.read_bytes()
        async with daily_chat(second_path, sandbox=sandbox) as chat:
            await kept(chat, second_path, 0)
    assert b"zeppelin" not in second_path.read_bytes()


async def test_a_question_is_answered_though_it_cannot_be_kept(
    second_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with daily_chat(second_path, KEEP_UNANSWERED="1w") as chat:
        assert "for 7 days" in (await chat.mo.slash("about")).text
        with contextlib.closing(sqlite3.connect(second_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert "I couldn't find that" in (await chat.mo.slash("ask", question=SILENT)).text
            await chat.until(lambda: "couldn't be kept" in caplog.text)
    assert SILENT not in caplog.text
    assert rows(second_path) == []


# -- in the store ------------------------------------------------------------------------------------


async def test_no_more_than_so_many_are_kept(second_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST", 3)
    async with await SqliteDatabase.open(second_path) as database:
        questions = UnansweredQuestions(database)
        for number in range(5):
            await questions.add(KeptQuestion(f"why {number}", "silent"), number, 1.0)
        assert [each.text for each in await questions.kept(None)] == ["why 2", "why 3", "why 4"]
        assert [each.text for each in await questions.kept(3)] == ["why 4"]


async def test_what_is_due_is_deleted_once_the_store_can_be_used(
    second_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    clock = FakeClock(START)
    async with await SqliteDatabase.open(second_path, busy_timeout_ms=50) as database:
        questions = UnansweredQuestions(database)
        await questions.add(KeptQuestion("why", "silent"), 1, 1.0)
        with contextlib.closing(sqlite3.connect(second_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            running = asyncio.create_task(Unanswered(questions, dt.timedelta(days=1), clock).run())
            async with asyncio.timeout(10):
                while not clock.wakes:  # noqa: ASYNC110 - the clock tells nobody
                    await asyncio.sleep(0.02)
        assert "are still there, as the store can't be used" in caplog.text
        assert len(rows(second_path)) == 1
        clock.move(hours=1)
        async with asyncio.timeout(10):
            while rows(second_path):  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


# -- for those who keep the data ---------------------------------------------------------------------


def test_likes_are_grouped_and_counted(second_services: Services) -> None:
    engine = second_services.facts
    asked = [
        KeptQuestion("who designed the gasworks", "silent"),
        KeptQuestion("who designed the gas works?", "silent"),
        KeptQuestion("Who designed the gasworks?", "closest"),
        KeptQuestion("when is lunch", "silent"),
    ]
    first, second = grouped(asked, engine)
    assert first.times == {"silent": 2, "closest": 1}
    assert [(text, met.total()) for text, met in first.questions] == [
        ("who designed the gasworks", 2),
        ("who designed the gas works?", 1),
    ]
    assert [text for text, _ in second.questions] == ["when is lunch"]


def test_groups_are_shown_with_the_nearest_fact_and_can_be_pasted(second_services: Services, tmp_path: Path) -> None:
    asked = [
        KeptQuestion('is the "new" hall\\room where the seats are', "closest"),
        *[KeptQuestion("how many seats has the balcony got", "silent")] * 2,
        KeptQuestion("zzz qqq", "silent"),
    ]
    told = shown(asked, second_services.facts, second_services.library, dt.date(2026, 1, 5))
    lines = told.splitlines()
    assert lines[0] == "# 4 questions without a sure answer, in 3 groups."
    assert '    "how many seats has the balcony got",  # 2 times' in lines
    assert "    # 2 times: 2 silent" in lines
    assert "# Near nothing: out_of_scope/<subject>.toml" in lines
    data = shutil.copytree(SECOND, tmp_path / "data")
    pasted = 0
    for head, block in re.findall(
        r"^# (\S+\.toml|Near nothing).*\n(asked-2026-01-05 = \[\n(?:    .*\n)*\])", told, re.MULTILINE
    ):
        path = data / head if head.startswith("facts/") else next((data / "out_of_scope").glob("*.toml"))
        path.write_text(path.read_text(encoding="utf-8") + f"\n{block}\n", encoding="utf-8")
        pasted += len(tomllib.loads(block)["asked-2026-01-05"])
    assert pasted == 3
    announcement.load(data)


async def test_the_program_lists_them(second_path: Path) -> None:
    empty = program("unanswered", store=second_path)
    assert (empty.code, empty.err) == (0, "")
    assert empty.out.startswith("No unanswered questions are kept. With KEEP_UNANSWERED=30d")
    async with await SqliteDatabase.open(second_path) as database:
        hour = int(dt.datetime.now(dt.UTC).timestamp()) // 3600
        await UnansweredQuestions(database).add(KeptQuestion(SILENT, "silent"), hour - 48, 1.0)
        await UnansweredQuestions(database).add(KeptQuestion("why not", "closest"), hour, 1.0)
    some = program("unanswered", store=second_path, KEEP_UNANSWERED="1d")
    assert some.out.startswith("# 1 question without a sure answer, in 1 group.")
    # Read in a shell that doesn't know the setting, it deletes nothing.
    assert program("unanswered", store=second_path).out.startswith("# 2 questions")
