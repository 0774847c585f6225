"""From a checked request body to a message, new or changed, and whom it pings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox import components, render
from sandbox.model import Attachment, Channel, Flag, Interaction, Message, User
from sandbox.permissions import MENTION_EVERYONE

if TYPE_CHECKING:
    from sandbox.requests import Upload
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


REPLY, COMMAND_ANSWER, MENU_ANSWER = 19, 20, 23
_KEPT = Flag.SUPPRESS_EMBEDS | Flag.SUPPRESS_NOTIFICATIONS | Flag.COMPONENTS_V2


@dataclass(slots=True)
class Draft:
    """A request body with what is known around it."""

    author: User
    channel: Channel
    body: dict[str, Any]
    files: list[Upload] = field(default_factory=list)
    interaction: Interaction | None = None
    ephemeral: bool = False
    reply_to: Message | None = None


def compose(world: World, draft: Draft) -> Message:
    """Make a message of a draft. It is not posted yet."""
    body = draft.body
    message = Message(world.ids.next(), draft.channel, draft.author, world.now())
    message.content = (body.get("content") or "").strip()
    message.flags = (body.get("flags") or 0) & _KEPT
    message.nonce = body.get("nonce")
    message.interaction = draft.interaction
    if draft.ephemeral and draft.interaction is not None:
        message.flags |= Flag.EPHEMERAL
        message.addressee = draft.interaction.user.id
    if draft.interaction is not None:
        message.type = MENU_ANSWER if "target_id" in draft.interaction.data else COMMAND_ANSWER
    if draft.reply_to is not None:
        message.type = REPLY
        message.reply_to = draft.reply_to
        message.reference = {
            "type": 0,
            "channel_id": str(draft.channel.id),
            "message_id": str(draft.reply_to.id),
        }
        if draft.channel.guild is not None:
            message.reference["guild_id"] = str(draft.channel.guild.id)
    message.attachments = _attach(world, draft, [])
    message.embeds = _embeds(world, message, body.get("embeds"))
    _set_components(world, message, body.get("components"))
    _set_pings(world, message, body)
    return message


def amend(world: World, message: Message, draft: Draft) -> None:
    """Change a message by a draft: what the draft does not name stays."""
    body = draft.body
    if body.get("flags") is not None:
        own = message.flags & ~(Flag.SUPPRESS_EMBEDS | Flag.LOADING)
        message.flags = own | (body["flags"] & _KEPT)
    if message.loading:
        message.loading = False
        message.flags &= ~Flag.LOADING
    if "content" in body:
        message.content = (body["content"] or "").strip()
    if "attachments" in body or draft.files:
        kept = message.attachments
        if body.get("attachments") is not None:
            listed = {str(each.get("id")) for each in body["attachments"]}
            kept = [each for each in kept if str(each.id) in listed]
        message.attachments = kept + _attach(world, draft, kept)
    if "embeds" in body:
        message.embeds = _embeds(world, message, body["embeds"])
    if "components" in body:
        _set_components(world, message, body["components"])
    if "content" in body or "components" in body:
        _set_pings(world, message, body)


_MEDIA = ("image", "thumbnail", "video")
_ICONS = ("author", "footer")


def _embeds(world: World, message: Message, given: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Give embeds as an answer has them: `attachment://` has become the address of the file."""
    files = {each.filename: render.attachment(each, world.root) for each in message.attachments}
    made = []
    for each in given or []:
        one = {"type": "rich"} | {key: value for key, value in each.items() if value is not None}
        for key in _MEDIA:
            if one.get(key):
                one[key] = _media(one[key], files)
        for key in _ICONS:
            if one.get(key):
                one[key] = one[key] | _icon(one[key].get("icon_url"), files)
        made.append(one)
    return made


def _media(given: dict[str, Any], files: dict[str, dict[str, Any]]) -> dict[str, Any]:
    found = _file(given.get("url"), files)
    if found is None:
        return given
    return given | {key: found[key] for key in ("url", "proxy_url", "width", "height") if key in found}


def _icon(url: Any, files: dict[str, dict[str, Any]]) -> dict[str, Any]:
    found = _file(url, files)
    return {} if found is None else {"icon_url": found["url"], "proxy_icon_url": found["proxy_url"]}


def _file(url: Any, files: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    return files.get(str(url).removeprefix("attachment://")) if str(url).startswith("attachment://") else None


def _attach(world: World, draft: Draft, kept: list[Attachment]) -> list[Attachment]:
    described = {
        str(each.get("id")): each
        for each in draft.body.get("attachments") or []
        if str(each.get("id")) not in {str(one.id) for one in kept}
    }
    made = []
    for each in draft.files:
        given = described.get(str(each.spot), {})
        one = Attachment(
            world.ids.next(),
            given.get("filename") or each.filename,
            each.content_type,
            each.data,
            given.get("description"),
            each.spot,
        )
        world.attachments[one.id] = (one.filename, one.content_type, one.data)
        made.append(one)
    return made


def _set_components(world: World, message: Message, given: list[dict[str, Any]] | None) -> None:
    if given is None:
        message.components = []
        return
    message.components = components.Finisher(world, message.attachments, given).finish(given)


def _set_pings(world: World, message: Message, body: dict[str, Any]) -> None:
    text = "\n".join([message.content, *components.texts(message.components)])
    if "@" not in text and message.reply_to is None:  # by far the most frequent case
        message.mentions, message.mention_roles, message.mention_everyone = [], [], False
        return
    pings = resolve(world, message.channel, message.author, text, body.get("allowed_mentions"), message.reply_to)
    message.mentions = pings.users
    message.mention_roles = pings.roles
    message.mention_everyone = pings.everyone
