"""How /daily answers: schedules with their next posts, the list, the preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord.utils import escape_markdown, format_dt

from bot.domain.daily.changes import Effect
from bot.domain.daily.days import days_text
from bot.domain.daily.errand import PausedSchedule
from bot.domain.daily.model import Delivery, Extra, MentionLoss, Pause, Reason, Schedule, Setback, State, Style
from bot.domain.daily.times import time_text
from bot.domain.daily.tz import offset_text, zone_text
from bot.rendering.actions import button
from bot.rendering.daily_reasons import PAST, standing
from bot.rendering.frame import Accent, Panel, line, notice
from bot.rendering.quote import origin, spoken

if TYPE_CHECKING:
    import datetime as dt

    import discord

    from bot.domain.quotes import Quote
    from bot.services.daily.face import Accepted
    from bot.services.daily.shown import Line, Planned, Preview

PAGE = "daily-page"
SKIP = "daily-skip"
PER_PAGE = 5
# What keeps a post back, and what kept it back.
_SETBACKS = {
    Setback.EDGE: ("Discord's network is turning me away", "Discord's network turned me away"),
    Setback.LIMIT: ("Discord's rate limit is holding me back", "Discord's rate limit held me back"),
    Setback.OUTAGE: ("Discord has a problem", "Discord had a problem"),
    Setback.FULL: ("there are as many active posts or threads as Discord allows",) * 2,
    Setback.TOKEN: ("Discord doesn't accept my login just now", "Discord didn't accept my login"),
    Setback.UNREACHABLE: ("I can't reach Discord", "I couldn't reach Discord"),
    Setback.TIMED_OUT: ("I'm timed out here", "I was timed out here"),
    Setback.SERVER_DOWN: ("Discord has an outage of this server", "Discord had an outage of this server"),
}

_ENDS = {
    Reason.TOO_LATE.value: "Discord could not be reached in time",
    Reason.REFUSED.value: "Discord refused it",
    Reason.BLOCKED.value: "the server's AutoMod or one of Discord's filters blocked it",
    Reason.UNKNOWABLE.value: "nobody can know whether it was posted, so I did not post it again",
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
    (Extra.THREAD, Reason.TOO_LATE): "Discord could not be reached in time",
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
        "-# I can't read that channel's history, so after a crash or an outage I couldn't look up whether a post got "
        "through. Please grant me **Read Message History** there."
        if plan.blind
        else None,
        accent=Accent.DAILY,
        footer="Times are shown in your own zone · schedules are deleted seven days after I leave the server",
    )


def _posts(plan: Planned) -> str:
    if plan.schedule.paused is not None:
        return _paused(plan.schedule, plan.schedule.paused)
    dates = "\n".join(f"{n}. {_when(post.instant, plan.now)}" for n, post in enumerate(plan.posts, 1))
    return f"The next posts:\n{dates}"


def _when(due: dt.datetime, now: dt.datetime) -> str:
    """Return when a post comes; one that waits for its turn comes though its schedule was edited."""
    return f"{format_dt(due, 'F')} ({'due, it comes at once' if due <= now else format_dt(due, 'R')})"


def _paused(schedule: Schedule, why: Pause | MentionLoss) -> str:
    """Return why a schedule is paused, or mentions nobody, and what would help."""
    wish = schedule.wish
    target = wish.target
    return standing(
        PausedSchedule(
            0, schedule.number, target.channel, why, target.place, wish.style, wish.role, schedule.channel_name
        )
    )


def _summary(schedule: Schedule, about: str, offset: dt.timedelta | None) -> str:
    wish = schedule.wish
    extras = [about]
    if schedule.unmentioned is MentionLoss.ROLE_GONE:
        extras.append("mentions nobody: its role was deleted")
    elif schedule.mention is None and wish.role:
        extras.append("mentions nobody")
    elif wish.role:
        extras.append(f"mentions <@&{wish.role}>")
    if wish.style is Style.CARD:
        extras.append("with a picture")
    extras += [_EXTRAS[extra] for extra in Extra if extra in wish.extras]
    return (
        f"**{schedule.number}** · <#{wish.target.channel}> · **{time_text(wish.rule.minute)}** "
        f"{_zone(wish.rule.zone, offset)} · {days_text(wish.rule.days)}\n{' · '.join(extras)}"
    )


def _zone(zone: str, offset: dt.timedelta | None) -> str:
    name = zone_text(zone)
    return name if offset is None or name == offset_text(offset) else f"{name} ({offset_text(offset)} today)"


def _changes(plan: Planned) -> str:
    """Return what the coming changes of the clocks mean for the schedule, a line for each."""
    rule = plan.schedule.wish.rule
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
            return f"{time} does not exist on that day: the post comes at the first moment after the gap."
        case Effect.TWICE:
            return f"{time} comes twice on that day: the post comes once, at the first."
        case Effect.NONE:
            return f"Posts stay at {time} on the clocks there."


def overview(lines: list[Line], page: int) -> Panel:
    """Return a page (from 0) of a server's schedules."""
    if not lines:
        return notice("This server has no daily quotes yet. `/daily schedule` makes some.", accent=Accent.DAILY)
    pages = (len(lines) + PER_PAGE - 1) // PER_PAGE
    page = min(max(page, 0), pages - 1)
    parts: list[str | discord.ui.Item[discord.ui.LayoutView]] = []
    for each in lines[page * PER_PAGE : (page + 1) * PER_PAGE]:
        parts += [line()] if parts else []
        parts.append(_line(each))
    turns = [
        button(PAGE, f"-{page - 1}", "Previous", disabled=page == 0),
        button(PAGE, f"+{page + 1}", "Next", disabled=page + 1 == pages),
    ]
    count = f"{len(lines)} schedule{'s' if len(lines) > 1 else ''}"
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
            guild = schedule.wish.target.guild
            link = f"https://discord.com/channels/{guild}/{last.posted_in}/{last.message}"
            when = format_dt(last.sent_at or last.due, "f")
            return f"Last: [posted]({link}) {when}{f', late (planned for {due})' if last.late else ''}"
        case State.CLAIMED:
            waits = f"has to wait: {_waits(last.setback, last.setback_until)}" if last.setback else "is under way"
            return f"Last: the post of {due} {waits}; I keep trying"
        case State.SKIPPED if last.reason == Reason.TOO_LATE.value:
            return f"Last: the post of {due} was skipped: I was not there, and it was too late when I came back"
        case State.UNCONFIRMED:
            return f"Last: ⚠ the post of {due} is unconfirmed: {_why(last)}"
        case _:
            why = "" if schedule.paused == last.reason else f": {_why(last)}"
            return f"Last: ⚠ the post of {due} was not made{why}"


def _waits(setback: Setback, until: dt.datetime | None) -> str:
    """Return what keeps a post back, and until when where that is known."""
    now = _SETBACKS[setback][0]
    return now if until is None else f"{now} until {format_dt(until, 'f')}"


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
    when = f"{format_dt(due, 'F')} ({format_dt(due, 'R')})" if due else "when it is resumed"
    return Panel(
        heading,
        f"Next in <#{schedule.wish.target.channel}>: {when}",
        spoken(quote),
        accent=quote.speaker.colour,
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
    dropped = f"no. {quote.number}" if quote.number else "that quote"
    return preview(shown, heading=f"Dropped {dropped}. This one comes instead.")


def paused(schedule: Schedule) -> Panel:
    """Return that a schedule was paused by its moderator."""
    return notice(
        f"Schedule {schedule.number} in <#{schedule.wish.target.channel}> is paused. Nothing was deleted: "
        "`/daily resume` starts it again, with the quote that would have come next.",
        accent=Accent.DAILY,
    )


def removed(schedule: Schedule) -> Panel:
    """Return that a schedule was deleted, and how the rest would go."""
    return notice(
        f"Schedule {schedule.number} in <#{schedule.wish.target.channel}> is removed, along with its history.",
        accent=Accent.DAILY,
        footer="Removing me from the server deletes all schedules seven days later, unless I return",
    )


def tested(guild: int, sent: Accepted) -> Panel:
    """Return where the test post is."""
    link = f"https://discord.com/channels/{guild}/{sent.channel}/{sent.message}"
    return notice(
        f"[Posted a test]({link}). Its quote counts as shown, so the next post brings another.", accent=Accent.DAILY
    )
