"""Events: what follows from a change of state. The gateway, the people and the demo page listen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.model import Channel, Guild, Message


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
