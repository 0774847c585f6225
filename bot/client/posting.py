"""Discord's face to the daily quotes: posts, looks for posts, and looks at channels."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import msgspec
from discord.http import Route

from bot.client import history, places
from bot.client.once import Once, StoppedError
from bot.client.pace import INVALID, Pace
from bot.client.patience import Patience
from bot.domain.daily.answers import Answer, NotNow, Refused, Unsure, follow_up_meaning, lasting, meaning, wait_of
from bot.domain.daily.errand import PauseNotice, QuotePost
from bot.domain.daily.model import Extra, Pause, Place, Reason, Setback, Style
from bot.rendering import daily_post
from bot.rendering.picture import alt_text
from bot.services.daily.face import EPOCH, Unknowable
from bot.services.daily.turns import ATTEMPT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.client.discord_clock import DiscordClock
    from bot.clock import Clock
    from bot.domain.daily.errand import FollowUp
    from bot.domain.quotes import Quote
    from bot.services.daily.face import Absent, Accepted, CardMaker, Look, Span

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
# So many are noted as asked for while they wait for their turn to go: enough to fill Discord's limit where a note
# takes 40 ms, and no more than that is in doubt after a kill.
_LEAVING = 3
_UNTIL_READY = NotNow(5.0, counts=False)
_SERVER_DOWN = NotNow(30.0, Setback.SERVER_DOWN, counts=False)
# A time-out may be lifted before its end: so often it is looked at again.
_TIME_OUT_CHECK = 300.0
# An answer is on its way for less than this.
_TRANSIT = dt.timedelta(seconds=5)


_Form = list[dict[str, Any]]


class DiscordFace:
    """The Face protocol by discord.py's HTTP client, with one request an attempt.

    Raises ValueError for a client without `http_trace=tracing(discord_clock)`: what left and what was answered could
    not be told then.
    """

    def __init__(self, bot: discord.Client, clock: Clock, cards: CardMaker, discord_clock: DiscordClock) -> None:
        if bot.http.http_trace is None:
            raise ValueError("the client's requests are not traced")
        self._bot = bot
        self._discord_clock = discord_clock
        self._clock = clock
        self._cards = cards
        # discord.py 2.7.1 keeps this event for global 429s and offers no other way to ask. Requests that pass
        # it only to wait behind it would all go at once when it opens, and be refused again.
        self._pace = Pace(lambda: getattr(bot.http, "_global_over", None) or None)
        self._patience = Patience()
        self._leaving = asyncio.Semaphore(_LEAVING)
        self._follow_ups = {extra: Patience() for extra in Extra}

    async def post(
        self,
        errand: QuotePost | PauseNotice,
        quote: Quote | None,
        deadline: dt.datetime,
        asking: Callable[[], Awaitable[bool]],
    ) -> Accepted | Refused | NotNow | Unsure:
        """Ask once to create the errand's message; see Face."""
        if hindered := self._hindered(errand.target.guild):
            return hindered
        if isinstance(errand, PauseNotice):
            request = self._notice(errand)
        else:
            assert quote is not None, "a post has a quote"  # noqa: S101
            request = await self._quote_post(errand, quote)
        if not isinstance(request, tuple):
            return request
        route, fields = request
        # By whichever is further on: our clock may step, and the monotonic one stands still while a machine sleeps.
        loop = asyncio.get_running_loop()
        end = loop.time() + self._until(deadline)

        async def goes() -> bool:
            async with self._leaving:
                if not await asking():
                    return False
                await self._pace.wait()
                return True

        form = Once(fields, lambda: self._clock.now() < deadline and loop.time() < end, goes)

        async def ask() -> dict[str, Any]:
            data: dict[str, Any] = await self._bot.http.request(
                route, form=form, timeout=_TIMEOUT, trace_request_ctx=form, allow_redirects=False
            )
            return data

        try:
            data = await self._patience.wait(errand.target, ask, self._until(deadline), form, _ANSWER_SECONDS)
            accepted = history.accepted(data)
        except Exception as error:  # noqa: BLE001 - a fault of ours is raised again, below
            # The library and we may stumble over an answer in many ways: what it was decides, not how.
            answer = self._answer(error, form)
            if answer is None:
                return _unanswered(error, form)
            return await self._said(errand, answer)
        self._discord_clock.created(accepted.at, loop.time())
        return accepted

    def _hindered(self, guild_id: int) -> NotNow | None:
        """Return why a server cannot be posted to for now, as far as the gateway has told."""
        guild = self._bot.get_guild(guild_id)
        if guild is None or not self._bot.is_ready():
            return None
        me = places.own_member(guild)
        if guild.unavailable or me is None:
            return _SERVER_DOWN
        # Discord's docs, Permissions: a time-out leaves reading alone, and does not bind administrators.
        if me.guild_permissions.administrator:
            return None
        # Where it may be over, Discord is asked, and says so.
        return _timed_out(me.timed_out_until, self._discord_clock.now().latest)

    def _answer(self, error: Exception, form: Once | None = None) -> Answer | None:
        """Return what Discord answered, from what the library raised or from what was seen of the request."""
        if isinstance(error, discord.HTTPException):
            code: object = error.code  # whatever the body holds under that name
            answer = Answer(error.status, code if isinstance(code, int) else 0, wait_of(error.response.headers))
        elif form is not None and form.status is not None:
            answer = Answer(form.status, wait=wait_of(form.headers))
        else:
            return None
        if answer.status in INVALID:
            self._pace.invalid()
        return answer

    def _until(self, instant: dt.datetime) -> float:
        return (instant - self._clock.now()).total_seconds()

    def _notice(self, errand: PauseNotice) -> tuple[Route, _Form] | Refused | NotNow:
        if not self._bot.is_ready():
            return _UNTIL_READY
        guild = self._bot.get_guild(errand.target.guild)
        channel = places.notice_channel(guild)
        if channel is None:
            me = None if guild is None else places.own_member(guild)
            # discord.py reckons permissions by our clock, by which a time-out may still last.
            timed_out = me is not None and me.is_timed_out()
            return NotNow(60.0, Setback.TIMED_OUT, counts=False) if timed_out else Refused(Reason.NOWHERE)
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        return route, _fields(_message(daily_post.notice(errand), None, None, errand.nonce))

    async def _quote_post(self, errand: QuotePost, quote: Quote) -> tuple[Route, _Form] | NotNow:
        if errand.role and not self._bot.is_ready():
            return _UNTIL_READY  # whether the role can be mentioned, and is there at all, only the gateway tells
        if places.mention_problem(self._bot.get_guild(errand.target.guild), errand.target.channel, errand.role):
            # A mention that reaches nobody is left out; the schedule's moderators are told of it elsewhere.
            errand = msgspec.structs.replace(errand, role=None)
        picture = None
        if errand.style is Style.CARD:
            picture = await self._cards.card(quote)
        view = daily_post.post(errand, quote, picture=picture is not None)
        forum = errand.target.place is Place.FORUM
        message = _message(view, errand.role, alt_text(quote) if picture else None, errand.nonce)
        channel = errand.target.channel
        if forum:
            # Discord's docs, Start Thread in Forum: its message takes no nonce.
            message = {key: value for key, value in message.items() if "nonce" not in key}
            body = {"name": daily_post.forum_name(errand, quote), "message": message}
            return Route("POST", "/channels/{channel_id}/threads", channel_id=channel), _fields(body, picture)
        return Route("POST", "/channels/{channel_id}/messages", channel_id=channel), _fields(message, picture)

    def _there(self) -> dt.datetime:
        """Return Discord's time, at the earliest; ours while nothing is known of it."""
        there = self._discord_clock.now().earliest
        return self._clock.now() if there <= EPOCH else there

    async def _said(self, errand: QuotePost | PauseNotice, answer: Answer) -> Refused | NotNow | Unsure:
        """Return what an answer without a message means; one that refuses is looked into."""
        answered = self._there()
        _log.warning("Discord answered %s with %s (code %s)", errand.nonce, answer.status, answer.code)
        if answer.code == _ARCHIVED:
            return await self._unarchive(errand)
        said = meaning(answer)
        if lasting(answer) and (hindered := self._hindered(errand.target.guild)):
            # The gateway has told of an outage or a time-out while the request was under way.
            return hindered
        if said == Refused(Pause.NO_PERMISSION):
            return await self._time_out(errand, answered - _TRANSIT) or said
        return said

    async def _time_out(self, errand: QuotePost | PauseNotice, refused: dt.datetime) -> NotNow | None:
        """Return whether the want of permission was a time-out, which Discord answers with the same code.

        One that had not ended when the post was `refused` was the cause, though it may be over when it is read.
        """
        user = self._bot.user
        guild = errand.target.guild

        async def read() -> dict[str, Any]:
            await self._pace.wait()
            return dict(await self._bot.http.get_member(guild, user.id if user else 0))

        try:
            member = await self._patience.wait(errand.target, read, self._until(errand.lease_until))
            until = discord.utils.parse_time(member.get("communication_disabled_until"))
        except UNREADABLE as error:
            answer = self._answer(error)
            return None if answer is not None and lasting(answer) else NotNow()
        return _timed_out(until, refused)

    async def _unarchive(self, errand: QuotePost | PauseNotice) -> Refused | NotNow:
        """Reopen an archived thread, so that the next attempt finds it open."""

        async def reopen() -> None:
            await self._pace.wait()
            await self._bot.http.edit_channel(errand.target.channel, archived=False)

        try:
            await self._patience.wait(errand.target, reopen, self._until(errand.lease_until))
        except UNREADABLE as error:
            answer = self._answer(error)
            if answer is None:
                return NotNow(error.retry_after if isinstance(error, discord.RateLimited) else 0.0)
            said = meaning(answer)
            if isinstance(said, Refused):
                return Refused(Pause.ARCHIVED)
            return said if isinstance(said, NotNow) else NotNow(setback=Setback.OUTAGE)
        return NotNow()

    async def follow_up(self, job: FollowUp, quote: Quote | None) -> Refused | NotNow | None:
        """Publish a post, or begin a thread under it; see Face.

        Discord's docs: Crosspost Message, Start Thread from Message. Either is done once whoever asks how often, so
        the library may repeat the request by itself. One that waits for a limit holds back others of its kind in the
        channel, and no posts: a channel may publish ten messages an hour.
        """
        if hindered := self._hindered(job.target.guild):
            return hindered
        if not self._bot.is_ready():
            return _UNTIL_READY
        path = "/channels/{channel_id}/messages/{message_id}"
        body: dict[str, Any] = {}
        if job.extra is Extra.PUBLISH:
            path += "/crosspost"
        else:
            path += "/threads"
            body["json"] = {"name": daily_post.thread_name(job.date, quote)}
        route = Route("POST", path, channel_id=job.target.channel, message_id=job.message)
        seen = Once([], lambda: True, _unnoted)

        async def ask() -> None:
            await self._pace.wait()
            await self._bot.http.request(route, timeout=_TIMEOUT, trace_request_ctx=seen, allow_redirects=False, **body)

        try:
            await self._follow_ups[job.extra].wait(job.target, ask, _ANSWER_SECONDS, seen)
        except UNREADABLE as error:
            answer = self._answer(error, seen)
            if answer is None:
                return NotNow(error.retry_after if isinstance(error, discord.RateLimited) else 0.0)
            _log.warning("Discord answered %s with %s (code %s)", job.nonce, answer.status, answer.code)
            return follow_up_meaning(answer)
        return None

    async def find(
        self, errand: QuotePost | PauseNotice, since: dt.datetime
    ) -> Accepted | Absent | Unknowable | NotNow:
        """Look for the errand's message among those created `since`; see Face."""
        if not self._bot.is_ready():
            return _UNTIL_READY
        guild = self._bot.get_guild(errand.target.guild)
        if guild is not None and (guild.unavailable or places.own_member(guild) is None):
            return _SERVER_DOWN
        try:
            return await self._patience.wait(
                errand.target,
                lambda: history.find(self._bot, self._pace, errand, since),
                self._until(errand.lease_until),
            )
        except UNREADABLE as error:
            answer = self._answer(error)
            _log.warning("what became of %s could not be looked up: %s", errand.nonce, repr(error))
            if answer is not None and lasting(answer):
                return Unknowable()
            wait = error.retry_after if isinstance(error, discord.RateLimited) else answer.wait if answer else None
            return NotNow(wait or 0.0)

    def time(self) -> Span:
        """Return where Discord's clock stands; see Face."""
        return self._discord_clock.now()

    def away(self, guild: int) -> bool:
        """Tell whether the bot is surely not in a server: until it is ready, nobody knows; see Face."""
        return self._bot.is_ready() and self._bot.get_guild(guild) is None

    async def look(
        self, guild: int, channel: int, role: int | None, style: Style, extras: frozenset[Extra] = frozenset()
    ) -> Look:
        """Tell whether a schedule could post to a channel, mention a role, and do the extras; see Face."""
        return await places.look(self._bot, guild, channel, role, style, extras, self._clock.now())


def _timed_out(until: dt.datetime | None, now: dt.datetime) -> NotNow | None:
    left = 0.0 if until is None else (until - now).total_seconds()
    return NotNow(min(left, _TIME_OUT_CHECK), Setback.TIMED_OUT, until, counts=False) if left > 0 else None


async def _unnoted() -> bool:
    """Let a request go that Discord carries out once, however often it is made."""
    return True


def _unanswered(error: Exception, form: Once) -> NotNow | Unsure:
    """Return what it means that no answer came: nothing was asked, or nobody knows. Raises what is a fault of ours."""
    if not isinstance(error, _UNANSWERED):
        raise error
    if isinstance(error, discord.RateLimited):
        return NotNow(error.retry_after, Setback.LIMIT)
    if isinstance(error, StoppedError) and not error.asked:
        return NotNow(counts=False)
    return Unsure() if form.left_at is not None else NotNow(setback=Setback.UNREACHABLE)


def _message(view: discord.ui.LayoutView, role: int | None, alt: str | None, nonce: str) -> dict[str, Any]:
    """Return the body of a message: no mention but the role's, and the nonce enforced."""
    body: dict[str, Any] = {
        "flags": _COMPONENTS_V2,
        "components": view.to_components(),  # type: ignore[no-untyped-call]
        "allowed_mentions": {"parse": [], "roles": [str(role)] if role else []},
        "nonce": nonce,
        "enforce_nonce": True,
    }
    if alt is not None:
        body["attachments"] = [{"id": 0, "filename": daily_post.PICTURE, "description": alt}]
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
                "filename": daily_post.PICTURE,
                "content_type": "image/png",
            }
        )
    return fields
