"""Looks at channels, permissions and roles, from discord.py's cache and, for what it lacks, from Discord."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.domain.daily.answers import Answer, lasting
from bot.domain.daily.model import Extra, Place, Style
from bot.services.daily.face import Look, Problem

if TYPE_CHECKING:
    import datetime as dt

    from discord.abc import GuildChannel


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


async def look(
    bot: discord.Client,
    guild_id: int,
    channel_id: int,
    role_id: int | None,
    style: Style,
    extras: frozenset[Extra] = frozenset(),
    now: dt.datetime | None = None,
) -> Look:
    """Tell whether a schedule could post to a channel, mention a role, and do the extras with each post.

    `now` is the present instant, by which a time-out is over or not.
    """
    guild = bot.get_guild(guild_id)
    me = None if guild is None else own_member(guild)
    if guild is not None and (guild.unavailable or me is None):
        return Look(None, Problem.SERVER_DOWN)
    channel = await channel_of(guild, channel_id) if guild else None
    if guild is None or me is None or channel is None:
        return Look(None, Problem.GONE)
    place = _place(channel)
    if place is None:
        return Look(None, Problem.KIND)
    # Discord's docs, Permissions: a time-out leaves reading alone, and does not bind administrators.
    until = me.timed_out_until
    if until is not None and until > (now or discord.utils.utcnow()) and not me.guild_permissions.administrator:
        return Look(place, Problem.TIMED_OUT, until=until)
    allowed = channel.permissions_for(me)
    wanted = {
        "View Channel": allowed.view_channel,
        "Send Messages in Threads" if place is Place.THREAD else "Send Messages": (
            allowed.send_messages_in_threads if place is Place.THREAD else allowed.send_messages
        ),
        "Attach Files": allowed.attach_files or style is Style.TEXT,
        "Create Public Threads": allowed.create_public_threads or Extra.THREAD not in extras,
    }
    missing = tuple(name for name, given in wanted.items() if not given)
    lost = mention_problem(guild, channel_id, role_id)
    problem = Problem.PERMISSIONS if missing else _problem(channel, allowed, extras) or lost
    return Look(place, problem, missing, allowed.read_message_history, lost)


def _place(channel: GuildChannel | discord.Thread) -> Place | None:
    if isinstance(channel, discord.Thread):
        return Place.THREAD
    if isinstance(channel, discord.ForumChannel):
        return None if channel.is_media() else Place.FORUM
    return Place.TEXT if isinstance(channel, discord.TextChannel) else None


def _problem(
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
