"""Checks of messages, new threads and forms (Discord's docs; lengths as published in the API document)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.checks.components import ComponentCheck, check_select, unique_ids
from sandbox.checks.fields import Fields
from sandbox.components import ACTION_ROW, LABEL, SELECTS, TEXT, TEXT_INPUT
from sandbox.errors import Problems, UnsupportedError, fault
from sandbox.model import Flag, Message

if TYPE_CHECKING:
    from sandbox.requests import Upload

_MOST, _TOTAL = 10, 6000
_LINKS = ("http", "https")
_SHOWN = ("title", "description", "url", "image", "thumbnail", "video", "author", "footer", "fields", "timestamp")
_MEDIA = ("http", "https", "attachment")


def check_embeds(fields: Fields) -> list[Any]:
    """Check all embeds of a message: each by itself, and 6,000 characters together."""
    given = fields.items("embeds", _MOST)
    total = 0
    for number, each in enumerate(given):
        part = fields.inner(each, "embeds", number)
        if part.ok:
            total += _one(part)
    if total > _TOTAL:
        fields.note("MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {_TOTAL}", "embeds")
    return given


def _one(part: Fields) -> int:
    texts = [part.text("title", 256, trimmed=True), part.text("description", 4096, trimmed=True)]
    part.url("url", schemes=_LINKS)
    part.integer("color", 0, 0xFFFFFF)
    for key in ("image", "thumbnail"):
        if part.given.get(key) is not None:
            part.inner(part.given[key], key).url("url", schemes=_MEDIA)
    if part.given.get("footer") is not None:
        texts.append(part.inner(part.given["footer"], "footer").text("text", 2048))
    if part.given.get("author") is not None:
        author = part.inner(part.given["author"], "author")
        texts.append(author.text("name", 256, required=True))
        author.url("url", schemes=_LINKS)
    for number, each in enumerate(part.items("fields", 25)):
        field = part.inner(each, "fields", number)
        texts.append(field.text("name", 256, 1, required=True, trimmed=True))
        texts.append(field.text("value", 1024, 1, required=True, trimmed=True))
    if not any(part.given.get(key) for key in _SHOWN):
        part.note("BASE_TYPE_REQUIRED", "This field is required", "description")
    return sum(len(each) for each in texts if each)


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


DURATIONS = frozenset({60, 1440, 4320, 10080})  # minutes
_KINDS = frozenset({10, 11, 12})


def check_thread(body: dict[str, Any], *, post: bool = False) -> None:
    """Check a thread's name, times and kind; a forum post needs its first message."""
    problems = Problems()
    fields = Fields(problems, body)
    fields.text("name", 100, 1, required=True)
    fields.choice("auto_archive_duration", DURATIONS)
    fields.integer("rate_limit_per_user", 0, 21600)
    if post:
        fields.items("applied_tags", 5)
        first = fields.get("message", required=True)
        if first is not None:
            fields.inner(first, "message")
    else:
        fields.choice("type", _KINDS)
        fields.boolean("invitable")
    problems.raise_any()


_FIELDS_MOST = 5
_NOT_IMITATED_IN_FORMS = {19: "file uploads", 21: "radio groups", 22: "checkbox groups", 23: "checkboxes"}


def check_modal(data: dict[str, Any]) -> None:
    """Check a modal's answer data."""
    problems = Problems()
    fields = Fields(problems, data, ("data",))
    fields.text("title", 45, 1, required=True)
    fields.text("custom_id", 100, 1, required=True)
    given = fields.items("components", _FIELDS_MOST, 1, required=True)
    for number, each in enumerate(given):
        part = fields.inner(each, "components", number)
        kind = part.choice("type", {ACTION_ROW, TEXT, LABEL}, required=True)
        if kind == TEXT:
            part.text("content", 4000, 1, required=True, trimmed=True)
        elif kind == ACTION_ROW:
            for spot, inner in enumerate(part.items("components", 1, 1, required=True)):
                _field(part.inner(inner, "components", spot), {TEXT_INPUT}, labelled=True)
        elif kind == LABEL:
            part.text("label", 45, 1, required=True)
            part.text("description", 100, 1)
            _field(part.inner(part.given.get("component"), "component"), {TEXT_INPUT} | SELECTS)
    unique_ids(fields, given)
    problems.raise_any()


def _field(part: Fields, kinds: frozenset[int] | set[int], *, labelled: bool = False) -> None:
    if part.given.get("type") in _NOT_IMITATED_IN_FORMS:
        raise UnsupportedError(f"{_NOT_IMITATED_IN_FORMS[part.given['type']]} in modals")
    kind = part.choice("type", kinds, required=True)
    if kind in SELECTS:
        check_select(part)
        if part.boolean("required") is not False and part.given.get("min_values") == 0:
            part.note("SELECT_COMPONENT_VALUES_INVALID", "A required select has at least one value", "min_values")
        return
    part.text("custom_id", 100, 1, required=True)
    part.choice("style", {1, 2}, required=True)
    part.text("label", 45, 1, required=labelled)
    part.text("value", 4000)
    part.text("placeholder", 100)
    part.boolean("required")
    least = part.integer("min_length", 0, 4000)
    most = part.integer("max_length", 1, 4000)
    if least is not None and most is not None and least > most:
        part.note("TEXT_INPUT_LENGTH_INVALID", "min_length is greater than max_length", "min_length")
