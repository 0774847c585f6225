"""All state and how to find things in it, and the events that follow from a change of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import permissions
from sandbox.errors import SandboxError
from sandbox.ids import Ids
from sandbox.limits import Starts
from sandbox.model import PRIVATE, Channel, ChannelType, Command, Guild, Interaction, Message, Role, User

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(slots=True, frozen=True)
class Event:
    """One event. `only`: the id of the user who alone may see it. `to_bot`: goes over the bot's gateway.

    `message` is set where the content has to be taken out for bots without the message content intent.
    """

    name: str
    data: dict[str, Any]
    guild: Guild | None = None
    channel: Channel | None = None
    message: Message | None = None
    only: int | None = None
    to_bot: bool = True


class Events:
    """Carries each event to everyone who listens, in the order in which it happened."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Event], None]] = []

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Add a listener; gives back a function that removes it."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def emit(self, event: Event) -> None:
        """Tell everyone."""
        for listener in tuple(self._listeners):
            listener(event)


REMEMBERED = 300.0  # "the past few minutes", in the words of the docs


class Nonces:
    """Remembers for some minutes which message of the bot's came with which nonce, whatever the channel."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._known: dict[str, Message] = {}
        self._order: deque[tuple[float, str]] = deque()

    def find(self, nonce: str | int | None) -> Message | None:
        """Find the message that came with a nonce."""
        self._forget()
        return None if nonce is None else self._known.get(str(nonce))

    def note(self, message: Message) -> None:
        """Remember a message's nonce, if it has one."""
        if message.nonce is not None:
            self._known[str(message.nonce)] = message
            self._order.append((self._now(), str(message.nonce)))

    def _forget(self) -> None:
        old = self._now() - REMEMBERED
        while self._order and self._order[0][0] < old:
            _, nonce = self._order.popleft()
            known = self._known.get(nonce)
            if known is not None and known.at < old:
                del self._known[nonce]


class Registry:
    """All state, with look-ups. `now` tells the time; `application_id` is the bot's user id too."""

    def __init__(self, now: Callable[[], float], application_id: int, name: str = "Canonkeeper") -> None:
        self.now = now
        self.ids = Ids(now)
        self.events = Events()
        self.bot = User(application_id, name, name, bot=True)
        self.users: dict[int, User] = {application_id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.commands: dict[int, Command] = {}
        self.interactions: dict[str, Interaction] = {}
        self.attachments: dict[int, tuple[str, str, bytes]] = {}
        self._dms: dict[frozenset[int], Channel] = {}
        self.hidden: dict[int, Message] = {}  # ephemeral messages
        self.nonces = Nonces(now)
        self.starts = Starts(now)
        # What the application is set to in the developer portal, where that is not as usual.
        self.application: dict[str, Any] = {}
        self.root = ""
        # Whether REST shows the bot what others wrote. Discord goes by the app's settings in its portal; here what the
        # bot identified with last stands for them.
        self.content_intent = False
        self.shards: int | None = None  # what GET /gateway/bot advises; None: by the number of guilds

    def user(self, name: str) -> User:
        """Find a person by name."""
        for each in self.users.values():
            if name in (each.display, each.name):
                return each
        raise SandboxError(f"there is nobody called {name}")

    def guild(self, name: str) -> Guild:
        for each in self.guilds.values():
            if each.name == name:
                return each
        raise SandboxError(f"there is no guild called {name}")

    def channel(self, name: str, guild: Guild | None = None) -> Channel:
        """Find a channel or thread by name (a leading # does no harm), in one guild or anywhere."""
        among = self.channels if guild is None else guild.channels
        for each in among.values():
            if each.name == name.removeprefix("#"):
                return each
        raise SandboxError(f"there is no channel called {name}")

    def role(self, name: str, guild: Guild) -> Role:
        for each in guild.roles.values():
            if each.name == name:
                return each
        raise SandboxError(f"{guild.name} has no role called {name}")

    def permissions(self, channel: Channel, user: User) -> int:
        """Tell what a user may do in a channel: nothing where they are not a member, or do not see it."""
        if channel.type in PRIVATE:
            return permissions.IN_DM if user in channel.recipients or user is self.bot else 0
        member = channel.guild.members.get(user.id) if channel.guild else None
        if member is None:
            return 0
        allowed = permissions.in_channel(channel, member, self.now())
        # Discord's docs, "Threads": a private one is for its members, and for those who manage threads.
        inside = channel.type is not ChannelType.PRIVATE_THREAD or user.id in _members(channel)
        return allowed if inside or allowed & permissions.MANAGE_THREADS else 0

    def may(self, channel: Channel, user: User, *names: str) -> bool:
        """Tell whether a user has all of these permissions in a channel."""
        wanted = permissions.bits(*names)
        return self.permissions(channel, user) & wanted == wanted

    def message(self, message_id: int) -> Message | None:
        """Find a message by its id alone, wherever it is; ephemeral ones too."""
        if message_id in self.hidden:
            return self.hidden[message_id]
        return next((each.messages[message_id] for each in self.channels.values() if message_id in each.messages), None)

    def dm(self, first: User, second: User) -> Channel:
        """Give the DM channel of two users; it is opened at the first call."""
        pair = frozenset((first.id, second.id))
        if pair not in self._dms:
            one = Channel(self.ids.next(), ChannelType.DM, "", recipients=[second, first])
            self._dms[pair] = self.channels[one.id] = one
        return self._dms[pair]

    def tell(
        self, name: str, data: dict[str, Any], *, guild: Guild | None = None, channel: Channel | None = None
    ) -> None:
        """Let an event follow from a change."""
        self.events.emit(Event(name, data, guild, channel))

    def tell_people(self, name: str, data: dict[str, Any]) -> None:
        """Tell the people's side something that does not go over the bot's gateway."""
        self.events.emit(Event(name, data, to_bot=False))


def _members(thread: Channel) -> dict[int, float]:
    return {} if thread.thread is None else thread.thread.members
