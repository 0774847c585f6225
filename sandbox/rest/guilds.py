"""Routes of guilds and users: to look at, mostly; to leave; and to open a DM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import render
from sandbox.errors import fault, invalid
from sandbox.model import THREADS
from sandbox.rest import finding
from sandbox.routes import Route

if TYPE_CHECKING:
    from sandbox.api import Call


def _guild(call: Call) -> dict[str, Any]:
    one = finding.guild(call)
    body = render.guild(one)
    if call.query.get("with_counts", "").lower() in ("true", "1"):
        body |= {"approximate_member_count": len(one.members), "approximate_presence_count": 1}
    return body


def _channels(call: Call) -> list[dict[str, Any]]:
    one = finding.guild(call)
    return [render.channel(each) for each in one.channels.values() if each.type not in THREADS]


def _roles(call: Call) -> list[dict[str, Any]]:
    return [render.role(each) for each in finding.guild(call).roles.values()]


def _member(call: Call) -> dict[str, Any]:
    one = finding.guild(call).members.get(call.id("user_id"))
    if one is None:
        raise fault(10007 if call.id("user_id") in call.world.users else 10013)
    return render.member(one)


def _user(call: Call) -> dict[str, Any]:
    one = call.world.users.get(call.id("user_id"))
    if one is None:
        raise fault(10013)
    return render.user(one)


def _leave(call: Call) -> None:
    call.world.kick_bot(finding.guild(call))


def _open_dm(call: Call) -> dict[str, Any]:
    """Open the DM with somebody (Discord's docs, "Create DM"); not with the bot itself."""
    given = str(call.object().get("recipient_id"))
    if not given.isdecimal():
        raise invalid(("recipient_id",), "NUMBER_TYPE_COERCE", f'Value "{given}" is not snowflake.')
    one = call.world.users.get(int(given))
    if one is None:
        raise fault(10013)
    if one is call.world.bot:
        raise fault(50007)
    body = render.channel(call.world.dm(one, call.world.bot))
    body["recipients"] = [render.user(one)]
    return body


ROUTES = [
    Route("GET", "/guilds/{guild_id}", _guild),
    Route("GET", "/guilds/{guild_id}/channels", _channels),
    Route("GET", "/guilds/{guild_id}/roles", _roles),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", _member),
    Route("GET", "/users/{user_id}", _user),
    Route("DELETE", "/users/@me/guilds/{guild_id}", _leave),
    Route("POST", "/users/@me/channels", _open_dm),
]
