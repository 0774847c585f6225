"""Discord's face to the daily quotes: posts, looks for posts, and looks at channels."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord.http import Route

from bot.client import history, places
from bot.client.once import Once, StoppedError
from bot.client.pace import Pace
from bot.client.patience import Patience
from bot.domain.daily.errand import PauseNotice, QuotePost
from bot.domain.daily.model import Pause, Place, Reason, Style
from bot.rendering import daily_post
from bot.rendering.picture import alt_text
from bot.services.daily.face import Absent, Accepted, NotNow, Refused, Unknowable, Unsure
from bot.services.daily.turns import ATTEMPT

if TYPE_CHECKING:
    import datetime as dt

    from bot.clock import Clock
    from bot.domain.quotes import Quote
    from bot.services.daily.face import CardMaker, Look

_log = logging.getLogger(__name__)

_ANSWER_SECONDS = ATTEMPT.total_seconds()
_TIMEOUT = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
_COMPONENTS_V2 = 1 << 15
# What Discord's error codes (docs, Opcodes and Status Codes, JSON) mean for a schedule.
_CODES: dict[int, Pause] = {
    10003: Pause.CHANNEL_GONE,
    10004: Pause.NO_ACCESS,
    50001: Pause.NO_ACCESS,
    50008: Pause.NO_ACCESS,
    50013: Pause.NO_PERMISSION,
    50024: Pause.NO_ACCESS,
    40067: Pause.NEEDS_TAG,
    160005: Pause.ARCHIVED,
}
_ARCHIVED = 50083
_UNAUTHORISED, _FORBIDDEN, _NOT_FOUND, _TIMED_OUT, _TOO_MANY = 401, 403, 404, 408, 429
_AFTER_CLOUDFLARE = 60.0
_UNTIL_READY = NotNow(5.0)


_Form = list[dict[str, Any]]


class DiscordFace:
    """The Face protocol by discord.py's HTTP client, with one request an attempt."""

    def __init__(self, bot: discord.Client, clock: Clock, cards: CardMaker) -> None:
        self._bot = bot
        self._clock = clock
        self._cards = cards
        # discord.py 2.7.1 keeps this event for global 429s and offers no other way to ask. Requests that pass
        # it only to wait behind it would all go at once when it opens, and be refused again.
        self._pace = Pace(lambda: getattr(bot.http, "_global_over", None) or None)
        self._patience = Patience()

    async def post(
        self, errand: QuotePost | PauseNotice, quote: Quote | None, deadline: dt.datetime
    ) -> Accepted | Refused | NotNow | Unsure:
        """Ask once to create the errand's message; see Face."""
        if isinstance(errand, PauseNotice):
            request = self._notice(errand)
        else:
            assert quote is not None, "a post has a quote"  # noqa: S101
            request = await self._quote_post(errand, quote)
        if not isinstance(request, tuple):
            return request
        route, fields = request
        form = Once(fields, lambda: self._clock.now() < deadline)

        async def ask() -> dict[str, Any]:
            await self._pace.wait()
            data: dict[str, Any] = await self._bot.http.request(route, form=form, timeout=_TIMEOUT)
            return data

        try:
            data = await self._patience.wait(errand.target, ask, self._until(deadline), form, _ANSWER_SECONDS)
        except StoppedError as stopped:
            return Unsure() if stopped.asked else NotNow()
        except discord.HTTPException as error:
            return await self._said(errand, error)
        except (discord.RateLimited, aiohttp.ClientError, TimeoutError, OSError) as error:
            return _unanswered(error)
        return history.accepted(data)

    def _until(self, instant: dt.datetime) -> float:
        return (instant - self._clock.now()).total_seconds()

    def _notice(self, errand: PauseNotice) -> tuple[Route, _Form] | Refused | NotNow:
        if not self._bot.is_ready():
            return _UNTIL_READY
        channel = places.notice_channel(self._bot.get_guild(errand.target.guild))
        if channel is None:
            return Refused(Reason.NOWHERE)
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        return route, _fields(_message(daily_post.notice(errand), None, None, errand.nonce))

    async def _quote_post(self, errand: QuotePost, quote: Quote) -> tuple[Route, _Form]:
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

    async def _said(self, errand: QuotePost | PauseNotice, error: discord.HTTPException) -> Refused | NotNow | Unsure:
        """Return what an error of Discord's means."""
        if error.status >= 500 or error.status == _TIMED_OUT:  # noqa: PLR2004 - HTTP's server errors
            return Unsure()
        if error.status in {_TOO_MANY, _UNAUTHORISED}:
            return NotNow(_AFTER_CLOUDFLARE)
        _log.warning("Discord refused %s: %s %s", errand.nonce, error.status, error.code)
        if error.code == _ARCHIVED:
            return await self._unarchive(errand)
        known = _CODES.get(error.code)
        if known is None and error.status == _FORBIDDEN:
            known = Pause.NO_PERMISSION
        if known is None and error.status == _NOT_FOUND:
            known = Pause.CHANNEL_GONE
        return Refused(known or Reason.REFUSED)

    async def _unarchive(self, errand: QuotePost | PauseNotice) -> Refused | NotNow:
        """Reopen an archived thread, so that the next attempt finds it open."""

        async def reopen() -> None:
            await self._pace.wait()
            await self._bot.http.edit_channel(errand.target.channel, archived=False)

        try:
            await self._patience.wait(errand.target, reopen, self._until(errand.lease_until))
        except discord.HTTPException as error:
            if error.status in {_TOO_MANY, _UNAUTHORISED}:
                return NotNow(_AFTER_CLOUDFLARE)
            may_not = error.status in {_FORBIDDEN, _NOT_FOUND} or error.code in _CODES
            return Refused(Pause.ARCHIVED) if may_not else NotNow()
        except (discord.RateLimited, aiohttp.ClientError, TimeoutError, OSError) as error:
            return NotNow(error.retry_after) if isinstance(error, discord.RateLimited) else NotNow()
        except StoppedError:
            return NotNow()
        return NotNow()

    async def find(
        self, errand: QuotePost | PauseNotice, since: dt.datetime
    ) -> Accepted | Absent | Unknowable | NotNow:
        """Look for the errand's message among those created `since`; see Face."""
        if not self._bot.is_ready():
            return _UNTIL_READY
        try:
            return await self._patience.wait(
                errand.target,
                lambda: history.find(self._bot, self._pace, errand, since),
                self._until(errand.lease_until),
            )
        except discord.RateLimited as limited:
            return NotNow(limited.retry_after)
        except discord.HTTPException as error:
            if error.status >= 500 or error.status in {_TOO_MANY, _UNAUTHORISED}:  # noqa: PLR2004
                return NotNow()
            return Unknowable()
        except (StoppedError, aiohttp.ClientError, TimeoutError, OSError):
            return NotNow()

    def away(self, guild: int) -> bool:
        """Tell whether the bot is surely not in a server: until it is ready, nobody knows; see Face."""
        return self._bot.is_ready() and self._bot.get_guild(guild) is None

    async def look(self, guild: int, channel: int, role: int | None, style: Style) -> Look:
        """Tell whether a schedule could post to a channel and mention a role; see Face."""
        return await places.look(self._bot, guild, channel, role, style)


def _unanswered(error: Exception) -> NotNow | Unsure:
    """Return what it means that no answer came: nothing was asked, or nobody knows."""
    if isinstance(error, discord.RateLimited):
        return NotNow(error.retry_after)
    return NotNow() if isinstance(error, aiohttp.ClientConnectorError) else Unsure()


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
