"""What the tests of daily quotes share: schedules, a small announcement, and a channel that remembers."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from bot.announcement import Head, Quote, Source, Speaker, Topic
from bot.announcement.words import preset
from bot.daily.bag import Filters
from bot.daily.commands import Scheduler
from bot.daily.input import Zones
from bot.daily.jobs import FollowUpJob, NoticeJob, PostJob
from bot.daily.ledger import DailyStore, Deliveries
from bot.daily.ports import NOTHING_KNOWN, Absent, Accepted, ChannelCheck, NotNow, Refused, Span, Unknowable, Unsure
from bot.daily.schedule import EVERY_DAY, ChannelKind, Extra, Rule, ScheduleSpec, Style, Target, upcoming
from bot.daily.store import Identity, LeftGuilds, Recoveries, Schedules
from bot.daily.worker import Worker
from bot.library import Library
from bot.quotes.search import QuoteService
from bot.store.postgres import PostgresDatabase
from bot.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bot.daily.schedule import Schedule
    from bot.store.database import Database
    from tests.support.clock import FakeClock
    from tests.support.postgres import Place

GUILD, CHANNEL = 1001, 2001
# A Monday.
START = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)
NONCE_WINDOW = dt.timedelta(minutes=5)


def rule(time: str = "09:00", days: int = EVERY_DAY, zone: str = "UTC") -> Rule:
    hours, minutes = time.split(":")
    return Rule(int(hours) * 60 + int(minutes), days, zone)


def spec(
    channel: int = CHANNEL, guild: int = GUILD, place: ChannelKind = ChannelKind.TEXT, **fields: Any
) -> ScheduleSpec:
    given = {name: fields.pop(name) for name in ("time", "days", "zone") if name in fields}
    return ScheduleSpec(Target(guild, channel, place), rule(**given), **fields)


def announcement(count: int = 7) -> Library:
    """Quotes by two speakers; every third one is about the music."""
    speakers = (
        Speaker("ann", "Ann", "writer", "#112233"),
        Speaker("bo", "Bo", "x", "#000000", quoted_by="ann"),
    )
    sources = (Source("post", "The post", "ann"),)
    quotes = tuple(
        Quote(
            f"quote-{n}",
            "p",
            f"Words number {n}.",
            ("music",) if n % 3 == 0 else (),
            speaker=speakers[n % 2],
            attribution=("Ann", "Bo, quoted by Ann")[n % 2],
            source=sources[0],
            start=0,
            number=n,
        )
        for n in range(1, count + 1)
    )
    head = msgspec.convert(dict.fromkeys(Head.__struct_fields__, "x"), Head)
    empty: tuple[Any, ...] = ()
    topics = (Topic("music", "The music"), Topic("silence", "The silence"))
    return Library(head, preset(), sources, speakers, topics, empty, quotes, empty, empty, empty, empty, empty)


def filters(count: int = 7) -> Filters:
    library = announcement(count)
    return Filters(library, QuoteService(library))


class Channel:
    """A channel that keeps what it was sent, as Discord does; what goes wrong is planned by the test.

    `plan` holds what happens at the next posts: an answer to give instead, or 'lost': the message is
    created, and the answer never comes. `searches` does the same for searches, and `follow_ups` for what follows
    posts. `not_away` are servers that the bot is in, or may be. `ahead` is by how much our clock is ahead of
    Discord's, and `time_known` whether its answers tell.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.plan: deque[Refused | NotNow | Unsure | str | BaseException] = deque()
        self.follow_ups: deque[Refused | NotNow | BaseException | None] = deque()
        self.followed: list[FollowUpJob] = []
        self.searches: deque[Unknowable | NotNow] = deque()
        self.check_answer = ChannelCheck(ChannelKind.TEXT)
        self.not_away: set[int] = set()
        self.ahead = dt.timedelta()
        self.time_known = True
        self.sent: list[PostJob | NoticeJob] = []
        self.asked = 0
        self.searched = 0
        self._accepted: list[tuple[PostJob | NoticeJob, Accepted]] = []

    @property
    def posts(self) -> list[PostJob]:
        return [job for job in self.sent if isinstance(job, PostJob)]

    @property
    def notices(self) -> list[NoticeJob]:
        return [job for job in self.sent if isinstance(job, NoticeJob)]

    async def post(
        self,
        job: PostJob | NoticeJob,
        _quote: Quote | None,
        deadline: dt.datetime,
        asking: Callable[[], Awaitable[bool]],
    ) -> Accepted | Refused | NotNow | Unsure:
        if self.clock.now() >= deadline or not await asking():
            return NotNow(counts=False)
        self.asked += 1
        happens = self.plan.popleft() if self.plan else "ok"
        if isinstance(happens, BaseException):
            raise happens
        if not isinstance(happens, str):
            return happens
        accepted = self._remembered(job) or self._create(job)
        return accepted if happens == "ok" else Unsure()

    def _remembered(self, job: PostJob | NoticeJob) -> Accepted | None:
        for known, accepted in self._accepted:
            recent = self.there - accepted.at < NONCE_WINDOW
            if known.nonce == job.nonce and recent and job.target.place is not ChannelKind.FORUM:
                return accepted
        return None

    def _create(self, job: PostJob | NoticeJob) -> Accepted:
        self.sent.append(job)
        accepted = Accepted(len(self.sent), job.target.channel, self.there)
        self._accepted.append((job, accepted))
        return accepted

    async def find(self, job: PostJob | NoticeJob, since: dt.datetime) -> Accepted | Absent | Unknowable | NotNow:
        self.searched += 1
        if self.searches:
            return self.searches.popleft()
        for known, accepted in self._accepted:
            if known.component_id == job.component_id and accepted.at >= since:
                return accepted
        return Absent()

    async def follow_up(self, job: FollowUpJob, _quote: Quote | None) -> Refused | NotNow | None:
        self.followed.append(job)
        happens = self.follow_ups.popleft() if self.follow_ups else None
        if isinstance(happens, BaseException):
            raise happens
        return happens

    @property
    def there(self) -> dt.datetime:
        return self.clock.now() - self.ahead

    def time(self) -> Span:
        return Span(self.there, self.there) if self.time_known else NOTHING_KNOWN

    def away(self, guild: int) -> bool:
        return guild not in self.not_away

    async def check_channel(
        self, _guild: int, _channel: int, _role: int | None, _style: Style, _extras: frozenset[Extra] = frozenset()
    ) -> ChannelCheck:
        return self.check_answer


class Office:
    """A process at work on a store: its worker and its scheduler, with a clock and channel of the test."""

    def __init__(self, database: Database, clock: FakeClock, channel: Channel, owner: str = "one") -> None:
        self.database, self.clock, self.channel = database, clock, channel
        self.filters = filters()
        self.store = DailyStore(
            Schedules(database), Deliveries(database, Identity(owner)), LeftGuilds(database), Recoveries(database)
        )
        self.worker = Worker(self.store.deliveries, self.store.left_guilds, self.filters, channel, clock)
        stores = (self.store.schedules, self.store.deliveries)
        self.scheduler = Scheduler(stores, self.filters, zones(), channel, clock, lambda: 7, self.worker.poke)

    @property
    def file(self) -> SqliteDatabase:
        """The store where it is a file."""
        assert isinstance(self.database, SqliteDatabase)
        return self.database

    async def add(self, seed: int = 7, **fields: Any) -> Schedule:
        made = spec(**fields)
        first = next(upcoming(made.rule, self.clock.now()))
        schedule = await self.store.schedules.add(made, seed, first, 25)
        self.worker.poke()
        return schedule

    async def take(self, limit: int = 100) -> list[PostJob | NoticeJob | FollowUpJob]:
        return await self.store.deliveries.take(self.clock.now(), limit, self.filters.matching)

    async def ask(self, job: PostJob | NoticeJob | FollowUpJob) -> Accepted | Refused | NotNow | Unsure:
        """Ask for a job as an attempt does, and record nothing more: as if killed before the answer."""
        assert not isinstance(job, FollowUpJob)

        async def asking() -> bool:
            since = job.asked or self.channel.time().earliest
            return job.nonce in await self.store.deliveries.asking([(job, since)])

        return await self.channel.post(job, None, job.lease_until, asking)

    async def lose_zone(self, number: int) -> None:
        """Let a schedule's zone be one that is not in the tz database."""
        async with self.database.transaction() as tx:
            await tx.execute("UPDATE schedule SET zone = 'Mars/Olympus' WHERE number = ?", (number,))

    async def ledger(self) -> list[dict[str, Any]]:
        rows = await self.database.fetch_all("SELECT * FROM delivery ORDER BY schedule, date")
        return [dict(row) for row in rows]

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.worker.run())
        try:
            await self.quiet()
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def quiet(self) -> None:
        """Wait until the worker sleeps, and nothing is written for a post that is about to go."""

        def still() -> bool:
            writing = self.worker._noting._writing
            return bool(self.clock.wakes) and (writing is None or writing.done())

        # Twice: what was just written lets a post go, which wakes the worker when it ends.
        await until(still)
        await until(still)

    async def move(self, **delta: float) -> None:
        """Let time pass and the worker do what is due."""
        self.clock.move(**delta)
        await self.quiet()


async def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        await asyncio.sleep(0.01)
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


@cache
def zones() -> Zones:
    return Zones.load()


@contextlib.asynccontextmanager
async def office(
    place: Place, clock: FakeClock, channel: Channel | None = None, owner: str = "one"
) -> AsyncIterator[Office]:
    async with await opened(place) as database:
        yield Office(database, clock, channel or Channel(clock), owner)


async def opened(place: Place) -> Database:
    return await (PostgresDatabase.open(place) if isinstance(place, str) else SqliteDatabase.open(place))


async def hurry(database: Database) -> None:
    """Let a process wait no longer than a moment for a store that another process holds."""
    if isinstance(database, SqliteDatabase):
        # As its usual patience as well: whatever writes within a time goes back to that afterwards.
        database._busy_timeout_ms = database._default_busy_timeout_ms = 10
        await database._writer.execute("PRAGMA busy_timeout = 10")
    else:
        assert isinstance(database, PostgresDatabase)
        database._busy = 0.01


@contextlib.asynccontextmanager
async def hold_store(place: Place) -> AsyncIterator[None]:
    """Let another process hold the store for the block."""
    async with await opened(place) as database, database.transaction() as tx:
        if isinstance(database, PostgresDatabase):
            await tx.execute("LOCK TABLE schedule, delivery, notice, departure IN EXCLUSIVE MODE")
        yield
