"""Checks of the parts that components consist of: buttons, selects, media; and of ids."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sandbox.components import (
    ACTION_ROW,
    BUTTON,
    CHANNEL_SELECT,
    CONTAINER,
    FILE,
    GALLERY,
    LINK,
    MENTIONABLE_SELECT,
    ROLE_SELECT,
    SECTION,
    SELECTS,
    SEPARATOR,
    STRING_SELECT,
    TEXT,
    THUMBNAIL,
    USER_SELECT,
    texts,
    walk,
)

if TYPE_CHECKING:
    from sandbox.checks.fields import Fields

_PREMIUM = 6


def check_button(part: Fields) -> None:
    """Check a button (Discord's docs, "Button"): a link has an address, the others a custom id."""
    style = part.choice("style", range(1, 7), required=True)
    part.text("label", 80)
    part.boolean("disabled")
    if style == LINK:
        part.url("url", 512, schemes=("http", "https", "discord"), required=True)
        if part.given.get("custom_id") is not None:
            part.note("BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A link has no custom id", "custom_id")
    elif style == _PREMIUM:
        part.get("sku_id", required=True)
    else:
        part.text("custom_id", 100, 1, required=True)
        if part.given.get("url") is not None:
            part.note("BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "Only a link has a url", "url")
    if style != _PREMIUM and not part.given.get("label") and not part.given.get("emoji"):
        part.note("BUTTON_COMPONENT_NO_LABEL", "A button needs a label or an emoji")


def check_select(part: Fields) -> None:
    """Check a select menu (Discord's docs, "String select" and the others)."""
    part.text("custom_id", 100, 1, required=True)
    part.text("placeholder", 150)
    least = part.integer("min_values", 0, 25)
    most = part.integer("max_values", 1, 25)
    if least is not None and least > (1 if most is None else most):
        part.note("SELECT_COMPONENT_VALUES_INVALID", "min_values is greater than max_values", "min_values")
    part.boolean("disabled")
    if part.given.get("type") != STRING_SELECT:
        _default_values(part, least, most)
        part.items("channel_types", 25)
        return
    values: Counter[Any] = Counter()
    options = part.items("options", 25, 1, required=True)
    for number, each in enumerate(options):
        option = part.inner(each, "options", number)
        option.text("label", 100, 1, required=True)
        option.text("description", 100)
        value = option.text("value", 100, 1, required=True)
        values[value] += 1
        if values[value] > 1:
            option.note(
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used", "value"
            )
    chosen = sum(isinstance(each, dict) and each.get("default") is True for each in options)
    _how_many(part, chosen, least, most, "options")
    if most is not None and most > len(options):
        part.note("SELECT_COMPONENT_VALUES_INVALID", "max_values is greater than the number of options", "max_values")


_DEFAULTS = {
    USER_SELECT: frozenset({"user"}),
    ROLE_SELECT: frozenset({"role"}),
    MENTIONABLE_SELECT: frozenset({"user", "role"}),
    CHANNEL_SELECT: frozenset({"channel"}),
}


def _default_values(part: Fields, least: int | None, most: int | None) -> None:
    """Check what is chosen at first (Discord's docs, "Select default value structure"): kinds that fit, ids, number."""
    given = part.items("default_values", 25)
    for number, each in enumerate(given):
        one = part.inner(each, "default_values", number)
        one.choice("type", _DEFAULTS.get(part.given.get("type") or 0, frozenset()), required=True)
        value = one.get("id", required=True)
        if value is not None and not str(value).isdecimal():
            one.note("NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.', "id")
    _how_many(part, len(given), least, most, "default_values")


def _how_many(part: Fields, chosen: int, least: int | None, most: int | None, key: str) -> None:
    """Check that as many are chosen at first as may be chosen, if any are."""
    if chosen and not (1 if least is None else least) <= chosen <= (1 if most is None else most):
        part.note("SELECT_COMPONENT_INVALID_DEFAULT_VALUES", "Number of default values is out of range", key)


def check_media(part: Fields, key: str, uploaded: set[str], *, only_uploaded: bool = False) -> None:
    """Check a piece of media: an address, or `attachment://` and the name of a file of this message."""
    media = part.inner(part.get(key, required=True) or {}, key)
    schemes = ("attachment",) if only_uploaded else ("http", "https", "attachment")
    url = media.url("url", schemes=schemes, required=True)
    if url is not None and url.startswith("attachment://") and url.removeprefix("attachment://") not in uploaded:
        media.note("UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", "There is no attachment of this name", "url")


def unique_ids(fields: Fields, given: list[Any]) -> None:
    """Check that custom ids and numeric ids are each used once in a message or modal."""
    parts = list(walk([each for each in given if isinstance(each, dict)]))
    customs = Counter(each["custom_id"] for each in parts if isinstance(each.get("custom_id"), str))
    if any(count > 1 for count in customs.values()):
        fields.note("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated", "components")
    numbers = Counter(each["id"] for each in parts if each.get("id"))
    if any(count > 1 for count in numbers.values()):
        fields.note("COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated", "components")


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
