"""Why a schedule stands still or mentions nobody, and the one step that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.daily.model import MentionLoss, Pause, Place, Style
from bot.rendering.frame import safe

if TYPE_CHECKING:
    from bot.domain.daily.errand import PausedSchedule

_SENTENCES: dict[Pause | MentionLoss, str] = {
    Pause.MODERATOR: "Paused by a moderator. Start it again with `/daily resume {number}`.",
    Pause.CHANNEL_GONE: "{gone} was deleted, so schedule {number} is paused. "
    "Choose a new channel with `/daily edit {number}`.",
    Pause.NO_ACCESS: "I can't see {where} any more, so schedule {number} is paused. "
    "Grant me **View Channel** there, and it goes on by itself.",
    Pause.NO_PERMISSION: "I don't have permission to post in {where}, so schedule {number} is paused. "
    "Grant me {needed} there, and it goes on by itself.",
    Pause.ARCHIVED: "The thread {where} is closed or locked, so schedule {number} is paused. "
    "Reopen and unlock it, and it goes on by itself.",
    Pause.WRONG_KIND: "{where} is no longer a kind of channel I can post to, so schedule {number} is paused. "
    "Choose another with `/daily edit {number}`.",
    Pause.NEEDS_TAG: "{where} requires a tag on every post, and I can't choose one, so schedule {number} is paused. "
    "Turn that off in the forum's settings, and it goes on by itself.",
    Pause.NO_QUOTES: "No quote matches the 'about' of schedule {number} any more, so it is paused. "
    "Choose something else with `/daily edit {number}`.",
    Pause.ZONE_GONE: "The time zone of schedule {number} no longer exists, so it is paused. "
    "Choose another with `/daily edit {number}`.",
    Pause.LEFT: "I was removed from the server, so schedule {number} is paused. "
    "Invite me back, and it goes on by itself.",
    MentionLoss.ROLE_GONE: "The role to mention was deleted, so the posts of schedule {number} in {where} mention "
    "nobody. Choose another with `/daily edit {number}`.",
    MentionLoss.NOT_MENTIONABLE: "I'm not allowed to mention <@&{role}>, so the posts of schedule {number} in {where} "
    "mention nobody. Turn on 'Allow anyone to @mention this role' in the role's settings, and they do again.",
    MentionLoss.EVERYONE: "I never mention @everyone, so the posts of schedule {number} in {where} mention nobody. "
    "Choose a role made for this with `/daily edit {number}`.",
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
    Pause.LEFT: "I was not in the server",
}
# A private thread is seen by those alone who were added to it (Discord's docs, Threads).
_THREAD_UNSEEN = (
    "I can't see {where} any more, so schedule {number} is paused. If the thread is private, mention me there to add "
    "me; if it isn't, grant me **View Channel** in its channel. Then it goes on by itself."
)
# What lets us post, as Discord's settings call it.
_SEND = {
    Place.TEXT: "**Send Messages**",
    Place.THREAD: "**Send Messages in Threads**",
    Place.FORUM: "**Create Posts**",
}


def standing(stopped: PausedSchedule) -> str:
    """Return why a schedule is paused, or mentions nobody, and what would help."""
    unseen = stopped.reason is Pause.NO_ACCESS and stopped.place is Place.THREAD
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
    thread = stopped.place is Place.THREAD
    if stopped.channel_name is None:
        return "Its thread" if thread else "Its channel"
    name = safe(stopped.channel_name, 100)
    return f"The thread '{name}'" if thread else f"#{name}"
