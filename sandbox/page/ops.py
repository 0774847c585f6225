"""The operations of the websocket: each takes a browser and its data, and gives the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import views
from sandbox.errors import SandboxError
from sandbox.model import ChannelType
from sandbox.page import exchanges, faults, snapshot, travel
from sandbox.page.forms import typed_options
from sandbox.people import Person, check_filled
from sandbox.permissions import VIEW

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.model import Channel, Command, Interaction, Message, User
    from sandbox.page.socket import Client

    Data = dict[str, Any]
    Operation = Callable[[Client, Data], Awaitable[Data]]

_HISTORY = 100


async def run(client: Client, name: str, data: Data) -> Data:
    """Run an operation by name."""
    operation = _OPERATIONS.get(name)
    if operation is None:
        raise SandboxError(f"there is no operation {name!r}")
    return await operation(client, data)


# -- being here ---------------------------------------------------------------------------------------


async def _hello(client: Client, data: Data) -> Data:
    hub = client.hub
    wanted = data.get("person")
    known = {each.display: each for each in hub.world.users.values() if not each.bot}
    client.user = known.get(str(wanted)) or hub.free_person()
    client.nonces.clear()
    hub.tell_people()
    return {
        "me": snapshot.person(hub.world, client.user, online=True),
        "people": snapshot.people(hub.world, hub.present()),
        "bot": hub.bot(),
        "clock": hub.sandbox.clock.state(),
        **snapshot.places(hub.world, client.user),
    }


async def _history(client: Client, data: Data) -> Data:
    user, channel = _me(client), _channel(client, data)
    private = [each for each in client.hub.private.values() if each.channel is channel and each.addressee == user.id]
    shown = sorted([*channel.messages.values(), *private], key=lambda each: each.id)[-_HISTORY:]
    return {"messages": [snapshot.message(client.hub.world, each) for each in shown]}


def _me(client: Client) -> User:
    if client.user is None:
        raise SandboxError("say hello first")
    return client.user


def _channel(client: Client, data: Data) -> Channel:
    found = client.hub.world.channels.get(int(data["channel_id"]))
    if found is None:
        raise SandboxError("this channel is gone")
    if not client.hub.world.permissions(found, _me(client)) & VIEW:
        raise SandboxError("you do not see this channel")
    return found


def _message(client: Client, data: Data, key: str = "message_id") -> Message:
    found = client.hub.message(int(data[key]))
    if found is None or not _visible(client, found):
        raise SandboxError("this message is gone")
    return found


def _visible(client: Client, message: Message) -> bool:
    if message.ephemeral:
        return message.addressee == _me(client).id
    return views.can_see(client.hub.world, _me(client), message)


# -- commands -----------------------------------------------------------------------------------------


async def _commands(client: Client, data: Data) -> Data:
    offered = views.visible_commands(client.hub.world, _me(client), _channel(client, data))
    return {"commands": [each.body | {"id": str(each.id)} for each in offered]}


def _command(client: Client, data: Data) -> Command:
    found = client.hub.world.commands.get(int(data["command_id"]))
    if found is None:
        raise SandboxError("the bot does not have this command any more")
    return found


async def _complete(client: Client, data: Data) -> Data:
    hub, user, channel, command = client.hub, _me(client), _channel(client, data), _command(client, data)
    options, resolved = typed_options(hub.world, user, channel, command, data.get("options") or [])
    acts = hub.sandbox.acts
    asked = acts.invoke(user, channel, command, options, resolved, autocomplete=True)
    choices = await Person(acts, user, channel).choices(asked)
    if asked.callback is None:
        raise SandboxError("the bot did not answer in time")
    return {"choices": [{"name": name, "value": value} for name, value in choices]}


async def _invoke(client: Client, data: Data) -> Data:
    hub, user, channel, command = client.hub, _me(client), _channel(client, data), _command(client, data)
    acts = hub.sandbox.acts
    if data.get("target_id"):
        return _begun(client, data, acts.menu(user, channel, command, _message(client, data, "target_id")))
    options, resolved = typed_options(hub.world, user, channel, command, data.get("options") or [])
    return _begun(client, data, acts.invoke(user, channel, command, options, resolved))


def _begun(client: Client, data: Data, interaction: Interaction) -> Data:
    """Remember which doing of the browser an interaction belongs to."""
    client.nonces[str(interaction.id)] = str(data["nonce"])
    return {"interaction_id": str(interaction.id)}


async def _press(client: Client, data: Data) -> Data:
    acts = client.hub.sandbox.acts
    return _begun(client, data, acts.component(_me(client), _message(client, data), str(data["custom_id"])))


async def _choose(client: Client, data: Data) -> Data:
    acts = client.hub.sandbox.acts
    values = [str(each) for each in data["values"]]
    return _begun(client, data, acts.component(_me(client), _message(client, data), str(data["custom_id"]), values))


async def _submit(client: Client, data: Data) -> Data:
    hub = client.hub
    wanted = int(data["interaction_id"])
    origin = next((each for each in reversed(hub.world.interactions.values()) if each.id == wanted), None)
    if origin is None or origin.user is not _me(client):
        raise SandboxError("this form is not open any more")
    sent = list(data["components"])
    check_filled((origin.answer or {}).get("components") or [], sent)
    return _begun(client, data, hub.sandbox.acts.submit(origin, str(data["custom_id"]), sent))


# -- messages -----------------------------------------------------------------------------------------


async def _say(client: Client, data: Data) -> Data:
    channel = _channel(client, data)
    if channel.type is ChannelType.FORUM:
        raise SandboxError("a forum takes posts, which this demo does not make")
    reply = _message(client, {"message_id": data["reply_to"]}) if data.get("reply_to") else None
    said = client.hub.sandbox.acts.say(_me(client), channel, str(data["content"]), reply)
    return {"message_id": str(said.id)}


async def _dismiss(client: Client, data: Data) -> Data:
    client.hub.sandbox.acts.dismiss(_me(client), _message(client, data))
    return {}


async def _journal(client: Client, data: Data) -> Data:
    return {"exchanges": exchanges.about(client.hub, _message(client, data))}


# -- the demo's own -----------------------------------------------------------------------------------


async def _clock(client: Client, data: Data) -> Data:
    return {"said": await travel.go(client.hub, data)}


async def _fault(client: Client, data: Data) -> Data:
    channel = _channel(client, data) if data.get("channel_id") else None
    return {"said": await faults.cause(client.hub, data, channel)}


_OPERATIONS: dict[str, Operation] = {
    "hello": _hello,
    "history": _history,
    "commands": _commands,
    "complete": _complete,
    "invoke": _invoke,
    "press": _press,
    "choose": _choose,
    "submit": _submit,
    "say": _say,
    "dismiss": _dismiss,
    "journal": _journal,
    "clock": _clock,
    "fault": _fault,
}
