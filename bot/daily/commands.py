"""What moderators do with schedules, and what they are shown of them.

Input is theirs, as typed; a UserError says what to do instead.
"""

from __future__ import annotations

import datetime as dt
import logging
import zoneinfo
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.daily import messages
from bot.daily.bag import predict
from bot.daily.delivery import ATTEMPT
from bot.daily.input import parse_days, parse_time
from bot.daily.jobs import PostJob, coming
from bot.daily.ports import Accepted, NotNow, Problem, Refused
from bot.daily.schedule import (
    Extra,
    Occurrence,
    Pause,
    Rule,
    ScheduleSpec,
    Style,
    Target,
    changes,
    effect,
    offset_at,
    upcoming,
)
from bot.daily.store import EqualError, TooManyError
from bot.errors import StoreUnavailableError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.announcement import Quote
    from bot.clock import Clock
    from bot.daily.bag import Filters
    from bot.daily.input import Zones
    from bot.daily.ledger import Deliveries
    from bot.daily.ports import ChatPort
    from bot.daily.schedule import Change, Delivery, Effect, Schedule
    from bot.daily.store import Schedules


class ScheduleOptions(msgspec.Struct, frozen=True, kw_only=True):
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
    what it does to the post of its day; `blind` tells that we may not read the channel's history, and `hindered` what
    keeps the posts, or what is to be done with them, from being as they were asked for; None where nothing does.
    """

    schedule: Schedule
    about: str
    offset: dt.timedelta
    now: dt.datetime
    posts: tuple[Occurrence, ...]
    changes: tuple[tuple[Change, Effect], ...]
    blind: bool = False
    hindered: str | None = None


class Place(NamedTuple):
    """Where a schedule posts; `blind` and `hindered` as in Planned. `usable` tells whether it can post there now."""

    target: Target
    blind: bool = False
    hindered: str | None = None
    usable: bool = True


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


_CHANGE_NOTICE = dt.timedelta(days=60)
_SHOWN = 3


def _planned(schedule: Schedule, filters: Filters, now: dt.datetime, place: Place) -> Planned:
    """Return a schedule with its next posts; raises UserError when its zone is gone."""
    rule = schedule.spec.rule
    return Planned(
        schedule=schedule,
        about=filters.label(schedule.spec.about),
        offset=_offset(rule, now),
        now=now,
        posts=tuple(islice(coming(schedule), _SHOWN)),
        changes=tuple((change, effect(rule, change)) for change in changes(rule.zone, now, _CHANGE_NOTICE)),
        blind=place.blind,
        hindered=place.hindered,
    )


def _listed(
    schedule: Schedule, last: Delivery | None, failed: dict[Extra, str], filters: Filters, now: dt.datetime
) -> Line:
    """Return a schedule's line in the list; `last` is its latest delivery, `failed` what could not follow it."""
    return Line(schedule, filters.label(schedule.spec.about), _offset_if_known(schedule.spec.rule, now), last, failed)


def _preview(schedule: Schedule, filters: Filters) -> Preview:
    """Return the quote that comes next; raises UserError when there is none."""
    quote = filters.quote(predict(schedule.bag, _matching(schedule, filters), 1)[0])
    if quote is None:
        raise UserError(messages.NO_QUOTES)
    return Preview(schedule, quote)


def _matching(schedule: Schedule, filters: Filters) -> tuple[str, ...]:
    """Return the ids of the quotes that a schedule can post; raises UserError when there is none."""
    found = filters.matching(schedule.spec.about)
    if not found:
        raise UserError(messages.NO_QUOTES)
    return found


def _offset(rule: Rule, now: dt.datetime) -> dt.timedelta:
    """Return the offset of the rule's zone; raises UserError when the zone is gone."""
    found = _offset_if_known(rule, now)
    if found is None:
        raise UserError(messages.zone_gone(rule.zone))
    return found


def _offset_if_known(rule: Rule, now: dt.datetime) -> dt.timedelta | None:
    try:
        return offset_at(rule.zone, now)
    except zoneinfo.ZoneInfoNotFoundError:
        return None


_log = logging.getLogger(__name__)

LIMIT = 25


async def _unnoted() -> bool:
    """Let a test post go: it has no row in the ledger."""
    return True


class Scheduler:
    """Makes and changes the schedules of servers, and returns what is shown of them.

    `seed` returns a new seed (0 up to 2**63) at each call; `changed` is called when a due time may be
    nearer than before.
    """

    def __init__(
        self,
        stores: tuple[Schedules, Deliveries],
        filters: Filters,
        zones: Zones,
        chat: ChatPort,
        clock: Clock,
        seed: Callable[[], int],
        changed: Callable[[], None],
    ) -> None:
        self._schedules, self._deliveries = stores
        self.filters = filters
        self.zones = zones
        self._chat = chat
        self._clock = clock
        self._seed = seed
        self._changed = changed

    def now(self) -> dt.datetime:
        return self._clock.now()

    async def create(self, guild: int, asked: ScheduleOptions) -> Planned:
        """Make a schedule. `asked` has at least channel, time and timezone."""
        rule = Rule(parse_time(asked.time or ""), parse_days(asked.days), self.zones.parse(asked.timezone or ""))
        style = asked.style or Style.TEXT
        extras = asked.extras()
        place = await self._place(guild, asked, asked.channel or 0, style, extras)
        about = self.filters.parse(asked.about)
        self._guessable(style, about)
        spec = ScheduleSpec(place.target, rule, about, asked.role, style, extras)
        first = next(upcoming(rule, self._clock.now()))
        try:
            schedule = await self._schedules.add(spec, self._seed(), first, LIMIT)
        except EqualError as error:
            raise UserError(messages.equal(error.number)) from error
        except TooManyError as error:
            raise UserError(messages.too_many(LIMIT)) from error
        self._changed()
        return _planned(schedule, self.filters, self._clock.now(), place)

    async def edit(self, guild: int, which: str, asked: ScheduleOptions) -> Planned:
        """Change the fields that were given; the others, the bag and the dates that had a post stay."""
        schedule = await self.one(guild, which)
        old = schedule.spec
        rule = Rule(
            parse_time(asked.time) if asked.time else old.rule.minute,
            parse_days(asked.days) if asked.days else old.rule.days,
            self.zones.parse(asked.timezone) if asked.timezone else old.rule.zone,
        )
        _offset(rule, self._clock.now())  # raises UserError when the zone is gone
        role = None if asked.no_role else asked.role or old.role
        style = asked.style or old.style
        extras = asked.extras(old.extras)
        place = await self._edited_place(guild, asked, old, style, extras)
        about = self.filters.parse(asked.about) if asked.about else old.about
        if (style, about) != (old.style, old.about):
            self._guessable(style, about)
        spec = ScheduleSpec(place.target, rule, about, role, style, extras)
        if spec == old:
            raise UserError("That wouldn't change anything. Set at least one option to something new.")
        try:
            can_post = place.usable and bool(self.filters.matching(about))
            changed = await self._schedules.change(schedule.id, spec, self._next, resume=can_post)
        except EqualError as error:
            raise UserError(messages.equal(error.number)) from error
        return self._planned(changed, place)

    def _guessable(self, style: Style, about: str | None) -> None:
        """Raise UserError where a quiz would always have the same answer."""
        if style is Style.QUIZ and self.filters.speakers(about) < 2:  # noqa: PLR2004 - one is no choice
            raise UserError(messages.ONE_SPEAKER)

    async def overview(self, guild: int) -> list[Line]:
        """Return the server's schedules by number, each with how its latest date went."""
        now = self._clock.now()
        lines = []
        for schedule in await self._schedules.of_guild(guild):
            last = await self._deliveries.latest(schedule.id)
            failed = await self._deliveries.failed_follow_ups(last.id) if last else {}
            lines.append(_listed(schedule, last, failed, self.filters, now))
        return lines

    async def preview(self, guild: int, which: str) -> Preview:
        """Return exactly the quote and instant that come next."""
        return _preview(await self.one(guild, which), self.filters)

    async def skip(self, guild: int, which: str, shown: str | None = None) -> tuple[Quote, Preview]:
        """Drop the quote that would come next; return it, and what comes in its place at the same time.

        Refuses when another quote than the one that was `shown` is next by now.
        """
        schedule = await self.one(guild, which)
        matching = _matching(schedule, self.filters)
        if len(matching) == 1:
            raise UserError("Only one quote matches this schedule's 'about', so there's no other to take its place.")
        dropped = await self._schedules.drop_next(schedule.id, matching, shown)
        if dropped and shown not in {None, dropped[0]}:
            raise UserError("That quote is no longer the next one. `/daily preview` shows which one is.")
        quote = self.filters.quote(dropped[0]) if dropped else None
        if dropped is None or quote is None:
            raise UserError(messages.GONE)
        return quote, _preview(dropped[1], self.filters)

    async def pause(self, guild: int, which: str) -> Schedule:
        """Stop a schedule until it is resumed."""
        schedule = await self.one(guild, which)
        if schedule.paused is not None:
            raise UserError(f"Schedule {schedule.number} is already paused. `/daily resume` starts it again.")
        await self._schedules.pause(schedule.id, Pause.MODERATOR)
        return schedule

    async def resume(self, guild: int, which: str) -> Planned:
        """Let a paused schedule post again, after checking that it can."""
        schedule = await self.one(guild, which)
        if schedule.paused is None:
            raise UserError(f"Schedule {schedule.number} isn't paused.")
        spec = schedule.spec
        _offset(spec.rule, self._clock.now())  # raises UserError when the zone is gone
        _matching(schedule, self.filters)
        place = await self._resumed_place(guild, schedule)
        return self._planned(await self._schedules.resume(schedule.id, self._next, place.target.place), place)

    async def test(self, guild: int, which: str) -> Accepted:
        """Post the next quote now, marked as a test and without mentioning the role.

        It counts as shown, so that it does not come again as if it were new; one that was not posted goes back.
        """
        schedule, now = await self.one(guild, which), self._clock.now()
        date = (now + _offset(schedule.spec.rule, now)).date()
        drawn = await self._schedules.draw_next(schedule.id, _matching(schedule, self.filters))
        quote = self.filters.quote(drawn.quote) if drawn else None
        if drawn is None or quote is None:
            raise UserError(messages.GONE)
        job = PostJob(
            id=0,
            target=schedule.spec.target,
            nonce=f"dt{self._seed():x}",
            lease_until=now + 2 * ATTEMPT,
            latest=now + ATTEMPT,
            schedule=schedule.id,
            quote=quote.id,
            date=date,
            due=now,
            late=False,
            role=None,
            style=schedule.spec.style,
            test=True,
        )
        answer = await self._chat.post(job, quote, now + ATTEMPT, _unnoted)
        if isinstance(answer, Accepted):
            return answer
        if isinstance(answer, Refused | NotNow):
            try:
                await self._schedules.put_back(schedule.id, drawn)
            except StoreUnavailableError as error:
                _log.warning("a quote that was not posted as a test counts as shown (%s)", error)
        raise UserError(messages.not_tested(answer))

    async def remove(self, guild: int, which: str) -> Schedule:
        """Delete a schedule with all that belongs to it."""
        schedule = await self.one(guild, which)
        await self._schedules.remove(schedule.id)
        return schedule

    async def one(self, guild: int, which: str) -> Schedule:
        """Return the schedule that a moderator means by its number."""
        schedules = await self._schedules.of_guild(guild)
        digits = which.strip().removeprefix("#").split(" ")[0]
        for schedule in schedules:
            if digits == str(schedule.number):
                return schedule
        raise UserError(messages.unknown(digits[:4], [schedule.number for schedule in schedules]))

    def _planned(self, changed: Schedule | None, place: Place) -> Planned:
        """Return a schedule that was changed, to be shown; None is one that was removed meanwhile."""
        if changed is None:
            raise UserError(messages.GONE)
        self._changed()
        return _planned(changed, self.filters, self._clock.now(), place)

    async def of_guild(self, guild: int) -> list[Schedule]:
        """Return the server's schedules, for completion."""
        return await self._schedules.of_guild(guild)

    def _next(self, schedule: Schedule) -> Occurrence:
        """Return the schedule's next post: one that is due and not claimed yet stays due, whatever its rule is now."""
        now = self._clock.now()
        if schedule.next_date and schedule.next_due and schedule.next_due <= now:
            return Occurrence(schedule.next_date, schedule.next_due)
        return next(upcoming(schedule.spec.rule, now, schedule.last_date))

    async def _place(
        self, guild: int, asked: ScheduleOptions, channel: int, style: Style, extras: frozenset[Extra]
    ) -> Place:
        """Return where to post. A role is looked at where it is asked for. Raises UserError where it cannot be."""
        check = await self._chat.check_channel(guild, channel, asked.role, style, extras)
        if check.problem is not None or check.place is None:
            raise UserError(messages.problem(check, channel, asked.role, private=asked.private))
        return Place(Target(guild, channel, check.place), not check.may_read_history)

    async def _edited_place(
        self, guild: int, asked: ScheduleOptions, old: ScheduleSpec, style: Style, extras: frozenset[Extra]
    ) -> Place:
        """Return where a schedule posts once it was edited. Raises UserError where what is asked for cannot be.

        What was chosen before and cannot be done now keeps nobody from changing the rest: it is told.
        """
        if asked.channel is not None:
            return await self._place(guild, asked, asked.channel, style, extras)
        channel, role, added = old.target.channel, asked.role, extras - old.extras
        check = await self._chat.check_channel(guild, channel, role, style, extras)
        if check.role_problem is not None:
            raise UserError(messages.problem(msgspec.structs.replace(check, problem=check.role_problem), channel, role))
        if check.problem is not None and (added or style is not old.style):
            await self._place(guild, ScheduleOptions(), channel, style, added)
        plain = await self._chat.check_channel(guild, channel, None, style) if check.problem else check
        hindered = messages.problem(check, channel, role) if check.problem else None
        if plain.problem is not None or plain.place is None:
            return Place(old.target, hindered=hindered, usable=False)
        return Place(Target(guild, channel, plain.place), not plain.may_read_history, hindered)

    async def _resumed_place(self, guild: int, schedule: Schedule) -> Place:
        """Return where a schedule posts once it is resumed. Raises UserError where it cannot.

        What cannot be done with its posts keeps no post back: it is told.
        """
        spec = schedule.spec
        channel = spec.target.channel
        check = await self._chat.check_channel(guild, channel, None, spec.style)
        if schedule.paused is Pause.CHANNEL_GONE and check.problem is Problem.GONE:
            raise UserError(messages.refused(Pause.CHANNEL_GONE))
        if check.problem is not None or check.place is None:
            raise UserError(messages.problem(check, channel, None))
        more = await self._chat.check_channel(guild, channel, None, spec.style, spec.extras)
        hindered = messages.problem(more, channel, None) if more.problem else None
        return Place(Target(guild, channel, check.place), not check.may_read_history, hindered)
