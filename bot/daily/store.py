"""Schedules and servers in the store: made, changed, paused and removed, with their bags of quotes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from bot.daily import rows
from bot.daily.bag import FAILURES, drop, put_back
from bot.daily.jobs import NoticeJob, PausedSchedule, Retry
from bot.daily.ports import EPOCH
from bot.daily.schedule import EVERY_DAY, ChannelKind, ExtraLoss, MentionLoss, Pause, Rule, Style, Target
from bot.errors import CanonkeeperError
from bot.shards.rule import ALL
from bot.store.database import values

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Callable, Collection, Iterable, Sequence

    from bot.daily.bag import Bag
    from bot.daily.jobs import Outcome
    from bot.daily.schedule import Occurrence, Schedule, ScheduleSpec
    from bot.shards.rule import Ownership
    from bot.store.database import Database, Parameters, Row, Transaction


class Identity(NamedTuple):
    """One process at work.

    `owner` is a name that no other process has; a claim is its alone for `lease`; a post missed by at most
    `late_limit` is still made. It works for the servers that are `owned` alone.
    """

    owner: str
    lease: dt.timedelta = dt.timedelta(seconds=45)
    late_limit: dt.timedelta = dt.timedelta(hours=6)
    owned: Ownership = ALL


_BEFORE = """
SELECT quote FROM delivery WHERE schedule = ? AND date < ? AND quote IS NOT NULL ORDER BY date DESC LIMIT ?
"""
# What was posted last, or may have been, or is about to be; and whether the quote itself came again since.
_SINCE = """
SELECT (SELECT quote FROM delivery WHERE schedule = :schedule AND state IN ('sent', 'unconfirmed', 'claimed')
        ORDER BY date DESC LIMIT 1) AS posted,
       EXISTS (SELECT 1 FROM delivery WHERE schedule = :schedule AND date > :date AND quote = :quote) AS again
"""


async def fetch_schedules(
    reading: Database | Transaction, condition: str, parameters: Parameters = ()
) -> list[Schedule]:
    """Return the schedules for which a condition holds, which begins with WHERE and may have an order."""
    return await with_bags(reading, await reading.fetch_all(f"{rows.SCHEDULE} {condition}", parameters))


async def with_bags(reading: Database | Transaction, found: Sequence[Row]) -> list[Schedule]:
    """Return rows of SCHEDULE with what was drawn of each: read in a second statement, after the rows are held."""
    bags: dict[int, dict[str, int]] = {row["id"]: {} for row in found}
    if bags:
        for drawn in await reading.fetch_all(rows.DRAWN, ([*bags],)):
            bags[drawn["schedule"]][drawn["quote"]] = drawn["round"]
    return [rows.schedule(row, bags[row["id"]]) for row in found]


async def write_bags(tx: Transaction, bags: Iterable[tuple[int, Bag, Bag]]) -> None:
    """Write the bags of schedules within a transaction: (schedule id, bag before, bag after)."""
    bags = list(bags)
    await tx.executemany(
        "DELETE FROM drawn WHERE schedule = ? AND quote = ?",
        [(schedule, gone) for schedule, before, after in bags for gone in before.drawn.keys() - after.drawn.keys()],
    )
    await tx.executemany(
        "INSERT INTO drawn (schedule, quote, round) VALUES (?, ?, ?) "
        "ON CONFLICT (schedule, quote) DO UPDATE SET round = excluded.round",
        [
            (schedule, quote, mark)
            for schedule, before, after in bags
            for quote, mark in after.drawn.items() - before.drawn.items()
        ],
    )
    await tx.executemany(
        "UPDATE schedule SET round = ?, last_quote = ? WHERE id = ?",
        [(after.round, after.last, schedule) for schedule, _, after in bags],
    )


# Each goes over the tables once, however many quotes and schedules there are. Left out in the first two are pairs
# of a quote that isn't listed any more and a listed one that shares words with it.
_CARRY_DRAWN = """
WITH heir (gone, successor) AS MATERIALIZED (VALUES {})
INSERT INTO drawn (schedule, quote, round)
SELECT schedule, successor, max(round) FROM drawn JOIN heir ON gone = quote WHERE true GROUP BY schedule, successor
ON CONFLICT (schedule, quote) DO UPDATE
SET round = CASE WHEN excluded.round > drawn.round THEN excluded.round ELSE drawn.round END
"""
_CARRY_LAST = """
WITH heir (gone, successor) AS MATERIALIZED (VALUES {})
UPDATE schedule SET last_quote = (SELECT min(successor) FROM heir WHERE gone = last_quote)
WHERE last_quote IN (SELECT gone FROM heir)
"""
_FORGET_UNLISTED = "DELETE FROM drawn WHERE quote = ANY(:unlisted)"
# No server has that id.
_LISTING_LOCK = 2
_LISTING = "SELECT 1 FROM bag_listing WHERE sha256 = ?"


async def carry_bags_over(database: Database, unlisted: Sequence[str], heirs: Sequence[tuple[str, str]]) -> None:
    """Pass on what bags know of quotes that aren't listed any more to those that share words with them.

    `heirs` pairs the former with the latter. Bags stay as they are where they were told the same last.
    """
    sha256 = hashlib.sha256(json.dumps([unlisted, heirs]).encode()).hexdigest()
    if await database.fetch_one(_LISTING, (sha256,)):
        return
    async with database.transaction() as tx:
        await tx.lock(_LISTING_LOCK)
        # Another process may have done it meanwhile.
        if await tx.fetch_one(_LISTING, (sha256,)):
            return
        if heirs:
            pairs, given = values(heirs)
            await tx.execute(_CARRY_DRAWN.format(pairs), given)
            await tx.execute(_CARRY_LAST.format(pairs), given)
        await tx.execute(_FORGET_UNLISTED, {"unlisted": [*unlisted]})
        await tx.execute(
            'INSERT INTO bag_listing ("only", sha256) VALUES (1, ?) '
            'ON CONFLICT ("only") DO UPDATE SET sha256 = excluded.sha256',
            (sha256,),
        )


async def return_quote(tx: Transaction, failed: Row) -> None:
    """Put the quote of a delivery that was not posted, and never will be, back into its schedule's bag.

    `failed` is the delivery's row: its schedule, date, quote and drawn_before. Its state is written already.
    """
    schedule, date, quote = failed["schedule"], failed["date"], failed["quote"]
    found = await _one(tx, schedule)
    since = await tx.fetch_one(_SINCE, {"schedule": schedule, "date": date, "quote": quote})
    if found is None or since is None:
        return
    bag = found.bag
    before = [each["quote"] for each in await tx.fetch_all(_BEFORE, (schedule, date, FAILURES - 1))]
    # One that came again since keeps the mark of that time.
    mark = bag.drawn.get(quote) if since["again"] else failed["drawn_before"]
    await write_bags(tx, [(schedule, bag, put_back(bag, quote, mark, since["posted"], before))])


# What these pauses wait for is no event of Discord's: a moderator, or the server's return.
_NOT_OURS = (Pause.MODERATOR.value, Pause.LEFT.value)
# What is told once is not told again within this time.
NOTICE_INTERVAL = dt.timedelta(days=1)
_NEW = """
FROM schedule WHERE id = :schedule AND NOT EXISTS
(SELECT 1 FROM told WHERE told.schedule = schedule.id AND what = coalesce(paused, unmentioned) AND at > :before)
"""
_ENQUEUE = f"""
INSERT INTO notice (schedule, guild, since, lease_until) SELECT id, guild, :at, :at {_NEW}
ON CONFLICT (schedule) DO NOTHING
"""
_REMEMBER = f"""
INSERT INTO told (schedule, what, at) SELECT id, coalesce(paused, unmentioned), :at {_NEW}
AND coalesce(paused, unmentioned) IS NOT NULL ON CONFLICT (schedule, what) DO UPDATE SET at = excluded.at
"""
# For so long it is tried to tell; `/daily list` shows the reason as long as it lasts.
NOTICE_DEADLINE = dt.timedelta(days=1)
# An extra that is not done is told once for as long as that lasts: posts come too seldom to tell once a day.
_LOSSES = [loss.value for loss in ExtraLoss]
_ENQUEUE_LOSS = """
INSERT INTO notice (schedule, guild, since, lease_until) SELECT id, guild, :at, :at FROM schedule
WHERE id = :schedule AND paused IS NULL
AND NOT EXISTS (SELECT 1 FROM told WHERE told.schedule = schedule.id AND what = :what)
ON CONFLICT (schedule) DO NOTHING
"""
_REMEMBER_LOSS = """
INSERT INTO told (schedule, what, at) SELECT id, :what, :at FROM schedule WHERE id = :schedule AND paused IS NULL
ON CONFLICT (schedule, what) DO NOTHING
"""
_FORGET_LOSSES = "DELETE FROM told WHERE schedule = ? AND what = ANY(?)"
_TAKE_NOTICES = """
SELECT notice.*, schedule.number, schedule.channel, schedule.channel_name, schedule.place, schedule.style,
       schedule.role, schedule.paused, schedule.unmentioned
FROM notice JOIN schedule ON schedule.id = notice.schedule
WHERE notice.guild IN (SELECT DISTINCT guild FROM notice WHERE lease_until <= ? AND guild <> ALL(?){mine} LIMIT ?)
AND notice.lease_until <= ? ORDER BY notice.guild, notice.id
"""
# What is lost with the posts of schedules since there was something to tell of them.
_LOST = """
SELECT told.schedule, told.what FROM told JOIN notice ON notice.schedule = told.schedule
WHERE told.schedule = ANY(?) AND told.at >= notice.since AND told.what = ANY(?) ORDER BY told.what
"""
_ASKING = "UPDATE notice SET asked_at = ? WHERE id = ANY(?) AND owner = ? AND lease_until = ?{mine} RETURNING id"


async def enqueue_notices(tx: Transaction, schedules: Iterable[int], now: dt.datetime) -> None:
    """Note within a transaction that the moderators of these schedules are to be told how they stand.

    What they were told within NOTICE_INTERVAL is not told again: it comes and goes.
    """
    at, before = rows.to_ms(now), rows.to_ms(now - NOTICE_INTERVAL)
    of = [{"schedule": schedule, "at": at, "before": before} for schedule in schedules]
    await tx.executemany(_ENQUEUE, of)
    await tx.executemany(_REMEMBER, of)


async def tell_of_loss(tx: Transaction, schedule: int, loss: ExtraLoss, now: dt.datetime) -> None:
    """Note within a transaction that the moderators are to be told what is not done with posts, unless they were."""
    of = {"schedule": schedule, "what": loss.value, "at": rows.to_ms(now)}
    await tx.execute(_ENQUEUE_LOSS, of)
    await tx.execute(_REMEMBER_LOSS, of)


async def take_notices(
    tx: Transaction, worker: Identity, now: dt.datetime, limit: int, busy: Collection[int] = ()
) -> list[NoticeJob]:
    """Lease the notices of up to `limit` servers, none `busy`; each has until NOTICE_DEADLINE after it arose."""
    at = rows.to_ms(now)
    query = _TAKE_NOTICES.format(mine=worker.owned.condition("guild"))
    found = await tx.fetch_free(query, (at, [*busy], limit, at), of="notice")
    lost: dict[int, list[str]] = {row["schedule"]: [] for row in found}
    if found:
        for row in await tx.fetch_all(_LOST, ([*lost], _LOSSES)):
            lost[row["schedule"]].append(row["what"])
    by_guild: dict[int, list[_Untold]] = {}
    for row in found:
        untold = _Untold(row, _why(row, lost[row["schedule"]]))
        if untold.why:
            by_guild.setdefault(row["guild"], []).append(untold)
        else:
            # A moderator has mended it, or paused it, before it was told.
            await tx.execute("DELETE FROM notice WHERE id = ?", (row["id"],))
    await tx.executemany(
        "UPDATE notice SET owner = ?, lease_until = ?, tries = tries + 1 WHERE id = ?",
        [(worker.owner, rows.to_ms(now + worker.lease), row["id"]) for row in found],
    )
    return [_notice_job(guild, group, now + worker.lease) for guild, group in by_guild.items()]


class _Untold(NamedTuple):
    """A notice with its schedule, and what there is to tell of that."""

    row: Row
    why: list[Pause | MentionLoss | ExtraLoss]


def _notice_job(guild: int, group: list[_Untold], lease_until: dt.datetime) -> NoticeJob:
    first = group[0].row
    asked = [row["asked_at"] for row, _ in group if row["asked_at"] is not None]
    return NoticeJob(
        id=first["id"],
        target=Target(guild, 0, ChannelKind.TEXT),
        nonce=f"dn{first['id']}",
        lease_until=lease_until,
        latest=rows.from_ms(first["since"]) + NOTICE_DEADLINE,
        asked=rows.from_ms(min(asked)) if asked else None,
        tries=max(row["tries"] for row, _ in group) + 1,
        failures=max(row["failures"] for row, _ in group),
        schedules=tuple(
            PausedSchedule(
                row["id"],
                row["number"],
                row["channel"],
                why,
                ChannelKind(row["place"]),
                Style(row["style"]),
                row["role"],
                row["channel_name"],
            )
            for row, reasons in group
            for why in reasons
        ),
    )


async def asking(database: Database, worker: Identity, notice: NoticeJob, since: dt.datetime) -> bool:
    """Write that a notice is about to be asked for; False when its lease, or shard, has passed to another."""
    ids = [paused.notice for paused in notice.schedules]
    leased = rows.to_ms(notice.lease_until)
    query = _ASKING.format(mine=worker.owned.condition("guild"))
    return bool(await database.write(query, (rows.to_ms(since), ids, worker.owner, leased)))


def _why(row: Row, lost: Iterable[str]) -> list[Pause | MentionLoss | ExtraLoss]:
    """Return what there is to tell of a schedule; a pause goes before all else, and nobody is told of their own."""
    if row["paused"] is not None:
        return [] if row["paused"] in _NOT_OURS else [Pause(row["paused"])]
    unmentioned = [MentionLoss(row["unmentioned"])] if row["unmentioned"] is not None else []
    return [*unmentioned, *(ExtraLoss(each) for each in lost)]


async def record_notices(tx: Transaction, worker: Identity, outcomes: Iterable[Outcome]) -> None:
    """Write within a transaction how notices ended: told or given up, they are gone; or they wait."""
    for outcome in outcomes:
        if not isinstance(outcome.job, NoticeJob):
            continue
        ids = [(paused.notice,) for paused in outcome.job.schedules]
        if isinstance(outcome, Retry):
            leased = rows.to_ms(outcome.job.lease_until)
            asked = rows.optional_ms(outcome.asked)
            await tx.executemany(
                "UPDATE notice SET lease_until = ?, asked_at = ?, failures = ?, owner = NULL "
                "WHERE id = ? AND owner = ? AND lease_until = ?",
                [(rows.to_ms(outcome.at), asked, outcome.failures, *notice, worker.owner, leased) for notice in ids],
            )
        else:
            await tx.executemany("DELETE FROM notice WHERE id = ?", ids)


# The lowest number that the server does not use yet, so that numbers stay short.
_ADD = """
INSERT INTO schedule (guild, number, channel, place, minute, days, zone, about, role, style, publish, thread, seed,
                      next_date, next_due)
SELECT :guild, (SELECT min(candidate.number) FROM (SELECT 1 AS number UNION ALL
                SELECT number + 1 FROM schedule WHERE guild = :guild) AS candidate
                WHERE candidate.number NOT IN (SELECT number FROM schedule WHERE guild = :guild)),
       :channel, :place, :minute, :days, :zone, :about, :role, :style, :publish, :thread, :seed, :next_date, :next_due
WHERE (SELECT count(*) FROM schedule WHERE guild = :guild) < :limit RETURNING id
"""
_CHANGE = """
UPDATE schedule SET channel_name = CASE WHEN channel = :channel THEN channel_name END, channel = :channel,
       place = :place, minute = :minute, days = :days, zone = :zone, about = :about,
       unmentioned = CASE WHEN role = :role THEN unmentioned END, role = :role,
       style = :style, publish = :publish, thread = :thread
WHERE id = :id
"""
_EQUAL = """
SELECT number FROM schedule WHERE guild = :guild AND channel = :channel AND minute = :minute
AND days = :days AND zone = :zone AND coalesce(about, '') = coalesce(:about, '')
"""
# Equal plans are looked at and moved together, zone by zone: a start checks those of 100,000 schedules in about a
# second, and Python keeps only a few zones at hand (PEP 615).
_PLANNED = "SELECT DISTINCT zone, minute, next_date, next_due FROM schedule WHERE next_due > ?{mine} ORDER BY zone"
_MOVE = "UPDATE schedule SET next_due = ? WHERE zone = ? AND minute = ? AND next_date = ? AND next_due = ?{mine}"


# What moderators ask for is stored within so many seconds, or not at all: Discord waits three for an answer.
COMMAND_SECONDS = 1.5


class Drawn(NamedTuple):
    """A quote that was drawn: `mark` is the round in which it was drawn before, `last` what was drawn before it."""

    quote: str
    mark: int | None
    last: str | None


class TooManyError(CanonkeeperError):
    """The server has as many schedules as it may have."""


class EqualError(CanonkeeperError):
    """The server has a schedule that posts the same; `number` is its number."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"schedule {number} is equal")


class Schedules:
    """Schedules by server. Chance and time are passed in.

    What moderators ask for (`add`, `change`, `drop_next`, `pause`, `resume`, `remove`) is done within COMMAND_SECONDS
    once the store is asked, or StoreUnavailableError is raised and nothing was done.
    """

    def __init__(self, database: Database, owned: Ownership = ALL) -> None:
        self._database = database
        self._owned = owned

    def _command(self) -> contextlib.AbstractAsyncContextManager[Transaction]:
        return self._database.transaction(COMMAND_SECONDS)

    async def add(self, spec: ScheduleSpec, seed: int, first: Occurrence, limit: int) -> Schedule:
        """Store a new schedule whose first post is `first`, and return it.

        Raises EqualError, or TooManyError when the server has `limit` schedules.
        """
        next_date, next_due = rows.next_of(first)
        values = rows.spec_columns(spec) | {"seed": seed, "next_date": next_date, "next_due": next_due}
        async with self._command() as tx:
            await tx.lock(spec.target.guild)
            await _refuse_equal(tx, spec)
            added = await tx.fetch_one(_ADD, values | {"limit": limit})
            if added is None:
                raise TooManyError(f"a server has at most {limit} schedules")
            schedule = await _one(tx, added["id"])
        assert schedule is not None, "it was written in this transaction"  # noqa: S101
        return schedule

    async def of_guild(self, guild: int) -> list[Schedule]:
        """Return the server's schedules by number. Raises StoreLostError when the store's file is lost."""
        self._database.check_file()
        return await fetch_schedules(self._database, "WHERE guild = ? ORDER BY number", (guild,))

    async def get(self, schedule_id: int) -> Schedule | None:
        """Return one schedule, or None when it was removed."""
        return await _one(self._database, schedule_id)

    async def change(
        self, schedule_id: int, spec: ScheduleSpec, next_of: Callable[[Schedule], Occurrence], *, resume: bool = False
    ) -> Schedule | None:
        """Give a schedule other fields and return it; its bag stays. None when it was removed.

        Unless it is paused, a new rule of time brings the next post that `next_of` says; with `resume`, a pause that
        the bot made ends. Raises EqualError when another one posts the same.
        """
        async with self._command() as tx:
            await tx.lock(spec.target.guild)
            await _refuse_equal(tx, spec, but=schedule_id)
            # Read here: the worker may have claimed a date since the caller looked.
            before = await _held(tx, schedule_id)
            await tx.execute(_CHANGE, rows.spec_columns(spec) | {"id": schedule_id})
            if before is not None and (before.spec.target, before.spec.extras) != (spec.target, spec.extras):
                await tx.execute(_FORGET_LOSSES, (schedule_id, _LOSSES))
            ours = before is not None and before.paused not in {None, Pause.MODERATOR, Pause.LEFT}
            if ours and resume:
                await _forget_trouble(tx, schedule_id)
            if before is not None and ((ours and resume) or (before.paused is None and before.spec.rule != spec.rule)):
                await _set_next(tx, msgspec.structs.replace(before, spec=spec), next_of)
            return await _one(tx, schedule_id)

    async def drop_next(
        self, schedule_id: int, matching: Collection[str], shown: str | None = None
    ) -> tuple[str, Schedule] | None:
        """Drop the quote that would come next, unless it is another than `shown`.

        Returns the id of that quote, dropped or not, and the schedule after it; None when the schedule is gone.
        """
        async with self._command() as tx:
            schedule = await _held(tx, schedule_id)
            if schedule is None:
                return None
            coming, after = drop(schedule.bag, matching)
            if shown in {None, coming}:
                await write_bags(tx, [(schedule_id, schedule.bag, after)])
                schedule = msgspec.structs.replace(schedule, bag=after)
        return coming, schedule

    async def draw_next(self, schedule_id: int, matching: Collection[str]) -> Drawn | None:
        """Take the quote that would come next out of the bag; None when the schedule is gone.

        It counts as posted, though what was posted last stays the last: neither of the two comes next.
        """
        async with self._command() as tx:
            schedule = await _held(tx, schedule_id)
            if schedule is None:
                return None
            quote, after = drop(schedule.bag, matching)
            await write_bags(tx, [(schedule_id, schedule.bag, after)])
        return Drawn(quote, schedule.bag.drawn.get(quote), schedule.bag.last)

    async def put_back(self, schedule_id: int, drawn: Drawn) -> None:
        """Put a quote that was drawn and not posted back into the bag."""
        async with self._command() as tx:
            schedule = await _held(tx, schedule_id)
            if schedule is not None:
                after = put_back(schedule.bag, drawn.quote, drawn.mark, drawn.last, [])
                await write_bags(tx, [(schedule_id, schedule.bag, after)])

    async def pause(self, schedule_id: int, reason: Pause) -> None:
        """Pause one schedule, as its moderator asked."""
        async with self._command() as tx:
            await pause_schedules(tx, [(schedule_id, reason)])

    async def resume(
        self, schedule_id: int, next_of: Callable[[Schedule], Occurrence], place: ChannelKind | None = None
    ) -> Schedule | None:
        """Let a paused schedule post again, when `next_of` says, and return it; None when it was removed.

        `place` is of what kind its channel is now, None where that is as it was. A notice that is still queued is
        dropped.
        """
        async with self._command() as tx:
            schedule = await _held(tx, schedule_id)
            if schedule is None:
                return None
            if place is not None:
                await tx.execute("UPDATE schedule SET place = ? WHERE id = ?", (place.value, schedule_id))
            await _set_next(tx, schedule, next_of)
            await _forget_trouble(tx, schedule_id)
            return await _one(tx, schedule_id)

    async def replan(self, now: dt.datetime, instant_of: Callable[[Rule, dt.date], dt.datetime | None]) -> int:
        """Move what is planned after `now` to the instant that `instant_of` says; return how many posts it were.

        What is due already stays due, and where `instant_of` returns None nothing is changed. The weekdays of the
        rule that it is given are those of every day.
        """
        mine = self._owned.condition("guild")
        found = await self._database.fetch_all(_PLANNED.format(mine=mine), (rows.to_ms(now),))
        moved = []
        for row in found:
            zone, minute, date, due = row["zone"], row["minute"], row["next_date"], row["next_due"]
            instant = instant_of(Rule(minute, EVERY_DAY, zone), dt.date.fromisoformat(date))
            if instant is not None and rows.to_ms(instant) != due:
                moved.append((rows.to_ms(instant), zone, minute, date, due))
        if not moved:
            return 0
        async with self._database.transaction() as tx:
            return await tx.executemany(_MOVE.format(mine=mine), moved)

    async def remove(self, schedule_id: int) -> None:
        """Delete a schedule with all that belongs to it."""
        async with self._command() as tx:
            await tx.execute("DELETE FROM schedule WHERE id = ?", (schedule_id,))

    async def pause_channel(self, channel: int, reason: Pause, now: dt.datetime, name: str | None = None) -> int:
        """Pause what posts to a channel, queue a notice to the moderators, and return how many were paused.

        `name` is what the channel was called, to tell of it.
        """
        async with self._database.transaction() as tx:
            await tx.hold("schedule", "channel", [channel])
            await tx.execute("UPDATE schedule SET channel_name = ? WHERE channel = ?", (name, channel))
            found = await tx.fetch_all("SELECT id FROM schedule WHERE channel = ? AND paused IS NULL", (channel,))
            await pause_schedules(tx, [(row["id"], reason) for row in found])
            await enqueue_notices(tx, [row["id"] for row in found], now)
        return len(found)


async def pause_schedules(tx: Transaction, reasons: Iterable[tuple[int, Pause]]) -> None:
    """Pause schedules within a transaction, each with its reason; those paused already keep theirs."""
    await tx.executemany(
        "UPDATE schedule SET paused = ?, next_date = NULL, next_due = NULL WHERE id = ? AND paused IS NULL",
        [(reason.value, schedule_id) for schedule_id, reason in reasons],
    )


async def _forget_trouble(tx: Transaction, schedule_id: int) -> None:
    """Drop the notice of what was, and put one in line for what comes."""
    await tx.execute("DELETE FROM notice WHERE schedule = ?", (schedule_id,))
    await tx.execute("DELETE FROM told WHERE schedule = ?", (schedule_id,))


async def _one(reading: Database | Transaction, schedule_id: int) -> Schedule | None:
    found = await fetch_schedules(reading, "WHERE id = ?", (schedule_id,))
    return found[0] if found else None


async def _held(tx: Transaction, schedule_id: int) -> Schedule | None:
    """Return a schedule that stays as it is until the transaction writes to it: no claim comes in between."""
    await tx.hold("schedule", "id", [schedule_id])
    return await _one(tx, schedule_id)


async def _set_next(tx: Transaction, schedule: Schedule, next_of: Callable[[Schedule], Occurrence]) -> None:
    await tx.execute(
        "UPDATE schedule SET paused = NULL, next_date = ?, next_due = ? WHERE id = ?",
        (*rows.next_of(next_of(schedule)), schedule.id),
    )


async def _refuse_equal(tx: Transaction, spec: ScheduleSpec, but: int = 0) -> None:
    row = await tx.fetch_one(f"{_EQUAL} AND id != :but", rows.spec_columns(spec) | {"but": but})
    if row is not None:
        raise EqualError(row["number"])


async def _hold_all(tx: Transaction, guild: int) -> None:
    """Hold a server with all its schedules: none is added, changed or claimed until the transaction ends."""
    await tx.lock(guild)
    await tx.hold("schedule", "guild", [guild])


_NO_ACCESS_NOTICES = """
DELETE FROM notice WHERE schedule IN (SELECT id FROM schedule WHERE guild = ? AND paused = ?)
"""
_GUILDS = "SELECT DISTINCT guild FROM {table} WHERE guild IS NOT NULL{mine}"
_LEFT_LONG_AGO = "SELECT guild FROM departure WHERE left_at <= ?{mine}"


class LeftGuilds:
    """Which of this process's servers are gone, and since when."""

    def __init__(self, database: Database, owned: Ownership = ALL) -> None:
        self._database = database
        self._owned = owned

    async def guilds(self) -> set[int]:
        """Return the servers that have schedules."""
        return await self._of("schedule")

    async def gone(self) -> set[int]:
        """Return the servers with schedules that the bot was removed from."""
        return await self._of("departure")

    async def _of(self, table: str) -> set[int]:
        query = _GUILDS.format(table=table, mine=self._owned.condition("guild"))
        found = await self._database.fetch_all(query)
        return {row["guild"] for row in found}

    async def leave(self, guilds: Collection[int], now: dt.datetime) -> None:
        """Note that the bot is no longer in these servers; their schedules wait.

        What was due before the gateway told of it was refused for want of access. Such a pause looks like an
        older one, so both wait with the others: whatever is still shut out is paused again at its next post.
        """
        async with self._database.transaction() as tx:
            for guild in sorted(guilds):
                await _hold_all(tx, guild)
                await tx.execute(_NO_ACCESS_NOTICES, (guild, Pause.NO_ACCESS.value))
                await tx.execute(
                    "UPDATE schedule SET paused = ? WHERE guild = ? AND paused = ?",
                    (Pause.LEFT.value, guild, Pause.NO_ACCESS.value),
                )
                found = await tx.fetch_all("SELECT id FROM schedule WHERE guild = ? AND paused IS NULL", (guild,))
                await tx.execute(
                    "INSERT INTO departure (guild, left_at) SELECT ?, ? WHERE EXISTS "
                    "(SELECT 1 FROM schedule WHERE guild = ?) ON CONFLICT (guild) DO NOTHING",
                    (guild, rows.to_ms(now), guild),
                )
                await pause_schedules(tx, [(row["id"], Pause.LEFT) for row in found])

    async def come_back(self, guild: int, next_of: Callable[[Schedule], Occurrence | None], now: dt.datetime) -> int:
        """Let the schedules that waited go on at `next_of` each; return how many waited.

        One for which `next_of` returns None has lost its zone: it stays paused, and a notice is queued.
        """
        async with self._database.transaction() as tx:
            await _hold_all(tx, guild)
            await tx.execute("DELETE FROM departure WHERE guild = ?", (guild,))
            found = await fetch_schedules(tx, "WHERE guild = ? AND paused = ?", (guild, Pause.LEFT.value))
            following = [(schedule.id, next_of(schedule)) for schedule in found]
            await tx.executemany(
                "UPDATE schedule SET paused = ?, next_date = ?, next_due = ? WHERE id = ?",
                [(None if next_ else Pause.ZONE_GONE.value, *rows.next_of(next_), id_) for id_, next_ in following],
            )
            await enqueue_notices(tx, [id_ for id_, next_ in following if next_ is None], now)
        return len(found)

    async def forget(self, guild: int) -> int:
        """Delete all rows of a server, whether or not the bot is in it; return how many schedules those were."""
        async with self._database.transaction() as tx:
            await _hold_all(tx, guild)
            await tx.execute("DELETE FROM departure WHERE guild = ?", (guild,))
            return await tx.execute("DELETE FROM schedule WHERE guild = ?", (guild,))

    async def purge(self, before: dt.datetime, away: Callable[[int], bool]) -> int:
        """Delete all rows of the servers that were left at `before` or earlier; return how many servers.

        Those of which `away` does not say that the bot is not in them are kept: it may have come back unnoticed.
        """
        async with self._database.transaction() as tx:
            query = _LEFT_LONG_AGO.format(mine=self._owned.condition("guild"))
            found = await tx.fetch_all(query, (rows.to_ms(before),))
            guilds = sorted(row["guild"] for row in found if away(row["guild"]))
            for guild in guilds:
                await _hold_all(tx, guild)
                await tx.execute("DELETE FROM schedule WHERE guild = ?", (guild,))
                await tx.execute("DELETE FROM departure WHERE guild = ?", (guild,))
        return len(guilds)


# A schedule that fails again is begun again after so long, however often its cause seems to come and go.
REST = dt.timedelta(minutes=10)
_TROUBLED = """
WHERE paused IS NOT NULL AND paused <> ALL(:not_ours) AND (:everywhere OR guild = ANY(:guilds)){mine} ORDER BY guild, id
"""
_MENTIONS = """
SELECT id, guild, channel, role, unmentioned FROM schedule WHERE role IS NOT NULL AND paused IS NULL
AND (:everywhere OR guild = ANY(:guilds)){mine}
"""
# The post that the pause stopped: it was refused, so it is surely not there, and is made after all.
_STOPPED = """
SELECT id, date, due FROM delivery WHERE schedule = ? AND state = 'failed' AND reason = ? AND due >= ?
AND date = (SELECT max(date) FROM delivery AS latest WHERE latest.schedule = delivery.schedule)
"""
_NOTE = """
UPDATE schedule SET unmentioned = :loss
WHERE id = :schedule AND role = :role AND coalesce(unmentioned, '') <> coalesce(:loss, '')
"""
_LATEST = "SELECT max(date) AS date FROM delivery WHERE schedule = ?"


class Mention(NamedTuple):
    """A schedule that runs and is to mention a role, and why it does not, None where it does."""

    schedule: int
    guild: int
    channel: int
    role: int
    loss: MentionLoss | None


class Recoveries:
    """Ends pauses that the bot made in this process's servers, and keeps which roles are mentioned."""

    def __init__(self, database: Database, owned: Ownership = ALL) -> None:
        self._database = database
        self._owned = owned

    def _mine(self, query: str) -> str:
        return query.format(mine=self._owned.condition("guild"))

    async def troubled(self, guilds: Collection[int] | None) -> list[Schedule]:
        """Return what the bot paused itself in these servers, None for all."""
        return await fetch_schedules(self._database, self._mine(_TROUBLED), _among(guilds) | {"not_ours": [*_NOT_OURS]})

    async def mentions(self, guilds: Collection[int] | None) -> list[Mention]:
        """Return what runs and is to mention a role in these servers, None for all."""
        found = await self._database.fetch_all(self._mine(_MENTIONS), _among(guilds))
        return [
            Mention(row["id"], row["guild"], row["channel"], row["role"], _loss(row["unmentioned"])) for row in found
        ]

    async def resume(
        self, paused: Schedule, now: dt.datetime, late_limit: dt.timedelta, next_of: Callable[[Schedule], Occurrence]
    ) -> bool:
        """Let a schedule go on whose pause has lost its cause; return whether it does.

        The post that the pause stopped is made after all where it is not missed by more than `late_limit`; `next_of`
        says what comes else. It does not when it was resumed or edited meanwhile, or went on less than REST ago.
        """
        if paused.paused is None:
            return False
        async with self._database.transaction() as tx:
            schedule = await _held(tx, paused.id)
            if schedule is None or schedule.paused is not paused.paused:
                return False
            rest = await tx.fetch_one("SELECT resumed_at FROM schedule WHERE id = ?", (paused.id,))
            resumed = rest["resumed_at"] if rest else None
            if resumed is not None and now - rows.from_ms(resumed) < REST:
                return False
            stopped = await tx.fetch_one(_STOPPED, (paused.id, paused.paused.value, rows.to_ms(now - late_limit)))
            if stopped is not None:
                await tx.execute("DELETE FROM delivery WHERE id = ?", (stopped["id"],))
                latest = await tx.fetch_one(_LATEST, (paused.id,))
                schedule = msgspec.structs.replace(schedule, last_date=rows.date(latest["date"] if latest else None))
                next_ = (stopped["date"], stopped["due"])
            else:
                next_ = rows.next_of(next_of(schedule))
            last = schedule.last_date.isoformat() if schedule.last_date else None
            await tx.execute(
                "UPDATE schedule SET paused = NULL, next_date = ?, next_due = ?, last_date = ?, resumed_at = ? "
                "WHERE id = ?",
                (*next_, last, rows.to_ms(now), paused.id),
            )
            await _drop_notice(tx, paused.id, paused.paused)
        return True

    async def note(self, mention: Mention, loss: MentionLoss | None, now: dt.datetime) -> bool:
        """Note why a role is not mentioned, None where it is; return whether that is new.

        A notice of a loss is queued.
        """
        async with self._database.transaction() as tx:
            noted = await tx.execute(_NOTE, {"loss": loss, "schedule": mention.schedule, "role": mention.role})
            if noted and loss is not None:
                await enqueue_notices(tx, [mention.schedule], now)
            elif noted and mention.loss is not None:
                await _drop_notice(tx, mention.schedule, mention.loss)
        return bool(noted)


async def _drop_notice(tx: Transaction, schedule: int, what: Pause | MentionLoss) -> None:
    """Drop a notice that was not told yet: it is over. What was not told is told when it comes again."""
    if await tx.execute("DELETE FROM notice WHERE schedule = ?", (schedule,)):
        await tx.execute("DELETE FROM told WHERE schedule = ? AND what = ?", (schedule, what.value))


def _among(guilds: Collection[int] | None) -> dict[str, Any]:
    return {"everywhere": guilds is None, "guilds": [*(guilds or ())]}


def _loss(value: str | None) -> MentionLoss | None:
    return None if value is None else MentionLoss(value)


# Whoever went on from the original may have had a clock that was ahead of ours.
_AHEAD = dt.timedelta(minutes=5)
# More numbers than are given away between a backup and its use: a message that was sent since has another one's
# number, and so another nonce, than any that is sent from now on.
_SKIPPED = 1_000_000
_UNUSED_COPY = "SELECT 1 FROM copied WHERE continued_at IS NULL"
_NUMBERED = ("schedule", "delivery", "notice", "follow_up")


async def take_over(database: Database, now: dt.datetime) -> bool:
    """Get ready to post from a store that is a copy; False, and nothing is done, where it is none or was before.

    What was under way when the copy was made, and what was due since, may have been posted by those who went on from
    the original. It is looked for from now on before it is posted.
    """
    if await database.fetch_one(_UNUSED_COPY) is None:
        return False
    async with database.transaction() as tx:
        went_on = rows.to_ms(now + _AHEAD)
        if not await tx.execute("UPDATE copied SET continued_at = ? WHERE continued_at IS NULL", (went_on,)):
            return False  # another process was first
        unknown = (rows.to_ms(EPOCH),)
        await tx.execute("UPDATE delivery SET asked_at = ? WHERE state = 'claimed'", unknown)
        await tx.execute("UPDATE notice SET asked_at = ?", unknown)
        await tx.skip_numbers(_NUMBERED, _SKIPPED)
    return True
