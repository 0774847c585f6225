"""The scheduling service and what surrounds it, where no Discord is needed to see it."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from bot.daily import messages
from bot.daily.commands import ScheduleOptions
from bot.daily.guilds import Presence
from bot.daily.input import Zones, complete_schedule, complete_zone
from bot.daily.ports import ChannelCheck, NotNow, Problem, Refused, Unsure
from bot.daily.schedule import ChannelKind, Pause, Reason, Style
from bot.errors import UserError
from tests.support.daily import CHANNEL, GUILD, START, Office, filters

if TYPE_CHECKING:
    from bot.daily.commands import Planned

NINE = ScheduleOptions(channel=CHANNEL, time="9:00", timezone="UTC")


async def made(here: Office, **fields: Any) -> Planned:
    asked: dict[str, Any] = {"channel": CHANNEL, "time": "9:00", "timezone": "UTC"} | fields
    return await here.scheduler.create(GUILD, ScheduleOptions(**asked))


async def test_options_left_out_have_their_defaults(here: Office) -> None:
    plan = await made(here)
    spec = plan.schedule.spec
    assert (spec.rule.days, spec.about, spec.role, spec.style) == (127, None, None, Style.TEXT)
    assert [post.date.day for post in plan.posts] == [5, 6, 7]
    assert plan.about == "all quotes"


@pytest.mark.parametrize("problem", list(Problem))
async def test_every_problem_of_a_channel_is_told(here: Office, problem: Problem) -> None:
    here.channel.check_answer = ChannelCheck(None, problem, ("Send Messages",), until=START)
    with pytest.raises(UserError) as told:
        await here.scheduler.create(GUILD, ScheduleOptions(channel=CHANNEL, time="9:00", timezone="UTC", role=7))
    assert str(told.value).endswith(".")
    assert await here.store.schedules.of_guild(GUILD) == []


async def test_a_change_of_the_channels_kind_is_noted_when_it_goes_on(here: Office) -> None:
    await made(here)
    await here.scheduler.pause(GUILD, "1")
    here.channel.check_answer = ChannelCheck(ChannelKind.FORUM)
    plan = await here.scheduler.resume(GUILD, "1")
    assert plan.schedule.spec.target.place is ChannelKind.FORUM
    assert plan.schedule.paused is None


async def test_nothing_goes_on_without_quotes(here: Office) -> None:
    schedule = await here.add(about="topic:gone")
    await here.store.schedules.pause(schedule.id, Pause.MODERATOR)
    for action in (here.scheduler.resume, here.scheduler.preview, here.scheduler.skip, here.scheduler.test):
        with pytest.raises(UserError, match="No quote matches"):
            await action(GUILD, "1")


async def test_the_only_quote_cannot_be_skipped(here: Office) -> None:
    here.filters._matching["topic:one"] = ("quote-1",)
    await here.add(about="topic:one")
    with pytest.raises(UserError, match="Only one quote"):
        await here.scheduler.skip(GUILD, "1")


@pytest.mark.parametrize("answer", [NotNow(), Unsure(), Refused(Pause.NO_ACCESS), Refused(Reason.REFUSED)])
async def test_a_test_that_fails_says_what_to_do(here: Office, answer: NotNow | Unsure | Refused) -> None:
    await made(here)
    here.channel.plan.append(answer)
    with pytest.raises(UserError) as told:
        await here.scheduler.test(GUILD, "1")
    assert "again" in str(told.value)


def test_every_refusal_has_words() -> None:
    for reason in (*Pause, *Reason):
        assert messages.refused(reason).endswith(".")


def test_abouts() -> None:
    known = filters()
    assert known.parse(None) is known.parse("all") is None
    assert known.parse("ann") == "speaker:ann"
    assert known.parse("The music") == "topic:music"
    assert known.matching("topic:music") == ("quote-3", "quote-6")
    with pytest.raises(UserError, match="Pick one from the list"):
        known.parse("the silence")  # a topic that no quote has
    assert known.label("speaker:gone") == "something no longer in the data"
    assert known.complete("", 25)[0] == ("All quotes", "all")
    assert known.complete("musik", 25)[0][1] == "The music"


def test_completed_zones_tell_their_time() -> None:
    now = dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC)
    assert complete_zone(Zones.load(), "kathmandu", now, 1) == [
        ("Asia/Kathmandu (UTC+5:45, now 17:45)", "Asia/Kathmandu")
    ]


async def test_completed_schedules(here: Office) -> None:
    first, second = await here.add(), await here.add(time="21:30", days=1, zone="Asia/Tokyo")
    await here.store.schedules.pause(second.id, Pause.MODERATOR)
    schedules = await here.scheduler.of_guild(GUILD)
    named = list(zip(schedules, ("#one", "#other"), strict=True))
    assert complete_schedule(named, "") == [
        ("1 · #one · 09:00 UTC · every day", "1"),
        ("2 · #other · 21:30 Asia/Tokyo · Mon (paused)", "2"),
    ]
    assert complete_schedule(named, "2")[0][1] == "2"
    assert complete_schedule(named, "tokio")[0][1] == "2"
    assert len(complete_schedule(named, "zzz")) == 2
    assert first.number == 1


async def test_presence_catches_up_with_what_happened_meanwhile(here: Office) -> None:
    changes = []
    presence = Presence(here.store.schedules, here.store.left_guilds, here.clock, lambda: changes.append(1))
    await here.add()
    await here.add(guild=GUILD + 1)
    await presence.here({GUILD, 999})
    assert await here.store.left_guilds.gone() == {GUILD + 1}
    await presence.here({GUILD, GUILD + 1})
    assert await here.store.left_guilds.gone() == set()
    (schedule,) = await here.store.schedules.of_guild(GUILD + 1)
    assert schedule.paused is None
    await presence.here({GUILD, GUILD + 1})
    await presence.channel_deleted(404)
    assert len(changes) == 2
    await presence.channel_deleted(CHANNEL)
    assert len(changes) == 3


async def test_a_zone_that_is_gone_is_listed_and_told_what_helps(here: Office) -> None:
    await here.add()
    await here.add(time="10:00")
    await here.lose_zone(1)
    async with here.at_work():
        await here.move(hours=1)
        await here.move(seconds=1)
    gone, other = await here.scheduler.overview(GUILD)
    assert (gone.schedule.paused, gone.offset) == (Pause.ZONE_GONE, None)
    assert (other.schedule.paused, other.offset) == (None, dt.timedelta())
    for asked in (here.scheduler.resume(GUILD, "1"), here.scheduler.test(GUILD, "1")):
        with pytest.raises(UserError, match=r"Mars/Olympus.*`/daily edit`"):
            await asked
    with pytest.raises(UserError, match="Mars/Olympus"):
        await here.scheduler.edit(GUILD, "1", ScheduleOptions(time="11:00"))
    assert (await here.scheduler.edit(GUILD, "1", ScheduleOptions(timezone="UTC"))).schedule.paused is None


async def test_a_return_leaves_what_lost_its_zone_paused_and_goes_on(here: Office) -> None:
    presence = Presence(here.store.schedules, here.store.left_guilds, here.clock, here.worker.poke)
    guilds = {GUILD, GUILD + 1}
    await here.add()
    await here.add(time="10:00")
    await here.add(time="11:00", guild=GUILD + 1)
    await presence.here(set())
    await here.lose_zone(1)
    async with here.at_work():
        await presence.here(guilds)
        await here.move(seconds=1)
    assert await here.store.left_guilds.gone() == set()
    reasons = [[each.paused for each in await here.store.schedules.of_guild(guild)] for guild in sorted(guilds)]
    assert reasons == [[Pause.ZONE_GONE, None], [Pause.ZONE_GONE]]
    assert sorted(len(notice.schedules) for notice in here.channel.notices) == [1, 1]


async def test_two_presses_at_once_drop_one_quote(here: Office) -> None:
    await made(here)
    shown = (await here.scheduler.preview(GUILD, "1")).quote.id
    presses = [here.scheduler.skip(GUILD, "1", shown) for _ in range(2)]
    told = await asyncio.gather(*presses, return_exceptions=True)
    assert [type(each) for each in told if isinstance(each, Exception)] == [UserError]
    (schedule,) = await here.store.schedules.of_guild(GUILD)
    assert schedule.bag.drawn.keys() == {shown}


@pytest.mark.parametrize(
    ("asked", "second"),
    [
        (ScheduleOptions(role=5), "09:00"),
        (ScheduleOptions(time="21:00"), "21:00"),
        (ScheduleOptions(timezone="Asia/Tokyo"), "00:00"),
    ],
)
async def test_an_edit_of_a_post_that_is_due_does_not_lose_it(
    here: Office, asked: ScheduleOptions, second: str
) -> None:
    await made(here)
    here.clock.move(hours=1, minutes=2)
    await here.scheduler.edit(GUILD, "1", asked)
    async with here.at_work():
        (post,) = here.channel.posts
        assert (post.date.day, post.role) == (5, asked.role)
        (schedule,) = await here.store.schedules.of_guild(GUILD)
        assert schedule.next_date is not None
        assert schedule.next_due is not None
        assert (schedule.next_date.day, f"{schedule.next_due:%H:%M}") == (6, second)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (ScheduleOptions(role=5), ["05 09:00", "06 09:00", "07 09:00"]),
        (ScheduleOptions(time="21:00"), ["05 09:00", "06 21:00", "07 21:00"]),
        (ScheduleOptions(timezone="Asia/Tokyo"), ["05 09:00", "06 00:00", "07 00:00"]),
        (ScheduleOptions(days="weekends"), ["05 09:00", "10 09:00", "11 09:00"]),
    ],
)
async def test_an_edit_of_a_post_that_is_due_tells_what_comes(
    here: Office, asked: ScheduleOptions, told: list[str]
) -> None:
    await made(here)
    here.clock.move(hours=1)
    plan = await here.scheduler.edit(GUILD, "1", asked)
    assert [f"{post.instant:%d %H:%M}" for post in plan.posts] == told
    assert await posted(here, plan) == [post.instant for post in plan.posts]


async def test_a_new_and_a_resumed_schedule_tell_what_comes(here: Office) -> None:
    here.clock.move(hours=1)
    plan = await made(here)
    assert [post.date.day for post in plan.posts] == [6, 7, 8]
    here.clock.move(days=1)
    await here.scheduler.pause(GUILD, "1")
    assert (await here.scheduler.edit(GUILD, "1", ScheduleOptions(role=5))).posts == ()
    plan = await here.scheduler.resume(GUILD, "1")
    assert [post.date.day for post in plan.posts] == [7, 8, 9]
    assert await posted(here, plan) == [post.instant for post in plan.posts]


async def posted(here: Office, plan: Planned) -> list[dt.datetime]:
    """Let the worker work up to the last post that `plan` tells, and return the due times of what it posted."""
    async with here.at_work():
        for post in plan.posts:
            here.clock.set(max(here.clock.now(), post.instant))
            await here.quiet()
            await here.move(seconds=1)
    return [post.due for post in here.channel.posts]
