"""From the page's wire options back to what was typed, and through the client's checks to the wire again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import wire
from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from sandbox.model import Channel, Command, User
    from sandbox.world import World

_DEEPER = (wire.SUBCOMMAND, wire.GROUP)
_MENTIONABLE = 9


def typed_options(
    world: World, user: User, channel: Channel, command: Command, options: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Check a command's options as the client does; gives the wire options and what they refer to."""
    path = []
    while options and options[0].get("type") in _DEEPER:
        path.append(str(options[0]["name"]))
        options = options[0].get("options") or []
    given = {}
    focused = None
    for each in options:
        name = str(each["name"])
        if each.get("focused"):
            focused = name
            given[name] = str(each["value"])
        else:
            given[name] = _thing(world, channel, int(each["type"]), each["value"])
    typed = wire.Typed(world, channel, user)
    return typed.options(command, path, given, focused), typed.resolved


def _thing(world: World, channel: Channel, kind: int, value: Any) -> Any:
    """Give what an id means for an option of this type; other values as they are."""
    if kind not in (wire.USER, wire.CHANNEL, wire.ROLE, _MENTIONABLE):
        return value
    wanted = int(value)
    roles = channel.guild.roles if channel.guild else {}
    tables: dict[int, tuple[dict[int, Any], ...]] = {
        wire.USER: (world.users,),
        wire.CHANNEL: (world.channels,),
        wire.ROLE: (roles,),
        _MENTIONABLE: (world.users, roles),
    }
    for table in tables[kind]:
        if wanted in table:
            return table[wanted]
    raise SandboxError("what was chosen is gone")
