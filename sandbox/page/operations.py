"""One browser's websocket: frames in, operations out, events back."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import WSMsgType, web

from sandbox import render, views, wire_options
from sandbox.errors import ApiError, SandboxError
from sandbox.model import ChannelType
from sandbox.page import faults, snapshot, time_travel
from sandbox.people import Person, check_filled
from sandbox.permissions import VIEW

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.model import Channel, Command, Interaction, Message, User
    from sandbox.page.hub import Hub
    from sandbox.requests import Exchange
    from sandbox.world import World

_DEEPER = (wire_options.SUBCOMMAND, wire_options.GROUP)
_MENTIONABLE = 9


def typed_options(
    world: World, user: User, channel: Channel, command: Command, options: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Check a command's options as the client does; gives the wire options and what they refer to."""
    path = []
    while options and options[0].get("type") in _DEEPER:
        path.append(str(options[0]["name"]))
        options = options[0].get("options") or []
    given = {}
    focused = None
    for each in options:
        name = str(each["name"])
        if each.get("focused"):
            focused = name
            given[name] = str(each["value"])
        else:
            given[name] = _thing(world, channel, int(each["type"]), each["value"])
    typed = wire_options.Typed(world, channel, user)
    return typed.options(command, path, given, focused), typed.resolved


def _thing(world: World, channel: Channel, kind: int, value: Any) -> Any:
    """Give what an id means for an option of this type; other values as they are."""
    if kind not in (wire_options.USER, wire_options.CHANNEL, wire_options.ROLE, _MENTIONABLE):
        return value
    wanted = int(value)
    roles = channel.guild.roles if channel.guild else {}
    tables: dict[int, tuple[dict[int, Any], ...]] = {
        wire_options.USER: (world.users,),
        wire_options.CHANNEL: (world.channels,),
        wire_options.ROLE: (roles,),
        _MENTIONABLE: (world.users, roles),
    }
    for table in tables[kind]:
        if wanted in table:
            return table[wanted]
    raise SandboxError("what was chosen is gone")


_HIDDEN = "…"


def about(hub: Hub, message: Message) -> list[dict[str, Any]]:
    """List the exchanges of a message in their order, with the interaction or mention that began it."""
    parts = []
    secret = None
    if message.interaction is not None:
        secret = message.interaction.token
        cause = hub.causes.get(message.interaction.id)
        if cause is not None:
            parts.append(_event("INTERACTION_CREATE", cause, "This told the bot what somebody did."))
    elif message.author is hub.world.bot and message.reply_to is not None:
        cause = render.dispatched(message.reply_to, hub.world.root)
        parts.append(_event("MESSAGE_CREATE", cause, "The message that the bot replies to."))
    elif message.author is not hub.world.bot:
        body = render.dispatched(message, hub.world.root)
        seen = hub.world.bot in message.mentions or message.channel.guild is None
        note = (
            "The bot gets this message with its content."
            if seen
            else "The bot gets this message without its content: it asks for no privileged intents."
        )
        shown = body if seen else render.without_content(body)
        parts.append(_event("MESSAGE_CREATE", shown, note))
    began = None if message.interaction is None else message.interaction.id
    parts += [_exchange(each) for each in hub.sandbox.journal.about(message.id, began)]
    return _without(parts, secret)


def _event(name: str, data: dict[str, Any], note: str) -> dict[str, Any]:
    return {"method": "GATEWAY", "path": name, "status": None, "request": data, "response": None, "note": note}


def _exchange(one: Exchange) -> dict[str, Any]:
    query = "&".join(f"{key}={value}" for key, value in one.query.items())
    return {
        "method": one.method,
        "path": f"{one.path}?{query}" if query else one.path,
        "status": one.status,
        "request": one.request,
        "response": one.response,
        "note": None,
    }


def _without(parts: list[dict[str, Any]], secret: str | None) -> list[dict[str, Any]]:
    """Take an interaction's token out: it is long, and in Discord a secret."""
    text = json.dumps(parts, default=str)
    if secret:
        text = text.replace(secret, _HIDDEN)
    shown: list[dict[str, Any]] = json.loads(text)
    return shown


_log = logging.getLogger(__name__)
_LARGEST = 256 * 1024
_WAITING = 2000


class Client:
    """A browser. It has a person from `hello` on."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.user: User | None = None
        self.nonces: dict[str, str] = {}
        self._socket = web.WebSocketResponse(max_msg_size=_LARGEST, heartbeat=30.0)
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue(_WAITING)
        self._work: set[asyncio.Task[None]] = set()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve the socket from its opening to its end."""
        await self._socket.prepare(request)
        self.hub.clients.add(self)
        writer = asyncio.create_task(self._write())
        try:
            async for frame in self._socket:
                if frame.type is WSMsgType.TEXT:
                    # Each on its own: a completion that takes long must not hold up a press.
                    task = asyncio.create_task(self._receive(frame.data))
                    self._work.add(task)
                    task.add_done_callback(self._work.discard)
        finally:
            self.hub.clients.discard(self)
            for task in (writer, *self._work):
                task.cancel()
            self.hub.tell_people()
        return self._socket

    async def close(self) -> None:
        """Close the socket, as the server ends."""
        await self._socket.close(code=1001)

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await self._socket.send_json(await self._out.get())

    def _send(self, frame: dict[str, Any]) -> None:
        try:
            self._out.put_nowait(frame)
        except asyncio.QueueFull:
            # A browser that reads nothing is let go; it comes back with a fresh state.
            task = asyncio.create_task(self.close())
            self._work.add(task)
            task.add_done_callback(self._work.discard)

    def tell(self, name: str, data: dict[str, Any]) -> None:
        self._send({"t": name, "d": data})

    def interaction(self, data: dict[str, Any]) -> None:
        """Tell how an interaction stands, if this browser has begun it."""
        nonce = self.nonces.get(data["id"])
        if nonce is None or data["state"] == "thinking":
            return
        self.tell("interaction", {"nonce": nonce, "interaction_id": data["id"], **data})

    async def _receive(self, text: str) -> None:
        number = None
        try:
            frame = json.loads(text)
            number, name, data = frame["n"], frame["op"], frame.get("d") or {}
            answer = await run(self, name, data)
            self._send({"re": number, "ok": True, "d": answer})
        except ApiError as error:
            body = error.body()
            self._refuse(number, str(body.get("message")), body.get("code"))
        except SandboxError as error:
            self._refuse(number, str(error)[:1].upper() + str(error)[1:])
        except (KeyError, TypeError, ValueError) as error:
            _log.warning("a frame that was not understood", exc_info=error)
            self._refuse(number, "The demo server didn't understand that.")

    def _refuse(self, number: Any, message: str, code: int | None = None) -> None:
        self._send({"re": number, "ok": False, "error": {"message": message, "code": code}})


if TYPE_CHECKING:
    Data = dict[str, Any]
    Operation = Callable[[Client, Data], Awaitable[Data]]

_HISTORY = 100


async def run(client: Client, name: str, data: Data) -> Data:
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
        "things": msgspec.to_builtins(hub.things),
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
        raise SandboxError("you can't see this channel")
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
        raise SandboxError("the bot no longer has this command")
    return found


async def _complete(client: Client, data: Data) -> Data:
    hub, user, channel, command = client.hub, _me(client), _channel(client, data), _command(client, data)
    options, resolved = typed_options(hub.world, user, channel, command, data.get("options") or [])
    acts = hub.sandbox.acts
    asked = acts.invoke(user, channel, command, options, resolved, autocomplete=True)
    choices = await Person(acts, user, channel).choices(asked)
    if asked.callback is None:
        raise SandboxError("the bot didn't answer in time")
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
        raise SandboxError("this form is no longer open")
    sent = list(data["components"])
    check_filled((origin.answer or {}).get("components") or [], sent)
    return _begun(client, data, hub.sandbox.acts.submit(origin, str(data["custom_id"]), sent))


# -- messages -----------------------------------------------------------------------------------------


async def _say(client: Client, data: Data) -> Data:
    channel = _channel(client, data)
    if channel.type is ChannelType.FORUM:
        raise SandboxError("forums take posts, and this demo can't create them")
    reply = _message(client, {"message_id": data["reply_to"]}) if data.get("reply_to") else None
    said = client.hub.sandbox.acts.say(_me(client), channel, str(data["content"]), reply)
    return {"message_id": str(said.id)}


async def _dismiss(client: Client, data: Data) -> Data:
    client.hub.sandbox.acts.dismiss(_me(client), _message(client, data))
    return {}


async def _journal(client: Client, data: Data) -> Data:
    return {"exchanges": about(client.hub, _message(client, data))}


# -- the demo's own -----------------------------------------------------------------------------------


async def _clock(client: Client, data: Data) -> Data:
    return {"said": await time_travel.go(client.hub, data)}


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
