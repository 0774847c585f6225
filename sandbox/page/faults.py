"""Things that go wrong on demand, as the page's panel offers them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from sandbox.model import Channel
    from sandbox.page.hub import Hub

Restart = Callable[[], Awaitable[None]]

_LONGEST = 60.0
_SENDING = ("send_messages", "send_messages_in_threads")


async def cause(hub: Hub, data: dict[str, Any], channel: Channel | None) -> str:
    """Cause a fault; gives a sentence about it."""
    kind = data.get("kind")
    if kind == "outage":
        return await _outage(hub, min(float(data.get("seconds", 10)), _LONGEST))
    if kind == "restart-bot":
        return await _restart(hub)
    if channel is None or channel.guild is None:
        raise SandboxError("this can be done in a server's channel only")
    # Threads go by what is allowed in their parent.
    place = channel.parent if channel.thread and channel.parent else channel
    if kind == "deny-posting":
        hub.world.deny(place, *_SENDING)
        return f"The bot may not post in #{place.name} any more."
    if kind == "allow-posting":
        hub.world.allow(place, *_SENDING)
        return f"The bot may post in #{place.name} again."
    if kind == "delete-channel":
        hub.world.delete_channel(channel)
        return f"#{channel.name} is gone."
    raise SandboxError(f"there is no fault {kind!r}")


async def _outage(hub: Hub, seconds: float) -> str:
    """Let nothing of the bot's through for a while, and close its connections."""
    if hub.traffic.down:
        raise SandboxError("Discord is down already")
    hub.traffic.cut()
    await hub.sandbox.gateway.disconnect(4000)
    hub.tell_bot()
    task = asyncio.create_task(_recover(hub, seconds))
    hub.tasks.add(task)
    task.add_done_callback(hub.tasks.discard)
    return f"Discord is down for {seconds:g} s: the bot is cut off and has to come back by itself."


async def _recover(hub: Hub, seconds: float) -> None:
    try:
        await asyncio.sleep(seconds)
    finally:
        hub.traffic.mend()


async def _restart(hub: Hub) -> str:
    if hub.restart is None:
        raise SandboxError("the bot was not started by this demo, so the demo cannot restart it")
    await hub.restart()
    return "The bot is starting anew. Buttons of older messages have to work as before."
