"""From what a person types to what Discord's client sends: options by name to wire form, with its checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import render
from sandbox.errors import SandboxError
from sandbox.model import Attachment, Channel, Member, Message, Role, User

if TYPE_CHECKING:
    from sandbox.model import Command
    from sandbox.world import World

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, _, NUMBER, ATTACHMENT = range(1, 12)


class Typed:
    """Converts one command's typed options; `resolved` fills with what they refer to."""

    def __init__(self, world: World, place: Channel, user: User) -> None:
        self._world = world
        self._place = place
        self._user = user
        self.resolved: dict[str, dict[str, Any]] = {}

    def options(
        self,
        command: Command,
        path: list[str],
        given: dict[str, Any],
        focused: str | None = None,
    ) -> list[dict[str, Any]]:
        """Give the wire options of a command; `path` names the subcommand, `focused` the option being typed."""
        known = command.body.get("options") or []
        levels = []
        for name in path:
            found = next((each for each in known if each["name"] == name and each["type"] in (1, 2)), None)
            if found is None:
                raise SandboxError(f"/{command.name} has no subcommand {name}")
            levels.append(found)
            known = found.get("options") or []
        if any(each["type"] in (SUBCOMMAND, GROUP) for each in known):
            raise SandboxError(f"/{command.name} {' '.join(path)}: a subcommand has to be chosen")
        wire = self._values(known, given, focused)
        for level in reversed(levels):
            wire = [{"name": level["name"], "type": level["type"], "options": wire}]
        return wire

    def _values(self, known: list[dict[str, Any]], given: dict[str, Any], focused: str | None) -> list[dict[str, Any]]:
        names = {each["name"] for each in known}
        for name in given:
            if name not in names:
                raise SandboxError(f"there is no option {name} (there are {sorted(names)})")
        wire = []
        for option in known:
            name = option["name"]
            if name not in given:
                if option.get("required") and focused is None:
                    raise SandboxError(f"{name}: This option is required. Specify a value")
                continue
            one = {"name": name, "type": option["type"]}
            if name == focused:
                wire.append(one | {"value": str(given[name]), "focused": True})
            else:
                wire.append(one | {"value": self._value(option, given[name])})
        return wire

    def _value(self, option: dict[str, Any], value: Any) -> Any:
        kind = option["type"]
        if option.get("choices"):
            return _chosen(option, value)
        if kind == STRING:
            return _text(option, value)
        if kind in (INTEGER, NUMBER):
            return _number(option, value)
        if kind == BOOLEAN:
            if not isinstance(value, bool):
                raise SandboxError(f"{option['name']}: Input a valid boolean")
            return value
        if kind == ATTACHMENT:
            return self._file(option, value)
        return self._thing(option, kind, value)

    def _thing(self, option: dict[str, Any], kind: int, given: Any) -> str:
        value: Any = given.user if isinstance(given, Member) else given
        kinds: dict[int, tuple[type, ...]] = {USER: (User,), CHANNEL: (Channel,), ROLE: (Role,)}
        fits: bool = isinstance(value, kinds.get(kind, (User, Role)))
        if not fits:
            raise SandboxError(f"{option['name']}: Input a valid {option['name']}")
        if isinstance(value, Channel):
            wanted = option.get("channel_types")
            if wanted and int(value.type) not in wanted:
                raise SandboxError(f"{option['name']}: #{value.name} is of another type")
        self.refer(value)
        return str(value.id)

    def refer(self, thing: User | Role | Channel | Message) -> None:
        """Put something into `resolved` (Discord's docs, "Resolved data structure")."""
        guild = self._place.guild
        key = str(thing.id)
        if isinstance(thing, User):
            self.resolved.setdefault("users", {})[key] = render.user(thing)
            member = guild.members.get(thing.id) if guild else None
            if member is not None:
                allowed = str(self._world.permissions(self._place, thing))
                partial = render.member(member, with_user=False) | {"permissions": allowed}
                self.resolved.setdefault("members", {})[key] = partial
        elif isinstance(thing, Role):
            self.resolved.setdefault("roles", {})[key] = render.role(thing)
        elif isinstance(thing, Channel):
            allowed_here = self._world.permissions(thing, self._user)
            self.resolved.setdefault("channels", {})[key] = render.partial_channel(thing, allowed_here)
        else:
            body = render.message(thing, self._world.root)
            self.resolved.setdefault("messages", {})[key] = body

    def _file(self, option: dict[str, Any], value: Any) -> str:
        if not (isinstance(value, tuple) and len(value) == 2):  # noqa: PLR2004 - (name, bytes)
            raise SandboxError(f"{option['name']}: a file is given as (name, bytes)")
        one = Attachment(self._world.ids.next(), value[0], "application/octet-stream", value[1])
        self._world.attachments[one.id] = (one.filename, one.content_type, one.data)
        body = render.attachment(one, self._world.root, ephemeral=True)
        self.resolved.setdefault("attachments", {})[str(one.id)] = body
        return str(one.id)


def _chosen(option: dict[str, Any], value: Any) -> Any:
    for each in option["choices"]:
        if value in (each["value"], each["name"]):
            return each["value"]
    raise SandboxError(f"{option['name']}: Choose one of {[each['name'] for each in option['choices']]}")


def _text(option: dict[str, Any], value: Any) -> str:
    text = str(value)
    least, most = option.get("min_length") or 0, option.get("max_length") or 6000
    if len(text) < least:
        raise SandboxError(f"{option['name']}: Must be at least {least} characters")
    if len(text) > most:
        raise SandboxError(f"{option['name']}: Must be {most} characters or fewer")
    return text


def _number(option: dict[str, Any], value: Any) -> int | float:
    fitting = int if option["type"] == INTEGER else (int | float)
    if isinstance(value, bool) or not isinstance(value, fitting):
        raise SandboxError(f"{option['name']}: Input a valid {'integer' if fitting is int else 'number'}")
    least, most = option.get("min_value"), option.get("max_value")
    if (least is not None and value < least) or (most is not None and value > most):
        raise SandboxError(f"{option['name']}: Must be between {least} and {most}")
    return value
