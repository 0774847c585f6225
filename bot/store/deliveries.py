"""The ledger: one row for each schedule and local date, from the claim to its end.

The claim, the choice of the quote and the step to the next due time are one transaction (`BEGIN IMMEDIATE`
lets one process at a time into it), made before anything is sent. A claim is a lease: when it runs out,
because its owner died or gave it back to wait, any process may take the row over.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.domain.daily.errand import Again, Ended, FollowUp, PauseNotice, QuotePost, Sent
from bot.domain.daily.model import Pause, State
from bot.store import claims, follow_ups, notices
from bot.store import daily_rows as rows
from bot.store.bags import return_quote
from bot.store.schedules import pause

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Sequence

    from bot.domain.daily.errand import Verdict
    from bot.domain.daily.model import Delivery, Extra
    from bot.store.database import Database, Transaction
    from bot.store.worker import Worker

_SENT = """
UPDATE delivery SET state = 'sent', message = ?, posted_in = ?, sent_at = ?, late = max(late, ?), reason = NULL,
       lease_until = NULL, owner = NULL WHERE id = ? AND state != 'sent'
"""
_END = """
UPDATE delivery SET state = ?, reason = ?, lease_until = NULL, owner = NULL
WHERE id = ? AND owner = ? AND tries = ? AND state = 'claimed' RETURNING schedule, date, quote, drawn_before
"""
# What kept it back before is still what did, where nothing else is known.
_AGAIN = """
UPDATE delivery SET lease_until = ?, asked_at = ?, owner = NULL, failures = ?, setback = coalesce(?, setback),
       setback_until = CASE WHEN ? IS NULL THEN setback_until ELSE ? END
WHERE id = ? AND owner = ? AND tries = ? AND state = 'claimed'
"""
# A row is as good as stopped once its schedule is paused or removed: that holds up to the last moment.
_ASKING = """
UPDATE delivery SET asked_at = asking.since
FROM (SELECT value ->> 0 AS id, value ->> 1 AS tries, value ->> 2 AS since FROM json_each(?)) AS asking
WHERE delivery.id = asking.id AND delivery.tries = asking.tries AND owner = ? AND state = 'claimed'
AND EXISTS (SELECT 1 FROM schedule WHERE schedule.id = delivery.schedule AND paused IS NULL)
RETURNING delivery.id
"""
_WAKE = """
SELECT min(at) AS at FROM (
    SELECT min(next_due) AS at FROM schedule WHERE next_due IS NOT NULL
    UNION ALL SELECT min(lease_until) FROM delivery WHERE state = 'claimed'
    UNION ALL SELECT min(lease_until) FROM follow_up WHERE lease_until IS NOT NULL
    UNION ALL SELECT min(lease_until) FROM notice
    UNION ALL SELECT min(left_at) + ? FROM departure)
"""


class Deliveries:
    """The ledger's transactions, as one worker makes them."""

    def __init__(self, database: Database, worker: Worker) -> None:
        self._database = database
        self._worker = worker

    async def take(
        self,
        now: dt.datetime,
        limit: int,
        matching: Callable[[str | None], Collection[str]],
        busy: Collection[QuotePost | PauseNotice | FollowUp] = (),
    ) -> list[QuotePost | PauseNotice | FollowUp]:
        """Lease up to `limit` errands: those that wait for another turn first, then schedules now due, then follow-ups.

        `matching` returns the ids of the quotes that an `about` matches; `busy` is what the caller still works
        on, which is not leased to it once more.
        """
        taken: list[QuotePost | PauseNotice | FollowUp] = []
        followed = [errand.id for errand in busy if isinstance(errand, FollowUp)]
        posts = [errand.id for errand in busy if isinstance(errand, QuotePost)]
        guilds = [errand.target.guild for errand in busy if isinstance(errand, PauseNotice)]
        async with self._database.transaction() as tx:
            taken += await claims.stale(tx, self._worker, now, limit, posts)
            if room := limit - len(taken):
                taken += await notices.take(tx, self._worker, now, room, guilds)
            if room := limit - len(taken):
                taken += await claims.claim(tx, self._worker, now, room, matching)
            if room := limit - len(taken):
                taken += await follow_ups.take(tx, self._worker, now, room, followed)
        return taken

    async def asking(self, errands: Sequence[tuple[QuotePost | PauseNotice, dt.datetime]]) -> set[str]:
        """Write which errands are about to be asked for, each with `asked` as in Errand.

        Returns the nonces of those that may be: not those whose lease has passed to another, nor posts whose schedule
        was paused or removed meanwhile.
        """
        posts = [
            (errand.id, errand.tries, rows.to_ms(since)) for errand, since in errands if isinstance(errand, QuotePost)
        ]
        found = await self._database.write(_ASKING, (json.dumps(posts), self._worker.owner)) if posts else ()
        noted = {row["id"] for row in found}
        allowed = {each.nonce for each, _ in errands if isinstance(each, QuotePost) and each.id in noted}
        for notice, since in errands:
            if isinstance(notice, PauseNotice) and await notices.asking(self._database, self._worker, notice, since):
                allowed.add(notice.nonce)
        return allowed

    async def record(self, verdicts: Sequence[Verdict], now: dt.datetime) -> None:
        """Write how turns ended.

        That a message was sent is written whoever holds the lease; all else only by the lease's owner, and only of the
        latest turn, which `tries` counts.
        """
        async with self._database.transaction() as tx:
            await tx.executemany(
                _SENT,
                [
                    (v.message, v.channel, rows.to_ms(v.at), int(v.errand.late), v.errand.id)
                    for v in verdicts
                    if isinstance(v, Sent) and isinstance(v.errand, QuotePost)
                ],
            )
            await follow_ups.add(tx, self._worker, verdicts, now)
            await follow_ups.record(tx, self._worker, verdicts)
            await self._wait(tx, verdicts)
            await self._end(tx, verdicts)
            await notices.record(tx, self._worker, verdicts)
            stopped = [
                (v.errand, v.pause)
                for v in verdicts
                if isinstance(v, Ended) and isinstance(v.errand, QuotePost) and v.pause is not None
            ]
            running = [(post.schedule, reason) for post, reason in stopped if await _stops(tx, post, reason)]
            await pause(tx, running)
            await notices.owe(tx, [schedule for schedule, _ in running], now)

    async def _wait(self, tx: Transaction, verdicts: Sequence[Verdict]) -> None:
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
                    v.errand.id,
                    self._worker.owner,
                    v.errand.tries,
                )
                for v in verdicts
                if isinstance(v, Again) and isinstance(v.errand, QuotePost)
            ],
        )

    async def _end(self, tx: Transaction, verdicts: Sequence[Verdict]) -> None:
        for v in verdicts:
            if isinstance(v, Ended) and isinstance(v.errand, QuotePost):
                values = (v.state.value, v.reason.value, v.errand.id, self._worker.owner, v.errand.tries)
                ended = await tx.fetch_one(_END, values)
                # What is unconfirmed counts as posted.
                if ended is not None and v.state is not State.UNCONFIRMED:
                    await return_quote(tx, ended)

    async def latest(self, schedule: int) -> Delivery | None:
        """Return the latest row of a schedule; None before its first date."""
        row = await self._database.fetch_one(
            "SELECT * FROM delivery WHERE schedule = ? ORDER BY date DESC LIMIT 1", (schedule,)
        )
        return rows.delivery(row) if row else None

    async def failed_follow_ups(self, delivery: int) -> dict[Extra, str]:
        """Return what could not be done with the post of a delivery, each with a Reason's or Pause's value."""
        return await follow_ups.failed(self._database, delivery)

    async def next_wake(self, farewell: dt.timedelta) -> dt.datetime | None:
        """Return the next instant at which something is to be done; None when nothing ever is.

        `farewell` is for how long the rows of a server that the bot left are kept.
        """
        row = await self._database.fetch_one(_WAKE, (int(farewell.total_seconds() * 1000),))
        return rows.optional(row["at"]) if row else None


async def _stops(tx: Transaction, post: QuotePost, reason: Pause) -> bool:
    """Tell whether what ended a post stops its schedule: not one that was given another channel meanwhile."""
    anywhere = reason is Pause.NO_QUOTES
    query = "SELECT 1 FROM schedule WHERE id = ? AND paused IS NULL AND (? OR channel = ?)"
    return await tx.fetch_one(query, (post.schedule, anywhere, post.target.channel)) is not None
