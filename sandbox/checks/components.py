"""Checks of a message's components (Discord's docs, "Component reference").

Without the Components V2 flag: up to 5 action rows. With it: up to 40 components, nested ones counted,
and 4,000 characters of text in all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.checks.parts import check_button, check_media, check_select, unique_ids
from sandbox.components import (
    ACTION_ROW,
    BUTTON,
    CONTAINER,
    FILE,
    GALLERY,
    SECTION,
    SELECTS,
    SEPARATOR,
    TEXT,
    THUMBNAIL,
    texts,
    walk,
)

if TYPE_CHECKING:
    from sandbox.checks.fields import Fields

_MOST, _MOST_TEXT, _ROWS, _BUTTONS = 40, 4000, 5, 5
_IN_CONTAINER = frozenset({ACTION_ROW, TEXT, SECTION, GALLERY, SEPARATOR, FILE})
_TOP = _IN_CONTAINER | {CONTAINER}


class ComponentCheck:
    """Checks one message's components; `uploaded` are the names of its files."""

    def __init__(self, fields: Fields, uploaded: set[str], *, v2: bool) -> None:
        self._fields = fields
        self._uploaded = uploaded
        self._v2 = v2

    def run(self) -> None:
        """Check everything."""
        given = self._fields.items("components", _MOST if self._v2 else _ROWS)
        kinds = _TOP if self._v2 else frozenset({ACTION_ROW})
        for number, each in enumerate(given):
            self._one(self._fields.inner(each, "components", number), kinds)
        dicts = [each for each in given if isinstance(each, dict)]
        unique_ids(self._fields, dicts)
        if self._v2:
            self._totals(dicts)

    def _totals(self, given: list[dict[str, Any]]) -> None:
        total = sum(1 for _ in walk(given))
        if total > _MOST:
            message = f"The total number of components cannot exceed {_MOST} ({total} given)"
            self._fields.note("COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message, "components")
        length = sum(len(each) for each in texts_of(given))
        if length > _MOST_TEXT:
            message = f"The total displayable text cannot exceed {_MOST_TEXT} characters ({length} given)"
            self._fields.note("COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message, "components")

    def _one(self, part: Fields, kinds: frozenset[int]) -> None:
        if not part.ok:
            return
        kind = part.choice("type", kinds, required=True)
        part.integer("id", 0, 2**31 - 1)
        check = {
            ACTION_ROW: self._row,
            BUTTON: check_button,
            TEXT: self._text,
            SECTION: self._section,
            SEPARATOR: self._separator,
            THUMBNAIL: self._thumbnail,
            GALLERY: self._gallery,
            FILE: self._file,
            CONTAINER: self._container,
        }.get(kind, check_select if kind in SELECTS else None)
        if check is not None:
            check(part)

    def _row(self, part: Fields) -> None:
        inner = part.items("components", _BUTTONS, 1, required=True)
        kinds = [each.get("type") for each in inner if isinstance(each, dict)]
        if any(kind in SELECTS for kind in kinds) and len(kinds) > 1:
            part.note("COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A select menu stands alone in its row", "components")
        for number, each in enumerate(inner):
            self._one(part.inner(each, "components", number), SELECTS | {BUTTON})

    def _text(self, part: Fields) -> None:
        part.text("content", _MOST_TEXT, 1, required=True, trimmed=True)

    def _section(self, part: Fields) -> None:
        for number, each in enumerate(part.items("components", 3, 1, required=True)):
            self._one(part.inner(each, "components", number), frozenset({TEXT}))
        accessory = part.get("accessory", required=True)
        if accessory is not None:
            self._one(part.inner(accessory, "accessory"), frozenset({BUTTON, THUMBNAIL}))

    def _separator(self, part: Fields) -> None:
        part.choice("spacing", {1, 2})
        part.boolean("divider")

    def _thumbnail(self, part: Fields) -> None:
        part.text("description", 1024, 1)
        check_media(part, "media", self._uploaded)

    def _gallery(self, part: Fields) -> None:
        for number, each in enumerate(part.items("items", 10, 1, required=True)):
            item = part.inner(each, "items", number)
            item.text("description", 1024, 1)
            check_media(item, "media", self._uploaded)

    def _file(self, part: Fields) -> None:
        check_media(part, "file", self._uploaded, only_uploaded=True)

    def _container(self, part: Fields) -> None:
        part.integer("accent_color", 0, 0xFFFFFF)
        for number, each in enumerate(part.items("components", _MOST, 1, required=True)):
            self._one(part.inner(each, "components", number), _IN_CONTAINER)


def texts_of(given: list[dict[str, Any]]) -> list[str]:
    """List the texts of displays that have one at all."""
    return texts([each for each in walk(given) if each.get("type") == TEXT and isinstance(each.get("content"), str)])
