"""What daily quotes put into channels: the post itself, and the notice to moderators.

The id of the outermost component is the errand's mark, by which a post can be found again in a channel's
history (Discord's docs, Component Reference: `id`, a 32-bit integer).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.domain.daily.model import Pause
from bot.domain.text import cut
from bot.rendering.actions import button
from bot.rendering.frame import Accent, Panel
from bot.rendering.picture import alt_text, gallery
from bot.rendering.quote import CONTEXT, origin, quote_buttons, spoken

if TYPE_CHECKING:
    import datetime as dt

    from bot.domain.daily.errand import PauseNotice, QuotePost
    from bot.domain.quotes import Quote

PICTURE = "quote.png"
# Discord's docs: a thread's name.
_NAME_LIMIT = 100

REASONS = {
    Pause.MODERATOR: "a moderator paused it",
    Pause.CHANNEL_GONE: "its channel was deleted",
    Pause.NO_ACCESS: "I can no longer see its channel: give me **View Channel** there",
    Pause.NO_PERMISSION: "I may not post in its channel: give me **Send Messages** there (in threads "
    "**Send Messages in Threads**, for cards **Attach Files**)",
    Pause.ARCHIVED: "its thread is archived or locked, and I may not reopen it",
    Pause.WRONG_KIND: "its channel is no longer of a kind that I can post to",
    Pause.NEEDS_TAG: "its forum wants a tag on every post, and I set none",
    Pause.NO_QUOTES: "no quote matches its 'about' any more",
    Pause.ZONE_GONE: "its time zone no longer exists",
    Pause.LEFT: "I was removed from the server",
}


def post(errand: QuotePost, quote: Quote, *, picture: bool) -> Panel:
    """Return a daily quote as it is posted; `picture` says that PICTURE is attached."""
    view = Panel(
        f"<@&{errand.role}>" if errand.role else None,
        spoken(quote),
        gallery(PICTURE, alt_text(quote)) if picture else None,
        accent=quote.speaker.colour,
        footer=f"Daily quote · {day(errand.date)}{_late(errand)} · {origin(quote)}",
        rows=[[button(CONTEXT, quote.id, "Context")] if picture else quote_buttons(quote)],
    )
    return _marked(view, errand.mark)


def _late(errand: QuotePost) -> str:
    return f" · late, planned for {discord.utils.format_dt(errand.due, 't')}" if errand.late else ""


def forum_name(errand: QuotePost, quote: Quote) -> str:
    """Return the name of a forum post: the quote's beginning and the date."""
    return thread_name(errand.date, quote)


def thread_name(date: dt.date, quote: Quote | None) -> str:
    """Return the name of a thread for a quote: its beginning and the date, or the date alone."""
    if quote is None:
        return day(date)
    return f"{cut(' '.join(quote.text.split()), _NAME_LIMIT - len(day(date)) - 3)} · {day(date)}"


def day(date: dt.date) -> str:
    """Return a date as '3 March 2026'."""
    return f"{date.day} {date:%B %Y}"


def notice(errand: PauseNotice) -> Panel:
    """Return what moderators are told when schedules were paused."""
    one = len(errand.schedules) == 1
    lines = [f"**{paused.number}** · <#{paused.channel}>: {REASONS[paused.reason]}." for paused in errand.schedules]
    view = Panel(
        "**A daily quote is paused**" if one else f"**{len(lines)} daily quotes are paused**",
        "\n".join(lines),
        "Nothing was deleted. When it is put right, use `/daily resume`; `/daily edit` chooses another channel.",
        accent=Accent.OPEN,
        footer="I say this once; /daily list always shows it",
    )
    return _marked(view, errand.mark)


def _marked(view: Panel, mark: int) -> Panel:
    view.children[0].id = mark
    return view
