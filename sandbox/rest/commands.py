"""Routes that register application commands, global or of one guild."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.checks.commands import check_command, check_set
from sandbox.errors import fault, invalid
from sandbox.model import Command
from sandbox.requests import Route

if TYPE_CHECKING:
    from sandbox.api import Call

_TEXT_FIELDS = ("name_localizations", "description_localizations")


def _scope(call: Call) -> int | None:
    """Give the guild's id of a guild route (the app has to be in it), None for a global one."""
    if call.id("application_id") != call.world.bot.id:
        raise fault(50001)
    if "guild_id" not in call.params:
        return None
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None or call.world.bot.id not in guild.members:
        raise fault(50001)
    return guild.id


def _of_scope(call: Call, guild_id: int | None) -> list[Command]:
    return [each for each in call.world.commands.values() if each.guild_id == guild_id]


def _find(call: Call) -> Command:
    guild_id = _scope(call)
    one = call.world.commands.get(call.id("command_id"))
    if one is None or one.guild_id != guild_id:
        raise fault(10063)
    return one


def _fill(option: dict[str, Any]) -> dict[str, Any]:
    """Give an option as an answer has it: without what is null or false by default."""
    one = {key: value for key, value in option.items() if value is not None}
    if one.get("required") is False:
        del one["required"]
    if "options" in one:
        one["options"] = [_fill(each) for each in one["options"]]
    return one


def _body(given: dict[str, Any], guild_id: int | None) -> dict[str, Any]:
    kind = given.get("type") or 1
    wanted = given.get("default_member_permissions")
    body: dict[str, Any] = {
        "name": given["name"],
        "type": kind,
        "description": given.get("description") or "",
        "default_member_permissions": None if wanted is None else str(wanted),
        "nsfw": bool(given.get("nsfw")),
        **{key: given.get(key) for key in _TEXT_FIELDS},
    }
    if kind == 1:
        body["options"] = [_fill(each) for each in given.get("options") or []]
    if guild_id is None:
        contexts = given.get("contexts")
        if contexts is None and given.get("dm_permission") is False:
            contexts = [0]
        body["contexts"] = contexts
        body["dm_permission"] = contexts is None or 1 in contexts
        body["integration_types"] = given.get("integration_types") or [0]
    return body


def _register(call: Call, given: dict[str, Any], guild_id: int | None, command_id: int | None = None) -> Command:
    world = call.world
    one = Command(
        command_id or world.ids.next(),
        given["name"],
        given.get("type") or 1,
        guild_id,
        _body(given, guild_id),
        world.ids.next(),
    )
    world.commands[one.id] = one
    return one


def show(call: Call, one: Command) -> dict[str, Any]:
    body = one.body | {
        "id": str(one.id),
        "application_id": str(call.world.bot.id),
        "version": str(one.version),
    }
    if one.guild_id is not None:
        body["guild_id"] = str(one.guild_id)
    return body


def _list(call: Call) -> list[dict[str, Any]]:
    return [show(call, each) for each in _of_scope(call, _scope(call))]


def _overwrite(call: Call) -> list[dict[str, Any]]:
    """Replace all commands of a scope; those that keep name and type keep their ids."""
    guild_id = _scope(call)
    if not isinstance(call.body, list):
        raise invalid((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    check_set(call.body)
    old = {(each.name, each.type): each.id for each in _of_scope(call, guild_id)}
    for command_id in old.values():
        del call.world.commands[command_id]
    made = [_register(call, each, guild_id, old.get((each["name"], each.get("type") or 1))) for each in call.body]
    call.world.tell_people("COMMANDS", {"guild_id": None if guild_id is None else str(guild_id)})
    return [show(call, each) for each in made]


def _create(call: Call) -> tuple[int, Any]:
    """Register one command; one of the same name and type is replaced (and answered with 200)."""
    guild_id = _scope(call)
    given = call.object()
    others = _of_scope(call, guild_id)
    kind = given.get("type") or 1
    old = next((each for each in others if (each.name, each.type) == (given.get("name"), kind)), None)
    check_command(given)
    if old is None:
        check_set([*(each.body for each in others), given])
    made = _register(call, given, guild_id, None if old is None else old.id)
    return (201 if old is None else 200), show(call, made)


def _get(call: Call) -> dict[str, Any]:
    return show(call, _find(call))


def _edit(call: Call) -> dict[str, Any]:
    one = _find(call)
    given = one.body | call.object()
    check_command(given)
    return show(call, _register(call, given, one.guild_id, one.id))


def _delete(call: Call) -> None:
    del call.world.commands[_find(call).id]


_ALL = ("/applications/{application_id}/commands", "/applications/{application_id}/guilds/{guild_id}/commands")
ROUTES = [
    route
    for base in _ALL
    for route in (
        Route("GET", base, _list),
        Route("PUT", base, _overwrite),
        Route("POST", base, _create),
        Route("GET", base + "/{command_id}", _get),
        Route("PATCH", base + "/{command_id}", _edit),
        Route("DELETE", base + "/{command_id}", _delete),
    )
]
