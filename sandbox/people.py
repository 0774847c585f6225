"""People: somebody at Discord's client, and what they see of the bot's answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sandbox import views
from sandbox.components import TEXT_INPUT, walk
from sandbox.errors import SandboxError
from sandbox.interactions import ANSWER_WITHIN
from sandbox.model import Channel, Interaction, Message, User
from sandbox.wire_options import Typed

if TYPE_CHECKING:
    from sandbox.actions import Acts
    from sandbox.model import Command, Guild
    from sandbox.registry import Event

_MODAL = 9


class Modal:
    """A modal on somebody's screen."""

    def __init__(self, interaction: Interaction, data: dict[str, Any]) -> None:
        self.interaction = interaction
        self.data = data

    @property
    def custom_id(self) -> str:
        return str(self.data["custom_id"])

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def components(self) -> list[dict[str, Any]]:
        return list(self.data["components"])


class Reply:
    """The answer to an interaction; it shows the message as it is now, also after later edits."""

    def __init__(self, interaction: Interaction) -> None:
        self.interaction = interaction

    @property
    def message(self) -> Message | None:
        """The message that was sent or changed in answer."""
        return self.interaction.original

    @property
    def failed(self) -> bool:
        """Whether the client shows that the application did not respond."""
        return self.interaction.callback is None

    @property
    def ephemeral(self) -> bool:
        """Whether only this person sees the answer."""
        return self.message is not None and self.message.ephemeral

    @property
    def deferred(self) -> bool:
        """Whether the bot asked for time before it answered."""
        return self.interaction.deferred

    @property
    def thinking(self) -> bool:
        """Whether the bot is still taking its time."""
        return self.message is not None and self.message.loading

    @property
    def updated(self) -> bool:
        """Whether the answer was a change of the message that was acted on."""
        return self.interaction.updated

    @property
    def modal(self) -> Modal | None:
        """The modal that opened, if one did."""
        if self.interaction.callback != _MODAL or self.interaction.answer is None:
            return None
        return Modal(self.interaction, self.interaction.answer)

    @property
    def followups(self) -> list[Message]:
        """The messages that came after the answer."""
        return self.interaction.followups

    @property
    def text(self) -> str:
        """All text of the message, line by line."""
        return "" if self.message is None else views.visible_text(self.message)

    @property
    def components(self) -> list[dict[str, Any]]:
        return [] if self.message is None else self.message.components

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """The message's buttons by label (by emoji or custom id where there is none)."""
        return {_name(each): each for each in views.buttons(self.components)}

    @property
    def selects(self) -> dict[str, dict[str, Any]]:
        """The message's select menus by custom id."""
        return {each["custom_id"]: each for each in views.selects(self.components)}

    def __repr__(self) -> str:
        state = "failed" if self.failed else "thinking" if self.thinking else "answered"
        return f"<Reply {state} {self.text!r}>"


def _name(button: dict[str, Any]) -> str:
    emoji = (button.get("emoji") or {}).get("name")
    return str(button.get("label") or emoji or button.get("custom_id"))


_DEFERRED_MESSAGE, _DEFERRED_UPDATE = 5, 6


class Person:
    """Somebody in a place. `timeout`: how long a deferred answer is waited for, in real seconds."""

    def __init__(self, acts: Acts, user: User, channel: Channel, timeout: float = 10.0) -> None:
        self._acts = acts
        self.user = user
        self.channel = channel
        self.timeout = timeout

    @property
    def guild(self) -> Guild | None:
        """The guild in which they are, None in DMs."""
        return self.channel.guild

    # -- where --------------------------------------------------------------------------------------

    def at(self, channel: Channel | str) -> Person:
        """Give the same person in another channel (by name: of this guild first)."""
        if isinstance(channel, str):
            channel = self._acts.world.channel(channel, self.guild)
        return Person(self._acts, self.user, channel, self.timeout)

    def in_dm(self, other: Person | User | None = None) -> Person:
        """Give the same person in their DM with the bot, or with somebody else."""
        with_whom = other.user if isinstance(other, Person) else other or self._acts.world.bot
        return self.at(self._acts.world.dm(self.user, with_whom))

    def install(self, *, installed: bool = True) -> Person:
        """Add the app to this person's account (user install), or remove it."""
        self.user.installed = installed
        return self

    # -- commands -----------------------------------------------------------------------------------

    def commands(self) -> list[Command]:
        """List the commands that the client offers here."""
        return views.visible_commands(self._acts.world, self.user, self.channel)

    async def slash(self, name: str, /, **options: Any) -> Reply:
        """Use a slash command, e.g. `slash("daily schedule", channel=there, time="9:00")`."""
        command, path = self._command(name)
        typed = Typed(self._acts.world, self.channel, self.user)
        wire = typed.options(command, path, options)
        return await self.answer(self._acts.invoke(self.user, self.channel, command, wire, typed.resolved))

    async def complete(self, name: str, option: str, text: str, /, **others: Any) -> list[tuple[str, Any]]:
        """Type a text into an option with autocomplete; gives (name, value) pairs, [] if no answer came."""
        command, path = self._command(name)
        typed = Typed(self._acts.world, self.channel, self.user)
        wire = typed.options(command, path, others | {option: text}, focused=option)
        one = self._acts.invoke(self.user, self.channel, command, wire, typed.resolved, autocomplete=True)
        return await self.choices(one)

    async def choices(self, one: Interaction) -> list[tuple[str, Any]]:
        """Wait for the choices of an autocomplete interaction."""
        await self._acts.desk.until(one, _answered, ANSWER_WITHIN)
        given = (one.answer or {}).get("choices") or []
        return [(each["name"], each["value"]) for each in given]

    def _command(self, name: str) -> tuple[Command, list[str]]:
        first, *path = name.removeprefix("/").split()
        return self._acts.find_command(self.user, self.channel, first), path

    async def menu(self, name: str, target: Message | User) -> Reply:
        """Use a context menu command on a message or a user."""
        kind = 3 if isinstance(target, Message) else 2
        command = self._acts.find_command(self.user, self.channel, name, kind)
        return await self.answer(self._acts.menu(self.user, self.channel, command, target))

    # -- controls -----------------------------------------------------------------------------------

    async def press(self, where: Reply | Message, label: str) -> Reply:
        """Press a button by its label, by how its label alone begins, or by its custom id."""
        message = _shown(where)
        buttons = views.buttons(message.components)
        found = [each for each in buttons if label in (_name(each), each.get("custom_id"))]
        begun = [each for each in buttons if _name(each).startswith(f"{label} ")]
        if not found and len(begun) != 1:
            raise SandboxError(f"there is no button {label}, or more than one: {[_name(each) for each in buttons]}")
        found = found or begun
        return await self.answer(self._acts.component(self.user, message, found[0].get("custom_id", "")))

    async def choose(self, where: Reply | Message, menu: str, values: list[Any]) -> Reply:
        """Choose in a select menu, by its custom id or placeholder; values by value or label."""
        message = _shown(where)
        for each in views.selects(message.components):
            if menu in (each["custom_id"], each.get("placeholder")):
                return await self.answer(self._acts.component(self.user, message, each["custom_id"], values))
        raise SandboxError(f"there is no select menu {menu}")

    async def submit(self, modal: Modal | None, **values: Any) -> Reply:
        """Fill in a modal's fields by custom id (or label, with _ for other signs) and send it off."""
        if modal is None:
            raise SandboxError("no modal has opened")
        components = fill_in(modal.components, values)
        return await self.answer(self._acts.submit(modal.interaction, modal.custom_id, components))

    # -- messages -----------------------------------------------------------------------------------

    async def say(self, content: str, reply_to: Message | None = None) -> Message:
        """Write a message; `<@bot>` in it becomes a mention of the bot."""
        text = content.replace("<@bot>", f"<@{self._acts.world.bot.id}>")
        return self._acts.say(self.user, self.channel, text, reply_to)

    async def wait_reply(self, to: Message, timeout: float = 3.0) -> list[Message]:  # noqa: ASYNC109 - a face for tests
        """Wait until the bot has replied to a message; gives the replies, [] if none came in time."""
        world = self._acts.world
        came = asyncio.Event()

        def on_event(event: Event) -> None:
            if event.name == "MESSAGE_CREATE" and event.message is not None and event.message.reply_to is to:
                came.set()

        stop = world.events.listen(on_event)
        try:
            if not (found := self._replies(to)):
                async with asyncio.timeout(timeout):
                    await came.wait()
                found = self._replies(to)
        except TimeoutError:
            return []
        finally:
            stop()
        return found

    def _replies(self, to: Message) -> list[Message]:
        bot = self._acts.world.bot
        return [each for each in to.channel.messages.values() if each.reply_to is to and each.author is bot]

    async def answer(self, one: Interaction) -> Reply:
        """Wait for the answer to an interaction: 3 s, and after a deferral until `timeout`."""
        desk = self._acts.desk
        if await desk.until(one, _answered, ANSWER_WITHIN):
            if one.callback == _DEFERRED_MESSAGE:
                await desk.until(one, _resolved, self.timeout)
            elif one.callback == _DEFERRED_UPDATE:
                await desk.until(one, _moved_on, self.timeout)
        return Reply(one)


def _answered(one: Interaction) -> bool:
    return one.callback is not None


def _resolved(one: Interaction) -> bool:
    return one.original is None or not one.original.loading


def _moved_on(one: Interaction) -> bool:
    return one.updated or bool(one.followups)


def _shown(where: Reply | Message) -> Message:
    message = where.message if isinstance(where, Reply) else where
    if message is None:
        raise SandboxError("there is no message to act on")
    return message


def fill_in(components: list[dict[str, Any]], values: dict[str, Any]) -> list[dict[str, Any]]:
    """Give a modal's components in the wire form of a submission, checked as the client does."""
    left = dict(values)
    filled = [_filled(each, left) for each in components]
    if left:
        raise SandboxError(f"the modal has no field {sorted(left)}")
    return filled


def check_filled(components: list[dict[str, Any]], sent: list[dict[str, Any]]) -> None:
    """Check a submission that is in wire form already against the modal that it fills."""
    given = {each["custom_id"]: each for each in walk(sent) if "custom_id" in each}
    fill_in(components, {key: each["value"] if "value" in each else each.get("values") for key, each in given.items()})


def _filled(part: dict[str, Any], left: dict[str, Any]) -> dict[str, Any]:
    one = {"type": part["type"], "id": part.get("id") or 0}
    if "components" in part:
        one["components"] = [_filled(each, left) for each in part["components"]]
    if "component" in part:
        one["component"] = _filled(part["component"] | {"label": part.get("label")}, left)
    if "custom_id" not in part:
        return one
    names = [part["custom_id"], _plain(str(part.get("label") or ""))]
    value = next((left.pop(name) for name in names if name in left), None)
    one["custom_id"] = part["custom_id"]
    if part["type"] == TEXT_INPUT:
        text = part.get("value") or "" if value is None else str(value)
        _check_text(part, text)
        return one | {"value": text}
    chosen = [str(each) for each in value or []]
    _check_choice(part, chosen)
    return one | {"values": chosen}


def _check_choice(part: dict[str, Any], chosen: list[str]) -> None:
    if not chosen:
        if part.get("required", True):
            raise SandboxError(f"{part['custom_id']}: This field is required")
        return
    least, most = part.get("min_values", 1), part.get("max_values", 1)
    if not least <= len(chosen) <= most or len(set(chosen)) < len(chosen):
        raise SandboxError(f"{part['custom_id']}: choose {least} to {most} of the options")
    offered = [str(each["value"]) for each in part.get("options") or []]
    if offered and not set(chosen) <= set(offered):
        raise SandboxError(f"{part['custom_id']}: {chosen} are not among the options {offered}")


def _plain(label: str) -> str:
    return "".join(each if each.isalnum() else "_" for each in label.lower())


def _check_text(part: dict[str, Any], text: str) -> None:
    if not text and part.get("required", True):
        raise SandboxError(f"{part['custom_id']}: This field is required")
    if text and not (part.get("min_length") or 0) <= len(text) <= (part.get("max_length") or 4000):
        raise SandboxError(f"{part['custom_id']}: {len(text)} characters do not fit")
