"""Components as Discord gives them back: with ids, defaults and resolved media; and walks through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model import Attachment
    from sandbox.registry import Registry

ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
SELECTS = frozenset({STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT})
LINK = 5


def walk(components: Any) -> Iterator[dict[str, Any]]:
    """Go through components and all that they hold, in the order in which they are read; what is none is left out."""
    for each in components if isinstance(components, list) else ():
        if not isinstance(each, dict):
            continue
        yield each
        yield from walk(each.get("components") or [])
        for key in ("accessory", "component"):
            if isinstance(each.get(key), dict):
                yield from walk([each[key]])


def texts(components: list[dict[str, Any]]) -> list[str]:
    """List the contents of all text displays."""
    return [each["content"] for each in walk(components) if each.get("type") == TEXT]


def find(components: list[dict[str, Any]], custom_id: str) -> dict[str, Any] | None:
    return next((each for each in walk(components) if each.get("custom_id") == custom_id), None)


class Finisher:
    """Completes checked components: numbers those without an id, fills in defaults, resolves media."""

    def __init__(self, registry: Registry, attachments: list[Attachment], components: list[dict[str, Any]]) -> None:
        self._registry = registry
        self._files = {each.filename: each for each in attachments}
        self._taken = {each["id"] for each in walk(components) if each.get("id")}
        self._last = 0

    def finish(self, components: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give the components as an answer has them."""
        return [self._one(each) for each in components]

    def _number(self) -> int:
        self._last += 1
        while self._last in self._taken:
            self._last += 1
        return self._last

    def _one(self, given: dict[str, Any]) -> dict[str, Any]:
        one = {key: value for key, value in given.items() if value is not None}
        one["id"] = one.get("id") or self._number()
        kind = one["type"]
        if kind in SELECTS:
            one.setdefault("min_values", 1)
            one.setdefault("max_values", 1)
            one.setdefault("disabled", False)
        elif kind == SEPARATOR:
            one = {"divider": True, "spacing": 1} | one
        elif kind == CONTAINER:
            one = {"accent_color": None, "spoiler": False} | one
        elif kind == THUMBNAIL:
            one = {"description": None, "spoiler": False} | one | {"media": self._media(one["media"])}
        elif kind == FILE:
            one |= self._file(one)
        elif kind == GALLERY:
            one["items"] = [
                {"description": None, "spoiler": False} | each | {"media": self._media(each["media"])}
                for each in one["items"]
            ]
        if "components" in one:
            one["components"] = self.finish(one["components"])
        if "accessory" in one:
            one["accessory"] = self._one(one["accessory"])
        return one

    def _file(self, one: dict[str, Any]) -> dict[str, Any]:
        attached = self._attached(one["file"]["url"])
        return {
            "file": self._media(one["file"]),
            "name": attached.filename if attached else None,
            "size": len(attached.data) if attached else None,
            "spoiler": one.get("spoiler", False),
        }

    def _attached(self, url: str) -> Attachment | None:
        return self._files.get(url.removeprefix("attachment://")) if url.startswith("attachment://") else None

    def _media(self, given: dict[str, Any]) -> dict[str, Any]:
        attached = self._attached(given["url"])
        made = {"id": str(self._registry.ids.next()), "url": given["url"], "proxy_url": given["url"]}
        if attached is None:
            return made | {"width": None, "height": None, "content_type": None}
        body = render.attachment(attached, self._registry.root)
        kept = {key: body.get(key) for key in ("url", "proxy_url", "width", "height", "content_type")}
        return made | kept | {"attachment_id": str(attached.id)}
