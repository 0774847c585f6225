"""A daily quiz over the real protocol: the day's quote, without who said it, and buttons to guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.views import buttons, visible_text
from tests.support.daily_chat import DailyChat, daily_chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ONE_PERSON = (
    "Those quotes are all by one person, so a quiz would give itself away. Choose another `about`, or another `style`."
)


@pytest.fixture
async def chat(second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path) as one:
        yield one


async def test_a_quiz_is_posted_in_the_place_of_a_quote(chat: DailyChat) -> None:
    assert "as a quiz" in (await chat.schedule(style="quiz")).text
    await chat.move(hours=1)
    (row,) = await chat.until_recorded("sent")
    (post,) = chat.posts()
    quote = chat.bot.services.library.quote_by_id[row["quote"]]
    told = visible_text(post)
    assert told.startswith("## Who said it?\n> ")
    assert quote.text in told.replace("\\", "")
    assert told.endswith(f"-# Daily quiz · <t:{row['due'] // 1000}:D>")
    assert quote.speaker.name not in told
    assert quote.source.cited not in told
    labels = [each["label"] for each in buttons(post.components)]
    assert quote.speaker.name in labels
    mina = chat.sandbox.person("Mina").at(post.channel)
    for label in labels:
        answer = await mina.press(post, label)
        assert answer.ephemeral
        assert answer.text.startswith("**Right!**" if label == quote.speaker.name else "**Not quite.**")
        assert quote.attribution in answer.text
    assert visible_text(post) == told


async def test_a_test_and_a_thread_of_a_quiz_do_not_tell_either(chat: DailyChat) -> None:
    await chat.schedule(style="quiz", thread=True)
    assert "Posted a test" in (await chat.daily("test", schedule="1")).text
    (tested,) = chat.posts()
    assert "## Who said it?" in visible_text(tested)
    assert visible_text(tested).endswith("\n-# Test")
    await chat.move(hours=1)
    rows = await chat.until_recorded("sent")
    quote = chat.bot.services.library.quote_by_id[rows[-1]["quote"]]
    await chat.until(lambda: [each for each in chat.guild.channels.values() if each.parent is chat.channel()])
    (thread,) = [each for each in chat.guild.channels.values() if each.parent is chat.channel()]
    assert quote.speaker.name not in thread.name


async def test_every_quote_that_comes_is_posted_with_or_without_something_to_guess(chat: DailyChat) -> None:
    await chat.schedule(style="quiz")
    quiz, library = chat.bot.services.quiz, chat.bot.services.library
    for day in range(1, 15):
        await chat.move(hours=1 if day == 1 else 24)
        rows = await chat.until_recorded("sent", day)
        post = visible_text(chat.posts()[-1])
        quote = library.quote_by_id[rows[-1]["quote"]]
        assert quote.text in post.replace("\\", "")
        assert post.startswith("## Who said it?") is (quiz.about(quote) is not None)
        assert ("Daily quote · " in post) is (quiz.about(quote) is None)


async def test_what_would_give_itself_away_is_refused(chat: DailyChat) -> None:
    assert (await chat.schedule(style="quiz", about="Ines Falk")).text == ONE_PERSON
    assert "Scheduled" in (await chat.schedule(about="Ines Falk")).text
    assert (await chat.daily("edit", schedule="1", style="quiz")).text == ONE_PERSON
    assert "as a quiz" in (await chat.daily("edit", schedule="1", style="quiz", about="all")).text
    assert (await chat.daily("edit", schedule="1", about="brandt")).text == ONE_PERSON
    assert "as a quiz" in (await chat.daily("edit", schedule="1", time="10:00")).text
    assert "as a quiz" not in (await chat.daily("edit", schedule="1", style="text")).text


async def test_a_quiz_needs_no_permission_to_attach_files(chat: DailyChat) -> None:
    chat.sandbox.world.deny(chat.channel(), "attach_files")
    assert "Attach Files" in (await chat.schedule(style="card")).text
    assert "as a quiz" in (await chat.schedule(style="quiz")).text
    assert "as a quiz" in (await chat.daily("list")).text
