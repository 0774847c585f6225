"""From a checked request body to a message, new or changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox import components, mentions
from sandbox.model import Attachment, Channel, Flag, Interaction, Message, User

if TYPE_CHECKING:
    from sandbox.bodies import Upload
    from sandbox.world import World

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
    message.content = body.get("content") or ""
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
    message.embeds = _embeds(body.get("embeds"))
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
        message.content = body["content"] or ""
    if "embeds" in body:
        message.embeds = _embeds(body["embeds"])
    if "attachments" in body or draft.files:
        kept = message.attachments
        if body.get("attachments") is not None:
            listed = {str(each.get("id")) for each in body["attachments"]}
            kept = [each for each in kept if str(each.id) in listed]
        message.attachments = kept + _attach(world, draft, kept)
    if "components" in body:
        _set_components(world, message, body["components"])
    if "content" in body or "components" in body:
        _set_pings(world, message, body)


def _embeds(given: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    return [{"type": "rich"} | {key: value for key, value in each.items() if value is not None} for each in given or []]


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
    pings = mentions.resolve(
        world, message.channel, message.author, text, body.get("allowed_mentions"), message.reply_to
    )
    message.mentions = pings.users
    message.mention_roles = pings.roles
    message.mention_everyone = pings.everyone
