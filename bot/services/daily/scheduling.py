"""What moderators do with schedules. Input is theirs, as typed; a UserError says what to do instead."""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING

from bot.domain.daily.days import parse_days
from bot.domain.daily.errand import QuotePost
from bot.domain.daily.model import Pause, Style, Target, Wish
from bot.domain.daily.rule import Occurrence, Rule, upcoming
from bot.domain.daily.times import parse_time
from bot.domain.errors import UserError
from bot.services.daily import showing, words
from bot.services.daily.face import Accepted, NotNow, Problem, Refused
from bot.services.daily.shown import Asked
from bot.services.daily.turns import ATTEMPT
from bot.store.schedules import EqualError, TooManyError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from bot.clock import Clock
    from bot.domain.daily.model import Extra, Schedule
    from bot.domain.daily.zones import Zones
    from bot.domain.quotes import Quote
    from bot.services.daily.abouts import Abouts
    from bot.services.daily.face import Face
    from bot.services.daily.shown import Line, Planned, Preview
    from bot.store.deliveries import Deliveries
    from bot.store.schedules import Schedules

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
        abouts: Abouts,
        zones: Zones,
        face: Face,
        clock: Clock,
        seed: Callable[[], int],
        changed: Callable[[], None],
    ) -> None:
        self._schedules, self._deliveries = stores
        self.abouts = abouts
        self.zones = zones
        self._face = face
        self._clock = clock
        self._seed = seed
        self._changed = changed

    def now(self) -> dt.datetime:
        """Return the present instant."""
        return self._clock.now()

    async def create(self, guild: int, asked: Asked) -> Planned:
        """Make a schedule. `asked` has at least channel, time and timezone."""
        rule = Rule(parse_time(asked.time or ""), parse_days(asked.days), self.zones.parse(asked.timezone or ""))
        style = asked.style or Style.TEXT
        extras = asked.extras()
        target, blind = await self._target(guild, asked, asked.channel or 0, style, extras)
        wish = Wish(target, rule, self.abouts.parse(asked.about), asked.role, style, extras)
        first = next(upcoming(rule, self._clock.now()))
        try:
            schedule = await self._schedules.add(wish, self._seed(), first, LIMIT)
        except EqualError as error:
            raise UserError(words.equal(error.number)) from error
        except TooManyError as error:
            raise UserError(words.too_many(LIMIT)) from error
        self._changed()
        return showing.planned(schedule, self.abouts, self._clock.now(), blind=blind)

    async def edit(self, guild: int, which: str, asked: Asked) -> Planned:
        """Change the fields that were given; the others, the bag and the dates that had a post stay."""
        schedule = await self.one(guild, which)
        old = schedule.wish
        rule = Rule(
            parse_time(asked.time) if asked.time else old.rule.minute,
            parse_days(asked.days) if asked.days else old.rule.days,
            self.zones.parse(asked.timezone) if asked.timezone else old.rule.zone,
        )
        showing.offset(rule, self._clock.now())  # raises UserError when the zone is gone
        role = None if asked.no_role else asked.role or old.role
        style = asked.style or old.style
        extras = asked.extras(old.extras)
        # A role that was chosen before and cannot be mentioned now keeps nobody from changing the rest.
        target, blind = await self._target(guild, asked, asked.channel or old.target.channel, style, extras)
        about = self.abouts.parse(asked.about) if asked.about else old.about
        wish = Wish(target, rule, about, role, style, extras)
        if wish == old:
            raise UserError("Nothing would change: give at least one option that differs.")
        try:
            can_post = bool(self.abouts.matching(about))
            changed = await self._schedules.change(schedule.id, wish, self._next, resume=can_post)
        except EqualError as error:
            raise UserError(words.equal(error.number)) from error
        return self._planned(changed, blind=blind)

    async def overview(self, guild: int) -> list[Line]:
        """Return the server's schedules by number, each with how its latest date went."""
        now = self._clock.now()
        lines = []
        for schedule in await self._schedules.of_guild(guild):
            last = await self._deliveries.latest(schedule.id)
            failed = await self._deliveries.failed_follow_ups(last.id) if last else {}
            lines.append(showing.listed(schedule, last, failed, self.abouts, now))
        return lines

    async def preview(self, guild: int, which: str) -> Preview:
        """Return exactly the quote and instant that come next."""
        return showing.preview(await self.one(guild, which), self.abouts)

    async def skip(self, guild: int, which: str, shown: str | None = None) -> tuple[Quote, Preview]:
        """Drop the quote that would come next; return it, and what comes in its place at the same time.

        Refuses when another quote than the one that was `shown` is next by now.
        """
        schedule = await self.one(guild, which)
        matching = showing.matching(schedule, self.abouts)
        if len(matching) == 1:
            raise UserError("Only one quote matches this schedule's 'about', so there is none to come instead.")
        dropped = await self._schedules.drop_next(schedule.id, matching, shown)
        if dropped and shown not in {None, dropped[0]}:
            raise UserError("That quote is no longer the next one. `/daily preview` shows the one that is.")
        quote = self.abouts.quote(dropped[0]) if dropped else None
        if dropped is None or quote is None:
            raise UserError(words.GONE)
        return quote, showing.preview(dropped[1], self.abouts)

    async def pause(self, guild: int, which: str) -> Schedule:
        """Stop a schedule until it is resumed."""
        schedule = await self.one(guild, which)
        if schedule.paused is not None:
            raise UserError(f"Schedule {schedule.number} is paused already. `/daily resume` starts it again.")
        await self._schedules.pause(schedule.id, Pause.MODERATOR)
        return schedule

    async def resume(self, guild: int, which: str) -> Planned:
        """Let a paused schedule post again, after checking that it can."""
        schedule = await self.one(guild, which)
        if schedule.paused is None:
            raise UserError(f"Schedule {schedule.number} is not paused.")
        wish = schedule.wish
        showing.offset(wish.rule, self._clock.now())  # raises UserError when the zone is gone
        showing.matching(schedule, self.abouts)
        deleted = schedule.paused is Pause.CHANNEL_GONE
        target, blind = await self._target(
            guild, Asked(), wish.target.channel, wish.style, wish.extras, deleted=deleted
        )
        return self._planned(await self._schedules.resume(schedule.id, self._next, target.place), blind=blind)

    async def test(self, guild: int, which: str) -> Accepted:
        """Post the next quote now, marked as a test and without mentioning the role.

        It counts as shown, so that it does not come again as if it were new; one that was not posted goes back.
        """
        schedule, now = await self.one(guild, which), self._clock.now()
        date = (now + showing.offset(schedule.wish.rule, now)).date()
        drawn = await self._schedules.draw_next(schedule.id, showing.matching(schedule, self.abouts))
        quote = self.abouts.quote(drawn.quote) if drawn else None
        if drawn is None or quote is None:
            raise UserError(words.GONE)
        errand = QuotePost(
            id=0,
            target=schedule.wish.target,
            nonce=f"dt{self._seed():x}",
            lease_until=now + 2 * ATTEMPT,
            latest=now + ATTEMPT,
            schedule=schedule.id,
            quote=quote.id,
            date=date,
            due=now,
            late=False,
            role=None,
            style=schedule.wish.style,
            test=True,
        )
        answer = await self._face.post(errand, quote, now + ATTEMPT, _unnoted)
        if isinstance(answer, Accepted):
            return answer
        if isinstance(answer, Refused | NotNow):
            try:
                await self._schedules.put_back(schedule.id, drawn)
            except sqlite3.OperationalError as error:
                _log.warning("a quote that was not posted as a test counts as shown (%s)", error)
        raise UserError(words.not_tested(answer))

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
        raise UserError(words.unknown(digits[:4], [schedule.number for schedule in schedules]))

    def _planned(self, changed: Schedule | None, *, blind: bool) -> Planned:
        """Return a schedule that was changed, to be shown; None is one that was removed meanwhile."""
        if changed is None:
            raise UserError(words.GONE)
        self._changed()
        return showing.planned(changed, self.abouts, self._clock.now(), blind=blind)

    async def of_guild(self, guild: int) -> list[Schedule]:
        """Return the server's schedules, for completion."""
        return await self._schedules.of_guild(guild)

    def _next(self, schedule: Schedule) -> Occurrence:
        """Return the schedule's next post: one that is due and not claimed yet stays due, whatever its rule is now."""
        now = self._clock.now()
        if schedule.next_date and schedule.next_due and schedule.next_due <= now:
            return Occurrence(schedule.next_date, schedule.next_due)
        return next(upcoming(schedule.wish.rule, now, schedule.last_date))

    async def _target(
        self,
        guild: int,
        asked: Asked,
        channel: int,
        style: Style,
        extras: frozenset[Extra],
        *,
        deleted: bool = False,
    ) -> tuple[Target, bool]:
        """Return where to post, and whether we may not read its history. Raises UserError.

        A role is looked at where it is asked for. `deleted` tells that the channel was deleted, as far as is known.
        """
        look = await self._face.look(guild, channel, asked.role, style, extras)
        if deleted and look.problem is Problem.GONE:
            raise UserError(words.refused(Pause.CHANNEL_GONE))
        if look.problem is not None or look.place is None:
            raise UserError(words.problem(look, channel, asked.role, private=asked.private))
        return Target(guild, channel, look.place), not look.may_read_history
