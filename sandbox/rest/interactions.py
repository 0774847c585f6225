"""Routes of interactions: the callback, and what follows by the interaction's token."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from sandbox.checks.commands import check_choices
from sandbox.checks.fields import Fields
from sandbox.checks.messages import check_message, check_modal
from sandbox.compose import Draft, amend, compose
from sandbox.errors import Problems, UnsupportedError, fault, invalid
from sandbox.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL
from sandbox.model import Flag, Interaction, Message
from sandbox.requests import Route
from sandbox.world import delete_message, message_changed, post_message

if TYPE_CHECKING:
    from sandbox.api import Call


class Callback(IntEnum):
    """Discord's docs, "Interaction callback type"."""

    PONG = 1
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9
    LAUNCH_ACTIVITY = 12


_FITTING = {
    COMMAND: {Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.MODAL},
    COMPONENT: {
        Callback.MESSAGE,
        Callback.DEFERRED_MESSAGE,
        Callback.DEFERRED_UPDATE,
        Callback.UPDATE,
        Callback.MODAL,
    },
    AUTOCOMPLETE: {Callback.CHOICES},
    MODAL: {Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.DEFERRED_UPDATE, Callback.UPDATE},
}


def _callback(call: Call) -> dict[str, Any] | None:
    one = call.desk.to_answer(call.id("interaction_id"), call.params["interaction_token"])
    body = call.object()
    kind = _kind(one, body.get("type"))
    data = _data(body)
    if kind is Callback.CHOICES:
        check_choices(data, one)
        one.answer = data
    elif kind is Callback.MODAL:
        check_modal(data)
        one.answer = data
    elif kind in (Callback.MESSAGE, Callback.DEFERRED_MESSAGE):
        one.original = _new_message(call, one, data, loading=kind is Callback.DEFERRED_MESSAGE)
        one.deferred = kind is Callback.DEFERRED_MESSAGE
    else:
        one.original = one.message
        one.deferred = kind is Callback.DEFERRED_UPDATE
        if kind is Callback.UPDATE:
            update(call, one, data)
    one.callback = int(kind)
    call.desk.touched(one)
    if call.query.get("with_response", "").lower() not in ("true", "1"):
        return None
    return _response(call, one, kind)


def _data(body: dict[str, Any]) -> dict[str, Any]:
    """Give an answer's data, which is an object; its flags are read before the rest is checked."""
    problems = Problems()
    data = body.get("data")
    fields = Fields(problems, {} if data is None else data, ("data",))
    fields.integer("flags", 0, 2**31)
    problems.raise_any()
    return fields.given


def _kind(one: Interaction, given: Any) -> Callback:
    if not isinstance(given, int) or given not in set(Callback):
        raise invalid(("type",), "BASE_TYPE_CHOICES", f"Value must be one of {tuple(map(int, Callback))}.")
    kind = Callback(given)
    if kind is Callback.LAUNCH_ACTIVITY:
        raise UnsupportedError("activities")
    fitting = kind in _FITTING[one.type]
    if kind in (Callback.UPDATE, Callback.DEFERRED_UPDATE) and one.message is None:
        fitting = False
    if not fitting:
        raise invalid(
            ("type",),
            "INTERACTION_CALLBACK_TYPE_INVALID",
            f"This interaction (type {one.type}) cannot be answered with type {int(kind)}.",
        )
    return kind


def _new_message(call: Call, one: Interaction, data: dict[str, Any], *, loading: bool) -> Message:
    if loading:
        data = {"flags": data.get("flags")}  # nothing else of a deferral counts
    else:
        check_message(data, call.files)
    hidden = bool((data.get("flags") or 0) & Flag.EPHEMERAL)
    message = compose(call.world, Draft(call.world.bot, one.channel, data, call.files, one, hidden))
    if loading:
        message.loading = True
        message.flags |= Flag.LOADING
    post_message(call.world, message)
    return message


def update(call: Call, one: Interaction, data: dict[str, Any]) -> None:
    """Change the message that a component stands in."""
    message = one.message
    if message is None:
        raise invalid(("type",), "INTERACTION_CALLBACK_TYPE_INVALID", "There is no message to update.")
    if message.deleted:
        raise fault(10008)
    check_message(data, call.files, old=message)
    amend(call.world, message, Draft(call.world.bot, one.channel, data, call.files, one))
    one.updated = True
    message_changed(call.world, message)


def _response(call: Call, one: Interaction, kind: Callback) -> dict[str, Any]:
    """Give what `with_response` asks for (Discord's docs, "Interaction callback response object")."""
    about: dict[str, Any] = {"id": str(one.id), "type": one.type, "channel_id": str(one.channel.id)}
    if one.channel.guild is not None:
        about["guild_id"] = str(one.channel.guild.id)
    answer: dict[str, Any] = {"interaction": about}
    message = one.original
    if message is not None:
        about["response_message_id"] = str(message.id)
        about["response_message_loading"] = message.loading
        about["response_message_ephemeral"] = message.ephemeral
        if kind is not Callback.DEFERRED_UPDATE:
            answer["resource"] = {"type": int(kind), "message": call.show(message)}
            if kind is Callback.DEFERRED_MESSAGE:
                answer["resource"]["type"] = int(Callback.MESSAGE)
    return answer


ROUTES = [
    Route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", _callback, auth=False),
]


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
    post_message(call.world, message)
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
    message_changed(call.world, message)
    call.desk.touched(one)
    return call.show(message)


def _delete(call: Call) -> None:
    one = _cause(call)
    found = _find(call, one)
    # A deferred answer that is taken away is no longer waited for: what follows is a message of its own.
    found.loading = False
    delete_message(call.world, found)
    call.desk.touched(one)


_HOOK = "/webhooks/{webhook_id}/{webhook_token}"
WEBHOOK_ROUTES = [
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
