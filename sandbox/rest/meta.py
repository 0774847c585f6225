"""Routes about the bot itself: who it is, which application, where the gateway is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import render
from sandbox.routes import Route

if TYPE_CHECKING:
    from sandbox.api import Call


def _me(call: Call) -> dict[str, Any]:
    return render.user(call.world.bot) | {
        "mfa_enabled": False,
        "locale": "en-US",
        "premium_type": 0,
        "email": None,
        "verified": True,
    }


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
    }


def _gateway(call: Call) -> dict[str, Any]:
    return {"url": call.gateway_url}


def _gateway_bot(call: Call) -> dict[str, Any]:
    """Advise on shards: one for each 1,000 guilds begun (Discord's docs, "Sharding")."""
    shards = call.world.shards or 1 + len(call.world.guilds) // 1000
    return {"url": call.gateway_url, "shards": shards, "session_start_limit": call.world.starts.state()}


ROUTES = [
    Route("GET", "/users/@me", _me),
    Route("GET", "/applications/@me", _application),
    Route("GET", "/oauth2/applications/@me", _application),
    Route("GET", "/gateway", _gateway, auth=False),
    Route("GET", "/gateway/bot", _gateway_bot),
]
