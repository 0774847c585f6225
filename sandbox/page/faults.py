"""Things that go wrong on demand, as the page's panel offers them; each gives a sentence about it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sandbox.errors import SandboxError
from sandbox.faults import Rule

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.model import Channel, Guild
    from sandbox.page.hub import Hub


_LONGEST = 60.0
_SENDING = ("send_messages", "send_messages_in_threads")
_TEN_MINUTES = 600.0
_MESSAGES = "/channels/{channel_id}/messages"
_LOST = 5.0  # real seconds for which a lost session finds the gateway's door closed

# What Discord and its edge answer instead, or how: the rule, and what is said of it.
_ANSWERS: dict[str, tuple[Callable[[], Rule], str]] = {
    "edge-403": (
        lambda: Rule("edge", status=403, lasts=_TEN_MINUTES),
        "Discord's edge answers 403 for ten minutes of the demo's time: just a page, with no reason given.",
    ),
    "edge-502": (
        lambda: Rule("edge", status=502, lasts=_TEN_MINUTES),
        "Discord's edge answers 502 for ten minutes of the demo's time.",
    ),
    "blocked": (
        lambda: Rule("error", status=403, code=40333, lasts=_TEN_MINUTES),
        "Cloudflare blocks the bot for ten minutes of the demo's time (403, code 40333).",
    ),
    "limited": (
        lambda: Rule("edge", status=429, lasts=_TEN_MINUTES),
        "Every answer is a 429 for ten minutes of the demo's time, with no word on when that ends.",
    ),
    "slow": (
        lambda: Rule("slow", seconds=5, lasts=_TEN_MINUTES),
        "Every answer takes five seconds, for ten minutes of the demo's time.",
    ),
    "lost-answer": (
        lambda: Rule("drop", "POST", _MESSAGES),
        "The bot's next post will go through, but the bot won't hear about it.",
    ),
    "cut-answer": (
        lambda: Rule("cut", "POST", _MESSAGES),
        "The bot's next post will go through, but the answer will break off midway.",
    ),
}


async def cause(hub: Hub, data: dict[str, Any], channel: Channel | None) -> str:
    """Cause a fault, or end one."""
    kind = str(data.get("kind"))
    if kind in _ANSWERS:
        make, told = _ANSWERS[kind]
        hub.sandbox.faults.add(make())
        hub.tell_bot()
        return told
    if kind in _EVERYWHERE:
        return await _EVERYWHERE[kind](hub, data)
    if channel is None or channel.guild is None:
        raise SandboxError("this only works in a server's channel")
    if kind in _IN_SERVER:
        return _IN_SERVER[kind](hub, channel.guild)
    if kind in _IN_CHANNEL:
        return _IN_CHANNEL[kind](hub, channel)
    raise SandboxError(f"there's no fault {kind!r}")


# -- everywhere ---------------------------------------------------------------------------------------


async def _outage(hub: Hub, data: dict[str, Any]) -> str:
    """Let nothing of the bot's through for a while, and close its connections."""
    if hub.traffic.down:
        raise SandboxError("Discord is already down")
    seconds = min(float(data.get("seconds", 10)), _LONGEST)
    hub.traffic.cut()
    await hub.sandbox.gateway.disconnect(4000)
    hub.tell_bot()
    hub.begin(_recover(hub, seconds))
    return f"Discord is down for {seconds:g} s: the bot is cut off and has to come back on its own."


async def _recover(hub: Hub, seconds: float) -> None:
    try:
        await asyncio.sleep(seconds)
    finally:
        hub.traffic.mend()


async def _lose_session(hub: Hub, _: dict[str, Any]) -> str:
    hub.begin(_lose(hub))
    return "The bot has lost its session for five seconds: it won't hear about anything that happens now."


async def _lose(hub: Hub) -> None:
    async with hub.sandbox.gateway.lost():
        await asyncio.sleep(_LOST)


async def _skew(hub: Hub, data: dict[str, Any]) -> str:
    minutes = max(-600, min(600, int(data.get("minutes", 0))))
    hub.sandbox.clock.set_ahead(minutes * 60.0)
    hub.tell_bot()
    if not minutes:
        return "The bot's clock is right again."
    return f"The bot's clock is {abs(minutes)} minutes {'fast' if minutes > 0 else 'slow'}."


async def _well(hub: Hub, _: dict[str, Any]) -> str:
    hub.sandbox.faults.clear()
    hub.tell_bot()
    return "Discord answers normally again."


async def _restart(hub: Hub, _: dict[str, Any]) -> str:
    if hub.restart is None:
        raise SandboxError("this demo didn't start the bot, so it can't restart it")
    await hub.restart()
    return "The bot is restarting. Buttons on older messages should still work."


_EVERYWHERE: dict[str, Callable[[Hub, dict[str, Any]], Awaitable[str]]] = {
    "outage": _outage,
    "lose-session": _lose_session,
    "skew": _skew,
    "well": _well,
    "restart-bot": _restart,
}


# -- in a server --------------------------------------------------------------------------------------


def _here(hub: Hub, guild: Guild) -> None:
    if hub.world.bot.id not in guild.members:
        raise SandboxError("the bot isn't in this server")


def _time_out(hub: Hub, guild: Guild) -> str:
    _here(hub, guild)
    hub.world.time_out(guild, hub.world.now() + _TEN_MINUTES)
    return f"A moderator of {guild.name} has timed the bot out for ten minutes."


def _end_time_out(hub: Hub, guild: Guild) -> str:
    _here(hub, guild)
    hub.world.time_out(guild, None)
    return "The timeout is over."


def _server_down(hub: Hub, guild: Guild) -> str:
    _here(hub, guild)
    hub.world.set_available(guild, available=False)
    hub.sandbox.faults.add(Rule("error", status=503, guild=guild.id, times=None))
    hub.tell_bot()
    return f"{guild.name} is down in an outage; the other servers aren't affected."


def _server_up(hub: Hub, guild: Guild) -> str:
    faults = hub.sandbox.faults
    for rule in [each for each in faults.rules if each.guild == guild.id]:
        faults.remove(rule)
    hub.world.set_available(guild, available=True)
    hub.tell_bot()
    return f"{guild.name} is back."


def _kick(hub: Hub, guild: Guild) -> str:
    _here(hub, guild)
    hub.world.kick_bot(guild)
    return f"The bot has been removed from {guild.name}."


def _invite(hub: Hub, guild: Guild) -> str:
    if hub.world.bot.id in guild.members:
        raise SandboxError("the bot is already in this server")
    hub.world.add_bot(guild)
    return f"The bot is back in {guild.name}."


_IN_SERVER: dict[str, Callable[[Hub, Guild], str]] = {
    "time-out": _time_out,
    "end-time-out": _end_time_out,
    "server-down": _server_down,
    "server-up": _server_up,
    "kick-bot": _kick,
    "invite-bot": _invite,
}


# -- in a channel -------------------------------------------------------------------------------------


def _place(channel: Channel) -> Channel:
    """Give whose permissions count: threads go by what is allowed in their parent."""
    return channel.parent if channel.thread and channel.parent else channel


def _deny(hub: Hub, channel: Channel) -> str:
    hub.world.deny(_place(channel), *_SENDING)
    return f"The bot can't post in #{_place(channel).name} any more."


def _allow(hub: Hub, channel: Channel) -> str:
    hub.world.allow(_place(channel), *_SENDING)
    return f"The bot can post in #{_place(channel).name} again."


def _delete(hub: Hub, channel: Channel) -> str:
    hub.world.delete_channel(channel)
    return f"#{channel.name} is gone."


_IN_CHANNEL: dict[str, Callable[[Hub, Channel], str]] = {
    "deny-posting": _deny,
    "allow-posting": _allow,
    "delete-channel": _delete,
}
