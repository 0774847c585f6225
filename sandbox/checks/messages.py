"""Checks of message bodies (Discord's docs, "Create message"; lengths as published in the API document)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.checks.components import ComponentCheck
from sandbox.checks.embeds import check_embeds
from sandbox.checks.fields import Fields
from sandbox.errors import Problems, UnsupportedError, fault
from sandbox.model import Flag, Message

if TYPE_CHECKING:
    from sandbox.bodies import Upload

_CONTENT, _FILES, _NONCE = 2000, 10, 25
_NOT_IMITATED = ("poll", "sticker_ids", "shared_client_theme", "tts")
_SETTABLE = Flag.SUPPRESS_EMBEDS | Flag.EPHEMERAL | Flag.SUPPRESS_NOTIFICATIONS | Flag.COMPONENTS_V2
_PARSE = frozenset({"users", "roles", "everyone"})


def check_message(body: dict[str, Any], files: list[Upload], old: Message | None = None) -> None:
    """Check a new message, or the change of an old one. Breaches raise 50035, an empty message 50006."""
    for key in _NOT_IMITATED:
        if body.get(key):
            raise UnsupportedError(f"{key} in messages")
    problems = Problems()
    fields = Fields(problems, body)
    fields.text("content", _CONTENT)
    flags = fields.integer("flags", 0, 2**31) or 0
    if flags & ~_SETTABLE and old is None:
        raise UnsupportedError(f"message flags {flags}")
    v2 = bool((flags | (old.flags if old else 0)) & Flag.COMPONENTS_V2)
    if v2:
        _no_legacy(fields, old)
    embeds = check_embeds(fields)
    uploaded = {each.filename for each in files} | {each.filename for each in (old.attachments if old else ())}
    uploaded |= _attachments(fields, files)
    if fields.given.get("components") is not None:
        ComponentCheck(fields, uploaded, v2=v2).run()
    _mentions(fields)
    _nonce(fields)
    problems.raise_any()
    # Discord trims text: one of white space alone is none.
    filled = any(((body.get("content") or "").strip(), embeds, body.get("components"), files))
    if not filled and (old is None or _emptied(body, old)):
        raise fault(50006)


def _emptied(body: dict[str, Any], old: Message) -> bool:
    """Tell whether a change would leave nothing to see."""
    kept: dict[str, Any] = {"content": old.content, "embeds": old.embeds, "components": old.components}
    kept["attachments"] = old.attachments
    left = {key: body.get(key, value) for key, value in kept.items()}
    left["content"] = (left["content"] or "").strip()
    return not any(left.values())


def _no_legacy(fields: Fields, old: Message | None) -> None:
    """Check that a Components V2 message has nothing beside its components (Discord's docs, "Message flags")."""
    was_v2 = old is not None and bool(old.flags & Flag.COMPONENTS_V2)
    for key in ("content", "embeds"):
        left = old is not None and not was_v2 and key not in fields.given and getattr(old, key)
        if fields.given.get(key) or left:
            message = f"The '{key}' field cannot be used with the IS_COMPONENTS_V2 flag"
            fields.note("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message, key)


def _attachments(fields: Fields, files: list[Upload]) -> set[str]:
    if len(files) > _FILES:
        fields.note("BASE_TYPE_MAX_LENGTH", f"Must be {_FILES} or fewer in length.", "attachments")
    spots = {str(each.spot) for each in files}
    names = set()
    for number, each in enumerate(fields.items("attachments", _FILES)):
        part = fields.inner(each, "attachments", number)
        given = str(part.get("id", required=True))
        part.text("description", 1024)
        name = part.text("filename", 1024)
        if name is not None:
            names.add(name)
        if len(given) < 15 and given not in spots:  # noqa: PLR2004 - no id of Discord's is as short as that
            part.note("MESSAGE_ATTACHMENT_NOT_FOUND", f"There is no file for attachment {given}", "id")
    return names


def _mentions(fields: Fields) -> None:
    given = fields.given.get("allowed_mentions")
    if given is None:
        return
    part = fields.inner(given, "allowed_mentions")
    parse = part.items("parse", len(_PARSE))
    for number, each in enumerate(parse):
        if each not in _PARSE:
            part.note("BASE_TYPE_CHOICES", "Value must be one of ('everyone', 'roles', 'users').", "parse", number)
    for key in ("users", "roles"):
        listed = part.items(key, 100)
        if listed and key in parse:
            message = f'parse:["{key}"] and {key}: [ids...] are mutually exclusive.'
            part.note("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
        if len({str(each) for each in listed}) < len(listed):
            part.note("SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value", key)
        if any(not str(each).isdecimal() for each in listed):
            part.note("NUMBER_TYPE_COERCE", "Values must be snowflakes.", key)
    part.boolean("replied_user")


def _nonce(fields: Fields) -> None:
    nonce = fields.given.get("nonce")
    if isinstance(nonce, str) and len(nonce) > _NONCE:
        fields.note("NONCE_TYPE_TOO_LONG", f"Must be {_NONCE} or fewer in length.", "nonce")
    elif nonce is not None and not isinstance(nonce, str | int):
        fields.note("NONCE_TYPE_INVALID", "Must be a string or integer.", "nonce")
    fields.boolean("enforce_nonce")
