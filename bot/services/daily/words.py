"""What moderators are told when something cannot be done: each says what to do instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.daily.model import Pause
from bot.services.daily.face import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.daily.model import Reason
    from bot.services.daily.face import Look

GONE = "That schedule was removed meanwhile. `/daily list` shows those there are."
NO_QUOTES = "No quote matches this schedule's 'about' any more. Choose another with `/daily edit`."
NO_ANSWER = "Discord did not answer in time. Please look into the channel before you try again."

_PROBLEMS = {
    Problem.GONE: "I cannot see that channel. Give me **View Channel** there, or choose another.",
    Problem.KIND: "I post to text and announcement channels, threads and forums. Please choose one of these.",
    Problem.LOCKED: "That thread is locked, and I may not post there. Unlock it, or choose another.",
    Problem.NEEDS_TAG: "That forum wants a tag on every post, and I set none. Turn that off in the forum's "
    "settings, or choose another channel.",
    Problem.EVERYONE: "I never mention @everyone. Please choose a role made for this, or none.",
    Problem.NOT_ANNOUNCEMENTS: "Only posts in an announcement channel can be published. Choose one, or leave "
    "`publish` off.",
    Problem.NO_THREADS: "A thread can't begin under a post in a thread or a forum. Choose a text or announcement "
    "channel, or leave `thread` off.",
    Problem.ROLE_GONE: "That role no longer exists. Please choose another, or none.",
}
_REFUSALS = {
    Pause.CHANNEL_GONE: "The channel was deleted. Choose another with `/daily edit`.",
    Pause.NO_ACCESS: "I cannot see the channel. Give me **View Channel** there, and try again.",
    Pause.NO_PERMISSION: "I may not post there. Give me **Send Messages** (and for cards **Attach Files**) there.",
    Pause.ARCHIVED: "The thread is archived or locked, and I may not reopen it. Reopen it, and try again.",
    Pause.WRONG_KIND: _PROBLEMS[Problem.KIND],
    Pause.NEEDS_TAG: _PROBLEMS[Problem.NEEDS_TAG],
}
_UNKNOWN = "Discord refused that post. Please try again; if it stays so, choose another channel."


def problem(look: Look, channel: int, role: int | None) -> str:
    """Return why a channel or role cannot be used, and what would help."""
    if look.problem is Problem.PERMISSIONS:
        names = " and ".join(f"**{name}**" for name in look.missing)
        return f"I lack {names} in <#{channel}>. Give me that in the channel's settings, then try again."
    if look.problem is Problem.ROLE_NOT_MENTIONABLE:
        return (
            f"I may not mention <@&{role}>. Turn on 'Allow anyone to mention this role' in its settings, or "
            "give me **Mention All Roles** in the channel."
        )
    return _PROBLEMS[look.problem or Problem.GONE]


def refused(reason: Pause | Reason) -> str:
    """Return why Discord refused a post, and what would help."""
    return _REFUSALS.get(reason, _UNKNOWN) if isinstance(reason, Pause) else _UNKNOWN


def equal(number: int) -> str:
    """Return that a schedule exists already."""
    return (
        f"Schedule {number} posts the same already: same channel, time, days, zone and 'about'. "
        f"Change it with `/daily edit`, or choose another time."
    )


def zone_gone(zone: str) -> str:
    """Return that a schedule's zone is in the tz database no more."""
    return f"I no longer know the time zone {zone}. Give the schedule another `timezone` with `/daily edit`."


def too_many(limit: int) -> str:
    """Return that the server has as many schedules as it may have."""
    return f"This server has {limit} schedules, and that is the most I keep. Remove one with `/daily remove` first."


def unknown(numbers: Sequence[int]) -> str:
    """Return that there is no such schedule, and which there are."""
    if not numbers:
        return "This server has no schedule yet. `/daily schedule` makes one."
    return f"I know no such schedule. This server has: {', '.join(map(str, numbers))}. Pick one from the list."
