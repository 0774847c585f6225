"""/daily: moderators schedule, change, preview, pause and remove daily quotes; and how each answer looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import discord
from discord import app_commands
from discord.ext import commands
from discord.utils import escape_markdown, format_dt

from bot.client.controls import COMPLETIONS, button, choices, reply
from bot.client.panels import Accent, Panel, line, notice
from bot.client.views import origin, spoken
from bot.daily.commands import ScheduleOptions
from bot.daily.input import complete_days, complete_schedule, complete_time, complete_zone, days_text, time_text
from bot.daily.jobs import PausedSchedule
from bot.daily.messages import PAST, standing
from bot.daily.schedule import (
    Delivery,
    Effect,
    Extra,
    MentionLoss,
    Pause,
    Reason,
    Schedule,
    Setback,
    State,
    Style,
    offset_text,
    zone_text,
)
from bot.errors import StoreUnavailableError, UserError
from bot.text import counted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable

    from bot.announcement import Quote
    from bot.client import Canonkeeper
    from bot.client.controls import Actions
    from bot.client.panels import Component
    from bot.daily.commands import Line, Planned, Preview, Scheduler
    from bot.daily.ports import Accepted

PAGE = "daily-page"
SKIP = "daily-skip"
PER_PAGE = 5
# What keeps a post back, and what kept it back.
_SETBACKS = {
    Setback.EDGE: ("Discord's network is turning me away", "Discord's network turned me away"),
    Setback.LIMIT: ("Discord's rate limit is holding me back", "Discord's rate limit held me back"),
    Setback.OUTAGE: ("Discord is having trouble", "Discord was having trouble"),
    Setback.FULL: ("there are already as many active posts or threads as Discord allows",) * 2,
    Setback.TOKEN: ("Discord isn't accepting my login", "Discord wasn't accepting my login"),
    Setback.UNREACHABLE: ("I can't reach Discord", "I couldn't reach Discord"),
    Setback.TIMED_OUT: ("I'm timed out here", "I was timed out here"),
    Setback.SERVER_DOWN: ("this server is having an outage", "this server was having an outage"),
}

_ENDS = {
    Reason.TOO_LATE.value: "I couldn't reach Discord in time",
    Reason.REFUSED.value: "Discord refused it",
    Reason.BLOCKED.value: "the server's AutoMod or one of Discord's filters blocked it",
    Reason.UNKNOWABLE.value: "I can't tell whether it went out, so I didn't post it again",
    Reason.STOPPED.value: "the schedule was paused before it went out",
}
_EXTRAS = {Extra.PUBLISH: "published", Extra.THREAD: "with a thread"}
_NOT_DONE = {
    Extra.PUBLISH: "I couldn't publish it",
    Extra.THREAD: "I couldn't start its thread",
}
_WHY_NOT = {
    (Extra.PUBLISH, Pause.NO_PERMISSION): "please grant me **Send Messages** in the channel",
    (Extra.PUBLISH, Pause.WRONG_KIND): "the channel is no longer an announcement channel",
    (Extra.PUBLISH, Reason.TOO_LATE): "Discord lets a channel publish ten messages an hour, and there were more",
    (Extra.THREAD, Pause.NO_PERMISSION): "please grant me **Create Public Threads** in the channel",
    (Extra.THREAD, Pause.WRONG_KIND): "threads can't begin in a channel of this kind",
    (Extra.THREAD, Reason.TOO_LATE): "I couldn't reach Discord in time",
}
_WHY_NEITHER = {
    Pause.CHANNEL_GONE: "the channel was deleted",
    Pause.NO_ACCESS: "I can no longer see the channel: please grant me **View Channel**",
    Reason.MESSAGE_GONE: "the post was deleted first",
    Reason.BLOCKED: "the server's AutoMod or one of Discord's filters blocked its name",
}


def planned(plan: Planned, done: str) -> Panel:
    """Return a schedule that was made, edited or resumed; `done` says which, as a heading."""
    schedule = plan.schedule
    return Panel(
        f"**{done}**\n{_summary(schedule, plan.about, plan.offset)}",
        line(),
        _posts(plan),
        _changes(plan),
        f"⚠ {plan.hindered}" if plan.hindered and plan.schedule.paused is None else None,
        "-# I can't read that channel's history, so after a crash or an outage I couldn't check whether a post got "
        "through. Please grant me **Read Message History** there."
        if plan.blind
        else None,
        accent=Accent.DAILY,
        footer="Times are shown in your own time zone · schedules are deleted seven days after I leave the server",
    )


def _posts(plan: Planned) -> str:
    if plan.schedule.paused is not None:
        return _paused(plan.schedule, plan.schedule.paused)
    dates = "\n".join(f"{n}. {_when(post.instant, plan.now)}" for n, post in enumerate(plan.posts, 1))
    return f"Next posts:\n{dates}"


def _when(due: dt.datetime, now: dt.datetime) -> str:
    """Return when a post comes; one that is due already comes though its schedule was edited."""
    return f"{format_dt(due, 'F')} ({'due now, so it comes right away' if due <= now else format_dt(due, 'R')})"


def _paused(schedule: Schedule, why: Pause | MentionLoss) -> str:
    """Return why a schedule is paused, or mentions nobody, and what would help."""
    spec = schedule.spec
    target = spec.target
    return standing(
        PausedSchedule(
            0, schedule.number, target.channel, why, target.place, spec.style, spec.role, schedule.channel_name
        )
    )


def _summary(schedule: Schedule, about: str, offset: dt.timedelta | None) -> str:
    spec = schedule.spec
    extras = [about]
    if schedule.unmentioned is MentionLoss.ROLE_GONE:
        extras.append("mentions nobody: its role was deleted")
    elif schedule.mention is None and spec.role:
        extras.append("mentions nobody")
    elif spec.role:
        extras.append(f"mentions <@&{spec.role}>")
    if spec.style is Style.CARD:
        extras.append("with a picture")
    elif spec.style is Style.QUIZ:
        extras.append("as a quiz")
    extras += [_EXTRAS[extra] for extra in Extra if extra in spec.extras]
    return (
        f"**{schedule.number}** · <#{spec.target.channel}> · **{time_text(spec.rule.minute)}** "
        f"{_zone(spec.rule.zone, offset)} · {days_text(spec.rule.days)}\n{' · '.join(extras)}"
    )


def _zone(zone: str, offset: dt.timedelta | None) -> str:
    name = zone_text(zone)
    return name if offset is None or name == offset_text(offset) else f"{name} ({offset_text(offset)} today)"


def _changes(plan: Planned) -> str:
    """Return what the coming changes of the clocks mean for the schedule, a line for each."""
    rule = plan.schedule.spec.rule
    city = escape_markdown(rule.zone.rpartition("/")[2].replace("_", " "))
    told: list[str] = []
    for change, effect in plan.changes:
        who = "They change again" if told else f"The clocks in {city} change"
        offsets = f"from {offset_text(change.before)} to {offset_text(change.after)}"
        told.append(f"{who} on {format_dt(change.at, 'D')}, {offsets}. {_effect(effect, time_text(rule.minute))}")
    return "\n".join(told)


def _effect(effect: Effect, time: str) -> str:
    match effect:
        case Effect.GAP:
            return f"{time} doesn't exist that day, so the post goes out as soon as the clocks have jumped past it."
        case Effect.TWICE:
            return f"{time} comes twice that day; the post goes out once, the first time."
        case Effect.NONE:
            return f"Posts stay at {time} local time."


def overview(lines: list[Line], page: int) -> Panel:
    """Return a page (from 0) of a server's schedules."""
    if not lines:
        return notice("This server has no daily quotes yet. Set some up with `/daily schedule`.", accent=Accent.DAILY)
    pages = (len(lines) + PER_PAGE - 1) // PER_PAGE
    page = min(max(page, 0), pages - 1)
    parts: list[str | Component] = []
    for each in lines[page * PER_PAGE : (page + 1) * PER_PAGE]:
        parts += [line()] if parts else []
        parts.append(_line(each))
    turns = [
        button(PAGE, f"-{page - 1}", "Previous page", disabled=page == 0),
        button(PAGE, f"+{page + 1}", "Next page", disabled=page + 1 == pages),
    ]
    count = counted(len(lines), "schedule")
    return Panel(
        *parts,
        accent=Accent.DAILY,
        footer=f"{count} · page {page + 1} of {pages}",
        rows=[turns] if pages > 1 else [],
    )


def _line(each: Line) -> str:
    schedule = each.schedule
    if schedule.paused is not None:
        next_ = _paused(schedule, schedule.paused)
    else:
        assert schedule.next_due is not None, "a schedule that is not paused has a next post"  # noqa: S101
        next_ = f"Next: {format_dt(schedule.next_due, 'F')} ({format_dt(schedule.next_due, 'R')})"
    if schedule.unmentioned is not None:
        next_ = f"{next_}\n{_paused(schedule, schedule.unmentioned)}"
    told = [_outcome(schedule, each.last), *(_not_done(extra, each.failed[extra]) for extra in sorted(each.failed))]
    outcome = "\n".join(f"-# {line}" for line in told)
    return f"{_summary(schedule, each.about, each.offset)}\n{next_}\n{outcome}"


def _not_done(extra: Extra, reason: str) -> str:
    """Return what could not be done with the latest post, and why."""
    known: Pause | Reason = Pause(reason) if reason in list(Pause) else Reason(reason)
    why = _WHY_NOT.get((extra, known)) or _WHY_NEITHER.get(known, "Discord refused it")
    return f"⚠ {_NOT_DONE[extra]}: {why}"


def _outcome(schedule: Schedule, last: Delivery | None) -> str:
    """Return how the latest date went, with the reason."""
    if last is None:
        return "Nothing posted yet"
    due = format_dt(last.due, "f")
    match last.state:
        case State.SENT:
            guild = schedule.spec.target.guild
            link = f"https://discord.com/channels/{guild}/{last.posted_in}/{last.message}"
            when = format_dt(last.sent_at or last.due, "f")
            return f"Last: [posted]({link}) {when}{f', late (planned for {due})' if last.late else ''}"
        case State.CLAIMED:
            waits = _waits(last.setback, last.setback_until)
            return f"Last: the post due {due} {waits}"
        case State.SKIPPED if last.reason == Reason.TOO_LATE.value:
            return f"Last: the post due {due} was skipped: I was offline, and it was too late by the time I came back"
        case State.UNCONFIRMED:
            return f"Last: ⚠ the post due {due} is unconfirmed: {_why(last)}"
        case _:
            why = "" if schedule.paused == last.reason else f": {_why(last)}"
            return f"Last: ⚠ the post due {due} was not made{why}"


def _waits(setback: Setback | None, until: dt.datetime | None) -> str:
    """Return what keeps a post back, if anything is known to, and until when where that is known."""
    if setback is None:
        return "is on its way"
    ends = "" if until is None else f" until {format_dt(until, 'f')}"
    return f"has to wait: {_SETBACKS[setback][0]}{ends}; I'll keep trying"


def _why(last: Delivery) -> str:
    reason = last.reason
    if reason == Reason.TOO_LATE.value and last.setback is not None:
        return f"{_SETBACKS[last.setback][1]}, until it was too late"
    if reason in _ENDS:
        return _ENDS[reason]
    return PAST.get(reason or "", "Discord refused it")


def preview(shown: Preview, *, heading: str | None = None) -> Panel:
    """Return the quote that comes next and when; a button drops it."""
    schedule, quote = shown.schedule, shown.quote
    due = schedule.next_due
    when = f"{format_dt(due, 'F')} ({format_dt(due, 'R')})" if due else "once the schedule is resumed"
    return Panel(
        heading,
        f"Next in <#{schedule.spec.target.channel}>: {when}",
        spoken(quote),
        accent=quote.speaker.accent,
        footer=f"Schedule {schedule.number} · {origin(quote)}",
        rows=[[button(SKIP, f"{schedule.number}|{quote.id}", "Skip this quote")]],
    )


def read_skip(detail: str) -> tuple[str, str]:
    """Return the schedule's number and the quote's id from the button of a preview. Raises ValueError for others."""
    number, quote = detail.split("|")
    return str(int(number)), quote


def read_page(detail: str) -> int:
    """Return the page from the list's buttons. Raises ValueError for anything else."""
    return int(detail[1:6])


def skipped(quote: Quote, shown: Preview) -> Panel:
    """Return what was dropped, and what comes in its place."""
    dropped = f"quote {quote.number}" if quote.number else "that quote"
    return preview(shown, heading=f"Skipped {dropped}. This one comes instead.")


def paused(schedule: Schedule) -> Panel:
    """Return that a schedule was paused by its moderator."""
    return notice(
        f"Schedule {schedule.number} in <#{schedule.spec.target.channel}> is paused. Its settings are kept: "
        "`/daily resume` starts it again, with the quote that was up next.",
        accent=Accent.DAILY,
    )


def removed(schedule: Schedule) -> Panel:
    """Return that a schedule was deleted, and how the rest would go."""
    return notice(
        f"Schedule {schedule.number} in <#{schedule.spec.target.channel}> has been removed, along with its history.",
        accent=Accent.DAILY,
        footer="If you remove me from the server, all its schedules are deleted seven days later, unless I'm invited "
        "back",
    )


def tested(guild: int, sent: Accepted) -> Panel:
    """Return where the test post is."""
    link = f"https://discord.com/channels/{guild}/{sent.channel}/{sent.message}"
    return notice(
        f"[Posted a test]({link}). Its quote counts as shown, so the next post will bring another one.",
        accent=Accent.DAILY,
    )


Interaction = discord.Interaction[Any]
Which = app_commands.Range[str, 1, 100]
Word = app_commands.Range[str, 1, 100]
_STYLES = [
    app_commands.Choice(name="text: just the words", value="text"),
    app_commands.Choice(name="card: the words and a picture of them", value="card"),
    app_commands.Choice(name="quiz: who said it? with buttons to guess", value="quiz"),
]
_OPTIONS = {
    "channel": "Where to post: a text or announcement channel, a thread, or a forum",
    "time": "When to post, in the time zone you choose: 9:00, 9am, 21:30, noon",
    "timezone": "A city or time zone: New York, London, UTC",
    "days": "Which days: daily, weekdays, weekends, or a list such as mon,wed,fri",
    "about": "Only quotes by this speaker or on this topic",
    "role": "A role to mention with each post",
    "style": "Just the words, with a picture of them, or as a quiz",
    "publish": "In an announcement channel: publish each post to the servers that follow it",
    "thread": "Start a thread under each post for discussion",
}
_SCHEDULE = "Which schedule: its number in /daily list"


class Channel(app_commands.Transformer):
    """A channel option that takes what can be posted to, cached or not; gives what was chosen."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Return the types that Discord's client offers."""
        kinds = discord.ChannelType
        threads = [kinds.public_thread, kinds.private_thread, kinds.news_thread]
        return [kinds.text, kinds.news, kinds.forum, *threads]

    async def transform(self, _interaction: Interaction, value: Any, /) -> Chosen:
        return Chosen(int(value.id), private=value.type is discord.ChannelType.private_thread)


class Chosen(NamedTuple):
    """A channel that was chosen; `private` says that it is a private thread."""

    id: int
    private: bool


ChannelId = app_commands.Transform[Chosen, Channel]


def _id(role: discord.Role | None) -> int | None:
    return role.id if role else None


def _style(value: str | None) -> Style | None:
    try:
        return Style(value) if value else None
    except ValueError:
        raise UserError("I don't know that style. Please pick one from the list: text, card or quiz.") from None


@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(manage_guild=True)
class DailyCog(commands.GroupCog, group_name="daily", group_description="Daily quotes for this server"):
    """The commands, and the buttons of their answers."""

    def __init__(self, scheduler: Scheduler, actions: Actions) -> None:
        self._scheduler = scheduler
        actions.register(PAGE, self._page, read_page)
        actions.register(SKIP, self._skip_button, read_skip)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Check again what Discord should have checked: a server's administrators can override it."""
        _moderators_only(interaction)
        return True

    @app_commands.command(
        name="schedule", description="Post a quote every day, or on the days you choose, at a time you pick"
    )
    @app_commands.describe(**_OPTIONS)
    @app_commands.choices(style=_STYLES)
    async def schedule(  # noqa: PLR0913, PLR0917 - the options of the command
        self,
        interaction: Interaction,
        channel: ChannelId,
        time: Word,
        timezone: Word,
        days: Word | None = None,
        about: Word | None = None,
        role: discord.Role | None = None,
        style: str | None = None,
        publish: bool | None = None,
        thread: bool | None = None,
    ) -> None:
        asked = ScheduleOptions(
            channel=channel.id,
            time=time,
            timezone=timezone,
            days=days,
            about=about,
            role=_id(role),
            style=_style(style),
            publish=publish,
            thread=thread,
            private=channel.private,
        )
        await reply(interaction, self._planned(self._scheduler.create(_guild(interaction), asked), "Scheduled"))

    @app_commands.command(
        name="list", description="This server's schedules, their next posts, and how the last ones went"
    )
    async def list_(self, interaction: Interaction) -> None:
        await reply(interaction, self._overview(_guild(interaction), 0))

    @app_commands.command(name="edit", description="Change a schedule; whatever you leave out stays as it is")
    @app_commands.describe(schedule=_SCHEDULE, no_role="Stop mentioning a role", **_OPTIONS)
    @app_commands.choices(style=_STYLES)
    async def edit(  # noqa: PLR0913, PLR0917 - every field of a schedule can be changed
        self,
        interaction: Interaction,
        schedule: Which,
        channel: ChannelId | None = None,
        time: Word | None = None,
        timezone: Word | None = None,
        days: Word | None = None,
        about: Word | None = None,
        role: discord.Role | None = None,
        style: str | None = None,
        publish: bool | None = None,
        thread: bool | None = None,
        no_role: bool = False,
    ) -> None:
        where, private = channel or (None, False)
        asked = ScheduleOptions(
            channel=where,
            time=time,
            timezone=timezone,
            days=days,
            about=about,
            role=_id(role),
            style=_style(style),
            no_role=no_role,
            publish=publish,
            thread=thread,
            private=private,
        )
        await reply(interaction, self._planned(self._scheduler.edit(_guild(interaction), schedule, asked), "Changed"))

    @app_commands.command(name="preview", description="The quote that comes next, and when")
    @app_commands.describe(schedule=_SCHEDULE)
    async def preview(self, interaction: Interaction, schedule: Which) -> None:
        await reply(interaction, self._preview(_guild(interaction), schedule))

    @app_commands.command(name="skip", description="Skip the quote that comes next; another takes its place")
    @app_commands.describe(schedule=_SCHEDULE)
    async def skip(self, interaction: Interaction, schedule: Which) -> None:
        await reply(interaction, self._skip(_guild(interaction), schedule))

    @app_commands.command(name="pause", description="Pause a schedule for now; nothing is deleted")
    @app_commands.describe(schedule=_SCHEDULE)
    async def pause(self, interaction: Interaction, schedule: Which) -> None:
        await reply(interaction, self._pause(_guild(interaction), schedule))

    @app_commands.command(name="resume", description="Start a paused schedule again")
    @app_commands.describe(schedule=_SCHEDULE)
    async def resume(self, interaction: Interaction, schedule: Which) -> None:
        await reply(interaction, self._planned(self._scheduler.resume(_guild(interaction), schedule), "Resumed"))

    @app_commands.command(name="test", description="Post the next quote now, marked as a test")
    @app_commands.describe(schedule=_SCHEDULE)
    async def test(self, interaction: Interaction, schedule: Which) -> None:
        await reply(interaction, self._test(_guild(interaction), schedule))

    @app_commands.command(name="remove", description="Delete a schedule along with its history")
    @app_commands.describe(schedule=_SCHEDULE)
    async def remove(self, interaction: Interaction, schedule: Which) -> None:
        await reply(interaction, self._remove(_guild(interaction), schedule))

    async def _planned(self, plan: Awaitable[Planned], done: str) -> Panel:
        return planned(await plan, done)

    async def _overview(self, guild: int, page: int) -> Panel:
        return overview(await self._scheduler.overview(guild), page)

    async def _preview(self, guild: int, schedule: str) -> Panel:
        return preview(await self._scheduler.preview(guild, schedule))

    async def _skip(self, guild: int, schedule: str, shown: str | None = None) -> Panel:
        return skipped(*await self._scheduler.skip(guild, schedule, shown))

    async def _pause(self, guild: int, schedule: str) -> Panel:
        return paused(await self._scheduler.pause(guild, schedule))

    async def _test(self, guild: int, schedule: str) -> Panel:
        return tested(guild, await self._scheduler.test(guild, schedule))

    async def _remove(self, guild: int, schedule: str) -> Panel:
        return removed(await self._scheduler.remove(guild, schedule))

    @schedule.autocomplete("time")
    @edit.autocomplete("time")
    async def _times(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(complete_time(typed))

    @schedule.autocomplete("timezone")
    @edit.autocomplete("timezone")
    async def _zones(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(complete_zone(self._scheduler.zones, typed, self._scheduler.now(), COMPLETIONS))

    @schedule.autocomplete("days")
    @edit.autocomplete("days")
    async def _days(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(complete_days(typed))

    @schedule.autocomplete("about")
    @edit.autocomplete("about")
    async def _filters(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(self._scheduler.filters.complete(typed, COMPLETIONS))

    @edit.autocomplete("schedule")
    @preview.autocomplete("schedule")
    @skip.autocomplete("schedule")
    @pause.autocomplete("schedule")
    @resume.autocomplete("schedule")
    @test.autocomplete("schedule")
    @remove.autocomplete("schedule")
    async def _schedules(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        # discord.py runs no check for completions: whoever may not use the command learns nothing from them.
        if not _moderates(interaction):
            return []
        try:
            schedules = await self._scheduler.of_guild(_guild(interaction))
        except StoreUnavailableError:
            return []  # a store that cannot be read now is told of by the command itself
        named = [(s, _channel_name(interaction, s.spec.target.channel)) for s in schedules]
        return choices(complete_schedule(named, typed))

    async def _page(self, interaction: Interaction, page: int) -> None:
        """Show another page of the list in the place of this one."""
        _moderators_only(interaction)
        await reply(interaction, self._overview(_guild(interaction), page), edit=True)

    async def _skip_button(self, interaction: Interaction, shown: tuple[str, str]) -> None:
        """Drop the quote that the message shows, if it is still the next one."""
        _moderators_only(interaction)
        await reply(interaction, self._skip(_guild(interaction), *shown), edit=True)


def _moderators_only(interaction: Interaction) -> None:
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])


def _moderates(interaction: Interaction) -> bool:
    return interaction.guild_id is not None and interaction.permissions.manage_guild


def _guild(interaction: Interaction) -> int:
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    return interaction.guild_id


def _channel_name(interaction: Interaction, channel_id: int) -> str:
    channel = interaction.guild.get_channel_or_thread(channel_id) if interaction.guild else None
    return f"#{channel.name}" if channel else "a channel I can't see"


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses."""
    await bot.add_cog(DailyCog(bot.daily.scheduler, bot.actions))
