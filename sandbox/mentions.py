"""Who a message pings (Discord's docs, "Allowed mentions object")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.permissions import MENTION_EVERYONE

if TYPE_CHECKING:
    from sandbox.model import Channel, Message, User
    from sandbox.world import World

# What stands in code is no mention: a run of backticks, up to the next run of the same length.
_CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_USER = re.compile(r"<@!?(\d{1,20})>")
_ROLE = re.compile(r"<@&(\d{1,20})>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")


@dataclass(slots=True)
class Pings:
    """The outcome: users and role ids that are pinged, and whether everyone is."""

    users: list[User]
    roles: list[int]
    everyone: bool


def resolve(
    world: World,
    channel: Channel,
    author: User,
    text: str,
    allowed: dict[str, Any] | None,
    reply_to: Message | None = None,
) -> Pings:
    """Find the pings in a text. Without `allowed` everything pings that the author may ping.

    A role pings only if it is mentionable or the author may mention everyone.
    """
    text = _CODE.sub(" ", text)
    users = [world.users[found] for found in _ids(_USER, text) if found in world.users]
    roles = _ids(_ROLE, text) if channel.guild is not None else []
    everyone = bool(_EVERYONE.search(text))
    pings_author = True
    if allowed is not None:
        parse = allowed.get("parse") or ()
        if "users" not in parse:
            listed = {int(each) for each in allowed.get("users") or ()}
            users = [each for each in users if each.id in listed]
        if "roles" not in parse:
            listed = {int(each) for each in allowed.get("roles") or ()}
            roles = [each for each in roles if each in listed]
        everyone = everyone and "everyone" in parse
        pings_author = bool(allowed.get("replied_user"))
    if reply_to is not None and pings_author and reply_to.author not in users:
        users.append(reply_to.author)
    powerful = bool(world.permissions(channel, author) & MENTION_EVERYONE)
    guild = channel.guild
    if guild is not None:
        known = [guild.roles[each] for each in roles if each in guild.roles]
        roles = [each.id for each in known if each.mentionable or powerful]
    return Pings(users, roles, everyone and powerful)


def _ids(pattern: re.Pattern[str], text: str) -> list[int]:
    return list(dict.fromkeys(int(each) for each in pattern.findall(text)))
