"""Checks of embeds (Discord's docs, "Embed limits")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.checks.fields import Fields

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
