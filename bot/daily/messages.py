"""What moderators are told when something cannot be done, or no longer is: each says what to do instead."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from bot.client.panels import safe
from bot.daily.ports import NotNow, Problem, Refused
from bot.daily.schedule import ChannelKind, ExtraLoss, MentionLoss, Pause, Setback, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.daily.jobs import PausedSchedule
    from bot.daily.ports import ChannelCheck, Unsure
    from bot.daily.schedule import Reason

GONE = "That schedule has been removed. `/daily list` shows the others."
NO_QUOTES = "No quote matches this schedule's 'about' any more. Choose another with `/daily edit`."
ONE_SPEAKER = (
    "Those quotes are all by one person, so a quiz would give itself away. Choose another `about`, or another `style`."
)
NO_ANSWER = "Discord didn't answer in time. Please look in the channel before you try again."

_PROBLEMS = {
    Problem.GONE: "I can't see that channel. Please grant me **View Channel** there, or choose another.",
    Problem.KIND: "I post to text and announcement channels, threads and forums. Please choose one of these.",
    Problem.LOCKED: "That thread is locked, so I can't post there. Unlock it, or choose another.",
    Problem.NEEDS_TAG: "That forum requires a tag on every post, and I can't choose one. Turn that off in the forum's "
    "settings, or choose another channel.",
    Problem.EVERYONE: "I never mention @everyone. Please choose a role made for this, or none.",
    Problem.NOT_ANNOUNCEMENTS: "Only posts in an announcement channel can be published. Choose one, or leave "
    "`publish` off.",
    Problem.NO_THREADS: "I can't start a thread under a post in a thread or a forum. Choose a text or announcement "
    "channel, or leave `thread` off.",
    Problem.ROLE_GONE: "That role no longer exists. Please choose another, or none.",
    Problem.SERVER_DOWN: "Discord isn't telling me anything about this server right now: it seems to be having an "
    "outage. Please try again in a few minutes.",
}
_PRIVATE = "That thread is private, and I'm not in it. Mention me there to add me, then try again."
_REFUSALS = {
    Pause.CHANNEL_GONE: "The channel was deleted. Choose another with `/daily edit`.",
    Pause.NO_ACCESS: "I can't see the channel. Please grant me **View Channel** there, and try again.",
    Pause.NO_PERMISSION: "I don't have permission to post there. Please grant me **Send Messages** (and for cards "
    "**Attach Files**).",
    Pause.ARCHIVED: "The thread is closed or locked, and I can't reopen it. Reopen it, and try again.",
    Pause.WRONG_KIND: _PROBLEMS[Problem.KIND],
    Pause.NEEDS_TAG: _PROBLEMS[Problem.NEEDS_TAG],
}
_UNKNOWN = "Discord refused that post. Please try again; if it keeps happening, choose another channel."


def problem(check: ChannelCheck, channel: int, role: int | None, *, private: bool = False) -> str:
    """Return why a channel or role cannot be used, and what would help; `private` says that it is a private thread."""
    if check.problem is Problem.PERMISSIONS:
        names = " and ".join(f"**{name}**" for name in check.missing)
        return f"I don't have permission to post in <#{channel}>. Please grant me {names} there, then try again."
    if check.problem is Problem.ROLE_NOT_MENTIONABLE:
        return (
            f"I'm not allowed to mention <@&{role}>. Turn on 'Allow anyone to @mention this role' in its settings, or "
            "grant me **Mention @everyone, @here and All Roles** in the channel."
        )
    if check.problem is Problem.TIMED_OUT and check.until is not None:
        return timed_out(check.until)
    if private and check.problem is Problem.GONE:
        return _PRIVATE
    return _PROBLEMS[check.problem or Problem.GONE]


def not_tested(answer: Refused | NotNow | Unsure) -> str:
    """Return why a test was not posted, or may not have been, and what would help."""
    match answer:
        case Refused(reason):
            return refused(reason)
        case NotNow(setback=Setback.TIMED_OUT, until=dt.datetime() as until):
            return timed_out(until)
        case NotNow():
            return "Discord isn't accepting posts right now; nothing was posted. Please try again in a few minutes."
        case _:
            return NO_ANSWER


def timed_out(until: dt.datetime) -> str:
    """Return that a moderator has timed us out."""
    return (
        f"A moderator has timed me out until <t:{int(until.timestamp())}:F>, so I can't post before then. Remove the "
        "timeout, or try again afterwards."
    )


def refused(reason: Pause | Reason) -> str:
    """Return why Discord refused a post, and what would help."""
    return _REFUSALS.get(reason, _UNKNOWN) if isinstance(reason, Pause) else _UNKNOWN


def equal(number: int) -> str:
    """Return that a schedule exists already."""
    return (
        f"Schedule {number} already posts exactly that: same channel, time, days, zone and 'about'. "
        f"Change it with `/daily edit`, or choose another time."
    )


def zone_gone(zone: str) -> str:
    """Return that a schedule's zone is in the tz database no more."""
    return f"The time zone {zone} no longer exists. Choose another `timezone` with `/daily edit`."


def too_many(limit: int) -> str:
    """Return that the server has as many schedules as it may have."""
    return f"This server already has {limit} schedules, the most it can have. Remove one with `/daily remove` first."


def unknown(which: str, numbers: Sequence[int]) -> str:
    """Return that there is no such schedule as was asked for, and which there are."""
    if not numbers:
        return "This server has no schedules yet. Create one with `/daily schedule`."
    yours = f"Yours: {', '.join(map(str, numbers))}."
    return f"There's no schedule {which}. {yours}" if which.isdecimal() else f"I don't know that schedule. {yours}"


_SENTENCES: dict[Pause | MentionLoss | ExtraLoss, str] = {
    Pause.MODERATOR: "Paused by a moderator. Start it again with `/daily resume {number}`.",
    Pause.CHANNEL_GONE: "{gone} was deleted, so schedule {number} is paused. "
    "Choose a new channel with `/daily edit {number}`.",
    Pause.NO_ACCESS: "I can't see {where} any more, so schedule {number} is paused. "
    "Please grant me **View Channel** there, and it will resume by itself.",
    Pause.NO_PERMISSION: "I don't have permission to post in {where}, so schedule {number} is paused. "
    "Please grant me {needed} there, and it will resume by itself.",
    Pause.ARCHIVED: "The thread {where} is closed or locked, so schedule {number} is paused. "
    "Reopen and unlock it, and the schedule will resume by itself.",
    Pause.WRONG_KIND: "{where} is no longer a kind of channel I can post to, so schedule {number} is paused. "
    "Choose another with `/daily edit {number}`.",
    Pause.NEEDS_TAG: "{where} requires a tag on every post, and I can't choose one, so schedule {number} is paused. "
    "Turn that off in the forum's settings, and the schedule will resume by itself.",
    Pause.NO_QUOTES: "No quote matches the 'about' of schedule {number} any more, so it's paused. "
    "Choose something else with `/daily edit {number}`.",
    Pause.ZONE_GONE: "The time zone of schedule {number} no longer exists, so it's paused. "
    "Choose another with `/daily edit {number}`.",
    Pause.LEFT: "I was removed from the server, so schedule {number} is paused. "
    "Invite me back, and it will resume by itself.",
    MentionLoss.ROLE_GONE: "The role to mention was deleted, so schedule {number}'s posts in {where} mention nobody. "
    "Choose another with `/daily edit {number}`.",
    MentionLoss.NOT_MENTIONABLE: "I'm not allowed to mention <@&{role}>, so schedule {number}'s posts in {where} "
    "mention nobody. Turn on 'Allow anyone to @mention this role' in the role's settings, and they'll mention it "
    "again.",
    MentionLoss.EVERYONE: "I never mention @everyone, so schedule {number}'s posts in {where} mention nobody. "
    "Choose a role made for this with `/daily edit {number}`.",
    ExtraLoss.PUBLISH_PERMISSION: "I don't have permission to publish the posts of schedule {number} in {where}. "
    "Please grant me **Send Messages** there, and the next one will be published.",
    ExtraLoss.PUBLISH_KIND: "{where} is no longer an announcement channel, so the posts of schedule {number} aren't "
    "published. Choose another channel with `/daily edit {number}`, or leave `publish` off.",
    ExtraLoss.THREAD_PERMISSION: "I don't have permission to start threads under the posts of schedule {number} in "
    "{where}. Please grant me **Create Public Threads** there, and the next one will have its thread.",
    ExtraLoss.THREAD_KIND: "Threads can't begin in {where}, so the posts of schedule {number} have none. Choose "
    "another channel with `/daily edit {number}`, or leave `thread` off.",
}
# Why a post was not made, when its schedule has gone on since.
PAST: dict[str, str] = {
    Pause.MODERATOR: "the schedule was paused",
    Pause.CHANNEL_GONE: "the channel was deleted",
    Pause.NO_ACCESS: "I couldn't see the channel",
    Pause.NO_PERMISSION: "I didn't have permission to post there",
    Pause.ARCHIVED: "the thread was closed or locked",
    Pause.WRONG_KIND: "it wasn't a kind of channel I can post to",
    Pause.NEEDS_TAG: "the forum required a tag",
    Pause.NO_QUOTES: "its quote is no longer in the data",
    Pause.ZONE_GONE: "its time zone no longer existed",
    Pause.LEFT: "I wasn't in the server",
}
# A private thread is seen by those alone who were added to it (Discord's docs, Threads).
_THREAD_UNSEEN = (
    "I can't see {where} any more, so schedule {number} is paused. If the thread is private, mention me there to add "
    "me; if it isn't, please grant me **View Channel** in its channel. Then the schedule will resume by itself."
)
# What lets us post, as Discord's settings call it.
_SEND = {
    ChannelKind.TEXT: "**Send Messages**",
    ChannelKind.THREAD: "**Send Messages in Threads**",
    ChannelKind.FORUM: "**Create Posts**",
}


def standing(stopped: PausedSchedule) -> str:
    """Return why a schedule is paused, mentions nobody, or has an extra that is not done, and what would help."""
    unseen = stopped.reason is Pause.NO_ACCESS and stopped.place is ChannelKind.THREAD
    sentence = _THREAD_UNSEEN if unseen else _SENTENCES[stopped.reason]
    send = _SEND[stopped.place]
    return sentence.format(
        number=stopped.number,
        where=f"<#{stopped.channel}>",
        gone=_gone(stopped),
        needed=f"{send} and **Attach Files**" if stopped.style is Style.CARD else send,
        role=stopped.role,
    )


def _gone(stopped: PausedSchedule) -> str:
    """Return what was deleted: a mention of it would show nothing any more."""
    thread = stopped.place is ChannelKind.THREAD
    if stopped.channel_name is None:
        return "Its thread" if thread else "Its channel"
    name = safe(stopped.channel_name, 100)
    return f"The thread '{name}'" if thread else f"#{name}"
