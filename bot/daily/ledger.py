"""The ledger: one row for each schedule and local date, from the claim to its end.

The claim, the choice of the quote and the step to the next due time are one transaction, made before anything is sent:
what another process is about to claim is left to it. A claim is a lease: when it runs out,
because its owner died or gave it back to wait, any process may take the row over.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bot.daily import rows, store
from bot.daily.jobs import Delivered, Done, FollowUpJob, NotDelivered, NoticeJob, Plan, PostJob, Retry, plan
from bot.daily.ports import EPOCH
from bot.daily.schedule import ChannelKind, Extra, ExtraLoss, Pause, State, Style, Target, nonce
from bot.daily.store import Identity, LeftGuilds, Recoveries, Schedules, pause_schedules, return_quote, write_bags
from bot.meter import NoMeter
from bot.shards.rule import ALL
from bot.store.database import values

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence

    from bot.daily.jobs import Outcome
    from bot.daily.schedule import Delivery, Occurrence, Schedule
    from bot.meter import Meter
    from bot.shards.rule import Ownership
    from bot.store.database import Database, Row, Transaction

# What failed is shown until the next one: only those of the latest post are kept.
_FORGET_FAILED = """
DELETE FROM follow_up WHERE failed IS NOT NULL AND kind = ?
AND delivery IN (SELECT id FROM delivery WHERE schedule = ? AND id != ?)
"""
# A post whose record was written twice (two processes, one message) is followed up once, and one whose schedule was
# removed meanwhile never.
_ADD_FOLLOW_UPS = """
INSERT INTO follow_up (delivery, kind, until, lease_until) SELECT id, ?, ?, ? FROM delivery WHERE id = ?
ON CONFLICT (delivery, kind) DO NOTHING
"""
_TAKE_FOLLOW_UPS = """
SELECT follow_up.*, delivery.message, delivery.posted_in, delivery.quote, delivery.date, delivery.place, schedule.guild
FROM follow_up JOIN delivery ON delivery.id = follow_up.delivery JOIN schedule ON schedule.id = delivery.schedule
WHERE follow_up.lease_until <= ? AND follow_up.id <> ALL(?){mine}
ORDER BY follow_up.lease_until LIMIT ?
"""
_WAIT_FOLLOW_UP = (
    "UPDATE follow_up SET lease_until = ?, failures = ?, owner = NULL WHERE id = ? AND owner = ? AND tries = ?"
)
_FAIL_FOLLOW_UP = """
UPDATE follow_up SET failed = ?, lease_until = NULL, owner = NULL WHERE id = ? AND owner = ? AND tries = ?
RETURNING (SELECT schedule FROM delivery WHERE delivery.id = follow_up.delivery) AS schedule
"""
# It can be done again: should it be lost again, that is told.
_DONE_FOLLOW_UP = """
DELETE FROM told WHERE what = ANY(?) AND schedule = (SELECT delivery.schedule FROM follow_up
JOIN delivery ON delivery.id = follow_up.delivery WHERE follow_up.id = ?)
"""


async def add_follow_ups(tx: Transaction, worker: Identity, outcomes: Sequence[Outcome], now: dt.datetime) -> None:
    """Note within a transaction what is to follow the posts that were made, for as long as a post may be late."""
    sent = [(o.job, extra) for o in outcomes if isinstance(o, Delivered) and isinstance(o.job, PostJob)
            for extra in sorted(o.job.extras)]  # fmt: skip
    at, until = rows.to_ms(now), rows.to_ms(now + worker.late_limit)
    await tx.executemany(_FORGET_FAILED, [(extra.value, post.schedule, post.id) for post, extra in sent])
    await tx.executemany(_ADD_FOLLOW_UPS, [(extra.value, until, at, post.id) for post, extra in sent])


async def take_follow_ups(
    tx: Transaction, worker: Identity, now: dt.datetime, limit: int, busy: Collection[int] = ()
) -> list[FollowUpJob]:
    """Lease up to `limit` jobs within a transaction, none of them `busy`."""
    query = _TAKE_FOLLOW_UPS.format(mine=worker.owned.condition("schedule.guild"))
    found = await tx.fetch_free(query, (rows.to_ms(now), [*busy], limit), of="follow_up")
    until = now + worker.lease
    await tx.executemany(
        "UPDATE follow_up SET owner = ?, lease_until = ?, tries = tries + 1 WHERE id = ?",
        [(worker.owner, rows.to_ms(until), row["id"]) for row in found],
    )
    return [_follow_up_job(row, until) for row in found]


def _follow_up_job(row: Row, until: dt.datetime) -> FollowUpJob:
    return FollowUpJob(
        id=row["id"],
        target=Target(row["guild"], row["posted_in"], ChannelKind(row["place"])),
        nonce=f"df{row['id']}",
        lease_until=until,
        latest=rows.from_ms(row["until"]),
        tries=row["tries"] + 1,
        failures=row["failures"],
        extra=Extra(row["kind"]),
        message=row["message"],
        quote=row["quote"],
        date=dt.date.fromisoformat(row["date"]),
    )


async def record_follow_ups(tx: Transaction, worker: Identity, outcomes: Sequence[Outcome], now: dt.datetime) -> None:
    """Write within a transaction how attempts ended. That a job is done is written whoever holds the lease.

    For what cannot be done, for a reason that lasts, a notice to the moderators is queued.
    """
    jobs = [(o, o.job) for o in outcomes if isinstance(o.job, FollowUpJob)]
    await tx.executemany(_DONE_FOLLOW_UP, [(_losses(job.extra), job.id) for o, job in jobs if isinstance(o, Done)])
    await tx.executemany("DELETE FROM follow_up WHERE id = ?", [(job.id,) for o, job in jobs if isinstance(o, Done)])
    await tx.executemany(
        _WAIT_FOLLOW_UP,
        [(rows.to_ms(o.at), o.failures, job.id, worker.owner, job.tries) for o, job in jobs if isinstance(o, Retry)],
    )
    for o, job in jobs:
        if isinstance(o, NotDelivered):
            row = await tx.fetch_one(_FAIL_FOLLOW_UP, (o.reason.value, job.id, worker.owner, job.tries))
            if row is not None and (loss := ExtraLoss.of(job.extra, o.reason)) is not None:
                await store.tell_of_loss(tx, row["schedule"], loss, now)


def _losses(extra: Extra) -> list[str]:
    return [loss.value for loss in ExtraLoss if loss.value.startswith(f"{extra.value}-")]


async def failed_follow_ups(database: Database, delivery: int) -> dict[Extra, str]:
    """Return what could not be done with the post of a delivery, each with a Reason's or Pause's value."""
    found = await database.fetch_all(
        "SELECT kind, failed FROM follow_up WHERE delivery = ? AND failed IS NOT NULL", (delivery,)
    )
    return {Extra(row["kind"]): row["failed"] for row in found}


_DUE = rows.SCHEDULE + " WHERE next_due <= ?{mine} ORDER BY next_due, id LIMIT ?"
_INSERT = """
INSERT INTO delivery (schedule, date, due, state, late, quote, nonce, channel, place, role, style, reason,
                      claimed_at, tries, owner, lease_until, drawn_before, publish, thread, asked_at)
VALUES (:schedule, :date, :due, :state, :late, :quote, :nonce, :channel, :place, :role, :style, :reason,
        :claimed_at, :tries, :owner, :lease_until, :drawn_before, :publish, :thread,
        CASE WHEN :due <= (SELECT continued_at FROM copied) THEN :epoch END)
ON CONFLICT (schedule, date) DO NOTHING
"""
_CLAIMED = """
SELECT delivery.*, schedule.guild, NULL AS paused FROM delivery
JOIN schedule ON schedule.id = delivery.schedule
WHERE owner = ? AND claimed_at = ? AND (delivery.schedule, delivery.date) IN (VALUES {pairs})
"""
_STALE = """
SELECT delivery.*, schedule.guild, schedule.paused FROM delivery
JOIN schedule ON schedule.id = delivery.schedule
WHERE delivery.state = 'claimed' AND delivery.lease_until <= ?
AND delivery.id <> ALL(?){mine} ORDER BY delivery.lease_until LIMIT ?
"""


async def take_stale(
    tx: Transaction, worker: Identity, now: dt.datetime, limit: int, busy: Collection[int] = ()
) -> list[PostJob]:
    """Lease up to `limit` rows whose lease ran out: their owner died, or gave them back to wait.

    The rows `busy` are left alone: this process still works on them, only for longer than their lease.
    """
    query = _STALE.format(mine=worker.owned.condition("schedule.guild"))
    found = await tx.fetch_free(query, (rows.to_ms(now), [*busy], limit), of="delivery")
    until = now + worker.lease
    await tx.executemany(
        "UPDATE delivery SET owner = ?, lease_until = ?, tries = tries + 1 WHERE id = ?",
        [(worker.owner, rows.to_ms(until), row["id"]) for row in found],
    )
    return [_post_job(row, worker, until, row["tries"] + 1) for row in found]


# What was posted last by schedules of which a later post is still pending. It looks at the last rows of each alone.
_POSTED_BEFORE_PENDING = """
SELECT schedule.id AS schedule, posted.quote FROM schedule
JOIN delivery AS posted ON posted.schedule = schedule.id AND posted.date = (
    SELECT date FROM delivery WHERE delivery.schedule = schedule.id AND state IN ('sent', 'unconfirmed')
    ORDER BY date DESC LIMIT 1)
WHERE schedule.id = ANY(?) AND EXISTS (SELECT 1 FROM delivery WHERE delivery.schedule = schedule.id
                                       AND delivery.date > posted.date AND delivery.state = 'claimed')
"""


async def claim_due(
    tx: Transaction,
    worker: Identity,
    now: dt.datetime,
    limit: int,
    matching: Callable[[str | None], Collection[str]],
) -> tuple[list[PostJob], int]:
    """Claim up to `limit` schedules that are due: choose their quotes and step them to their next dates.

    Missed dates are written down, and counted in what is returned; a schedule that cannot go on is paused, and a notice
    to its moderators is queued.
    """
    query = _DUE.format(mine=worker.owned.condition("guild"))
    due = await store.with_bags(tx, await tx.fetch_free(query, (rows.to_ms(now), limit), of="schedule"))
    if not due:
        return [], 0
    # Were the pending one given up, that would be followed by what is drawn now.
    pending = await tx.fetch_all(_POSTED_BEFORE_PENDING, ([s.id for s in due],))
    posted = {row["schedule"]: row["quote"] for row in pending}
    plans = [(s, plan(s, now, worker.late_limit, _besides(matching(s.spec.about), posted.get(s.id)))) for s in due]
    written = await tx.executemany(_INSERT, [row for s, made in plans for row in _rows(s, made, worker, now)])
    await _step(tx, plans)
    stopped = [(s.id, made.pause) for s, made in plans if made.pause is not None]
    await pause_schedules(tx, stopped)
    await store.enqueue_notices(tx, [schedule for schedule, _ in stopped], now)
    posts = [(s.id, made.post.occurrence.date.isoformat()) for s, made in plans if made.post]
    if not posts:
        return [], written
    pairs, given = values(posts)
    claimed = await tx.fetch_all(_CLAIMED.format(pairs=pairs), (worker.owner, rows.to_ms(now), *given))
    return [_post_job(row, worker, now + worker.lease, 1) for row in claimed], written - len(claimed)


def _besides(quotes: Collection[str], one: str | None) -> Collection[str]:
    """Return quotes without one of them, if one is given and there are others."""
    return quotes if one is None else [each for each in quotes if each != one] or quotes


def _post_job(row: Row, worker: Identity, until: dt.datetime, tries: int) -> PostJob:
    """Return a leased row as a job; `tries` counts this attempt too."""
    delivery = rows.delivery(row)
    return PostJob(
        id=delivery.id,
        schedule=delivery.schedule,
        target=Target(row["guild"], row["channel"], ChannelKind(row["place"])),
        nonce=delivery.nonce,
        lease_until=until,
        latest=delivery.due + worker.late_limit,
        asked=rows.optional(row["asked_at"]),
        tries=tries,
        failures=row["failures"],
        taken_over=tries > 1 and row["owner"] is not None,
        stopped=row["paused"] is not None,
        quote=row["quote"],
        date=delivery.date,
        due=delivery.due,
        late=delivery.late,
        role=row["role"],
        style=Style(row["style"]),
        extras=rows.extras(row),
    )


def _rows(schedule: Schedule, made: Plan, worker: Identity, now: dt.datetime) -> Iterable[dict[str, object]]:
    at = rows.to_ms(now)
    for missed in made.missed:
        yield _row(schedule, missed, at) | {"state": "skipped", "reason": "too-late"}
    if made.post is not None:
        yield _row(schedule, made.post.occurrence, at) | {
            "state": "claimed",
            "late": int(made.post.late),
            "quote": made.post.quote,
            "drawn_before": schedule.bag.drawn.get(made.post.quote),
            "tries": 1,
            "owner": worker.owner,
            "lease_until": rows.to_ms(now + worker.lease),
        }


def _row(schedule: Schedule, occurrence: Occurrence, at: int) -> dict[str, object]:
    return {
        "schedule": schedule.id,
        "date": occurrence.date.isoformat(),
        "due": rows.to_ms(occurrence.instant),
        "late": 0,
        "quote": None,
        "nonce": nonce(schedule.id, occurrence.date),
        "channel": schedule.spec.target.channel,
        "place": schedule.spec.target.place.value,
        "role": schedule.mention,
        "style": schedule.spec.style.value,
        "reason": None,
        "claimed_at": at,
        "tries": 0,
        "owner": None,
        "lease_until": None,
        "drawn_before": None,
        "epoch": rows.to_ms(EPOCH),
        **{extra.value: int(extra in schedule.spec.extras) for extra in Extra},
    }


async def _step(tx: Transaction, plans: list[tuple[Schedule, Plan]]) -> None:
    """Move the schedules to their next dates and write their bags."""
    await tx.executemany(
        "UPDATE schedule SET last_date = ? WHERE id = ?",
        [
            (max(dates).isoformat(), s.id)
            for s, made in plans
            if (dates := [o.date for o in (*made.missed, *((made.post.occurrence,) if made.post else ()))])
        ],
    )
    await tx.executemany(
        "UPDATE schedule SET next_date = ?, next_due = ? WHERE id = ?",
        [(*rows.next_of(made.next_), s.id) for s, made in plans if made.pause is None],
    )
    await write_bags(tx, [(s.id, s.bag, made.bag) for s, made in plans if made.post is not None])


_SENT = """
WITH made (message, channel, at, is_late, id) AS (VALUES {made})
UPDATE delivery SET state = 'sent', message = made.message, posted_in = made.channel, sent_at = made.at,
       late = CASE WHEN made.is_late = 1 THEN 1 ELSE late END, reason = NULL, lease_until = NULL, owner = NULL
FROM made WHERE delivery.id = made.id AND state != 'sent' RETURNING late, sent_at - due AS after
"""
_END = """
UPDATE delivery SET state = ?, reason = ?, lease_until = NULL, owner = NULL
WHERE id = ? AND owner = ? AND tries = ? AND state = 'claimed' RETURNING schedule, date, quote, drawn_before, late
"""
# What kept it back before is still what did, where nothing else is known.
_AGAIN = """
UPDATE delivery SET lease_until = ?, asked_at = ?, owner = NULL, failures = ?, setback = coalesce(?, setback),
       setback_until = CASE WHEN CAST(? AS text) IS NULL THEN setback_until ELSE ? END
WHERE id = ? AND owner = ? AND tries = ? AND state = 'claimed'
"""
# A row is as good as stopped once its schedule is paused or removed: that holds up to the last moment.
_ASKING = """
WITH asking (id, tries, since) AS (VALUES {asking})
UPDATE delivery SET asked_at = asking.since FROM asking
WHERE delivery.id = asking.id AND delivery.tries = asking.tries AND owner = ? AND state = 'claimed'
AND EXISTS (SELECT 1 FROM schedule WHERE schedule.id = delivery.schedule AND paused IS NULL{mine})
RETURNING delivery.id
"""
_WAKE = """
SELECT min(at) AS at FROM (
    SELECT min(next_due) AS at FROM schedule WHERE next_due IS NOT NULL
    UNION ALL SELECT min(lease_until) FROM delivery WHERE state = 'claimed'
    UNION ALL SELECT min(lease_until) FROM follow_up WHERE lease_until IS NOT NULL
    UNION ALL SELECT min(lease_until) FROM notice
    UNION ALL SELECT min(left_at) + ? FROM departure) AS waking
"""
# The same where not all servers are this process's: few rows are open at a time, and the first that is due is soon
# found along the index.
_WAKE_OF_MINE = """
SELECT min(at) AS at FROM (
    SELECT min(next_due) AS at FROM schedule WHERE next_due IS NOT NULL{mine}
    UNION ALL SELECT min(delivery.lease_until) FROM delivery JOIN schedule ON schedule.id = delivery.schedule
              WHERE state = 'claimed'{mine}
    UNION ALL SELECT min(follow_up.lease_until) FROM follow_up JOIN delivery ON delivery.id = follow_up.delivery
              JOIN schedule ON schedule.id = delivery.schedule WHERE follow_up.lease_until IS NOT NULL{mine}
    UNION ALL SELECT min(lease_until) FROM notice WHERE lease_until IS NOT NULL{notices}
    UNION ALL SELECT min(left_at) + ? FROM departure WHERE left_at IS NOT NULL{departures}) AS waking
"""

_OUTSTANDING = """
SELECT (SELECT count(*) FROM schedule WHERE next_due <= ?{mine}) AS due,
       (SELECT count(*) FROM delivery WHERE state = 'claimed'{open}) AS open
"""
_OPEN_OF_MINE = " AND schedule IN (SELECT id FROM schedule WHERE id IS NOT NULL{mine})"


def _wake(owned: Ownership) -> str:
    mine, notices, departures = map(owned.condition, ("schedule.guild", "notice.guild", "departure.guild"))
    return _WAKE_OF_MINE.format(mine=mine, notices=notices, departures=departures) if mine else _WAKE


def _outstanding(owned: Ownership) -> str:
    mine = owned.condition("schedule.guild")
    return _OUTSTANDING.format(mine=mine, open=_OPEN_OF_MINE.format(mine=mine) if mine else "")


class Deliveries:
    """The ledger's transactions, as one worker makes them."""

    def __init__(self, database: Database, worker: Identity, meter: Meter | None = None) -> None:
        self._database = database
        self._worker = worker
        self._meter = meter or NoMeter()

    async def take_over(self, now: dt.datetime) -> bool:
        """Get ready to post, should the store be a copy that nobody has posted from yet: see `store.take_over`."""
        return await store.take_over(self._database, now)

    async def take(
        self,
        now: dt.datetime,
        limit: int,
        matching: Callable[[str | None], Collection[str]],
        busy: Collection[PostJob | NoticeJob | FollowUpJob] = (),
    ) -> list[PostJob | NoticeJob | FollowUpJob]:
        """Lease up to `limit` jobs: those that wait for another attempt first, then schedules now due, then follow-ups.

        `matching` returns the ids of the quotes that an `about` matches; `busy` is what the caller still works
        on, which is not leased to it once more.
        """
        taken: list[PostJob | NoticeJob | FollowUpJob] = []
        followed = [job.id for job in busy if isinstance(job, FollowUpJob)]
        posts = [job.id for job in busy if isinstance(job, PostJob)]
        guilds = [job.target.guild for job in busy if isinstance(job, NoticeJob)]
        async with self._database.transaction() as tx:
            taken += await take_stale(tx, self._worker, now, limit, posts)
            if room := limit - len(taken):
                taken += await store.take_notices(tx, self._worker, now, room, guilds)
            missed = 0
            if room := limit - len(taken):
                claimed, missed = await claim_due(tx, self._worker, now, room, matching)
                taken += claimed
            if room := limit - len(taken):
                taken += await take_follow_ups(tx, self._worker, now, room, followed)
        for _ in range(missed):
            self._meter.posted(State.SKIPPED.value, late=False)
        return taken

    async def asking(self, jobs: Sequence[tuple[PostJob | NoticeJob, dt.datetime]]) -> set[str]:
        """Write which jobs are about to be asked for, each with `asked` as in Job.

        Returns the nonces of those that may be: not those whose lease, or shard, has passed to another, nor posts whose
        schedule was paused or removed meanwhile.
        """
        posts = [(job.id, job.tries, rows.to_ms(since)) for job, since in jobs if isinstance(job, PostJob)]
        noted: set[int] = set()
        if posts:
            asked, given = values(posts)
            query = _ASKING.format(asking=asked, mine=self._worker.owned.condition("schedule.guild"))
            found = await self._database.write(query, (*given, self._worker.owner))
            noted = {row["id"] for row in found}
        allowed = {each.nonce for each, _ in jobs if isinstance(each, PostJob) and each.id in noted}
        for notice, since in jobs:
            if isinstance(notice, NoticeJob) and await store.asking(self._database, self._worker, notice, since):
                allowed.add(notice.nonce)
        return allowed

    async def record(self, outcomes: Sequence[Outcome], now: dt.datetime) -> None:
        """Write how attempts ended.

        That a message was sent is written whoever holds the lease; all else only by the lease's owner, and only of the
        latest attempt, which `tries` counts.
        """
        made = [
            (v.message, v.channel, rows.to_ms(v.at), int(v.job.late), v.job.id)
            for v in outcomes
            if isinstance(v, Delivered) and isinstance(v.job, PostJob)
        ]
        async with self._database.transaction() as tx:
            # Held in order, so that processes never wait for each other in a circle; no claim changes a bag meanwhile.
            await tx.hold("schedule", "id", {v.job.schedule for v in outcomes if isinstance(v.job, PostJob)})
            sent: Sequence[Row] = ()
            if made:
                placeholders, given = values(made)
                sent = await tx.fetch_all(_SENT.format(made=placeholders), given)
            await add_follow_ups(tx, self._worker, outcomes, now)
            await record_follow_ups(tx, self._worker, outcomes, now)
            await self._wait(tx, outcomes)
            ended = await self._end(tx, outcomes)
            await store.record_notices(tx, self._worker, outcomes)
            stopped = [
                (v.job, v.pause)
                for v in outcomes
                if isinstance(v, NotDelivered) and isinstance(v.job, PostJob) and v.pause is not None
            ]
            running = [(post.schedule, reason) for post, reason in stopped if await _stops(tx, post, reason)]
            await pause_schedules(tx, running)
            await store.enqueue_notices(tx, [schedule for schedule, _ in running], now)
        for row in sent:
            self._meter.posted(State.SENT.value, late=bool(row["late"]), after=row["after"] / 1000)
        for state, late in ended:
            self._meter.posted(state.value, late=late)

    async def outstanding(self, now: dt.datetime) -> tuple[int, int]:
        """Return how many schedules are due and not claimed, and how many posts are claimed and have not ended."""
        row = await self._database.fetch_one(_outstanding(self._worker.owned), (rows.to_ms(now),))
        assert row is not None, "two counts are always a row"  # noqa: S101
        return row["due"], row["open"]

    async def _wait(self, tx: Transaction, outcomes: Sequence[Outcome]) -> None:
        await tx.executemany(
            _AGAIN,
            [
                (
                    rows.to_ms(v.at),
                    rows.optional_ms(v.asked),
                    v.failures,
                    v.setback,
                    v.setback,
                    rows.optional_ms(v.until),
                    v.job.id,
                    self._worker.owner,
                    v.job.tries,
                )
                for v in outcomes
                if isinstance(v, Retry) and isinstance(v.job, PostJob)
            ],
        )

    async def _end(self, tx: Transaction, outcomes: Sequence[Outcome]) -> list[tuple[State, bool]]:
        """Write what was not sent; return of each row that ended by it the state, and whether it was late."""
        found: list[tuple[State, bool]] = []
        for v in outcomes:
            if isinstance(v, NotDelivered) and isinstance(v.job, PostJob):
                values = (v.state.value, v.reason.value, v.job.id, self._worker.owner, v.job.tries)
                ended = await tx.fetch_one(_END, values)
                if ended is None:
                    continue
                found.append((v.state, bool(ended["late"])))
                # What is unconfirmed counts as posted.
                if v.state is not State.UNCONFIRMED:
                    await return_quote(tx, ended)
        return found

    async def latest(self, schedule: int) -> Delivery | None:
        """Return the latest row of a schedule; None before its first date."""
        row = await self._database.fetch_one(
            "SELECT * FROM delivery WHERE schedule = ? ORDER BY date DESC LIMIT 1", (schedule,)
        )
        return rows.delivery(row) if row else None

    async def failed_follow_ups(self, delivery: int) -> dict[Extra, str]:
        """Return what could not be done with the post of a delivery, each with a Reason's or Pause's value."""
        return await failed_follow_ups(self._database, delivery)

    async def next_wake(self, retention: dt.timedelta) -> dt.datetime | None:
        """Return the next instant at which something is to be done; None when nothing ever is.

        `retention` is for how long the rows of a server that the bot left are kept.
        """
        row = await self._database.fetch_one(_wake(self._worker.owned), (int(retention.total_seconds() * 1000),))
        return rows.optional(row["at"]) if row else None


async def _stops(tx: Transaction, post: PostJob, reason: Pause) -> bool:
    """Tell whether what ended a post stops its schedule: not one that was given another channel meanwhile."""
    anywhere = reason is Pause.NO_QUOTES
    query = "SELECT 1 FROM schedule WHERE id = ? AND paused IS NULL AND (? OR channel = ?)"
    return await tx.fetch_one(query, (post.schedule, anywhere, post.target.channel)) is not None


# A post missed by less is always made: a limit of 0 is not to skip a post for a second's delay.
_LEAST_LATE = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class DailyStore:
    """Schedules, the ledger, and the servers that were left."""

    schedules: Schedules
    deliveries: Deliveries
    left_guilds: LeftGuilds
    recoveries: Recoveries
    late_limit: dt.timedelta = dt.timedelta(hours=6)
    # Says for as long as it runs when the store's file is lost.
    watch: Callable[[], Awaitable[None]] | None = None

    @classmethod
    def on(
        cls, database: Database, late_limit: dt.timedelta, meter: Meter | None = None, owned: Ownership = ALL
    ) -> Self:
        """Return the tables for a process of its own name; a post missed by at most `late_limit` is made.

        Only the servers that are `owned` are looked at.
        """
        worker = Identity(secrets.token_hex(8), late_limit=max(late_limit, _LEAST_LATE), owned=owned)
        return cls(
            Schedules(database, owned),
            Deliveries(database, worker, meter),
            LeftGuilds(database, owned),
            Recoveries(database, owned),
            worker.late_limit,
            database.watch,
        )
