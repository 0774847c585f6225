"""Routes of channels, guilds and users, and about the bot itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import permissions, render
from sandbox.checks.fields import Fields
from sandbox.checks.messages import DURATIONS
from sandbox.errors import Problems, UnsupportedError, fault, invalid
from sandbox.model import PRIVATE, THREADS
from sandbox.requests import Route
from sandbox.rest import finding

if TYPE_CHECKING:
    from sandbox.api import Call
    from sandbox.model import Channel, ThreadInfo

_CHANGES = frozenset({"name", "archived", "locked", "auto_archive_duration", "rate_limit_per_user", "applied_tags"})


def _get(call: Call) -> dict[str, Any]:
    return render.channel(finding.channel(call))


def _delete(call: Call) -> dict[str, Any]:
    """Delete a channel or thread; a DM is only closed."""
    place = finding.channel(call)
    if place.type not in PRIVATE:
        finding.channel(call, permissions.MANAGE_THREADS if place.thread else permissions.BITS["manage_channels"])
        call.world.delete_channel(place)
    return render.channel(place)


def _edit(call: Call) -> dict[str, Any]:
    """Change a thread (Discord's docs, "Modify channel", thread)."""
    place = finding.channel(call)
    body = call.object()
    info = place.thread
    if info is None:
        raise UnsupportedError("changing channels that are not threads")
    unknown = set(body) - _CHANGES
    if unknown:
        raise UnsupportedError(f"changing {sorted(unknown)} of threads")
    _check(body)
    _may_edit(call, place, info, body)
    place.name = body.get("name") or place.name
    info.auto_archive = body.get("auto_archive_duration") or info.auto_archive
    if body.get("rate_limit_per_user") is not None:
        place.rate_limit_per_user = body["rate_limit_per_user"]
    if body.get("applied_tags") is not None:
        info.tags = [int(each) for each in body["applied_tags"]]
    archived = info.archived if body.get("archived") is None else body["archived"]
    locked = info.locked if body.get("locked") is None else body["locked"]
    call.world.update_thread(place, archived=archived, locked=locked)
    return render.channel(place)


def _check(body: dict[str, Any]) -> None:
    problems = Problems()
    fields = Fields(problems, body)
    fields.text("name", 100, 1)
    fields.boolean("archived")
    fields.boolean("locked")
    fields.choice("auto_archive_duration", DURATIONS)
    fields.integer("rate_limit_per_user", 0, 21600)
    fields.items("applied_tags", 5)
    problems.raise_any()


def _may_edit(call: Call, place: Channel, info: ThreadInfo, body: dict[str, Any]) -> None:
    """Check who may do what: whoever may write here opens an unlocked thread; the rest needs more."""
    has = call.world.permissions(place, call.world.bot)
    manages = bool(has & permissions.MANAGE_THREADS)
    opening = body.get("archived") is False
    if info.archived and not opening:
        raise fault(50083)
    if manages:
        return
    if body.get("locked") is not None or (info.locked and opening):
        raise fault(50013)
    if opening and len(body) == 1:
        if not has & permissions.SEND_IN_THREADS:
            raise fault(50013)
    elif info.owner_id != call.world.bot.id:
        raise fault(50013)


CHANNEL_ROUTES = [
    Route("GET", "/channels/{channel_id}", _get),
    Route("PATCH", "/channels/{channel_id}", _edit),
    Route("DELETE", "/channels/{channel_id}", _delete),
]


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


GUILD_ROUTES = [
    Route("GET", "/guilds/{guild_id}", _guild),
    Route("GET", "/guilds/{guild_id}/channels", _channels),
    Route("GET", "/guilds/{guild_id}/roles", _roles),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", _member),
    Route("GET", "/users/{user_id}", _user),
    Route("DELETE", "/users/@me/guilds/{guild_id}", _leave),
    Route("POST", "/users/@me/channels", _open_dm),
]


def _me(call: Call) -> dict[str, Any]:
    return render.user(call.world.bot) | {
        "mfa_enabled": False,
        "locale": "en-US",
        "premium_type": 0,
        "email": None,
        "verified": True,
    }


def _my_guilds(call: Call) -> list[dict[str, Any]]:
    """List the bot's servers by id, each with what it may do there (Discord's docs, "Get Current User Guilds")."""
    world, after = call.world, call.asked("after") or 0
    mine = sorted((each for each in world.guilds.values() if world.bot.id in each.members), key=lambda each: each.id)
    return [
        {
            "id": str(each.id),
            "name": each.name,
            "icon": None,
            "owner": each.owner_id == world.bot.id,
            "permissions": str(permissions.in_guild(each, each.members[world.bot.id])),
            "features": [],
        }
        for each in mine
        if each.id > after
    ][: call.limit(most=200, usual=200)]


def _application(call: Call) -> dict[str, Any]:
    bot = call.world.bot
    return {
        "id": str(bot.id),
        "name": bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": render.user(bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": render.user(bot),
        "approximate_guild_count": sum(bot.id in each.members for each in call.world.guilds.values()),
        "approximate_user_install_count": sum(each.installed for each in call.world.users.values()),
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
        "integration_types_config": {"0": {}, "1": {}},
        **call.world.application,
    }


def _gateway(call: Call) -> dict[str, Any]:
    return {"url": call.gateway_url}


def _gateway_bot(call: Call) -> dict[str, Any]:
    """Advise on shards: one for each 1,000 guilds begun (Discord's docs, "Sharding")."""
    shards = call.world.shards or 1 + len(call.world.guilds) // 1000
    return {"url": call.gateway_url, "shards": shards, "session_start_limit": call.world.starts.state()}


BOT_ROUTES = [
    Route("GET", "/users/@me", _me),
    Route("GET", "/users/@me/guilds", _my_guilds),
    Route("GET", "/applications/@me", _application),
    Route("GET", "/oauth2/applications/@me", _application),
    Route("GET", "/gateway", _gateway, auth=False),
    Route("GET", "/gateway/bot", _gateway_bot),
]
