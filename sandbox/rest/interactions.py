"""The interaction callback: the bot's one answer to an interaction."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from sandbox import messages
from sandbox.checks.choices import check_choices
from sandbox.checks.fields import Fields
from sandbox.checks.messages import check_message
from sandbox.checks.modals import check_modal
from sandbox.compose import Draft, amend, compose
from sandbox.errors import Problems, UnsupportedError, fault, invalid
from sandbox.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL
from sandbox.model import Flag, Interaction, Message
from sandbox.routes import Route

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
    messages.post(call.world, message)
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
    messages.changed(call.world, message)


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
