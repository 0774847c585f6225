"""What is posted: daily quotes, the names of their threads, and notices to moderators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.client.panels import REPEATED, Accent, Panel, gallery
from bot.client.views import context_button, origin, quiz_buttons, quizzed, quote_buttons, spoken
from bot.daily.messages import standing
from bot.daily.schedule import MentionLoss, Pause
from bot.text import cut, fitting

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from bot.announcement import Quote
    from bot.daily.jobs import NoticeJob, PausedSchedule, PostJob
    from bot.quotes import WhoSaid

PICTURE = "quote.png"
# Discord's docs: a thread's name.
_NAME_LIMIT = 100
_TEST = "**Test post** · this is what daily quotes look like here"


def post_view(job: PostJob, quote: Quote, *, picture: bool, question: WhoSaid | None = None) -> Panel:
    """Return a daily quote as it is posted: `picture` says that PICTURE is attached, `question` asks who said it."""
    heading = _TEST if job.test else f"<@&{job.role}>" if job.role else None
    if question is not None:
        # The source would give the answer away, and so would the quote's buttons.
        footer = "Test" if job.test else f"Daily quiz · {_when(job)}"
        rows = [quiz_buttons(question)]
        view = Panel(heading, quizzed(question), accent=Accent.DAILY, footer=footer, rows=rows)
        return view.identified(job.component_id)
    view = Panel(
        heading,
        spoken(quote),
        gallery(PICTURE, REPEATED) if picture else None,
        accent=quote.speaker.accent,
        footer=f"{'Test' if job.test else f'Daily quote · {_when(job)}'} · {origin(quote)}",
        rows=[[context_button(quote)] if picture else quote_buttons(quote)],
    )
    return view.identified(job.component_id)


def _when(job: PostJob) -> str:
    """Return the date of a post, and of one that is late the time, in the reader's form and zone."""
    if job.late:
        return f"late, planned for <t:{int(job.due.timestamp())}:f>"
    return f"<t:{int(job.due.timestamp())}:D>"


def forum_post_name(job: PostJob, quote: Quote) -> str:
    """Return the name of a forum post: the quote's beginning and the date."""
    name = thread_name(job.date, quote)
    return cut(f"Test: {name}", _NAME_LIMIT) if job.test else name


def thread_name(date: dt.date, quote: Quote | None) -> str:
    """Return the name of a thread for a quote: its beginning and the date, or the date alone."""
    if quote is None:
        return day(date)
    return f"{cut(' '.join(quote.text.split()), _NAME_LIMIT - len(day(date)) - 3)} · {day(date)}"


def day(date: dt.date) -> str:
    """Return a date as '3 March 2026'."""
    return f"{date.day} {date:%B %Y}"


# Discord's docs: 4,000 characters in all texts of a message; some are left for what stands around.
_NOTICE_LIMIT = 3_700


def notice_view(job: NoticeJob) -> Panel:
    """Return what moderators are told of schedules that were paused, or do not all that they were made for."""
    view = Panel(
        f"**{_heading(job.schedules)}**",
        _whole([standing(each) for each in job.schedules]),
        accent=Accent.OPEN,
        footer="I'll only say this once; /daily list always shows it",
    )
    return view.identified(job.component_id)


def _whole(sentences: Sequence[str]) -> str:
    """Return as many sentences as there is room for, each whole, and how many more there are."""
    shown = fitting(sentences, _NOTICE_LIMIT)
    left = len(sentences) - len(shown)
    return "\n".join([*shown, *([f"…and {left} more: `/daily list` shows them."] if left else [])])


def _heading(told: Sequence[PausedSchedule]) -> str:
    count = len({each.number for each in told})
    kinds = {type(each.reason) for each in told}
    if kinds == {Pause}:
        return "A daily quote is paused" if count == 1 else f"{count} daily quotes are paused"
    if count == 1:
        return "A daily quote mentions nobody" if kinds == {MentionLoss} else "A daily quote needs a look"
    return f"{count} daily quotes need a look"
