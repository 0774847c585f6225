"""The example in examples/night-train, as people use it: its commands, its words, and where it comes from."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from bot.announcement import draft, load
from bot.announcement.checking import remarks
from bot.terminal import read_questions
from tests.support.seeded import NIGHT_TRAIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Chat


async def test_its_commands_answer_from_it(night_train_chat: Chat) -> None:
    mina = night_train_chat.person("Mina")
    quote = await mina.slash("quote", query="every bed was taken")
    assert "> On its last night every bed was taken." in quote.text
    assert "The Greyback Line" in quote.text
    answer = await mina.slash("ask", question="may i bring my dog?")
    assert "free of charge, in carriage seven" in answer.text
    assert "Dogs travel free, in carriage seven, on the floor." in answer.text
    timeline = await mina.slash("timeline")
    assert timeline.message is not None
    assert (len(timeline.message.attachments), timeline.failed) == (1, False)


async def test_what_it_checks_has_a_name_of_its_own(night_train_chat: Chat) -> None:
    mina = night_train_chat.person("Mina")
    ruling = await mina.slash("rumour", subject="dogs aren't allowed")
    assert "Contradicted" in ruling.text
    assert "Dogs travel free" in ruling.text
    stop = await mina.slash("rumour", subject="millbeck")
    assert "The train stops here" in stop.text
    undecided = await mina.slash("rumour", subject="castle dray")
    assert "Not decided yet" in undecided.text
    shown = await mina.slash("help")
    assert "rumour" in shown.text
    assert "canon" not in shown.text.casefold().replace("canonkeeper", "")


async def test_what_nothing_answers_meets_no_answer(night_train_chat: Chat) -> None:
    mina = night_train_chat.person("Mina")
    for text in ("pizza is good", "who won the cup?"):
        reply = await mina.slash("rumour", subject=text)
        assert not re.search("Supported|Contradicted|Not decided yet", reply.text)


async def test_its_quotes_are_posted_daily(night_train_chat: Chat) -> None:
    mo = night_train_chat.person("Mo")
    world = night_train_chat.sandbox.world
    channel = world.channel("daily-quotes", next(iter(world.guilds.values())))
    await mo.slash("daily schedule", channel=channel, time="9:00", timezone="UTC")
    preview = await mo.slash("daily preview", schedule="1")
    assert any(quote.text[:40] in preview.text.replace("\n> ", " ") for quote in load(NIGHT_TRAIN).quotes)


def test_it_is_whole_and_leaves_nothing_to_remark() -> None:
    assert remarks(load(NIGHT_TRAIN)) == ()


def test_all_of_its_article_is_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "again"
    shutil.copytree(NIGHT_TRAIN, folder)
    assert draft(folder / "ARTICLE.txt", folder) == {}
    article = " ".join((folder / "ARTICLE.txt").read_text(encoding="utf-8").split())
    assert [each.id for each in load(folder).passages if each.text not in article] == []


def test_its_questions_name_what_is_right() -> None:
    announcement = load(NIGHT_TRAIN)
    known = {each.id for kind in ("facts", "claims", "subjects") for each in getattr(announcement, kind)}
    assert len(read_questions(NIGHT_TRAIN / "questions.txt", known)) > 5


@pytest.mark.parametrize("file", ["questions.txt", "README.md", "demo.json", "ARTICLE.txt"])
def test_what_belongs_to_it_is_there(file: str) -> None:
    assert (NIGHT_TRAIN / file).is_file()
