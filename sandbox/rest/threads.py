"""Routes of threads: start one, with or without a message or as a forum post; join, leave, list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox import permissions, render
from sandbox.checks.messages import check_message, check_thread
from sandbox.compose import Draft, compose
from sandbox.errors import ApiError, fault, invalid
from sandbox.ids import iso
from sandbox.model import Channel, ChannelType, Flag, ThreadInfo
from sandbox.requests import Route
from sandbox.rest import finding
from sandbox.rest.messages import PUBLISHABLE, may_send
from sandbox.world import THREAD_CREATED, THREAD_STARTER, message_changed, post_message, post_system

if TYPE_CHECKING:
    from sandbox.api import Call
    from sandbox.model import User

_PARENTS = frozenset({ChannelType.TEXT, ChannelType.NEWS})
_TAG_REQUIRED = ApiError(400, 40067, "A tag is required to create a forum post in this channel")


def _open(call: Call, parent: Channel, thread_id: int, kind: ChannelType, body: dict[str, Any]) -> Channel:
    """Make a thread and tell of it. The bot is its first member."""
    world = call.world
    guild = parent.guild
    if guild is None:
        raise fault(50024)
    now = world.now()
    info = ThreadInfo(world.bot.id, now, members={world.bot.id: now})
    info.auto_archive = body.get("auto_archive_duration") or info.auto_archive
    info.tags = [int(each) for each in body.get("applied_tags") or []]
    info.invitable = body.get("invitable") is not False
    one = Channel(thread_id, kind, body["name"], guild, parent, thread=info)
    one.rate_limit_per_user = body.get("rate_limit_per_user") or 0
    guild.channels[one.id] = world.channels[one.id] = one
    world.tell("THREAD_CREATE", _show(call, one) | {"newly_created": True}, guild=guild, channel=one)
    return one


def _show(call: Call, one: Channel) -> dict[str, Any]:
    body = render.channel(one)
    if one.thread is not None and call.world.bot.id in one.thread.members:
        body["member"] = render.thread_member(one, call.world.bot.id)
    return body


def _start(call: Call) -> dict[str, Any]:
    """Start a thread without a message, or a post in a forum."""
    parent = finding.channel(call)
    if parent.type is ChannelType.FORUM:
        return _post(call, parent)
    body = call.object()
    check_thread(body)
    if parent.type not in _PARENTS:
        raise fault(50024)
    kind = ChannelType(body.get("type") or ChannelType.PRIVATE_THREAD)
    private = kind is ChannelType.PRIVATE_THREAD
    finding.channel(call, permissions.BITS["create_private_threads" if private else "create_public_threads"])
    one = _open(call, parent, call.world.ids.next(), kind, body)
    if not private:
        post_system(call.world, parent, call.world.bot, THREAD_CREATED, one.name, one)
    return _show(call, one)


def _post(call: Call, parent: Channel) -> dict[str, Any]:
    """Start a forum post: a thread whose first message has the thread's id."""
    finding.channel(call, permissions.SEND | (permissions.ATTACH_FILES if call.files else 0))
    body = call.object()
    check_thread(body, post=True)
    first = body["message"]
    check_message(first, call.files)
    if parent.tag_required and not body.get("applied_tags"):
        raise _TAG_REQUIRED
    message = compose(call.world, Draft(call.world.bot, parent, first, call.files))
    one = _open(call, parent, message.id, ChannelType.PUBLIC_THREAD, body)
    message.channel = one
    post_message(call.world, message)
    parent.last_message_id = message.id
    return _show(call, one) | {"message": call.show(message)}


def _from_message(call: Call) -> dict[str, Any]:
    """Start a thread at a message; it takes the message's id."""
    parent = finding.channel(call, permissions.BITS["create_public_threads"])
    message = finding.message(call, parent)
    body = call.object()
    check_thread(body)
    if parent.type not in _PARENTS:
        raise fault(50024)
    if message.type not in PUBLISHABLE:
        raise fault(50021)
    if message.thread is not None:
        raise fault(160004)
    news = parent.type is ChannelType.NEWS
    kind = ChannelType.NEWS_THREAD if news else ChannelType.PUBLIC_THREAD
    one = _open(call, parent, message.id, kind, body)
    message.thread = one
    message.flags |= Flag.HAS_THREAD
    message_changed(call.world, message)
    # Discord's docs, "Threads": told in the channel "from an older message"; the thread begins with a reference.
    if parent.last_message_id != message.id:
        post_system(call.world, parent, call.world.bot, THREAD_CREATED, one.name, one)
    post_system(call.world, one, message.author, THREAD_STARTER, about=message)
    return _show(call, one)


def _thread(call: Call) -> Channel:
    one = finding.channel(call)
    if one.thread is None:
        raise fault(50024)
    return one


def _join(call: Call) -> None:
    one = _thread(call)
    if one.thread is not None and one.thread.archived:
        raise fault(50083)
    call.world.join_thread(one, _who(call))


def _leave(call: Call) -> None:
    call.world.leave_thread(_thread(call), _who(call))


def _who(call: Call) -> User:
    """Give whom a membership is about: the bot, or the path's user, who has to be known."""
    if "user_id" not in call.params:
        return call.world.bot
    found = call.world.users.get(call.id("user_id"))
    if found is None:
        raise fault(10013)
    may_send(call, _thread(call), {})
    return found


def _active(call: Call) -> dict[str, Any]:
    guild = finding.guild(call)
    found = [
        each
        for each in guild.channels.values()
        if each.thread and not each.thread.archived and call.world.permissions(each, call.world.bot)
    ]
    return _listing(call, found, more=False)


def _archived(call: Call) -> dict[str, Any]:
    """List a channel's archived public threads, the latest first; `before` is an instant of archiving (ISO 8601)."""
    parent = finding.channel(call, permissions.READ_HISTORY)
    guild = parent.guild
    threads = [each for each in guild.channels.values() if each.parent is parent] if guild else []
    found = [
        each for each in threads if each.thread and each.thread.archived and each.type is not ChannelType.PRIVATE_THREAD
    ]
    if "before" in call.query:
        before = _instant(call.query["before"])
        # As they are written, to the microsecond: a list goes on after the last one's own timestamp.
        found = [each for each in found if each.thread and iso(each.thread.archived_at) < iso(before)]
    found.sort(key=lambda each: each.thread.archived_at if each.thread else 0.0, reverse=True)
    limit = call.limit()
    return _listing(call, found[:limit], more=len(found) > limit)


def _instant(text: str) -> float:
    """Read a time in the query, in seconds since 1970 (a + in it comes as a space where it was not encoded)."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise invalid(("before",), "DATE_TIME_TYPE_PARSE", f"Could not parse {text}.") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _listing(call: Call, found: list[Channel], *, more: bool) -> dict[str, Any]:
    bot_id = call.world.bot.id
    members = [render.thread_member(each, bot_id) for each in found if each.thread and bot_id in each.thread.members]
    return {"threads": [_show(call, each) for each in found], "members": members, "has_more": more}


ROUTES = [
    Route("POST", "/channels/{channel_id}/threads", _start, status=201),
    Route("POST", "/channels/{channel_id}/messages/{message_id}/threads", _from_message, status=201),
    Route("PUT", "/channels/{channel_id}/thread-members/@me", _join),
    Route("DELETE", "/channels/{channel_id}/thread-members/@me", _leave),
    Route("PUT", "/channels/{channel_id}/thread-members/{user_id}", _join),
    Route("DELETE", "/channels/{channel_id}/thread-members/{user_id}", _leave),
    Route("GET", "/guilds/{guild_id}/threads/active", _active),
    Route("GET", "/channels/{channel_id}/threads/archived/public", _archived),
]
