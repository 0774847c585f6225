"""Looks for a message of ours in what Discord keeps of a channel.

A message is known by its author and by the id of its outermost component, which we chose. Discord's docs
(Get Channel Messages): without Read Message History the answer is an empty list, which says nothing; so
the permission is looked at first.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Protocol

import discord
from discord.http import Route

from bot.client import places
from bot.domain.daily.errand import PauseNotice
from bot.domain.daily.model import Place
from bot.services.daily.face import Absent, Accepted, Unknowable

if TYPE_CHECKING:
    from bot.domain.daily.errand import QuotePost

# Our clock and Discord's may differ by so much.
_MARGIN = dt.timedelta(minutes=5)
_PAGE, _PAGES = 100, 10


class _Pace(Protocol):
    async def wait(self) -> None: ...


def accepted(data: dict[str, Any]) -> Accepted:
    """Return what Discord answered to the creation of a message, or of a forum post with its message."""
    message = data.get("message", data)
    identity = int(message["id"])
    return Accepted(identity, int(message["channel_id"]), discord.utils.snowflake_time(identity))


async def find(
    bot: discord.Client, pace: _Pace, errand: QuotePost | PauseNotice, since: dt.datetime
) -> Accepted | Absent | Unknowable:
    """Return the errand's message among those created `since`. Raises what discord.py raises."""
    guild = bot.get_guild(errand.target.guild)
    if guild is None or bot.user is None:
        return Unknowable()
    me = places.own_member(guild)
    channel_id = places.notice_channel(guild) if isinstance(errand, PauseNotice) else errand.target.channel
    channel = await places.channel_of(guild, channel_id) if channel_id else None
    if channel is None or me is None or not channel.permissions_for(me).read_message_history:
        return Unknowable()
    after = discord.utils.time_snowflake(since - _MARGIN, high=False)
    if errand.target.place is Place.FORUM:
        return await _in_forum(bot, pace, errand, after)
    return await _in_messages(bot, pace, channel.id, errand.mark, after)


async def _in_messages(
    bot: discord.Client, pace: _Pace, channel: int, mark: int, after: int
) -> Accepted | Absent | Unknowable:
    for _ in range(_PAGES):
        await pace.wait()
        page: list[dict[str, Any]] = [
            dict(message) for message in await bot.http.logs_from(channel, _PAGE, after=after)
        ]
        for message in page:
            if _ours(bot, message, mark):
                return accepted(message)
        if len(page) < _PAGE:
            return Absent()
        after = max(int(message["id"]) for message in page)
    # A channel this busy is not read to its end for one post.
    return Unknowable()


async def _in_forum(bot: discord.Client, pace: _Pace, errand: QuotePost | PauseNotice, after: int) -> Accepted | Absent:
    """Look through the forum's threads; the first message of each has the thread's id (Discord's docs, Threads)."""
    target = errand.target
    await pace.wait()
    active = await bot.http.request(Route("GET", "/guilds/{guild_id}/threads/active", guild_id=target.guild))
    await pace.wait()
    archived = await bot.http.get_public_archived_threads(target.channel, limit=_PAGE)
    for thread in [*active["threads"], *archived["threads"]]:
        mine = int(thread["owner_id"]) == _me(bot) and int(thread["parent_id"]) == target.channel
        if not mine or int(thread["id"]) < after:
            continue
        await pace.wait()
        message = dict(await bot.http.get_message(int(thread["id"]), int(thread["id"])))
        if _ours(bot, message, errand.mark):
            return accepted(message)
    return Absent()


def _ours(bot: discord.Client, message: dict[str, Any], mark: int) -> bool:
    if int(message["author"]["id"]) != _me(bot):
        return False
    return any(component.get("id") == mark for component in message.get("components", ()))


def _me(bot: discord.Client) -> int:
    return bot.user.id if bot.user else 0
