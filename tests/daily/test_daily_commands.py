"""/daily over the real protocol: what moderators type, and what they read."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from sandbox.views import visible_text
from tests.support.daily_chat import DailyChat, daily_chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sandbox import Reply


@pytest.fixture
async def chat(second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path) as one:
        yield one


def stamps(text: str) -> list[dt.datetime]:
    return [dt.datetime.fromtimestamp(int(at), dt.UTC) for at in re.findall(r"<t:(\d+):F>", text)]


async def test_a_schedule_shows_its_next_three_posts(chat: DailyChat) -> None:
    reply = await chat.schedule(time="9am", timezone="new york", days="weekdays")
    assert reply.ephemeral
    assert stamps(reply.text) == [dt.datetime(2026, 1, day, 14, 0, tzinfo=dt.UTC) for day in (5, 6, 7)]
    assert "America/New_York (UTC-5 today)" in reply.text
    assert "weekdays" in reply.text


async def test_a_change_of_the_clocks_within_sixty_days_is_told(chat: DailyChat) -> None:
    assert "clocks" not in (await chat.schedule(timezone="new york")).text
    await chat.move(days=10)
    reply = await chat.schedule(timezone="new york", time="10:00")
    assert "The clocks in New York change on <t:" in reply.text
    assert "from UTC-5 to UTC-4. Posts stay at 10:00" in reply.text
    reply = await chat.schedule(timezone="new york", time="2:30")
    assert "02:30 doesn't exist that day, so the post goes out as soon as the clocks have jumped past it" in reply.text


async def test_all_changes_of_the_clocks_within_sixty_days_are_told(chat: DailyChat) -> None:
    await chat.move(days=20)
    text = (await chat.schedule(timezone="casablanca", time="2:30")).text
    first, second = (int(dt.datetime(2026, *day, 2, tzinfo=dt.UTC).timestamp()) for day in ((2, 15), (3, 22)))
    assert (
        f"The clocks in Casablanca change on <t:{first}:D>, from UTC+1 to UTC. "
        "02:30 comes twice that day; the post goes out once, the first time.\n"
        f"They change again on <t:{second}:D>, from UTC to UTC+1. "
        "02:30 doesn't exist that day, so the post goes out as soon as the clocks have jumped past it.\n"
    ) in text
    text = (await chat.schedule(timezone="casablanca", time="10:00")).text
    assert text.count("Posts stay at 10:00") == 2


async def test_an_offset_is_a_time_zone_like_any_other(chat: DailyChat) -> None:
    for number, (typed, shown, hour) in enumerate(
        [("UTC+5:30", "UTC+5:30", (3, 30)), ("gmt-3", "UTC-3", (12, 0)), ("+14", "UTC+14", (19, 0))], 1
    ):
        reply = await chat.schedule(timezone=typed)
        assert stamps(reply.text)[0].replace(day=5) == dt.datetime(2026, 1, 5, *hour, tzinfo=dt.UTC)
        assert f"**09:00** {shown} · every day" in reply.text
        assert f"**09:00** {shown} · every day" in (await chat.daily("list")).text
        offers = await chat.mo.complete("daily edit", "schedule", str(number))
        assert offers[0][0] == f"{number} · #daily-quotes · 09:00 {shown} · every day"
        assert (await chat.mo.complete("daily schedule", "timezone", typed))[0][0].startswith(f"{shown} (now ")
    for posts, hours in enumerate((4, 7, 9), 1):
        await chat.move(hours=hours)
        await chat.until_recorded("sent", posts)


async def test_a_country_with_several_clocks_is_a_choice(chat: DailyChat) -> None:
    reply = await chat.schedule(timezone="australia")
    assert "Choose one: 'Australia/Sydney', 'Australia/Brisbane' or 'Australia/Perth'" in reply.text
    assert "no daily quotes yet" in (await chat.daily("list")).text
    assert "Europe/Kyiv" in (await chat.schedule(timezone="ukraine")).text


async def test_what_is_typed_wrongly_is_answered_with_what_to_do(chat: DailyChat) -> None:
    for options, words in (
        ({"time": "soon"}, "isn't a time of day I understand. Try 9:00, 9am or 21:30."),
        ({"timezone": "Atlantis"}, "Choose one from the list"),
        ({"days": "funday"}, "'weekdays', 'weekends'"),
        ({"about": "the price of cheese in winter"}, "Pick one from the list"),
        ({"role": chat.role("@everyone")}, "I never mention @everyone"),
        ({"role": chat.role("Quiet")}, "Allow anyone to @mention this role"),
    ):
        reply = await chat.schedule(**options)
        assert words in reply.text
        assert reply.ephemeral
    assert "no daily quotes yet" in (await chat.daily("list")).text


async def test_the_bot_checks_that_it_may_post_before_it_accepts(chat: DailyChat) -> None:
    channel = chat.channel()
    chat.sandbox.world.deny(channel, "send_messages")
    assert (
        f"I don't have permission to post in <#{channel.id}>. Please grant me **Send Messages** there"
        in (await chat.schedule()).text
    )
    chat.sandbox.world.deny(channel, "view_channel")
    assert "View Channel" in (await chat.schedule()).text
    chat.sandbox.world.allow(channel, "send_messages", "view_channel")
    chat.sandbox.world.deny(channel, "attach_files", "read_message_history")
    assert "Attach Files" in (await chat.schedule(style="card")).text
    assert "Read Message History" in (await chat.schedule()).text


async def test_forums_that_want_tags_and_locked_threads_are_refused(chat: DailyChat) -> None:
    forum, thread = chat.channel("lore-questions"), chat.channel("First impressions")
    chat.sandbox.world.archive_thread(thread, locked=True)
    assert "locked" in (await chat.schedule(channel=thread)).text
    forum.tag_required = True
    chat.sandbox.world.set_overwrite(forum, chat.role("Quiet"), allow=0, deny=0)  # sends the channel anew
    assert "tag" in (await chat.schedule(channel=forum)).text


async def test_the_twenty_sixth_and_an_equal_one_are_refused(chat: DailyChat) -> None:
    for minute in range(25):
        assert "Scheduled" in (await chat.schedule(time=f"9:{minute:02}")).text
    assert "already has 25 schedules, the most it can have" in (await chat.schedule(time="12:00")).text
    assert "Schedule 4 already posts exactly that" in (await chat.schedule(time="9:03")).text


async def test_the_list_comes_in_pages(chat: DailyChat) -> None:
    for minute in range(7):
        await chat.schedule(time=f"9:{minute:02}", about="the move" if minute else "all")
    first = await chat.daily("list")
    assert "7 schedules · page 1 of 2" in first.text
    assert "09:04" in first.text
    assert "09:05" not in first.text
    second = await chat.mo.press(first, "Next")
    assert "page 2 of 2" in second.text
    assert "09:06" in second.text
    assert "09:00" in (await chat.mo.press(second, "Previous")).text


async def test_the_list_tells_everything_of_a_schedule(chat: DailyChat) -> None:
    fans = chat.role("Quote fans")
    await chat.schedule(timezone="Asia/Kathmandu", days="mon,fri", about="the move", role=fans, style="card")
    text = (await chat.daily("list")).text
    for part in ("**1**", f"<#{chat.channel().id}>", "**09:00** Asia/Kathmandu (UTC+5:45 today)", "Mon, Fri"):
        assert part in text
    for part in ("move", f"<@&{fans.id}>", "with a picture", "Next: <t:", "Nothing posted yet"):
        assert part in text


async def test_an_edit_changes_what_was_given_and_nothing_else(chat: DailyChat) -> None:
    await chat.schedule(role=chat.role("Quote fans"))
    reply = await chat.daily("edit", schedule="1", time="21:30", days="weekends")
    assert "Changed" in reply.text
    assert "**21:30** UTC · weekends" in reply.text
    assert stamps(reply.text)[0] == dt.datetime(2026, 1, 10, 21, 30, tzinfo=dt.UTC)
    assert f"<@&{chat.role('Quote fans').id}>" in reply.text
    reply = await chat.daily("edit", schedule="1", no_role=True, channel=chat.channel("general"), timezone="london")
    assert "mentions" not in reply.text
    assert "Europe/London" in reply.text
    assert f"<#{chat.channel('general').id}>" in reply.text
    assert "That wouldn't change anything" in (await chat.daily("edit", schedule="1", time="21:30")).text
    await chat.schedule(time="10:00")
    again = await chat.daily("edit", schedule="1", time="10:00", timezone="UTC", days="daily", channel=chat.channel())
    assert "Schedule 2 already posts exactly that" in again.text


async def test_preview_and_skip_tell_exactly_what_comes(chat: DailyChat) -> None:
    await chat.schedule()
    first = await chat.daily("preview", schedule="1")
    skipped = await chat.daily("skip", schedule="1")
    assert "Skipped" in skipped.text
    second = await chat.daily("preview", schedule="1")
    assert words(second.text) == words(skipped.text) != words(first.text)
    pressed = await chat.mo.press(second, "Skip this quote")
    assert "Skipped" in pressed.text
    # The same button on the old message drops nothing any more.
    assert "no longer the next one" in (await chat.mo.press(first, "Skip this quote")).text
    coming = words((await chat.daily("preview", schedule="1")).text)
    await chat.move(hours=1)
    await chat.until(chat.posts)
    assert coming in visible_text(chat.posts()[0])


async def said(chat: DailyChat, reply: Reply) -> str:
    """Return the answer's text; an error after a deferral is a message that follows it."""
    await chat.until(lambda: reply.text or reply.followups)
    return reply.text or "\n".join(visible_text(each) for each in reply.followups)


def words(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("> "))[2:]


async def test_a_test_post_is_marked_and_its_quote_does_not_come_as_if_new(chat: DailyChat) -> None:
    fans = chat.role("Quote fans")
    await chat.schedule(role=fans)
    shown: list[str] = []
    for number in range(1, 3):
        before = words((await chat.daily("preview", schedule="1")).text)
        reply = await chat.daily("test", schedule="1")
        assert reply.ephemeral
        post = chat.posts()[-1]
        assert len(chat.posts()) == number
        assert f"/{post.channel.id}/{post.id}" in reply.text
        assert "the next post will bring another one" in reply.text
        assert words(visible_text(post)) == before
        assert "**Test post**" in visible_text(post)
        assert "Daily quote" not in visible_text(post)
        assert post.mention_roles == []
        assert before not in shown
        shown.append(before)
    assert await chat.ledger() == []
    coming = words((await chat.daily("preview", schedule="1")).text)
    await chat.move(hours=1)
    await chat.until_recorded("sent")
    assert words(visible_text(chat.posts()[-1])) == coming
    assert coming not in shown
    assert "Test" not in visible_text(chat.posts()[-1])


async def test_a_test_in_a_forum_is_named_so(chat: DailyChat) -> None:
    await chat.schedule(channel=chat.channel("lore-questions"))
    assert "Posted a test" in (await chat.daily("test", schedule="1")).text
    (thread,) = [each for each in chat.guild.channels.values() if each.parent is chat.channel("lore-questions")]
    assert thread.name.startswith("Test: ")


async def test_a_test_that_is_not_posted_uses_no_quote_up(chat: DailyChat) -> None:
    await chat.schedule()
    before = words((await chat.daily("preview", schedule="1")).text)
    chat.sandbox.world.deny(chat.channel(), "send_messages")
    assert "I don't have permission" in await said(chat, await chat.daily("test", schedule="1"))
    chat.sandbox.world.allow(chat.channel(), "send_messages")
    chat.sandbox.world.time_out(chat.guild, chat.sandbox.clock.now() + 600)
    assert "A moderator has timed me out until" in await said(chat, await chat.daily("test", schedule="1"))
    assert "A moderator has timed me out until" in (await chat.schedule(time="10:00")).text
    chat.sandbox.world.time_out(chat.guild, None)
    assert words((await chat.daily("preview", schedule="1")).text) == before


async def test_a_test_that_fails_says_why(chat: DailyChat) -> None:
    await chat.schedule()
    chat.sandbox.world.deny(chat.channel(), "send_messages")
    reply = await chat.daily("test", schedule="1")
    assert "Please grant me **Send Messages**" in await said(chat, reply)
    assert all(each.ephemeral for each in reply.followups)


async def test_pause_and_resume(chat: DailyChat) -> None:
    await chat.schedule()
    assert "Its settings are kept" in (await chat.daily("pause", schedule="1")).text
    assert "already paused" in (await chat.daily("pause", schedule="1")).text
    assert "Paused by a moderator." in (await chat.daily("list")).text
    assert "once the schedule is resumed" in (await chat.daily("preview", schedule="1")).text
    assert (
        "Paused by a moderator. Start it again with `/daily resume 1`."
        in (await chat.daily("edit", schedule="1", days="weekends")).text
    )
    await chat.move(hours=3)
    assert chat.posts() == []
    chat.sandbox.world.deny(chat.channel(), "send_messages")
    assert "Please grant me **Send Messages** there" in (await chat.daily("resume", schedule="1")).text
    chat.sandbox.world.allow(chat.channel(), "send_messages")
    reply = await chat.daily("resume", schedule="1")
    assert stamps(reply.text)[0] == dt.datetime(2026, 1, 10, 9, 0, tzinfo=dt.UTC)
    assert "isn't paused" in (await chat.daily("resume", schedule="1")).text


async def test_remove(chat: DailyChat) -> None:
    await chat.schedule()
    reply = await chat.daily("remove", schedule="#1")
    assert "has been removed, along with its history" in reply.text
    assert "seven days later" in reply.text
    assert "no schedules yet" in (await chat.daily("preview", schedule="1")).text


async def test_an_unknown_schedule_is_answered_with_those_there_are(chat: DailyChat) -> None:
    await chat.schedule()
    for name in ("preview", "skip", "pause", "resume", "test", "remove"):
        assert "There's no schedule 9. Yours: 1." in await said(chat, await chat.daily(name, schedule="9"))
