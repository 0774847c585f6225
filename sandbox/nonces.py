"""Nonces of messages (Discord's docs, "Create message": `enforce_nonce`)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.model import Message

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
