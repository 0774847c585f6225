"""Daily quotes in Discord: what may be posted where, how it is asked for, and how a message of ours is found again."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp
import discord
import msgspec

from bot.client import library_parts
from bot.client.panels import REPEATED, Panel
from bot.daily.delivery import ATTEMPT
from bot.daily.jobs import NoticeJob, PostJob
from bot.daily.ports import (
    EPOCH,
    Absent,
    Accepted,
    Answer,
    ChannelCheck,
    NotNow,
    Problem,
    Refused,
    Unknowable,
    Unsure,
    follow_up_meaning,
    lasting,
    meaning,
    wait_of,
)
from bot.daily.posts import PICTURE, forum_post_name, notice_view, post_view, thread_name
from bot.daily.requests import INVALID, Deadlines, RateLimiter, SingleRequest, StoppedError
from bot.daily.schedule import ChannelKind, Extra, Pause, Reason, Setback, Style

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from discord.abc import GuildChannel

    from bot.announcement import Quote
    from bot.clock import Clock
    from bot.daily.jobs import FollowUpJob, Job
    from bot.daily.ports import CardMaker, QuizMaker, Span
    from bot.daily.requests import DiscordClock
    from bot.daily.schedule import Schedule
    from bot.daily.store import Mention


def own_member(guild: discord.Guild) -> discord.Member | None:
    """Return ourselves in a server; None while Discord has not told of us there, in an outage."""
    # discord.py types `me` as never None, which it is until the server's GUILD_CREATE came.
    me: discord.Member | None = guild.me
    return me


async def channel_of(guild: discord.Guild, channel_id: int) -> GuildChannel | discord.Thread | None:
    """Return a channel or thread of the server; None when there is none, or we cannot see it.

    Archived threads are not in the cache. Raises discord.HTTPException when Discord cannot answer.
    """
    channel = guild.get_channel_or_thread(channel_id)
    if channel is None:
        try:
            channel = await guild.fetch_channel(channel_id)
        except discord.InvalidData:
            return None
        except (discord.NotFound, discord.Forbidden) as error:
            # A page of Discord's edge has these statuses too, and says nothing of the channel.
            if not lasting(Answer(error.status, error.code)):
                raise
            return None
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return None
    return channel


def notice_channel(guild: discord.Guild | None) -> int | None:
    """Return where moderators are told: the public-updates channel, else the system channel, if we may."""
    me = None if guild is None else own_member(guild)
    if guild is None or me is None:
        return None
    for channel in (guild.public_updates_channel, guild.system_channel):
        if channel is not None:
            allowed = channel.permissions_for(me)
            if allowed.view_channel and allowed.send_messages:
                return channel.id
    return None


async def check_channel(
    bot: discord.Client,
    guild_id: int,
    channel_id: int,
    role_id: int | None,
    style: Style,
    extras: frozenset[Extra] = frozenset(),
    now: dt.datetime | None = None,
) -> ChannelCheck:
    """Tell whether a schedule could post to a channel, mention a role, and do the extras with each post.

    `now` is the present instant, by which a time-out is over or not.
    """
    guild = bot.get_guild(guild_id)
    me = None if guild is None else own_member(guild)
    if guild is not None and (guild.unavailable or me is None):
        return ChannelCheck(None, Problem.SERVER_DOWN)
    channel = await channel_of(guild, channel_id) if guild else None
    if guild is None or me is None or channel is None:
        return ChannelCheck(None, Problem.GONE)
    place = _kind(channel)
    if place is None:
        return ChannelCheck(None, Problem.KIND)
    # Discord's docs, Permissions: a time-out leaves reading alone, and does not bind administrators.
    until = me.timed_out_until
    if until is not None and until > (now or discord.utils.utcnow()) and not me.guild_permissions.administrator:
        return ChannelCheck(place, Problem.TIMED_OUT, until=until)
    allowed = channel.permissions_for(me)
    wanted = {
        "View Channel": allowed.view_channel,
        "Send Messages in Threads" if place is ChannelKind.THREAD else "Send Messages": (
            allowed.send_messages_in_threads if place is ChannelKind.THREAD else allowed.send_messages
        ),
        "Attach Files": allowed.attach_files or style is not Style.CARD,
        "Create Public Threads": allowed.create_public_threads or Extra.THREAD not in extras,
    }
    missing = tuple(name for name, given in wanted.items() if not given)
    lost = mention_problem(guild, channel_id, role_id)
    problem = Problem.PERMISSIONS if missing else _channel_problem(channel, allowed, extras) or lost
    return ChannelCheck(place, problem, missing, allowed.read_message_history, lost)


def _kind(channel: GuildChannel | discord.Thread) -> ChannelKind | None:
    if isinstance(channel, discord.Thread):
        return ChannelKind.THREAD
    if isinstance(channel, discord.ForumChannel):
        return None if channel.is_media() else ChannelKind.FORUM
    return ChannelKind.TEXT if isinstance(channel, discord.TextChannel) else None


def _channel_problem(
    channel: GuildChannel | discord.Thread, allowed: discord.Permissions, extras: frozenset[Extra]
) -> Problem | None:
    if isinstance(channel, discord.Thread) and channel.locked and not allowed.manage_threads:
        return Problem.LOCKED
    if isinstance(channel, discord.ForumChannel) and channel.flags.require_tag:
        return Problem.NEEDS_TAG
    if Extra.PUBLISH in extras and channel.type is not discord.ChannelType.news:
        return Problem.NOT_ANNOUNCEMENTS
    if Extra.THREAD in extras and not isinstance(channel, discord.TextChannel):
        return Problem.NO_THREADS
    return None


def mention_problem(guild: discord.Guild | None, channel_id: int, role_id: int | None) -> Problem | None:
    """Tell why a role cannot be mentioned in a channel; None where it can, and while nobody knows.

    Discord's docs (Permissions): Mention Everyone lets us mention roles that are not mentionable.
    """
    me = None if guild is None else own_member(guild)
    if role_id is None or guild is None or me is None or guild.unavailable:
        return None
    role = guild.get_role(role_id)
    if role is None:
        return Problem.ROLE_GONE
    if role.is_default():
        return Problem.EVERYONE
    channel = guild.get_channel_or_thread(channel_id)
    if isinstance(channel, discord.Thread) and channel.parent is None:
        channel = None
    allowed = me.guild_permissions if channel is None else channel.permissions_for(me)
    return None if role.mentionable or allowed.mention_everyone else Problem.ROLE_NOT_MENTIONABLE


# What is told of Discord's clock is right to a second or two; a minute more costs a few messages to read.
_MARGIN = dt.timedelta(minutes=1)
_PAGE, _PAGES = 100, 10
# Forum posts of ours since an attempt, of which each first message is asked for on its own.
_FIRST_MESSAGES = 50
# Discord's docs, Opcodes and Status Codes, JSON.
_UNKNOWN_MESSAGE = 10008


class _Limiter(Protocol):
    async def wait(self) -> None: ...


def accepted_message(data: dict[str, Any]) -> Accepted:
    """Return what Discord answered to the creation of a message, or of a forum post with its message."""
    message = data.get("message", data)
    identity = int(message["id"])
    return Accepted(identity, int(message["channel_id"]), discord.utils.snowflake_time(identity))


async def find_message(
    bot: discord.Client, limiter: _Limiter, job: PostJob | NoticeJob, since: dt.datetime
) -> Accepted | Absent | Unknowable:
    """Return the job's message among those created `since` (by Discord's clock). Raises what discord.py raises."""
    guild = bot.get_guild(job.target.guild)
    if guild is None or bot.user is None:
        return Unknowable()
    me = own_member(guild)
    channel_id = notice_channel(guild) if isinstance(job, NoticeJob) else job.target.channel
    channel = await channel_of(guild, channel_id) if channel_id else None
    if channel is None or me is None or not channel.permissions_for(me).read_message_history:
        return Unknowable()
    # Since Discord's epoch at the earliest, which stands for an attempt of which its time is not known.
    after = 0 if since - _MARGIN <= EPOCH else discord.utils.time_snowflake(since - _MARGIN, high=False)
    if job.target.place is ChannelKind.FORUM:
        return await _in_forum(bot, limiter, job, after)
    return await _in_messages(bot, limiter, channel.id, job.component_ids, after)


async def _in_messages(
    bot: discord.Client, limiter: _Limiter, channel: int, component_ids: frozenset[int], after: int
) -> Accepted | Absent | Unknowable:
    """Read on from the attempt's time, or, where that is not known, back from the newest message."""
    since: dict[str, int] = {"after": after} if after else {}
    for _ in range(_PAGES):
        await limiter.wait()
        page = await library_parts.messages_of(bot, channel, _PAGE, **since)
        for message in page:
            if _ours(bot, message, component_ids):
                return accepted_message(message)
        if len(page) < _PAGE:
            return Absent()
        ids = [int(message["id"]) for message in page]
        since = {"after": max(ids)} if after else {"before": min(ids)}
    # A channel this busy is not read to its end for one post.
    return Unknowable()


async def _in_forum(
    bot: discord.Client, limiter: _Limiter, job: PostJob | NoticeJob, after: int
) -> Accepted | Absent | Unknowable:
    """Look through the forum's posts of ours; the first message of each has the post's id (Discord's docs, Threads).

    It is not there only if all lists were read to their ends, and none of the posts has lost its first message.
    """
    target = job.target
    await limiter.wait()
    active = await library_parts.active_threads(bot, target.guild)
    archived, all_read = await _archived(bot, limiter, target.channel, after)
    candidates = {
        int(thread["id"])
        for thread in [*active["threads"], *archived]
        if int(thread["id"]) >= after
        and int(thread.get("parent_id") or 0) == target.channel
        and int(thread.get("owner_id") or 0) == _me(bot)
    }
    all_read = all_read and not active.get("has_more") and len(candidates) <= _FIRST_MESSAGES
    for thread_id in sorted(candidates, reverse=True)[:_FIRST_MESSAGES]:
        await limiter.wait()
        try:
            message = await library_parts.message_of(bot, thread_id, thread_id)
        except discord.NotFound as error:
            if error.code != _UNKNOWN_MESSAGE:
                raise
            # Somebody deleted it, and left the post: it may have been the one.
            all_read = False
            continue
        if _ours(bot, message, job.component_ids):
            return accepted_message(message)
    return Absent() if all_read else Unknowable()


async def _archived(
    bot: discord.Client, limiter: _Limiter, forum: int, after: int
) -> tuple[list[dict[str, Any]], bool]:
    """Return a forum's archived posts, and whether all were read that were made `after`.

    They come in the order in which they were archived, the latest first (Discord's docs, List Public Archived
    Threads), and none was archived before it was made. Many may be archived in the same moment, so each page begins
    with the moment with which the one before it ended.
    """
    found: list[dict[str, Any]] = []
    before: Any = None
    for _ in range(_PAGES):
        await limiter.wait()
        page = await library_parts.archived_threads(bot, forum, before, _PAGE)
        threads: list[dict[str, Any]] = [dict(thread) for thread in page["threads"]]
        found += threads
        if not page["has_more"] or not threads:
            return found, not page["has_more"]
        last = discord.utils.parse_time(threads[-1]["thread_metadata"]["archive_timestamp"])
        if discord.utils.time_snowflake(last, high=True) < after:
            return found, True
        before = (last + dt.timedelta(milliseconds=1)).isoformat()
    return found, False


def _ours(bot: discord.Client, message: dict[str, Any], component_ids: frozenset[int]) -> bool:
    if int(message["author"]["id"]) != _me(bot):
        return False
    return any(component.get("id") in component_ids for component in message.get("components", ()))


def _me(bot: discord.Client) -> int:
    return bot.user.id if bot.user else 0


_log = logging.getLogger(__name__)

_ANSWER_SECONDS = ATTEMPT.total_seconds()
# The total holds the wait in line as well, which the attempt's deadline bounds.
_TIMEOUT = aiohttp.ClientTimeout(total=4 * _ANSWER_SECONDS, connect=_ANSWER_SECONDS, sock_read=_ANSWER_SECONDS)
_COMPONENTS_V2 = 1 << 15
# What the library raises for a request that was not made, was refused, or was not answered.
_UNANSWERED = (StoppedError, discord.HTTPException, discord.RateLimited, aiohttp.ClientError, TimeoutError, OSError)
# And what is raised over an answer that is not what Discord's docs say: half of it, or a page with status 200.
UNREADABLE = (*_UNANSWERED, ValueError, TypeError, LookupError, AttributeError)
# Discord's docs, Opcodes and Status Codes, JSON: an operation on an archived thread.
_ARCHIVED = 50083
# So many are noted as asked for while they wait to be sent: enough to fill Discord's limit where a note
# takes 40 ms, and no more than that is in doubt after a kill.
_LEAVING = 3
_UNTIL_READY = NotNow(5.0, counts=False)
_SERVER_DOWN = NotNow(30.0, Setback.SERVER_DOWN, counts=False)
# A time-out may be lifted before its end: so often it is looked at again.
_TIME_OUT_CHECK = 300.0
# An answer is on its way for less than this.
_TRANSIT = dt.timedelta(seconds=5)


_Form = list[dict[str, Any]]
# Where it is posted to, in which channel, and what.
_Request = tuple[str, int, _Form]
_MESSAGES = "/channels/{channel_id}/messages"
_FORUM_POSTS = "/channels/{channel_id}/threads"


class DiscordChat:
    """A ChatPort by discord.py's HTTP client, with one request an attempt.

    Raises ValueError for a client without `http_trace=tracing(discord_clock)`: what left and what was answered could
    not be told then.
    """

    def __init__(
        self,
        bot: discord.Client,
        clock: Clock,
        cards: CardMaker,
        quizzes: QuizMaker,
        discord_clock: DiscordClock,
        slots: Callable[[int], Awaitable[Iterable[float]]] | None = None,
    ) -> None:
        if not library_parts.is_traced(bot):
            raise ValueError("the client's requests are not traced")
        self._bot = bot
        self._discord_clock = discord_clock
        self._clock = clock
        self._cards = cards
        self._quizzes = quizzes
        # What all requests of the daily posts wait for.
        self.limiter = RateLimiter(lambda: library_parts.global_limit(bot), slots=slots)
        self._deadlines = Deadlines()
        self._leaving = asyncio.Semaphore(_LEAVING)
        self._follow_ups = {extra: Deadlines() for extra in Extra}

    async def post(
        self,
        job: PostJob | NoticeJob,
        quote: Quote | None,
        deadline: dt.datetime,
        asking: Callable[[], Awaitable[bool]],
    ) -> Accepted | Refused | NotNow | Unsure:
        """Ask once to create the job's message; see ChatPort."""
        if hindered := self._hindered(job.target.guild):
            return hindered
        if isinstance(job, NoticeJob):
            request = self._notice(job)
        else:
            assert quote is not None, "a post has a quote"  # noqa: S101
            request = await self._quote_post(job, quote)
        if not isinstance(request, tuple):
            return request
        path, channel, fields = request
        # By whichever is further on: our clock may step, and the monotonic one stands still while a machine sleeps.
        loop = asyncio.get_running_loop()
        end = loop.time() + self._until(deadline)

        async def goes() -> bool:
            async with self._leaving:
                if not await asking():
                    return False
                await self.limiter.wait()
                return True

        form = SingleRequest(fields, lambda: self._clock.now() < deadline and loop.time() < end, goes)

        async def ask() -> dict[str, Any]:
            return await library_parts.post_form(self._bot, path, channel, form, _TIMEOUT)

        try:
            data = await self._deadlines.wait(job.target, ask, self._until(deadline), form, _ANSWER_SECONDS)
            accepted = accepted_message(data)
        except Exception as error:  # noqa: BLE001 - a fault of ours is raised again, below
            # The library and we may stumble over an answer in many ways: what it was decides, not how.
            answer = self._answer(error, form)
            if answer is None:
                return _unanswered(error, form)
            return await self._said(job, answer)
        self._discord_clock.created(accepted.at, loop.time())
        return accepted

    def _hindered(self, guild_id: int) -> NotNow | None:
        """Return why a server cannot be posted to for now, as far as the gateway has told."""
        guild = self._bot.get_guild(guild_id)
        if guild is None or not self._bot.is_ready():
            return None
        me = own_member(guild)
        if guild.unavailable or me is None:
            return _SERVER_DOWN
        # Discord's docs, Permissions: a time-out leaves reading alone, and does not bind administrators.
        if me.guild_permissions.administrator:
            return None
        # Where it may be over, Discord is asked, and says so.
        return _timed_out(me.timed_out_until, self._discord_clock.now().latest)

    def _answer(self, error: Exception, form: SingleRequest | None = None) -> Answer | None:
        """Return what Discord answered, from what the library raised or from what was seen of the request."""
        if isinstance(error, discord.HTTPException):
            code: object = error.code  # whatever the body holds under that name
            answer = Answer(error.status, code if isinstance(code, int) else 0, wait_of(error.response.headers))
        elif form is not None and form.status is not None:
            answer = Answer(form.status, wait=wait_of(form.headers))
        else:
            return None
        if answer.status in INVALID:
            self.limiter.invalid()
        return answer

    def _until(self, instant: dt.datetime) -> float:
        return (instant - self._clock.now()).total_seconds()

    def _notice(self, job: NoticeJob) -> _Request | Refused | NotNow:
        if not self._bot.is_ready():
            return _UNTIL_READY
        guild = self._bot.get_guild(job.target.guild)
        channel = notice_channel(guild)
        if channel is None:
            me = None if guild is None else own_member(guild)
            # discord.py reckons permissions by our clock, by which a time-out may still last.
            timed_out = me is not None and me.is_timed_out()
            return NotNow(60.0, Setback.TIMED_OUT, counts=False) if timed_out else Refused(Reason.NOWHERE)
        return _MESSAGES, channel, _fields(_message(notice_view(job), None, None, job.nonce))

    async def _quote_post(self, job: PostJob, quote: Quote) -> _Request | NotNow:
        if job.role and not self._bot.is_ready():
            return _UNTIL_READY  # whether the role can be mentioned, and is there at all, only the gateway tells
        if mention_problem(self._bot.get_guild(job.target.guild), job.target.channel, job.role):
            # A mention that reaches nobody is left out; the schedule's moderators are told of it elsewhere.
            job = msgspec.structs.replace(job, role=None)
        picture = None
        if job.style is Style.CARD:
            picture = await self._cards.card(quote)
        question = self._quizzes.about(quote) if job.style is Style.QUIZ else None
        view = post_view(job, quote, picture=picture is not None, question=question)
        forum = job.target.place is ChannelKind.FORUM
        message = _message(view, job.role, REPEATED if picture else None, job.nonce)
        channel = job.target.channel
        if forum:
            # Discord's docs, Start Thread in Forum: its message takes no nonce.
            message = {key: value for key, value in message.items() if "nonce" not in key}
            body = {"name": forum_post_name(job, quote), "message": message}
            return _FORUM_POSTS, channel, _fields(body, picture)
        return _MESSAGES, channel, _fields(message, picture)

    def _there(self) -> dt.datetime:
        """Return Discord's time, at the earliest; ours while nothing is known of it."""
        there = self._discord_clock.now().earliest
        return self._clock.now() if there <= EPOCH else there

    async def _said(self, job: PostJob | NoticeJob, answer: Answer) -> Refused | NotNow | Unsure:
        """Return what an answer without a message means; one that refuses is looked into."""
        answered = self._there()
        _log_answer(job, answer)
        if answer.code == _ARCHIVED:
            return await self._unarchive(job)
        said = meaning(answer)
        if lasting(answer) and (hindered := self._hindered(job.target.guild)):
            # The gateway has told of an outage or a time-out while the request was under way.
            return hindered
        if said == Refused(Pause.NO_PERMISSION):
            return await self._time_out(job, answered - _TRANSIT) or said
        return said

    async def _time_out(self, job: PostJob | NoticeJob | FollowUpJob, refused: dt.datetime) -> NotNow | None:
        """Return whether the want of permission was a time-out, which Discord answers with the same code.

        One that had not ended when the request was `refused` was the cause, though it may be over when it is read.
        """
        user = self._bot.user
        guild = job.target.guild

        async def read() -> dict[str, Any]:
            await self.limiter.wait()
            return await library_parts.member_of(self._bot, guild, user.id if user else 0)

        try:
            member = await self._deadlines.wait(job.target, read, self._until(job.lease_until))
            until = discord.utils.parse_time(member.get("communication_disabled_until"))
        except UNREADABLE as error:
            answer = self._answer(error)
            return None if answer is not None and lasting(answer) else NotNow()
        return _timed_out(until, refused)

    async def _unarchive(self, job: PostJob | NoticeJob) -> Refused | NotNow:
        """Reopen an archived thread, so that the next attempt finds it open."""

        async def reopen() -> None:
            await self.limiter.wait()
            await library_parts.reopen_thread(self._bot, job.target.channel)

        try:
            await self._deadlines.wait(job.target, reopen, self._until(job.lease_until))
        except UNREADABLE as error:
            answer = self._answer(error)
            if answer is None:
                return NotNow(error.retry_after if isinstance(error, discord.RateLimited) else 0.0)
            said = meaning(answer)
            if isinstance(said, Refused):
                return Refused(Pause.ARCHIVED)
            return said if isinstance(said, NotNow) else NotNow(setback=Setback.OUTAGE)
        return NotNow()

    async def follow_up(self, job: FollowUpJob, quote: Quote | None) -> Refused | NotNow | None:
        """Publish a post, or begin a thread under it; see ChatPort.

        Discord's docs: Crosspost Message, Start Thread from Message. Either is done once whoever asks how often, so
        the library may repeat the request by itself. One that waits for a limit holds back others of its kind in the
        channel, and no posts: a channel may publish ten messages an hour.
        """
        if hindered := self._hindered(job.target.guild):
            return hindered
        if not self._bot.is_ready():
            return _UNTIL_READY
        path = "/channels/{channel_id}/messages/{message_id}"
        body: dict[str, Any] | None = None
        if job.extra is Extra.PUBLISH:
            path += "/crosspost"
        else:
            path += "/threads"
            body = {"name": thread_name(job.date, quote)}
        seen = SingleRequest([], lambda: True, _unnoted)

        async def ask() -> None:
            await self.limiter.wait()
            post = job.target.channel, job.message
            await library_parts.post_json(self._bot, path, post, body, seen, _TIMEOUT)

        try:
            await self._follow_ups[job.extra].wait(job.target, ask, _ANSWER_SECONDS, seen)
        except UNREADABLE as error:
            answer = self._answer(error, seen)
            if answer is None:
                return NotNow(error.retry_after if isinstance(error, discord.RateLimited) else 0.0)
            _log_answer(job, answer)
            said = follow_up_meaning(answer)
            if said == Refused(Pause.NO_PERMISSION):
                return await self._time_out(job, self._there() - _TRANSIT) or said
            return said
        return None

    async def find(self, job: PostJob | NoticeJob, since: dt.datetime) -> Accepted | Absent | Unknowable | NotNow:
        """Look for the job's message among those created `since`; see ChatPort."""
        if not self._bot.is_ready():
            return _UNTIL_READY
        guild = self._bot.get_guild(job.target.guild)
        if guild is not None and (guild.unavailable or own_member(guild) is None):
            return _SERVER_DOWN
        try:
            return await self._deadlines.wait(
                job.target,
                lambda: find_message(self._bot, self.limiter, job, since),
                self._until(job.lease_until),
            )
        except UNREADABLE as error:
            answer = self._answer(error)
            known = {"nonce": job.nonce}
            _log.warning("couldn't find out what became of %s: %r", job.nonce, error, extra=known)
            if answer is not None and lasting(answer):
                return Unknowable()
            wait = error.retry_after if isinstance(error, discord.RateLimited) else answer.wait if answer else None
            return NotNow(wait or 0.0)

    def time(self) -> Span:
        """Return where Discord's clock stands; see ChatPort."""
        return self._discord_clock.now()

    def away(self, guild: int) -> bool:
        """Tell whether the bot is surely not in a server: until it is ready, nobody knows; see ChatPort."""
        return self._bot.is_ready() and self._bot.get_guild(guild) is None

    async def check_channel(
        self, guild: int, channel: int, role: int | None, style: Style, extras: frozenset[Extra] = frozenset()
    ) -> ChannelCheck:
        """Tell whether a schedule could post to a channel, mention a role, and do the extras; see ChatPort."""
        return await check_channel(self._bot, guild, channel, role, style, extras, self._clock.now())


def _log_answer(job: Job, answer: Answer) -> None:
    _log.warning(
        "Discord answered %s with %s (code %s)", job.nonce, answer.status, answer.code, extra={"nonce": job.nonce}
    )


def _timed_out(until: dt.datetime | None, now: dt.datetime) -> NotNow | None:
    left = 0.0 if until is None else (until - now).total_seconds()
    return NotNow(min(left, _TIME_OUT_CHECK), Setback.TIMED_OUT, until, counts=False) if left > 0 else None


async def _unnoted() -> bool:
    """Let a request go that Discord carries out once, however often it is made."""
    return True


def _unanswered(error: Exception, form: SingleRequest) -> NotNow | Unsure:
    """Return what it means that no answer came: nothing was asked, or nobody knows. Raises what is a fault of ours."""
    if not isinstance(error, _UNANSWERED):
        raise error
    if isinstance(error, discord.RateLimited):
        return NotNow(error.retry_after, Setback.LIMIT)
    if isinstance(error, StoppedError) and not error.asked:
        return NotNow(counts=False)
    return Unsure() if form.left_at is not None else NotNow(setback=Setback.UNREACHABLE)


def _message(view: Panel, role: int | None, alt: str | None, nonce: str) -> dict[str, Any]:
    """Return the body of a message: no mention but the role's, and the nonce enforced."""
    body: dict[str, Any] = {
        "flags": _COMPONENTS_V2,
        "components": view.to_components(),
        "allowed_mentions": {"parse": [], "roles": [str(role)] if role else []},
        "nonce": nonce,
        "enforce_nonce": True,
    }
    if alt is not None:
        body["attachments"] = [{"id": 0, "filename": PICTURE, "description": alt}]
    return body


def _fields(body: dict[str, Any], picture: bytes | None = None) -> _Form:
    """Return the body as the fields of a form (Discord's docs, Uploading Files)."""
    # The type makes aiohttp send multipart/form-data, as in the example of the docs, also without a file.
    fields: _Form = [{"name": "payload_json", "value": json.dumps(body), "content_type": "application/json"}]
    if picture is not None:
        fields.append(
            {
                "name": "files[0]",
                "value": picture,
                "filename": PICTURE,
                "content_type": "image/png",
            }
        )
    return fields


class DiscordSight:
    """The Sight protocol."""

    def __init__(self, bot: discord.Client, clock: Clock) -> None:
        self._bot = bot
        self._clock = clock

    def knows(self, guild: int) -> bool:
        """Tell whether the bot is in a server and Discord tells of it; see Sight."""
        found = self._bot.get_guild(guild)
        return found is not None and not found.unavailable and own_member(found) is not None

    async def check_channel(self, schedule: Schedule) -> ChannelCheck | None:
        """Tell whether a schedule could post; see Sight."""
        spec = schedule.spec
        try:
            return await check_channel(
                self._bot, spec.target.guild, spec.target.channel, None, spec.style, now=self._clock.now()
            )
        except UNREADABLE:
            return None

    def role(self, mention: Mention) -> Problem | None:
        """Tell why a role cannot be mentioned; see Sight."""
        return mention_problem(self._bot.get_guild(mention.guild), mention.channel, mention.role)
