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
from bot.rendering.daily_reasons import standing
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
_TEST = "**Test post** · this is what the daily quotes look like here"


def post(errand: QuotePost, quote: Quote, *, picture: bool) -> Panel:
    """Return a daily quote as it is posted; `picture` says that PICTURE is attached."""
    view = Panel(
        _TEST if errand.test else f"<@&{errand.role}>" if errand.role else None,
        spoken(quote),
        gallery(PICTURE, alt_text(quote)) if picture else None,
        accent=quote.speaker.colour,
        footer=f"{'Test' if errand.test else f'Daily quote · {day(errand.date)}{_late(errand)}'} · {origin(quote)}",
        rows=[[button(CONTEXT, quote.id, "Context")] if picture else quote_buttons(quote)],
    )
    return _marked(view, errand.mark)


def _late(errand: QuotePost) -> str:
    return f" · late, planned for {discord.utils.format_dt(errand.due, 't')}" if errand.late else ""


def forum_name(errand: QuotePost, quote: Quote) -> str:
    """Return the name of a forum post: the quote's beginning and the date."""
    name = thread_name(errand.date, quote)
    return cut(f"Test: {name}", _NAME_LIMIT) if errand.test else name


def thread_name(date: dt.date, quote: Quote | None) -> str:
    """Return the name of a thread for a quote: its beginning and the date, or the date alone."""
    if quote is None:
        return day(date)
    return f"{cut(' '.join(quote.text.split()), _NAME_LIMIT - len(day(date)) - 3)} · {day(date)}"


def day(date: dt.date) -> str:
    """Return a date as '3 March 2026'."""
    return f"{date.day} {date:%B %Y}"


def notice(errand: PauseNotice) -> Panel:
    """Return what moderators are told of schedules that were paused, or that mention nobody any more."""
    count = len(errand.schedules)
    paused = sum(isinstance(each.reason, Pause) for each in errand.schedules)
    view = Panel(
        f"**{_heading(count, paused)}**",
        "\n".join(standing(each) for each in errand.schedules),
        accent=Accent.OPEN,
        footer="I say this once; /daily list always shows it",
    )
    return _marked(view, errand.mark)


def _heading(count: int, paused: int) -> str:
    if count == 1:
        return "A daily quote is paused" if paused else "A daily quote mentions nobody"
    if paused == count:
        return f"{count} daily quotes are paused"
    return f"{count} daily quotes need a look"


def _marked(view: Panel, mark: int) -> Panel:
    view.children[0].id = mark
    return view
