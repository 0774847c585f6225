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
from bot.services.daily.face import EPOCH, Absent, Accepted, Unknowable

if TYPE_CHECKING:
    from bot.domain.daily.errand import QuotePost

# What is told of Discord's clock is right to a second or two; a minute more costs a few messages to read.
_MARGIN = dt.timedelta(minutes=1)
_PAGE, _PAGES = 100, 10
# Forum posts of ours since an attempt, of which each first message is asked for on its own.
_FIRST_MESSAGES = 50
# Discord's docs, Opcodes and Status Codes, JSON.
_UNKNOWN_MESSAGE = 10008


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
    """Return the errand's message among those created `since` (by Discord's clock). Raises what discord.py raises."""
    guild = bot.get_guild(errand.target.guild)
    if guild is None or bot.user is None:
        return Unknowable()
    me = places.own_member(guild)
    channel_id = places.notice_channel(guild) if isinstance(errand, PauseNotice) else errand.target.channel
    channel = await places.channel_of(guild, channel_id) if channel_id else None
    if channel is None or me is None or not channel.permissions_for(me).read_message_history:
        return Unknowable()
    # Since Discord's epoch at the earliest, which stands for an attempt of which its time is not known.
    after = 0 if since - _MARGIN <= EPOCH else discord.utils.time_snowflake(since - _MARGIN, high=False)
    if errand.target.place is Place.FORUM:
        return await _in_forum(bot, pace, errand, after)
    return await _in_messages(bot, pace, channel.id, errand.mark, after)


async def _in_messages(
    bot: discord.Client, pace: _Pace, channel: int, mark: int, after: int
) -> Accepted | Absent | Unknowable:
    """Read on from the attempt's time, or, where that is not known, back from the newest message."""
    since: dict[str, int] = {"after": after} if after else {}
    for _ in range(_PAGES):
        await pace.wait()
        page: list[dict[str, Any]] = [dict(message) for message in await bot.http.logs_from(channel, _PAGE, **since)]
        for message in page:
            if _ours(bot, message, mark):
                return accepted(message)
        if len(page) < _PAGE:
            return Absent()
        ids = [int(message["id"]) for message in page]
        since = {"after": max(ids)} if after else {"before": min(ids)}
    # A channel this busy is not read to its end for one post.
    return Unknowable()


async def _in_forum(
    bot: discord.Client, pace: _Pace, errand: QuotePost | PauseNotice, after: int
) -> Accepted | Absent | Unknowable:
    """Look through the forum's posts of ours; the first message of each has the post's id (Discord's docs, Threads).

    It is not there only if all lists were read to their ends, and none of the posts has lost its first message.
    """
    target = errand.target
    await pace.wait()
    active = await bot.http.request(Route("GET", "/guilds/{guild_id}/threads/active", guild_id=target.guild))
    archived, all_read = await _archived(bot, pace, target.channel, after)
    candidates = {
        int(thread["id"])
        for thread in [*active["threads"], *archived]
        if int(thread["id"]) >= after
        and int(thread.get("parent_id") or 0) == target.channel
        and int(thread.get("owner_id") or 0) == _me(bot)
    }
    all_read = all_read and not active.get("has_more") and len(candidates) <= _FIRST_MESSAGES
    for thread_id in sorted(candidates, reverse=True)[:_FIRST_MESSAGES]:
        await pace.wait()
        try:
            message = dict(await bot.http.get_message(thread_id, thread_id))
        except discord.NotFound as error:
            if error.code != _UNKNOWN_MESSAGE:
                raise
            # Somebody deleted it, and left the post: it may have been the one.
            all_read = False
            continue
        if _ours(bot, message, errand.mark):
            return accepted(message)
    return Absent() if all_read else Unknowable()


async def _archived(bot: discord.Client, pace: _Pace, forum: int, after: int) -> tuple[list[dict[str, Any]], bool]:
    """Return a forum's archived posts, and whether all were read that were made `after`.

    They come in the order in which they were archived, the latest first (Discord's docs, List Public Archived
    Threads), and none was archived before it was made. Many may be archived in the same moment, so each page begins
    with the moment with which the one before it ended.
    """
    found: list[dict[str, Any]] = []
    before: Any = None
    for _ in range(_PAGES):
        await pace.wait()
        page = await bot.http.get_public_archived_threads(forum, before, limit=_PAGE)
        threads: list[dict[str, Any]] = [dict(thread) for thread in page["threads"]]
        found += threads
        if not page["has_more"] or not threads:
            return found, not page["has_more"]
        last = discord.utils.parse_time(threads[-1]["thread_metadata"]["archive_timestamp"])
        if discord.utils.time_snowflake(last, high=True) < after:
            return found, True
        before = (last + dt.timedelta(milliseconds=1)).isoformat()
    return found, False


def _ours(bot: discord.Client, message: dict[str, Any], mark: int) -> bool:
    if int(message["author"]["id"]) != _me(bot):
        return False
    return any(component.get("id") == mark for component in message.get("components", ()))


def _me(bot: discord.Client) -> int:
    return bot.user.id if bot.user else 0
