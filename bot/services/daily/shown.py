"""What goes into and comes out of the scheduling service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.domain.daily.model import Extra

if TYPE_CHECKING:
    import datetime as dt

    from bot.domain.daily.changes import Change, Effect
    from bot.domain.daily.model import Delivery, Schedule, Style
    from bot.domain.daily.rule import Occurrence
    from bot.domain.quotes import Quote


class Asked(msgspec.Struct, frozen=True):
    """The options of a command; None where one was left out. `private` says that `channel` is a private thread."""

    channel: int | None = None
    time: str | None = None
    timezone: str | None = None
    days: str | None = None
    about: str | None = None
    role: int | None = None
    style: Style | None = None
    no_role: bool = False
    publish: bool | None = None
    thread: bool | None = None
    private: bool = False

    def extras(self, before: frozenset[Extra] = frozenset()) -> frozenset[Extra]:
        """Return what is to be done with each post; an option that was left out stays as it was `before`."""
        given = {Extra.PUBLISH: self.publish, Extra.THREAD: self.thread}
        return frozenset(e for e in Extra if (e in before if given[e] is None else given[e]))


class Planned(msgspec.Struct, frozen=True):
    """A schedule as it stands `now`, with its next posts, and the changes of its zone's clocks that are near.

    A paused schedule has no posts, and one that is due has its post first. `changes` holds them in order, each with
    what it does to the post of its day; `blind` tells that we may not read the channel's history.
    """

    schedule: Schedule
    about: str
    offset: dt.timedelta
    now: dt.datetime
    posts: tuple[Occurrence, ...]
    changes: tuple[tuple[Change, Effect], ...]
    blind: bool = False


class Line(msgspec.Struct, frozen=True):
    """A schedule in the list, with the outcome of its latest date; `offset` is None when its zone is gone.

    `failed` is what could not be done with its latest post, each with a Reason's or Pause's value.
    """

    schedule: Schedule
    about: str
    offset: dt.timedelta | None
    last: Delivery | None
    failed: dict[Extra, str]


class Preview(msgspec.Struct, frozen=True):
    """The quote that comes next; `schedule.next_due` is when, None while paused."""

    schedule: Schedule
    quote: Quote
