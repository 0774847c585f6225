"""Routes by an interaction's token: follow-ups, and the answer's own message.

Discord's docs, "Followup messages". The token is the permission: neither the bot's token nor the channel's
permissions count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import messages
from sandbox.checks.messages import check_message
from sandbox.compose import Draft, amend, compose
from sandbox.errors import fault
from sandbox.model import Flag, Interaction, Message
from sandbox.routes import Route

if TYPE_CHECKING:
    from sandbox.api import Call

_USER_INSTALL_MOST = 5  # follow-ups where the app is only in the user's account


def _cause(call: Call) -> Interaction:
    if call.id("webhook_id") != call.world.bot.id:
        raise fault(10015)
    one = call.desk.answered(call.params["webhook_token"])
    if one.channel.id not in call.world.channels:
        raise fault(10003)
    return one


def _follow_up(call: Call) -> dict[str, Any]:
    """Send one more message; right after a deferral it becomes the deferred answer (as the docs say)."""
    one = _cause(call)
    body = call.object()
    check_message(body, call.files)
    if one.original is not None and one.original.loading:
        return _change(call, one, one.original, body)
    if "0" not in one.owners and len(one.followups) >= _USER_INSTALL_MOST:
        raise fault(40094)
    hidden = bool((body.get("flags") or 0) & Flag.EPHEMERAL)
    message = compose(call.world, Draft(call.world.bot, one.channel, body, call.files, one, hidden))
    message.type = 0
    one.followups.append(message)
    messages.post(call.world, message)
    call.desk.touched(one)
    return call.show(message)


def _find(call: Call, one: Interaction) -> Message:
    if "message_id" not in call.params:
        found = one.original
    else:
        wanted = call.id("message_id")
        own = [*one.followups, *(each for each in (one.original, one.message) if each is not None)]
        found = next((each for each in own if each.id == wanted), None)
    if found is None or found.deleted:
        raise fault(10008)
    return found


def _get(call: Call) -> dict[str, Any]:
    return call.show(_find(call, _cause(call)))


def _edit(call: Call) -> dict[str, Any]:
    one = _cause(call)
    return _change(call, one, _find(call, one), call.object())


def _change(call: Call, one: Interaction, message: Message, body: dict[str, Any]) -> dict[str, Any]:
    was_loading = message.loading
    check_message(body, call.files, old=message)
    amend(call.world, message, Draft(message.author, message.channel, body, call.files, one))
    if not was_loading:
        message.edited_at = call.world.now()
    if message is one.message:
        one.updated = True
    messages.changed(call.world, message)
    call.desk.touched(one)
    return call.show(message)


def _delete(call: Call) -> None:
    one = _cause(call)
    found = _find(call, one)
    # A deferred answer that is taken away is no longer waited for: what follows is a message of its own.
    found.loading = False
    messages.delete(call.world, found)
    call.desk.touched(one)


_HOOK = "/webhooks/{webhook_id}/{webhook_token}"
ROUTES = [
    Route("POST", _HOOK, _follow_up, auth=False),
    *(
        route
        for spot in ("/messages/@original", "/messages/{message_id}")
        for route in (
            Route("GET", _HOOK + spot, _get, auth=False),
            Route("PATCH", _HOOK + spot, _edit, auth=False),
            Route("DELETE", _HOOK + spot, _delete, auth=False),
        )
    ),
]
