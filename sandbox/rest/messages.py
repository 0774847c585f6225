"""Routes of messages in channels: create, read, change, delete; and the typing sign."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from sandbox import permissions
from sandbox.checks.messages import check_message
from sandbox.compose import Draft, amend, compose
from sandbox.errors import UnsupportedError, fault, invalid, snowflake
from sandbox.model import PRIVATE, ChannelType, Flag
from sandbox.requests import Route
from sandbox.rest import finding
from sandbox.world import delete_message, message_changed, post_message

if TYPE_CHECKING:
    from sandbox.api import Call
    from sandbox.model import Channel, Message

_HOUR = 3600.0
PUBLISHABLE = frozenset({0, 19, 20, 23})  # what people and bots wrote; the rest are system messages
_LATE_EDITS = 5  # edits of a message older than an hour, in an hour; Discord does not publish its number


def _create(call: Call) -> dict[str, Any]:
    """Create a message (Discord's docs, "Create message")."""
    place = finding.channel(call)
    body = call.object()
    may_send(call, place, body)
    check_message(body, call.files)
    replied = _reply_to(call, place, body.get("message_reference"))
    known = call.world.nonces.find(body.get("nonce")) if body.get("enforce_nonce") else None
    if known is not None:
        return call.show(known)
    message = compose(call.world, Draft(call.world.bot, place, body, call.files, reply_to=replied))
    call.world.nonces.note(message)
    post_message(call.world, message)
    return call.show(message)


def may_send(call: Call, place: Channel, body: dict[str, Any]) -> None:
    """Check that the bot may write here: kind of channel, permissions, locked threads, closed DMs."""
    if place.type is ChannelType.FORUM:
        raise fault(50008)
    if place.type in PRIVATE:
        _dm_open(call, place)
        return
    needed = permissions.SEND_IN_THREADS if place.thread else permissions.SEND
    if body.get("embeds"):
        needed |= permissions.EMBED_LINKS
    if call.files:
        needed |= permissions.ATTACH_FILES
    has = call.world.permissions(place, call.world.bot)
    if has & needed != needed:
        raise fault(50013)
    if place.thread is not None and place.thread.locked and not has & permissions.MANAGE_THREADS:
        raise fault(160005)
    # Discord's docs, "Threads": a message opens an archived thread, unless a moderator locked it.
    if place.thread is not None and place.thread.locked and place.thread.archived:
        raise fault(50083)


def _dm_open(call: Call, place: Channel) -> None:
    """Check that a person takes the bot's DMs: not closed, and a guild in common or the app installed."""
    bot = call.world.bot
    for each in place.recipients:
        if each is bot:
            continue
        shared = any(each.id in one.members and bot.id in one.members for one in call.world.guilds.values())
        if not each.dms_open or not (shared or each.installed):
            raise fault(50007)


def _reply_to(call: Call, place: Channel, given: Any) -> Message | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise invalid(("message_reference",), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    if given.get("type"):
        raise UnsupportedError("forwarded messages")
    found = place.messages.get(snowflake(given.get("message_id"), "message_reference", "message_id"))
    if found is None:
        if given.get("fail_if_not_exists") is False:
            return None
        raise invalid(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    if not call.world.permissions(place, call.world.bot) & permissions.READ_HISTORY:
        raise fault(160002)
    return found


def _history(call: Call) -> list[dict[str, Any]]:
    """List messages, newest first (Discord's docs, "Get channel messages")."""
    place = finding.channel(call)
    limit = call.limit()
    after, around, before = (call.asked(each) for each in ("after", "around", "before"))
    if not call.world.permissions(place, call.world.bot) & permissions.READ_HISTORY:
        return []
    ids = list(place.messages)
    if after is not None:
        start = bisect_right(ids, after)
    elif around is not None:
        start = max(0, bisect_left(ids, around) - limit // 2)
    else:
        end = len(ids) if before is None else bisect_left(ids, before)
        start, limit = max(0, end - limit), min(limit, end)
    return [call.show(place.messages[each]) for each in reversed(ids[start : start + limit])]


def _get(call: Call) -> dict[str, Any]:
    place = finding.channel(call)
    if not call.world.permissions(place, call.world.bot) & permissions.READ_HISTORY:
        raise fault(50013)
    return call.show(finding.message(call, place))


def _edit(call: Call) -> dict[str, Any]:
    """Change a message of the bot's own (Discord's docs, "Edit message")."""
    place = finding.channel(call)
    message = finding.message(call, place)
    if message.author is not call.world.bot:
        raise fault(50005)
    if place.thread is not None and place.thread.archived:
        raise fault(50083)
    body = call.object()
    check_message(body, call.files, old=message)
    _late(call, message)
    amend(call.world, message, Draft(message.author, place, body, call.files))
    message.edited_at = call.world.now()
    message_changed(call.world, message)
    return call.show(message)


def _late(call: Call, message: Message) -> None:
    """Count edits of messages older than an hour; 30046 when there are too many."""
    now = call.world.now()
    if now - message.at <= _HOUR:
        return
    message.late_edits = [each for each in message.late_edits if now - each < _HOUR]
    if len(message.late_edits) >= _LATE_EDITS:
        raise fault(30046)
    message.late_edits.append(now)


def _publish(call: Call) -> dict[str, Any]:
    """Publish a message of an announcement channel (Discord's docs, "Crosspost message")."""
    place = finding.channel(call)
    if place.type is not ChannelType.NEWS:
        raise fault(50024)
    message = finding.message(call, place)
    finding.channel(call, permissions.SEND if message.author is call.world.bot else permissions.MANAGE_MESSAGES)
    if message.type not in PUBLISHABLE:
        raise fault(50068)
    if message.flags & Flag.CROSSPOSTED:
        raise fault(40033)
    message.flags |= Flag.CROSSPOSTED
    message_changed(call.world, message)
    return call.show(message)


def _delete(call: Call) -> None:
    place = finding.channel(call)
    message = finding.message(call, place)
    if message.author is not call.world.bot:
        if place.type in PRIVATE:
            raise fault(50003)
        finding.channel(call, permissions.MANAGE_MESSAGES)
    if place.thread is not None and place.thread.archived:
        raise fault(50083)
    delete_message(call.world, message)


def _typing(call: Call) -> None:
    place = finding.channel(call)
    may_send(call, place, {})
    data = {"channel_id": str(place.id), "user_id": str(call.world.bot.id), "timestamp": int(call.world.now())}
    call.world.tell("TYPING_START", data, guild=place.guild, channel=place)


_ALL = "/channels/{channel_id}/messages"
ROUTES = [
    Route("POST", _ALL, _create),
    Route("GET", _ALL, _history),
    Route("GET", _ALL + "/{message_id}", _get),
    Route("PATCH", _ALL + "/{message_id}", _edit),
    Route("DELETE", _ALL + "/{message_id}", _delete),
    Route("POST", _ALL + "/{message_id}/crosspost", _publish),
    Route("POST", "/channels/{channel_id}/typing", _typing),
]
