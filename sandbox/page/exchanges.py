"""What the inspector shows of a message: the event that led to it, and every exchange about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox import render_messages

if TYPE_CHECKING:
    from sandbox.journal import Exchange
    from sandbox.model import Message
    from sandbox.page.hub import Hub

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
        cause = render_messages.dispatched(message.reply_to, hub.world.root)
        parts.append(_event("MESSAGE_CREATE", cause, "The message that the bot replies to."))
    elif message.author is not hub.world.bot:
        body = render_messages.dispatched(message, hub.world.root)
        seen = hub.world.bot in message.mentions or message.channel.guild is None
        note = (
            "The bot is told of this message with its content."
            if seen
            else "The bot is told of this message without its content: it asks for no privileged intent."
        )
        shown = body if seen else render_messages.without_content(body)
        parts.append(_event("MESSAGE_CREATE", shown, note))
    parts += [_exchange(each) for each in hub.sandbox.journal.about(message.id)]
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
